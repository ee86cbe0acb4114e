//! The rows of this subgraph, and the queries worth naming.

mod endpoints;
mod health;
mod services;
mod usage;

pub(crate) use endpoints::{Endpoint, EndpointFilter, NewEndpoint};
pub(crate) use health::{Due, Health, HealthCheck, Reading, Target};
pub(crate) use services::{Service, ServiceFilter};
pub(crate) use usage::Usage;

/// Keeps an enum as the text that its `as_str` gives.
macro_rules! text_column {
    ($name:ty) => {
        impl ::diesel::serialize::ToSql<::diesel::sql_types::Text, ::diesel::sqlite::Sqlite>
            for $name
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut ::diesel::serialize::Output<'b, '_, ::diesel::sqlite::Sqlite>,
            ) -> ::diesel::serialize::Result {
                out.set_value(self.as_str());
                Ok(::diesel::serialize::IsNull::No)
            }
        }

        impl ::diesel::serialize::ToSql<::diesel::sql_types::Text, ::diesel::mysql::Mysql>
            for $name
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut ::diesel::serialize::Output<'b, '_, ::diesel::mysql::Mysql>,
            ) -> ::diesel::serialize::Result {
                ::std::io::Write::write_all(out, self.as_str().as_bytes())?;
                Ok(::diesel::serialize::IsNull::No)
            }
        }

        impl<DB: ::diesel::backend::Backend>
            ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB> for $name
        where
            String: ::diesel::deserialize::FromSql<::diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> {
                let text = <String as ::diesel::deserialize::FromSql<
                    ::diesel::sql_types::Text,
                    DB,
                >>::from_sql(bytes)?;
                let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
                known.ok_or_else(|| format!("`{text}` is no {}", stringify!($name)).into())
            }
        }
    };
}
pub(crate) use text_column;

text_column!(crate::openapi::Method);

diesel::define_sql_function! {
    /// Lower case, of the letters that the database knows.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

const SEARCH_CHARS_MAX: usize = 200;

/// A pattern for `LIKE … ESCAPE '!'` that finds a text anywhere.
fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.to_lowercase().chars().take(SEARCH_CHARS_MAX) {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
