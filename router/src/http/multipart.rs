//! File uploads by the GraphQL multipart request specification: a part `operations`, a part
//! `map`, then the files. Files go to temporary files as they arrive, never to memory whole.

use std::collections::HashMap;
use std::io::SeekFrom;

use async_graphql::UploadValue;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use http::StatusCode;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::engine::Upload;
use crate::error::{GraphQLError, PathSegment};
use crate::http::body::Incoming;
use crate::http::decode::{self, Unservable};
use crate::http::{HttpOptions, decompress};

/// Which parts belong to which places in the variables.
type FileMap = HashMap<String, Vec<String>>;

/// Reads a multipart body.
pub(crate) async fn decode(
    mut body: Multipart,
    options: &HttpOptions,
) -> Result<Incoming, Unservable> {
    let operations = text(&mut body, "operations", options).await?;
    let mut incoming = decode::json(&operations, options)?;
    let map = text(&mut body, "map", options).await?;
    let mut map: FileMap = serde_json::from_slice(&map)
        .map_err(|err| Unservable::bad(format!("map is not an object of lists: {err}")))?;
    if map.len() > options.files_max {
        let message = format!("more than {} files in one request", options.files_max);
        return Err(Unservable::new(StatusCode::PAYLOAD_TOO_LARGE, message));
    }

    while let Some(field) = body.next_field().await.map_err(|err| broken(&err))? {
        let name = field.name().unwrap_or_default().to_owned();
        let Some(places) = map.remove(&name) else {
            return Err(Unservable::bad(format!("file {name:?} is not in the map")));
        };
        let value = receive(field).await?;
        attach(&mut incoming, &places, value)?;
    }
    match map.keys().next() {
        Some(missing) => Err(Unservable::bad(format!("file {missing:?} is missing"))),
        None => Ok(incoming),
    }
}

/// Gives a file to the request that refers to it; one of a batch does so as `0.variables.file`.
fn attach(
    incoming: &mut Incoming,
    places: &[String],
    value: UploadValue,
) -> Result<(), Unservable> {
    let mut owner = 0;
    let mut paths = Vec::with_capacity(places.len());
    for place in places {
        let (index, rest) = match incoming {
            Incoming::One(_) => (0, place.as_str()),
            Incoming::Batch(_) => place
                .split_once('.')
                .and_then(|(index, rest)| Some((index.parse().ok()?, rest)))
                .ok_or_else(|| misplaced(place))?,
        };
        if !paths.is_empty() && index != owner {
            // Both would read the one file from wherever the other has come to.
            let message = "a file belongs to one request of a batch; send it twice";
            return Err(Unservable::bad(message));
        }
        owner = index;
        paths.push(path(rest)?);
    }
    match incoming {
        Incoming::One(asked) => asked.uploads.push(Upload { paths, value }),
        Incoming::Batch(batch) => match batch.get_mut(owner) {
            Some(Ok(asked)) => asked.uploads.push(Upload { paths, value }),
            // The request is wrong by itself, which its answer will say.
            Some(Err(_)) => {}
            None => return Err(misplaced(&format!("{owner}.variables"))),
        },
    }
    Ok(())
}

fn misplaced(place: &str) -> Unservable {
    let message = format!("{place:?} in the map names no variable of a request");
    Unservable::bad(message)
}

async fn text(
    body: &mut Multipart,
    name: &str,
    options: &HttpOptions,
) -> Result<Vec<u8>, Unservable> {
    let field = body.next_field().await.map_err(|err| broken(&err))?;
    let Some(mut field) = field.filter(|field| field.name() == Some(name)) else {
        let message = format!("part {name} is missing; the order is operations, map, files");
        return Err(Unservable::bad(message));
    };
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|err| broken(&err))? {
        if text.len() + chunk.len() > options.body_max {
            let message = format!("part {name} is larger than {} bytes", options.body_max);
            return Err(Unservable::new(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        text.extend_from_slice(&chunk);
    }
    Ok(text)
}

/// `variables.input.files.2` without its first word.
fn path(place: &str) -> Result<Vec<PathSegment>, Unservable> {
    let place = place
        .strip_prefix("variables.")
        .ok_or_else(|| misplaced(place))?;
    let segment = |text: &str| match text.parse() {
        Ok(index) => PathSegment::Index(index),
        Err(_) => PathSegment::from(text),
    };
    Ok(place.split('.').map(segment).collect())
}

async fn receive(mut field: Field<'_>) -> Result<UploadValue, Unservable> {
    let filename = field.file_name().unwrap_or_default().to_owned();
    let content_type = field.content_type().map(ToOwned::to_owned);
    let file = tokio::task::spawn_blocking(tempfile::tempfile)
        .await
        .map_err(std::io::Error::other)
        .flatten()
        .map_err(unstorable)?;
    let mut file = tokio::fs::File::from_std(file);
    while let Some(chunk) = field.chunk().await.map_err(|err| broken(&err))? {
        file.write_all(&chunk).await.map_err(unstorable)?;
    }
    file.seek(SeekFrom::Start(0)).await.map_err(unstorable)?;
    Ok(UploadValue {
        filename,
        content_type,
        content: file.into_std().await,
    })
}

fn broken(err: &MultipartError) -> Unservable {
    // A body that breaks off, or is not encoded as it says, is no fault of ours.
    let status = match err.status() {
        _ if decompress::is_too_long(err) => StatusCode::PAYLOAD_TOO_LARGE,
        status if status.is_server_error() => StatusCode::BAD_REQUEST,
        status => status,
    };
    Unservable::new(status, format!("body is not multipart: {err}"))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err takes"
)]
fn unstorable(err: std::io::Error) -> Unservable {
    tracing::error!(error = %err, "an uploaded file can not be stored");
    Unservable {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        error: GraphQLError::internal(),
        header: None,
    }
}
