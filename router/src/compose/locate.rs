//! Where in the subgraphs an element of the supergraph comes from.

use super::diagnostics::Location;
use super::model::{Kind, Subgraph};

/// The first subgraph that defines the element `Type`, `Type.member` or `Type.field(argument:)`, and the place.
pub(crate) fn find(subgraphs: &[Subgraph], element: &str) -> Option<(String, Option<Location>)> {
    let (element, argument) = match element.split_once('(') {
        Some((field, argument)) => (field, Some(argument.trim_end_matches(":)"))),
        None => (element, None),
    };
    let (ty, member) = match element.split_once('.') {
        Some((ty, member)) => (ty, Some(member)),
        None => (element, None),
    };
    subgraphs.iter().find_map(|subgraph| {
        let location = place(subgraph, ty, member, argument)?;
        Some((subgraph.name.clone(), location))
    })
}

/// The element's location, which may be unknown; nothing where the subgraph does not define the element.
fn place(
    subgraph: &Subgraph,
    ty: &str,
    member: Option<&str>,
    argument: Option<&str>,
) -> Option<Option<Location>> {
    let ty = subgraph.types.get(ty)?;
    let Some(member) = member else {
        return Some(ty.location);
    };
    match &ty.kind {
        Kind::Object(body) | Kind::Interface(body) => {
            let field = body.fields.get(member)?;
            match argument {
                // Who refers to a field only is not who has it.
                None if field.marks.external => None,
                None => Some(field.location),
                Some(argument) => Some(field.arguments.get(argument)?.location),
            }
        }
        Kind::Enum(values) => Some(values.get(member)?.location),
        Kind::Input(fields) => Some(fields.get(member)?.location),
        Kind::Union(members) => members.get(member).copied(),
        Kind::Scalar => None,
    }
}
