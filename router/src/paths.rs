//! From places in the merged data to places in the client's answer: one neutral field may
//! be several of the client's.

use crate::data::layout::Layouts;
use crate::data::tree::{Data, Tree};
use crate::error::{GraphQLError, PathSegment};
use crate::execute::{Executed, Failure};
use crate::normalize::shape::{FieldShape, Fields, Shape, Source};
use crate::prepare::Prepared;

/// Paths that one failure may have in an answer.
const PATHS_MAX: usize = 16;

/// Failures under the names of the client.
pub(crate) struct Told {
    pub(crate) errors: Vec<GraphQLError>,
    /// Nulls that come of them, under aliases that do not ask for what failed.
    pub(crate) hushed: Vec<Vec<PathSegment>>,
}

/// Tells every failure under the names of the client.
pub(crate) fn to_client(shape: &Shape, tree: &Tree, failures: Vec<Failure>) -> Told {
    let mut errors: Vec<GraphQLError> = Vec::with_capacity(failures.len());
    let mut hushed = Vec::new();
    for failure in failures {
        let mut search = Search::default();
        let here = At {
            tree,
            shape: Some(shape),
            value: Some(tree.root()),
            is_complete: true,
        };
        search.walk(here, &failure.path, &mut Vec::new());
        let paths = search.take_paths();
        hushed.append(&mut search.nulls);
        if paths.is_empty() {
            let (code, path) = (failure.error.code(), &failure.path);
            tracing::warn!(code, ?path, "a field that no client asked for failed");
        }
        for path in paths {
            let error = GraphQLError {
                path,
                locations: Vec::new(),
                ..failure.error.clone()
            };
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
    }
    Told { errors, hushed }
}

/// Whether a failed field is not even null: where it must not be null, its subgraph gave
/// nothing of a whole object, and said why only once.
pub(crate) fn leave_gaps(prepared: &Prepared, executed: &Executed) -> bool {
    let tree = &executed.tree;
    let is_absent = |failure: &Failure| {
        let Some((PathSegment::Key(key), rest)) = failure.path.split_first() else {
            return false;
        };
        let plans = prepared.plans.iter().enumerate();
        let mut roots = plans.filter_map(|(position, plan)| {
            let slot = plan.layouts.get(0).find(key, 0)?;
            let at = if prepared.is_mutation { position } else { slot };
            let below = plan.layouts.get(0).slot(slot).content.below;
            let data = tree.field(tree.root(), at);
            Some(is_absent(tree, &plan.layouts, below, data, rest))
        });
        roots.next().unwrap_or(false)
    };
    executed.failures.iter().any(is_absent)
}

fn is_absent(
    tree: &Tree,
    layouts: &Layouts,
    mut layout: Option<usize>,
    mut data: Data,
    path: &[PathSegment],
) -> bool {
    for segment in path {
        data = match (segment, data) {
            (PathSegment::Key(key), Data::Object(_)) => {
                let slot = layout.and_then(|layout| layouts.get(layout).find(key, 0));
                let (Some(slot), Some(known)) = (slot, layout) else {
                    return true;
                };
                layout = layouts.get(known).slot(slot).content.below;
                tree.field(data, slot)
            }
            (PathSegment::Index(index), Data::List(items)) if *index < items.len() => {
                tree.values(items)[*index]
            }
            (_, Data::Absent) => return true,
            _ => return false,
        };
    }
    matches!(data, Data::Absent)
}

#[derive(Default)]
struct Search {
    found: Vec<Vec<PathSegment>>,
    /// Paths that end early, at a null.
    nulls: Vec<Vec<PathSegment>>,
    /// Other paths that end early: the client did not ask for the rest.
    cut: Vec<Vec<PathSegment>>,
}

impl Search {
    /// The paths of the failure; one that ends early only if there is no better: where an alias
    /// asks for what failed, another that does not has nothing to say about it.
    fn take_paths(&mut self) -> Vec<Vec<PathSegment>> {
        for paths in [&mut self.found, &mut self.nulls] {
            if !paths.is_empty() {
                return std::mem::take(paths);
            }
        }
        let longest = self.cut.iter().map(Vec::len).max();
        let cut = std::mem::take(&mut self.cut).into_iter();
        cut.filter(|path| Some(path.len()) == longest).collect()
    }

    /// Follows a path under every name that the client gave its fields. Where the client did
    /// not ask for the rest of it, it ends, if anything is missing there at all.
    fn walk(&mut self, at: At<'_>, rest: &[PathSegment], path: &mut Vec<PathSegment>) {
        match rest.split_first() {
            Some((PathSegment::Index(index), rest)) => {
                path.push(PathSegment::Index(*index));
                self.walk(at.item(*index), rest, path);
                path.pop();
            }
            Some((PathSegment::Key(key), rest)) => {
                let candidates = at.candidates();
                let is_complete = at.is_complete && at.has_all(&candidates);
                let mut selected = false;
                for field in candidates.into_iter().flat_map(|fields| fields.iter()) {
                    if *field.name != **key {
                        continue;
                    }
                    selected = true;
                    path.push(PathSegment::from(&*field.response_key));
                    let below = At {
                        tree: at.tree,
                        shape: field.value.composite().map(|shape| &**shape),
                        value: at.field(field),
                        is_complete,
                    };
                    self.walk(below, rest, path);
                    path.pop();
                }
                if !selected && at.is_null() {
                    add(&mut self.nulls, path);
                } else if !selected && !is_complete {
                    add(&mut self.cut, path);
                }
            }
            None => add(&mut self.found, path),
        }
    }
}

/// A place on the way to a failure.
#[derive(Clone, Copy)]
struct At<'a> {
    tree: &'a Tree,
    shape: Option<&'a Shape>,
    value: Option<Data>,
    /// All that the client asked of the objects on the way is there.
    is_complete: bool,
}

impl<'a> At<'a> {
    fn item(self, index: usize) -> Self {
        let value = match self.value {
            Some(Data::List(items)) => self.tree.values(items).get(index).copied(),
            _ => None,
        };
        Self { value, ..self }
    }

    fn field(self, field: &FieldShape) -> Option<Data> {
        let value = self.tree.field(self.value?, field.slot);
        (!matches!(value, Data::Absent)).then_some(value)
    }

    fn is_null(self) -> bool {
        self.value.is_none_or(Data::is_missing)
    }

    /// The fields of the value's type; of every type, when there is no value to tell.
    fn candidates(self) -> Vec<&'a Fields> {
        let Some(shape) = self.shape else {
            return Vec::new();
        };
        let known = match self.value {
            Some(Data::Object(object)) => shape.fields(self.tree.typename(object)),
            _ => None,
        };
        known.map_or_else(|| shape.all_fields(), |fields| vec![fields])
    }

    /// Whether an object has every field of those that it may have.
    fn has_all(self, candidates: &[&Fields]) -> bool {
        let Some(Data::Object(object)) = self.value else {
            return true;
        };
        let mut fields = candidates.iter().flat_map(|fields| fields.iter());
        fields.all(|field| {
            let is_data = matches!(field.source, Source::Data);
            !is_data || !matches!(self.tree.slot(object, field.slot), Data::Absent)
        })
    }
}

fn add(paths: &mut Vec<Vec<PathSegment>>, path: &[PathSegment]) {
    if paths.len() < PATHS_MAX && !paths.iter().any(|known| known == path) {
        paths.push(path.to_vec());
    }
}
