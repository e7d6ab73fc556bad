//! Addresses to frames, file by file.

use std::collections::HashMap;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use heapwise_binary::demangle::{Demangling, demangle};
use heapwise_binary::{Binary, DebugFiles, Error, FileOffset, Frame, Image, MappedRange};
use heapwise_profile::{Id, Location, Mapping, Profile};

use crate::files::path_of;
use crate::plan::{Job, Request};
use crate::{Files, Message, Reason};

/// What a file says about the locations of its mappings.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// Distinct functions, in the order they were met.
    pub(crate) functions: Vec<FoundFunction>,
    /// Frames of all locations one after the other.
    pub(crate) frames: Vec<FoundFrame>,
    /// For each location that is known, where its frames end.
    pub(crate) ends: Vec<(Id<Location>, usize)>,
    /// The message about files that its debug information was split into.
    pub(crate) units_missing: Option<Message>,
    /// Mappings about which the file says nothing.
    pub(crate) unknown: Vec<(Id<Mapping>, Reason)>,
}

/// A function of a file.
#[derive(Debug)]
pub(crate) struct FoundFunction {
    pub(crate) name: Vec<u8>,
    pub(crate) system_name: Vec<u8>,
    pub(crate) file: String,
    pub(crate) start_line: u32,
}

/// A row of `functions` with a position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoundFrame {
    pub(crate) function: usize,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// Does the jobs, `at_once` at a time; answers come in the order of the jobs.
pub(crate) fn look_up(
    profile: &Profile,
    jobs: &[Job],
    files: &dyn Files,
    at_once: usize,
) -> Vec<Answers> {
    let queue = Mutex::new(jobs.iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut done = Vec::new();
        while let Some((row, job)) = next() {
            done.push((row, answer(profile, job, files)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let helpers: Vec<_> = (1..at_once.min(jobs.len()))
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        let mut done = work();
        for helper in helpers {
            done.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(row, _)| *row);
    done.into_iter().map(|(_, answers)| answers).collect()
}

fn answer(profile: &Profile, job: &Job, files: &dyn Files) -> Answers {
    let path = path_of(profile.text(job.file));
    let answered = files.open(&path).and_then(|image| answer_from(profile, job, &image, files));
    answered.unwrap_or_else(|error| {
        let reason = Reason::NotOpened(error.to_string());
        let mappings = job.requests.iter().map(|request| request.mapping);
        Answers {
            unknown: mappings.map(|row| (row, reason.clone())).collect(),
            ..Answers::default()
        }
    })
}

fn answer_from(
    profile: &Profile,
    job: &Job,
    image: &Image,
    files: &dyn Files,
) -> Result<Answers, Error> {
    let open = |path: &Path| files.open(path).ok();
    let debug_files = DebugFiles::new(files.debug_directories(), &open);
    let binary = Binary::parse(image)?.with_debug_files(&debug_files);
    let binary = match relocation_symbol(profile, job) {
        Some(symbol) => binary.with_relocation_symbol(symbol),
        None => binary,
    };
    let id = binary.build_id();
    let mut collector = Collector::default();
    for request in &job.requests {
        let mapping = &profile.mappings[request.mapping];
        if is_other_build(profile.text(mapping.build_id), id.as_deref()) {
            collector.answers.unknown.push((request.mapping, Reason::OtherBuild));
        } else {
            collector.resolve(profile, request, &binary);
        }
    }
    let mut answers = collector.answers;
    answers.units_missing = units_missing(image.path(), &debug_files.missing());
    Ok(answers)
}

fn units_missing(program: &Path, missing: &[PathBuf]) -> Option<Message> {
    let first = missing.first()?.display().to_string();
    let file = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Some(Message::UnitsMissing { file, count: missing.len(), first })
}

/// The symbol that the mappings of a kernel start at, where the profile names one.
fn relocation_symbol<'p>(profile: &'p Profile, job: &Job) -> Option<&'p str> {
    let mappings = job.requests.iter().map(|request| &profile.mappings[request.mapping]);
    let mut symbols = mappings.map(|mapping| profile.text(mapping.kernel_relocation_symbol));
    str::from_utf8(symbols.find(|symbol| !symbol.is_empty())?).ok()
}

/// Two ids that are known and differ. A file or a mapping without one is taken at its word.
fn is_other_build(wanted: &[u8], found: Option<&str>) -> bool {
    !wanted.is_empty() && found.is_some_and(|id| !id.as_bytes().eq_ignore_ascii_case(wanted))
}

/// Gathers the answers of one file; `'f` is how long its frames live.
#[derive(Default)]
struct Collector<'f> {
    answers: Answers,
    /// Rows of `answers.functions` by symbol, source file and start line.
    known: HashMap<(&'f [u8], &'f str, u32), usize>,
}

impl<'f> Collector<'f> {
    fn resolve(&mut self, profile: &Profile, request: &Request, binary: &'f Binary<'_>) {
        let mapping = &profile.mappings[request.mapping];
        let range = MappedRange {
            start: mapping.start.0,
            limit: mapping.limit.0,
            offset: FileOffset(mapping.offset.0),
        };
        let before = self.answers.ends.len();
        let mut frames = Vec::new();
        for &location in &request.locations {
            let runtime = profile.locations.get(location).address.0;
            let Some(link) = binary.link_address(runtime, &range) else { continue };
            binary.frames(link, &mut frames);
            if !frames.is_empty() {
                self.push(location, &frames);
            }
        }
        if self.answers.ends.len() == before {
            self.answers.unknown.push((request.mapping, Reason::NoSymbols));
        }
    }

    fn push(&mut self, location: Id<Location>, frames: &[Frame<'f>]) {
        for frame in frames {
            let (line, column) = (frame.line, frame.column);
            let function = self.function(frame);
            self.answers.frames.push(FoundFrame { function, line, column });
        }
        self.answers.ends.push((location, self.answers.frames.len()));
    }

    fn function(&mut self, frame: &Frame<'f>) -> usize {
        let functions = &mut self.answers.functions;
        *self.known.entry((frame.symbol, frame.file, frame.start_line)).or_insert_with(|| {
            let name = frame.name().into_owned();
            functions.push(FoundFunction {
                system_name: system_name(&name, frame.symbol).to_vec(),
                name,
                file: frame.file.to_owned(),
                start_line: frame.start_line,
            });
            functions.len() - 1
        })
    }
}

/// The symbol, or nothing where it is the name itself and demangling would cut parts off: line
/// tables of Rust have `fill<u8>` for an inlined function. An empty system name keeps the name.
fn system_name<'f>(name: &[u8], symbol: &'f [u8]) -> &'f [u8] {
    let cut = || demangle(symbol, Demangling::Default) != symbol;
    if name == symbol && cut() { b"" } else { symbol }
}
