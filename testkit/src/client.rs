//! A GraphQL client over HTTP, as anybody could write one.

use kit::secret::random_text;
use reqwest::RequestBuilder;
use rustls::crypto::ring;
use serde_json::{Value, json};

use crate::Subscription;

/// Talks to one Portico, as somebody or as nobody.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    origin: String,
    token: Option<String>,
    forwarded_for: Option<String>,
}

/// A file that travels with an operation.
#[derive(Clone, Debug)]
pub struct Upload<'a> {
    /// The variable that it becomes, such as `input.file`.
    pub variable: &'a str,
    /// What it is called.
    pub name: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// What is in it.
    pub content: &'a [u8],
}

impl Client {
    /// A client of the server at this origin, `http://host:port`, signed out.
    #[expect(
        clippy::disallowed_methods,
        reason = "it talks to the server under test, not to a tenant's host"
    )]
    pub fn new(origin: &str) -> Self {
        // A second call in one process finds the provider installed.
        let _ = ring::default_provider().install_default();
        Self {
            http: reqwest::Client::new(),
            origin: origin.trim_end_matches('/').to_owned(),
            token: None,
            forwarded_for: None,
        }
    }

    /// The same with this access token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same as if a proxy handed its requests on for these addresses.
    pub fn forwarded_for(&self, addresses: &str) -> Self {
        Self {
            forwarded_for: Some(addresses.to_owned()),
            ..self.clone()
        }
    }

    /// The server's origin, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The access token, of somebody signed in.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Executes an operation and returns the whole answer, errors included.
    pub async fn post(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        self.send(self.request().json(&body)).await
    }

    /// Executes an operation with these headers; returns the whole answer, and the cookies that are
    /// to be kept.
    pub async fn post_with(
        &self,
        headers: &[(&str, &str)],
        query: &str,
        variables: Value,
    ) -> (Value, Vec<String>) {
        let body = json!({ "query": query, "variables": variables });
        let mut request = self.request().json(&body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("the server answers");
        let cookies = response.headers().get_all("set-cookie").iter();
        let cookies = cookies.map(|cookie| cookie.to_str().expect("cookies are text").to_owned());
        let cookies = cookies.collect();
        let text = response.text().await.expect("an answer is text");
        let answer = serde_json::from_str(&text).expect("a GraphQL answer is JSON");
        (answer, cookies)
    }

    /// Executes an operation that must succeed and returns its data.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.post(query, variables).await;
        assert!(
            answer.get("errors").is_none(),
            "the operation failed: {answer:#}\n{query}"
        );
        answer["data"].take()
    }

    /// Executes an operation that must fail and returns the code of its first error.
    pub async fn code(&self, query: &str, variables: Value) -> String {
        let answer = self.post(query, variables).await;
        match answer["errors"][0]["extensions"]["code"].as_str() {
            Some(code) => code.to_owned(),
            None => panic!("the operation did not fail with a code: {answer:#}"),
        }
    }

    /// Executes an operation with a file, by the GraphQL multipart request specification.
    pub async fn upload(&self, query: &str, variables: Value, file: Upload<'_>) -> Value {
        let boundary = random_text::<16>();
        let body = multipart(&boundary, query, &variables, &file);
        let media_type = format!("multipart/form-data; boundary={boundary}");
        let request = self
            .request()
            .header("content-type", media_type)
            // No form sends it, so the server knows that this is none.
            .header("apollo-require-preflight", "1");
        self.send(request.body(body)).await
    }

    /// Starts a subscription over `graphql-transport-ws`.
    pub async fn subscribe(&self, query: &str, variables: Value) -> Subscription {
        Subscription::start(&self.origin, self.token.as_deref(), query, variables).await
    }

    /// Gets a page of the server; returns its status and its text.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let response = self.http.get(format!("{}{path}", self.origin)).send().await;
        let response = response.unwrap_or_else(|error| panic!("{path} did not answer: {error}"));
        let status = response.status().as_u16();
        (status, response.text().await.expect("a page is text"))
    }

    /// Posts JSON to a path with these headers; returns the status and the text.
    pub async fn post_to(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> (u16, String) {
        let mut request = self.http.post(format!("{}{path}", self.origin)).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await;
        let response = response.unwrap_or_else(|error| panic!("{path} did not answer: {error}"));
        let status = response.status().as_u16();
        (status, response.text().await.expect("an answer is text"))
    }

    /// Gets a page as a browser does that likes this language; returns its status, its headers as
    /// lines, and its text.
    pub async fn page(&self, path: &str, language: &str) -> (u16, Vec<String>, String) {
        let request = self.http.get(format!("{}{path}", self.origin));
        shown(request.header("accept-language", language)).await
    }

    /// Sends a form with these headers; returns the same.
    pub async fn form(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> (u16, Vec<String>, String) {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut request = self.http.post(format!("{}{path}", self.origin));
        request = request.header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        shown(request.body(body)).await
    }

    fn request(&self) -> RequestBuilder {
        let mut request = self.http.post(format!("{}/graphql", self.origin));
        if let Some(addresses) = &self.forwarded_for {
            request = request.header("x-forwarded-for", addresses);
        }
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Value {
        let response = request.send().await;
        let response =
            response.unwrap_or_else(|error| panic!("{} did not answer: {error:?}", self.origin));
        let status = response.status();
        let text = response
            .text()
            .await
            .unwrap_or_else(|error| panic!("the answer broke off: {error:?}"));
        serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{status} without a GraphQL answer: {text}"))
    }
}

async fn shown(request: RequestBuilder) -> (u16, Vec<String>, String) {
    let response = request.send().await.expect("the server answers");
    let status = response.status().as_u16();
    let lines = response.headers().iter().map(|(name, value)| {
        let value = value.to_str().expect("a header of ours is text");
        format!("{name}: {value}")
    });
    let lines = lines.collect();
    (
        status,
        lines,
        response.text().await.expect("a page is text"),
    )
}

fn multipart(boundary: &str, query: &str, variables: &Value, file: &Upload<'_>) -> Vec<u8> {
    let operations = json!({ "query": query, "variables": variables });
    let map = json!({ "0": [format!("variables.{}", file.variable)] });
    let mut body = Vec::new();
    for (name, value) in [("operations", operations), ("map", map)] {
        let head =
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend(format!("{head}{value}\r\n").into_bytes());
    }
    let Upload {
        name,
        media_type,
        content,
        ..
    } = file;
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"0\"; filename=\"{name}\"\r\n\
         content-type: {media_type}\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(*content);
    body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
    body
}
