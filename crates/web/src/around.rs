//! What is around the content of a page: title, menus, messages.

use askama::Template;
use heapwise_graph::base_name;
use heapwise_insight::{Hint, Voice, meaning};
use heapwise_profile::Profile;
use heapwise_session::{Options, configs, parameters, sample_index};
use http::StatusCode;

use crate::overheard::Overheard;
use crate::query::Query;
use crate::reply::{self, Reply};
use crate::site::Site;
use crate::view::{self, Body, Failure, View, shown};

/// The parameters that refine what is shown, with what menus call them.
const REFINEMENTS: [(&str, &str, &str); 5] = [
    ("f", "Focus", "Keep only stacks that go through it"),
    ("i", "Ignore", "Drop stacks that go through it"),
    ("h", "Hide", "Take it out of stacks"),
    ("s", "Show", "Take everything else out of stacks"),
    ("sf", "Show from", "Drop what is above it in stacks"),
];

/// Parameters that mean a place in one flame graph.
const PLACE: [&str; 2] = ["z", "p"];

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: &'a str,
    view: &'static View,
    views: Vec<Link>,
    samples: Vec<Sample>,
    refinements: Vec<Refinement>,
    reset: String,
    configs: Vec<Config>,
    focus: &'a str,
    details: Vec<String>,
    doc_url: Option<String>,
    errors: Vec<String>,
    hints: Vec<Advice>,
    body: &'a str,
}

/// A way to another page.
struct Link {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    href: String,
    current: bool,
}

/// A sample type.
struct Sample {
    kind: String,
    meaning: &'static str,
    href: String,
    current: bool,
}

struct Refinement {
    parameter: &'static str,
    title: &'static str,
    about: &'static str,
    value: String,
}

/// A named configuration.
struct Config {
    name: String,
    href: String,
    current: bool,
    saved: bool,
}

/// What the reader should know.
struct Advice {
    lines: Vec<String>,
    /// The way to the sample type that says more.
    href: Option<String>,
    instead: String,
}

/// The page of `view` for the parameters of `query`. What cannot be shown is told on the page.
pub(crate) fn page(site: &Site, view: &'static View, query: &Query) -> Reply {
    let heard = Overheard::new(site.host.as_ref());
    let options = site.options(query);
    let made = match &options {
        Ok(options) => (view.make)(site, options, &heard).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let mut errors = Vec::new();
    let (status, body) = match made {
        Ok(body) => (StatusCode::OK, body),
        Err(why) => {
            site.host.note(&why);
            errors.push(why);
            (StatusCode::BAD_REQUEST, Body::default())
        }
    };
    let options = options.as_ref().unwrap_or(&site.options);
    let around = Around { site, view, query, options };
    let configs = around.configs().unwrap_or_else(|why| {
        errors.push(why);
        vec![around.default_config()]
    });
    errors.splice(0..0, heard.notes());
    match around.render(&body, errors, configs) {
        Ok(html) => reply::page(status, html),
        Err(error) => reply::text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

struct Around<'a> {
    site: &'a Site,
    view: &'static View,
    query: &'a Query,
    options: &'a Options,
}

impl Around<'_> {
    fn render(
        &self,
        body: &Body,
        errors: Vec<String>,
        configs: Vec<Config>,
    ) -> Result<String, Failure> {
        let Self { query, options, view, .. } = *self;
        let profile = &self.site.loaded.profile;
        let doc_url = shown(profile.text(profile.header.doc_url));
        let is_web = doc_url.starts_with("http://") || doc_url.starts_with("https://");
        let reset: Vec<_> =
            REFINEMENTS.iter().map(|(parameter, ..)| *parameter).chain(PLACE).collect();
        let page = Page {
            title: &title(profile, options),
            view,
            views: self.views(),
            samples: self.samples(),
            refinements: REFINEMENTS.iter().map(|row| self.refinement(row)).collect(),
            reset: query.without(&reset).link(view.name),
            configs,
            focus: &options.focus,
            details: body.details.iter().map(|line| shown(line)).collect(),
            doc_url: is_web.then_some(doc_url),
            errors,
            hints: body.hints.iter().map(|hint| self.advice(hint)).collect(),
            body: &body.html,
        };
        Ok(page.render()?)
    }

    fn views(&self) -> Vec<Link> {
        let link = |view: &&'static View| Link {
            name: view.name,
            title: view.title,
            about: view.about,
            href: self.query.without(&PLACE).link(view.name),
            current: view.name == self.view.name,
        };
        view::ALL.iter().map(link).collect()
    }

    fn samples(&self) -> Vec<Sample> {
        let profile = &self.site.loaded.profile;
        let current = sample_index::resolve(profile, &self.options.sample_index).ok();
        let names = sample_index::names(profile).into_iter().enumerate();
        let sample = |(place, kind): (usize, String)| Sample {
            meaning: meaning(&kind),
            href: self.query.with("si", &kind).link(self.view.name),
            current: current == Some(place),
            kind,
        };
        names.map(sample).collect()
    }

    fn refinement(
        &self,
        (parameter, title, about): &(&'static str, &'static str, &'static str),
    ) -> Refinement {
        let value = self.query.get(parameter).unwrap_or_default().to_owned();
        Refinement { parameter, title, about, value }
    }

    fn advice(&self, hint: &Hint) -> Advice {
        let known = sample_index::names(&self.site.loaded.profile);
        let instead = hint.instead().unwrap_or_default();
        let link = || self.query.with("si", instead).link(self.view.name);
        Advice {
            lines: hint.lines(Voice::Page),
            href: known.iter().any(|name| name == instead).then(link),
            instead: instead.to_owned(),
        }
    }

    /// The configurations; the last one that changes nothing is the current one.
    fn configs(&self) -> Result<Vec<Config>, String> {
        let saved = configs::read(self.site.host.as_ref()).map_err(|error| error.to_string())?;
        let mut all = vec![self.default_config()];
        all.extend(saved.into_iter().map(|config| self.config(config.name, &config.options, true)));
        let current = all.iter().rposition(|config| config.current);
        for (place, config) in all.iter_mut().enumerate() {
            config.current = Some(place) == current;
        }
        Ok(all)
    }

    fn default_config(&self) -> Config {
        self.config("Default".to_owned(), &Options::default(), false)
    }

    /// The way to a configuration: what is saved of it, in place of what the parameters say of that.
    fn config(&self, name: String, options: &Options, saved: bool) -> Config {
        let default = Options::default();
        let mut query = self.query.clone();
        for (parameter, setting) in parameters::settings().filter(|(_, setting)| setting.saved) {
            let is_default = setting.get(options) == setting.get(&default);
            let value =
                if is_default { String::new() } else { parameters::short(setting, options) };
            query = query.with(parameter, &value);
        }
        let (to, from) = (query.sorted(), self.query.clone().sorted());
        Config { name, current: to == from, href: to.link(self.view.name), saved }
    }
}

/// The name of the program, and what is shown of it.
fn title(profile: &Profile, options: &Options) -> String {
    let main = profile.mappings.first().map(|mapping| profile.text(mapping.file));
    let file =
        main.filter(|file| !file.is_empty()).map_or("unknown".to_owned(), |f| shown(base_name(f)));
    let index = sample_index::resolve(profile, &options.sample_index).ok();
    let kind = index.and_then(|index| profile.header.sample_types.get(index));
    let kind = kind.map(|kind| shown(profile.text(kind.kind))).unwrap_or_default();
    let mean = if options.mean { "mean_" } else { "" };
    format!("{file} {mean}{kind}").trim().to_owned()
}
