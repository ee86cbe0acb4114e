//! Reads the directives of the join specification (versions 0.1 to 0.5).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use apollo_compiler::ast::{DirectiveList as FieldDirectives, Selection, Value};
use apollo_compiler::schema::{
    Component, ComponentName, Directive, DirectiveList, ExtendedType, FieldDefinition, ObjectType,
};
use apollo_compiler::{Name, Schema};
use indexmap::IndexMap;

use crate::compose::FieldSet;
use crate::plan::PlanError;
use crate::plan::labels::{Labels, percentage};
use crate::plan::supergraph::{
    FieldInGraph, FieldIndex, GraphId, Move, SupergraphIndex, TypeInGraph, TypeIndex,
};

type Read<T> = Result<T, PlanError>;

/// The subgraphs by their values in `join__Graph`.
type Graphs = HashMap<Name, GraphId>;

impl SupergraphIndex {
    /// Indexes a supergraph.
    pub(crate) fn read(sdl: &str) -> Read<Self> {
        let schema = Schema::parse(sdl, "supergraph.graphql")
            .map_err(|invalid| PlanError::Failed(invalid.errors.to_string()))?;
        let mut index = Self::default();
        let graphs = index.read_graphs(&schema)?;
        let mut types = HashMap::new();
        for (name, ty) in &schema.types {
            if is_composite(ty) {
                let read = read_type(&schema, name, ty, &graphs)?;
                types.insert(name.clone(), read);
            }
        }
        index.labels = Arc::new(read_labels(&types));
        index.types = Arc::new(types);
        Ok(index)
    }

    fn read_graphs(&mut self, schema: &Schema) -> Read<Graphs> {
        let Some(ExtendedType::Enum(values)) = schema.types.get("join__Graph") else {
            let message = "the supergraph has no enum join__Graph";
            return Err(PlanError::Failed(message.to_owned()));
        };
        let mut graphs = Graphs::new();
        for (value, definition) in &values.values {
            let named = definition.directives.get("join__graph");
            let name = named.and_then(|directive| text(directive, "name"));
            graphs.insert(value.clone(), self.subgraphs.len());
            self.subgraphs.push(Arc::from(name.unwrap_or(value)));
        }
        Ok(graphs)
    }
}

fn read_labels(types: &HashMap<Name, TypeIndex>) -> Labels {
    let mut labels = Labels::default();
    let fields = types.values().flat_map(|ty| &ty.fields);
    for (name, field) in fields {
        for known in field.graphs.values() {
            if let Some(moves) = &known.moves {
                labels.add(&moves.label, name);
            }
            gather_names(known.requires.iter().flatten(), &mut labels.needed);
        }
    }
    let graphs = types.values().flat_map(|ty| ty.graphs.values());
    for key in graphs.flat_map(|known| &known.keys) {
        gather_names(key, &mut labels.needed);
    }
    labels
}

