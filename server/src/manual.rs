//! Descriptions of what the GraphQL library declares in every subgraph. Descriptions are the
//! product's manual, and these types would have none, or one for Rust programmers.

const LIBRARY_DATE_TIME: &str = "Implement the DateTime<Utc> scalar

The input/output is a string in RFC3339 format.";
const DATE_TIME: &str = "A moment, as of RFC 3339, such as `2026-11-22T13:46:52.897Z`.";
const CONNECTION: &str = "\"\"\"
One page of a list. `first` and `after` walk it from the front, `last` and `before` from the back:
pass the cursors of `pageInfo` on.
\"\"\"
";

/// The SDL of a subgraph with these descriptions in place.
pub(crate) fn describe(sdl: &str) -> String {
    let sdl = sdl.replace(LIBRARY_DATE_TIME, DATE_TIME);
    let mut described = String::with_capacity(sdl.len());
    let mut before = "";
    for line in sdl.lines() {
        let name = line
            .strip_prefix("type ")
            .and_then(|rest| rest.split([' ', '@']).next());
        let is_connection = name.is_some_and(|name| name.ends_with("Connection"));
        if is_connection && before != "\"\"\"" {
            described.push_str(CONNECTION);
        }
        described.push_str(line);
        described.push('\n');
        before = line;
    }
    described
}
