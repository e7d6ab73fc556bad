//! Protobuf bytes, written to the end of a buffer.

/// Lists of integers this long are written packed: two or fewer cost no more with a tag each.
const PACKED: usize = 3;

const VARINT: u64 = 0;
const BYTES: u64 = 2;

/// A growing message. Every method writes one field at its end.
///
/// ```
/// use heapwise_profile::ProtoWriter;
///
/// let mut message = ProtoWriter::default();
/// message.message(1, |inner| inner.text(2, b"hi"));
/// assert_eq!(message.into_bytes(), [0x0a, 4, 0x12, 2, b'h', b'i']);
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How many bytes were written.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// An integer field, left out when it is 0.
    #[inline]
    pub fn integer(&mut self, field: u64, value: u64) {
        if value != 0 {
            self.integer_even_zero(field, value);
        }
    }

    /// An integer field, written whatever it is.
    #[inline]
    pub fn integer_even_zero(&mut self, field: u64, value: u64) {
        self.varint(field << 3 | VARINT);
        self.varint(value);
    }

    /// A signed field, left out when it is 0.
    #[inline]
    pub fn signed(&mut self, field: u64, value: i64) {
        self.integer(field, value.cast_unsigned());
    }

    /// A true or false field, left out when it is false.
    pub fn flag(&mut self, field: u64, value: bool) {
        self.integer(field, u64::from(value));
    }

    /// A repeated integer field: zeros are kept, long lists are packed.
    #[inline]
    pub fn integers(&mut self, field: u64, values: impl ExactSizeIterator<Item = u64>) {
        if values.len() < PACKED {
            values.for_each(|value| self.integer_even_zero(field, value));
        } else {
            self.message(field, |packed| values.for_each(|value| packed.varint(value)));
        }
    }

    /// A text field, written even when it is empty.
    pub fn text(&mut self, field: u64, text: &[u8]) {
        self.varint(field << 3 | BYTES);
        self.varint(text.len() as u64);
        self.bytes.extend_from_slice(text);
    }

    /// A message field, whose fields `body` writes.
    ///
    /// The length goes before the body but is known after it: one byte is kept for it, and the body
    /// moves up when it needs more.
    #[inline]
    pub fn message(&mut self, field: u64, body: impl FnOnce(&mut Self)) {
        self.varint(field << 3 | BYTES);
        self.bytes.push(0);
        let start = self.bytes.len();
        body(self);
        let length = self.bytes.len() - start;
        match u8::try_from(length) {
            Ok(short @ ..0x80) => self.bytes[start - 1] = short,
            _ => self.insert_length(start, length),
        }
    }

    #[inline(never)]
    fn insert_length(&mut self, start: usize, length: usize) {
        let end = self.bytes.len();
        self.varint(length as u64);
        let size = self.bytes.len() - end;
        let mut prefix = [0; 10];
        prefix[..size].copy_from_slice(&self.bytes[end..]);
        self.bytes.copy_within(start..end, start - 1 + size);
        self.bytes[start - 1..start - 1 + size].copy_from_slice(&prefix[..size]);
        self.bytes.truncate(end + size - 1);
    }

    #[inline]
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}