fn gather_names<'a>(set: impl IntoIterator<Item = &'a Selection>, into: &mut HashSet<Name>) {
    for selection in set {
        match selection {
            Selection::Field(field) => {
                into.insert(field.name.clone());
                gather_names(&field.selection_set, into);
            }
            Selection::InlineFragment(fragment) => gather_names(&fragment.selection_set, into),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn is_composite(ty: &ExtendedType) -> bool {
    ty.is_object() || ty.is_interface() || ty.is_union()
}

fn read_type(schema: &Schema, name: &Name, ty: &ExtendedType, graphs: &Graphs) -> Read<TypeIndex> {
    let mut known = read_joins(ty.directives(), graphs)?;
    for (graph, known) in &mut known {
        known.possible = possible_in(schema, name, ty, *graph, graphs);
    }
    let none = IndexMap::default();
    let (interfaces, fields) = match ty {
        ExtendedType::Object(object) => {
            (names(object.implements_interfaces.iter()), &object.fields)
        }
        ExtendedType::Interface(interface) => (
            names(interface.implements_interfaces.iter()),
            &interface.fields,
        ),
        _ => (Vec::new(), &none),
    };
    let fields = fields
        .iter()
        .map(|(name, field)| Ok((name.clone(), read_field(field, &known, graphs)?)))
        .collect::<Read<_>>()?;
    Ok(TypeIndex {
        is_abstract: !ty.is_object(),
        interfaces,
        possible: possible(schema, name, ty),
        graphs: known,
        fields,
    })
}

fn names<'a>(list: impl Iterator<Item = &'a ComponentName>) -> Vec<Name> {
    list.map(|component| component.name.clone()).collect()
}

fn read_joins(list: &DirectiveList, graphs: &Graphs) -> Read<BTreeMap<GraphId, TypeInGraph>> {
    let mut known: BTreeMap<GraphId, TypeInGraph> = BTreeMap::new();
    for join in list.get_all("join__type") {
        let Some(graph) = graph_of(join, graphs) else {
            continue;
        };
        let entry = known.entry(graph).or_default();
        entry.is_interface_object |= flag(join, "isInterfaceObject") == Some(true);
        if let Some(key) = text(join, "key")
            && flag(join, "resolvable") != Some(false)
        {
            entry.keys.push(field_set(key)?);
        }
    }
    Ok(known)
}

fn read_field(
    field: &Component<FieldDefinition>,
    known: &BTreeMap<GraphId, TypeInGraph>,
    graphs: &Graphs,
) -> Read<FieldIndex> {
    let ty = field.ty.inner_named_type();
    let mut index = FieldIndex {
        ty: field.ty.clone(),
        graphs: BTreeMap::new(),
    };
    if !field.directives.has("join__field") {
        let plain = |graph: &GraphId| (*graph, FieldInGraph::plain(ty));
        index.graphs = known.keys().map(plain).collect();
    }
    for join in field.directives.get_all("join__field") {
        if let Some(graph) = graph_of(join, graphs) {
            let read = read_join(join, &field.directives, ty)?;
            index.graphs.insert(graph, read);
        }
    }
    Ok(index)
}

fn read_join(join: &Directive, joins: &FieldDirectives, ty: &Name) -> Read<FieldInGraph> {
    let ty = match text(join, "type") {
        Some(text) => named_type(text)?,
        None => ty.clone(),
    };
    let moved = read_move(join, joins);
    let is_external = flag(join, "external") == Some(true)
        || flag(join, "usedOverridden") == Some(true)
        || matches!(moved, Moved::Away);
    Ok(FieldInGraph {
        is_external,
        moves: match moved {
            Moved::By(moves) => Some(moves),
            Moved::No | Moved::Away => None,
        },
        requires: text(join, "requires").map(field_set).transpose()?,
        provides: text(join, "provides")
            .map(field_set)
            .transpose()?
            .unwrap_or_default(),
        ty,
    })
}

/// What a progressive override does to a field in one subgraph.
enum Moved {
    No,
    /// Another subgraph always answers it.
    Away,
    By(Move),
}

/// All and none of the traffic are the same for every request.
fn read_move(join: &Directive, joins: &FieldDirectives) -> Moved {
    let Some(label) = text(join, "overrideLabel") else {
        return Moved::No;
    };
    let answers_when_on = text(join, "override").is_some();
    let mut all = joins.get_all("join__field");
    if answers_when_on && all.all(|other| text(other, "override").is_some()) {
        return Moved::No;
    }
    let always = match percentage(label) {
        Some(percentage) if percentage >= 100.0 => true,
        Some(percentage) if percentage <= 0.0 => false,
        _ => {
            return Moved::By(Move {
                label: label.into(),
                answers_when_on,
            });
        }
    };
    match always == answers_when_on {
        true => Moved::No,
        false => Moved::Away,
    }
}

impl FieldInGraph {
    fn plain(ty: &Name) -> Self {
        Self {
            is_external: false,
            moves: None,
            requires: None,
            provides: Vec::new(),
            ty: ty.clone(),
        }
    }
}

fn possible(schema: &Schema, name: &Name, ty: &ExtendedType) -> Vec<Name> {
    match ty {
        ExtendedType::Union(union) => names(union.members.iter()),
        ExtendedType::Interface(_) => objects(schema)
            .filter(|(_, object)| object.implements_interfaces.contains(name))
            .map(|(name, _)| name.clone())
            .collect(),
        _ => vec![name.clone()],
    }
}

fn possible_in(
    schema: &Schema,
    name: &Name,
    ty: &ExtendedType,
    graph: GraphId,
    graphs: &Graphs,
) -> Vec<Name> {
    let is_here = |directive: &&Component<Directive>| graph_of(directive, graphs) == Some(graph);
    match ty {
        ExtendedType::Union(union) if union.directives.has("join__unionMember") => {
            let members = union.directives.get_all("join__unionMember");
            let here = members.filter(is_here);
            here.filter_map(|directive| text(directive, "member"))
                .filter_map(|member| Name::new(member).ok())
                .collect()
        }
        ExtendedType::Union(_) => possible(schema, name, ty)
            .into_iter()
            .filter(|member| {
                let ty = schema.types.get(member);
                let mut joins = ty
                    .into_iter()
                    .flat_map(|ty| ty.directives().get_all("join__type"));
                joins.any(|join| is_here(&join))
            })
            .collect(),
        ExtendedType::Interface(_) => objects(schema)
            .filter(|(_, object)| {
                let mut joins = object
                    .directives
                    .get_all("join__implements")
                    .filter(is_here);
                joins.any(|join| text(join, "interface") == Some(name))
            })
            .map(|(name, _)| name.clone())
            .collect(),
        _ => vec![name.clone()],
    }
}

fn objects(schema: &Schema) -> impl Iterator<Item = (&Name, &ObjectType)> {
    let types = schema.types.iter();
    types.filter_map(|(name, ty)| Some((name, ty.as_object()?)))
}

fn graph_of(directive: &Directive, graphs: &Graphs) -> Option<GraphId> {
    let graph = directive.specified_argument_by_name("graph")?.as_enum()?;
    graphs.get(graph).copied()
}

fn text<'a>(directive: &'a Directive, argument: &str) -> Option<&'a str> {
    directive.specified_argument_by_name(argument)?.as_str()
}

fn flag(directive: &Directive, argument: &str) -> Option<bool> {
    match &**directive.specified_argument_by_name(argument)? {
        Value::Boolean(flag) => Some(*flag),
        _ => None,
    }
}

fn field_set(text: &str) -> Read<Vec<Selection>> {
    let unreadable = |reason| PlanError::Failed(format!("field set {text:?}: {reason}"));
    FieldSet::parse(text)
        .map(|set| set.selections().to_vec())
        .map_err(unreadable)
}

fn named_type(text: &str) -> Read<Name> {
    let name = text.trim_matches(['[', ']', '!', ' ']);
    Name::new(name).map_err(|err| PlanError::Failed(format!("type {text:?}: {err}")))
}
