//! Profiles pushed to servers that take only what is right, and that fail in every way.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod receiver;

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use heapwise::custom;
use heapwise::push::{Failure, Options, Pusher, Stats, parca, pyroscope};
use heapwise_profile::{Label, LabelValue};
use receiver::check::Pushed;
use receiver::tls::Authority;
use receiver::{Kind, LONG, Reply, Server};

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

const SECOND: Duration = Duration::from_secs(1);

/// To be called by tests that take time, or allocate what others look at: by none at once.
fn quiet(options: Options) -> Options {
    options.on_failure(|_| ()).every(SECOND)
}

/// Values of samples with these bytes in use.
fn in_use(pushed: &Pushed, bytes: i64) -> Vec<Vec<i64>> {
    let samples = pushed.profile.samples.iter();
    samples
        .filter(|sample| sample.values[3] == bytes)
        .map(|sample| sample.values.to_vec())
        .collect()
}

#[test]
fn pyroscope_gets_what_was_allocated_since_the_push_before() {
    let server = Server::taking(Kind::Pyroscope);
    let kept = black_box(vec![1u8; 1_234_567]);
    let push = quiet(pyroscope(&server.url, "orders")).label("env", "test").start().unwrap();
    let first = server.next();
    let expected = [
        ("__delta__", "false"),
        ("__name__", "memory"),
        ("env", "test"),
        ("service_name", "orders"),
    ];
    let mut labels: Vec<_> = first.pushed.labels.iter().map(|(k, v)| (&**k, &**v)).collect();
    labels.sort_unstable();
    assert_eq!(labels, expected);
    assert_eq!(in_use(&first.pushed, 1_234_567), [[1, 1_234_567, 1, 1_234_567]]);
    assert!(!first.headers.contains_key("authorization"));
    let second = server.next();
    assert_eq!(in_use(&second.pushed, 1_234_567), [[0, 0, 1, 1_234_567]]);
    assert!(second.pushed.profile.header.duration_nanos > 0);
    assert_ne!(first.pushed.id, second.pushed.id);
    drop(kept);
    drop(push);
}

#[test]
fn labels_of_samples_go_along() {
    let server = Server::taking(Kind::Pyroscope);
    let labels = heapwise::label("tenant", "acme").and("http.method", "GET");
    let kept = labels.scope(|| black_box(vec![1u8; 567_890]));
    let push = quiet(pyroscope(&server.url, "orders")).start().unwrap();
    let pushed = server.next().pushed;
    let sample = pushed.profile.samples.iter().find(|sample| sample.values[3] == 567_890).unwrap();
    let text = |text| String::from_utf8_lossy(pushed.profile.text(text)).into_owned();
    let label = |label: &Label| match label.value {
        LabelValue::Text(value) => format!("{}={}", text(label.key), text(value)),
        LabelValue::Number { .. } => text(label.key),
    };
    // The other name is none of a label, which servers refuse.
    assert_eq!(sample.labels.iter().map(label).collect::<Vec<_>>(), ["tenant=acme"]);
    drop(kept);
    drop(push);
}

#[test]
fn processor_time_is_pushed_too() {
    let server = Server::taking(Kind::Pyroscope);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| burn(&stop));
        let push = quiet(pyroscope(&server.url, "orders")).cpu().symbolize().start().unwrap();
        let end = Instant::now() + LONG;
        loop {
            assert!(Instant::now() < end, "no processor time of `burn` comes");
            let pushed = server.next().pushed;
            if pushed.labels["__name__"] != "process_cpu" {
                continue;
            }
            assert!(pushed.profile.header.duration_nanos > 0);
            let functions = pushed.profile.functions.rows().iter();
            let mut names = functions.map(|function| pushed.profile.text(function.name));
            if names.any(|name| name.ends_with(b"push::burn")) {
                break;
            }
        }
        stop.store(true, Ordering::Relaxed);
        drop(push);
    });
}

/// The next profile that is pushed by this name.
fn next_of(server: &Server, name: &str) -> Pushed {
    let end = Instant::now() + LONG;
    loop {
        assert!(Instant::now() < end, "nothing is pushed by the name {name}");
        let pushed = server.next().pushed;
        if pushed.labels["__name__"] == name {
            return pushed;
        }
    }
}

