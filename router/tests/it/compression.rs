//! Compressed answers and bodies.

use ::http::StatusCode;
use async_compression::Level;
use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
use async_compression::tokio::write::{BrotliEncoder, GzipEncoder, ZstdEncoder};
use async_compression::zstd::CParameter;
use router::{CompressionOptions, HttpOptions};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::front::{Answer, Front, request};

const CODINGS: [&str; 3] = ["gzip", "br", "zstd"];

async fn compress(coding: &str, plain: &[u8]) -> Vec<u8> {
    macro_rules! with {
        ($encoder:expr) => {{
            let mut encoder = $encoder;
            encoder.write_all(plain).await.expect("memory is enough");
            encoder.shutdown().await.expect("memory is enough");
            encoder.into_inner()
        }};
    }
    match coding {
        "gzip" => with!(GzipEncoder::new(Vec::new())),
        "br" => with!(BrotliEncoder::new(Vec::new())),
        "zstd" => with!(ZstdEncoder::new(Vec::new())),
        other => panic!("{other} is none of our encodings"),
    }
}

async fn decompress(coding: &str, compressed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        "gzip" => GzipDecoder::new(compressed).read_to_end(&mut plain).await,
        "br" => BrotliDecoder::new(compressed).read_to_end(&mut plain).await,
        "zstd" => ZstdDecoder::new(compressed).read_to_end(&mut plain).await,
        other => panic!("{other} is none of our encodings"),
    }
    .expect("it is compressed as it says");
    plain
}

fn introspection() -> String {
    json!({ "query": "{ __schema { types { name description fields { name description } } } }" })
        .to_string()
}

async fn ask(front: &Front, accept: &str, body: String) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("accept-encoding", accept),
    ];
    front
        .send(request("POST", "/graphql", &headers, body))
        .await
}

#[tokio::test]
async fn long_answers_are_compressed_as_the_client_accepts() {
    let front = Front::open();
    let plain = ask(&front, "identity", introspection()).await;
    assert_eq!(plain.headers.get("content-encoding"), None);
    assert!(plain.bytes.len() > 2_000);
    for coding in CODINGS {
        let answer = ask(&front, coding, introspection()).await;
        assert_eq!(answer.headers["content-encoding"], coding);
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert_eq!(vary, ["accept", "accept-encoding"]);
        assert!(answer.bytes.len() < plain.bytes.len());
        assert_eq!(decompress(coding, &answer.bytes).await, plain.bytes);
    }
    let answer = ask(&front, "gzip;q=0.5, br;q=0, *;q=0.1", introspection()).await;
    assert_eq!(answer.headers["content-encoding"], "gzip");
}

#[tokio::test]
async fn short_answers_and_event_streams_stay_as_they_are() {
    let front = Front::open();
    let short = json!({ "query": "{ me { name } }" }).to_string();
    let answer = ask(&front, "gzip, br, zstd", short).await;
    assert_eq!(answer.headers.get("content-encoding"), None);

    let headers = [
        ("content-type", "application/json"),
        ("accept-encoding", "gzip"),
        ("accept", "text/event-stream"),
    ];
    let answer = front
        .send(request("POST", "/graphql", &headers, introspection()))
        .await;
    assert_eq!(answer.headers.get("content-encoding"), None);
    assert!(answer.bytes.starts_with(b":\n\nevent: next\n"));

    let off = Front::with(HttpOptions {
        compression: CompressionOptions {
            answers: false,
            ..CompressionOptions::default()
        },
        ..HttpOptions::default()
    });
    let answer = ask(&off, "gzip", introspection()).await;
    assert_eq!(answer.headers.get("content-encoding"), None);
}

async fn send_compressed(front: &Front, coding: &str, body: Vec<u8>) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("content-encoding", coding),
    ];
    front
        .send(request("POST", "/graphql", &headers, body))
        .await
}

fn query_of(length: usize) -> Value {
    json!({ "query": format!("{{ me {{ name }} }}{}", " ".repeat(length)) })
}

