//! One profile as web pages: the routes and parameters of `go tool pprof -http`, safe by default.
//!
//! ```text
//! request -> guard -> route -> parameters -> Options -> view -> report values -> page
//! ```
//!
//! [`Site::answer`] is a function from request to response and needs no socket; [`Server`] brings it
//! to one. A page renders the same report values as the terminal: it adds layout, never arithmetic.
#![forbid(unsafe_code)]

mod address;
mod around;
mod assets;
mod config_requests;
mod data;
mod flames;
mod guard;
mod overheard;
mod query;
mod reply;
mod route;
mod server;
mod site;
mod view;

pub use address::{Address, AddressError};
pub use server::Server;
pub use site::Site;
