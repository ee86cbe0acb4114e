//! What the time of an answer tells of an address: nothing, it is hoped.

use serde_json::{Value, json};
use testkit::{Backend, Client, PASSWORD};

use crate::accounts::{REGISTER, names, register, registration};
use crate::answers::{Kind, Operation, compare};
use crate::server::{self, stranger};

/// How often an address is asked about: it gets five letters an hour, and one before the measure.
const USES: usize = 4;

const LOGIN: Operation = Operation {
    name: "login",
    query: "mutation ($input: LoginInput!) { login(input: $input) { __typename } }",
    code: Some("UNAUTHENTICATED"),
};
const RESET: Operation = Operation {
    name: "requestPasswordReset",
    query: "mutation ($input: RequestPasswordResetInput!) {
        requestPasswordReset(input: $input) { __typename }
    }",
    code: None,
};
const RESEND: Operation = Operation {
    name: "resendVerification",
    query: "mutation ($input: ResendVerificationInput!) {
        resendVerification(input: $input) { __typename }
    }",
    code: None,
};
const REGISTRATION: Operation = Operation {
    name: "register",
    query: REGISTER,
    code: None,
};

pub(crate) async fn measure(backend: Backend, samples: usize) {
    let few = samples.div_ceil(USES);
    let portico = server::start(backend).await;
    let taken = register(portico.client(), "taken", samples).await;
    let known = register(portico.client(), "known", few).await;
    let verified = register(portico.client(), "verified", few).await;
    let portico = server::with_proofs(portico).await;
    let client = portico.client();
    let waiting = register(client, "waiting", few).await;

    logins(client, &taken[..few]).await;
    resets(client, &known).await;
    resends(client, &waiting, &verified).await;
    registrations(client, &taken).await;
}

async fn logins(client: &Client, known: &[String]) {
    let wrong = |email: &String| json!({ "email": email, "password": format!("{PASSWORD}!") });
    let kinds = [
        kind("unknown", &names("nobody", known.len()), wrong),
        kind("wrong password", known, wrong),
    ];
    compare(client, &LOGIN, &kinds).await;
}

async fn resets(client: &Client, known: &[String]) {
    let kinds = [
        kind("unknown", &names("forgotten", known.len()), address),
        kind("known", known, address),
    ];
    compare(client, &RESET, &kinds).await;
}

async fn resends(client: &Client, waiting: &[String], verified: &[String]) {
    let unknown = names("unheard", waiting.len());
    // An address that waits has been written to. So that nothing else differs, the others have
    // been asked about as well.
    for email in unknown.iter().chain(verified) {
        let input = json!({ "input": address(email) });
        stranger(client).data(RESEND.query, input).await;
    }
    let kinds = [
        kind("unknown", &unknown, address),
        kind("waiting", waiting, address),
        kind("verified", verified, address),
    ];
    compare(client, &RESEND, &kinds).await;
}

/// Each address is registered once: after that, a new one is no longer new.
async fn registrations(client: &Client, taken: &[String]) {
    let input = |email: &String| registration(email);
    let new = names("newcomer", taken.len());
    let kinds = [
        Kind {
            name: "new",
            inputs: new.iter().map(input).collect(),
        },
        Kind {
            name: "taken",
            inputs: taken.iter().map(input).collect(),
        },
    ];
    compare(client, &REGISTRATION, &kinds).await;
}

/// Each address so often as it is used, all of them before any comes again.
fn kind(name: &'static str, emails: &[String], input: impl Fn(&String) -> Value) -> Kind {
    let uses = emails.iter().cycle().take(emails.len() * USES);
    Kind {
        name,
        inputs: uses.map(input).collect(),
    }
}

fn address(email: &String) -> Value {
    json!({ "email": email })
}
