//! Compares the types of one field or argument across subgraphs.

use std::collections::BTreeSet;

use apollo_compiler::Name;
use apollo_compiler::ast::Type;

use crate::compose::model::{Kind, Subgraph};

/// Which object and interface types stand below which interface or union, in any subgraph.
pub(crate) struct Subtypes {
    below: BTreeSet<(Name, Name)>,
}

impl Subtypes {
    pub(crate) fn of(subgraphs: &[Subgraph]) -> Self {
        let mut below = BTreeSet::new();
        for ty in subgraphs
            .iter()
            .flat_map(|subgraph| subgraph.types.values())
        {
            match &ty.kind {
                Kind::Object(composite) | Kind::Interface(composite) => {
                    below.extend(
                        composite
                            .implements
                            .iter()
                            .map(|interface| (ty.name.clone(), interface.clone())),
                    );
                }
                Kind::Union(members) => below.extend(
                    members
                        .keys()
                        .map(|member| (member.clone(), ty.name.clone())),
                ),
                Kind::Scalar | Kind::Enum(_) | Kind::Input(_) => {}
            }
        }
        Self { below }
    }

    /// Whether every value of `sub` is one of `sup`.
    pub(crate) fn accepts(&self, sup: &Type, sub: &Type) -> bool {
        match (sup, sub) {
            (Type::Named(sup), Type::Named(sub) | Type::NonNullNamed(sub))
            | (Type::NonNullNamed(sup), Type::NonNullNamed(sub)) => {
                sup == sub || self.below.contains(&(sub.clone(), sup.clone()))
            }
            (Type::List(sup), Type::List(sub) | Type::NonNullList(sub))
            | (Type::NonNullList(sup), Type::NonNullList(sub)) => self.accepts(sup, sub),
            _ => false,
        }
    }

    /// The widest of some output types: what a client may receive from any subgraph.
    pub(crate) fn widest<'t>(&self, types: impl IntoIterator<Item = &'t Type>) -> Option<Type> {
        pick(types, |best, other| self.accepts(best, other))
    }

    /// The narrowest of some input types: what every subgraph takes.
    pub(crate) fn narrowest<'t>(&self, types: impl IntoIterator<Item = &'t Type>) -> Option<Type> {
        pick(types, |best, other| self.accepts(other, best))
    }
}

/// The one type that is at least as good as all others.
fn pick<'t>(
    types: impl IntoIterator<Item = &'t Type>,
    is_better: impl Fn(&Type, &Type) -> bool,
) -> Option<Type> {
    let types: Vec<&Type> = types.into_iter().collect();
    let best = types
        .iter()
        .find(|best| types.iter().all(|other| is_better(best, other)))?;
    Some((**best).clone())
}
