//! What permissions there are, so that people can choose among them.

use super::{Permission, is_well_formed_pattern, overlap};

/// A permission that some operation requires, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// The permission; with a `*` where there is one for each service.
    pub permission: Permission,
    /// What it lets somebody do: one sentence.
    pub description: &'static str,
    /// What it is about, for people: permissions with the same group are shown together.
    pub group: &'static str,
}

impl Described {
    /// A permission in words.
    pub const fn new(
        permission: Permission,
        group: &'static str,
        description: &'static str,
    ) -> Self {
        Self {
            permission,
            description,
            group,
        }
    }
}

/// The permissions of all subgraphs.
#[derive(Debug, Clone, Default)]
pub struct Catalogue(Vec<Entry>);

/// A permission and where it is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Name of the subgraph.
    pub subgraph: &'static str,
    /// The permission.
    pub described: Described,
}

impl Catalogue {
    /// The catalogue of what each subgraph says that it requires, in alphabetical order.
    pub fn new(subgraphs: impl IntoIterator<Item = (&'static str, Vec<Described>)>) -> Self {
        let entries = subgraphs.into_iter().flat_map(|(subgraph, permissions)| {
            let entry = move |described| Entry {
                subgraph,
                described,
            };
            permissions.into_iter().map(entry)
        });
        let mut entries = entries.collect::<Vec<_>>();
        entries.sort_by_key(|entry| entry.described.permission.0);
        Self(entries)
    }

    /// All of them.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The permission with this name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        let mut entries = self.0.iter();
        entries.find(|entry| entry.described.permission.0 == name)
    }

    /// Whether a pattern covers a permission that there is, or one that a service may have: each
    /// brings its own, below `service.<slug>`.
    pub fn knows(&self, pattern: &str) -> bool {
        let of_service = |pattern: &str| pattern.starts_with("service.");
        let mut entries = self.0.iter();
        is_well_formed_pattern(pattern)
            && (of_service(pattern)
                || entries.any(|entry| overlap(entry.described.permission.0, pattern)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_known_if_it_covers_something() {
        let described = |name| Described::new(Permission(name), "Things", "Does something.");
        let catalogue = Catalogue::new([
            ("user", vec![described("user:read")]),
            ("tenant", vec![described("tenant.member:read")]),
        ]);
        let names = catalogue.entries().iter();
        let names = names.map(|entry| entry.described.permission.0);
        assert!(names.eq(["tenant.member:read", "user:read"]), "sorted");
        for known in [
            "*:*",
            "*:read",
            "user:*",
            "user:read",
            "tenant.*:read",
            "service.desk:close",
        ] {
            assert!(catalogue.knows(known), "{known}");
        }
        for unknown in ["user:reed", "user.x:read", "service:x", "tenant:*", "user"] {
            assert!(!catalogue.knows(unknown), "{unknown}");
        }
    }
}
