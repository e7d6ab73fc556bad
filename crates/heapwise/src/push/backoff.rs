//! How long to wait before the next try.

use std::time::{Duration, SystemTime};

use httpdate::parse_http_date;

/// After the first failure, and at most.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// The longest that a server can ask for: what waits longer is too old anyway.
const LONGEST_ASKED: Duration = Duration::from_secs(3600);

/// The wait after this many failures in a row: doubled each time, and anything from a half of that on,
/// by `chance`; not less than the server asked for.
pub fn wait(failures: u32, asked: Option<Duration>, chance: u64) -> Duration {
    let doubled = 1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    let whole = FIRST.saturating_mul(doubled).min(LONGEST);
    let own = whole / 2 + (whole / 2).mul_f64(chance as f64 / u64::MAX as f64);
    own.max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

/// What `Retry-After` asks for, in seconds or by a date; `date` is what the answer has as its own, so that the clocks
/// of both machines need not agree. A date that is over asks for nothing.
pub fn asked(after: &str, date: Option<&str>) -> Option<Duration> {
    let seconds = after.trim().parse().ok().map(Duration::from_secs);
    let until = || {
        let now = date.and_then(|date| parse_http_date(date.trim()).ok());
        let until = parse_http_date(after.trim()).ok()?;
        until.duration_since(now.unwrap_or_else(SystemTime::now)).ok()
    };
    seconds.or_else(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute() {
        let most = |failures| wait(failures, None, u64::MAX).as_secs();
        assert_eq!([1, 2, 3, 6, 7, 40, u32::MAX].map(most), [1, 2, 4, 32, 60, 60, 60]);
        let least = |failures| wait(failures, None, 0).as_millis();
        assert_eq!([1, 2, 7].map(least), [500, 1000, 30_000]);
    }

    #[test]
    fn a_server_can_ask_for_longer() {
        let wait = |asked| wait(1, Some(Duration::from_secs(asked)), u64::MAX).as_secs();
        assert_eq!([0, 1, 90, 1 << 40].map(wait), [1, 1, 90, 3600]);
        let asked = |after: &str, date| asked(after, date).map(|asked| asked.as_secs());
        assert_eq!(asked(" 17 ", None), Some(17));
        assert_eq!(["-1", "soon", "", "1.5"].map(|after| asked(after, None)), [None; 4]);
    }

    #[test]
    fn a_server_can_ask_by_a_date() {
        let asked = |after: &str, date| asked(after, date).map(|asked| asked.as_secs());
        let date = Some("Wed, 21 Oct 2015 07:28:00 GMT");
        // The three forms of the standard.
        assert_eq!(asked("Wed, 21 Oct 2015 07:28:17 GMT", date), Some(17));
        assert_eq!(asked("Wednesday, 21-Oct-15 08:28:00 GMT", date), Some(3600));
        assert_eq!(asked("Wed Oct 21 07:28:00 2015", date), Some(0));
        assert_eq!(asked("Wed, 21 Oct 2015 07:27:59 GMT", date), None);
        assert_eq!(asked("Wed, 21 Oct 2015 07:28:00 GMT", None), None, "long ago");
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(1000));
        for date in [None, Some("no date")] {
            assert!((900..=1000).contains(&asked(&soon, date).unwrap()));
        }
    }
}
