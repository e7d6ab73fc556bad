//! A small server for the answers, on threads of its own.
//!
//! One request a connection, a bounded number of connections, and a time for everything that a client
//! does. A server on an executor would be many crates in a program that may have none; so sockets are
//! the standard library's, and only the head of a request is left to a parser, `httparse`.

mod connection;
mod guard;
mod head;

use std::io::{self, ErrorKind};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::fd::OwnedFd as OwnedSocket;
#[cfg(windows)]
use std::os::windows::io::OwnedSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Builder};
use std::time::Duration;

use connection::Connection;
use guard::Names;

use super::pending;
use super::place::Places;
use crate::own_thread::OwnThread;

/// How many connections are served at a time, by all servers of the process. Half of them may be waiting
/// for differences.
const CONNECTIONS: u32 = 2 * pending::AT_ONCE;

static SERVED: Places = Places::new(CONNECTIONS);

/// How long to wait before the next connection when one could not be taken, for want of file handles.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves the profiles of this program at `address`, which must be of this machine only, such as
/// `127.0.0.1:6060` or, for any port that is free, `127.0.0.1:0`.
///
/// It answers on threads of its own until the returned [`Server`] is dropped.
///
/// ```
/// let server = heapwise::http::serve("127.0.0.1:0")?;
/// println!("go tool pprof http://{}/debug/pprof/heap", server.local_addr());
/// // Not by mistake:
/// let open = heapwise::http::serve("0.0.0.0:0");
/// assert_eq!(open.unwrap_err().kind(), std::io::ErrorKind::PermissionDenied);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// If the address is not known, is taken, or can be reached from other machines: for these see
/// [`Options::allow_remote`].
pub fn serve(address: impl ToSocketAddrs) -> io::Result<Server> {
    Options::new().serve(address)
}

/// Who may ask a [`Server`].
///
/// ```no_run
/// # fn main() -> std::io::Result<()> {
/// // In a network of containers, where scrapers know this program as `orders`.
/// let server = heapwise::http::Options::new()
///     .allow_remote()
///     .host_name("orders")
///     .serve("0.0.0.0:6060")?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is served before `serve`"]
pub struct Options {
    is_remote: bool,
    names: Vec<String>,
}

impl Options {
    /// This machine only.
    ///
    /// ```
    /// let server = heapwise::http::Options::new().serve("127.0.0.1:0")?;
    /// assert!(server.local_addr().ip().is_loopback());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets other machines in, if the address is one that they reach. There is no password: whoever
    /// reaches the port can read the profiles, which tell paths, addresses and the command line.
    ///
    /// ```no_run
    /// let address = "10.0.0.5:6060"; // of an interface that only operators reach
    /// let server = heapwise::http::Options::new().allow_remote().serve(address)?;
    /// # drop(server);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn allow_remote(mut self) -> Self {
        self.is_remote = true;
        self
    }

    /// Lets those in who ask for this machine by `name`, without a port. Numbers of loopback and
    /// `localhost` always may; any number may after [`Self::allow_remote`].
    ///
    /// Other names are refused: the page of some site could have its own name lead here, and read
    /// what a browser on this machine is answered.
    ///
    /// ```
    /// # use std::io::{Read, Write};
    /// let server = heapwise::http::Options::new().host_name("orders").serve("127.0.0.1:0")?;
    /// let mut socket = std::net::TcpStream::connect(server.local_addr())?;
    /// write!(socket, "GET /debug/pprof/cmdline HTTP/1.1\r\nHost: orders\r\n\r\n")?;
    /// let mut response = String::new();
    /// socket.read_to_string(&mut response)?;
    /// assert!(response.starts_with("HTTP/1.1 200"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// As [`serve()`], for those who may ask.
    ///
    /// ```
    /// let options = heapwise::http::Options::new().host_name("localhost.localdomain");
    /// let servers = [options.clone().serve("127.0.0.1:0")?, options.serve("127.0.0.1:0")?];
    /// assert_ne!(servers[0].local_addr(), servers[1].local_addr());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`serve()`]; with [`Self::allow_remote`], an address that other machines reach is none.
    pub fn serve(self, address: impl ToSocketAddrs) -> io::Result<Server> {
        let addresses: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
        let open = addresses.iter().find(|address| !address.ip().to_canonical().is_loopback());
        if let (Some(open), false) = (open, self.is_remote) {
            let why = format!(
                "{open} can be reached from other machines; to serve profiles to them, call \
                 heapwise::http::Options::allow_remote"
            );
            return Err(io::Error::new(ErrorKind::PermissionDenied, why));
        }
        let listener = TcpListener::bind(&addresses[..])?;
        let names = Names { is_remote: self.is_remote, names: self.names };
        Server::start(listener, names)
    }
}

