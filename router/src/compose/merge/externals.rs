//! What a subgraph says about a field that it does not resolve has to be true.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use indexmap::IndexMap;

use super::Merger;
use super::fields::FieldSource;
use crate::compose::diagnostics::{Code, Location};
use crate::compose::merged::MergedInput;
use crate::compose::model::GraphId;

/// A field as it is resolved.
pub(crate) struct Resolved<'a> {
    pub(crate) element: &'a str,
    pub(crate) ty: &'a Type,
    /// All who resolve it give it this type.
    pub(crate) is_unanimous: bool,
    pub(crate) arguments: &'a IndexMap<Name, MergedInput>,
}

impl Merger<'_> {
    pub(crate) fn check_externals(&mut self, field: &Resolved<'_>, sources: &[FieldSource<'_>]) {
        for source in sources.iter().filter(|source| source.field.marks.external) {
            self.check_external_type(field, source);
            for (name, argument) in field.arguments {
                self.check_external_argument(field.element, source, name, argument);
            }
        }
    }

    fn check_external_type(&mut self, field: &Resolved<'_>, source: &FieldSource<'_>) {
        let own = &source.field.ty;
        // Where the types differ among those who resolve it, it may be said which one is meant.
        let is_narrower = !field.is_unanimous && self.subtypes.accepts(field.ty, own);
        if own != field.ty && !is_narrower {
            let message = format!(
                "'@external' field '{}' has type '{own}' but is resolved as '{}'",
                field.element, field.ty
            );
            let location = source.field.location;
            self.refuse_external(Code::ExternalTypeMismatch, source.graph, location, message);
        }
    }

    fn check_external_argument(
        &mut self,
        element: &str,
        source: &FieldSource<'_>,
        name: &Name,
        argument: &MergedInput,
    ) {
        let Some(own) = source.field.arguments.get(name) else {
            let message = format!("'@external' field '{element}' lacks the argument '{name}'");
            let location = source.field.location;
            let code = Code::ExternalArgumentMissing;
            self.refuse_external(code, source.graph, location, message);
            return;
        };
        let subject = format!("argument '{name}' of '@external' field '{element}'");
        if !self.subtypes.accepts(&own.ty, &argument.ty) {
            let message = format!(
                "{subject} has type '{}' but is resolved as '{}'",
                own.ty, argument.ty
            );
            let code = Code::ExternalArgumentTypeMismatch;
            self.refuse_external(code, source.graph, own.location, message);
        } else if own.default != argument.default {
            let message = format!("{subject} has another default than where it is resolved");
            let code = Code::ExternalArgumentDefaultMismatch;
            self.refuse_external(code, source.graph, own.location, message);
        }
    }

    fn refuse_external(
        &mut self,
        code: Code,
        graph: GraphId,
        location: Option<Location>,
        message: String,
    ) {
        let subgraph = &self.subgraphs[graph].name;
        self.diagnostics.error_in(code, subgraph, location, message);
    }
}
