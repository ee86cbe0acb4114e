//! JSON pointers (RFC 6901) into the data of a submission.

use std::fmt;

/// Where a value stands in a submission's data: `/body/labels/0`.
///
/// A list's item field stands for every item at once and carries `-`, RFC 6901's
/// name for the item that is not there yet: `/body/labels/-/name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer(String);

impl Pointer {
    /// The whole data.
    pub fn root() -> Self {
        Self::default()
    }

    /// The property `name` of the object here.
    pub fn child(&self, name: &str) -> Self {
        Self(format!("{}/{}", self.0, escape(name)))
    }

    /// The item `index` of the list here.
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// Any item of the list here.
    pub fn item(&self) -> Self {
        Self(format!("{}/-", self.0))
    }

    /// The pointer as text; empty for the whole data.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Pointer {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Writes one reference token: only `~` and `/` have a meaning in a pointer.
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// Reads one reference token back.
pub fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pointer_finds_any_property_name() {
        for name in [
            "a", "a/b", "m~n", "x.y", "t[0]", "~1", "", " ", "ü", "a%20b",
        ] {
            let data = json!({ "body": { name: 7 } });
            let pointer = Pointer::root().child("body").child(name);
            assert_eq!(data.pointer(pointer.as_str()), Some(&json!(7)), "{name:?}");
            assert_eq!(unescape(&escape(name)), name);
        }
    }
}
