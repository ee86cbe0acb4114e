//! Collects the definitions and extensions of each type into one.

use apollo_compiler::ast::{
    Definition, DirectiveList, Document, EnumValueDefinition, FieldDefinition, InputValueDefinition,
};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;

use super::directives::Reader;
use crate::compose::diagnostics::Diagnostics;
use crate::compose::model::{Composite, EnumValue, Field, InputValue, Kind, TypeDef};

/// Fields that a subgraph may spell out but that belong to the federation protocol.
const PROTOCOL_FIELDS: &[&str] = &["_service", "_entities"];

/// What definitions and extensions have in common.
struct Part<'a> {
    name: &'a Name,
    description: Option<&'a Node<str>>,
    span: Option<SourceSpan>,
    directives: &'a DirectiveList,
    extension: bool,
}

/// Destructures a definition or extension node into its [`Part`].
macro_rules! part {
    (definition $node:ident) => {
        Part {
            name: &$node.name,
            description: $node.description.as_ref(),
            span: $node.name.location(),
            directives: &$node.directives,
            extension: false,
        }
    };
    (extension $reader:expr, $node:ident) => {
        Part {
            name: &$node.name,
            description: $reader.extension_description($node.location()),
            span: $node.name.location(),
            directives: &$node.directives,
            extension: true,
        }
    };
}

/// Reads every type of a document, in the document's order.
pub(crate) fn read(
    document: &Document,
    reader: &Reader<'_>,
    diagnostics: &mut Diagnostics,
) -> IndexMap<Name, TypeDef> {
    let mut collector = Collector {
        reader,
        diagnostics,
        types: IndexMap::new(),
    };
    for definition in &document.definitions {
        collector.definition(definition);
    }
    collector.types
}

struct Collector<'a> {
    reader: &'a Reader<'a>,
    diagnostics: &'a mut Diagnostics,
    types: IndexMap<Name, TypeDef>,
}

