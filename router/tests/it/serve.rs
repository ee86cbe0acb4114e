//! A subgraph served to a router in another process: what it answers, and to whom.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::http::{Extensions, HeaderMap, HeaderValue, Request, StatusCode, header};
use async_graphql::UploadValue;
use axum::Router;
use axum::body::{Body, to_bytes};
use futures::{SinkExt, StreamExt};
use router::{
    Admit, Code, Credentials, Engine, GraphQLError, PathSegment, Remote, RemoteOptions,
    ServeOptions, Subgraph, Upload, serve_subgraph,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::graph::{accounts, compose_all, in_process, products, sdl};

/// Lets in who knows the word, and says goodbye.
struct Word;

impl Admit for Word {
    fn admit(&self, headers: &HeaderMap) -> Result<Extensions, GraphQLError> {
        match headers.get("x-word") {
            Some(word) if word == "sesame" => Ok(Extensions::new()),
            _ => Err(GraphQLError::new(Code::Unauthenticated, "who are you")),
        }
    }

    fn answered(&self, _: &Extensions, headers: &mut HeaderMap) {
        headers.insert("x-goodbye", "friend".parse().expect("a header value"));
    }
}

fn served(options: ServeOptions) -> Router {
    let subgraph: Arc<dyn Subgraph> = Arc::new(in_process(accounts::schema()));
    serve_subgraph("accounts", subgraph, Arc::new(Word), options)
}

fn request(body: Value) -> Request<Body> {
    Request::post("/graphql")
        .header("x-word", "sesame")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .expect("a request")
}

async fn send(app: Router, request: Request<Body>) -> (StatusCode, HeaderMap, Value) {
    let response = app.oneshot(request).await.expect("answers");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    let answer = serde_json::from_slice(&body).unwrap_or_default();
    (parts.status, parts.headers, answer)
}

async fn ask(query: &str, variables: Value) -> Value {
    let body = json!({ "query": query, "variables": variables });
    let (status, _, answer) = send(served(ServeOptions::default()), request(body)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

#[tokio::test]
async fn an_operation_is_answered_in_the_media_type_that_the_router_prefers() {
    let (_, headers, answer) = send(
        served(ServeOptions::default()),
        request(json!({ "query": "{ me { name } }" })),
    )
    .await;
    assert_eq!(answer, json!({ "data": { "me": { "name": "Ada" } } }));
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(headers["x-goodbye"], "friend");

    let mut preferring = request(json!({ "query": "{ me { name } }" }));
    let accepts = "application/graphql-response+json, application/json;q=0.9";
    let accepts = accepts.parse().expect("a header value");
    preferring.headers_mut().insert(header::ACCEPT, accepts);
    let (_, headers, _) = send(served(ServeOptions::default()), preferring).await;
    let media_type = &headers[header::CONTENT_TYPE];
    assert_eq!(media_type, "application/graphql-response+json");
}

#[tokio::test]
async fn one_entity_fails_alone_as_in_process() {
    let query =
        "query($r: [_Any!]!) { who: _entities(representations: $r) { ... on User { name } } }";
    let user = |id: &str| json!({ "__typename": "User", "id": id });
    let answer = ask(
        query,
        json!({ "r": [user("1"), user("13"), user("9"), user("2")] }),
    )
    .await;
    let names = json!({ "who": [{ "name": "Ada" }, null, null, { "name": "Bob" }] });
    assert_eq!(answer["data"], names);
    let errors = answer["errors"].as_array().expect("one failed");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["path"], json!(["who", 1]));
    assert_eq!(errors[0]["extensions"]["code"], "CONFLICT");
}

#[tokio::test]
async fn nobody_gets_an_answer_without_the_word() {
    let mut stranger = request(json!({ "query": "{ me { name } }" }));
    stranger.headers_mut().remove("x-word");
    let (status, headers, answer) = send(served(ServeOptions::default()), stranger).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(headers.get("x-goodbye"), None);
}

#[tokio::test]
async fn what_is_no_question_is_refused() {
    let small = ServeOptions {
        body_max: 100,
        ..ServeOptions::default()
    };
    let long =
        request(json!({ "query": "{ me { name } }", "variables": { "a": "x".repeat(200) } }));
    let (status, ..) = send(served(small), long).await;
    assert!(status.is_client_error(), "{status}");

    for body in [
        json!({ "query": "{" }),
        json!({ "query": "query A { me { id } } query B { me { id } }" }),
        json!([]),
        json!(7),
    ] {
        let (status, _, answer) = send(served(ServeOptions::default()), request(body)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    }
    let mut text = request(json!({ "query": "{ me { id } }" }));
    let plain = "text/plain".parse().expect("a header value");
    text.headers_mut().insert(header::CONTENT_TYPE, plain);
    let (status, ..) = send(served(ServeOptions::default()), text).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn what_takes_too_long_and_what_breaks_are_errors_in_answers() {
    let impatient = ServeOptions {
        timeout: Duration::from_millis(50),
        ..ServeOptions::default()
    };
    let slow = request(json!({ "query": "{ slow }" }));
    let (status, _, answer) = send(served(impatient), slow).await;
    assert_eq!(status, 200);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "GATEWAY_TIMEOUT");

    for query in ["{ crash }", "{ uncoded }"] {
        let answer = ask(query, json!({})).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code, "INTERNAL_SERVER_ERROR", "{answer}");
        assert!(!answer.to_string().contains("10.0.0.7"), "{answer}");
    }
}

#[tokio::test]
async fn no_more_requests_are_taken_on_than_there_is_room_for() {
    let none = ServeOptions {
        requests_max: 0,
        ..ServeOptions::default()
    };
    let body = json!({ "query": "{ me { id } }" });
    let (status, _, answer) = send(served(none), request(body)).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{answer}");
}

#[tokio::test]
async fn a_file_arrives_where_the_variables_say() {
    let query = "mutation($files: [Upload!]!, $file: Upload!) { readFile(file: $file) readFiles(files: $files) }";
    let operations =
        json!({ "query": query, "variables": { "file": null, "files": [null, null] } });
    let map = json!({ "0": ["variables.file", "variables.files.1"], "1": ["variables.files.0"] });
    let part = |head: &str, body: &str| {
        format!("--edge\r\ncontent-disposition: form-data; {head}\r\n\r\n{body}\r\n")
    };
    let body = [
        part("name=\"operations\"", &operations.to_string()),
        part("name=\"map\"", &map.to_string()),
        part("name=\"0\"; filename=\"a.txt\"", "first"),
        part("name=\"1\"; filename=\"b.txt\"", "second"),
        "--edge--\r\n".to_owned(),
    ]
    .concat();
    let mut upload = request(json!({}));
    *upload.body_mut() = Body::from(body);
    let media_type = "multipart/form-data; boundary=edge";
    let media_type = media_type.parse().expect("a header value");
    upload
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    let (status, _, answer) = send(served(ServeOptions::default()), upload).await;
    assert_eq!(status, 200, "{answer}");
    let data = json!({ "readFile": "a.txt: first", "readFiles": ["b.txt", "a.txt"] });
    assert_eq!(answer["data"], data);
}

#[tokio::test]
async fn subscriptions_are_streams_that_a_stop_ends() {
    let shutdown = CancellationToken::new();
    let options = ServeOptions {
        shutdown: shutdown.clone(),
        ..ServeOptions::default()
    };
    let stopped = products::Stopped::default();
    let subgraph = Arc::new(in_process(products::schema(stopped.clone())));
    let app = serve_subgraph("products", subgraph, Arc::new(Word), options);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });

    let connect = |word: &'static str| async move {
        let mut request = format!("ws://{address}/ws")
            .into_client_request()
            .expect("a URL");
        let headers = request.headers_mut();
        let protocol = "graphql-transport-ws".parse().expect("a header value");
        headers.insert("sec-websocket-protocol", protocol);
        headers.insert("x-word", word.parse().expect("a header value"));
        connect_async(request).await
    };
    assert!(connect("please").await.is_err(), "a stranger is let in");

    let (mut socket, _) = connect("sesame").await.expect("the server accepts");
    let subscribe = |id: &str, query: &str| {
        let payload = json!({ "query": query });
        json!({ "type": "subscribe", "id": id, "payload": payload })
    };
    for message in [
        json!({ "type": "connection_init" }),
        subscribe("1", "subscription { productAdded(until: 2) { upc } }"),
    ] {
        let message = Message::text(message.to_string());
        socket.send(message).await.expect("the socket is open");
    }
    let mut texts = Vec::new();
    while texts.len() < 4 {
        if let Message::Text(text) = socket.next().await.expect("goes on").expect("reads") {
            texts.push(serde_json::from_str::<Value>(&text).expect("JSON"));
        }
    }
    assert_eq!(texts[0]["type"], "connection_ack");
    let upc = |text: &Value| text["payload"]["data"]["productAdded"]["upc"].clone();
    assert_eq!((upc(&texts[1]), upc(&texts[2])), (json!("1"), json!("2")));
    assert_eq!(texts[3], json!({ "type": "complete", "id": "1" }));

    let endless = subscribe("2", "subscription { ticks }").to_string();
    socket.send(Message::text(endless)).await.expect("open");
    while !socket
        .next()
        .await
        .expect("goes on")
        .expect("reads")
        .is_text()
    {}
    shutdown.cancel();
    let closed = loop {
        match socket.next().await.expect("goes on").expect("reads") {
            Message::Close(frame) => break frame.expect("with a reason").code,
            _ => continue,
        }
    };
    assert_eq!(u16::from(closed), 1001);
    stopped.0.notified().await;
}

