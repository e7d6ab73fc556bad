//! What all pages are about.

use bytes::Bytes;
use heapwise_session::host::Host;
use heapwise_session::parameters::{self, ParameterError};
use heapwise_session::{Loaded, Options};
use http::{Request, Response};

use crate::address::Address;
use crate::flames::Flames;
use crate::guard::Names;
use crate::query::Query;
use crate::route;

/// One loaded profile and the options of the command line, which every page starts from.
pub struct Site {
    pub(crate) loaded: Loaded,
    pub(crate) options: Options,
    pub(crate) host: Box<dyn Host + Send + Sync>,
    pub(crate) names: Names,
    pub(crate) flames: Flames,
}

impl Site {
    /// Pages on `loaded` at `address`, that start from `options`.
    pub fn new(
        loaded: Loaded,
        options: Options,
        address: &Address,
        host: Box<dyn Host + Send + Sync>,
    ) -> Self {
        let name = host.read("/proc/sys/kernel/hostname".as_ref()).ok();
        let name = name.and_then(|name| String::from_utf8(name).ok());
        let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let names = Names::new(address, name);
        Self { loaded, options, host, names, flames: Flames::default() }
    }

    /// The address of the first page at `address`, with the options of the command line.
    pub fn first_page(&self, address: &Address) -> String {
        let mut query = Query::default();
        for (name, value) in parameters::of(&self.options) {
            query = query.with(name, &value);
        }
        query.link(&format!("http://{address}/ui/"))
    }

    /// The answer to a request. It has to be asked for by a name of the site, and with POST what
    /// changes something.
    pub fn answer<T>(&self, request: &Request<T>) -> Response<Bytes> {
        route::answer(self, request).unwrap_or_else(|refused| *refused)
    }

    /// The options of a request.
    pub(crate) fn options(&self, query: &Query) -> Result<Options, ParameterError> {
        let mut options = self.options.clone();
        parameters::apply(&mut options, |name| query.get(name))?;
        Ok(options)
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("options", &self.options).finish_non_exhaustive()
    }
}
