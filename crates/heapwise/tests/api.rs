//! What programs rely on without calling it: errors are errors, values go to other threads and can be shown, and
//! what may grow is declared so.
#![deny(unreachable_patterns)]

use std::error::Error;
use std::fmt::Debug;
use std::io::ErrorKind;

use heapwise::cpu::StartError;
use heapwise::push::Failure;
use heapwise::{MappingsError, RecorderError, budget, cpu, custom, heap, http, push, start};

/// Says each error; asserts that it is a sentence and not the name of a variant.
fn told<E: Error + Send + Sync + 'static>(errors: impl IntoIterator<Item = E>) -> Vec<String> {
    let told: Vec<(String, String)> =
        errors.into_iter().map(|error| (error.to_string(), format!("{error:?}"))).collect();
    for (sentence, shown) in &told {
        assert!(sentence.contains(' ') && !sentence.ends_with('.'), "{sentence:?}");
        assert!(!shown.contains(sentence.as_str()), "{sentence:?}");
    }
    told.into_iter().map(|(sentence, _)| sentence).collect()
}

#[test]
fn errors_say_what_is_wrong() {
    let recorder = [
        RecorderError::NoMemory,
        RecorderError::Inside,
        RecorderError::Abandoned,
        RecorderError::Unsupported,
    ];
    let mappings = [
        MappingsError::OpenMaps(libc::ENOENT),
        MappingsError::ReadMaps(libc::EIO),
        MappingsError::MalformedMaps,
        MappingsError::NoMemory(libc::ENOMEM),
        MappingsError::Unsupported,
    ];
    let cpu = [
        StartError::Running,
        StartError::Rate(0),
        StartError::HandlerTaken,
        StartError::Timer(libc::EAGAIN),
        StartError::NoMemory(libc::ENOMEM),
        StartError::Handler(libc::EINVAL),
        StartError::Threads(libc::ENOENT),
        StartError::Forked,
        StartError::Unsupported,
    ];
    let custom = [
        custom::Error::NoWord("two words".to_owned()),
        custom::Error::Taken("heap".to_owned()),
        custom::Error::TooMany,
    ];
    let busy = Failure::Busy { status: 503, said: "later".to_owned() };
    let mut all = told(recorder);
    all.extend(told(mappings));
    all.extend(told(cpu));
    all.extend(told(custom));
    all.extend(told([busy, Failure::Dropped]));
    all.extend(told([push::Error::Header { name: "a b".to_owned() }]));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 24, "two errors say the same: {all:?}");
}

#[test]
fn an_error_leads_to_its_cause() {
    for (error, cause) in [
        (heapwise::Error::from(RecorderError::Inside), RecorderError::Inside.to_string()),
        (MappingsError::OpenMaps(2).into(), MappingsError::OpenMaps(2).to_string()),
        (StartError::Running.into(), StartError::Running.to_string()),
        (heapwise::Error::Write(ErrorKind::StorageFull.into()), "no storage space".to_owned()),
    ] {
        assert_eq!(error.source().unwrap().to_string(), cause);
        assert!(error.to_string().ends_with(&cause), "{error}");
    }
}

/// The last arm is reached by nothing that there is, and is no mistake: there may be more.
macro_rules! may_grow {
    ($($error:ty { $($known:pat),+ $(,)? })+) => {
        $(
            const _: fn(&$error) -> bool = |error| match error {
                $($known)|+ => true,
                _ => false,
            };
        )+
    };
}

may_grow! {
    heapwise::Error {
        heapwise::Error::Recorder(_),
        heapwise::Error::Mappings(_),
        heapwise::Error::Recording { .. },
        heapwise::Error::Cpu(_),
        heapwise::Error::Thread(_),
        heapwise::Error::Write(_),
        heapwise::Error::File { .. },
        heapwise::Error::NotInstalled,
        heapwise::Error::Started,
        heapwise::Error::Folder { .. },
        heapwise::Error::Late { .. },
    }
    RecorderError {
        RecorderError::NoMemory,
        RecorderError::Inside,
        RecorderError::Abandoned,
        RecorderError::Unsupported,
    }
    MappingsError {
        MappingsError::OpenMaps(_),
        MappingsError::ReadMaps(_),
        MappingsError::MalformedMaps,
        MappingsError::NoMemory(_),
        MappingsError::Unsupported,
    }
    StartError {
        StartError::Running,
        StartError::Rate(_),
        StartError::HandlerTaken,
        StartError::Timer(_),
        StartError::NoMemory(_),
        StartError::Handler(_),
        StartError::Threads(_),
        StartError::Forked,
        StartError::Unsupported,
    }
    custom::Error {
        custom::Error::NoWord(_),
        custom::Error::Taken(_),
        custom::Error::TooMany,
    }
    push::Error {
        push::Error::Url { .. },
        push::Error::Label { .. },
        push::Error::Header { .. },
        push::Error::Certificates(_),
        push::Error::Interval(_),
        push::Error::Thread(_),
    }
    Failure {
        Failure::Profile(_),
        Failure::Unreachable(_),
        Failure::Busy { .. },
        Failure::Refused { .. },
        Failure::Dropped,
    }
}

/// Goes to other threads, may be looked at by several, can be shown.
fn is_shared<T: Debug + Send + Sync + Unpin + 'static>() {}

/// As well, but only one thread at a time has it.
fn is_sent<T: Debug + Send + Unpin + 'static>() {}

#[test]
fn values_go_to_other_threads() {
    is_shared::<heapwise::Alloc>();
    is_shared::<heapwise::Labels>();
    is_shared::<heapwise::Labelled<std::future::Ready<()>>>();
    is_shared::<budget::Budget>();
    is_shared::<budget::Handle>();
    is_shared::<budget::Used>();
    is_shared::<cpu::CpuProfile>();
    is_shared::<cpu::Sampling>();
    is_shared::<custom::Held>();
    is_shared::<custom::Profile>();
    is_shared::<custom::Totals>();
    is_shared::<heap::Totals>();
    is_shared::<http::Answer>();
    is_shared::<http::Options>();
    is_shared::<http::Pending>();
    is_shared::<http::Server>();
    is_shared::<push::Pusher>();
    is_shared::<push::Stats>();
    is_shared::<start::Profiling>();
    is_shared::<start::Start>();
    is_shared::<heapwise::criterion::Profiler>();
    // It has a listener of the program's, which need not be shared.
    is_sent::<push::Options>();
}
