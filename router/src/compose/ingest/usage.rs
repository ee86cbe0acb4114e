//! Marks which fields the federation directives of a subgraph refer to.

use apollo_compiler::Name;

use super::upgrade;
use crate::compose::model::{Kind, Marks, Subgraph};
use crate::compose::selection::{Step, walk};

/// A field by type and name.
type Coordinate = (Name, Name);

/// Fills in the derived marks of every field.
pub(crate) fn mark(subgraph: &mut Subgraph) {
    unmark_fake_externals(subgraph);
    let is_federation_1 = subgraph.federation_2.is_none();
    if is_federation_1 {
        upgrade::drop_what_says_nothing(subgraph);
    }
    let (in_keys, required, provided) = selected(subgraph);
    apply(subgraph, in_keys, |marks| {
        marks.in_key = true;
        marks.used = true;
    });
    apply(subgraph, required, |marks| marks.used = true);
    apply(subgraph, provided, |marks| {
        marks.used = true;
        marks.provided = true;
    });
    let demanded = demanded_by_interfaces(subgraph);
    apply(subgraph, demanded, |marks| marks.used = true);
    if is_federation_1 && !subgraph.has_unread_field_sets {
        upgrade::drop_unused_externals(subgraph);
    }
}

/// On an extension, `@external` on a key field is how federation 1 wrote "this is the key": the subgraph knows it.
fn unmark_fake_externals(subgraph: &mut Subgraph) {
    let mut fakes = Vec::new();
    for ty in subgraph.types.values() {
        for key in ty
            .composite()
            .into_iter()
            .flat_map(|composite| &composite.keys)
            .filter(|key| key.extension)
        {
            collect(subgraph, &ty.name, key.fields.selections(), &mut fakes);
        }
    }
    apply(subgraph, fakes, |marks| marks.external = false);
}

fn selected(subgraph: &Subgraph) -> (Vec<Coordinate>, Vec<Coordinate>, Vec<Coordinate>) {
    let (mut in_keys, mut required, mut provided) = (Vec::new(), Vec::new(), Vec::new());
    for ty in subgraph.types.values() {
        let Some(composite) = ty.composite() else {
            continue;
        };
        for key in &composite.keys {
            collect(subgraph, &ty.name, key.fields.selections(), &mut in_keys);
        }
        for field in composite.fields.values() {
            if let Some(requires) = &field.marks.requires {
                collect(subgraph, &ty.name, requires.selections(), &mut required);
            }
            if let Some(provides) = &field.marks.provides {
                collect(
                    subgraph,
                    field.ty.inner_named_type(),
                    provides.selections(),
                    &mut provided,
                );
            }
        }
    }
    (in_keys, required, provided)
}

fn collect(
    subgraph: &Subgraph,
    parent: &Name,
    selections: &[apollo_compiler::ast::Selection],
    into: &mut Vec<Coordinate>,
) {
    walk(subgraph, parent, selections, &mut |step| {
        if let Step::Field { parent, name, .. } = step {
            into.push((parent.name.clone(), name.clone()));
            if matches!(parent.kind, Kind::Interface(_)) {
                let implementations = subgraph.possible_types(&parent.name).into_iter();
                into.extend(implementations.map(|object| (object.clone(), name.clone())));
            }
        }
    });
}

fn demanded_by_interfaces(subgraph: &Subgraph) -> Vec<Coordinate> {
    let mut demanded = Vec::new();
    for ty in subgraph.types.values() {
        for interface in ty
            .composite()
            .into_iter()
            .flat_map(|composite| &composite.implements)
        {
            let fields = subgraph
                .composite(interface)
                .into_iter()
                .flat_map(|interface| interface.fields.keys());
            demanded.extend(fields.map(|field| (ty.name.clone(), field.clone())));
        }
    }
    demanded
}

fn apply(subgraph: &mut Subgraph, coordinates: Vec<Coordinate>, change: impl Fn(&mut Marks)) {
    for (ty, field) in coordinates {
        let composite = subgraph
            .types
            .get_mut(&ty)
            .and_then(|ty| ty.composite_mut());
        if let Some(field) = composite.and_then(|composite| composite.fields.get_mut(&field)) {
            change(&mut field.marks);
        }
    }
}
