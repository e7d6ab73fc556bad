//! tagfocus and tagignore: a range of numbers, or regular expressions over text labels.

use heapwise_profile::{Label, LabelUnits, LabelValue, Profile};
use heapwise_units::scale;

use crate::go_regex::{GoRegex, RegexError};

/// A compiled `[key=]expression`.
#[derive(Clone, Debug)]
pub struct TagFilter {
    key: Option<String>,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Range(Range),
    /// Without a key all must match some `key:value`; with a key one must match one of its values.
    Texts(Vec<GoRegex>),
}

/// Numbers from `low` to `high`, both included, in `unit`.
#[derive(Clone, Debug, PartialEq)]
struct Range {
    low: f64,
    high: f64,
    unit: String,
}

/// Why a text is no tag filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagFilterError {
    /// It looks like a range, but a number does not fit 64 bits.
    #[error("parsing {option} range: {number} does not fit 64 bits")]
    Number {
        /// The name of the setting.
        option: &'static str,
        /// The number.
        number: String,
    },
    /// A part of it is no regular expression.
    #[error("parsing {option} regexp: {error}")]
    Regex {
        /// The name of the setting.
        option: &'static str,
        /// What is wrong with it.
        error: RegexError,
    },
}

impl TagFilter {
    /// Compiles the value of the setting `option`; nothing if it is empty. Says so through `note`
    /// when it takes the value as a range.
    ///
    /// # Errors
    /// When a number is too large, or a part is no regular expression.
    pub fn compile(
        option: &'static str,
        text: &str,
        note: &mut dyn FnMut(String),
    ) -> Result<Option<Self>, TagFilterError> {
        if text.is_empty() {
            return Ok(None);
        }
        let (key, expression) = text.split_once('=').unwrap_or(("", text));
        let key = (!key.is_empty()).then(|| key.to_owned());
        let range =
            Range::parse(expression).map_err(|number| TagFilterError::Number { option, number })?;
        let test = if let Some(range) = range {
            note(format!("{option}:Interpreted '{expression}' as range, not regexp"));
            Test::Range(range)
        } else {
            let texts: Result<_, _> = expression.split(',').map(GoRegex::new).collect();
            Test::Texts(texts.map_err(|error| TagFilterError::Regex { option, error })?)
        };
        Ok(Some(Self { key, test }))
    }

    /// Whether labels of `profile` satisfy the filter.
    pub fn matches(&self, profile: &Profile, units: &LabelUnits, labels: &[Label]) -> bool {
        let of_key = |label: &&Label| {
            self.key.as_ref().is_none_or(|key| profile.text(label.key) == key.as_bytes())
        };
        let mut labels = labels.iter().filter(of_key);
        match &self.test {
            Test::Range(range) => labels.any(|label| range.contains(profile, units, label)),
            Test::Texts(texts) => {
                let texts_of_labels: Vec<_> =
                    labels.filter_map(|l| self.subject(profile, l)).collect();
                let found = |text: &GoRegex| texts_of_labels.iter().any(|s| text.is_match(s));
                if self.key.is_some() { texts.iter().any(found) } else { texts.iter().all(found) }
            }
        }
    }

    /// What the regular expressions see of a text label.
    fn subject(&self, profile: &Profile, label: &Label) -> Option<Vec<u8>> {
        let LabelValue::Text(value) = label.value else { return None };
        let value = profile.text(value);
        Some(match self.key {
            Some(_) => value.to_vec(),
            None => [profile.text(label.key), b":", value].concat(),
        })
    }
}

