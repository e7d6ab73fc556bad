//! From the path of a request to what answers it. The paths are those of `go tool pprof -http`.

use bytes::Bytes;
use http::{Request, StatusCode};

use crate::query::Query;
use crate::reply::{self, Reply};
use crate::site::Site;
use crate::view::View;
use crate::{around, assets, config_requests, data, guard};

/// A response that refuses, out of the way of the one that does not.
pub(crate) type Refused = Box<Reply>;

/// Names under which the flame graph was known.
const OLD_FLAME_GRAPHS: [&str; 3] = ["", "flamegraph2", "flamegraphold"];

/// Answers a request.
///
/// # Errors
/// The response that says why not.
pub(crate) fn answer<T>(site: &Site, request: &Request<T>) -> Result<Reply, Refused> {
    guard::admit(request, &site.names)?;
    let query = Query::of(request.uri().query());
    let page = request.uri().path().strip_prefix("/ui/");
    if let Some(change) = page.and_then(config_requests::find) {
        guard::admit_change(request)?;
        return Ok(config_requests::answer(change, site, &query));
    }
    guard::admit_read(request)?;
    match page {
        Some(page) => below(site, page, &query),
        None => Ok(elsewhere(request.uri().path(), &query)),
    }
}

/// Answers what is asked for below `/ui/`.
fn below(site: &Site, page: &str, query: &Query) -> Result<Reply, Refused> {
    if OLD_FLAME_GRAPHS.contains(&page) {
        return Ok(reply::redirect(StatusCode::MOVED_PERMANENTLY, &query.link("flamegraph")));
    }
    if let Some(view) = View::find(page) {
        return Ok(around::page(site, view, query));
    }
    if let Some(file) = page.strip_prefix("static/").and_then(assets::find) {
        return Ok(reply::with_body(StatusCode::OK, file.kind, Bytes::from_static(file.bytes)));
    }
    match page {
        "download" => download(site),
        "data/flamegraph" => Ok(data::flame_graph(site, query)),
        "data/search" => Ok(data::search(site, query)),
        _ => Err(Box::new(reply::text(StatusCode::NOT_FOUND, "404 page not found"))),
    }
}

/// The way from an address outside of `/ui/` to a page: to that of its name, if there is one.
fn elsewhere(path: &str, query: &Query) -> Reply {
    let view = path.strip_prefix('/').filter(|name| View::find(name).is_some());
    let to = match (path, view) {
        ("/ui", _) => "/ui/".to_owned(),
        (_, Some(name)) => format!("/ui/{name}"),
        _ => "/ui".to_owned(),
    };
    reply::redirect(StatusCode::TEMPORARY_REDIRECT, &query.link(&to))
}

/// The profile that the pages are about, before any filter.
fn download(site: &Site) -> Result<Reply, Refused> {
    let mut bytes = Vec::new();
    let failed = |error: std::io::Error| {
        Box::new(reply::text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()))
    };
    site.loaded.profile.write_to(&mut bytes).map_err(failed)?;
    let kind = "application/vnd.google.protobuf+gzip";
    Ok(reply::download(kind, "profile.pb.gz", bytes.into()))
}
