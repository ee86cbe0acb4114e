//! What holds for any input, however broken.

use proptest::prelude::*;
use router::compose::{Severity, SubgraphSdl, Supergraph, compose};

fn subgraphs() -> impl Strategy<Value = Vec<SubgraphSdl>> {
    let cases: Vec<Vec<SubgraphSdl>> = super::folders()
        .iter()
        .map(|case| super::subgraphs(case))
        .collect();
    prop::sample::select(cases)
}

/// Cuts a piece out of a text, or repeats it, at character boundaries.
fn damaged(text: &str, from: usize, length: usize, repeat: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let from = from % (chars.len() + 1);
    let until = (from + length).min(chars.len());
    let mut pieces = chars[..until].to_vec();
    if repeat {
        pieces.extend(&chars[from..]);
    } else {
        pieces.truncate(from);
        pieces.extend(&chars[until..]);
    }
    pieces.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn a_damaged_subgraph_gives_a_supergraph_or_an_error(
        mut subgraphs in subgraphs(),
        which in any::<prop::sample::Index>(),
        from in 0..4_000usize,
        length in 1..60usize,
        repeat in any::<bool>(),
    ) {
        let index = which.index(subgraphs.len());
        subgraphs[index].sdl = damaged(&subgraphs[index].sdl, from, length, repeat);
        let composition = compose(&subgraphs);
        let has_error = composition.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        prop_assert_eq!(composition.supergraph.is_none(), has_error);
        if let Some(supergraph) = composition.supergraph {
            prop_assert_eq!(Supergraph::parse(&supergraph.sdl), Ok(supergraph));
        }
    }
}