#[tokio::test]
async fn bodies_may_be_compressed() {
    let front = Front::open();
    for coding in CODINGS {
        let body = compress(coding, query_of(1_000).to_string().as_bytes()).await;
        let answer = send_compressed(&front, coding, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{coding} {}", answer.body);
        assert_eq!(answer.body["data"]["me"]["name"], "Ada");
    }
    let plain = query_of(0).to_string().into_bytes();
    let answer = send_compressed(&front, "identity", plain).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn files_may_be_compressed_too() {
    let body = "--X\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n\
        { \"query\": \"mutation ($f: Upload!) { readFile(file: $f) }\", \"variables\": { \"f\": null } }\r\n\
        --X\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{ \"0\": [\"variables.f\"] }\r\n\
        --X\r\nContent-Disposition: form-data; name=\"0\"; filename=\"a.txt\"\r\n\r\nhello\r\n--X--\r\n";
    let headers = [
        ("content-type", "multipart/form-data; boundary=X"),
        ("apollo-require-preflight", "1"),
        ("content-encoding", "gzip"),
    ];
    let front = Front::open();
    let good = compress("gzip", body.as_bytes()).await;
    let answer = front
        .send(request("POST", "/graphql", &headers, good))
        .await;
    assert_eq!(answer.body["data"]["readFile"], "a.txt: hello");
    let bad = "this is not gzip";
    let answer = front.send(request("POST", "/graphql", &headers, bad)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_small_body_can_not_stand_for_a_huge_one() {
    let front = Front::with(HttpOptions {
        body_max: 100_000,
        ..HttpOptions::default()
    });
    let bomb = query_of(20 << 20).to_string();
    for coding in CODINGS {
        let body = compress(coding, bomb.as_bytes()).await;
        assert!(body.len() < 100_000, "{coding} makes {}", body.len());
        let answer = send_compressed(&front, coding, body).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{coding}");
    }
}

#[tokio::test]
async fn files_are_bounded_however_they_are_encoded() {
    let front = Front::with(HttpOptions {
        multipart_max: 10_000,
        ..HttpOptions::default()
    });
    let file = "x".repeat(20_000);
    let body = format!(
        "--X\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n\
         {{ \"query\": \"mutation ($f: Upload!) {{ readFile(file: $f) }}\" }}\r\n\
         --X\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{{ \"0\": [\"variables.f\"] }}\r\n\
         --X\r\nContent-Disposition: form-data; name=\"0\"; filename=\"a.txt\"\r\n\r\n{file}\r\n--X--\r\n"
    );
    let compressed = compress("gzip", body.as_bytes()).await;
    for (coding, body) in [("identity", body.into_bytes()), ("gzip", compressed)] {
        let headers = [
            ("content-type", "multipart/form-data; boundary=X"),
            ("apollo-require-preflight", "1"),
            ("content-encoding", coding),
        ];
        let answer = front
            .send(request("POST", "/graphql", &headers, body))
            .await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{coding}");
    }
}

#[tokio::test]
async fn compressed_bytes_are_bounded_as_well() {
    let front = Front::with(HttpOptions {
        multipart_max: 1_000,
        ..HttpOptions::default()
    });
    // Empty members of gzip stand for nothing, however many there are.
    let member = compress("gzip", b"").await;
    let answer = send_compressed(&front, "gzip", member.repeat(1_000)).await;
    assert!(answer.status.is_client_error());
    let mut state = 1_u64;
    let noise: String = (0..3_000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from(b'!' + u8::try_from((state >> 33) % 90).expect("less than 90"))
        })
        .collect();
    let body = compress("gzip", noise.as_bytes()).await;
    assert!(body.len() > 1_000);
    let answer = send_compressed(&front, "gzip", body).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_stream_may_not_ask_for_a_huge_window() {
    let mut encoder = ZstdEncoder::with_quality_and_params(
        Vec::new(),
        Level::Fastest,
        &[CParameter::window_log(27)],
    );
    let plain = query_of(0).to_string();
    encoder.write_all(plain.as_bytes()).await.expect("memory");
    // Flushed before its end, a frame does not know that it is short.
    encoder.flush().await.expect("memory");
    encoder.shutdown().await.expect("memory");
    let answer = send_compressed(&Front::open(), "zstd", encoder.into_inner()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn other_and_broken_encodings_are_refused() {
    let front = Front::open();
    let plain = query_of(0).to_string().into_bytes();
    for coding in ["deflate", "compress", "gzip, br", "gzip, gzip"] {
        let answer = send_compressed(&front, coding, plain.clone()).await;
        assert_eq!(
            answer.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{coding}"
        );
        assert_eq!(answer.headers["accept-encoding"], "gzip, br, zstd");
    }
    for coding in CODINGS {
        let answer = send_compressed(&front, coding, plain.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{coding}");
        let mut cut = compress(coding, &plain).await;
        cut.truncate(cut.len() / 2);
        let answer = send_compressed(&front, coding, cut).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{coding} cut off");
    }
    let off = Front::with(HttpOptions {
        compression: CompressionOptions {
            bodies: false,
            ..CompressionOptions::default()
        },
        ..HttpOptions::default()
    });
    let body = compress("gzip", &plain).await;
    let answer = send_compressed(&off, "gzip", body).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
