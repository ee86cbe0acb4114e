//! Directive definitions of the supergraph: executable ones that all subgraphs know, and composed ones.

use std::collections::BTreeMap;

use apollo_compiler::ast::{DirectiveDefinition, DirectiveLocation};
use apollo_compiler::{Name, Node};

use super::Merger;
use crate::compose::api_schema::is_executable;
use crate::compose::diagnostics::Code;
use crate::compose::links::Link;
use crate::compose::merged::Merged;

impl Merger<'_> {
    pub(crate) fn merge_directives(&mut self, merged: &mut Merged) {
        self.merge_executable(merged);
        self.merge_composed(merged);
    }

    fn merge_executable(&mut self, merged: &mut Merged) {
        let mut names: Vec<&Name> = self
            .subgraphs
            .iter()
            .flat_map(|subgraph| subgraph.directives.keys())
            .collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let definitions: Vec<&Node<DirectiveDefinition>> = self
                .subgraphs
                .iter()
                .filter_map(|subgraph| subgraph.directives.get(name))
                .collect();
            let locations: Vec<DirectiveLocation> = definitions[0]
                .locations
                .iter()
                .copied()
                .filter(|location| {
                    is_executable(*location)
                        && definitions
                            .iter()
                            .all(|definition| definition.locations.contains(location))
                })
                .collect();
            if locations.is_empty() {
                continue;
            }
            if definitions.len() < self.subgraphs.len() {
                let message = format!(
                    "executable directive '@{name}' is left out because not all subgraphs define it"
                );
                let element = format!("@{name}");
                self.diagnostics
                    .hint_of(Code::InconsistentExecutableDirective, &element, message);
                continue;
            }
            let mut definition = (**definitions[0]).clone();
            definition.locations = locations;
            definition.repeatable = definitions.iter().all(|definition| definition.repeatable);
            definition.arguments.retain(|argument| {
                definitions.iter().all(|other| {
                    other
                        .arguments
                        .iter()
                        .any(|known| known.name == argument.name && known.ty == argument.ty)
                })
            });
            merged
                .directives
                .insert(name.clone(), Node::new(definition));
        }
    }

    fn merge_composed(&mut self, merged: &mut Merged) {
        let mut links: BTreeMap<String, Link> = BTreeMap::new();
        let all = self.subgraphs.iter().flat_map(|subgraph| {
            subgraph
                .composed
                .iter()
                .map(move |composed| (subgraph, composed))
        });
        for (subgraph, composed) in all {
            let name = &composed.directive;
            if let Some(definition) = subgraph.directives.get(name) {
                merged
                    .directives
                    .entry(name.clone())
                    .or_insert_with(|| definition.clone());
            }
            let clash = links
                .values()
                .find(|link| link.spec() == composed.link.spec() && link.url != composed.link.url);
            if let Some(clash) = clash {
                let message = format!(
                    "'@{name}' is composed from '{}' here and from '{}' elsewhere, link the same version",
                    composed.link.url, clash.url
                );
                self.diagnostics.error_in(
                    Code::DirectiveComposition,
                    &subgraph.name,
                    composed.link.location,
                    message,
                );
                continue;
            }
            let link = links
                .entry(composed.link.url.clone())
                .or_insert_with(|| Link {
                    imports: Vec::new(),
                    ..composed.link.clone()
                });
            let original = composed
                .link
                .imports
                .iter()
                .find(|(_, local)| local.strip_prefix('@') == Some(name));
            if let Some(import) = original
                && !link.imports.contains(import)
            {
                link.imports.push(import.clone());
            }
        }
        merged.links = links.into_values().collect();
    }
}
