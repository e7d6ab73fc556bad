//! The machine code of a file, decoded.

use std::ops::Range;

use object::{Architecture, Object, ObjectSection};

use super::Binary;
use crate::disasm::{Code, Instruction, Processor, Syntax};
use crate::{Error, LinkAddr};

impl<'a> Binary<'a> {
    /// The instructions in `range`, as far as the file has code there. One that does not end within
    /// the range is not known.
    ///
    /// # Errors
    ///
    /// [`Error::Processor`] when the code is for a processor that is not known here.
    pub fn instructions(
        &self,
        range: Range<LinkAddr>,
        syntax: Syntax,
    ) -> Result<Vec<Instruction>, Error> {
        let processor = self.processor()?;
        let names = self.names();
        let parts = self.code(&range).into_iter();
        let read = |(start, bytes)| Code { processor, bytes, start, names }.instructions(syntax);
        Ok(parts.flat_map(read).collect())
    }

    fn processor(&self) -> Result<Processor, Error> {
        match self.file.architecture() {
            Architecture::X86_64 | Architecture::X86_64_X32 => Ok(Processor::X86 { bits: 64 }),
            Architecture::I386 => Ok(Processor::X86 { bits: 32 }),
            Architecture::Aarch64 => Ok(Processor::Arm64),
            other => Err(Error::processor(self.image.path(), &format!("{other:?}"))),
        }
    }

    /// The bytes in `range` of each section of code, and where they start: in all no more than the file
    /// has, for sections may claim the same ones.
    fn code(&self, range: &Range<LinkAddr>) -> Vec<(LinkAddr, &'a [u8])> {
        let sections = self.file.sections();
        let code = sections.filter(|section| section.kind() == object::SectionKind::Text);
        let mut parts: Vec<_> = code
            .filter_map(|section| {
                let (address, bytes) = (section.address(), section.data().ok()?);
                let start = range.start.0.max(address);
                let end = range.end.0.min(address.saturating_add(bytes.len() as u64));
                let from = usize::try_from(start - address).ok()?;
                let until = usize::try_from(end.checked_sub(address)?).ok()?;
                Some((LinkAddr(start), bytes.get(from..until)?))
            })
            .collect();
        parts.sort_by_key(|(start, _)| *start);
        let mut left = self.image.bytes().len();
        parts.retain_mut(|(_, bytes)| {
            *bytes = &bytes[..bytes.len().min(left)];
            left -= bytes.len();
            !bytes.is_empty()
        });
        parts
    }
}
