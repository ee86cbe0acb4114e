//! What holds of the filter whatever the tree and the grants are.

use std::sync::Arc;

use kit::id::{EndpointId, ServiceId};
use kit::permission::Grants;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::Sight;
use crate::ids::MenuItemId;
use crate::store::Item;
use crate::tree::Node;

proptest! {
    #[test]
    fn exactly_the_permitted_leaves_are_kept(tree in tree(), patterns in patterns()) {
        let grants = Grants::new(&patterns);
        let permitted: Vec<_> = leaves(&tree)
            .into_iter()
            .filter(|leaf| leaf.ways.iter().all(|permission| grants.allow(permission)))
            .map(|leaf| leaf.id)
            .collect();
        let seen = Sight::new(&grants).of(&tree);
        prop_assert_eq!(ids(seen.as_ref()), permitted);
    }

    #[test]
    fn a_parent_without_a_way_on_is_gone(tree in tree(), patterns in patterns()) {
        let grants = Grants::new(&patterns);
        if let Some(seen) = Sight::new(&grants).of(&tree) {
            prop_assert!(every(&seen, &|node| node.item.path.is_some() || !node.children.is_empty()));
        }
    }

    #[test]
    fn filtering_twice_changes_nothing(tree in tree(), patterns in patterns()) {
        let grants = Grants::new(&patterns);
        let once = Sight::new(&grants).of(&tree);
        let twice = once.as_ref().and_then(|tree| Sight::new(&grants).of(tree));
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn a_grant_never_hides_an_item(tree in tree(), patterns in patterns(), more in pattern()) {
        let before = Sight::new(&Grants::new(&patterns)).of(&tree);
        let mut patterns = patterns;
        patterns.push(more);
        let after = ids(Sight::new(&Grants::new(&patterns)).of(&tree).as_ref());
        prop_assert!(ids(before.as_ref()).iter().all(|id| after.contains(id)));
    }

    #[test]
    fn a_denial_never_shows_an_item(tree in tree(), patterns in patterns(), denied in pattern()) {
        let mut denying = patterns.clone();
        denying.push(format!("!{denied}"));
        let before = ids(Sight::new(&Grants::new(&patterns)).of(&tree).as_ref());
        let after = ids(Sight::new(&Grants::new(&denying)).of(&tree).as_ref());
        prop_assert!(after.iter().all(|id| before.contains(id)));
    }

    #[test]
    fn a_wildcard_never_crosses_a_segment(tree in tree(), slug in slug(), action in action()) {
        let one = Grants::new([format!("service.{slug}:{action}")]);
        let all = Grants::new([format!("service.*:{action}")]);
        for (grants, resource) in [(one, Some(slug)), (all, None)] {
            let seen = Sight::new(&grants).of(&tree);
            for leaf in seen.iter().flat_map(leaves) {
                for permission in leaf.ways {
                    let (found, done) = permission.split_once(':').expect("it is well-formed");
                    let slug = found.strip_prefix("service.").expect("only services are granted");
                    prop_assert_eq!(done, action);
                    prop_assert!(resource.is_none_or(|wanted| wanted == slug), "{}", permission);
                }
            }
        }
    }
}

/// A leaf, with the permissions on the way to it and its own.
struct Leaf {
    id: MenuItemId,
    ways: Vec<String>,
}

fn leaves(tree: &Arc<Node>) -> Vec<Leaf> {
    let own = tree.item.permission.clone();
    let mut found = Vec::new();
    if tree.item.path.is_some() {
        let (id, ways) = (tree.item.id, own.iter().cloned().collect());
        found.push(Leaf { id, ways });
    }
    for mut leaf in tree.children.iter().flat_map(leaves) {
        leaf.ways.extend(own.clone());
        found.push(leaf);
    }
    found
}

fn ids(tree: Option<&Arc<Node>>) -> Vec<MenuItemId> {
    let found = tree.into_iter().flat_map(leaves);
    found.map(|leaf| leaf.id).collect()
}

fn every(tree: &Arc<Node>, holds: &dyn Fn(&Node) -> bool) -> bool {
    holds(tree) && tree.children.iter().all(|child| every(child, holds))
}

/// Slugs of which one begins like another, which a careless wildcard would confuse.
fn slug() -> impl Strategy<Value = &'static str> {
    select(vec!["bill", "billing", "billing-eu", "b"])
}

fn action() -> impl Strategy<Value = &'static str> {
    select(vec!["read", "readable", "write"])
}

fn permission() -> impl Strategy<Value = String> {
    let resource = prop_oneof![
        slug().prop_map(|slug| format!("service.{slug}")),
        Just("services".to_owned()),
        Just("service".to_owned()),
    ];
    (resource, action()).prop_map(|(resource, action)| format!("{resource}:{action}"))
}

fn pattern() -> impl Strategy<Value = String> {
    prop_oneof![
        permission(),
        action().prop_map(|action| format!("service.*:{action}")),
        slug().prop_map(|slug| format!("service.{slug}:*")),
        Just("*:*".to_owned()),
        Just("service.bill*:read".to_owned()),
    ]
}

fn patterns() -> impl Strategy<Value = Vec<String>> {
    let denial = pattern().prop_map(|pattern| format!("!{pattern}"));
    vec(prop_oneof![4 => pattern(), 1 => denial], 0..4)
}

/// Trees of three levels, as services have, with permissions and paths anywhere.
fn tree() -> impl Strategy<Value = Arc<Node>> {
    let leaf = item().prop_map(|item| node(item, Vec::new()));
    let nested = leaf.prop_recursive(2, 24, 4, |inner| {
        (item(), vec(inner, 0..4)).prop_map(|(item, children)| node(item, children))
    });
    (item(), vec(nested, 0..4)).prop_map(|(item, children)| node(item, children))
}

fn node(item: Item, children: Vec<Arc<Node>>) -> Arc<Node> {
    Arc::new(Node { item, children })
}

fn item() -> impl Strategy<Value = Item> {
    (proptest::option::of(permission()), any::<bool>()).prop_map(|(permission, leads)| Item {
        id: MenuItemId::new(),
        service_id: ServiceId::new(),
        parent_id: None,
        endpoint_id: leads.then(EndpointId::new),
        tag: None,
        label: "item".to_owned(),
        path: leads.then(|| "/".to_owned()),
        icon: None,
        permission,
    })
}