/// Says the word for the router.
struct Said;

impl Credentials for Said {
    fn attach(&self, _: &Extensions, headers: &mut HeaderMap) {
        headers.insert("x-word", "sesame".parse().expect("a header value"));
    }

    fn answered(&self, extensions: &Extensions, headers: &HeaderMap) {
        if let Some(heard) = extensions.get::<Heard>() {
            let goodbye = headers.get("x-goodbye").cloned();
            heard.0.lock().expect("no panic").extend(goodbye);
        }
    }
}

/// What the router was told beside answers.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<HeaderValue>>>);

/// An engine whose only subgraph is served over loopback.
async fn over_the_wire(files_max: usize) -> Arc<Engine> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let app = served(ServeOptions::default());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let options = RemoteOptions {
        credentials: Some(Arc::new(Said)),
        files_max,
        ..RemoteOptions::default()
    };
    let remote = Remote::new(&format!("http://{address}/graphql"), options);
    let supergraph = compose_all(&[sdl("accounts", &accounts::schema())]);
    let engine = Engine::builder(supergraph)
        .subgraph("accounts", Arc::new(remote.expect("the options are good")))
        .build();
    Arc::new(engine.expect("the graph fits together"))
}

fn file(name: &str, content: &str, paths: &[&[&str]]) -> Upload {
    let mut stored = tempfile::tempfile().expect("there is place");
    stored.write_all(content.as_bytes()).expect("written");
    let paths = paths.iter().map(|path| {
        let segment = |text: &&str| match text.parse::<usize>() {
            Ok(index) => PathSegment::Index(index),
            Err(_) => PathSegment::from(*text),
        };
        path.iter().map(segment).collect()
    });
    Upload {
        paths: paths.collect(),
        value: UploadValue {
            filename: name.to_owned(),
            content_type: Some("text/plain".to_owned()),
            content: stored,
        },
    }
}

