//! The endpoints in a server of axum's.

use ::axum::Router;
use ::axum::body::{Body, to_bytes};
use ::axum::routing::any;
use ::http::{Method, Request, Response, StatusCode};
use tokio::task::spawn_blocking;

use super::pending::Answer;
use super::reply::Refused;
use super::{route, symbol};

/// A router that answers all below `/debug/pprof/`, to be merged with a program's own.
///
/// ```
/// use axum::{Router, routing::get};
///
/// let app: Router = Router::new()
///     .route("/", get(|| async { "hello" }))
///     .merge(heapwise::http::router());
/// ```
///
/// Profiles are made on tokio's threads for work that blocks. `?seconds=` waits by its timer, which the
/// runtime must have (`enable_all`, as `#[tokio::main]` does), and stops waiting when the client does.
///
/// Who may ask is for the program to decide: here nothing looks at names in `Host`, and whoever
/// reaches the port of the service reaches its profiles.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/debug/pprof", any(handle))
        .route("/debug/pprof/", any(handle))
        .route("/debug/pprof/{*name}", any(handle))
}

async fn handle(request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    // No other request has a body that matters.
    let longest = if head.method == Method::POST { symbol::LONGEST } else { 0 };
    let Ok(body) = to_bytes(body, longest).await else {
        return Response::from(symbol::too_long()).map(Body::from);
    };
    let answer =
        spawn_blocking(move || route::answer(&head.method, &head.uri, &head.headers, &body));
    let response = match answer.await {
        Ok(Answer::Now(response)) => Ok(response),
        Ok(Answer::After(pending)) => {
            tokio::time::sleep(pending.wait()).await;
            spawn_blocking(|| pending.finish()).await
        }
        Err(error) => Err(error),
    };
    // A task is lost when the runtime shuts down.
    let lost = |_| Refused::new(StatusCode::SERVICE_UNAVAILABLE, "the program is ending").into();
    response.unwrap_or_else(lost).map(Body::from)
}
