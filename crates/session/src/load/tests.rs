use std::path::PathBuf;

use super::*;
use crate::fake_host::FakeHost;
use crate::flag::{Asked, read};
use crate::test_profile::{bytes, stacks};

/// Files `a` and `b` in the current directory.
fn host() -> FakeHost {
    let a = bytes("nanoseconds", &[(&["leaf", "main"], [5, 500]), (&["other", "main"], [1, 100])]);
    let b = bytes("microseconds", &[(&["leaf", "main"], [2, 3])]);
    let files = [("a", a), ("b", b)];
    FakeHost {
        files: files.map(|(name, bytes)| (PathBuf::from("/here").join(name), bytes)).into(),
        ..FakeHost::default()
    }
}

fn loaded(line: &str, host: &FakeHost) -> Result<Profile, FetchError> {
    let words = format!("-symbolize=none {line}");
    match read(words.split_whitespace().map(OsString::from)).unwrap() {
        Asked::Work(said) => load(&Invocation::new(said).unwrap(), host).map(|l| l.profile),
        other => panic!("{line} gave {other:?}"),
    }
}

#[test]
fn sources_are_merged_in_the_finest_of_their_units() {
    let profile = loaded("a b", &host()).unwrap();
    assert_eq!(stacks(&profile), ["leaf;main: 5 500", "other;main: 1 100", "leaf;main: 2 3000"]);
    assert_eq!(profile.text(profile.header.sample_types[1].unit), b"nanoseconds");
}

#[test]
fn a_base_cancels_what_it_has_and_a_diff_base_keeps_it_apart() {
    let host = host();
    assert_eq!(stacks(&loaded("-base a a", &host).unwrap()), Vec::<String>::new());
    let diff = loaded("-diff_base a a", &host).unwrap();
    assert_eq!(diff.samples.len(), 4);
    let key = diff.strings.find(BASE_LABEL).unwrap();
    let marked = |row: &usize| diff.samples.labels(*row).iter().any(|label| label.key == key);
    assert_eq!((0..4).filter(marked).count(), 2);
}

#[test]
fn normalization_scales_the_source_to_the_base() {
    let mut host = host();
    let base = bytes("nanoseconds", &[(&["leaf", "main"], [12, 1200])]);
    host.files.insert("/here/c".into(), base);
    let profile = loaded("-normalize -diff_base c a", &host).unwrap();
    let expected = ["leaf;main: 10 1000", "other;main: 2 200", "leaf;main: -12 -1200"];
    assert_eq!(stacks(&profile), expected);
}

#[test]
fn what_fails_is_said_and_only_all_of_it_ends_the_run() {
    let host = host();
    assert!(loaded("a none", &host).is_ok());
    let missing = "none: stat none: no such file or directory";
    assert_eq!(host.said(), [missing, "Fetched 1 source profiles out of 2"]);
    let error = loaded("none", &host).unwrap_err();
    assert_eq!(error.to_string(), "failed to fetch any source profiles");
    let error = loaded("-base none a", &host).unwrap_err();
    assert_eq!(error.to_string(), "failed to fetch any base profiles");
}

#[test]
fn frames_that_the_profile_drops_are_dropped_unless_all_are_wanted() {
    let mut profile = crate::test_profile::profile("ns", &[(&["malloc", "leaf", "main"], [1, 1])]);
    let rule = Arc::make_mut(&mut profile.strings).intern(b"mal.*");
    profile.header.drop_frames = rule;
    let mut host = FakeHost::default();
    host.files.insert("/here/p".into(), heapwise_profile::encode(&profile));
    assert_eq!(stacks(&loaded("p", &host).unwrap()), ["leaf;main: 1 1"]);
    assert_eq!(stacks(&loaded("-all_frames p", &host).unwrap()), ["malloc;leaf;main: 1 1"]);
}

#[test]
fn a_comment_a_build_id_and_an_executable_are_added() {
    let mut host = host();
    let own = std::env::current_exe().unwrap();
    host.files.insert("/here/program".into(), std::fs::read(own).unwrap());
    let profile = loaded("-add_comment=hi -buildid=abc program a", &host).unwrap();
    let comments: Vec<_> = profile.header.comments.iter().map(|&c| profile.text(c)).collect();
    assert_eq!(comments, [b"hi"]);
    let main = profile.mappings.first().unwrap();
    assert_eq!(
        (profile.text(main.file), profile.text(main.build_id)),
        (&b"program"[..], &b"abc"[..])
    );
}

#[test]
fn a_mapping_named_after_a_url_loses_the_name() {
    let profile = crate::test_profile::profile("ns", &[(&["main"], [1, 1])]);
    let mut profile = heapwise_profile::with_fake_mapping(&profile);
    let url = Arc::make_mut(&mut profile.strings).intern(b"http://host/x");
    Arc::make_mut(&mut profile.mappings).rows_mut()[0].file = url;
    assert_eq!(without_url_mappings(profile).mappings.rows()[0].file, Strings::EMPTY);
}

fn server() -> FakeHost {
    let body = bytes("nanoseconds", &[(&["leaf", "main"], [5, 500])]);
    let response = crate::http::Response { ok: true, body, ..Default::default() };
    let url = "http://h:1/debug/pprof/profile?seconds=2".to_owned();
    FakeHost { responses: [(url, response)].into(), ..host() }
}

#[test]
fn a_profile_from_a_server_is_merged_with_files_and_kept() {
    let host = server();
    let profile = loaded("-seconds=2 h:1 a", &host).unwrap();
    // A mapping without a name is that of its server only, as in the reference: the stacks stay apart.
    assert_eq!(stacks(&profile), ["leaf;main: 5 500", "leaf;main: 5 500", "other;main: 1 100"]);
    let created = host.created.lock().unwrap();
    let (path, content) = created.iter().next().unwrap();
    assert_eq!(path, &PathBuf::from("/tmp/pprof.samples.cpu.001.pb.gz"));
    assert_eq!(stacks(&Profile::read(content).unwrap()), stacks(&profile));
}

#[test]
fn a_base_from_a_server_is_kept_too_and_a_failed_server_keeps_nothing() {
    let host = server();
    loaded("-seconds=2 -base=h:1 a", &host).unwrap();
    assert_eq!(host.created.lock().unwrap().len(), 1);
    let host = server();
    loaded("a gone:1", &host).unwrap();
    assert!(host.created.lock().unwrap().is_empty());
    assert!(host.said().contains(&"Fetched 1 source profiles out of 2".to_owned()));
}