impl Collector<'_> {
    fn definition(&mut self, definition: &Definition) {
        match definition {
            Definition::ScalarTypeDefinition(node) => self.scalar(&part!(definition node)),
            Definition::ScalarTypeExtension(node) => {
                self.scalar(&part!(extension self.reader, node))
            }
            Definition::ObjectTypeDefinition(node) => self.object(
                &part!(definition node),
                &node.implements_interfaces,
                &node.fields,
            ),
            Definition::ObjectTypeExtension(node) => self.object(
                &part!(extension self.reader, node),
                &node.implements_interfaces,
                &node.fields,
            ),
            Definition::InterfaceTypeDefinition(node) => self.interface(
                &part!(definition node),
                &node.implements_interfaces,
                &node.fields,
            ),
            Definition::InterfaceTypeExtension(node) => self.interface(
                &part!(extension self.reader, node),
                &node.implements_interfaces,
                &node.fields,
            ),
            Definition::UnionTypeDefinition(node) => {
                self.union(&part!(definition node), &node.members)
            }
            Definition::UnionTypeExtension(node) => {
                self.union(&part!(extension self.reader, node), &node.members)
            }
            Definition::EnumTypeDefinition(node) => {
                self.enumeration(&part!(definition node), &node.values)
            }
            Definition::EnumTypeExtension(node) => {
                self.enumeration(&part!(extension self.reader, node), &node.values)
            }
            Definition::InputObjectTypeDefinition(node) => {
                self.input(&part!(definition node), &node.fields)
            }
            Definition::InputObjectTypeExtension(node) => {
                self.input(&part!(extension self.reader, node), &node.fields)
            }
            Definition::OperationDefinition(_)
            | Definition::FragmentDefinition(_)
            | Definition::DirectiveDefinition(_)
            | Definition::SchemaDefinition(_)
            | Definition::SchemaExtension(_) => {}
        }
    }

    /// The entry for a type, or nothing for federation's own types.
    fn entry(&mut self, part: &Part<'_>, kind: Kind) -> Option<&mut TypeDef> {
        if self.reader.links.is_machinery(part.name) {
            return None;
        }
        let name = self.reader.name(part.name);
        let extension = part.extension || self.reader.has(part.directives, "extends");
        let location = self.reader.location(part.span);
        let carried = self.reader.carried(part.directives);
        let ty = self.types.entry(name.clone()).or_insert_with(|| TypeDef {
            name,
            description: None,
            location,
            applied: Vec::new(),
            has_base: false,
            kind,
        });
        ty.applied.extend(carried);
        if !extension {
            ty.has_base = true;
            ty.location = location;
        }
        if let Some(description) = part.description {
            ty.description = Some(description.clone());
        }
        Some(ty)
    }

    fn scalar(&mut self, part: &Part<'_>) {
        self.entry(part, Kind::Scalar);
    }

    fn object(&mut self, part: &Part<'_>, implements: &[Name], fields: &[Node<FieldDefinition>]) {
        let interface_object = self.reader.has(part.directives, "interfaceObject");
        self.composite(part, Kind::Object(Composite::default()), implements, fields);
        let name = self.reader.name(part.name);
        if let Some(composite) = self.types.get_mut(&name).and_then(TypeDef::composite_mut) {
            composite.interface_object |= interface_object;
        }
    }

    fn interface(
        &mut self,
        part: &Part<'_>,
        implements: &[Name],
        fields: &[Node<FieldDefinition>],
    ) {
        self.composite(
            part,
            Kind::Interface(Composite::default()),
            implements,
            fields,
        );
    }

    fn composite(
        &mut self,
        part: &Part<'_>,
        kind: Kind,
        implements: &[Name],
        fields: &[Node<FieldDefinition>],
    ) {
        let is_object = matches!(kind, Kind::Object(_));
        let keys = self
            .reader
            .keys(part.directives, part.extension, self.diagnostics);
        let external = self.reader.has(part.directives, "external");
        // Federation 1 let every subgraph resolve every field.
        let shareable = is_object
            && (self.reader.has(part.directives, "shareable")
                || self.reader.links.federation_2.is_none());
        let implements: Vec<Name> = implements
            .iter()
            .map(|name| self.reader.name(name))
            .collect();
        let mut read = Vec::new();
        for field in fields
            .iter()
            .filter(|field| !PROTOCOL_FIELDS.contains(&field.name.as_str()))
        {
            let mut own = self.field(field);
            own.marks.external |= external;
            own.marks.shareable |= shareable;
            read.push((field.name.clone(), own));
        }
        if let Some(composite) = self.entry(part, kind).and_then(TypeDef::composite_mut) {
            composite.keys.extend(keys);
            for interface in implements {
                if !composite.implements.contains(&interface) {
                    composite.implements.push(interface);
                }
            }
            composite.fields.extend(read);
        }
    }

    fn field(&mut self, node: &Node<FieldDefinition>) -> Field {
        Field {
            description: node.description.clone(),
            location: self.reader.location(node.location()),
            ty: self.reader.ty(&node.ty),
            arguments: node
                .arguments
                .iter()
                .map(|argument| self.input_value(argument))
                .collect(),
            applied: self.reader.carried(&node.directives),
            marks: self.reader.marks(&node.directives, self.diagnostics),
        }
    }

    fn input_value(&self, node: &Node<InputValueDefinition>) -> (Name, InputValue) {
        let value = InputValue {
            description: node.description.clone(),
            location: self.reader.location(node.location()),
            ty: self.reader.ty(&node.ty),
            default: node.default_value.clone(),
            applied: self.reader.carried(&node.directives),
        };
        (node.name.clone(), value)
    }

    fn union(&mut self, part: &Part<'_>, members: &[Name]) {
        let members: Vec<_> = members
            .iter()
            .map(|member| {
                (
                    self.reader.name(member),
                    self.reader.location(member.location()),
                )
            })
            .collect();
        if let Some(TypeDef {
            kind: Kind::Union(known),
            ..
        }) = self.entry(part, Kind::Union(IndexMap::new()))
        {
            known.extend(members);
        }
    }

    fn enumeration(&mut self, part: &Part<'_>, values: &[Node<EnumValueDefinition>]) {
        let values: Vec<_> = values
            .iter()
            .map(|node| {
                let location = self.reader.location(node.location());
                let applied = self.reader.carried(&node.directives);
                (
                    node.value.clone(),
                    EnumValue {
                        description: node.description.clone(),
                        location,
                        applied,
                    },
                )
            })
            .collect();
        if let Some(TypeDef {
            kind: Kind::Enum(known),
            ..
        }) = self.entry(part, Kind::Enum(IndexMap::new()))
        {
            known.extend(values);
        }
    }

    fn input(&mut self, part: &Part<'_>, fields: &[Node<InputValueDefinition>]) {
        let fields: Vec<_> = fields.iter().map(|field| self.input_value(field)).collect();
        if let Some(TypeDef {
            kind: Kind::Input(known),
            ..
        }) = self.entry(part, Kind::Input(IndexMap::new()))
        {
            known.extend(fields);
        }
    }
}
