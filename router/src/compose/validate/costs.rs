//! `@cost` and `@listSize`: what they name has to be there, and to be of a size.

use apollo_compiler::ast::{Directive, Type};

use super::{Check, Site};
use crate::compose::diagnostics::Code;

impl Check<'_> {
    pub(crate) fn costs(&mut self, site: &Site<'_>) {
        let location = site.field.location;
        for directive in &site.field.applied {
            match directive.name.as_str() {
                "cost" if site.on_interface => {
                    let message = format!(
                        "'@cost' cannot stand on {site}, a field of an interface; put it on the implementations"
                    );
                    self.error(Code::CostOnInterfaceField, location, message);
                }
                "listSize" => self.list_size(site, directive),
                _ => {}
            }
        }
    }

    fn list_size(&mut self, site: &Site<'_>, directive: &Directive) {
        let location = site.field.location;
        let sized = names(directive, "sizedFields");
        if sized.is_empty() && !site.field.ty.is_list() {
            let message = format!("{site} has '@listSize' but is no list, name its 'sizedFields'");
            self.error(Code::ListSizeOnNonList, location, message);
        }
        let assumed = directive.specified_argument_by_name("assumedSize");
        if assumed
            .and_then(|size| size.to_i32())
            .is_some_and(|size| size < 0)
        {
            let message = format!("'@listSize' of {site} assumes a negative size");
            self.error(Code::ListSizeAssumedSize, location, message);
        }
        for name in sized {
            self.sized_field(site, name);
        }
        for name in names(directive, "slicingArguments") {
            let argument = site.field.arguments.get(name);
            let is_int = |ty: &Type| !ty.is_list() && ty.inner_named_type() == "Int";
            if !argument.is_some_and(|argument| is_int(&argument.ty)) {
                let message = format!(
                    "'@listSize' of {site} slices by '{name}', which is no argument of type 'Int'"
                );
                self.error(Code::ListSizeSlicingArgument, location, message);
            }
        }
    }

    fn sized_field(&mut self, site: &Site<'_>, name: &str) {
        let target = site.field.ty.inner_named_type();
        let body = self.subgraph.composite(target);
        let (code, reason) = match body.map(|body| body.fields.get(name)) {
            Some(Some(field)) if field.ty.is_list() => return,
            Some(Some(_)) => (Code::ListSizeOnNonList, "is no list"),
            Some(None) => (Code::ListSizeSizedField, "is not there"),
            None => (
                Code::ListSizeSizedField,
                "cannot be, that type has no fields",
            ),
        };
        let message = format!("'@listSize' of {site} sizes '{target}.{name}', which {reason}");
        self.error(code, site.field.location, message);
    }
}

/// The strings of a list argument.
fn names<'a>(directive: &'a Directive, argument: &str) -> Vec<&'a str> {
    let list = directive.specified_argument_by_name(argument);
    let list = list.and_then(|list| list.as_list()).unwrap_or_default();
    list.iter().filter_map(|name| name.as_str()).collect()
}
