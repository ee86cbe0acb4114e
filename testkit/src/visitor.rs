//! As much of a browser as walking through redirects takes: cookies, and one step at a time.

use std::collections::BTreeMap;

use url::Url;

/// Somebody with a browser of their own.
pub struct Visitor {
    client: reqwest::Client,
    headers: Vec<(&'static str, String)>,
    cookies: BTreeMap<String, String>,
}

/// What an address answered.
#[derive(Debug)]
pub struct Page {
    /// Its status.
    pub status: u16,
    /// Where it sends the browser on to.
    pub location: Option<Url>,
    /// The values of `Set-Cookie`.
    pub cookies: Vec<String>,
    /// Its text.
    pub text: String,
}

impl Visitor {
    /// A browser without cookies, which sends these headers with every request.
    #[expect(
        clippy::disallowed_methods,
        reason = "a browser reaches whatever it likes"
    )]
    pub fn new(headers: Vec<(&'static str, String)>) -> Self {
        // A second call in one process finds the provider installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build();
        Self {
            client: client.expect("a client without wishes can be built"),
            headers,
            cookies: BTreeMap::new(),
        }
    }

    /// What is kept under a name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Opens an address, and follows nothing.
    pub async fn open(&mut self, url: &Url) -> Page {
        let cookies = self.cookies.iter();
        let cookies = cookies.map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let mut request = self.client.get(url.clone()).header("cookie", cookies);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await;
        let answer = answer.unwrap_or_else(|error| panic!("{url} did not answer: {error}"));
        let text = |value: &http::HeaderValue| {
            let text = value.to_str().expect("what browsers read is visible");
            text.to_owned()
        };
        let set = answer.headers().get_all("set-cookie").iter().map(text);
        let set = set.collect::<Vec<_>>();
        for cookie in &set {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get("location").map(text);
        Page {
            status: answer.status().as_u16(),
            location: location.map(|to| url.join(&to).expect("a redirect leads to a URL")),
            cookies: set,
            text: answer.text().await.expect("a page is text"),
        }
    }
}
