//! The options that every report meets: one at a time, and drawn together.

/// What an option is about. Two options of one kind replace or contradict one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What makes two locations one node.
    Granularity,
    /// Column numbers, and frames that were inlined.
    Columns,
    /// The order of rows.
    Order,
    /// The most nodes.
    NodeCount,
    /// The least share of a node.
    NodeFraction,
    /// The least share of an edge.
    EdgeFraction,
    /// Whether small things are left out.
    Trim,
    /// The unit of values.
    Unit,
    /// What values are divided by.
    DivideBy,
    /// Values by the first column.
    Mean,
    /// Which column.
    Index,
    /// Percentages of what is left.
    Relative,
    /// The header.
    Compact,
    /// Nodes below zero.
    Negative,
    /// Call trees.
    CallTree,
    /// Scaling before a comparison.
    Normalize,
    /// Samples to keep.
    Focus,
    /// Samples to drop.
    Ignore,
    /// Frames to drop.
    Hide,
    /// Frames to keep.
    Show,
    /// Where stacks start.
    ShowFrom,
    /// Where stacks end.
    PruneFrom,
    /// Samples to keep by tag.
    TagFocus,
    /// Samples to drop by tag.
    TagIgnore,
    /// Tags to keep.
    TagShow,
    /// Tags to drop.
    TagHide,
    /// Tags as callers.
    TagRoot,
    /// Tags as callees.
    TagLeaf,
    /// A comment more.
    Comment,
    /// Frames that the profile wants dropped.
    AllFrames,
    /// The identity of the main binary.
    BuildId,
    /// Prefixes of paths.
    TrimPath,
    /// Where sources are.
    SourcePath,
    /// The syntax of disassembly.
    Intel,
    /// Tools of the system.
    Tools,
    /// How long to fetch.
    Timeout,
}

/// One way to set one or two options.
#[derive(Debug)]
pub struct Setting {
    /// What it is about.
    pub kind: Kind,
    /// As on the command line.
    pub words: &'static [&'static str],
    /// Whether it may be drawn together with others; one that only gives an error may not.
    pub combines: bool,
}

const fn drawn(kind: Kind, words: &'static [&'static str]) -> Setting {
    Setting { kind, words, combines: true }
}

const fn alone(kind: Kind, words: &'static [&'static str]) -> Setting {
    Setting { kind, words, combines: false }
}

/// Settings that hold for every report, for those that hardly depend on them.
pub const FEW: &[&[&str]] = &[
    &["-cum"],
    &["-lines"],
    &["-addresses"],
    &["-trim=false"],
    &["-nodecount=5"],
    &["-focus=main"],
    &["-hide=main"],
    &["-sample_index=0"],
    &["-unit=bytes"],
    &["-add_comment=one more"],
];

