//! Where lines come from: an editor at a terminal, else plain lines.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::Result;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{CompletionType, Config, Editor};

use super::complete::Words;
use super::history::History;
use crate::delivery::Delivery;

/// What came of asking for a line.
#[derive(Debug)]
pub enum Line {
    /// A line, without its end.
    Text(String),
    /// The user wants another line.
    Aborted,
    /// A line that is no text.
    NotText,
    /// There are no more lines.
    End,
}

/// Reads lines.
pub enum Reader {
    /// From a terminal, with keys, completion and history.
    Edited(Box<Editor<Words, MemHistory>>, History),
    /// From anything else.
    Plain,
}

impl Reader {
    /// An editor if standard input is a terminal that can move its cursor.
    pub fn new(delivery: &Delivery<'_>) -> Self {
        let term = delivery.host().env("TERM").unwrap_or_default();
        let dumb = term.is_empty() || term == "dumb";
        if dumb || !io::stdin().is_terminal() {
            return Self::Plain;
        }
        let config = Config::builder().completion_type(CompletionType::List).build();
        let Ok(mut editor) = Editor::with_history(config, MemHistory::new()) else {
            return Self::Plain;
        };
        editor.set_helper(Some(Words::of(&delivery.loaded().profile)));
        let history = History::open(delivery.host());
        for line in history.lines() {
            // A line that the editor does not want is not offered: nothing else depends on it.
            let _ = editor.add_history_entry(line);
        }
        Self::Edited(Box::new(editor), history)
    }

    /// The next line.
    ///
    /// # Errors
    /// When standard input or output fails.
    pub fn line(&mut self, prompt: &str) -> Result<Line> {
        match self {
            Self::Plain => plain(prompt),
            Self::Edited(editor, history) => match editor.readline(prompt) {
                Ok(line) => {
                    if editor.add_history_entry(&line).unwrap_or(false) {
                        history.append(&line);
                    }
                    Ok(Line::Text(line))
                }
                Err(ReadlineError::Interrupted) => Ok(Line::Aborted),
                Err(ReadlineError::Eof) => Ok(Line::End),
                Err(error) => Err(error.into()),
            },
        }
    }
}

/// Asks on standard output, without a line end. A last line without one counts.
fn plain(prompt: &str) -> Result<Line> {
    let mut out = io::stdout().lock();
    out.write_all(prompt.as_bytes())?;
    out.flush()?;
    let mut line = Vec::new();
    if io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
        return Ok(Line::End);
    }
    Ok(String::from_utf8(line).map_or(Line::NotText, Line::Text))
}
