//! From a number to a value.

/// The whole part of `number`. What no `i64` holds (too large, too small, not a number) becomes
/// `i64::MIN`, as the conversion instruction of x86-64 has it: reports must agree with those of the
/// reference there.
pub fn truncate(number: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&number) { number as i64 } else { i64::MIN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncates_toward_zero() {
        assert_eq!(truncate(1.9), 1);
        assert_eq!(truncate(-1.9), -1);
        assert_eq!(truncate(i64::MIN as f64), i64::MIN);
        assert_eq!(truncate(i64::MAX as f64), i64::MIN);
        assert_eq!(truncate(f64::NAN), i64::MIN);
        assert_eq!(truncate(f64::NEG_INFINITY), i64::MIN);
    }
}