/// The sums of the columns.
fn sums(pushed: &Pushed) -> Vec<i64> {
    let mut sums = vec![0; 4];
    for sample in pushed.profile.samples.iter() {
        sums.iter_mut().zip(sample.values).for_each(|(sum, value)| *sum += value);
    }
    sums
}

#[test]
fn profiles_of_the_programs_own_are_pushed_if_wanted() {
    let (pyroscope_server, parca_server) =
        (Server::taking(Kind::Pyroscope), Server::taking(Kind::Parca));
    let connections = custom::Profile::new("connections", "bytes", "For a test.").unwrap();
    let kept = heapwise::label("tenant", "acme").scope(|| connections.add(64));
    drop(connections.add(16));
    let pushes = [pyroscope(&pyroscope_server.url, "orders"), parca(&parca_server.url, "orders")]
        .map(|options| quiet(options).custom().start().unwrap());
    let first = next_of(&pyroscope_server, "connections");
    assert_eq!(sums(&first), [2, 80, 1, 64]);
    let text = |text| String::from_utf8_lossy(first.profile.text(text)).into_owned();
    assert_eq!(text(first.profile.header.default_sample_type), "connections");
    let held = first.profile.samples.iter().find(|sample| sample.values[2] == 1).unwrap();
    assert_eq!(held.labels.len(), 1);
    // What was added before is in what was pushed before, and nothing is left of what is gone.
    let second = next_of(&pyroscope_server, "connections");
    assert_eq!((sums(&second), second.profile.samples.len()), (vec![0, 0, 1, 64], 1));
    assert!(second.profile.header.duration_nanos > 0);
    for _ in 0..2 {
        let pushed = next_of(&parca_server, "connections");
        assert_eq!(sums(&pushed), [2, 80, 1, 64]);
        assert_eq!(pushed.profile.header.duration_nanos, 0);
    }
    // One that is made now, with a name that queries cannot have.
    let slots = custom::Profile::new("pool.slots", "half-slots", "For a test.").unwrap();
    slots.add_key(1, 2);
    for server in [&pyroscope_server, &parca_server] {
        assert_eq!(sums(&next_of(server, "pool_slots")), [1, 2, 1, 2]);
    }
    // Of two whose names are the same then, one.
    custom::Profile::new("pool-slots", "half-slots", "For a test.").unwrap().add_key(1, 100);
    for _ in 0..2 {
        assert_eq!(sums(&next_of(&parca_server, "pool_slots")), [1, 2, 1, 2]);
    }
    drop((kept, pushes));
}

#[inline(never)]
fn burn(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        black_box((0..10_000u64).map(|i| i.wrapping_mul(i)).sum::<u64>());
    }
}

#[test]
fn parca_gets_what_was_allocated_since_the_start() {
    let server = Server::taking(Kind::Parca);
    let kept = black_box(vec![1u8; 2_345_678]);
    let push = quiet(parca(&server.url, "orders \"and\" more")).start().unwrap();
    for _ in 0..2 {
        let request = server.next();
        assert_eq!(request.pushed.labels["__name__"], "memory");
        assert_eq!(request.pushed.labels["service_name"], "orders \"and\" more");
        assert!(!request.pushed.labels.contains_key("__delta__"));
        assert_eq!(in_use(&request.pushed, 2_345_678), [[1, 2_345_678, 1, 2_345_678]]);
        assert_eq!(request.pushed.profile.header.duration_nanos, 0);
    }
    drop(kept);
    drop(push);
}

#[test]
fn a_dropped_pusher_pushes_once_more() {
    let server = Server::taking(Kind::Pyroscope);
    let push = pyroscope(&server.url, "orders").every(Duration::from_secs(3600)).start().unwrap();
    let kept = black_box(vec![1u8; 345_678]);
    drop(push);
    let all = server.rest();
    assert_eq!(all.len(), 1);
    assert_eq!(in_use(&all[0].pushed, 345_678).len(), 1);
    drop(kept);
}

