//! A stack that may end anywhere: its words, out of copies that the kernel makes.

use super::cursor::WORD;
use super::memory;

/// What is copied at once lies within one page, so that it can be read wholly or not at all.
const PAGE: usize = 4096;

/// The part of a stack that was copied last.
pub(crate) struct CopiedStack {
    /// Address of the first byte; those up to the end of its page follow.
    start: usize,
    len: usize,
    bytes: [u8; PAGE],
}

impl CopiedStack {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { start: 0, len: 0, bytes: [0; PAGE] }
    }

    /// The word at `address`, if it is not below `from` and can be read.
    pub(crate) fn word(&mut self, from: usize, address: usize) -> Option<usize> {
        if address < from || !address.is_multiple_of(WORD) {
            return None;
        }
        self.copied(address).or_else(|| {
            self.copy(address);
            self.copied(address)
        })
    }

    fn copied(&self, address: usize) -> Option<usize> {
        let at = address.checked_sub(self.start)?;
        let bytes = self.bytes.get(..self.len)?.get(at..)?;
        Some(usize::from_ne_bytes(*bytes.first_chunk()?))
    }

    /// Copies what there is from `address` to the end of its page. What is below is read no more: a
    /// walk goes up.
    fn copy(&mut self, address: usize) {
        let len = PAGE - address % PAGE;
        let is_readable = self.bytes.get_mut(..len).is_some_and(|to| memory::copy(address, to));
        (self.start, self.len) = (address, if is_readable { len } else { 0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_in_memory_and_none_where_there_is_none() {
        let words: Vec<usize> = (0..3000).collect();
        let start = words.as_ptr().addr();
        let mut stack = CopiedStack::new();
        for index in [0, 1, 700, 2999, 5] {
            assert_eq!(stack.word(start, start + index * WORD), Some(index));
        }
        assert_eq!(stack.word(start + WORD, start), None, "below the stack pointer");
        assert_eq!(stack.word(0, start + 1), None, "between two words");
        for address in [0, 8, PAGE, usize::MAX - 7, 1 << 63] {
            assert_eq!(stack.word(0, address), None, "{address:#x}");
        }
        assert_eq!(stack.word(0, start), Some(0), "it goes on after a failure");
    }
}
