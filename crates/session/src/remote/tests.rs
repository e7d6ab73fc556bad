use super::*;
use crate::fake_host::FakeHost;

const CPU: &str = "http://h:1/debug/pprof/profile";

fn ok(body: &[u8]) -> Response {
    Response { ok: true, status: "200 OK".into(), body: body.to_vec(), ..Response::default() }
}

fn host(url: &str, response: Response) -> FakeHost {
    FakeHost { responses: [(url.to_owned(), response)].into(), ..FakeHost::default() }
}

fn get(word: &str, options: &FetchOptions, host: &FakeHost) -> Result<Vec<u8>, RemoteError> {
    fetch(&Url::of_word(word).unwrap(), options, host)
}

fn refusal(word: &str, options: &FetchOptions, host: &FakeHost) -> String {
    get(word, options, host).unwrap_err().to_string()
}

#[test]
fn a_fetch_says_what_it_does() {
    let host = host("http://h:1/debug/pprof/profile?seconds=90", ok(b"body"));
    let options = FetchOptions { seconds: 90, ..FetchOptions::default() };
    assert_eq!(get("h:1", &options, &host).unwrap(), b"body");
    let url = "Fetching profile over HTTP from http://h:1/debug/pprof/profile?seconds=90";
    assert_eq!(host.said(), [url, "Please wait... (1m30s)"]);
    assert_eq!((spelled(59), spelled(3600)), ("59s".into(), "1h0m0s".into()));
}

#[test]
fn patience_follows_the_flag_then_the_url_then_a_default() {
    let waits = |word: &str, seconds, timeout| {
        let host = FakeHost::default();
        let options = FetchOptions { seconds, timeout, ..FetchOptions::default() };
        get(word, &options, &host).unwrap_err();
        let request = host.requests.lock().unwrap().remove(0);
        (request.until_response.as_millis(), request.silence.as_millis())
    };
    assert_eq!(waits("h:1", -1, -1), (65_000, 65_000));
    assert_eq!(waits("h:1", 3, -1), (9_500, 65_000));
    assert_eq!(waits("h:1?seconds=60", -1, 0), (95_000, 95_000));
    assert_eq!(waits("h:1?seconds=60", 30, 1), (6_000, 65_000));
    let most = u128::from(u64::MAX) * 1000;
    assert!(waits("h:1?seconds=18446744073709551615", -1, -1).0 >= most);
}

#[test]
fn errors_of_servers_are_shown_as_far_as_they_are_text_from_go() {
    let error = |content_type: &str, go_pprof: &str| Response {
        status: "500 Internal Server Error".into(),
        content_type: content_type.into(),
        go_pprof: go_pprof.into(),
        body: b"no\x1b[31m more\n".to_vec(),
        ..Response::default()
    };
    for (response, message) in [
        (error("text/plain; charset=utf-8", "1"), " - no[31m more"),
        (error("text/html", "1"), ""),
        (error("text/plain", ""), ""),
    ] {
        let said = refusal("h:1", &FetchOptions::default(), &host(CPU, response));
        assert_eq!(said, format!("server response: 500 Internal Server Error{message}"));
    }
}

#[test]
fn what_cannot_be_asked_is_refused_before_it_is() {
    let mut host = FakeHost::default();
    let none = FetchOptions::default();
    let said = refusal("ftp://h/x", &none, &host);
    assert_eq!(said, r#"Get "ftp://h/x": unsupported protocol scheme "ftp""#);
    let said = r#"Get "http://h:99999/x": address 99999: invalid port"#;
    assert_eq!(refusal("h:99999/x", &none, &host), said);
    let key = FetchOptions { tls_key: "k".into(), ..none.clone() };
    let said = "-tls_key is specified, so -tls_cert must also be specified";
    assert_eq!(refusal("https://h/x", &key, &host), said);
    let certificate = FetchOptions { tls_cert: "c".into(), ..none.clone() };
    let said = "-tls_cert is specified, so -tls_key must also be specified";
    assert_eq!(refusal("https://h/x", &certificate, &host), said);
    let authorities = FetchOptions { tls_ca: "a".into(), ..none.clone() };
    let said = "could not load CA specified by -tls_ca: open a: no such file or directory";
    assert_eq!(refusal("https://h/x", &authorities, &host), said);
    assert!(host.requests.lock().unwrap().is_empty());

    host.files = ["k", "c", "a"].map(|f| (format!("/here/{f}").into(), f.into())).into();
    let all =
        FetchOptions { tls_key: "k".into(), tls_cert: "c".into(), tls_ca: "a".into(), ..none };
    refusal("https+insecure://me:pw@h/x", &all, &host);
    let request = host.requests.lock().unwrap().remove(0);
    let identity = Some((b"c".to_vec(), b"k".to_vec()));
    let expected = Tls { insecure: true, authorities: Some(b"a".to_vec()), identity };
    assert_eq!(request.tls, expected);
    assert_eq!(
        (request.url.as_str(), request.credentials),
        ("https://h/x", Some(b"me:pw".to_vec()))
    );
}

#[test]
fn only_the_compression_of_the_way_is_undone() {
    let mut inner = Vec::new();
    heapwise_profile::gzip(b"content", &mut inner).unwrap();
    let none = FetchOptions::default();
    assert_eq!(get("h:1", &none, &host(CPU, ok(&inner))).unwrap(), inner);
    let mut outer = Vec::new();
    heapwise_profile::gzip(&inner, &mut outer).unwrap();
    let encoded = Response { content_encoding: "gzip".into(), ..ok(&outer) };
    assert_eq!(get("h:1", &none, &host(CPU, encoded)).unwrap(), inner);
    let broken = Response { content_encoding: "gzip".into(), ..ok(b"plain") };
    assert!(refusal("h:1", &none, &host(CPU, broken)).contains("cannot be undone"));
}
