//! `@shareable`: only where several subgraphs could resolve.

use super::{Check, Site};
use crate::compose::diagnostics::Code;

impl Check<'_> {
    pub(crate) fn shareable(&mut self, site: &Site<'_>) {
        if site.on_interface && site.field.marks.shareable {
            let message = format!("'@shareable' cannot stand on {site}, a field of an interface");
            self.error(Code::InvalidShareableUsage, site.field.location, message);
        }
    }
}
