//! Where profiles are pushed, how often, and as whose.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heapwise_recorder::Muted;
use ureq::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use ureq::http::uri::InvalidUri;
use ureq::http::{HeaderName, HeaderValue, Uri};

use super::failure::{Listener, Teller};
use super::labels::Labels;
use super::post::Post;
use super::receiver::Receiver;
use super::source::{self, Besides};
use super::worker::Worker;
use super::{Error, Failure, Pusher};
use crate::go_heap::Wanted;

/// How often, unless said otherwise.
const INTERVAL: Duration = Duration::from_secs(15);

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(3600);

/// Where profiles are pushed, how often, and as whose. Begins with
/// [`pyroscope`](super::pyroscope) or [`parca`](super::parca).
///
/// ```no_run
/// use std::time::Duration;
///
/// # fn main() -> Result<(), heapwise::push::Error> {
/// let push = heapwise::push::pyroscope("http://pyroscope:4040", "orders")
///     .label("env", "production")
///     .label("region", "eu-1")
///     .tenant("team-a")
///     .every(Duration::from_secs(30))
///     .on_failure(|failure| eprintln!("profiles: {failure}"))
///     .start()?;
/// # drop(push);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is pushed before `start`"]
pub struct Options {
    receiver: &'static Receiver,
    url: String,
    labels: Labels,
    /// As they were given: checked by [`Self::start`].
    headers: Vec<(String, String)>,
    authorities: Option<Vec<u8>>,
    interval: Duration,
    wanted: Wanted,
    besides: Besides,
    listener: Option<Listener>,
}

impl Options {
    pub(super) fn new(receiver: &'static Receiver, url: String, service_name: String) -> Self {
        Self {
            receiver,
            url,
            labels: Labels::new(service_name),
            headers: Vec::new(),
            authorities: None,
            interval: INTERVAL,
            wanted: Wanted::new("inuse_space"),
            besides: Besides::default(),
            listener: None,
        }
    }

