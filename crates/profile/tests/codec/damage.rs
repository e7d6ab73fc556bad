//! Damaged bytes are refused or read as something else, never a panic.

use heapwise_profile::{Profile, decode, encode};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::arbitrary::profile;
use crate::dump::dump;

/// What can be read can be written and read again. The first time may drop labels that say nothing.
fn read(bytes: &[u8]) {
    if let Ok(profile) = Profile::read(bytes) {
        assert_eq!(profile.validate(), Ok(()));
        let again = |bytes: &[u8]| encode(&decode(bytes).expect("written bytes can be read"));
        let written = again(&encode(&profile));
        assert_eq!(again(&written), written);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_profile_cut_anywhere_does_not_panic(profile in profile()) {
        let bytes = encode(&profile);
        for cut in 0..bytes.len() {
            read(&bytes[..cut]);
        }
    }

    #[test]
    fn a_compressed_profile_cut_anywhere_is_refused(profile in profile()) {
        let mut bytes = Vec::new();
        profile.write_to(&mut bytes).unwrap();
        for cut in 0..bytes.len() {
            prop_assert!(Profile::read(&bytes[..cut]).is_err());
        }
        prop_assert_eq!(dump(&Profile::read(&bytes).unwrap()), dump(&profile));
    }
}

proptest! {
    #[test]
    fn a_profile_with_changed_bytes_does_not_panic(
        profile in profile(),
        changes in proptest::collection::vec(any::<(Index, u8)>(), 1..5),
    ) {
        let mut bytes = encode(&profile);
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        read(&bytes);
    }

    #[test]
    fn noise_does_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }
}
