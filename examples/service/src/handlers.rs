//! What the service does with a request, under labels that say for whom and what for.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::{Mutex, PoisonError};

/// How many answers are kept, and how many sessions at the very most: a day's worth of leaking.
const ANSWERS: usize = 200;
const SESSIONS: usize = 1 << 18;

/// Who sends requests.
const TENANTS: [&str; 3] = ["ant", "bee", "cat"];

/// The state that requests share.
#[derive(Debug, Default)]
pub struct Service {
    sessions: Mutex<Vec<Session>>,
    answers: Mutex<BTreeMap<u64, String>>,
}

/// Who is logged in.
#[derive(Debug)]
struct Session {
    user: u64,
    history: Vec<u64>,
}

impl Service {
    /// Handles the request with this number.
    #[inline(never)]
    pub fn handle(&self, number: u64) {
        let tenant = TENANTS[(number / 8) as usize % TENANTS.len()];
        heapwise::label("tenant", tenant).scope(|| match number % 8 {
            0 => heapwise::label("route", "log_in").scope(|| self.log_in(number)),
            1 => heapwise::label("route", "answer").scope(|| self.answer(number)),
            _ => heapwise::label("route", "search").scope(|| search(number)),
        });
    }

    /// Opens a session. Nothing ever closes one: that is the leak.
    #[inline(never)]
    fn log_in(&self, user: u64) {
        let session = Session { user, history: vec![user; 512] };
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() < SESSIONS {
            sessions.push(session);
        }
        let known = sessions.last().map_or(0, |last| last.user + last.history.len() as u64);
        black_box(known);
    }

    /// Answers, and remembers the last answers.
    #[inline(never)]
    fn answer(&self, number: u64) {
        let text = format!("answer {number}: {}", "yes ".repeat(250));
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(number, text);
        if answers.len() > ANSWERS {
            answers.pop_first();
        }
    }
}

/// Builds much and keeps nothing.
#[inline(never)]
fn search(number: u64) {
    let mut found: Vec<String> =
        (0..1000).map(|i| format!("{}", (number * 7919 + i) % 997)).collect();
    found.sort_unstable();
    black_box(found);
}
