//! The public items of a crate, from the JSON that rustdoc writes.
//!
//! Its form may change with the compiler. What is not as expected is an error, not an empty answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Result;

/// Something that users of a crate can name.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    /// The path by which they do.
    pub path: String,
    /// Its documentation.
    pub text: String,
    /// File and line.
    pub place: String,
}

/// What rustdoc says of crates, by their names in code.
#[derive(Debug)]
pub struct Crates(BTreeMap<String, Value>);

impl Crates {
    /// From names and JSON.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn parse(texts: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self> {
        let parse = |(name, text): (String, Vec<u8>)| match serde_json::from_slice(&text) {
            Ok(crate_) => Ok((name, crate_)),
            Err(error) => Err(format!("what rustdoc says of {name}: {error}")),
        };
        texts.into_iter().map(parse).collect::<Result<_>>().map(Self)
    }

    /// Modules, types, traits, functions, methods, constants and macros that can be reached from the root
    /// of the crate `name`, those that it re-exports from others included, each once. Fields and variants are
    /// part of their types.
    ///
    /// # Errors
    /// When the JSON has another form, or an item is of a crate that is not here.
    pub fn public_items(&self, name: &str) -> Result<Vec<Item>> {
        let root = &self.of(name)?["root"];
        let mut walk = Walk { crates: self, seen: BTreeSet::new(), items: Vec::new() };
        walk.visit(name, root, name.to_owned())?;
        Ok(walk.items)
    }

    fn of(&self, name: &str) -> Result<&Value> {
        self.0.get(name).ok_or_else(|| format!("nothing is known of the crate {name}"))
    }
}

struct Walk<'a> {
    crates: &'a Crates,
    seen: BTreeSet<String>,
    items: Vec<Item>,
}

impl<'a> Walk<'a> {
    /// Takes the item `id` of the crate `of`, which is known as `path`, and all that is in it.
    fn visit(&mut self, of: &'a str, id: &Value, path: String) -> Result<()> {
        let described = self.crates.of(of)?;
        let Some(item) = described["index"].get(id.to_string()) else {
            return self.visit_elsewhere(&described["paths"][id.to_string()], path);
        };
        let (kind, inner) = kind(item).ok_or_else(|| format!("{path} has no kind"))?;
        if kind == "use" {
            return self.visit(of, &inner["id"], path);
        }
        if !self.seen.insert(format!("{of} {id}")) {
            return Ok(());
        }
        self.items.push(Item {
            text: item["docs"].as_str().unwrap_or_default().to_owned(),
            place: place(item),
            path: path.clone(),
        });
        for id in children(&described["index"], kind, inner)? {
            let child = &described["index"][id.to_string()];
            let name = name(child).ok_or_else(|| format!("what is in {path} has no name"))?;
            self.visit(of, id, format!("{path}::{name}"))?;
        }
        Ok(())
    }

    /// Takes an item that is known as `path` and is of another crate: that of `summary`.
    fn visit_elsewhere(&mut self, summary: &Value, path: String) -> Result<()> {
        let lost = || format!("{path} is re-exported from a place that is not found");
        let of = summary["path"][0].as_str().ok_or_else(lost)?;
        let Some((of, described)) = self.crates.0.get_key_value(of) else {
            return Err(format!("{path} is of the crate {of}, which is not looked at"));
        };
        let is_it = |id: &str, other: &Value| {
            ["path", "kind"].iter().all(|key| other[key] == summary[key])
                && described["index"].get(id).is_some()
        };
        let mut paths = described["paths"].as_object().into_iter().flatten();
        let (id, _) = paths.find(|(id, other)| is_it(id, other)).ok_or_else(lost)?;
        let id: u64 = id.parse().map_err(|_| lost())?;
        self.visit(of, &Value::from(id), path)
    }
}

/// The kind of an item, and what there is of that kind.
fn kind(item: &Value) -> Option<(&str, &Value)> {
    item["inner"].as_object()?.iter().next().map(|(kind, inner)| (kind.as_str(), inner))
}

/// By which an item is known in the one around it.
fn name(item: &Value) -> Option<&str> {
    item["name"].as_str().or_else(|| item["inner"]["use"]["name"].as_str())
}

fn place(item: &Value) -> String {
    let span = &item["span"];
    format!("{}:{}", span["filename"].as_str().unwrap_or("?"), span["begin"][0])
}

/// What users can name that is in an item.
fn children<'a>(index: &'a Value, kind: &str, inner: &'a Value) -> Result<Vec<&'a Value>> {
    match kind {
        "module" => public(index, list(inner, "items")?),
        "trait" => Ok(list(inner, "items")?.iter().collect()),
        "struct" | "enum" | "union" => {
            let mut methods = Vec::new();
            for block in list(inner, "impls")? {
                let block = &index[block.to_string()]["inner"]["impl"];
                // What a trait asks for is documented with the trait, and may not be here.
                if block["trait"].is_null() && block.is_object() {
                    methods.extend(public(index, list(block, "items")?)?);
                }
            }
            Ok(methods)
        }
        _ => Ok(Vec::new()),
    }
}

/// Those of `ids` that users see.
fn public<'a>(index: &Value, ids: &'a [Value]) -> Result<Vec<&'a Value>> {
    let mut public = Vec::new();
    for id in ids {
        let visibility = &index[id.to_string()]["visibility"];
        if visibility.is_null() {
            return Err(format!("rustdoc does not say who sees the item {id}"));
        }
        if visibility == "public" {
            public.push(id);
        }
    }
    Ok(public)
}

fn list<'a>(inner: &'a Value, name: &str) -> Result<&'a [Value]> {
    let list = inner[name].as_array().map(Vec::as_slice);
    list.ok_or_else(|| format!("rustdoc's JSON has no list `{name}` where one belongs"))
}

#[cfg(test)]
mod tests;