#[test]
fn who_pushes_is_said_as_it_was_given() {
    let server = Server::taking(Kind::Pyroscope);
    let start = |options: Options| drop(quiet(options).start().unwrap());
    start(pyroscope(&server.url, "a").basic_auth(123_456, "token").tenant("team"));
    start(pyroscope(&server.url, "a").bearer_token("secret").header("X-Way", "in"));
    let (basic, bearer) = (server.next(), server.next());
    assert_eq!(basic.headers["authorization"], "Basic MTIzNDU2OnRva2Vu");
    assert_eq!(basic.headers["x-scope-orgid"], "team");
    assert_eq!(bearer.headers["authorization"], "Bearer secret");
    assert_eq!(bearer.headers["x-way"], "in");
    assert!(bearer.headers["user-agent"].starts_with("heapwise/"));
}

#[test]
fn what_is_refused_is_told_once_and_not_sent_again() {
    let server = Server::new(Kind::Pyroscope, |_, request| {
        match request.headers.get("authorization").map(String::as_str) {
            Some("Bearer right") => Reply::Status(200, ""),
            _ => Reply::Status(401, ""),
        }
    });
    let (tell, told) = channel();
    let listener = move |failure: &Failure| tell.send(failure.clone()).unwrap();
    let wrong = quiet(pyroscope(&server.url, "orders").bearer_token("wrong"));
    let push = wrong.on_failure(listener).start().unwrap();
    let ids = [server.next().pushed.id, server.next().pushed.id, server.next().pushed.id];
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "sent again: {ids:?}");
    drop(push);
    let told: Vec<Failure> = told.iter().collect();
    let said = "as it was asked for".to_owned();
    assert_eq!(told, [Failure::Refused { status: 401, said }]);
    let right = pyroscope(&server.url, "orders").bearer_token("right");
    let push = quiet(right).start().unwrap();
    await_stats(&push, |stats| stats.sent > 0);
    assert_eq!(push.stats().refused, 0);
}

