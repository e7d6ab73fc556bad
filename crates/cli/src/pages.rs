//! The web pages: where they are served, and the browser that shows them.

use std::thread;

use anyhow::Result;
use heapwise_session::{Invocation, Loaded, configs};
use heapwise_web::{Address, Server, Site};

use crate::machine::Machine;
use crate::viewer::browsers;
use crate::{child, output};

/// Serves pages on `loaded` until the process is ended. The address is said once it answers.
///
/// # Errors
/// When the address makes no sense or is taken, or nothing says where configurations are kept.
pub fn serve(loaded: Loaded, invocation: Invocation) -> Result<()> {
    let machine = Machine::default();
    configs::file(&machine)?;
    let address = Address::parse(&invocation.fetch.http)?;
    let server = Server::listen(&address)?;
    let viewers = if invocation.fetch.no_browser { Vec::new() } else { browsers(&machine) };
    let wanted = !invocation.fetch.no_browser;
    let site = Site::new(loaded, invocation.options, server.address(), Box::new(machine));
    output::note(&format!("Serving web UI on http://{}", server.address()));
    let page = site.first_page(server.address());
    if wanted {
        // Connections wait in the socket that listens already, whichever of the two is first.
        thread::spawn(move || open(&viewers, &page));
    }
    Ok(server.run(site)?)
}

fn open(viewers: &[Vec<String>], page: &str) {
    match child::show(viewers, page.as_ref()) {
        // How a browser ends is nobody's concern, but that it did is the system's.
        Ok(mut browser) => drop(browser.wait()),
        Err(_) => output::note(page),
    }
}