/// Every setting, in the order of the options of the manual.
pub const OPTIONS: &[Setting] = &[
    drawn(Kind::Granularity, &["-functions"]),
    drawn(Kind::Granularity, &["-filefunctions"]),
    drawn(Kind::Granularity, &["-files"]),
    drawn(Kind::Granularity, &["-lines"]),
    drawn(Kind::Granularity, &["-addresses"]),
    drawn(Kind::Granularity, &["-lines", "-showcolumns"]),
    drawn(Kind::Granularity, &["-addresses", "-showcolumns"]),
    drawn(Kind::Granularity, &["-addresses", "-noinlines"]),
    drawn(Kind::Granularity, &["-lines", "-noinlines"]),
    drawn(Kind::Granularity, &["-filefunctions", "-noinlines"]),
    drawn(Kind::Columns, &["-showcolumns"]),
    drawn(Kind::Columns, &["-noinlines"]),
    drawn(Kind::Order, &["-cum"]),
    drawn(Kind::Order, &["-flat"]),
    drawn(Kind::NodeCount, &["-nodecount=0"]),
    drawn(Kind::NodeCount, &["-nodecount=1"]),
    drawn(Kind::NodeCount, &["-nodecount=3"]),
    drawn(Kind::NodeCount, &["-nodecount=-7"]),
    drawn(Kind::NodeCount, &["-nodecount=0x10"]),
    drawn(Kind::NodeFraction, &["-nodefraction=0"]),
    drawn(Kind::NodeFraction, &["-nodefraction=0.05"]),
    drawn(Kind::NodeFraction, &["-nodefraction=0.5"]),
    drawn(Kind::NodeFraction, &["-nodefraction=1"]),
    drawn(Kind::NodeFraction, &["-nodefraction=-0.1"]),
    drawn(Kind::NodeFraction, &["-nodefraction=2"]),
    drawn(Kind::EdgeFraction, &["-edgefraction=0"]),
    drawn(Kind::EdgeFraction, &["-edgefraction=0.05"]),
    drawn(Kind::EdgeFraction, &["-edgefraction=0.5"]),
    drawn(Kind::EdgeFraction, &["-edgefraction=1"]),
    drawn(Kind::Trim, &["-trim=false"]),
    drawn(Kind::Trim, &["-trim=0"]),
    drawn(Kind::Trim, &["-trim"]),
    drawn(Kind::Unit, &["-unit=bytes"]),
    drawn(Kind::Unit, &["-unit=kb"]),
    drawn(Kind::Unit, &["-unit=MB"]),
    drawn(Kind::Unit, &["-unit=auto"]),
    drawn(Kind::Unit, &["-unit=minimum"]),
    drawn(Kind::Unit, &["-unit=ms"]),
    drawn(Kind::Unit, &["-unit=seconds"]),
    drawn(Kind::Unit, &["-unit=hrs"]),
    drawn(Kind::Unit, &["-unit=count"]),
    drawn(Kind::Unit, &["-unit=foo"]),
    drawn(Kind::Unit, &["-unit=gcu"]),
    drawn(Kind::Unit, &["-unit="]),
    drawn(Kind::DivideBy, &["-divide_by=2"]),
    drawn(Kind::DivideBy, &["-divide_by=1000"]),
    drawn(Kind::DivideBy, &["-divide_by=0.5"]),
    drawn(Kind::DivideBy, &["-divide_by=-3"]),
    drawn(Kind::DivideBy, &["-divide_by=1e-3"]),
    drawn(Kind::DivideBy, &["-divide_by=7"]),
    alone(Kind::DivideBy, &["-divide_by=0"]),
    alone(Kind::DivideBy, &["-divide_by=x"]),
    drawn(Kind::Mean, &["-mean"]),
    drawn(Kind::Index, &["-sample_index=0"]),
    drawn(Kind::Index, &["-sample_index=1"]),
    drawn(Kind::Index, &["-sample_index=3"]),
    drawn(Kind::Index, &["-inuse_space"]),
    drawn(Kind::Index, &["-inuse_objects"]),
    drawn(Kind::Index, &["-alloc_space"]),
    drawn(Kind::Index, &["-alloc_objects"]),
    drawn(Kind::Index, &["-sample_index=space"]),
    drawn(Kind::Index, &["-sample_index=cpu"]),
    drawn(Kind::Index, &["-mean_delay"]),
    drawn(Kind::Index, &["-mean", "-sample_index=1"]),
    alone(Kind::Index, &["-sample_index=99"]),
    alone(Kind::Index, &["-sample_index=-1"]),
    alone(Kind::Index, &["-sample_index=nothing"]),
    alone(Kind::Index, &["-total_delay"]),
    alone(Kind::Index, &["-contentions"]),
    alone(Kind::Index, &["-inuse_space", "-alloc_space"]),
    alone(Kind::Index, &["-alloc_space", "-sample_index=0"]),
    drawn(Kind::Relative, &["-relative_percentages"]),
    drawn(Kind::Compact, &["-compact_labels"]),
    drawn(Kind::Negative, &["-drop_negative"]),
    drawn(Kind::CallTree, &["-call_tree"]),
    alone(Kind::Normalize, &["-normalize"]),
    drawn(Kind::Focus, &["-focus=main"]),
    drawn(Kind::Focus, &["-focus=^[a-m]"]),
    drawn(Kind::Focus, &["-focus=nowhere"]),
    drawn(Kind::Focus, &["-focus=nomatch"]),
    drawn(Kind::Focus, &["-focus=[0-4]$"]),
    alone(Kind::Focus, &["-focus=("]),
    alone(Kind::Focus, &["-focus=a{2001}"]),
    drawn(Kind::Ignore, &["-ignore=^[n-z]"]),
    drawn(Kind::Ignore, &["-ignore=work|[bc]$"]),
    drawn(Kind::Ignore, &["-ignore=nomatch"]),
    drawn(Kind::Ignore, &["-ignore=."]),
    alone(Kind::Ignore, &["-ignore=*"]),
    drawn(Kind::Hide, &["-hide=main"]),
    drawn(Kind::Hide, &["-hide=[a-d]$"]),
    drawn(Kind::Hide, &["-hide=nomatch"]),
    drawn(Kind::Hide, &["-hide=."]),
    drawn(Kind::Hide, &["-hide=app"]),
    drawn(Kind::Show, &["-show=main"]),
    drawn(Kind::Show, &["-show=[a-m]$"]),
    drawn(Kind::Show, &["-show=nomatch"]),
    drawn(Kind::Show, &["-show=(?i)MAIN"]),
    drawn(Kind::ShowFrom, &["-show_from=main"]),
    drawn(Kind::ShowFrom, &["-show_from=[b-f]"]),
    drawn(Kind::ShowFrom, &["-show_from=nomatch"]),
    drawn(Kind::PruneFrom, &["-prune_from=work|b$"]),
    drawn(Kind::PruneFrom, &["-prune_from=^[a-m]"]),
    drawn(Kind::PruneFrom, &["-prune_from=nomatch"]),
    drawn(Kind::PruneFrom, &["-prune_from=main"]),
    drawn(Kind::TagFocus, &["-tagfocus=alice"]),
    drawn(Kind::TagFocus, &["-tagfocus=user=bob,carol"]),
    drawn(Kind::TagFocus, &["-tagfocus=user:.*,a"]),
    drawn(Kind::TagFocus, &["-tagfocus=1kb:"]),
    drawn(Kind::TagFocus, &["-tagfocus=:1mb"]),
    drawn(Kind::TagFocus, &["-tagfocus=bytes=16:64kb"]),
    drawn(Kind::TagFocus, &["-tagfocus=1MB"]),
    drawn(Kind::TagFocus, &["-tagfocus=1ms:2s"]),
    drawn(Kind::TagFocus, &["-tagfocus=100"]),
    drawn(Kind::TagFocus, &["-tagfocus=nomatch"]),
    drawn(Kind::TagFocus, &["-tagfocus=1kb:2s"]),
    alone(Kind::TagFocus, &["-tagfocus=("]),
    alone(Kind::TagFocus, &["-tagfocus=a=("]),
    drawn(Kind::TagIgnore, &["-tagignore=alice"]),
    drawn(Kind::TagIgnore, &["-tagignore=user=b"]),
    drawn(Kind::TagIgnore, &["-tagignore=16b:"]),
    drawn(Kind::TagIgnore, &["-tagignore=bytes=:1kb"]),
    drawn(Kind::TagIgnore, &["-tagignore=."]),
    drawn(Kind::TagShow, &["-tagshow=user"]),
    drawn(Kind::TagShow, &["-tagshow=^b"]),
    drawn(Kind::TagShow, &["-tagshow=nomatch"]),
    drawn(Kind::TagHide, &["-taghide=user"]),
    drawn(Kind::TagHide, &["-taghide=."]),
    drawn(Kind::TagHide, &["-taghide=bytes"]),
    drawn(Kind::TagRoot, &["-tagroot=user"]),
    drawn(Kind::TagRoot, &["-tagroot=user,bytes"]),
    drawn(Kind::TagRoot, &["-tagroot=nomatch"]),
    drawn(Kind::TagRoot, &["-tagroot=,"]),
    drawn(Kind::TagLeaf, &["-tagleaf=bytes"]),
    drawn(Kind::TagLeaf, &["-tagleaf=bytes,user"]),
    drawn(Kind::TagLeaf, &["-tagleaf=request"]),
    drawn(Kind::Comment, &["-add_comment=said on the command line"]),
    drawn(Kind::Comment, &["-add_comment=#hidden"]),
    drawn(Kind::AllFrames, &["-all_frames"]),
    drawn(Kind::BuildId, &["-buildid=0123abcd"]),
    drawn(Kind::TrimPath, &["-trim_path=/nowhere"]),
    drawn(Kind::TrimPath, &["-trim_path=/nowhere/app:/build/machine/project"]),
    drawn(Kind::SourcePath, &["-source_path=/elsewhere/nowhere"]),
    drawn(Kind::Intel, &["-intel_syntax"]),
    drawn(Kind::Tools, &["-tools=/nowhere"]),
    drawn(Kind::Timeout, &["-timeout=5"]),
    drawn(Kind::Timeout, &["-seconds=-1"]),
];
