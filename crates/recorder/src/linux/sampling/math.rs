//! The two functions of the sampling model, in plain arithmetic.
//!
//! A call into the system's mathematics library may enter the dynamic loader the first time, and
//! its last digits differ between systems. Neither is welcome inside an allocator.

/// The natural logarithm of a positive, normal `x`; relative error below 1e-11.
///
/// `x = m * 2^e` with `m` in [sqrt(1/2), sqrt(2)), and with `t = (m - 1) / (m + 1)`, so `|t| <
/// 0.172`: `ln m = 2 (t + t^3/3 + t^5/5 + ..)`. The first term left out is below 5e-13.
pub fn ln(x: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    const ONE: u64 = 1023 << 52;
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as i32 - 1023;
    let mut mantissa = f64::from_bits((bits & MANTISSA) | ONE);
    if mantissa >= std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let square = t * t;
    let series = (1..=6).rev().fold(1.0 / 15.0, |sum, k| sum * square + 1.0 / f64::from(2 * k + 1));
    let ln_mantissa = 2.0 * t * (series * square + 1.0);
    f64::from(exponent) * std::f64::consts::LN_2 + ln_mantissa
}

/// The chance that a Poisson process of rate one leaves no gap of length `x >= 0`: `1 - e^-x`.
///
/// Relative error below 1e-12, also for tiny `x`, where subtracting from one would leave nothing.
/// The argument is halved until its Taylor series is short; each doubling back is
/// `1 - e^-2y = q (2 - q)` with `q = 1 - e^-y`, which only adds and multiplies positive numbers.
pub fn one_minus_exp_neg(x: f64) -> f64 {
    if x > 40.0 {
        return 1.0;
    }
    let mut halvings = 0;
    let mut y = x;
    while y > 1.0 / 64.0 {
        y /= 2.0;
        halvings += 1;
    }
    let q =
        y * (1.0 - y / 2.0 * (1.0 - y / 3.0 * (1.0 - y / 4.0 * (1.0 - y / 5.0 * (1.0 - y / 6.0)))));
    (0..halvings).fold(q, |q, _| q * (2.0 - q))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_agrees_with_the_systems() {
        for step in 1..10_000 {
            let x = f64::from(step) / 7_000.0;
            let error = (ln(x) - x.ln()).abs();
            assert!(error <= 1e-11 * x.ln().abs().max(1e-3), "ln({x}): error {error}");
        }
        assert!((ln(2f64.powi(-53)) - 2f64.powi(-53).ln()).abs() < 1e-9);
    }

    #[test]
    fn chance_agrees_with_the_systems_from_one_byte_to_certainty() {
        for exponent in -400..60 {
            let x = 2f64.powf(f64::from(exponent) / 10.0);
            let expected = -(-x).exp_m1();
            let error = (one_minus_exp_neg(x) / expected - 1.0).abs();
            assert!(error < 1e-12, "1 - e^-{x}: error {error}");
        }
        assert_eq!(one_minus_exp_neg(0.0), 0.0);
        assert_eq!(one_minus_exp_neg(1e9), 1.0);
    }
}
