//! Numbers and texts at positions that may lie anywhere.

/// Longest name: generic functions have long ones, and a hostile file one as long as itself.
const LONGEST_TEXT: usize = 1 << 16;

/// Bytes in the byte order of a file.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub(super) data: &'a [u8],
    pub(super) little: bool,
}

impl<'a> Bytes<'a> {
    pub(super) fn from(self, start: u64) -> Option<Self> {
        let data = self.data.get(usize::try_from(start).ok()?..)?;
        Some(Self { data, ..self })
    }

    fn array<const N: usize>(self, at: u64) -> Option<[u8; N]> {
        self.data.get(usize::try_from(at).ok()?..)?.first_chunk().copied()
    }

    pub(super) fn u8(self, at: u64) -> Option<u8> {
        self.array(at).map(|[byte]| byte)
    }

    pub(super) fn u32(self, at: u64) -> Option<u32> {
        let bytes = self.array(at)?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    pub(super) fn i32(self, at: u64) -> Option<i32> {
        self.u32(at).map(u32::cast_signed)
    }

    /// A number as wide as an address.
    pub(super) fn word(self, at: u64, width: u8) -> Option<u64> {
        if width == 4 {
            return self.u32(at).map(u64::from);
        }
        let bytes = self.array(at)?;
        Some(if self.little { u64::from_le_bytes(bytes) } else { u64::from_be_bytes(bytes) })
    }

    /// The text up to its zero.
    pub(super) fn text(self, at: u64) -> Option<&'a [u8]> {
        let data = self.from(at)?.data;
        let window = &data[..data.len().min(LONGEST_TEXT)];
        let end = window.iter().position(|&byte| byte == 0)?;
        Some(&window[..end])
    }

    /// A number in groups of seven bits, the lowest first; moves `at` behind it.
    pub(super) fn varint(self, at: &mut u64) -> Option<u32> {
        let mut value = 0_u32;
        for shift in (0..35).step_by(7) {
            let byte = self.u8(*at)?;
            *at += 1;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(data: &[u8]) -> Bytes<'_> {
        Bytes { data, little: true }
    }

    #[test]
    fn positions_outside_give_nothing() {
        let four = bytes(&[1, 2, 3, 4]);
        assert_eq!((four.u32(0), four.u32(1), four.u32(u64::MAX)), (Some(0x0403_0201), None, None));
        assert_eq!((four.word(0, 4), four.word(0, 8)), (Some(0x0403_0201), None));
        assert_eq!(Bytes { little: false, ..four }.u32(0), Some(0x0102_0304));
        assert_eq!(four.text(0), None, "no zero ends it");
        assert_eq!(bytes(b"ab\0").text(1), Some(&b"b"[..]));
        assert_eq!(bytes(&[b'x'; 1 << 17]).text(0), None);
    }

    #[test]
    fn a_number_ends_within_five_bytes() {
        let mut at = 0;
        assert_eq!(bytes(&[0xac, 0x02, 9]).varint(&mut at), Some(300));
        assert_eq!(at, 2);
        assert_eq!(bytes(&[0x80; 9]).varint(&mut 0), None);
        assert_eq!(bytes(&[0x80]).varint(&mut 0), None);
    }
}
