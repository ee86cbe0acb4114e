//! Writes the supergraph as SDL of the join specification.

use std::fmt::{Display, Write as _};

use apollo_compiler::ast::Directive;
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

mod text;

use self::text::{
    custom_link, field_definition, input_definition, join_field, join_type, one_line, quoted,
    spaced,
};
use super::machinery;
use super::merged::{
    JoinField, Merged, MergedComposite, MergedEnumValue, MergedInput, MergedKind, MergedType,
};
use super::model::{GraphId, Subgraph};

/// Writes everything, in a stable order.
pub(crate) fn emit(subgraphs: &[Subgraph], merged: &Merged) -> String {
    let mut emitter = Emitter {
        subgraphs,
        sdl: String::new(),
    };
    emitter.schema(merged);
    emitter.sdl.push_str(&machinery::definitions(merged));
    emitter.graphs();
    for directive in merged.directives.values() {
        let _ = writeln!(emitter.sdl, "\n{directive}");
    }
    for (name, ty) in &merged.types {
        emitter.ty(name, ty);
    }
    emitter.sdl
}

struct Emitter<'a> {
    subgraphs: &'a [Subgraph],
    sdl: String,
}

impl Emitter<'_> {
    fn schema(&mut self, merged: &Merged) {
        self.sdl.push_str("schema\n");
        for link in machinery::links(merged) {
            let _ = writeln!(self.sdl, "  {link}");
        }
        for link in &merged.links {
            let _ = writeln!(self.sdl, "  {}", custom_link(link));
        }
        self.sdl.push_str("{\n");
        for (operation, root) in [
            ("query", "Query"),
            ("mutation", "Mutation"),
            ("subscription", "Subscription"),
        ] {
            if merged.types.contains_key(root) {
                let _ = writeln!(self.sdl, "  {operation}: {root}");
            }
        }
        self.sdl.push_str("}\n");
    }

    fn graphs(&mut self) {
        self.sdl.push_str("\nenum join__Graph {\n");
        for subgraph in self.subgraphs {
            let (name, url) = (quoted(&subgraph.name), quoted(&subgraph.url));
            let _ = writeln!(
                self.sdl,
                "  {} @join__graph(name: {name}, url: {url})",
                subgraph.graph
            );
        }
        self.sdl.push_str("}\n");
    }

    fn ty(&mut self, name: &Name, ty: &MergedType) {
        self.sdl.push('\n');
        self.description(ty.description.as_ref());
        match &ty.kind {
            MergedKind::Scalar => {
                let _ = write!(self.sdl, "scalar {name}");
                self.heads(ty, &[]);
                self.sdl.push('\n');
            }
            MergedKind::Object(body) => self.composite("type", name, ty, body),
            MergedKind::Interface(body) => self.composite("interface", name, ty, body),
            MergedKind::Union(members) => self.union(name, ty, members),
            MergedKind::Enum(values) => self.enumeration(name, ty, values),
            MergedKind::Input(fields) => self.input(name, ty, fields),
        }
    }

    fn union(&mut self, name: &Name, ty: &MergedType, members: &[(GraphId, Name)]) {
        let _ = write!(self.sdl, "union {name}");
        let joins = members.iter().map(|(graph, member)| {
            let graph = &self.subgraphs[*graph].graph;
            format!(
                "@join__unionMember(graph: {graph}, member: {})",
                quoted(member)
            )
        });
        self.heads(ty, &joins.collect::<Vec<_>>());
        let names = distinct(members.iter().map(|(_, member)| member));
        let _ = writeln!(self.sdl, "\n  = {}", names.join(" | "));
    }

    fn enumeration(
        &mut self,
        name: &Name,
        ty: &MergedType,
        values: &IndexMap<Name, MergedEnumValue>,
    ) {
        let _ = write!(self.sdl, "enum {name}");
        self.heads(ty, &[]);
        self.sdl.push_str("\n{\n");
        for (value, merged) in values {
            self.described(merged.description.as_ref());
            let _ = write!(self.sdl, "  {value}");
            for graph in &merged.graphs {
                let _ = write!(
                    self.sdl,
                    " @join__enumValue(graph: {})",
                    self.subgraphs[*graph].graph
                );
            }
            let _ = writeln!(self.sdl, "{}", spaced(&merged.applied));
        }
        self.sdl.push_str("}\n");
    }

    fn input(&mut self, name: &Name, ty: &MergedType, fields: &IndexMap<Name, MergedInput>) {
        let _ = write!(self.sdl, "input {name}");
        self.heads(ty, &[]);
        self.sdl.push_str("\n{\n");
        for (name, field) in fields {
            let definition = input_definition(name, field);
            self.member(
                &definition.serialize().initial_indent_level(1),
                &field.joins,
                &field.applied,
            );
        }
        self.sdl.push_str("}\n");
    }

    fn composite(&mut self, keyword: &str, name: &Name, ty: &MergedType, body: &MergedComposite) {
        let _ = write!(self.sdl, "{keyword} {name}");
        let interfaces = distinct(body.implements.iter().map(|(_, interface)| interface));
        if !interfaces.is_empty() {
            let _ = write!(self.sdl, " implements {}", interfaces.join(" & "));
        }
        let joins = body.implements.iter().map(|(graph, interface)| {
            format!(
                "@join__implements(graph: {}, interface: {})",
                self.subgraphs[*graph].graph,
                quoted(interface)
            )
        });
        self.heads(ty, &joins.collect::<Vec<_>>());
        self.sdl.push_str("\n{\n");
        for (name, field) in &body.fields {
            let definition = field_definition(name, field);
            self.member(
                &definition.serialize().initial_indent_level(1),
                &field.joins,
                &field.applied,
            );
        }
        self.sdl.push_str("}\n");
    }

    /// The directives of a type, one a line.
    fn heads(&mut self, ty: &MergedType, more: &[String]) {
        for join in &ty.joins {
            let text = join_type(self.subgraphs, join);
            let _ = write!(self.sdl, "\n  {text}");
        }
        for join in more {
            let _ = write!(self.sdl, "\n  {join}");
        }
        for directive in &ty.applied {
            let _ = write!(self.sdl, "\n  {}", one_line(directive));
        }
    }

    fn member(
        &mut self,
        definition: &dyn Display,
        joins: &[JoinField],
        applied: &[Node<Directive>],
    ) {
        let joins: String = joins
            .iter()
            .map(|join| format!(" {}", join_field(self.subgraphs, join)))
            .collect();
        let _ = writeln!(self.sdl, "{definition}{joins}{}", spaced(applied));
    }

    fn description(&mut self, description: Option<&Node<str>>) {
        self.sdl.push_str(&text::description(description, 0));
    }

    fn described(&mut self, description: Option<&Node<str>>) {
        self.sdl.push_str(&text::description(description, 1));
    }
}

/// Names without repetition, in their first order.
fn distinct<'a>(names: impl Iterator<Item = &'a Name>) -> Vec<&'a str> {
    let mut distinct: Vec<&str> = Vec::new();
    for name in names {
        if !distinct.contains(&name.as_str()) {
            distinct.push(name);
        }
    }
    distinct
}
