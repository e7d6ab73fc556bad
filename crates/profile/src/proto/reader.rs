//! A cursor over protobuf bytes.

use crate::Error;

/// What a field holds, by its wire type.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// A variable-length integer.
    Varint(u64),
    /// Bytes that a length announced: text, a message or packed integers.
    Bytes(Reader<'a>),
    /// Eight or four bytes, which no field of a profile has.
    Fixed,
}

/// A field: its number, what it holds, and where its tag starts.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The number in the message.
    pub number: u64,
    /// Offset of the tag from the start of the profile.
    pub at: usize,
    payload: Payload<'a>,
}

/// The unread rest of a message: `bytes[at..end]`. It keeps the whole profile, so that positions
/// count from its start whatever the nesting, and so that a short read at the end of a message may
/// look at the bytes behind it.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    /// A reader of all of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, end: bytes.len() }
    }

    /// Whether nothing is left.
    #[inline]
    pub fn is_at_end(&self) -> bool {
        self.at == self.end
    }

    /// Where the unread bytes start.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The unread bytes.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..self.end]
    }

    /// The next field, or nothing at the end of the message.
    #[inline]
    pub fn field(&mut self) -> Result<Option<Field<'a>>, Error> {
        if self.is_at_end() {
            return Ok(None);
        }
        let at = self.at;
        let tag = self.varint()?;
        let payload = match tag & 7 {
            0 => Payload::Varint(self.varint()?),
            1 => self.skip(8)?,
            2 => {
                let length = self.varint()?;
                Payload::Bytes(self.take(length)?)
            }
            5 => self.skip(4)?,
            other => return Err(Error::UnknownWireType { at, wire_type: other as u8 }),
        };
        Ok(Some(Field { number: tag >> 3, at, payload }))
    }

    /// The next variable-length integer: seven bits a byte, low bits first, at most ten bytes.
    /// Bits above the 64th are dropped, as the reference does.
    #[inline]
    pub fn varint(&mut self) -> Result<u64, Error> {
        let word = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk);
        match word.and_then(|&word| short_varint(u64::from_le_bytes(word))) {
            Some((value, length)) if length <= self.end - self.at => {
                self.at += length;
                Ok(value)
            }
            _ => self.long_varint(),
        }
    }

    /// A varint byte by byte: close to the end of the profile, cut off, or of more than eight bytes.
    #[inline(never)]
    fn long_varint(&mut self) -> Result<u64, Error> {
        let at = self.at;
        let mut value = 0;
        for (index, &byte) in self.rest().iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                self.at = at + index + 1;
                return Ok(value);
            }
        }
        let left = self.end - at;
        if left < 10 {
            return Err(Error::Truncated { at, wanted: left as u64 + 1 });
        }
        Err(Error::VarintTooLong { at })
    }

    #[inline]
    fn take(&mut self, length: u64) -> Result<Self, Error> {
        let at = self.at;
        if length > (self.end - at) as u64 {
            return Err(Error::Truncated { at, wanted: length });
        }
        self.at += length as usize;
        Ok(Self { bytes: self.bytes, at, end: self.at })
    }

    fn skip(&mut self, length: u64) -> Result<Payload<'a>, Error> {
        self.take(length).map(|_| Payload::Fixed)
    }
}

/// The value and length of a varint of at most eight bytes at the low end of `word`.
///
/// The lowest clear top bit ends it. The groups of seven bits are then closed up pairwise:
/// 8 x 7 bits -> 4 x 14 -> 2 x 28 -> 56. No branch depends on the length, which in stacks is
/// between one and three bytes as good as at random.
#[inline]
fn short_varint(word: u64) -> Option<(u64, usize)> {
    let ends = !word & 0x8080_8080_8080_8080;
    if ends == 0 {
        return None;
    }
    let bits = ends.trailing_zeros() + 1;
    let groups = word & (u64::MAX >> (64 - bits)) & 0x7f7f_7f7f_7f7f_7f7f;
    let pairs = (groups & 0x007f_007f_007f_007f) | ((groups & 0x7f00_7f00_7f00_7f00) >> 1);
    let fours = (pairs & 0x0000_3fff_0000_3fff) | ((pairs & 0x3fff_0000_3fff_0000) >> 2);
    let value = (fours & 0x0fff_ffff) | ((fours & 0x0fff_ffff_0000_0000) >> 4);
    Some((value, bits as usize / 8))
}

impl<'a> Field<'a> {
    /// The integer that the field holds.
    #[inline]
    pub fn integer(&self) -> Result<u64, Error> {
        match self.payload {
            Payload::Varint(value) => Ok(value),
            _ => Err(self.mismatch()),
        }
    }

    /// The same, as the two's complement that signed fields are.
    #[inline]
    pub fn signed(&self) -> Result<i64, Error> {
        Ok(self.integer()?.cast_signed())
    }

    /// Whether the integer that the field holds is not 0.
    pub fn flag(&self) -> Result<bool, Error> {
        Ok(self.integer()? != 0)
    }

    /// The message or text that the field holds.
    #[inline]
    pub fn message(&self) -> Result<Reader<'a>, Error> {
        match self.payload {
            Payload::Bytes(reader) => Ok(reader),
            _ => Err(self.mismatch()),
        }
    }

    /// Calls `each` for every integer of a repeated field, packed or not.
    #[inline]
    pub fn integers(&self, mut each: impl FnMut(u64)) -> Result<(), Error> {
        match self.payload {
            Payload::Varint(value) => each(value),
            Payload::Bytes(mut packed) => {
                while !packed.is_at_end() {
                    each(packed.varint()?);
                }
            }
            Payload::Fixed => return Err(self.mismatch()),
        }
        Ok(())
    }

    #[cold]
    fn mismatch(&self) -> Error {
        Error::TypeMismatch { at: self.at, field: self.number }
    }
}
