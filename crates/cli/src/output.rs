//! The streams of the process. Nothing else in the program prints.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the line of the terminal that the cursor is on shows progress. It is of the process, as
/// standard error is; read and written only while that is locked.
static PROGRESS_SHOWS: AtomicBool = AtomicBool::new(false);

/// To the start of the line, and away with what is on it.
const CLEAR_LINE: &[u8] = b"\r\x1b[K";

/// Standard output, in blocks.
pub fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(64 << 10, io::stdout().lock())
}

/// The same, when something has to be done before anything gets there.
pub fn stdout_after(first: impl Fn()) -> BufWriter<impl Write> {
    BufWriter::with_capacity(64 << 10, After { first, out: io::stdout().lock() })
}

struct After<F> {
    first: F,
    out: StdoutLock<'static>,
}

impl<F: Fn()> Write for After<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.first)();
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether people read standard output.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Writes lines for people to standard error.
pub fn note(message: &str) {
    note_bytes(message.as_bytes());
}

/// The same for text that need not be UTF-8. A closed standard error is nobody's concern.
pub fn note_bytes(message: &[u8]) {
    let mut stderr = io::stderr().lock();
    let clear = if PROGRESS_SHOWS.swap(false, Ordering::Relaxed) { CLEAR_LINE } else { b"" };
    let _ = stderr.write_all(&[clear, message, b"\n"].concat());
}

/// Whether standard error is a terminal that can take back a line.
pub fn can_show_progress() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    !dumb && io::stderr().is_terminal()
}

/// Shows a short text on the last line of the terminal in place of what progress it shows.
pub fn show_progress(text: &str) {
    let mut stderr = io::stderr().lock();
    PROGRESS_SHOWS.store(true, Ordering::Relaxed);
    let _ = stderr.write_all(&[CLEAR_LINE, text.as_bytes()].concat());
}

/// Takes back what [`show_progress`] showed.
pub fn clear_progress() {
    let mut stderr = io::stderr().lock();
    if PROGRESS_SHOWS.swap(false, Ordering::Relaxed) {
        let _ = stderr.write_all(CLEAR_LINE);
    }
}

/// Whether an error came from writing to a pipe that nobody reads.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
