//! Small trees for tests, made by hand and shown as text.

use crate::data::tree::{Data, Tree};
use crate::data::write;

/// More bytes than any of them takes.
pub(crate) const BYTES_MAX: usize = 1 << 20;

/// A list.
pub(crate) fn list(tree: &mut Tree, items: &[Data]) -> Data {
    let items = tree.add_items(items.iter().copied());
    Data::List(items.expect("there is room"))
}

/// An object.
pub(crate) fn object(tree: &mut Tree, fields: &[Data]) -> Data {
    let fields = tree.add_items(fields.iter().copied());
    Data::Object(fields.expect("there is room"))
}

/// A value: leaves as JSON, slots in order, `-` for what is absent.
pub(crate) fn shown(tree: &Tree, data: Data) -> String {
    let all = |span| {
        let values = tree.values(span).iter();
        let texts: Vec<_> = values.map(|value| shown(tree, *value)).collect();
        texts.join(" ")
    };
    match data {
        Data::Absent => "-".to_owned(),
        Data::List(span) => format!("[{}]", all(span)),
        Data::Object(span) => format!("({})", all(span)),
        leaf => {
            let mut text = Vec::new();
            write::leaf(&mut text, tree, leaf);
            String::from_utf8(text).expect("JSON is text")
        }
    }
}
