//! Addresses of our own pages, for letters and redirects. They come from the configuration and
//! never from a header: whoever sends a request must not choose where a link in a letter leads.

use url::Url;

/// Makes links.
#[derive(Debug, Clone)]
pub struct Links {
    base: Url,
}

impl Links {
    /// Links below this address, which people reach the platform by.
    pub fn new(base: Url) -> Self {
        Self { base }
    }

    /// The address of a page, such as `auth/verify-email`, with these parameters.
    pub fn page(&self, path: &str, parameters: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{path}"));
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        url
    }

    /// Whether people reach the platform by TLS.
    pub fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// The origin (RFC 6454) of our own pages.
    pub fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_below_the_base() {
        for base in [
            "https://example.com/portico",
            "https://example.com/portico/",
        ] {
            let links = Links::new(base.parse().expect("a URL"));
            let page = links.page("auth/verify-email", &[("token", "a&b")]);
            let expected = "https://example.com/portico/auth/verify-email?token=a%26b";
            assert_eq!(page.as_str(), expected);
            assert_eq!(links.origin(), "https://example.com");
        }
    }
}
