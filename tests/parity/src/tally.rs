//! The numbers that a run ends with.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::exceptions::EXCEPTIONS;

/// Counts over all tests, which run side by side.
#[derive(Debug, Default)]
pub struct Tally {
    cases: AtomicU64,
    equal: AtomicU64,
    asked: AtomicU64,
    varying: AtomicU64,
    varying_tests: Mutex<BTreeSet<String>>,
    excused: Mutex<BTreeMap<&'static str, u64>>,
}

impl Tally {
    /// A case is looked at.
    pub fn case(&self) {
        self.cases.fetch_add(1, Ordering::Relaxed);
    }

    /// A case came out equal.
    pub fn equal(&self) {
        self.equal.fetch_add(1, Ordering::Relaxed);
    }

    /// The reference was asked.
    pub fn asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// The reference did not stay with its answer, and ours was one of them.
    pub fn varies(&self, test: &str) {
        self.varying.fetch_add(1, Ordering::Relaxed);
        lock(&self.varying_tests).insert(test.to_owned());
    }

    /// A case differs for a reason that is written down.
    pub fn excused(&self, id: &'static str) {
        *lock(&self.excused).entry(id).or_default() += 1;
    }

    /// The exceptions that excused nothing.
    pub fn stale(&self) -> Vec<&'static str> {
        let excused = lock(&self.excused);
        EXCEPTIONS
            .iter()
            .filter(|e| e.is_constant && !excused.contains_key(e.id))
            .map(|e| e.id)
            .collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let excused = lock(&self.excused);
        let (cases, equal, varying) =
            (count(&self.cases), count(&self.equal), count(&self.varying));
        let exceptions: u64 = excused.values().sum();
        let different = cases - equal - varying - exceptions;
        write!(
            f,
            "parity: {cases} cases, {equal} equal, {exceptions} exceptions, {different} different"
        )?;
        write!(f, " (the reference ran {} times, the rest was remembered)", count(&self.asked))?;
        for (id, number) in &*excused {
            write!(f, "\n  exception `{id}`: {number} cases")?;
        }
        if varying > 0 {
            let tests = lock(&self.varying_tests);
            let names: Vec<&str> = tests.iter().map(String::as_str).collect();
            write!(
                f,
                "\n  {varying} cases like one of several answers of the reference, up to the order of lines: {}",
                names.join(", ")
            )?;
        }
        Ok(())
    }
}

/// A test that panicked leaves counts behind that are still counts.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
