//! The operations of the README's tour, so that what is tested is what a newcomer runs.

use std::path::Path;

/// The operation of this name, with the fragments that follow it.
pub(crate) fn operation(name: &str) -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(readme).expect("there is a README");
    let blocks = readme.split("```graphql\n").skip(1);
    let mut blocks = blocks.filter_map(|block| block.split("```").next());
    let wanted = |block: &&str| {
        let mut words = block.split(|c: char| !c.is_alphanumeric());
        words.nth(1) == Some(name)
    };
    let found = blocks.find(wanted);
    found
        .unwrap_or_else(|| panic!("the README has no operation {name}"))
        .to_owned()
}