    /// A label on all that is pushed, by which to find it. The name has letters, digits and `_`;
    /// `service_name` is there already. At most 27.
    ///
    /// ```
    /// use heapwise::push::{Error, pyroscope};
    ///
    /// let options = || pyroscope("http://localhost:4040", "orders").label("env", "production");
    /// assert!(matches!(options().label("env", "test").start(), Err(Error::Label { .. }))); // twice
    /// options().label("region", "eu_1").start()?.detach();
    /// # Ok::<(), Error>(())
    /// ```
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.0.push((name.into(), value.into()));
        self
    }

    /// Says who pushes by name and password (`Authorization: Basic`). For Grafana Cloud they are the
    /// user of the stack and a token.
    ///
    /// ```
    /// # let token = "";
    /// let push = heapwise::push::pyroscope("https://profiles.example", "orders")
    ///     .basic_auth(123_456, token)
    ///     .start()?;
    /// # push.detach();
    /// # Ok::<(), heapwise::push::Error>(())
    /// ```
    pub fn basic_auth(self, user: impl fmt::Display, password: impl fmt::Display) -> Self {
        let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        self.header(AUTHORIZATION.as_str(), value)
    }

    /// Says who pushes by a token (`Authorization: Bearer`).
    ///
    /// ```
    /// use heapwise::push::{Error, parca};
    ///
    /// // As a file often has it: the end of the line cannot be sent.
    /// let text = "secret\n";
    /// let options = || parca("https://parca.example", "orders");
    /// assert!(matches!(options().bearer_token(text).start(), Err(Error::Header { .. })));
    /// options().bearer_token(text.trim_end()).start()?.detach();
    /// # Ok::<(), Error>(())
    /// ```
    pub fn bearer_token(self, token: impl fmt::Display) -> Self {
        self.header(AUTHORIZATION.as_str(), format!("Bearer {token}"))
    }

    /// The tenant, for a Pyroscope server with several (`X-Scope-OrgID`).
    ///
    /// ```
    /// let push = heapwise::push::pyroscope("http://localhost:4040", "orders").tenant("team-a").start()?;
    /// # push.detach();
    /// # Ok::<(), heapwise::push::Error>(())
    /// ```
    pub fn tenant(self, tenant: impl Into<String>) -> Self {
        self.header("x-scope-orgid", tenant)
    }

    /// Any other header, for what stands before the server. The last of one name counts.
    ///
    /// ```
    /// let push = heapwise::push::parca("https://parca.example", "orders")
    ///     .header("x-gateway-key", "secret")
    ///     .start()?;
    /// # push.detach();
    /// # Ok::<(), heapwise::push::Error>(())
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Trusts servers with certificates of these authorities (PEM), and no others. Without this, those
    /// that the system trusts.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("authority.pem");
    /// # let made = rcgen::generate_simple_self_signed(["parca.example".to_owned()])?;
    /// # std::fs::write(&path, made.cert.pem())?;
    /// let push = heapwise::push::parca("https://parca.example", "orders")
    ///     .certificate_authorities(std::fs::read(path)?)
    ///     .start()?;
    /// # push.detach();
    /// # Ok(())
    /// # }
    /// ```
    pub fn certificate_authorities(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities = Some(pem.into());
        self
    }

    /// How often: from 1 second to 1 hour, 15 seconds unless this is called.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use heapwise::push::{Error, pyroscope};
    ///
    /// let every = |interval| pyroscope("http://localhost:4040", "orders").every(interval).start();
    /// assert!(matches!(every(Duration::from_millis(100)), Err(Error::Interval(_))));
    /// every(Duration::from_secs(60))?.detach();
    /// # Ok::<(), Error>(())
    /// ```
    pub fn every(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Puts functions and lines into the profiles, and leaves out the frames of the allocator. For what
    /// it takes see [the crate's page](crate#names-in-profiles). Needs the feature `symbolize` too.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), heapwise::push::Error> {
    /// let push = heapwise::push::pyroscope("http://localhost:4040", "orders").symbolize().start()?;
    /// # drop(push);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "symbolize")]
    pub fn symbolize(mut self) -> Self {
        self.wanted.symbolize = true;
        self
    }

    /// Pushes CPU profiles too, of all the time, as by [`cpu::start`](crate::cpu::start). There is one CPU
    /// profile of a process at a time: others, such as `/debug/pprof/profile`, are refused meanwhile.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), heapwise::push::Error> {
    /// let push = heapwise::push::pyroscope("http://localhost:4040", "orders").cpu().start()?;
    /// # drop(push);
    /// # Ok(())
    /// # }
    /// ```
    pub fn cpu(mut self) -> Self {
        self.besides.cpu = Some(crate::cpu::DEFAULT_HZ);
        self
    }

    /// Pushes the program's own profiles too ([`custom`](crate::custom)), also those that are made later. Servers
    /// have each by its name, with `_` in place of `-` and `.`; of names that are the same then, the first counts.
    ///
    /// What is held is that of the moment; `total_*` is what was added since the push before to Pyroscope, and
    /// since the start to Parca, as `alloc_*` of memory.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let connections = heapwise::custom::Profile::new("connections", "bytes", "Open connections.")?;
    /// let push = heapwise::push::pyroscope("http://localhost:4040", "orders").custom().start()?;
    /// let open = connections.add(64 << 10);
    /// # drop((push, open));
    /// # Ok(())
    /// # }
    /// ```
    pub fn custom(mut self) -> Self {
        self.besides.custom = true;
        self
    }

    /// Tells `listener` of failures instead of standard error; of each kind once an hour. It is called
    /// on the thread that pushes, which has a small stack; what it allocates is not recorded.
    ///
    /// ```
    /// let (sender, failures) = std::sync::mpsc::channel();
    /// let push = heapwise::push::pyroscope("http://localhost:4040", "orders")
    ///     .on_failure(move |failure| drop(sender.send(failure.clone())))
    ///     .every(std::time::Duration::from_secs(3600))
    ///     .start()?;
    /// assert!(failures.try_recv().is_err()); // nothing was sent yet
    /// # push.detach();
    /// # Ok::<(), heapwise::push::Error>(())
    /// ```
    pub fn on_failure(mut self, listener: impl Fn(&Failure) + Send + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Begins. Profiles are pushed until the returned [`Pusher`] is dropped, the first after one interval.
    ///
    /// ```
    /// use heapwise::push::{Error, pyroscope};
    ///
    /// let push = pyroscope("http://nobody-is-here.example", "orders").start()?; // tried in 15 s
    /// assert!(matches!(pyroscope("nobody", "orders").start(), Err(Error::Url { .. })));
    /// # push.detach();
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// If something given cannot be sent ([`Error::Url`], [`Error::Label`], [`Error::Header`],
    /// [`Error::Certificates`], [`Error::Interval`]), or there is no thread to be had ([`Error::Thread`]).
    /// Nothing is sent here: that a server is away is no error.
    pub fn start(self) -> Result<Pusher, Error> {
        let _muted = Muted::new();
        if !(SHORTEST..=LONGEST).contains(&self.interval) {
            return Err(Error::Interval(self.interval));
        }
        let url = address(&self.url, self.receiver.path)?;
        let headers = headers(self.receiver, &self.headers)?;
        Pusher::start(Worker {
            receiver: self.receiver,
            sources: source::all(self.receiver, self.wanted, self.besides),
            labels: self.labels.check()?.0,
            post: Post::new(url, headers, self.authorities.as_deref())?,
            interval: self.interval,
            teller: Teller::new(self.listener),
        })
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the headers, which may be secret.
        f.debug_struct("Options").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The address of a request to the server at `base`.
fn address(base: &str, path: &str) -> Result<Uri, Error> {
    let wrong = |why: &str| Error::Url { url: base.to_owned(), why: why.to_owned() };
    let uri: Uri = format!("{}{path}", base.trim_end_matches('/'))
        .parse()
        .map_err(|error: InvalidUri| wrong(&error.to_string()))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
        return Err(wrong("it must begin with http:// or https:// and a host"));
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(wrong("a name and a password belong into basic_auth"));
    }
    if uri.path() == path || uri.path().ends_with(path) && uri.query().is_none() {
        return Ok(uri);
    }
    Err(wrong("it must end in a host or a path"))
}

fn headers(
    receiver: &Receiver,
    given: &[(String, String)],
) -> Result<HeaderMap<HeaderValue>, Error> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let wrong = || Error::Header { name: name.clone() };
        let known = HeaderName::try_from(name).map_err(|_| wrong())?;
        let mut value = HeaderValue::try_from(value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.insert(known, value);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(receiver.content_type));
    if let Some(encoding) = receiver.content_encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::{parca, pyroscope};

    #[test]
    fn addresses_are_those_of_servers() {
        let path = "/push.v1.PusherService/Push";
        for (base, expected) in [
            ("http://localhost:4040", "http://localhost:4040/push.v1.PusherService/Push"),
            ("https://h/", "https://h/push.v1.PusherService/Push"),
            ("http://h/below/", "http://h/below/push.v1.PusherService/Push"),
        ] {
            assert_eq!(address(base, path).unwrap().to_string(), expected);
        }
        for base in [
            "",
            "localhost:4040",
            "ftp://h",
            "http://",
            "http://u:p@h",
            "http://h?x=1",
            "http://h#a",
            "h",
        ] {
            assert!(address(base, path).is_err(), "{base}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        let start = |options: Options| options.start().unwrap_err().to_string();
        let good = || pyroscope("http://localhost:1", "orders");
        assert!(start(good().every(Duration::from_millis(999))).contains("interval"));
        assert!(start(good().label("a b", "c")).contains("a b"));
        assert!(start(good().header("a b", "c")).contains("a b"));
        assert!(start(good().bearer_token("a\nb")).contains("authorization"));
        assert!(start(good().certificate_authorities("none")).contains("certificates"));
        assert!(start(parca("nowhere", "orders")).contains("nowhere"));
    }

    #[test]
    fn secrets_are_not_shown() {
        let options = pyroscope("http://localhost:1", "orders").basic_auth("u", "geheim");
        assert!(!format!("{options:?}").contains(&STANDARD.encode("u:geheim")));
        let headers = headers(options.receiver, &options.headers).unwrap();
        assert_eq!(headers[AUTHORIZATION], "Basic dTpnZWhlaW0=");
        assert!(!format!("{headers:?}").contains("dTpn"));
    }
}
