//! The streams of the process. Nothing else in the program prints.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

/// Standard output, in blocks.
pub fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(64 << 10, io::stdout().lock())
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
    let _ = io::stderr().lock().write_all(&[message, b"\n"].concat());
}

/// Whether an error came from writing to a pipe that nobody reads.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
