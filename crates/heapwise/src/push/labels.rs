//! The labels of a series, as servers take them.

use super::Error;

/// Longer names and values are refused by servers, in bytes.
const LONGEST_NAME: usize = 1024;
const LONGEST_VALUE: usize = 2048;

/// So many labels of a series are for a program and its samples: servers take 30, and two are added for
/// each profile.
pub const MOST: usize = 28;

/// Names and values of a program's own labels, with that of its service first. Sorted and checked by
/// [`check`].
#[derive(Clone, Debug)]
pub struct Labels(pub Vec<(String, String)>);

impl Labels {
    /// With the name of the service alone.
    pub fn new(service_name: String) -> Self {
        Self(vec![("service_name".to_owned(), service_name)])
    }

    /// Sorts the labels by name.
    ///
    /// # Errors
    /// If there is one that a server would refuse, or too many.
    pub fn check(mut self) -> Result<Self, Error> {
        for (name, value) in &self.0 {
            wrong(name, value)
                .map_or(Ok(()), |why| Err(Error::Label { name: name.clone(), why }))?;
        }
        self.0.sort();
        let names = self.0.iter().map(|(name, _)| name);
        let twice = names.clone().zip(names.skip(1)).find(|(a, b)| a == b);
        if let Some((name, _)) = twice {
            return Err(Error::Label { name: name.clone(), why: "it is given twice" });
        }
        if self.0.len() > MOST {
            let (name, _) = self.0.swap_remove(MOST);
            return Err(Error::Label { name, why: "servers take 27 labels at most" });
        }
        Ok(self)
    }
}

/// Whether a program may have a label of this name.
pub fn is_own_name(name: &[u8]) -> bool {
    is_name(name) && !name.starts_with(RESERVED) && name.len() <= LONGEST_NAME
}

/// Names that begin so are the server's.
const RESERVED: &[u8] = b"__";

fn is_name(name: &[u8]) -> bool {
    let first = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    name.first().is_some_and(first) && name.iter().all(|byte| first(byte) || byte.is_ascii_digit())
}

fn wrong(name: &str, value: &str) -> Option<&'static str> {
    if !is_name(name.as_bytes()) {
        Some("a name has letters, digits and _ only, and begins with no digit")
    } else if name.as_bytes().starts_with(RESERVED) {
        Some("names that begin with __ are the server's")
    } else if name.len() > LONGEST_NAME {
        Some("a name has 1024 bytes at most")
    } else if value.is_empty() {
        Some("its value is empty")
    } else if value.len() > LONGEST_VALUE {
        Some("a value has 2048 bytes at most")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(labels: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let mut all = Labels::new("orders".to_owned());
        all.0.extend(labels.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        let names = |labels: Labels| labels.0.into_iter().map(|(name, _)| name).collect();
        all.check().map(names).map_err(|error| error.to_string())
    }

    #[test]
    fn labels_are_sorted() {
        assert_eq!(check(&[("zone", "a"), ("_x9", "b")]).unwrap(), ["_x9", "service_name", "zone"]);
    }

    #[test]
    fn what_servers_refuse_is_refused_first() {
        let long = "x".repeat(3000);
        for (labels, word) in [
            (&[("a.b", "c")][..], "letters"),
            (&[("", "c")], "letters"),
            (&[("9a", "c")], "letters"),
            (&[("ä", "c")], "letters"),
            (&[("__name__", "c")], "__"),
            (&[("a", "")], "empty"),
            (&[("a", &long)], "2048"),
            (&[(&long, "a")], "1024"),
            (&[("a", "1"), ("b", "2"), ("a", "3")], "twice"),
            (&[("service_name", "x")], "twice"),
        ] {
            let error = check(labels).unwrap_err();
            assert!(error.contains(word), "{labels:?}: {error}");
        }
        let many: Vec<String> = (0..28).map(|number| format!("n{number}")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|name| (&**name, "x")).collect();
        assert!(check(&many[..27]).is_ok());
        assert!(check(&many).unwrap_err().contains("27"));
        assert!(Labels::new(String::new()).check().is_err());
    }
}
