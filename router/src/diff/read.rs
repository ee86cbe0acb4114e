//! Reads a text as a schema that clients see.

use apollo_compiler::Schema;
use apollo_compiler::ast::Document;
use apollo_compiler::validation::DiagnosticList;

use crate::compose::{Supergraph, is_supergraph};

/// What a client assumes without a definition, but not every printer of schemas leaves out.
const ONE_OF: &str = "directive @oneOf on INPUT_OBJECT";

/// The API schema in `text`, or everything that is wrong with it.
pub(super) fn read(text: &str) -> Result<Schema, Vec<String>> {
    let document = Document::parse(text, "schema").map_err(|failed| reasons(&failed.errors))?;
    if is_supergraph(&document) {
        let supergraph = Supergraph::parse(text)
            .map_err(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        return api(&supergraph.api_sdl);
    }
    api(text)
}

fn api(text: &str) -> Result<Schema, Vec<String>> {
    let builder = Schema::builder()
        .adopt_orphan_extensions()
        .ignore_builtin_redefinitions()
        .parse(text, "schema");
    let builder = if text.contains("@oneOf") && !text.contains("directive @oneOf") {
        builder.parse(ONE_OF, "built-in")
    } else {
        builder
    };
    match builder.build().map(Schema::validate) {
        Ok(Ok(schema)) => Ok(schema.into_inner()),
        Ok(Err(failed)) => Err(reasons(&failed.errors)),
        Err(failed) => Err(reasons(&failed.errors)),
    }
}

fn reasons(errors: &DiagnosticList) -> Vec<String> {
    let sentence = |text: &str| crate::compose::sentence(text);
    errors
        .iter()
        .map(|error| match error.line_column_range() {
            Some(range) => format!(
                "{} (line {}, column {})",
                sentence(&error.error.to_string()),
                range.start.line,
                range.start.column
            ),
            None => sentence(&error.error.to_string()),
        })
        .collect()
}
