//! What pages ask for after they are shown, as JSON.

use bytes::Bytes;
use heapwise_report::{FlameOrder, FlameSums, FlameView, Shape};
use heapwise_session::GoRegex;
use http::StatusCode;
use serde_json::json;

use crate::flames::Known;
use crate::overheard::Overheard;
use crate::query::Query;
use crate::reply::{self, Reply};
use crate::site::Site;

const JSON: &str = "application/json; charset=utf-8";

/// Boxes narrower than this part of the graph cannot be seen on any screen.
const FINEST: u64 = 4000;

/// The most boxes of a tree, however deep stacks are.
const MOST: usize = 100_000;

/// The boxes of a flame graph that can be seen. Beside the parameters of every page:
///
/// - `p`: a regular expression; what matches it is the middle: who calls it, and what it calls.
/// - `view=callers`: from the leaves up. `order=profile`: not the widest first.
/// - `z`: the numbers of frames on the way from the root, joined with dots, to what is zoomed into.
pub(crate) fn flame_graph(site: &Site, query: &Query) -> Reply {
    answer(site, query, |known| {
        let order = match query.get("order") {
            Some("profile") => FlameOrder::Profile,
            _ => FlameOrder::Width,
        };
        let way = query.get("z").unwrap_or_default();
        let way: Vec<u32> = way.split('.').map_while(|number| number.parse().ok()).collect();
        let pivot = query.get("p").filter(|pivot| !pivot.is_empty());
        let pivot = pivot.map(GoRegex::new).transpose().map_err(|error| error.to_string())?;
        let matches = |name: &[u8]| pivot.as_ref().is_some_and(|pivot| pivot.is_match(name));
        let shapes: &[(&'static str, Shape<'_>)] = match (&pivot, query.get("view")) {
            (Some(_), _) => {
                &[("callees", Shape::Below(&matches)), ("callers", Shape::Above(&matches))]
            }
            (None, Some("callers")) => &[("callers", Shape::Callers)],
            (None, _) => &[("callees", Shape::Callees)],
        };
        let mut cuts = Vec::new();
        for (name, shape) in shapes {
            let view = FlameView { shape: *shape, zoom: &way, finest: FINEST, most: MOST, order };
            cuts.push((*name, known.flame.cut(view)));
        }
        let cuts: Vec<_> = cuts.iter().map(|(name, cut)| (*name, cut)).collect();
        let mut body = Vec::new();
        known.flame.write_json(&cuts, &mut body).map_err(|error| error.to_string())?;
        Ok(body)
    })
}

/// Which frames match the regular expression `q`, and how much goes through any of them.
pub(crate) fn search(site: &Site, query: &Query) -> Reply {
    answer(site, query, |known| {
        let wanted = query.get("q").unwrap_or_default();
        let regex = GoRegex::new(wanted).map_err(|error| error.to_string())?;
        let (frames, FlameSums { plus, minus }) = known.flame.search(&|text| regex.is_match(text));
        let total = known.flame.total;
        let net = i64::try_from(plus).unwrap_or(i64::MAX).saturating_sub_unsigned(minus);
        let text = String::from_utf8_lossy(&known.flame.values.text(net)).into_owned();
        let share = heapwise_units::percentage(net, total);
        let found = json!({
            "frames": frames, "plus": plus, "minus": minus, "text": text, "share": share.trim(),
        });
        Ok(found.to_string().into_bytes())
    })
}

fn answer(
    site: &Site,
    query: &Query,
    make: impl FnOnce(&Known) -> Result<Vec<u8>, String>,
) -> Reply {
    let heard = Overheard::new(site.host.as_ref());
    let made = site
        .options(query)
        .map_err(|error| error.to_string())
        .and_then(|options| site.flames.get(site, &options, &heard).map_err(|e| e.to_string()))
        .and_then(|known| make(&known));
    match made {
        Ok(body) => reply::with_body(StatusCode::OK, JSON, Bytes::from(body)),
        Err(why) => {
            let body = json!({ "error": why }).to_string();
            reply::with_body(StatusCode::BAD_REQUEST, JSON, Bytes::from(body))
        }
    }
}
