//! Supergraphs to compose and to plan for.

use router::compose::SubgraphSdl;

/// The query of a first page, which walks through six subgraphs of the platform.
pub(crate) const HOME: &str = include_str!("../home.graphql");

/// Subgraphs in a ring: each owns an entity, knows the next one's, and adds to the one before.
pub(crate) fn of_many(count: usize) -> Vec<SubgraphSdl> {
    (0..count)
        .map(|number| SubgraphSdl {
            name: format!("part{number}"),
            url: None,
            sdl: part(number, count),
        })
        .collect()
}

fn part(number: usize, count: usize) -> String {
    let (next, before) = ((number + 1) % count, (number + count - 1) % count);
    format!(
        r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@external", "@requires", "@shareable"])
type Query {{ thing{number}(id: ID!): Thing{number} things{number}(first: Int = 10): [Thing{number}!]! }}
type Thing{number} @key(fields: "id") {{ id: ID! name: String! size{number}: Int next: Thing{next} page: Page! }}
type Thing{next} @key(fields: "id", resolvable: false) {{ id: ID! }}
type Thing{before} @key(fields: "id") {{ id: ID! name: String! @external added{number}: String @requires(fields: "name") }}
type Page @shareable {{ number: Int! size: Int! }}
enum Kind{number} {{ SMALL LARGE }}
input Filter{number} {{ kind: Kind{number} text: String }}
"#
    )
}
