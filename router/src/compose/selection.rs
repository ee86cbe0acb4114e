//! Walks a field set over the types of the subgraph that wrote it.

use apollo_compiler::Name;
use apollo_compiler::ast::{self, Selection};

use super::model::{Field, Kind, Subgraph, TypeDef};

/// What [`walk`] meets.
pub(crate) enum Step<'a> {
    /// A selected field that exists.
    Field {
        parent: &'a TypeDef,
        name: &'a Name,
        field: &'a Field,
        selection: &'a ast::Field,
        /// Whether a field above it is external, which covers everything below.
        below_external: bool,
    },
    /// Something that does not fit the types.
    Fault(String),
}

/// Visits every selected field below `parent`, outer before inner.
pub(crate) fn walk<'a>(
    subgraph: &'a Subgraph,
    parent: &Name,
    selections: &'a [Selection],
    visit: &mut dyn FnMut(Step<'a>),
) {
    walk_below(subgraph, parent, selections, false, visit);
}

fn walk_below<'a>(
    subgraph: &'a Subgraph,
    parent: &Name,
    selections: &'a [Selection],
    below_external: bool,
    visit: &mut dyn FnMut(Step<'a>),
) {
    let Some(parent) = subgraph.types.get(parent) else {
        visit(Step::Fault(format!("type '{parent}' is unknown")));
        return;
    };
    for selection in selections {
        match selection {
            Selection::Field(selection) if selection.name == "__typename" => {}
            Selection::Field(selection) => {
                walk_field(subgraph, parent, selection, below_external, visit)
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.type_condition.as_ref().unwrap_or(&parent.name);
                if overlap(subgraph, &parent.name, condition) {
                    walk_below(
                        subgraph,
                        condition,
                        &fragment.selection_set,
                        below_external,
                        visit,
                    );
                } else {
                    visit(Step::Fault(format!(
                        "'... on {condition}' can never apply to '{}'",
                        parent.name
                    )));
                }
            }
            Selection::FragmentSpread(spread) => {
                visit(Step::Fault(format!(
                    "fragment '{}' is defined nowhere",
                    spread.fragment_name
                )));
            }
        }
    }
}

fn walk_field<'a>(
    subgraph: &'a Subgraph,
    parent: &'a TypeDef,
    selection: &'a ast::Field,
    below_external: bool,
    visit: &mut dyn FnMut(Step<'a>),
) {
    let fields = parent.composite().map(|composite| &composite.fields);
    let Some((name, field)) = fields.and_then(|fields| fields.get_key_value(&selection.name))
    else {
        visit(Step::Fault(format!(
            "type '{}' has no field '{}'",
            parent.name, selection.name
        )));
        return;
    };
    visit(Step::Field {
        parent,
        name,
        field,
        selection,
        below_external,
    });
    let inner = field.ty.inner_named_type();
    let is_composite = subgraph.types.get(inner).is_some_and(|ty| {
        matches!(
            ty.kind,
            Kind::Object(_) | Kind::Interface(_) | Kind::Union(_)
        )
    });
    match (is_composite, selection.selection_set.is_empty()) {
        (true, true) => visit(Step::Fault(format!(
            "field '{}.{name}' needs a selection of its fields",
            parent.name
        ))),
        (false, false) => visit(Step::Fault(format!(
            "field '{}.{name}' has no fields to select",
            parent.name
        ))),
        (true, false) => walk_below(
            subgraph,
            inner,
            &selection.selection_set,
            below_external || field.marks.external,
            visit,
        ),
        (false, true) => {}
    }
}

fn overlap(subgraph: &Subgraph, a: &Name, b: &Name) -> bool {
    let of_b = subgraph.possible_types(b);
    a == b
        || subgraph
            .possible_types(a)
            .iter()
            .any(|object| of_b.contains(object))
}
