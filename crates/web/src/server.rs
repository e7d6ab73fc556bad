//! Requests from a socket, one thread for each that is being answered.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};

use crate::address::Address;
use crate::reply::{self, Reply};
use crate::site::Site;

/// How long a client may take to send the head of a request.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many requests are answered at a time: each may use a lot of memory.
const AT_ONCE: usize = 4;

/// How long to wait before the next connection when one could not be taken, for want of file handles.
const PAUSE: Duration = Duration::from_millis(100);

/// A place where pages can be asked for.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: Address,
}

impl Server {
    /// Listens at `address`.
    ///
    /// # Errors
    /// When the host is unknown or the port taken.
    pub fn listen(address: &Address) -> io::Result<Self> {
        let listener = address.listen()?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, address: Address { port, ..address.clone() } })
    }

    /// Where it listens, with the port that was free if none was asked for.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Answers requests with pages of `site` until the process ends.
    ///
    /// # Errors
    /// When the socket fails.
    pub fn run(self, site: Site) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(AT_ONCE)
            .build()?;
        self.listener.set_nonblocking(true)?;
        runtime.block_on(accept(self.listener, Arc::new(site)))
    }
}

async fn accept(listener: TcpListener, site: Arc<Site>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let site = Arc::clone(&site);
        let service = service_fn(move |request| respond(Arc::clone(&site), request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .serve_connection(TokioIo::new(stream), service);
        // A client that breaks off, or sends what is no HTTP, has nobody left to tell.
        tokio::spawn(async move { connection.await.ok() });
    }
}

/// Answers on a thread of its own. Bodies are not read: no request needs one.
async fn respond(
    site: Arc<Site>,
    request: Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let request = request.map(drop);
    let answer = tokio::task::spawn_blocking(move || site.answer(&request)).await;
    let failed = |_| reply::text(StatusCode::INTERNAL_SERVER_ERROR, "the page could not be made");
    let reply: Reply = answer.unwrap_or_else(failed);
    Ok(reply.map(Full::new))
}
