use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ::http::{Method, StatusCode};
use heapwise_profile::{GunzipLimit, Profile, decode, gunzip};
use heapwise_recorder as recorder;

use super::*;

fn ask(method: &Method, path: &str) -> Response<Vec<u8>> {
    respond(&Request::builder().method(method).uri(path).body("").unwrap())
}

fn get(path: &str) -> Response<Vec<u8>> {
    ask(&Method::GET, &format!("/debug/pprof/{path}"))
}

fn profile(response: &Response<Vec<u8>>) -> Profile {
    assert_eq!(response.status(), StatusCode::OK);
    decode(&gunzip(response.body(), GunzipLimit::default()).unwrap()).unwrap()
}

fn types(profile: &Profile) -> Vec<&str> {
    let kinds = profile.header.sample_types.iter().map(|of| profile.text(of.kind));
    kinds.map(|kind| std::str::from_utf8(kind).unwrap()).collect()
}

fn header<'a>(response: &'a Response<Vec<u8>>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Records a block at a place of its own; this test program's allocator is not ours. Blocks that
/// live are not freed.
#[inline(never)]
fn record(size: usize, lives: bool) {
    let layout = std::alloc::Layout::from_size_align(size, 8).unwrap();
    let marked = recorder::mark(size, 1);
    // SAFETY: used in this function only.
    let caller = unsafe { recorder::Caller::here() };
    let block = recorder::allocate(layout, marked, caller).unwrap();
    if !lives {
        recorder::free(block.addr().get(), size);
    }
}

/// Held by each test that counts what was allocated meanwhile or that takes places to wait at: the
/// recorder and the places are the process's, and tests run on threads of it.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

const GO_TYPES: [&str; 4] = ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"];

#[test]
fn heap_and_allocs_have_the_four_types_of_go() {
    record(48, true);
    for (name, first) in [("heap", "inuse_space"), ("allocs", "alloc_space")] {
        let response = get(name);
        assert_eq!(header(&response, "content-type"), "application/octet-stream");
        let disposition = format!("attachment; filename=\"{name}\"");
        assert_eq!(header(&response, "content-disposition"), disposition);
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        assert_eq!(header(&response, "content-encoding"), "");
        let profile = profile(&response);
        assert_eq!(types(&profile), GO_TYPES);
        assert_eq!(profile.text(profile.header.default_sample_type), first.as_bytes());
        assert_eq!(profile.text(profile.header.period_type.kind), b"space");
        assert!(profile.header.time_nanos > 0 && !profile.samples.is_empty());
        assert!(profile.locations.iter().all(|(location, _)| location.mapping.is_some()));
        profile.validate().unwrap();
    }
    assert_eq!(types(&profile(&get("heap?peak=1&gc=1"))).len(), 6);
}

