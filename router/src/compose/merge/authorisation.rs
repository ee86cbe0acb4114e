//! What a field requires of others may not be had for less than they demand.

use apollo_compiler::ast::{Directive, Selection};
use apollo_compiler::{Name, Node};

use super::Merger;
use super::annotations::{self, ALTERNATIVES_MAX, everything};
use crate::compose::diagnostics::Code;
use crate::compose::merged::{Merged, MergedKind};
use crate::compose::model::DEMANDS;

/// Alternatives, each a list of things that are all needed; nothing is demanded by none.
type Alternatives<'a> = Vec<Vec<&'a str>>;

/// What a viewer has to show.
#[derive(Default)]
struct Demand<'a> {
    authenticated: bool,
    scopes: Alternatives<'a>,
    policies: Alternatives<'a>,
}

impl<'a> Demand<'a> {
    /// The demands of a type, or of a field, of the supergraph.
    fn of(applied: &'a [Node<Directive>]) -> Self {
        let mut demand = Self::default();
        for directive in applied {
            match directive.name.as_str() {
                "authenticated" => demand.authenticated = true,
                "requiresScopes" => demand.scopes = alternatives(directive, "scopes"),
                "policy" => demand.policies = alternatives(directive, "policies"),
                _ => {}
            }
        }
        demand
    }

    /// The demand for both.
    fn and(self, other: Self) -> Self {
        Self {
            authenticated: self.authenticated || other.authenticated,
            scopes: both(self.scopes, other.scopes),
            policies: both(self.policies, other.policies),
        }
    }

    /// Whether everybody who meets this demand meets the other one.
    fn implies(&self, other: &Self) -> bool {
        (self.authenticated || !other.authenticated)
            && implies(&self.scopes, &other.scopes)
            && implies(&self.policies, &other.policies)
    }
}

fn alternatives<'a>(directive: &'a Directive, argument: &str) -> Alternatives<'a> {
    let outer = directive.specified_argument_by_name(argument);
    let outer = outer.and_then(|outer| outer.as_list()).unwrap_or_default();
    let inner = outer
        .iter()
        .map(|inner| inner.as_list().unwrap_or_default());
    inner
        .map(|all| all.iter().filter_map(|one| one.as_str()).collect())
        .collect()
}

fn both<'a>(mut left: Alternatives<'a>, mut right: Alternatives<'a>) -> Alternatives<'a> {
    if left.is_empty() || right.is_empty() {
        return if left.is_empty() { right } else { left };
    }
    if left.len() * right.len() > ALTERNATIVES_MAX {
        (left, right) = (everything(left), everything(right));
    }
    let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
    pairs
        .map(|(a, b)| a.iter().chain(b).copied().collect())
        .collect()
}

fn implies(given: &Alternatives<'_>, wanted: &Alternatives<'_>) -> bool {
    let is_enough = |given: &Vec<&str>| {
        wanted
            .iter()
            .any(|wanted| wanted.iter().all(|one| given.contains(one)))
    };
    wanted.is_empty() || (!given.is_empty() && given.iter().all(is_enough))
}

/// Gives each interface, and each of its fields, the demands of all implementations: who asks through the
/// interface may meet any of them.
pub(crate) fn guard_interfaces(merged: &mut Merged) {
    let is_interface = |ty: &&Name| matches!(merged.types[*ty].kind, MergedKind::Interface(_));
    let interfaces: Vec<Name> = merged.types.keys().filter(is_interface).cloned().collect();
    for interface in interfaces {
        let objects: Vec<&Name> = merged.objects(&interface);
        let of_type = |object: &&Name| demands(&merged.types[*object].applied);
        let on_type: Vec<_> = objects.iter().map(of_type).collect();
        let mut on_fields = Vec::new();
        for name in merged
            .fields(&interface)
            .into_iter()
            .flat_map(|fields| fields.keys())
        {
            let copies = objects
                .iter()
                .filter_map(|object| merged.fields(object)?.get(name));
            let all: Vec<_> = copies.map(|field| demands(&field.applied)).collect();
            on_fields.push((name.clone(), all));
        }
        let Some(ty) = merged.types.get_mut(&interface) else {
            continue;
        };
        add(&mut ty.applied, &on_type);
        let MergedKind::Interface(body) = &mut ty.kind else {
            continue;
        };
        for (name, all) in on_fields {
            if let Some(field) = body.fields.get_mut(&name) {
                add(&mut field.applied, &all);
            }
        }
    }
}

