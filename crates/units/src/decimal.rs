//! Numbers as decimal text, to the digit as the formatting of the standard library has them, but made
//! without a detour: reports consist of them.

/// `number` times 10^`decimals`, rounded to a whole number, halves to the even one; nothing if it is
/// negative or 2^53 and more, which is where a number has no fraction.
///
/// A number is m / 2^s with m below 2^53: m * 10^decimals is exact.
pub(crate) fn rounded(number: f64, decimals: u32) -> Option<u128> {
    const MANTISSA: u32 = 52;
    if !(0.0..9_007_199_254_740_992.0).contains(&number) || decimals > 15 {
        return None;
    }
    let bits = number.to_bits();
    let exponent = (bits >> MANTISSA) as u32;
    let fraction = bits & ((1 << MANTISSA) - 1);
    // Numbers too small for an implicit bit count as 0, which is what they round to.
    let mantissa = if exponent == 0 { 0 } else { fraction | 1 << MANTISSA };
    let scaled = u128::from(mantissa) * 10_u128.pow(decimals);
    // 2^53 has the exponent 1076: the shift is at least 0.
    let shift = 1075 - exponent;
    if shift >= 127 {
        return Some(0);
    }
    let (whole, rest) = (scaled >> shift, scaled & ((1 << shift) - 1));
    let half = (1_u128 << shift) >> 1;
    let up = rest > half || (rest == half && shift > 0 && whole & 1 == 1);
    Some(whole + u128::from(up))
}

/// Appends the digits of `number`, at least `width` of them.
pub(crate) fn push_digits(mut number: u128, width: usize, text: &mut Vec<u8>) {
    let start = text.len();
    while number > 0 || text.len() - start < width {
        text.push(b'0' + (number % 10) as u8);
        number /= 10;
    }
    text[start..].reverse();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: f64, decimals: u32) -> String {
        let mut text = Vec::new();
        push_digits(rounded(number, decimals).unwrap(), decimals as usize + 1, &mut text);
        let point = text.len() - decimals as usize;
        text.insert(point, b'.');
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn digits_are_those_of_the_standard_library() {
        let mut numbers =
            vec![0.0, 0.5, 0.125, 0.375, 2.675, 1.005, 1e-5, 9.995, 99.995, 1e15, 5e-324];
        numbers.extend([f64::MIN_POSITIVE, 9_007_199_254_740_991.0, 4_503_599_627_370_495.5]);
        let mut state = 1_u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let exponent = 1023 - 30 + (state >> 54) % 80;
            let number = f64::from_bits(exponent << 52 | state >> 12);
            // Short mantissas make ties.
            numbers.extend([number, f64::from_bits(number.to_bits() & !0 << 46)]);
        }
        for number in numbers.into_iter().filter(|number| *number < 9e15) {
            for decimals in [1, 2, 5] {
                assert_eq!(text(number, decimals), format!("{number:.*}", decimals as usize));
            }
        }
    }

    #[test]
    fn what_has_no_fraction_is_left_to_others() {
        for number in [9_007_199_254_740_992.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(rounded(number, 2), None);
        }
    }
}
