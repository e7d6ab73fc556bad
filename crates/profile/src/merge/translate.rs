//! From the rows of one source to those of the union.

use crate::merge::MergeError;
use crate::{Function, Id, Location, Mapping, Profile, Str, Strings};

/// What the rows of a source have become, as far as they were used.
#[derive(Debug)]
pub struct Translation {
    /// The texts.
    pub texts: Vec<Option<Str>>,
    /// The functions.
    pub functions: Vec<Option<Id<Function>>>,
    /// The mappings.
    pub mappings: Vec<Option<Id<Mapping>>>,
    /// The locations.
    pub locations: Vec<Option<Id<Location>>>,
}

impl Translation {
    /// A translation of `source` in which nothing was used yet.
    pub fn new(source: &Profile) -> Self {
        Self {
            texts: vec![None; source.strings.len()],
            functions: vec![None; source.functions.len()],
            mappings: vec![None; source.mappings.len()],
            locations: vec![None; source.locations.len()],
        }
    }

    /// The row of a text of `source` in `strings`, added if it is new there.
    #[inline]
    pub fn text(
        &mut self,
        source: &Profile,
        text: Str,
        strings: &mut Strings,
    ) -> Result<Str, MergeError> {
        if let Some(known) = self.texts[text.row()] {
            return Ok(known);
        }
        let translated = translate(source, text, strings)?;
        self.texts[text.row()] = Some(translated);
        Ok(translated)
    }
}

/// The row of a text of `source` in `strings`, added if it is new there.
pub fn translate(source: &Profile, text: Str, strings: &mut Strings) -> Result<Str, MergeError> {
    let translated = strings.intern(source.text(text));
    if translated == Strings::EMPTY && text != Strings::EMPTY {
        return Err(MergeError::TooLarge);
    }
    Ok(translated)
}
