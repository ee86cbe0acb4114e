//! Real OpenAPI documents.

use std::io::Read as _;
use std::path::Path;

/// GitHub's description: OpenAPI 3.0.3, 1,223 operations, 13 MB. It lies beside the checkout.
pub(crate) fn github() -> Vec<u8> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/openapi/github.json.gz");
    let packed = std::fs::File::open(&path).unwrap_or_else(|error| {
        panic!("GitHub's description is not at {}: {error}", path.display())
    });
    let mut document = Vec::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut document)
        .expect("it can be unpacked");
    document
}
