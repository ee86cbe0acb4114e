//! One row for every operation of the API.

use serde_json::{Value, json};

use super::world::Ids;

mod accounts;
mod elsewhere;
mod identity;
mod invitations;
mod letters;
mod people;

/// How an operation is tried.
pub(crate) struct Case {
    /// The root type, as introspection names it.
    pub(crate) root: &'static str,
    /// The root field.
    pub(crate) field: &'static str,
    /// A document that asks for it.
    pub(crate) document: &'static str,
    /// Its variables, with ids of somebody else's tenant.
    pub(crate) variables: fn(&Ids) -> Value,
    /// Whether it is for people who are not signed in.
    pub(crate) open: bool,
    /// What an owner of another tenant is answered.
    pub(crate) stranger: Outsider,
    /// What a member with the role `viewer` is refused with, if at all.
    pub(crate) reader: Option<&'static str>,
}

/// How somebody of another tenant is answered.
pub(crate) enum Outsider {
    /// As if what the id names did not exist.
    Blind,
    /// About their own tenant.
    Elsewhere,
}

use Outsider::{Blind, Elsewhere};

pub(crate) const QUERY: &str = "queryType";
pub(crate) const MUTATION: &str = "mutationType";
const SUBSCRIPTION: &str = "subscriptionType";

pub(crate) const fn case(
    root: &'static str,
    field: &'static str,
    document: &'static str,
    variables: fn(&Ids) -> Value,
    stranger: Outsider,
) -> Case {
    Case {
        root,
        field,
        document,
        variables,
        open: false,
        stranger,
        reader: None,
    }
}

pub(crate) const fn open(case: Case) -> Case {
    Case { open: true, ..case }
}

pub(super) const fn refused(code: &'static str, case: Case) -> Case {
    Case {
        reader: Some(code),
        ..case
    }
}

pub(crate) fn none(_: &Ids) -> Value {
    json!({})
}

/// Every root field; what ends the sessions of those who try comes last.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    let parts = [
        people::CASES,
        accounts::CASES,
        elsewhere::CASES,
        identity::CASES,
        letters::CASES,
        invitations::CASES,
        CASES,
    ];
    parts.into_iter().flatten()
}

