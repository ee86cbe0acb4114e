//! Merges the types of all subgraphs into those of the supergraph.

mod annotations;
mod arguments;
mod authorisation;
mod composites;
mod directives;
mod enums;
mod externals;
mod fields;
mod inputs;
mod interface_objects;
mod overrides;
mod references;
mod sharing;

use std::collections::BTreeMap;

use apollo_compiler::Name;

use self::references::Subtypes;
use super::diagnostics::{Code, Diagnostics};
use super::merged::{JoinType, Merged, MergedKind, MergedType};
use super::model::{GraphId, Kind, Subgraph, TypeDef};

/// The definitions of one type, each with its subgraph.
type Sources<'a> = Vec<(GraphId, &'a TypeDef)>;

/// What every part of merging looks things up in.
struct Merger<'a> {
    subgraphs: &'a [Subgraph],
    subtypes: Subtypes,
    diagnostics: &'a mut Diagnostics,
}

/// Merges; the result only makes sense if no error was reported.
pub(crate) fn merge(subgraphs: &[Subgraph], diagnostics: &mut Diagnostics) -> Merged {
    let by_name = sources(subgraphs);
    let mut merger = Merger {
        subgraphs,
        subtypes: Subtypes::of(subgraphs),
        diagnostics,
    };
    if !has_query(subgraphs) {
        merger.diagnostics.error(
            Code::NoQueries,
            "no subgraph has a query field, give at least one a field on its query root",
        );
    }
    let positions = enums::Positions::of(subgraphs);
    let mut merged = Merged::default();
    for (name, sources) in &by_name {
        if !merger.agree_on_kind(name, sources) {
            continue;
        }
        merger.require_base(name, sources);
        merger.hint_descriptions(
            name,
            sources
                .iter()
                .map(|(graph, ty)| (*graph, ty.description.as_ref())),
        );
        let kind = merger.merge_kind(name, sources, &positions);
        let ty = MergedType {
            description: annotations::description(
                sources
                    .iter()
                    .map(|(_, ty)| (ty.own_fields(), ty.description.as_ref())),
            ),
            applied: annotations::applied(sources.iter().map(|(_, ty)| ty.applied.as_slice())),
            joins: merger.join_types(name, sources),
            kind,
        };
        merged.types.insert((*name).clone(), ty);
    }
    merger.merge_interface_objects(&mut merged);
    merger.check_implementations(&merged);
    authorisation::guard_interfaces(&mut merged);
    merger.check_authorisation(&merged);
    merger.merge_directives(&mut merged);
    merged
}

fn sources(subgraphs: &[Subgraph]) -> BTreeMap<&Name, Sources<'_>> {
    let mut by_name: BTreeMap<&Name, Sources<'_>> = BTreeMap::new();
    for (graph, subgraph) in subgraphs.iter().enumerate() {
        for (name, ty) in &subgraph.types {
            by_name.entry(name).or_default().push((graph, ty));
        }
    }
    by_name
}

fn has_query(subgraphs: &[Subgraph]) -> bool {
    subgraphs.iter().any(|subgraph| {
        subgraph
            .composite("Query")
            .is_some_and(|query| !query.fields.is_empty())
    })
}

impl Merger<'_> {
    fn name(&self, graph: GraphId) -> &str {
        &self.subgraphs[graph].name
    }

    /// Subgraphs in words: `'a' and 'b'`.
    fn names(&self, graphs: impl IntoIterator<Item = GraphId>) -> String {
        let names: Vec<String> = graphs
            .into_iter()
            .map(|graph| format!("'{}'", self.name(graph)))
            .collect();
        match names.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
            None => String::new(),
        }
    }

    fn agree_on_kind(&mut self, name: &Name, sources: &Sources<'_>) -> bool {
        let supergraph_noun = |kind: &Kind| match kind {
            Kind::Object(composite) if composite.interface_object => "interface",
            other => other.noun(),
        };
        let agreed = sources
            .windows(2)
            .all(|pair| supergraph_noun(&pair[0].1.kind) == supergraph_noun(&pair[1].1.kind));
        if !agreed {
            let kinds: Vec<String> = sources
                .iter()
                .map(|(graph, ty)| format!("{} in '{}'", ty.kind.noun(), self.name(*graph)))
                .collect();
            self.diagnostics.error_of(
                Code::TypeKindMismatch,
                name,
                format!("type '{name}' is of different kinds: {}", kinds.join(", ")),
            );
        }
        agreed
    }

    fn require_base(&mut self, name: &Name, sources: &Sources<'_>) {
        let is_root = matches!(name.as_str(), "Query" | "Mutation" | "Subscription");
        if is_root || sources.iter().any(|(_, ty)| ty.has_base) {
            return;
        }
        for (graph, ty) in sources {
            let message =
                format!("type '{name}' is only ever extended, define it in some subgraph");
            let subgraph = &self.subgraphs[*graph].name;
            self.diagnostics
                .error_in(Code::ExtensionWithNoBase, subgraph, ty.location, message);
        }
    }

    fn merge_kind(
        &mut self,
        name: &Name,
        sources: &Sources<'_>,
        positions: &enums::Positions,
    ) -> MergedKind {
        match sources[0].1.kind {
            Kind::Scalar => MergedKind::Scalar,
            Kind::Union(_) => MergedKind::Union(union_members(sources)),
            Kind::Enum(_) => MergedKind::Enum(self.merge_enum(name, sources, positions)),
            Kind::Input(_) => MergedKind::Input(self.merge_input_object(name, sources)),
            Kind::Object(_) | Kind::Interface(_) => self.merge_composite(name, sources),
        }
    }

    /// One `@join__type` per subgraph and key.
    fn join_types(&self, name: &Name, sources: &Sources<'_>) -> Vec<JoinType> {
        // The protocol gives every subgraph a query root, whether it spells one out or not.
        if name == "Query" {
            return (0..self.subgraphs.len()).map(JoinType::plain).collect();
        }
        sources
            .iter()
            .flat_map(|(graph, ty)| join_types_of(*graph, ty))
            .collect()
    }
}

fn join_types_of(graph: GraphId, ty: &TypeDef) -> Vec<JoinType> {
    let Some(composite) = ty.composite() else {
        return vec![JoinType::plain(graph)];
    };
    let interface_object = composite.interface_object;
    if composite.keys.is_empty() {
        return vec![JoinType {
            interface_object,
            ..JoinType::plain(graph)
        }];
    }
    composite
        .keys
        .iter()
        .map(|key| JoinType {
            graph,
            key: Some(key.fields.to_string()),
            extension: key.extension,
            resolvable: key.resolvable,
            interface_object,
        })
        .collect()
}

fn union_members(sources: &Sources<'_>) -> Vec<(GraphId, Name)> {
    sources
        .iter()
        .filter_map(|(graph, ty)| match &ty.kind {
            Kind::Union(members) => Some(members.keys().map(|member| (*graph, member.clone()))),
            _ => None,
        })
        .flatten()
        .collect()
}