fn await_stats(push: &Pusher, enough: impl Fn(&Stats) -> bool) {
    let end = Instant::now() + LONG;
    while !enough(&push.stats()) {
        assert!(Instant::now() < end, "{:?}", push.stats());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_busy_server_is_left_alone_as_long_as_it_asks_for() {
    busy_for_three_seconds("Retry-After: 3\r\n");
}

#[test]
fn a_busy_server_may_ask_by_a_date_of_its_own_clock() {
    busy_for_three_seconds(
        "Date: Wed, 21 Oct 2015 07:28:00 GMT\r\nRetry-After: Wed, 21 Oct 2015 07:28:03 GMT\r\n",
    );
}

fn busy_for_three_seconds(headers: &'static str) {
    let server = Server::new(Kind::Pyroscope, move |number, _| match number {
        0 => Reply::Status(429, headers),
        _ => Reply::Status(200, ""),
    });
    let push = quiet(pyroscope(&server.url, "orders")).start().unwrap();
    let (refused, taken) = (server.next(), server.next());
    assert_eq!(refused.pushed.id, taken.pushed.id);
    // From the arrival of the one to that of the other.
    assert!(taken.at - refused.at >= Duration::from_millis(2900), "{:?}", taken.at - refused.at);
    // Those that were taken meanwhile come now.
    assert_ne!(server.next().pushed.id, taken.pushed.id);
    assert!(push.stats().retries >= 1);
}

#[test]
fn whatever_fails_is_tried_again_until_it_works() {
    let server = Server::new(Kind::Pyroscope, |number, _| match number {
        0 => Reply::Status(500, ""),
        1 => Reply::Close,
        2 => Reply::Hang,
        _ => Reply::Drip,
    });
    let (tell, told) = channel();
    let listener = move |failure: &Failure| tell.send(failure.clone()).unwrap();
    let options = pyroscope(&server.url, "orders").every(Duration::from_secs(4));
    let push = options.on_failure(listener).start().unwrap();
    let ids: Vec<String> = (0..4).map(|_| server.next().pushed.id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    await_stats(&push, |stats| stats.sent > 0);
    assert!(push.stats().retries >= 3);
    drop(push);
    let told: Vec<Failure> = told.iter().collect();
    assert!(
        matches!(told[..], [Failure::Busy { status: 500, .. }, Failure::Unreachable(_)]),
        "{told:?}"
    );
}

#[test]
fn what_cannot_be_sent_is_kept_and_the_oldest_dropped() {
    let server = Server::new(Kind::Parca, |_, _| Reply::Status(503, "Retry-After: 3600\r\n"));
    let push = quiet(parca(&server.url, "orders")).start().unwrap();
    // One every second, and six are kept.
    await_stats(&push, |stats| stats.dropped >= 2);
    assert_eq!((push.stats().sent, push.stats().retries), (0, 1));
    assert_eq!(server.rest().len(), 1, "the server asked for an hour");
}

#[test]
fn a_server_that_hangs_holds_nobody_up() {
    let server = Server::new(Kind::Pyroscope, |_, _| Reply::Hang);
    let push = quiet(pyroscope(&server.url, "orders")).start().unwrap();
    server.next();
    let start = Instant::now();
    drop(push);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_server_is_trusted_by_its_certificate() {
    let authority = Authority::new();
    let server = Server::encrypted(Kind::Pyroscope, &authority);
    let trusted = pyroscope(&server.url, "orders").certificate_authorities(authority.pem());
    let push = quiet(trusted).start().unwrap();
    await_stats(&push, |stats| stats.sent > 0);
    drop(push);
    server.rest();
    let (tell, told) = channel();
    let listener = move |failure: &Failure| tell.send(failure.clone()).unwrap();
    let others = [Some(Authority::new().pem()), None].map(|pem| {
        let options = pyroscope(&server.url, "orders").every(SECOND);
        let options = match pem {
            Some(pem) => options.certificate_authorities(pem),
            None => options,
        };
        options.on_failure(listener.clone()).start().unwrap()
    });
    for _ in &others {
        let failure = told.recv_timeout(LONG).unwrap();
        assert!(matches!(failure, Failure::Unreachable(_)), "{failure:?}");
    }
    drop(others);
    assert_eq!(server.rest().len(), 0);
}

#[test]
fn names_are_in_what_is_pushed_and_the_pusher_is_not() {
    let server = Server::taking(Kind::Pyroscope);
    let kept = black_box(vec![1u8; 456_789]);
    let push = quiet(pyroscope(&server.url, "orders")).symbolize().start().unwrap();
    for _ in 0..2 {
        let pushed = server.next().pushed;
        assert!(pushed.is_symbolized || pushed.profile.functions.len() > 20);
        let text = |id: heapwise_profile::Id<heapwise_profile::Function>| {
            String::from_utf8_lossy(pushed.profile.text(pushed.profile.functions[id].name))
                .into_owned()
        };
        let leaves = pushed.profile.samples.iter().filter(|sample| sample.values[3] == 456_789);
        let leaves: Vec<String> = leaves
            .map(|sample| text(pushed.profile.locations.lines(sample.stack[0])[0].function))
            .collect();
        assert_eq!(leaves.len(), 1);
        // The allocator's own frames are gone.
        assert!(
            !leaves[0].contains("__rust_alloc") && !leaves[0].contains("heapwise::"),
            "{leaves:?}"
        );
        let names: Vec<String> = pushed.profile.functions.ids().map(text).collect();
        assert!(
            names
                .iter()
                .any(|name| name.ends_with("names_are_in_what_is_pushed_and_the_pusher_is_not"))
        );
        let own = [
            "ureq::",
            "rustls::client",
            "heapwise::push::worker",
            "heapwise::push::pusher",
            "heapwise_profile::fold",
        ];
        let shown: Vec<_> =
            names.iter().filter(|name| own.iter().any(|own| name.contains(own))).collect();
        assert!(shown.is_empty(), "{shown:?}");
    }
    drop(kept);
    drop(push);
}

#[test]
fn a_child_of_a_fork_does_not_wait_for_a_thread_that_it_does_not_have() {
    let server = Server::taking(Kind::Pyroscope);
    let push = quiet(pyroscope(&server.url, "orders")).start().unwrap();
    server.next();
    // SAFETY: the child drops what needs no lock of another thread, and ends.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let start = Instant::now();
        drop(push);
        let status = if start.elapsed() < Duration::from_secs(4) { 7 } else { 8 };
        // SAFETY: nothing is to be done at the end.
        unsafe { libc::_exit(status) };
    }
    let mut status = 0;
    // SAFETY: `status` is valid for writing.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 7);
    // The parent goes on.
    server.rest();
    server.next();
    drop(push);
}
