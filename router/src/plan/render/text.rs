//! Writes the selections of a request.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexSet;

use crate::plan::draft::{Draft, Node, NodeField, NodeId};
use crate::plan::supergraph::{Place, SupergraphIndex};

/// What an interface object answers for its type is no type of the object.
const HIDDEN_TYPENAME: &str = "_q_typename:__typename";

/// Writes selections, and gathers the variables in them.
pub(crate) struct Writer<'a> {
    index: &'a SupergraphIndex,
    draft: &'a Draft,
    pub(crate) variables: BTreeSet<usize>,
    text: String,
    /// Fragments, ` on Type{…}`, by number.
    fragments: IndexSet<String>,
    /// The fragments of selections that several fields have.
    fragment_of: HashMap<NodeId, usize>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(index: &'a SupergraphIndex, draft: &'a Draft) -> Self {
        Self {
            index,
            draft,
            variables: BTreeSet::new(),
            text: String::new(),
            fragments: IndexSet::new(),
            fragment_of: HashMap::new(),
        }
    }

    /// The fragments that the selections refer to.
    pub(crate) fn fragments(&self) -> String {
        let fragments = self.fragments.iter().enumerate();
        let written = fragments.map(|(number, text)| format!(" fragment _f{number}{text}"));
        written.collect()
    }

    /// The selection from the root of a request.
    pub(crate) fn selection(&mut self, root: NodeId) -> String {
        let node = &self.draft.nodes[root];
        self.text.push('{');
        if self.is_empty(node) {
            self.text.push_str("__typename");
        }
        self.parts(node);
        self.text.push('}');
        std::mem::take(&mut self.text)
    }

    /// The selection below a field. One that several fields have, and that tells types apart
    /// in its turn, is written once: else the text would double with every level.
    fn below(&mut self, id: NodeId) {
        let node = &self.draft.nodes[id];
        if !node.is_shared {
            return self.nested(node);
        }
        if !self.fragment_of.contains_key(&id) {
            let before = std::mem::take(&mut self.text);
            self.nested(node);
            let text = std::mem::replace(&mut self.text, before);
            if !text.contains("...") {
                self.text.push_str(&text);
                return;
            }
            let fragment = format!(" on {}{text}", node.ty);
            let number = self.fragments.insert_full(fragment).0;
            self.fragment_of.insert(id, number);
        }
        let number = self.fragment_of[&id];
        self.text.push_str(&format!("{{..._f{number}}}"));
    }

    fn nested(&mut self, node: &Node) {
        self.text.push('{');
        if let Some(typename) = self.typename(node) {
            self.text.push_str(typename);
        }
        self.parts(node);
        self.text.push('}');
    }

    /// Besides where the type is in question, `__typename` is asked for where every field may
    /// be null: async-graphql answers null for an object all of whose fields failed.
    fn typename(&self, node: &Node) -> Option<&'static str> {
        if node.tells_type {
            return Some("__typename");
        }
        let mut fields = node.fields.values();
        let is_certain = fields.any(|field| {
            let ty = self.index.field_type(&node.ty, &field.field);
            ty.is_some_and(|ty| ty.is_non_null())
        });
        let place = Place {
            graph: self.draft.groups[node.group].graph,
            ty: node.ty.clone(),
            provided: Vec::new(),
        };
        match (is_certain, self.index.is_interface_object(&place)) {
            (true, _) => None,
            (false, true) => Some(HIDDEN_TYPENAME),
            (false, false) => Some("__typename"),
        }
    }

    fn parts(&mut self, node: &Node) {
        for (name, field) in &node.fields {
            self.field(name, field);
        }
        for (ty, fragment) in &node.fragments {
            let fragment = &self.draft.nodes[*fragment];
            if self.is_empty(fragment) {
                continue;
            }
            self.space();
            self.text.push_str("...on ");
            self.text.push_str(ty);
            self.text.push('{');
            if fragment.tells_type {
                self.text.push_str("__typename");
            }
            self.parts(fragment);
            self.text.push('}');
        }
    }

    fn field(&mut self, name: &str, field: &NodeField) {
        self.space();
        if *name != *field.field {
            self.text.push_str(name);
            self.text.push(':');
        }
        self.text.push_str(&field.field);
        self.text.push_str(&field.arguments.text);
        self.variables.extend(field.arguments.variables.iter());
        if let Some(below) = field.below {
            self.below(below);
        }
    }

    fn space(&mut self) {
        if !self.text.ends_with('{') {
            self.text.push(' ');
        }
    }

    fn is_empty(&self, node: &Node) -> bool {
        let fragments = node.fragments.values();
        !node.tells_type
            && node.fields.is_empty()
            && fragments
                .map(|id| &self.draft.nodes[*id])
                .all(|node| self.is_empty(node))
    }
}
