//! Invariants stated as absences: what only one place of the code may name.

use std::collections::BTreeMap;

use super::Finding;
use super::rust::{code_only, is_test, is_word, names, without_tests, words};
use super::tree::{File, Tree};

/// A word and the only places that may name it.
struct Owner {
    word: &'static str,
    /// Where the rule holds.
    within: &'static [&'static str],
    allowed: fn(&str) -> bool,
    /// What may follow the word anywhere.
    harmless: &'static [&'static str],
    message: &'static str,
}

const OWNERS: [Owner; 4] = [
    Owner {
        word: "diesel",
        within: &["subgraphs/", "server/", "router/"],
        allowed: |path| is_store(path) || path.ends_with("/error.rs") || is_test(path),
        harmless: &[
            "::QueryResult",
            "::result::",
            // What a value needs to be kept in a column.
            "::deserialize::",
            "::expression::AsExpression",
            "::serialize::",
            "::sql_types::",
            "(sql_type",
        ],
        message: "only a store (store.rs, store/, tables.rs) may name diesel; write the query there",
    },
    Owner {
        word: "axum",
        within: &["subgraphs/", "router/"],
        allowed: |path| {
            path.starts_with("router/src/http")
                || path.starts_with("router/src/graphiql")
                || path.starts_with("router/src/serve")
                || is_test(path)
        },
        harmless: &[],
        message: "only the router's http, serve and graphiql and the server may name axum",
    },
    Owner {
        word: "tokio",
        within: &["router/src/compose"],
        allowed: is_test,
        harmless: &[],
        message: "composition is pure: no IO, no tasks",
    },
    Owner {
        word: "async",
        within: &["router/src/compose"],
        allowed: is_test,
        harmless: &[],
        message: "composition is pure: nothing in it waits",
    },
];

/// Holds the sources against the table above and against the rules of the subgraphs.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let code = without_tests(&code_only(&file.text));
        for (index, line) in code.lines().enumerate() {
            let broken = OWNERS
                .iter()
                .filter(|owner| owner.applies_to(&file.path) && owner.is_named(line));
            findings.extend(broken.map(|owner| Finding::at(&file.path, index + 1, owner.message)));
        }
        if file.path.starts_with("subgraphs/") {
            findings.extend(uncoded_errors(&file.path, &code));
        }
    }
    findings.extend(shared_tables(tree));
    findings
}

impl Owner {
    fn applies_to(&self, path: &str) -> bool {
        self.within.iter().any(|folder| path.starts_with(folder)) && !(self.allowed)(path)
    }

    fn is_named(&self, line: &str) -> bool {
        words(line, self.word).any(|at| {
            let rest = &line[at + self.word.len()..];
            !self
                .harmless
                .iter()
                .any(|harmless| rest.starts_with(harmless))
        })
    }
}

fn is_store(path: &str) -> bool {
    path.ends_with("/store.rs")
        || path.contains("/store/")
        || path.ends_with("/tables.rs")
        || path.contains("/tables/")
}

/// `async_graphql::Result` takes any printable error and drops its code on the way.
fn uncoded_errors(path: &str, code: &str) -> Vec<Finding> {
    const MESSAGE: &str =
        "async_graphql's Result answers errors without a code; return Result<_, ApiError>";
    let mut findings = Vec::new();
    for (at, _) in code.match_indices("async_graphql::") {
        let rest = &code[at + "async_graphql::".len()..];
        let named = match rest.chars().next() {
            Some('{') => &rest[..rest.find(';').unwrap_or(rest.len())],
            _ => &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())],
        };
        if names(named, "Result") || named.starts_with('*') || rest.starts_with('*') {
            findings.push(Finding::at(
                path,
                code[..at].matches('\n').count() + 1,
                MESSAGE,
            ));
        }
    }
    findings
}

/// A table that two crates define is one that two crates read.
fn shared_tables(tree: &Tree) -> Vec<Finding> {
    let mut owners: BTreeMap<String, &File> = BTreeMap::new();
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| !file.path.starts_with("xtask/")) {
        let code = code_only(&file.text);
        for (at, _) in code.match_indices("table! {") {
            let table: String = code[at + "table! {".len()..]
                .trim_start()
                .chars()
                .take_while(|c| is_word(*c))
                .collect();
            if let Some(owner) = owners.insert(table.clone(), file)
                && crate_of(&owner.path) != crate_of(&file.path)
            {
                let message = format!(
                    "table {table} belongs to {}; nobody else reads it",
                    crate_of(&owner.path)
                );
                findings.push(Finding::of_file(&file.path, message));
            }
        }
    }
    findings
}

fn crate_of(path: &str) -> &str {
    path.split("/src/").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)]))
            .iter()
            .map(Finding::to_string)
            .collect()
    }

    #[test]
    fn only_stores_write_queries() {
        let text = "\nuse diesel::prelude::*;";
        for allowed in [
            "subgraphs/form/src/store.rs",
            "subgraphs/form/src/store/rows.rs",
            "kit/src/db.rs",
            "subgraphs/form/src/tests.rs",
        ] {
            assert_eq!(found(allowed, text), Vec::<String>::new(), "{allowed}");
        }
        assert_eq!(found("subgraphs/form/src/graphql.rs", text).len(), 1);
        assert_eq!(
            found("subgraphs/form/src/form.rs", "use diesel::QueryResult;").len(),
            0
        );
        assert_eq!(
            found(
                "subgraphs/form/src/form.rs",
                "// diesel\n#[cfg(test)]\nmod tests { use diesel::x; }"
            )
            .len(),
            0
        );
    }

    #[test]
    fn errors_without_a_code_are_found_however_they_are_imported() {
        for text in [
            "fn f() -> async_graphql::Result<u8> {}",
            "use async_graphql::{\n    Object,\n    Result,\n};",
            "use async_graphql::*;",
        ] {
            assert_eq!(
                found("subgraphs/form/src/graphql.rs", text).len(),
                1,
                "{text}"
            );
        }
        let fine =
            "use async_graphql::{Context, Object, ResultExt};\nfn f() -> Result<u8, ApiError> {}";
        assert_eq!(
            found("subgraphs/form/src/graphql.rs", fine),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_table_has_one_owner() {
        let text = "diesel::table! {\n    forms (id) {\n    }\n}";
        let tree = Tree::of(&[
            ("subgraphs/form/src/tables.rs", text),
            ("subgraphs/menu/src/tables.rs", text),
        ]);
        let found: Vec<_> = check(&tree).iter().map(Finding::to_string).collect();
        assert_eq!(
            found,
            [
                "subgraphs/menu/src/tables.rs: table forms belongs to subgraphs/form; nobody else reads it"
            ]
        );
    }
}
