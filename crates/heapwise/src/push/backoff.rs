//! How long to wait before the next try.

use std::time::Duration;

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

/// What `Retry-After` asks for, in seconds. A date in it is not read: the wait grows by itself.
pub fn asked(header: &str) -> Option<Duration> {
    header.trim().parse().ok().map(Duration::from_secs)
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
        assert_eq!(asked(" 17 "), Some(Duration::from_secs(17)));
        assert_eq!(["Wed, 21 Oct 2026 07:28:00 GMT", "-1", ""].map(asked), [None; 3]);
    }
}
