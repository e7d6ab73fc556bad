//! Protocol buffer fields as bytes.
//!
//! The parity test does not take its inputs from the encoder under test: a mistake made twice would
//! go unseen, and some inputs are such as no encoder of ours would ever write.

/// One message under construction.
#[derive(Debug, Default, Clone)]
pub struct Message(pub Vec<u8>);

impl Message {
    /// A varint field; zero is not written.
    #[must_use]
    pub fn number(self, field: u32, value: u64) -> Self {
        if value == 0 { self } else { self.element(field, value) }
    }

    /// A varint field, zero or not: an element of a list that is not packed.
    #[must_use]
    pub fn element(mut self, field: u32, value: u64) -> Self {
        self.varint(u64::from(field) << 3);
        self.varint(value);
        self
    }

    /// A length-delimited field.
    #[must_use]
    pub fn bytes(mut self, field: u32, bytes: &[u8]) -> Self {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    /// A packed list of varints; an empty one is not written.
    #[must_use]
    pub fn packed(self, field: u32, values: impl IntoIterator<Item = u64>) -> Self {
        let mut list = Self::default();
        values.into_iter().for_each(|value| list.varint(value));
        if list.0.is_empty() { self } else { self.bytes(field, &list.0) }
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_bytes_of_the_format() {
        let message =
            Message::default().number(1, 300).number(2, 0).bytes(3, b"ab").packed(4, [1, 128]);
        let bytes = [0x08, 0xac, 0x02, 0x1a, 2, b'a', b'b', 0x22, 3, 1, 0x80, 1];
        assert_eq!(message.0, bytes);
        assert_eq!(Message::default().element(5, 0).0, [0x28, 0]);
    }
}
