//! Whether what `@inaccessible` leaves visible still makes sense.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{
    Definition, Document, FieldDefinition, InputValueDefinition, Type, Value,
};
use apollo_compiler::{Name, Node};

use super::api_schema::Features;
use super::diagnostics::{Code, Diagnostics};

/// Checks a supergraph document.
pub(crate) fn check(document: &Document, diagnostics: &mut Diagnostics) {
    let features = Features::of(document);
    if features.inaccessible.is_none() {
        return;
    }
    let hidden = document
        .definitions
        .iter()
        .filter(|definition| features.is_hidden(definition.directives()));
    let hidden = hidden.filter_map(|definition| definition.name()).collect();
    let mut check = Check {
        document,
        hidden,
        features,
        diagnostics,
    };
    check.roots();
    for definition in &document.definitions {
        if definition
            .name()
            .is_some_and(|name| !check.hidden.contains(name) && !check.features.owns_type(name))
        {
            check.definition(definition);
        }
    }
}

struct Check<'a> {
    document: &'a Document,
    hidden: HashSet<&'a Name>,
    features: Features,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    fn roots(&mut self) {
        let schemas = self
            .document
            .definitions
            .iter()
            .filter_map(Definition::as_schema_definition);
        for root in schemas.flat_map(|schema| &schema.root_operations) {
            if root.0.is_query() && self.hidden.contains(&root.1) {
                let message = format!(
                    "query root '{}' is '@inaccessible', which leaves nothing to ask for",
                    root.1
                );
                self.diagnostics
                    .error_of(Code::QueryRootTypeInaccessible, &root.1, message);
            }
        }
    }

    fn definition(&mut self, definition: &Definition) {
        match definition {
            Definition::ObjectTypeDefinition(object) => {
                self.composite(&object.name, &object.implements_interfaces, &object.fields)
            }
            Definition::InterfaceTypeDefinition(interface) => {
                self.composite(
                    &interface.name,
                    &interface.implements_interfaces,
                    &interface.fields,
                );
            }
            Definition::UnionTypeDefinition(union) => {
                let visible = union
                    .members
                    .iter()
                    .any(|member| !self.hidden.contains(member));
                self.children(&union.name, visible);
            }
            Definition::EnumTypeDefinition(enumeration) => {
                let visible = enumeration
                    .values
                    .iter()
                    .any(|value| !self.features.is_hidden(&value.directives));
                self.children(&enumeration.name, visible);
            }
            Definition::InputObjectTypeDefinition(input) => {
                let visible = input
                    .fields
                    .iter()
                    .any(|field| !self.features.is_hidden(&field.directives));
                self.children(&input.name, visible);
                for field in &input.fields {
                    self.input(&format!("{}.{}", input.name, field.name), field);
                }
            }
            _ => {}
        }
    }

    fn composite(&mut self, name: &Name, interfaces: &[Name], fields: &[Node<FieldDefinition>]) {
        self.children(
            name,
            fields
                .iter()
                .any(|field| !self.features.is_hidden(&field.directives)),
        );
        for field in fields {
            let element = format!("{name}.{}", field.name);
            if self.features.is_hidden(&field.directives) {
                self.implemented(&element, &field.name, interfaces);
                continue;
            }
            self.reference(&element, &field.ty);
            for argument in &field.arguments {
                self.input(&format!("{element}({}:)", argument.name), argument);
            }
        }
    }

    fn children(&mut self, name: &Name, any_visible: bool) {
        if !any_visible {
            let message =
                format!("'{name}' is visible but everything in it is '@inaccessible', hide it too");
            self.diagnostics
                .error_of(Code::OnlyInaccessibleChildren, name, message);
        }
    }

    fn reference(&mut self, element: &str, ty: &Type) {
        let inner = ty.inner_named_type();
        if self.hidden.contains(inner) {
            let message =
                format!("'{element}' is visible but its type '{inner}' is '@inaccessible'");
            self.diagnostics
                .error_of(Code::ReferencedInaccessible, element, message);
        }
    }

    fn input(&mut self, element: &str, input: &Node<InputValueDefinition>) {
        if !self.features.is_hidden(&input.directives) {
            self.reference(element, &input.ty);
            if let Some(default) = &input.default_value {
                self.default_value(element, input.ty.inner_named_type(), default);
            }
        } else if input.ty.is_non_null() && input.default_value.is_none() {
            let message =
                format!("'{element}' is required but '@inaccessible', so nobody could pass it");
            self.diagnostics
                .error_of(Code::RequiredInaccessible, element, message);
        }
    }

    fn default_value(&mut self, element: &str, ty: &Name, value: &Value) {
        match value {
            Value::List(items) => items
                .iter()
                .for_each(|item| self.default_value(element, ty, item)),
            Value::Enum(name) if self.hides_member(ty, name) => {
                self.report_default(element, ty, name)
            }
            Value::Object(entries) => {
                let types = self.input_types(ty);
                for (name, value) in entries {
                    if self.hides_member(ty, name) {
                        self.report_default(element, ty, name);
                    } else if let Some(field_ty) = types.get(name) {
                        self.default_value(element, field_ty, value);
                    }
                }
            }
            _ => {}
        }
    }

    fn report_default(&mut self, element: &str, ty: &Name, member: &Name) {
        let message =
            format!("the default of '{element}' uses '{ty}.{member}', which is '@inaccessible'");
        self.diagnostics
            .error_of(Code::DefaultValueUsesInaccessible, element, message);
    }

    fn hides_member(&self, ty: &Name, member: &Name) -> bool {
        self.document
            .definitions
            .iter()
            .any(|definition| match definition {
                Definition::EnumTypeDefinition(enumeration) if enumeration.name == *ty => {
                    enumeration.values.iter().any(|value| {
                        value.value == *member && self.features.is_hidden(&value.directives)
                    })
                }
                Definition::InputObjectTypeDefinition(input) if input.name == *ty => {
                    input.fields.iter().any(|field| {
                        field.name == *member && self.features.is_hidden(&field.directives)
                    })
                }
                _ => false,
            })
    }

    fn input_types(&self, ty: &Name) -> HashMap<Name, Name> {
        let inputs = self
            .document
            .definitions
            .iter()
            .filter_map(Definition::as_input_object_type_definition);
        let fields = inputs
            .filter(|input| input.name == *ty)
            .flat_map(|input| &input.fields);
        fields
            .map(|field| (field.name.clone(), field.ty.inner_named_type().clone()))
            .collect()
    }

    /// A hidden field may not implement a visible one.
    fn implemented(&mut self, element: &str, field: &Name, interfaces: &[Name]) {
        for definition in &self.document.definitions {
            let Definition::InterfaceTypeDefinition(interface) = definition else {
                continue;
            };
            if !interfaces.contains(&interface.name) || self.hidden.contains(&interface.name) {
                continue;
            }
            let demanded = interface
                .fields
                .iter()
                .any(|own| own.name == *field && !self.features.is_hidden(&own.directives));
            if demanded {
                let message = format!(
                    "'{element}' is '@inaccessible' but implements the visible '{}.{field}'",
                    interface.name
                );
                self.diagnostics
                    .error_of(Code::ImplementedByInaccessible, element, message);
            }
        }
    }
}
