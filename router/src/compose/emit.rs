//! Writes the supergraph as SDL of the join specification.

use std::fmt::{Display, Write as _};

use apollo_compiler::ast::{Directive, FieldDefinition, InputValueDefinition, Type};
use apollo_compiler::{Name, Node};

use super::links::Link;
use super::machinery;
use super::merged::{
    JoinField, JoinType, Merged, MergedComposite, MergedField, MergedInput, MergedKind, MergedType,
};
use super::model::Subgraph;

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
            MergedKind::Union(members) => {
                let _ = write!(self.sdl, "union {name}");
                let joins = members.iter().map(|(graph, member)| {
                    format!(
                        "@join__unionMember(graph: {}, member: {})",
                        self.subgraphs[*graph].graph,
                        quoted(member)
                    )
                });
                self.heads(ty, &joins.collect::<Vec<_>>());
                let mut names: Vec<&str> = Vec::new();
                for (_, member) in members {
                    if !names.contains(&member.as_str()) {
                        names.push(member);
                    }
                }
                let _ = writeln!(self.sdl, "\n  = {}", names.join(" | "));
            }
            MergedKind::Enum(values) => {
                let _ = write!(self.sdl, "enum {name}");
                self.heads(ty, &[]);
                self.sdl.push_str("\n{\n");
                for (value, merged) in values {
                    self.described(merged.description.as_ref());
                    let joins: String = merged
                        .graphs
                        .iter()
                        .map(|graph| {
                            format!(" @join__enumValue(graph: {})", self.subgraphs[*graph].graph)
                        })
                        .collect();
                    let _ = writeln!(self.sdl, "  {value}{joins}{}", spaced(&merged.applied));
                }
                self.sdl.push_str("}\n");
            }
            MergedKind::Input(fields) => {
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
        }
    }

    fn composite(&mut self, keyword: &str, name: &Name, ty: &MergedType, body: &MergedComposite) {
        let _ = write!(self.sdl, "{keyword} {name}");
        let mut interfaces: Vec<&str> = Vec::new();
        for (_, interface) in &body.implements {
            if !interfaces.contains(&interface.as_str()) {
                interfaces.push(interface);
            }
        }
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
            let text = self.join_type(join);
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
            .map(|join| format!(" {}", self.join_field(join)))
            .collect();
        let _ = writeln!(self.sdl, "{definition}{joins}{}", spaced(applied));
    }

    fn join_type(&self, join: &JoinType) -> String {
        let mut text = format!("@join__type(graph: {}", self.subgraphs[join.graph].graph);
        if let Some(key) = &join.key {
            let _ = write!(text, ", key: {}", quoted(key));
        }
        for (is_set, argument) in [
            (join.extension, ", extension: true"),
            (!join.resolvable, ", resolvable: false"),
            (join.interface_object, ", isInterfaceObject: true"),
        ] {
            if is_set {
                text.push_str(argument);
            }
        }
        text.push(')');
        text
    }

    fn join_field(&self, join: &JoinField) -> String {
        let graph = join
            .graph
            .map(|graph| self.subgraphs[graph].graph.to_string());
        let text = |value: &Option<String>| value.as_deref().map(quoted);
        let flag = |value: bool| value.then(|| "true".to_owned());
        let arguments = [
            ("graph", graph),
            ("requires", text(&join.requires)),
            ("provides", text(&join.provides)),
            ("type", text(&join.ty)),
            ("external", flag(join.external)),
            ("override", text(&join.overrides)),
            ("usedOverridden", flag(join.used_overridden)),
            ("overrideLabel", text(&join.override_label)),
        ];
        let written: Vec<String> = arguments
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}: {}", value?)))
            .collect();
        if written.is_empty() {
            "@join__field".to_owned()
        } else {
            format!("@join__field({})", written.join(", "))
        }
    }

    fn description(&mut self, description: Option<&Node<str>>) {
        self.sdl.push_str(&description_text(description, 0));
    }

    fn described(&mut self, description: Option<&Node<str>>) {
        self.sdl.push_str(&description_text(description, 1));
    }
}

fn field_definition(name: &Name, field: &MergedField) -> FieldDefinition {
    let arguments = field.arguments.iter().map(|(name, argument)| {
        let mut definition = input_definition(name, argument);
        definition
            .directives
            .extend(argument.applied.iter().cloned());
        Node::new(definition)
    });
    FieldDefinition {
        description: field.description.clone(),
        name: name.clone(),
        arguments: arguments.collect(),
        ty: field.ty.clone(),
        directives: apollo_compiler::ast::DirectiveList::new(),
    }
}

fn input_definition(name: &Name, input: &MergedInput) -> InputValueDefinition {
    InputValueDefinition {
        description: input.description.clone(),
        name: name.clone(),
        ty: Node::<Type>::new(input.ty.clone()),
        default_value: input.default.clone(),
        directives: apollo_compiler::ast::DirectiveList::new(),
    }
}

/// A description as the serialiser would write it in front of a definition.
fn description_text(description: Option<&Node<str>>, level: usize) -> String {
    let Some(description) = description else {
        return String::new();
    };
    let scalar = apollo_compiler::ast::ScalarTypeDefinition {
        description: Some(description.clone()),
        name: Name::new_static("S").expect("a valid name"),
        directives: apollo_compiler::ast::DirectiveList::new(),
    };
    let text = scalar.serialize().initial_indent_level(level).to_string();
    let described = text
        .strip_suffix("scalar S")
        .unwrap_or(&text)
        .trim_end_matches([' ', '\n']);
    format!("{described}\n")
}

fn custom_link(link: &Link) -> String {
    let mut text = format!("@link(url: {}", quoted(&link.url));
    if link.name != link.spec() {
        let _ = write!(text, ", as: {}", quoted(&link.name));
    }
    if !link.imports.is_empty() {
        let imports: Vec<String> = link
            .imports
            .iter()
            .map(|(name, local)| {
                if name == local {
                    quoted(name)
                } else {
                    format!("{{name: {}, as: {}}}", quoted(name), quoted(local))
                }
            })
            .collect();
        let _ = write!(text, ", import: [{}]", imports.join(", "));
    }
    text.push(')');
    text
}

fn spaced(directives: &[Node<Directive>]) -> String {
    directives
        .iter()
        .map(|directive| format!(" {}", one_line(directive)))
        .collect()
}

fn one_line(directive: &Directive) -> String {
    directive.serialize().no_indent().to_string()
}

fn quoted(text: &str) -> String {
    apollo_compiler::ast::Value::String(text.to_owned())
        .serialize()
        .no_indent()
        .to_string()
}