async fn upload(engine: &Arc<Engine>) -> (Value, Heard) {
    let heard = Heard::default();
    let mut extensions = Extensions::new();
    extensions.insert(heard.clone());
    let context = router::Context {
        extensions,
        deadline: None,
    };
    let variables = json!({ "file": null, "files": [null, null] });
    let request = router::Request {
        query: "mutation($file: Upload!, $files: [Upload!]!) { readFile(file: $file) readFiles(files: $files) }".to_owned(),
        variables: variables.as_object().cloned().expect("an object"),
        uploads: vec![
            file("ä b.txt", "ünder--edge\r\n", &[&["file"], &["files", "1"]]),
            file("c.txt", "", &[&["files", "0"]]),
        ],
        ..router::Request::default()
    };
    let response = engine.execute(request, context).await;
    let answer = serde_json::from_slice(response.body()).expect("an answer is JSON");
    (answer, heard)
}

#[tokio::test]
async fn files_travel_from_the_router_and_what_is_said_beside_answers_comes_back() {
    let (answer, heard) = upload(&over_the_wire(1_000).await).await;
    let data = json!({
        "readFile": "ä b.txt: ünder--edge\r\n",
        "readFiles": ["c.txt", "ä b.txt"],
    });
    assert_eq!(answer, json!({ "data": data }));
    let heard = heard.0.lock().expect("no panic");
    assert_eq!(*heard, ["friend", "friend"], "once for each root field");
}

#[tokio::test]
async fn files_that_are_too_large_for_the_way_are_refused() {
    let (answer, _) = upload(&over_the_wire(5).await).await;
    let code = &answer["errors"][0]["extensions"]["code"];
    assert_eq!(code, "BAD_USER_INPUT", "{answer}");
}
