//! What federation 1 let its subgraphs write although it meant nothing, and federation 2 refuses.

use apollo_compiler::Name;
use apollo_compiler::ast::Selection;

use crate::compose::field_set::FieldSet;
use crate::compose::model::{Kind, Subgraph};

/// A field of a type, with what is left of its requirement and of what it provides.
type Reduced = (Name, Name, Option<FieldSet>, Option<FieldSet>);

/// Drops federation directives on interfaces, and from field sets what the subgraph has anyway.
pub(crate) fn drop_what_says_nothing(subgraph: &mut Subgraph) {
    for ty in subgraph.types.values_mut() {
        if let Kind::Interface(body) = &mut ty.kind {
            body.keys.clear();
            for field in body.fields.values_mut() {
                field.marks.external = false;
                field.marks.requires = None;
                field.marks.provides = None;
            }
        }
    }
    for (ty, name, requires, provides) in reduced_fields(subgraph) {
        let body = subgraph
            .types
            .get_mut(&ty)
            .and_then(|ty| ty.composite_mut());
        if let Some(field) = body.and_then(|body| body.fields.get_mut(&name)) {
            field.marks.requires = requires;
            field.marks.provides = provides;
        }
    }
}

/// Drops fields that are said to be elsewhere, and that nothing here refers to.
pub(crate) fn drop_unused_externals(subgraph: &mut Subgraph) {
    for ty in subgraph.types.values_mut() {
        if let Some(body) = ty.composite_mut() {
            body.fields
                .retain(|_, field| !field.marks.external || field.marks.used);
        }
    }
}

fn reduced_fields(subgraph: &Subgraph) -> Vec<Reduced> {
    let mut all = Vec::new();
    for ty in subgraph.types.values() {
        for (name, field) in ty.composite().into_iter().flat_map(|body| &body.fields) {
            let reduce = |set: &Option<FieldSet>, parent: &Name| {
                let selections = set.as_ref()?.selections();
                FieldSet::of(reduced(subgraph, parent, selections))
            };
            let requires = reduce(&field.marks.requires, &ty.name);
            let provides = reduce(&field.marks.provides, field.ty.inner_named_type());
            all.push((ty.name.clone(), name.clone(), requires, provides));
        }
    }
    all
}

/// The selections without leaves that are the subgraph's own. What does not exist stays, to be refused later.
fn reduced(subgraph: &Subgraph, parent: &Name, selections: &[Selection]) -> Vec<Selection> {
    let keep = |selection: &Selection| match selection {
        Selection::Field(field) => {
            let body = subgraph.composite(parent);
            let Some(known) = body.and_then(|body| body.fields.get(&field.name)) else {
                return (field.name != "__typename").then(|| selection.clone());
            };
            if known.marks.external {
                return Some(selection.clone());
            }
            let mut field = field.clone();
            let inner = reduced(subgraph, known.ty.inner_named_type(), &field.selection_set);
            field.make_mut().selection_set = inner;
            (!field.selection_set.is_empty()).then_some(Selection::Field(field))
        }
        Selection::InlineFragment(fragment) => {
            let mut fragment = fragment.clone();
            let parent = fragment.type_condition.as_ref().unwrap_or(parent);
            let inner = reduced(subgraph, parent, &fragment.selection_set);
            fragment.make_mut().selection_set = inner;
            (!fragment.selection_set.is_empty()).then_some(Selection::InlineFragment(fragment))
        }
        Selection::FragmentSpread(_) => Some(selection.clone()),
    };
    selections.iter().filter_map(keep).collect()
}
