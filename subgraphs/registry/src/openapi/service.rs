//! What a document says about the service as a whole: its name, addresses and security schemes.

use super::description::{SecurityKind, SecurityScheme, Server, Warnings};
use super::document::{self, Document};
use super::limits::Limits;
use super::operations::cut;
use super::pointer::Pointer;
use super::tree::{Node, Object};

const SERVERS_MAX: usize = 50;
const VARIABLES_MAX: usize = 50;
const ADDRESS_BYTES_MAX: usize = 4_000;
const SCHEMES_MAX: usize = 100;
const DESCRIPTION_CHARS_MAX: usize = 20_000;

/// The `servers` of a document, path item or operation; `None` when it has none of its own.
pub(super) fn servers(node: &Node<'_>) -> Option<Vec<Server>> {
    let servers: Vec<_> = node
        .get("servers")?
        .as_list()?
        .iter()
        .take(SERVERS_MAX)
        .filter_map(server)
        .collect();
    (!servers.is_empty()).then_some(servers)
}

/// The first address that a path item or operation has of its own.
pub(super) fn first_server(node: &Node<'_>) -> Option<String> {
    address(node.get("servers")?.as_list()?.first()?)
}

fn server(node: &Node<'_>) -> Option<Server> {
    let description = cut(node.text("description"), DESCRIPTION_CHARS_MAX);
    Some(Server {
        url: address(node)?,
        description,
    })
}

/// An address with its variables replaced by their defaults, unless that becomes too long: the
/// default of one variable may name another twice, and so on.
fn address(node: &Node<'_>) -> Option<String> {
    let fits = |url: &String| url.len() <= ADDRESS_BYTES_MAX;
    let mut url = Some(node.text("url")?.to_owned()).filter(fits)?;
    let variables = node.get("variables").and_then(Node::as_object);
    for (name, variable) in variables
        .into_iter()
        .flat_map(Object::iter)
        .take(VARIABLES_MAX)
    {
        let default = variable.get("default").map(document::spelling).filter(fits);
        url = url.replace(&format!("{{{name}}}"), &default.unwrap_or_default());
        url = Some(url).filter(fits)?;
    }
    Some(url)
}

/// Says that calls from the service are not received.
pub(super) fn note_webhooks(document: &Document<'_>, limits: &Limits, warnings: &mut Warnings) {
    let webhooks = document.root.get("webhooks").and_then(Node::as_object);
    let count = webhooks.map_or(0, Object::len);
    if count > 0 {
        let message = format!(
            "the platform receives no calls from a service yet; webhooks left out: {count}"
        );
        warnings.push(limits.warnings_max, "/webhooks", message);
    }
}

/// The security schemes that can be understood; the others are named in a warning.
pub(super) fn security_schemes(
    document: &Document<'_>,
    limits: &Limits,
    warnings: &mut Warnings,
) -> Vec<SecurityScheme> {
    let components = document
        .root
        .get("components")
        .and_then(|components| components.get("securitySchemes"));
    let base = Pointer::Base("/components/securitySchemes");
    let mut schemes = Vec::new();
    for (name, node) in components
        .and_then(Node::as_object)
        .into_iter()
        .flat_map(Object::iter)
        .take(SCHEMES_MAX)
    {
        let at = base.key(name);
        let (_, node) = match document.follow(node, String::new(), limits.ref_chain_max) {
            Ok(found) => found,
            Err(why) => {
                warnings.push(
                    limits.warnings_max,
                    at,
                    format_args!("{why}; the security scheme is left out"),
                );
                continue;
            }
        };
        match kind(node) {
            Some(kind) => schemes.push(SecurityScheme {
                name: name.to_owned(),
                description: cut(node.text("description"), DESCRIPTION_CHARS_MAX),
                kind,
            }),
            None => warnings.push(
                limits.warnings_max,
                at,
                "the security scheme is incomplete or of an unknown type",
            ),
        }
    }
    schemes
}

fn kind(node: &Node<'_>) -> Option<SecurityKind> {
    Some(match node.text("type")? {
        "apiKey" => SecurityKind::ApiKey {
            location: node.text("in")?.to_owned(),
            parameter: node.text("name")?.to_owned(),
        },
        "http" => SecurityKind::Http {
            scheme: node.text("scheme")?.to_ascii_lowercase(),
        },
        "oauth2" => SecurityKind::OAuth2,
        "openIdConnect" => SecurityKind::OpenIdConnect,
        "mutualTLS" => SecurityKind::MutualTls,
        _ => return None,
    })
}
