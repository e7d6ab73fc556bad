//! The parameters of a request.

use std::time::Duration;

/// The longest time that a difference may be of, in seconds.
pub const MAX_SECONDS: u64 = 3600;

/// The part of an address behind `?`.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// As it stands in the address, without the question mark.
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// All of it.
    pub fn text(self) -> &'a str {
        self.0
    }

    /// The first value of `name`, as it was sent: all that are known are digits, which no client has
    /// a reason to write otherwise.
    fn value(self, name: &str) -> Option<&'a str> {
        let pairs = self.0.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The number `name`. What is no number counts as 0, as in Go.
    pub fn number(self, name: &str) -> i64 {
        self.value(name).and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    /// Whether `name` is a number other than 0.
    pub fn is_on(self, name: &str) -> bool {
        self.number(name) != 0
    }

    /// How long `seconds` asks to wait; nothing if it is not there or empty.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn seconds(self) -> Result<Option<Duration>, String> {
        let Some(value) = self.value("seconds").filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let digits = value.bytes().all(|byte| byte.is_ascii_digit());
        match value.parse() {
            Ok(seconds @ 1..=MAX_SECONDS) if digits => Ok(Some(Duration::from_secs(seconds))),
            _ => {
                let shown: String = value.chars().take(40).collect();
                let wanted = format!("a whole number from 1 to {MAX_SECONDS}");
                Err(format!("invalid value for \"seconds\": it must be {wanted}, not {shown:?}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_of_a_name_counts() {
        let query = Query::new("debug=1&x&seconds=5&seconds=9&gc=0");
        assert_eq!(query.seconds(), Ok(Some(Duration::from_secs(5))));
        assert!(query.is_on("debug"));
        assert!(!query.is_on("gc") && !query.is_on("x") && !query.is_on("peak"));
        assert!(Query::new("debug=-1").is_on("debug"));
        assert!(!Query::new("debug=yes").is_on("debug"));
    }

    #[test]
    fn seconds_are_a_number_within_bounds() {
        assert_eq!(Query::new("").seconds(), Ok(None));
        assert_eq!(Query::new("seconds=").seconds(), Ok(None));
        assert_eq!(Query::new("seconds=3600").seconds(), Ok(Some(Duration::from_secs(3600))));
        for wrong in ["0", "3601", "-1", "+1", "1.5", "1s", "%31", "99999999999999999999"] {
            let error = Query::new(&format!("seconds={wrong}")).seconds().unwrap_err();
            assert!(error.contains(wrong) && error.contains("1 to 3600"), "{error}");
        }
        let long = Query::new(&format!("seconds={}", "9".repeat(5000))).seconds().unwrap_err();
        assert!(long.len() < 200, "{long}");
    }
}
