//! The pieces of a supergraph as text: directives, descriptions, members.

use std::fmt::Write as _;

use apollo_compiler::ast::{Directive, FieldDefinition, InputValueDefinition, Type};
use apollo_compiler::{Name, Node};

use crate::compose::links::Link;
use crate::compose::merged::{JoinField, JoinType, MergedField, MergedInput};
use crate::compose::model::Subgraph;

pub(super) fn join_type(subgraphs: &[Subgraph], join: &JoinType) -> String {
    let mut text = format!("@join__type(graph: {}", subgraphs[join.graph].graph);
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

pub(super) fn join_field(subgraphs: &[Subgraph], join: &JoinField) -> String {
    let graph = join.graph.map(|graph| subgraphs[graph].graph.to_string());
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

pub(super) fn field_definition(name: &Name, field: &MergedField) -> FieldDefinition {
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

pub(super) fn input_definition(name: &Name, input: &MergedInput) -> InputValueDefinition {
    InputValueDefinition {
        description: input.description.clone(),
        name: name.clone(),
        ty: Node::<Type>::new(input.ty.clone()),
        default_value: input.default.clone(),
        directives: apollo_compiler::ast::DirectiveList::new(),
    }
}

/// A description as the serialiser would write it in front of a definition.
pub(super) fn description(description: Option<&Node<str>>, level: usize) -> String {
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

pub(super) fn custom_link(link: &Link) -> String {
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

pub(super) fn spaced(directives: &[Node<Directive>]) -> String {
    directives
        .iter()
        .map(|directive| format!(" {}", one_line(directive)))
        .collect()
}

pub(super) fn one_line(directive: &Directive) -> String {
    directive.serialize().no_indent().to_string()
}

pub(super) fn quoted(text: &str) -> String {
    apollo_compiler::ast::Value::String(text.to_owned())
        .serialize()
        .no_indent()
        .to_string()
}
