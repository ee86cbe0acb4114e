//! How much of a hostile or careless document is read before it is refused.

/// Bounds of one reading; each one is named in the error or warning that it causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the text.
    pub document_bytes_max: usize,
    /// Values (objects, lists, scalars) in the text, YAML aliases expanded.
    pub values_max: usize,
    /// Nesting of objects and lists in the text.
    pub depth_max: usize,
    /// Operations over all paths.
    pub operations_max: usize,
    /// Characters of one path template.
    pub path_chars_max: usize,
    /// Serialized size of one operation's request schema, `$defs` included.
    pub request_schema_bytes_max: usize,
    /// Serialized size of all request schemas together.
    pub request_schemas_bytes_max: usize,
    /// Shared definitions in one request schema.
    pub definitions_max: usize,
    /// `$ref`s that lead to `$ref`s without a value in between.
    pub ref_chain_max: usize,
    /// Steps through shared schemas, parameters and media types, counted each time.
    pub work_max: usize,
    /// Warnings kept per operation, and for the document as a whole.
    pub warnings_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes_max: 32 * 1024 * 1024,
            values_max: 2_000_000,
            depth_max: 100,
            operations_max: 5_000,
            path_chars_max: 500,
            request_schema_bytes_max: 1024 * 1024,
            request_schemas_bytes_max: 64 * 1024 * 1024,
            definitions_max: 1_000,
            ref_chain_max: 32,
            work_max: 4_000_000,
            warnings_max: 100,
        }
    }
}
