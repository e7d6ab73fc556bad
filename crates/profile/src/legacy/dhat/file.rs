//! The members of the file that a profile needs.

use crate::legacy::LegacyError;
use crate::legacy::json::{Json, JsonError};
use crate::{Str, Strings};

/// The version of the format that this reads.
const VERSION: i64 = 2;

/// The values of a stack, in the order of the sample types.
const VALUES: [&[u8]; 6] = [b"tbk", b"tb", b"gbk", b"gb", b"ebk", b"eb"];

/// How many of them every file has.
const TOTALS: usize = 2;

/// What was read.
#[derive(Default)]
pub(super) struct File {
    version: Option<i64>,
    /// What the tool recorded: `heap`, `copy`, `ad-hoc`, or the first and last after `rust-`.
    pub(super) mode: Vec<u8>,
    /// Whether blocks have lifetimes, so that there are a peak and an end.
    has_lifetimes: bool,
    /// The unit of times: instructions in Valgrind, microseconds in the dhat crate.
    pub(super) time_unit: Vec<u8>,
    /// How long the program ran, in that unit.
    pub(super) elapsed: i64,
    /// The command line.
    pub(super) command: Vec<u8>,
    pub(super) stacks: Stacks,
    /// Every text of a frame.
    pub(super) texts: Strings,
    /// The texts in the order of the file, which stacks refer to.
    pub(super) frames: Vec<Str>,
}

/// The stacks in columns.
#[derive(Default)]
pub(super) struct Stacks {
    pub(super) values: Vec<[i64; VALUES.len()]>,
    /// The first stack without a peak or an end.
    incomplete: Option<MissingField>,
    /// Where each stack ends in `frames`.
    ends: Vec<usize>,
    /// Indices into the frames of the file, innermost first.
    frames: Vec<u32>,
}

#[derive(Clone, Copy)]
struct MissingField {
    field: &'static str,
    at: usize,
}

impl File {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, LegacyError> {
        let mut file = Self::default();
        let mut json = Json::new(bytes);
        json.object(|key, json| file.member(key, json))?;
        json.end()?;
        match file.version {
            Some(VERSION) => {}
            Some(version) => return Err(LegacyError::UnknownDhatVersion { version }),
            None => return Err(MissingField { field: "dhatFileVersion", at: json.at() }.into()),
        }
        match file.stacks.incomplete.filter(|_| file.has_lifetimes) {
            Some(missing) => Err(missing.into()),
            None => Ok(file),
        }
    }

    /// How many values of a stack mean something.
    pub(super) fn width(&self) -> usize {
        if self.has_lifetimes { VALUES.len() } else { TOTALS }
    }

    fn member(&mut self, key: &[u8], json: &mut Json<'_>) -> Result<(), LegacyError> {
        match key {
            b"dhatFileVersion" => self.version = Some(json.count()?),
            b"mode" => self.mode = json.string()?.into_owned(),
            b"bklt" => self.has_lifetimes = json.boolean()?,
            b"tu" => self.time_unit = json.string()?.into_owned(),
            b"te" => self.elapsed = json.count()?,
            b"cmd" => self.command = json.string()?.into_owned(),
            b"pps" => json.array(|json| self.stacks.read(json))?,
            b"ftbl" => json.array(|json| self.frame(json))?,
            _ => json.skip()?,
        }
        Ok(())
    }

    fn frame(&mut self, json: &mut Json<'_>) -> Result<(), LegacyError> {
        let text = json.string()?;
        self.frames.push(self.texts.intern(&text));
        Ok(())
    }
}

impl Stacks {
    /// The indices of the frames of the stack in row `row`, innermost first.
    pub(super) fn frames(&self, row: usize) -> &[u32] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.frames[start..self.ends[row]]
    }

    fn read(&mut self, json: &mut Json<'_>) -> Result<(), LegacyError> {
        let mut values = [None; VALUES.len()];
        let mut has_frames = false;
        json.object(|key, json| {
            let value = VALUES.iter().position(|name| *name == key);
            match value {
                Some(column) => values[column] = Some(json.count()?),
                None if key == b"fs" => {
                    has_frames = true;
                    json.array(|json| self.frame(json))?;
                }
                None => json.skip()?,
            }
            Ok::<(), JsonError>(())
        })?;
        let at = json.at();
        let missing = |field| MissingField { field, at };
        match (values, has_frames) {
            ([None, ..], _) => return Err(missing("tbk").into()),
            ([_, None, ..], _) => return Err(missing("tb").into()),
            (_, false) => return Err(missing("fs").into()),
            _ => {}
        }
        if values.contains(&None) {
            self.incomplete.get_or_insert(missing("gbk, gb, ebk or eb"));
        }
        self.values.push(values.map(Option::unwrap_or_default));
        self.ends.push(self.frames.len());
        Ok(())
    }

    fn frame(&mut self, json: &mut Json<'_>) -> Result<(), JsonError> {
        let index = json.count()?;
        self.frames.push(u32::try_from(index).unwrap_or(u32::MAX));
        Ok(())
    }
}

impl From<MissingField> for LegacyError {
    fn from(MissingField { field, at }: MissingField) -> Self {
        Self::MissingField { field, at }
    }
}