const CASES: &[Case] = &[
    // auth
    case(
        QUERY,
        "session",
        "{ session { id user { id } tenant { id } } }",
        none,
        Elsewhere,
    ),
    open(case(
        MUTATION,
        "register",
        "mutation { register(input: { name: \"X\", email: \"owner@example.com\", password: \"seven pelicans under a bridge\" }) { user { id } } }",
        none,
        Elsewhere,
    )),
    open(case(
        MUTATION,
        "login",
        "mutation { login(input: { email: \"owner@example.com\", password: \"wrong\" }) { __typename } }",
        none,
        Elsewhere,
    )),
    open(case(
        MUTATION,
        "refreshSession",
        "mutation { refreshSession(input: { refreshToken: \"prt_unknown\" }) { accessToken } }",
        none,
        Elsewhere,
    )),
    case(
        MUTATION,
        "switchTenant",
        "mutation ($id: ID!) { switchTenant(input: { tenantId: $id }) { accessToken } }",
        |ids| json!({ "id": ids.tenant }),
        Blind,
    ),
    case(
        QUERY,
        "tokenInfo",
        "{ tokenInfo(token: \"prt_unknown\") { active } }",
        none,
        Elsewhere,
    ),
    open(case(
        MUTATION,
        "revokeToken",
        "mutation { revokeToken(input: { token: \"prt_unknown\" }) { revoked } }",
        none,
        Elsewhere,
    )),
    case(
        MUTATION,
        "renameSession",
        "mutation ($id: ID!) { renameSession(input: { sessionId: $id, name: \"x\" }) { session { id } } }",
        |ids| json!({ "id": ids.session }),
        Blind,
    ),
    case(
        MUTATION,
        "revokeSession",
        "mutation ($id: ID!) { revokeSession(input: { sessionId: $id }) { session { id } } }",
        |ids| json!({ "id": ids.session }),
        Blind,
    ),
    // registry
    case(
        QUERY,
        "services",
        "{ services(first: 100) { totalCount nodes { id endpoints { nodes { id } } } } }",
        none,
        Elsewhere,
    ),
    case(
        QUERY,
        "service",
        "query ($id: ID!) { service(id: $id) { id name health { state } endpoints { nodes { id form { id } } } menu { id } owner { id } } }",
        |ids| json!({ "id": ids.service }),
        Blind,
    ),
    case(
        QUERY,
        "serviceBySlug",
        "query ($slug: String!) { serviceBySlug(slug: $slug) { id } }",
        |ids| json!({ "slug": ids.service_slug }),
        Blind,
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "registerService",
            "mutation { registerService(input: { name: \"x\", version: \"1\", baseUrl: \"http://127.0.0.1:9\" }) { service { id } } }",
            none,
            Elsewhere,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "importOpenApi",
            "mutation { importOpenApi(input: { text: \"{}\" }) { service { id } } }",
            none,
            Elsewhere,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "addEndpoint",
            "mutation ($id: ID!) { addEndpoint(input: { serviceId: $id, method: GET, path: \"/x\", title: \"x\" }) { endpoint { id } } }",
            |ids| json!({ "id": ids.service }),
            Blind,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            MUTATION,
            "checkServiceHealth",
            "mutation ($id: ID!) { checkServiceHealth(input: { serviceId: $id }) { service { id } } }",
            |ids| json!({ "id": ids.service }),
            Blind,
        ),
    ),
    case(
        SUBSCRIPTION,
        "serviceHealth",
        "subscription ($id: ID!) { serviceHealth(serviceId: $id) { state seq } }",
        |ids| json!({ "id": ids.service }),
        Blind,
    ),
    // form
    case(
        QUERY,
        "form",
        "query ($id: ID!) { form(id: $id) { id title submissions { nodes { id } } } }",
        |ids| json!({ "id": ids.form }),
        Blind,
    ),
    case(
        QUERY,
        "formSubmission",
        "query ($id: ID!) { formSubmission(id: $id) { id data state } }",
        |ids| json!({ "id": ids.submission }),
        Blind,
    ),
    refused(
        "NOT_FOUND",
        case(
            MUTATION,
            "submitForm",
            "mutation ($id: ID!) { submitForm(input: { formId: $id, data: {} }) { __typename } }",
            |ids| json!({ "id": ids.form }),
            Blind,
        ),
    ),
    // menu
    case(
        QUERY,
        "menuItem",
        "query ($id: ID!) { menuItem(id: $id) { id label service { id } health { state } } }",
        |ids| json!({ "id": ids.menu_item }),
        Blind,
    ),
    // notification
    case(
        QUERY,
        "notification",
        "query ($id: ID!) { notification(id: $id) { id title service { id } } }",
        |ids| json!({ "id": ids.notification }),
        Blind,
    ),
    case(
        SUBSCRIPTION,
        "notificationReceived",
        "subscription { notificationReceived { id } }",
        none,
        Elsewhere,
    ),
    // platform
    refused(
        "FORBIDDEN",
        case(
            QUERY,
            "events",
            "{ events(first: 100) { nodes { id subject data } } }",
            none,
            Elsewhere,
        ),
    ),
    refused(
        "FORBIDDEN",
        case(
            SUBSCRIPTION,
            "events",
            "subscription { events { id subject } }",
            none,
            Elsewhere,
        ),
    ),
    open(case(
        QUERY,
        "eventTypes",
        "{ eventTypes { type } }",
        none,
        Elsewhere,
    )),
    refused(
        "FORBIDDEN",
        case(
            QUERY,
            "platformStatus",
            "{ platformStatus { version } }",
            none,
            Elsewhere,
        ),
    ),
    // Last, because they end the sessions of those who try.
    case(
        MUTATION,
        "logoutEverywhere",
        "mutation { logoutEverywhere(input: { keepCurrent: true }) { ended } }",
        none,
        Elsewhere,
    ),
    case(
        MUTATION,
        "logout",
        "mutation { logout { session { id } } }",
        none,
        Elsewhere,
    ),
];
