//! Requests that change the named configurations.

use bytes::Bytes;
use heapwise_session::configs::{self, ConfigError};
use http::StatusCode;

use crate::query::Query;
use crate::reply::{self, Reply};
use crate::site::Site;

/// What to do with a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Save,
    Delete,
}

/// The change that a path below `/ui/` asks for.
pub(crate) fn find(page: &str) -> Option<Change> {
    match page {
        "saveconfig" => Some(Change::Save),
        "deleteconfig" => Some(Change::Delete),
        _ => None,
    }
}

/// Saves the options of the request under the name it gives, or deletes what has that name.
pub(crate) fn answer(change: Change, site: &Site, query: &Query) -> Reply {
    let name = query.get("config").unwrap_or_default();
    let result = match change {
        Change::Save => match site.options(query) {
            Ok(options) => configs::save(name, &options, site.host.as_ref()),
            Err(error) => return reply::text(StatusCode::BAD_REQUEST, &error.to_string()),
        },
        Change::Delete => configs::delete(name, site.host.as_ref()),
    };
    match result {
        Ok(()) => reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", Bytes::new()),
        Err(error @ ConfigError::Unwritable(_)) => {
            reply::text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
        }
        Err(error) => reply::text(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}