impl Range {
    /// Reads `N`, `N:`, `:N` or `N:M`; nothing if the text is anything else, or if the units of the
    /// two numbers measure different things. Fails with the number that is too large.
    fn parse(text: &str) -> Result<Option<Self>, String> {
        let (low, high) = match text.split_once(':') {
            None => (Amount::parse(text)?, Amount::parse(text)?),
            Some((low, "")) => (Amount::parse(low)?, None),
            Some(("", high)) => (None, Amount::parse(high)?),
            Some((low, high)) => {
                let both = Amount::parse(low)?.zip(Amount::parse(high)?);
                return Ok(both.and_then(|(low, high)| Self::between(&low, &high)));
            }
        };
        let Some(bound) = low.as_ref().or(high.as_ref()) else { return Ok(None) };
        let (_, unit) = bound.in_unit(&bound.unit);
        let side = |amount: &Option<Amount>, open| {
            amount.as_ref().map_or(open, |amount| amount.in_unit(&amount.unit).0)
        };
        let (low, high) = (side(&low, f64::NEG_INFINITY), side(&high, f64::INFINITY));
        Ok(Some(Self { low, high, unit }))
    }

    fn between(low: &Amount, high: &Amount) -> Option<Self> {
        let (low, unit) = low.in_unit(&low.unit);
        let (high, high_unit) = high.in_unit(&unit);
        (unit == high_unit).then_some(Self { low, high, unit })
    }

    fn contains(&self, profile: &Profile, units: &LabelUnits, label: &Label) -> bool {
        let LabelValue::Number { number, .. } = label.value else { return false };
        let unit = units.get(label.key).map_or(profile.text(label.key), |unit| &unit.unit);
        let scaled = scale(number, unit, self.unit.as_bytes());
        scaled.unit == self.unit.as_bytes()
            && self.low <= scaled.number
            && scaled.number <= self.high
    }
}

/// A number with the letters that follow it.
struct Amount {
    number: i64,
    unit: String,
}

impl Amount {
    /// Reads an optional sign, digits and letters. Fails with the number if it is too large.
    fn parse(text: &str) -> Result<Option<Self>, String> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
        let unit = &unsigned[digits..];
        if digits == 0 || !unit.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Ok(None);
        }
        let number = &text[..text.len() - unit.len()];
        let number = number.parse().map_err(|_| number.to_owned())?;
        Ok(Some(Self { number, unit: unit.to_owned() }))
    }

    /// How many of `unit` it is, with the unit it is then in: another one if the two measure
    /// different things.
    fn in_unit(&self, unit: &str) -> (f64, String) {
        let scaled = scale(self.number, self.unit.as_bytes(), unit.as_bytes());
        (scaled.number, String::from_utf8_lossy(scaled.unit).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Option<(f64, f64, String)> {
        Range::parse(text).unwrap().map(|range| (range.low, range.high, range.unit))
    }

    #[test]
    fn four_forms_are_ranges() {
        let (min, max) = (f64::NEG_INFINITY, f64::INFINITY);
        for (text, low, high, unit) in [
            ("1kb", 1.0, 1.0, "kB"),
            ("+1kb:", 1.0, max, "kB"),
            (":-1KB", min, -1.0, "kB"),
            ("1kb:2mb", 1.0, 2048.0, "kB"),
            ("5", 5.0, 5.0, ""),
            ("5foo:6bar", 5.0, 6.0, "foo"),
        ] {
            assert_eq!(range(text), Some((low, high, unit.to_owned())), "{text}");
        }
        for text in ["", ":", "1kb:2s", "1:2:3", "1k b", " 1kb", "1_0", "1é", "kb", "1kb,2kb"] {
            assert_eq!(range(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_that_does_not_fit_is_an_error_with_the_name_of_the_option() {
        let error = TagFilter::compile("tagfocus", "k=99999999999999999999kb", &mut |_| {});
        assert_eq!(
            error.unwrap_err().to_string(),
            "parsing tagfocus range: 99999999999999999999 does not fit 64 bits"
        );
    }

    #[test]
    fn a_range_is_announced() {
        let mut notes = Vec::new();
        TagFilter::compile("tagignore", "bytes=1kb:", &mut |note| notes.push(note)).unwrap();
        assert_eq!(notes, ["tagignore:Interpreted '1kb:' as range, not regexp"]);
    }
}
