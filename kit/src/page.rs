//! Relay connections by keyset: a page begins after an id, never at an offset, so a row that comes
//! or goes between two pages neither repeats nor hides another.

use std::fmt::Display;
use std::str::FromStr;

use async_graphql::connection::{Connection, CursorType, Edge, EmptyFields};
use async_graphql::{OutputType, SimpleObject};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{ApiError, Code};

/// Items on a page when the client does not say.
pub const DEFAULT: i64 = 25;
/// Items on a page at most.
pub const MAX: i64 = 100;

/// The four paging arguments of a connection, as they arrived.
#[derive(Debug, Clone, Default)]
pub struct PageArgs {
    /// Take this many from the front.
    pub first: Option<i32>,
    /// Begin after this cursor.
    pub after: Option<String>,
    /// Take this many from the back.
    pub last: Option<i32>,
    /// End before this cursor.
    pub before: Option<String>,
}

/// A page of rows keyed by `K`, checked: what a store reads by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<K> {
    /// Rows after this key.
    pub after: Option<K>,
    /// Rows before this key.
    pub before: Option<K>,
    /// Whether the rows are taken from the back, in descending order.
    pub backward: bool,
    /// Rows shown.
    pub size: i64,
}

/// Opaque cursor: the key of the row, in URL-safe base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor<K>(pub K);

/// A field of a connection.
#[derive(Debug, Clone, SimpleObject)]
pub struct Total {
    /// How many items there are on all pages together.
    pub total_count: i64,
}

/// A connection whose edges carry nothing more.
pub type Paged<K, T> = Connection<Cursor<K>, T, Total, EmptyFields>;

impl<K: FromStr + Display> Page<K> {
    /// Checks the arguments: `first` or `last` in 1..=100, not both, and cursors that we made.
    pub fn new(args: PageArgs) -> Result<Self, ApiError> {
        let (backward, asked, name) = match (args.first, args.last) {
            (Some(_), Some(_)) => {
                return Err(ApiError::bad_input("give `first` or `last`, not both").at("/last"));
            }
            (None, Some(last)) => (true, i64::from(last), "last"),
            (first, None) => (false, first.map_or(DEFAULT, i64::from), "first"),
        };
        if !(1..=MAX).contains(&asked) {
            let message = format!("`{name}` must be from 1 to {MAX}, and it is {asked}");
            return Err(ApiError::new(Code::BadUserInput, message).at(format!("/{name}")));
        }
        Ok(Self {
            after: key(args.after, "after")?,
            before: key(args.before, "before")?,
            backward,
            size: asked,
        })
    }

    /// Rows to read: one more than shown, to know whether there is a next page.
    pub fn limit(&self) -> i64 {
        self.size + 1
    }

    /// The page to read by for a list that shows the newest first: the same keyset order, read from
    /// its other end.
    #[must_use]
    pub fn newest_first(&self) -> Self
    where
        K: Clone,
    {
        Self {
            after: self.before.clone(),
            before: self.after.clone(),
            backward: !self.backward,
            size: self.size,
        }
    }

    /// Makes the connection of rows as they were read: up to [`limit`](Self::limit) of them,
    /// descending if [`backward`](Self::backward).
    pub fn connection<R, T: OutputType>(
        &self,
        mut rows: Vec<R>,
        total_count: i64,
        key: impl Fn(&R) -> K,
        node: impl Fn(R) -> T,
    ) -> Paged<K, T>
    where
        K: Send + Sync,
    {
        let more = rows.len() as i64 > self.size;
        rows.truncate(self.size as usize);
        if self.backward {
            rows.reverse();
        }
        let (previous, next) = match self.backward {
            true => (more, self.before.is_some()),
            false => (self.after.is_some(), more),
        };
        let mut connection =
            Connection::with_additional_fields(previous, next, Total { total_count });
        connection.edges.extend(
            rows.into_iter()
                .map(|row| Edge::new(Cursor(key(&row)), node(row))),
        );
        connection
    }
}

fn key<K: FromStr + Display>(cursor: Option<String>, name: &str) -> Result<Option<K>, ApiError> {
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    match Cursor::<K>::decode_cursor(&cursor) {
        Ok(Cursor(key)) => Ok(Some(key)),
        Err(InvalidCursor) => {
            let message = format!("`{name}` is no cursor of this list; pass one that it returned");
            Err(ApiError::bad_input(message).at(format!("/{name}")))
        }
    }
}

/// Not a cursor that this list returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct InvalidCursor;

impl<K: FromStr + Display> CursorType for Cursor<K> {
    type Error = InvalidCursor;

    fn decode_cursor(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let text = String::from_utf8(bytes).map_err(|_| InvalidCursor)?;
        text.parse().map(Self).map_err(|_| InvalidCursor)
    }

    fn encode_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.to_string())
    }
}

/// Narrows a boxed query to a page by one unique, ordered column:
/// `keyset!(query, endpoints::id, page)` filters, orders and limits.
#[macro_export]
macro_rules! keyset {
    ($query:expr, $column:expr, $page:expr) => {{
        let mut query = $query.limit($page.limit());
        if let Some(after) = &$page.after {
            query = query.filter($column.gt(after));
        }
        if let Some(before) = &$page.before {
            query = query.filter($column.lt(before));
        }
        if $page.backward {
            query.order($column.desc())
        } else {
            query.order($column.asc())
        }
    }};
}
