//! The names of addresses, in the protocol that profiles without names came with first: the question
//! is addresses with `+` between them, the answer a line for each that has a name.

use ::http::{Response, StatusCode};

use super::reply::{self, Refused};

/// The longest question, in bytes: some 60,000 addresses.
pub const LONGEST: usize = 1 << 20;

/// What it is for.
#[cfg(feature = "symbolize")]
pub const ABOUT: &str = "Names of addresses, for tools that do not have the program's file. POST \
                         addresses with + between them.";
/// What it is for.
#[cfg(not(feature = "symbolize"))]
pub const ABOUT: &str = "Names of addresses: none here, for the program was built without the feature \
                         symbolize. Tools find them in the program's file, by its build id.";

/// Answers `question`.
#[cfg(feature = "symbolize")]
pub fn answer(question: &[u8]) -> Result<Response<Vec<u8>>, Refused> {
    use std::io::Write as _;

    check(question)?;
    let _muted = heapwise_recorder::Muted::new();
    let words = question.split(|&byte| byte == b'+');
    let addresses: Vec<u64> = words.filter_map(address).collect();
    // Readers look only at whether it is 0: then there is nothing to ask.
    let mut text = b"num_symbols: 1\n".to_vec();
    for (address, name) in addresses.iter().zip(crate::names::of(&addresses)?) {
        if !name.is_empty() {
            // Writing to memory does not fail.
            let _ = write!(text, "{address:#x} ");
            text.extend(name);
            text.push(b'\n');
        }
    }
    Ok(reply::text(text))
}

/// That nothing is known. `go tool pprof` gives up the whole profile if the answer is an error.
#[cfg(not(feature = "symbolize"))]
pub fn answer(question: &[u8]) -> Result<Response<Vec<u8>>, Refused> {
    check(question)?;
    Ok(reply::text(b"num_symbols: 0\n".to_vec()))
}

fn check(question: &[u8]) -> Result<(), Refused> {
    if question.len() <= LONGEST { Ok(()) } else { Err(too_long()) }
}

/// What to answer to a question that is too long.
pub fn too_long() -> Refused {
    let why = format!("the question is longer than {LONGEST} bytes: ask in parts");
    Refused::new(StatusCode::PAYLOAD_TOO_LARGE, why)
}

/// A number as Go writes it; nothing for 0, which is no address.
#[cfg(feature = "symbolize")]
fn address(word: &[u8]) -> Option<u64> {
    let word = str::from_utf8(word).ok()?.trim();
    let number = match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => word.parse(),
    };
    number.ok().filter(|&number| number != 0)
}

#[cfg(all(test, feature = "symbolize"))]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_hexadecimal_or_decimal() {
        for (word, expected) in [
            ("0x1f", Some(31)),
            ("17", Some(17)),
            (" 0x10\n", Some(16)),
            ("0", None),
            ("0x", None),
            ("", None),
            ("0x1ffffffffffffffff", None),
            ("main", None),
        ] {
            assert_eq!(address(word.as_bytes()), expected, "{word}");
        }
    }

    #[test]
    fn what_is_asked_has_an_end() {
        let long = vec![b'+'; LONGEST + 1];
        assert!(answer(&long).is_err());
        let nothing = answer(&long[1..]).unwrap();
        assert_eq!(nothing.body(), b"num_symbols: 1\n");
    }
}
