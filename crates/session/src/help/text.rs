//! What help says that is in no registry of what the program does.

/// How to write the command lines.
pub const SYNOPSIS: &str = "\
Usage:
  heapwise FORMAT [options] [binary] source ...   write one report
  heapwise [options] [binary] source ...          start a shell on the profile
  heapwise help [topic]                           explain a format, an option or a topic
  heapwise run [options] -- PROGRAM [ARG ...]     profile the heap of a program (Linux): help run
  heapwise recover FILE [-o PROFILE]              read what a killed program left behind
  heapwise help man                               write the manual page
  heapwise help completion bash|zsh|fish          write what completes command lines in a shell
  heapwise --version                              say which version this is
";

/// What the words of a command line are.
pub const SOURCES: &str = "\
A source is a profile: a file in pprof's format, compressed or not, - for standard input, or the
address of a server, http://host:port/path or host:port/path. Several are merged.
The command line is that of `go tool pprof`: options come first, with one dash or two.
";

/// One of the values of a heap profile.
#[derive(Debug)]
pub struct SampleType {
    /// Its name.
    pub name: &'static str,
    /// The question it answers.
    pub question: &'static str,
    /// What it counts.
    pub counts: &'static str,
    /// When to ask it, in lines.
    pub when: &'static [&'static str],
}

/// What the values have in common.
pub const SAMPLE_TYPES_INTRODUCTION: &str =
    "A heap profile counts the same allocations in four ways. Choose by the question:";

/// The four, in the order in which they are asked.
pub static SAMPLE_TYPES: &[SampleType] = &[
    SampleType {
        name: "inuse_space",
        question: "Which code holds the memory now?",
        counts: "bytes allocated and not yet freed",
        when: &["For a program that is running: a server, a leak, a footprint. The default."],
    },
    SampleType {
        name: "inuse_objects",
        question: "Which code holds most pieces?",
        counts: "allocations not yet freed",
        when: &["For many small pieces that are kept: fragmentation, garbage collector load."],
    },
    SampleType {
        name: "alloc_space",
        question: "Which code asked for most memory?",
        counts: "bytes allocated since the start, freed or not",
        when: &[
            "For a profile written when the program ends: by then nearly everything is freed,",
            "and inuse_space is nearly empty. Also for time lost in allocating.",
        ],
    },
    SampleType {
        name: "alloc_objects",
        question: "Which code allocates most often?",
        counts: "allocations since the start, freed or not",
        when: &["For code that allocates in a loop: what a hot path should not do."],
    },
];

/// How to ask, and what to do when nothing was recorded.
pub const SAMPLE_TYPES_END: &[&str] = &[
    "Say -alloc_space or -sample_index=alloc_space; in the shell: alloc_space or sample_index=alloc_space.",
    "A profile samples allocations, one in 512kB on average unless the program sets another interval: a",
    "small program may leave none. Then record more: runtime.MemProfileRate = 1 at the start of main in",
    "Go, heapwise::heap::set_interval(1) in Rust.",
];

/// The environment variables that count, each with lines of what it does.
pub static ENVIRONMENT: &[(&str, &[&str])] = &[
    (
        "HTTP_PROXY, HTTPS_PROXY, NO_PROXY",
        &["Proxies for URLs, and the hosts to reach without one"],
    ),
    ("PPROF_TMPDIR", &["Where copies of profiles from URLs are kept. Default: $HOME/pprof"]),
    (
        "PPROF_BINARY_PATH",
        &[
            "Directories in which to look for the binaries of a profile, by name and build id.",
            "Default: $HOME/pprof/binaries",
        ],
    ),
    (
        "TERM",
        &["The shell edits lines, and what takes long is shown, unless this is empty or dumb."],
    ),
    ("TZ", &["The zone in which times are written."]),
    (
        "XDG_STATE_HOME",
        &[
            "The shell keeps its history below this directory, in heapwise/history.",
            "Default: $HOME/.local/state",
        ],
    ),
];