/// A server that runs until it is dropped. Then it takes no more connections; what is being answered
/// ends soon, and what waits for a difference at once. In the child of a fork, dropping it does nothing to
/// the server, which is its parent's.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
///
/// let server = heapwise::http::serve("127.0.0.1:0")?;
/// let mut socket = TcpStream::connect(server.local_addr())?;
/// write!(socket, "GET /debug/pprof/ HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
/// let mut page = String::new();
/// socket.read_to_string(&mut page)?;
/// assert!(page.contains("allocs"));
/// drop(server); // takes no more connections
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct Server {
    address: SocketAddr,
    /// The listening socket, for nothing but to shut it down.
    socket: TcpStream,
    stopped: Arc<AtomicBool>,
    thread: Option<OwnThread<()>>,
}

impl Server {
    fn start(listener: TcpListener, names: Names) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let socket = TcpStream::from(OwnedSocket::from(listener.try_clone()?));
        let stopped = Arc::new(AtomicBool::new(false));
        let connection = Connection { names: Arc::new(names), stopped: Arc::clone(&stopped) };
        let builder = Builder::new().name("heapwise-http".to_owned());
        let thread = OwnThread::spawn(builder, move || accept(&listener, &connection))?;
        Ok(Self { address, socket, stopped, thread: Some(thread) })
    }

    /// Where it listens, with the port that was free if none was asked for.
    ///
    /// ```
    /// let server = heapwise::http::serve("127.0.0.1:0")?; // any port
    /// assert_ne!(server.local_addr().port(), 0); // this one
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Lets it run until the program ends.
    ///
    /// ```
    /// let server = heapwise::http::serve("127.0.0.1:0")?;
    /// let address = server.local_addr();
    /// server.detach(); // no value to keep
    /// assert!(std::net::TcpStream::connect(address).is_ok());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn detach(mut self) {
        drop(self.thread.take());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if !thread.is_of_this_process() {
            // In a child of a fork: the server is its parent's, and so is the socket that both have.
            return;
        }
        self.stopped.store(true, Ordering::Release);
        // Wakes the thread where a listening socket can be shut down; elsewhere a connection does.
        if self.socket.shutdown(Shutdown::Both).is_err() {
            // If that fails too, nobody waits: the thread ends with the next connection.
            if TcpStream::connect_timeout(&self.address, PAUSE).is_err() {
                return;
            }
        }
        thread.join();
    }
}

/// Takes connections until told to stop, each with a thread of its own.
fn accept(listener: &TcpListener, connection: &Connection) {
    loop {
        let accepted = listener.accept();
        if connection.stopped.load(Ordering::Acquire) {
            return;
        }
        let Ok((stream, _)) = accepted else {
            thread::sleep(PAUSE);
            continue;
        };
        let Some(place) = SERVED.take() else {
            connection::refuse(&stream);
            continue;
        };
        let connection = connection.clone();
        let serve = move || {
            connection.serve(&stream);
            drop(place);
        };
        // Where there is no thread to be had, the client finds its connection closed.
        let _ = Builder::new().name("heapwise-http".to_owned()).spawn(serve);
    }
}
