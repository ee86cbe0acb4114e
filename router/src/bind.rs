//! Gives every field of a shape its slot in the data of the plans that were made for it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::data::layout::{LayoutId, Layouts};
use crate::normalize::shape::{FieldShape, Fields, Shape, Source, ValueShape};
use crate::plan::QueryPlan;

/// Binds a shape. The root of a mutation has a slot for each of its plans; any other has the
/// slots of its only plan.
pub(crate) fn bind(shape: &Shape, plans: &[Arc<QueryPlan>], is_mutation: bool) -> Arc<Shape> {
    let Shape::Object(fields) = shape else {
        unreachable!("root types are objects")
    };
    let bound = fields.iter().map(|field| {
        let of_plan = plans.iter().enumerate().find_map(|(position, plan)| {
            let slot = plan.layouts.get(0).find(&field.name, 0)?;
            Some((position, slot, &plan.layouts))
        });
        match (&field.source, of_plan) {
            (Source::Data, Some((position, slot, layouts))) => {
                let mut binder = Binder::new(layouts);
                let below = layouts.get(0).slot(slot).content.below;
                FieldShape {
                    slot: if is_mutation { position } else { slot },
                    value: binder.value(&field.value, below),
                    ..field.clone()
                }
            }
            _ => field.clone(),
        }
    });
    Arc::new(Shape::Object(bound.collect()))
}

struct Binder<'a> {
    layouts: &'a Layouts,
    /// What has been bound, by the address of the unbound: types share their fields.
    known: HashMap<(*const FieldShape, LayoutId), Fields>,
}

impl<'a> Binder<'a> {
    fn new(layouts: &'a Layouts) -> Self {
        Self {
            layouts,
            known: HashMap::new(),
        }
    }

    fn value(&mut self, value: &ValueShape, below: Option<LayoutId>) -> ValueShape {
        match value {
            ValueShape::NonNull(inner) => ValueShape::NonNull(Box::new(self.value(inner, below))),
            ValueShape::List(inner) => ValueShape::List(Box::new(self.value(inner, below))),
            ValueShape::Leaf => ValueShape::Leaf,
            ValueShape::Enum(values) => ValueShape::Enum(Arc::clone(values)),
            ValueShape::Composite(shape) => match below {
                Some(layout) => ValueShape::Composite(Arc::new(self.shape(shape, layout))),
                None => ValueShape::Composite(Arc::clone(shape)),
            },
        }
    }

    fn shape(&mut self, shape: &Shape, layout: LayoutId) -> Shape {
        match shape {
            Shape::Object(fields) => Shape::Object(self.fields(fields, layout)),
            Shape::Uniform { types, fields } => Shape::Uniform {
                types: types.clone(),
                fields: self.fields(fields, layout),
            },
            Shape::Abstract(types) => {
                let types = types.iter();
                let bound = types.map(|(ty, fields)| (ty.clone(), self.fields(fields, layout)));
                Shape::Abstract(bound.collect())
            }
        }
    }

    fn fields(&mut self, fields: &Fields, layout: LayoutId) -> Fields {
        let key = (fields.as_ptr(), layout);
        if let Some(known) = self.known.get(&key) {
            return Arc::clone(known);
        }
        let bound: Fields = fields
            .iter()
            .map(|field| self.field(field, layout))
            .collect();
        self.known.insert(key, Arc::clone(&bound));
        bound
    }

    fn field(&mut self, field: &FieldShape, layout: LayoutId) -> FieldShape {
        let layouts = self.layouts;
        let layout = layouts.get(layout);
        let slot = match field.source {
            Source::Data => layout.find(&field.name, 0),
            Source::Typename(_) | Source::Introspection => None,
        };
        match slot {
            Some(slot) => FieldShape {
                slot,
                value: self.value(&field.value, layout.slot(slot).content.below),
                ..field.clone()
            },
            None => field.clone(),
        }
    }
}
