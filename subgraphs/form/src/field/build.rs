//! From a request schema to its fields.

use serde_json::{Map, Value};

use super::{
    Field, FieldKind, Fields, choice,
    combine::{Combined, Expansion},
    number,
    place::Place,
    text,
};
use crate::{
    pointer::Pointer,
    schema::{self, Location, RequestSchema},
};

/// A form with more fields is none that a person fills in.
const FIELDS_MAX: usize = 1_000;
/// How deep fields may be nested.
const DEPTH_MAX: usize = 16;
/// How many schema nodes may be copied while references and `allOf` are combined. Bounds the
/// work on a small schema whose references multiply.
const COPIES_MAX: usize = 400_000;

/// Keywords that no field shows, whatever the type.
const UNSUPPORTED: [&str; 5] = ["not", "if", "allOf", "anyOf", "oneOf"];

/// Makes the fields of a form. Never fails: what cannot be shown says so.
pub fn build(schema: &RequestSchema) -> Fields {
    let mut builder = Builder::new(schema);
    let mut fields = Fields {
        warnings: schema::warnings(schema.document())
            .map(str::to_owned)
            .collect(),
        ..Fields::default()
    };
    for location in Location::ALL {
        if let Some((schema, required)) = schema.location(location) {
            let place = Place {
                pointer: Pointer::root().child(location.name()),
                name: location.name().to_owned(),
                required,
                depth: 0,
            };
            let field = builder.field(schema, &place);
            builder.place_on_top(field, location, &mut fields);
        }
    }
    fields
}

/// The one field of a form whose schema is of no use.
pub fn unusable(why: &str) -> Fields {
    let place = Place {
        pointer: Pointer::root(),
        name: "data".to_owned(),
        required: true,
        depth: 0,
    };
    Fields {
        fields: vec![place.json(&Map::new(), format!("this form cannot be submitted: {why}"))],
        ..Fields::default()
    }
}

/// What building a form has used up, and where it stands.
pub(super) struct Builder<'a> {
    pub(super) schema: &'a RequestSchema,
    /// The references that lead to the field being made, outermost first.
    pub(super) expansions: Vec<Expansion>,
    pub(super) copies_left: usize,
    fields_left: usize,
    repeated: Vec<Pointer>,
}

impl<'a> Builder<'a> {
    fn new(schema: &'a RequestSchema) -> Self {
        Self {
            schema,
            expansions: Vec::new(),
            copies_left: COPIES_MAX,
            fields_left: FIELDS_MAX,
            repeated: Vec::new(),
        }
    }

    /// The field for one subschema.
    pub(super) fn field(&mut self, schema: &Value, place: &Place) -> Field {
        let outer = self.expansions.len();
        let mut field = self.field_within(schema, place);
        if field.kind == FieldKind::Json {
            self.mark_secret(&mut field, schema);
        }
        self.expansions.truncate(outer);
        field
    }

    fn field_within(&mut self, schema: &Value, place: &Place) -> Field {
        let empty = Map::new();
        let shown = schema.as_object().unwrap_or(&empty);
        let Some(fields_left) = self.fields_left.checked_sub(1) else {
            return place.json(
                &empty,
                format!(
                    "the form has more than {FIELDS_MAX} fields at {}",
                    place.shown()
                ),
            );
        };
        self.fields_left = fields_left;
        if place.depth > DEPTH_MAX {
            return place.json(
                &empty,
                format!(
                    "fields at {} are nested deeper than {DEPTH_MAX} levels",
                    place.shown()
                ),
            );
        }
        match self.combine(schema, place) {
            Combined::Plain { schema, nullable } => {
                let mut field = self.typed(&schema, place);
                field.nullable |= nullable;
                field
            }
            Combined::Repeats {
                pointer,
                schema,
                nullable,
            } => {
                self.repeated.push(pointer.clone());
                let mut field = place.field(&schema, FieldKind::Recursive(pointer));
                field.nullable = nullable;
                field
            }
            Combined::Unsupported { keyword, schema } => {
                place.json(&schema, place.unsupported(&keyword))
            }
            Combined::Anything => place.json(
                shown,
                format!("nothing in the schema says what {} holds", place.shown()),
            ),
            Combined::TooMuch => place.json(
                &empty,
                format!("the schema at {} combines too many others", place.shown()),
            ),
        }
    }

    /// The field for a schema without references or combinations.
    fn typed(&mut self, schema: &Map<String, Value>, place: &Place) -> Field {
        if let Some(field) = choice::field(schema, place) {
            return field;
        }
        if let Some(keyword) = UNSUPPORTED
            .iter()
            .find(|keyword| schema.contains_key(**keyword))
        {
            return place.json(schema, place.unsupported(keyword));
        }
        let types = types(schema);
        let nullable = types.contains(&"null");
        let others: Vec<&str> = types
            .iter()
            .copied()
            .filter(|name| *name != "null")
            .collect();
        let mut field = match others.as_slice() {
            ["string"] => text::field(schema, place),
            ["integer"] => number::field(schema, place, true),
            ["number"] | ["integer", "number"] | ["number", "integer"] => {
                number::field(schema, place, false)
            }
            ["boolean"] => place.field(schema, FieldKind::Checkbox),
            ["object"] => self.object(schema, place),
            ["array"] => self.array(schema, place),
            [] if nullable => place.field(schema, FieldKind::Constant(Value::Null)),
            // Nobody fills it in, so nothing is missing.
            [] if schema.get("readOnly") == Some(&Value::Bool(true)) => {
                place.field(schema, FieldKind::Json)
            }
            [] => place.json(
                schema,
                format!("nothing in the schema says what {} holds", place.shown()),
            ),
            _ => place.json(schema, place.unsupported("type")),
        };
        field.nullable |= nullable;
        field
    }

    /// Shows a location's own fields on top, unless the location means something itself: a
    /// body that may be left out or be null, is no object, or is repeated further down.
    fn place_on_top(&self, field: Field, location: Location, fields: &mut Fields) {
        let is_body = location == Location::Body;
        let is_dissolved = !field.nullable
            && !field.secret
            && !field.read_only
            && (field.required || !is_body)
            && !self.repeated.contains(&field.pointer);
        match field.kind {
            FieldKind::Group(group)
                if is_dissolved
                    && group.min_properties.is_none()
                    && group.max_properties.is_none() =>
            {
                fields.warnings.extend(field.warnings);
                fields.has_body_on_top |= is_body;
                fields.accepts_unknown_properties |= is_body && group.accepts_unknown_properties;
                fields.fields.extend(group.fields);
            }
            kind => fields.fields.push(Field { kind, ..field }),
        }
    }
}

/// The names in `type`.
pub(super) fn types(schema: &Map<String, Value>) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(name)) => vec![name],
        _ => Vec::new(),
    }
}