fn demands(applied: &[Node<Directive>]) -> Vec<Node<Directive>> {
    let is_demand = |directive: &&Node<Directive>| DEMANDS.contains(&directive.name.as_str());
    applied.iter().filter(is_demand).cloned().collect()
}

fn add(applied: &mut Vec<Node<Directive>>, more: &[Vec<Node<Directive>>]) {
    let own = std::mem::take(applied);
    let all = std::iter::once(&own).chain(more).map(Vec::as_slice);
    *applied = annotations::applied(all);
}

impl Merger<'_> {
    /// The router fetches what `@requires` selects for whoever may see the field.
    pub(crate) fn check_authorisation(&mut self, merged: &Merged) {
        let subgraphs = self.subgraphs;
        for subgraph in subgraphs {
            for ty in subgraph.types.values() {
                let fields = ty.composite().into_iter().flat_map(|body| &body.fields);
                for (name, field) in fields {
                    let Some(requires) = &field.marks.requires else {
                        continue;
                    };
                    let own = demand_of_type(merged, &ty.name)
                        .and(demand_of_field(merged, &ty.name, name));
                    let Some(guarded) = guarded(merged, &ty.name, requires.selections(), &own)
                    else {
                        continue;
                    };
                    let message = format!(
                        "'{}.{name}' requires '{guarded}', which demands authorisation that '{}.{name}' does not demand",
                        ty.name, ty.name
                    );
                    self.diagnostics.error_in(
                        Code::MissingTransitiveAuthRequirements,
                        &subgraph.name,
                        field.location,
                        message,
                    );
                }
            }
        }
    }
}

/// The first selected element that demands more.
fn guarded(
    merged: &Merged,
    ty: &Name,
    selections: &[Selection],
    own: &Demand<'_>,
) -> Option<String> {
    // An interface and a union are guarded by the objects that they stand for.
    let objects = merged.objects(ty);
    let demands_more = |object: &&Name| !own.implies(&demand_of_type(merged, object));
    if let Some(object) = objects.iter().copied().find(demands_more) {
        return Some(object.to_string());
    }
    selections.iter().find_map(|selection| match selection {
        Selection::Field(field) => {
            let name = &field.name;
            let demands_more =
                |object: &&Name| !own.implies(&demand_of_field(merged, object, name));
            if let Some(object) = objects.iter().copied().find(demands_more) {
                return Some(format!("{object}.{name}"));
            }
            let target = merged.fields(ty)?.get(name)?.ty.inner_named_type();
            guarded(merged, target, &field.selection_set, own)
        }
        Selection::InlineFragment(fragment) => {
            let ty = fragment.type_condition.as_ref().unwrap_or(ty);
            guarded(merged, ty, &fragment.selection_set, own)
        }
        Selection::FragmentSpread(_) => None,
    })
}

fn demand_of_type<'a>(merged: &'a Merged, ty: &str) -> Demand<'a> {
    let ty = merged.types.get(ty);
    ty.map(|ty| Demand::of(&ty.applied)).unwrap_or_default()
}

fn demand_of_field<'a>(merged: &'a Merged, ty: &str, field: &str) -> Demand<'a> {
    let field = merged.fields(ty).and_then(|fields| fields.get(field));
    field
        .map(|field| Demand::of(&field.applied))
        .unwrap_or_default()
}
