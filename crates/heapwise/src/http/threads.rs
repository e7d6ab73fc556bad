//! Where each thread of the program is, as it is served.

use std::io::Write as _;
use std::time::Duration;

use heapwise_cpu_sampler::{Present, roll_call};
use heapwise_profile::{CodeFile, Profile, StackLabel, StackRow, Stacks};
use heapwise_recorder::Muted;

use super::legacy_text;
use crate::moment::Moment;
use crate::{Error, mapped};

/// How long threads have to say where they are: each needs some microseconds of a processor.
const PATIENCE: Duration = Duration::from_secs(1);

/// The threads at a moment.
struct Called {
    threads: Vec<Present>,
    moment: Moment,
}

impl Called {
    fn now() -> Result<Self, Error> {
        let threads = roll_call(PATIENCE)?;
        let moment = Moment::now()?;
        Ok(Self { threads, moment })
    }

    fn silent(&self) -> impl Iterator<Item = &Present> {
        self.threads.iter().filter(|thread| thread.frames.is_none())
    }
}

/// A profile with one sample a thread, labelled with its name and number; without a stack where the thread did
/// not answer. The caller has muted the thread.
///
/// # Errors
/// If threads cannot be asked, or it is not known which files the program's code comes from.
pub fn profile() -> Result<Profile, Error> {
    let called = Called::now()?;
    let mut profile = stacks(&called).profile();
    mapped::map_all(&mut profile);
    Ok(profile)
}

fn stacks(called: &Called) -> Stacks {
    let row = |thread: &Present| StackRow {
        frames: frames(thread),
        values: vec![1],
        labels: vec![
            (b"thread".to_vec(), StackLabel::Text(thread.name.clone())),
            (b"thread_id".to_vec(), StackLabel::Number(thread.id.into())),
        ],
    };
    let silent = called.silent().map(|thread| {
        let name = String::from_utf8_lossy(&thread.name);
        format!("heapwise: thread {} ({name}) did not answer", thread.id).into_bytes()
    });
    Stacks {
        types: vec![("threads", "count")],
        period_type: ("threads", "count"),
        period: 1,
        time_nanos: called.moment.time_nanos,
        mappings: called.moment.mappings.clone(),
        rows: called.threads.iter().map(row).collect(),
        comments: silent.collect(),
        ..Stacks::default()
    }
}

fn frames(thread: &Present) -> Vec<u64> {
    thread.frames.iter().flatten().map(|&frame| frame as u64).collect()
}

/// As text that readers of the older format know: a line of addresses a thread.
///
/// # Errors
/// As [`profile`].
pub fn text() -> Result<Vec<u8>, Error> {
    let _muted = Muted::new();
    let called = Called::now()?;
    let mut text = format!("threads profile: total {}\n", called.threads.len()).into_bytes();
    for thread in &called.threads {
        let answering = frames(thread);
        if !answering.is_empty() {
            text.extend(b"1 @");
            // Writing to memory does not fail.
            answering.iter().for_each(|frame| drop(write!(text, " {frame:#x}")));
            text.push(b'\n');
        }
        let _ = write!(text, "#\tthread {} ", thread.id);
        name(&mut text, thread);
    }
    text.extend(b"\n--- Memory map: ---\n");
    called.moment.mappings.iter().for_each(|file| legacy_text::mapping(&mut text, file));
    Ok(text)
}

/// As text for people: a paragraph a thread, with where each address is in its file.
///
/// # Errors
/// As [`profile`].
pub fn long_text() -> Result<Vec<u8>, Error> {
    let _muted = Muted::new();
    let called = Called::now()?;
    let mut text = Vec::new();
    for thread in &called.threads {
        let _ = write!(text, "thread {} ", thread.id);
        name(&mut text, thread);
        for frame in frames(thread) {
            place(&mut text, frame.saturating_sub(1), &called.moment.mappings);
        }
        text.push(b'\n');
    }
    Ok(text)
}

/// The rest of a line: the name, and whether there is nothing more to say.
fn name(text: &mut Vec<u8>, thread: &Present) {
    let printable = |&byte: &u8| if byte.is_ascii_control() { b'?' } else { byte };
    text.extend(thread.name.iter().map(printable));
    if thread.frames.is_none() {
        text.extend(b" did not answer");
    }
    text.push(b'\n');
}

/// A line: the address, its file, and where it is in that.
fn place(text: &mut Vec<u8>, address: u64, mappings: &[CodeFile]) {
    let _ = write!(text, "    {address:#x}");
    if let Some(file) = mappings.iter().find(|file| (file.start..file.limit).contains(&address)) {
        text.push(b' ');
        text.extend(&file.path);
        let _ = write!(text, "+{:#x}", address - file.start + file.offset);
    }
    text.push(b'\n');
}

#[cfg(test)]
mod tests {
    use heapwise_profile::Profile;

    use super::*;

    fn called() -> Called {
        let file = CodeFile {
            start: 0x1000,
            limit: 0x2000,
            offset: 0x400,
            path: b"/bin/program".to_vec(),
            build_id: Vec::new(),
        };
        let present = |id, name: &[u8], frames| Present { id, name: name.to_vec(), frames };
        Called {
            threads: vec![
                present(5, b"main", Some(vec![0x1101, 0x5000])),
                present(6, b"silent\n", None),
            ],
            moment: Moment { time_nanos: 1, mappings: vec![file] },
        }
    }

    #[test]
    fn a_thread_that_does_not_answer_is_named() {
        let profile: Profile = stacks(&called()).profile();
        profile.validate().unwrap();
        let depths: Vec<usize> = profile.samples.iter().map(|sample| sample.stack.len()).collect();
        assert_eq!(depths, [2, 0]);
        assert_eq!(profile.header.comments.len(), 1);
        let comment = profile.text(profile.header.comments[0]);
        assert!(comment.starts_with(b"heapwise: thread 6 (silent"), "{comment:?}");
    }

    #[test]
    fn an_address_is_shown_in_its_file() {
        let mut text = Vec::new();
        let mappings = called().moment.mappings;
        place(&mut text, 0x1100, &mappings);
        place(&mut text, 0x5000, &mappings);
        name(&mut text, &called().threads[1]);
        let expected = "    0x1100 /bin/program+0x500\n    0x5000\nsilent? did not answer\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