#[test]
fn a_difference_is_of_what_was_allocated_meanwhile() {
    let _alone = alone();
    record(3000, true);
    let request = Request::get("/debug/pprof/heap?seconds=30").body("").unwrap();
    let Answer::After(pending) = answer(&request) else { panic!("there is nothing to wait for") };
    assert_eq!(pending.wait().as_secs(), 30);
    record(5000, false);
    let response = pending.finish();
    assert_eq!(header(&response, "content-disposition"), "attachment; filename=\"heap-delta\"");
    let profile = profile(&response);
    assert_eq!(types(&profile), GO_TYPES);
    let of = |class: i64| {
        let has = |labels: &[heapwise_profile::Label]| matches!(labels[0].value, heapwise_profile::LabelValue::Number { number, .. } if number == class);
        let rows = profile.samples.iter().filter(move |sample| has(sample.labels));
        rows.map(|sample| sample.values.to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(of(2048), [[0, 0, 1, 3000]], "in use, and allocated before");
    assert_eq!(of(4096), [[1, 5000, 0, 0]], "freed, and allocated meanwhile");
    assert!(profile.header.duration_nanos > 0);
}

#[test]
fn a_difference_is_by_labels() {
    use heapwise_profile::LabelValue;

    let under = |tenant: &str, lives| crate::label("tenant", tenant).scope(|| record(6_001, lives));
    under("before", true);
    let request = Request::get("/debug/pprof/allocs?seconds=30").body("").unwrap();
    let Answer::After(pending) = answer(&request) else { panic!("there is nothing to wait for") };
    under("meanwhile", false);
    let of = |response: &Response<Vec<u8>>, tenant: &str| -> Vec<Vec<i64>> {
        let profile = profile(response);
        let text = profile.strings.find(tenant.as_bytes());
        let has = |sample: &heapwise_profile::Sample<'_>| {
            sample.labels.iter().any(|label| text.map(LabelValue::Text) == Some(label.value))
        };
        profile.samples.iter().filter(has).map(|sample| sample.values.to_vec()).collect()
    };
    let response = pending.finish();
    assert_eq!(of(&response, "before"), [[0, 0, 1, 6_001]]);
    assert_eq!(of(&response, "meanwhile"), [[1, 6_001, 0, 0]]);
    assert_eq!(of(&get("heap"), "before"), [[1, 6_001, 1, 6_001]], "since the start");
}

#[test]
fn the_blocking_function_waits() {
    let _alone = alone();
    let start = Instant::now();
    profile(&get("allocs?seconds=1"));
    assert!(start.elapsed().as_secs_f64() >= 1.0);
}

#[test]
fn profiles_of_the_programs_own_are_served_by_name() {
    let connections = crate::custom::Profile::new("tests.conns", "bytes", "Open <connections>.");
    let _held = connections.unwrap().add(100);
    let response = get("tests.conns");
    assert_eq!(header(&response, "content-disposition"), "attachment; filename=\"tests.conns\"");
    let bare = profile(&response);
    assert_eq!(types(&bare)[2..], ["tests.conns", "tests.conns_weight"]);
    assert_eq!(bare.samples.values(0), [1, 100, 1, 100]);
    assert!(bare.locations.iter().all(|(location, _)| location.mapping.is_some()));
    let index = String::from_utf8(get("").into_body()).unwrap();
    let row = "<a href=\"tests.conns\">tests.conns</a></td><td>Open &lt;connections&gt;.</td>";
    assert!(index.contains(row), "{index}");
    assert!(ask(&Method::HEAD, "/debug/pprof/tests.conns").body().is_empty());
    for (method, query, status) in [
        (Method::GET, "?seconds=5", StatusCode::BAD_REQUEST),
        (Method::GET, "?debug=1", StatusCode::BAD_REQUEST),
        (Method::POST, "", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let response = ask(&method, &format!("/debug/pprof/tests.conns{query}"));
        assert_eq!(response.status(), status, "{method} {query}");
    }
    assert_eq!(bare.functions.len(), 0);
    let here = "profiles_of_the_programs_own_are_served_by_name";
    assert!(has_function(&profile(&get("tests.conns?symbolize=1")), here));
    let unknown = get("tests.nothing");
    assert!(String::from_utf8_lossy(unknown.body()).contains("tests.conns"));
}

#[test]
fn a_wrong_request_is_told_what_is_wrong() {
    for (path, word) in [
        ("heap?seconds=0", "seconds"),
        ("allocs?seconds=x", "seconds"),
        ("heap?seconds=1&debug=1", "debug"),
    ] {
        let response = get(path);
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        assert!(String::from_utf8_lossy(response.body()).contains(word));
        assert_eq!(header(&response, "x-go-pprof"), "1");
    }
}

#[test]
fn waits_are_bounded() {
    let _alone = alone();
    let request = Request::get("/debug/pprof/heap?seconds=30").body("").unwrap();
    let asked: Vec<Answer> = (0..pending::AT_ONCE + 1).map(|_| answer(&request)).collect();
    let refused = asked.iter().filter_map(|answer| match answer {
        Answer::Now(response) => Some(response.status()),
        Answer::After(_) => None,
    });
    let refused: Vec<StatusCode> = refused.collect();
    assert_eq!(refused, [StatusCode::SERVICE_UNAVAILABLE]);
}

#[test]
fn text_is_what_readers_of_the_older_format_read() {
    record(64, true);
    let response = get("heap?debug=1");
    assert_eq!(header(&response, "content-type"), "text/plain; charset=utf-8");
    assert!(response.body().starts_with(b"heap profile: "));
    let profile = Profile::read(response.body()).unwrap();
    assert!(!profile.samples.is_empty() && !profile.mappings.is_empty());
}

#[test]
fn what_is_not_there_is_not_found_and_says_what_to_do() {
    for name in ["goroutine", "mutex", "block", "trace", "threadcreate"] {
        let response = get(name);
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{name}");
        assert!(response.body().len() > 40, "{name}");
    }
    for path in ["/", "/debug/pprof/../../etc/passwd", "/debug/pprof/heap/", "/debug/pprofheap"] {
        let response = ask(&Method::GET, path);
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(String::from_utf8_lossy(response.body()).contains("heap, allocs"), "{path}");
    }
}

#[test]
fn only_reading_is_allowed() {
    for (method, name, allowed) in [
        (Method::POST, "heap", "GET, HEAD"),
        (Method::DELETE, "", "GET, HEAD"),
        (Method::PUT, "profile", "GET, HEAD"),
        (Method::PUT, "symbol", "GET, HEAD, POST"),
    ] {
        let response = ask(&method, &format!("/debug/pprof/{name}"));
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {name}");
        assert_eq!(header(&response, "allow"), allowed);
    }
    for method in [Method::GET, Method::POST] {
        let response = ask(&method, "/debug/pprof/symbol");
        assert_eq!(response.body(), b"num_symbols: 1\n");
    }
}

#[test]
fn the_head_alone_is_had_without_the_body_and_without_a_wait() {
    let start = Instant::now();
    for (name, kind) in [
        ("", "text/html; charset=utf-8"),
        ("heap", "application/octet-stream"),
        ("allocs?seconds=60", "application/octet-stream"),
        ("heap?debug=1", "text/plain; charset=utf-8"),
        ("delta_heap", "application/octet-stream"),
        ("profile", "application/octet-stream"),
        ("threads", "application/octet-stream"),
        ("threads?debug=2", "text/plain; charset=utf-8"),
        ("mutex", "text/plain; charset=utf-8"),
    ] {
        let response = ask(&Method::HEAD, &format!("/debug/pprof/{name}"));
        assert_eq!(header(&response, "content-type"), kind, "{name}");
        assert!(response.body().is_empty(), "{name}");
    }
    assert!(start.elapsed().as_secs() < 30);
}

#[test]
fn the_index_is_a_page_without_script() {
    let response = get("");
    assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
    assert!(header(&response, "content-security-policy").starts_with("default-src 'none'"));
    let moved = ask(&Method::GET, "/debug/pprof");
    assert_eq!(
        (moved.status(), header(&moved, "location")),
        (StatusCode::MOVED_PERMANENTLY, "pprof/")
    );
}

#[test]
fn the_command_line_is_words_with_zero_bytes_between() {
    let words: Vec<String> = std::env::args().collect();
    assert_eq!(get("cmdline").body(), words.join("\0").as_bytes());
}

#[test]
fn a_difference_since_the_last_time_is_for_scrapers_only() {
    let _alone = alone();
    let allocated = |response: &Response<Vec<u8>>| {
        let profile = profile(response);
        let rows = profile.samples.iter();
        rows.filter(|sample| sample.values[1] == 7_001).count()
    };
    get("delta_heap");
    record(7_001, false);
    let foreign = Request::get("/debug/pprof/delta_heap").header("sec-fetch-site", "cross-site");
    assert_eq!(respond(&foreign.body("").unwrap()).status(), StatusCode::FORBIDDEN);
    assert_eq!(allocated(&get("delta_heap")), 1);
    assert_eq!(allocated(&get("delta_heap")), 0);
}

#[test]
fn a_cpu_profile_is_taken_while_one_waits_and_by_one_at_a_time() {
    let request = Request::get("/debug/pprof/profile?seconds=30").body("").unwrap();
    let Answer::After(pending) = answer(&request) else { panic!("there is nothing to wait for") };
    assert_eq!(pending.wait().as_secs(), 30);
    let second = get("profile?seconds=1");
    assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
    let words = String::from_utf8_lossy(second.body()).into_owned();
    assert!(words.starts_with("Could not enable CPU profiling: "), "{words}");
    assert_eq!(header(&second, "x-go-pprof"), "1");
    let response = pending.finish();
    assert_eq!(types(&profile(&response)), ["samples", "cpu"]);
    assert_eq!(header(&response, "content-disposition"), "attachment; filename=\"profile\"");
    // Who gives up makes room.
    drop(answer(&request));
    let Answer::After(pending) = answer(&request) else { panic!("dropping did not stop it") };
    drop(pending);
    assert_eq!(get("profile?seconds=0").status(), StatusCode::BAD_REQUEST);
}

#[test]
fn every_thread_is_there_with_its_name() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let named = std::thread::Builder::new().name("waits for us".to_owned());
    let (is_there, there) = std::sync::mpsc::channel();
    let wait = move || {
        is_there.send(()).unwrap();
        receiver.recv()
    };
    let thread = named.spawn(wait).unwrap();
    there.recv().unwrap();
    let found = profile(&get("threads"));
    assert_eq!(types(&found), ["threads"]);
    let label = |name: &str| {
        let texts = found.samples.iter().filter(|sample| {
            let is_named = |label: &heapwise_profile::Label| match label.value {
                heapwise_profile::LabelValue::Text(text) => found.text(text) == name.as_bytes(),
                heapwise_profile::LabelValue::Number { .. } => false,
            };
            sample.stack.len() > 2 && sample.labels.iter().any(is_named)
        });
        texts.count()
    };
    assert_eq!(label("waits for us"), 1);
    assert!(has_function(
        &profile(&get("threads?symbolize=1")),
        "every_thread_is_there_with_its_name"
    ));
    let text = get("threads?debug=1");
    let read = Profile::read(text.body()).unwrap();
    assert!(read.samples.iter().count() >= 2);
    let long = String::from_utf8(get("threads?debug=2").into_body()).unwrap();
    assert!(long.contains("waits for us\n    0x"), "{long}");
    drop(sender);
    thread.join().unwrap().unwrap_err();
}

#[test]
fn names_are_in_the_profile_where_they_are_asked_for() {
    let _alone = alone();
    record(56, true);
    let named = profile(&get("heap?symbolize=1"));
    assert_eq!(types(&named), GO_TYPES);
    // Stacks begin with the caller of `record`.
    let here = "names_are_in_the_profile_where_they_are_asked_for";
    assert!(has_function(&named, here) && !has_function(&profile(&get("heap")), here));
    for name in ["allocs?symbolize=1&peak=1", "delta_heap?symbolize=1"] {
        record(56, true);
        assert!(has_function(&profile(&get(name)), here), "{name}");
    }
    assert_eq!(get("heap?symbolize=1&debug=1").status(), StatusCode::BAD_REQUEST);
}

fn has_function(profile: &Profile, last: &str) -> bool {
    let mut names = profile.functions.rows().iter().map(|function| profile.text(function.name));
    names.any(|name| String::from_utf8_lossy(name).ends_with(&format!("::{last}")))
}

#[test]
fn addresses_are_told_the_names_of_their_functions() {
    let _alone = alone();
    record(72, true);
    let bare = profile(&get("heap"));
    let named = profile(&get("heap?symbolize=1"));
    let address = |profile: &Profile, id| profile.locations.get(id).address.0;
    let words: Vec<String> =
        bare.locations.ids().map(|id| format!("{:#x}", address(&bare, id))).collect();
    let question = words.join("+");
    let ask = |request: Request<&str>| String::from_utf8(respond(&request).into_body()).unwrap();
    let posted = ask(Request::post("/debug/pprof/symbol").body(&*question).unwrap());
    let path = format!("/debug/pprof/symbol?{question}");
    assert_eq!(ask(Request::get(path).body("").unwrap()), posted);
    let mut lines = posted.lines();
    assert_eq!(lines.next(), Some("num_symbols: 1"));
    let answers: std::collections::HashMap<&str, &str> =
        lines.map(|line| line.split_once(' ').unwrap()).collect();
    let mut known = 0;
    for id in named.locations.ids() {
        let Some(line) = named.locations.lines(id).last() else { continue };
        let name = named.text(named.functions[line.function].system_name);
        let word = format!("{:#x}", address(&named, id));
        // Other tests record meanwhile.
        if let Some(answer) = answers.get(&*word) {
            assert_eq!(answer.as_bytes(), name, "{word}");
            known += 1;
        }
    }
    assert!(known > 3, "{posted}");
    assert_eq!(
        ask(Request::post("/debug/pprof/symbol").body("0x1+x+").unwrap()),
        "num_symbols: 1\n"
    );
}
