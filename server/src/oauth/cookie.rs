//! What a browser keeps between the steps of a sign-in.

use axum::http::{HeaderMap, header};
use kit::links::Links;

/// The ticket behind a flow is good for ten minutes.
const FLOW_LIFE_S: u32 = 600;
const HAND_OVER_LIFE_S: u32 = 60;
/// Read by the page that redeems the code.
const HAND_OVER: &str = "portico_sign_in";

/// The names and attributes of our cookies.
pub(super) struct Jar {
    is_https: bool,
}

impl Jar {
    pub(super) fn new(links: &Links) -> Self {
        Self {
            is_https: links.is_https(),
        }
    }

    /// The flow token of a sign-in at this provider, out of reach of scripts.
    pub(super) fn flow(&self, provider: &str, token: &str) -> String {
        let name = self.flow_name(provider);
        self.cookie(&name, token, FLOW_LIFE_S) + "; HttpOnly"
    }

    /// The sign-in at this provider has ended.
    pub(super) fn forget_flow(&self, provider: &str) -> String {
        self.cookie(&self.flow_name(provider), "", 0) + "; HttpOnly"
    }

    /// The browser's half of a code, which alone is good for nothing: the page has to read it.
    pub(super) fn hand_over(&self, token: &str) -> String {
        self.cookie(HAND_OVER, token, HAND_OVER_LIFE_S)
    }

    /// The flow token that a browser sends along.
    pub(super) fn find_flow(&self, provider: &str, headers: &HeaderMap) -> Option<String> {
        let name = self.flow_name(provider);
        let lines = headers.get_all(header::COOKIE).iter();
        let pairs = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| {
                let pairs = line.split(';');
                pairs.filter_map(|pair| pair.trim().split_once('='))
            });
        let mut found = pairs.filter(|(known, _)| *known == name);
        found.next().map(|(_, value)| value.to_owned())
    }

    /// With the prefix no other host of the domain can set it in our place (RFC 6265bis, 4.1.3.2).
    fn flow_name(&self, provider: &str) -> String {
        let prefix = if self.is_https { "__Host-" } else { "" };
        format!("{prefix}portico_oauth_{provider}")
    }

    fn cookie(&self, name: &str, value: &str, life_s: u32) -> String {
        let secure = if self.is_https { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; Max-Age={life_s}; SameSite=Lax{secure}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(url: &str) -> Jar {
        Jar::new(&Links::new(url.parse().expect("a URL")))
    }

    #[test]
    fn a_flow_is_kept_from_scripts_and_from_other_hosts() {
        assert_eq!(
            jar("https://portico.example").flow("google", "abc"),
            "__Host-portico_oauth_google=abc; Path=/; Max-Age=600; SameSite=Lax; Secure; HttpOnly"
        );
        assert_eq!(
            jar("http://127.0.0.1:4000").flow("google", "abc"),
            "portico_oauth_google=abc; Path=/; Max-Age=600; SameSite=Lax; HttpOnly"
        );
    }

    #[test]
    fn a_flow_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        for line in ["a=b", "portico_oauth_github=x; portico_oauth_google=y; c"] {
            headers.append(header::COOKIE, line.parse().expect("visible"));
        }
        let jar = jar("http://127.0.0.1:4000");
        assert_eq!(jar.find_flow("google", &headers).as_deref(), Some("y"));
        assert_eq!(jar.find_flow("oidc", &headers), None);
    }
}
