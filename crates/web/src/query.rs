//! The parameters of a request.

use form_urlencoded::{Serializer, parse};

/// The parameters of a URL, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Those of the part of a URL behind the question mark.
    pub fn of(text: Option<&str>) -> Self {
        let pairs = parse(text.unwrap_or_default().as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The first value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same parameters, one of them with another value; without it if that is empty.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut pairs = self.0.clone();
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        Self(pairs)
    }

    /// The same parameters without some.
    pub fn without(&self, names: &[&str]) -> Self {
        let kept = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        Self(kept.cloned().collect())
    }

    /// Sorted by name.
    pub fn sorted(mut self) -> Self {
        self.0.sort_by(|a, b| a.0.cmp(&b.0));
        self
    }

    /// The address of `page` with these parameters.
    pub fn link(&self, page: &str) -> String {
        if self.0.is_empty() {
            return page.to_owned();
        }
        let text = Serializer::new(String::new()).extend_pairs(&self.0).finish();
        format!("{page}?{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_changed_and_encoded() {
        let query = Query::of(Some("f=a%2Bb+c&si=&g=lines&f=second"));
        assert_eq!((query.get("f"), query.get("x")), (Some("a+b c"), None));
        assert_eq!(query.with("si", "x&y").without(&["f"]).link("top"), "top?g=lines&si=x%26y");
        assert_eq!(Query::of(None).link("top"), "top");
        assert_eq!(query.with("f", "").sorted().link(""), "?g=lines&si=");
    }
}
