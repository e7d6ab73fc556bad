//! What a program left behind, as a profile, and what is said of it.

use std::path::Path;

use anyhow::Result;
use heapwise_profile::{Profile, ValueType};
use heapwise_units::{AUTO, label};

use super::scratch::Scratch;
use crate::launch::request::Request;
use crate::machine::Machine;
use crate::{output, recording};

/// What is said of a program that the library did not record.
const NOT_RECORDED: &str = "\
nothing was recorded. Either the loader gave the program no library, as if it has rights of its own
(file capabilities); it may have said so above. Or the program has an allocator of its own, such as
jemalloc, with more functions than the C library's.";

/// Writes the profile, and says what it holds. What cannot be written is said too: the exit code is the
/// program's.
pub fn tell(request: &Request, scratch: Scratch) {
    let Some(path) = scratch.last_recording() else { return note(NOT_RECORDED) };
    match write(&path, &request.output) {
        Ok(profile) if !request.quiet => note(&summary(&profile, &request.output)),
        Ok(_) => {}
        Err(error) => {
            scratch.keep();
            let path = path.display();
            note(&format!("{error}\nThe recording is kept: heapwise recover {path} -o FILE"));
        }
    }
}

fn write(from: &Path, to: &Path) -> Result<Profile> {
    let profile = recording::read(from)?;
    recording::write(&profile, to, &Machine::default())?;
    Ok(profile)
}

fn note(text: &str) {
    output::note(&format!("heapwise: {text}"));
}

/// The file, what is in it, and what to type to see more.
fn summary(profile: &Profile, file: &Path) -> String {
    let (shown, program) = (file.display(), program(profile));
    if profile.samples.is_empty() {
        return format!("{shown}: {program} allocated nothing");
    }
    let sum = |kind: &str| sum(profile, kind);
    let bytes =
        |kind: &str| String::from_utf8_lossy(&label(sum(kind), b"bytes", AUTO)).into_owned();
    let [allocated, peak, inuse] = ["alloc_space", "peak_space", "inuse_space"].map(bytes);
    let count = sum("alloc_objects");
    let name = quoted(file);
    // As the interval was at the end, and it only grows: every allocation was recorded.
    let about = if profile.header.period <= 1 { "" } else { "about " };
    format!(
        "{shown}: {program} allocated {about}{allocated} in {count} objects; {peak} at the peak, {inuse} in use at \
         the end\nTo see where: heapwise -top -sample_index=peak_space {name}, or heapwise -http=: {name}"
    )
}

/// The name of the program that was recorded: it may be another than the one that was started, which it
/// replaced.
fn program(profile: &Profile) -> String {
    let main = profile.mappings.first().map_or(&b""[..], |main| profile.text(main.file));
    let name = main.rsplit(|byte| *byte == b'/').next().filter(|name| !name.is_empty());
    name.map_or_else(|| "the program".to_owned(), |name| String::from_utf8_lossy(name).into_owned())
}

/// The sum of a kind of values over all samples.
fn sum(profile: &Profile, kind: &str) -> i64 {
    let types = &profile.header.sample_types;
    let named = |value: &ValueType| profile.text(value.kind) == kind.as_bytes();
    let Some(column) = types.iter().position(named) else { return 0 };
    let values = profile.samples.iter().filter_map(|sample| sample.values.get(column).copied());
    values.fold(0, i64::saturating_add)
}

/// A path as a shell takes it for one word.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+,:@%".contains(letter);
    if path.chars().all(plain) && !path.starts_with('-') {
        return path;
    }
    format!("'{}'", path.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_word_for_a_shell() {
        assert_eq!(quoted(Path::new("/run/mem-1.pb.gz")), "/run/mem-1.pb.gz");
        assert_eq!(quoted(Path::new("it's mine")), "'it'\\''s mine'");
        assert_eq!(quoted(Path::new("-o")), "'-o'");
    }
}
