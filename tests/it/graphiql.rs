//! GraphiQL as a newcomer sees it: in a browser, served by the real binary, with no way out of the
//! machine.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::{Client as Page, Locator};
use serde_json::{Value, json};
use testkit::browser::Browser;
use testkit::{Backend, Client, Portico, eventually};

const QUERY: &str = ".graphiql-query-editor .view-lines";
const HEADERS: &str = ".graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines";
const TAB: &str = ".graphiql-tab-active";
const RESULT: &str = ".result-window .view-lines";

/// A build without npm has no page that works offline; what it has must then say so.
const FALLBACK: &str = "GraphiQL did not load from cdn.jsdelivr.net";

#[tokio::test]
async fn a_browser_runs_queries_and_subscriptions_without_the_internet() {
    let portico = Portico::start(Backend::Sqlite).await;
    let owner = owner(&portico).await;
    let browser = Browser::start().await.expect("a browser starts");
    let page = browser.page();
    page.goto(portico.client().origin())
        .await
        .expect("the page opens");
    if portico
        .client()
        .get("/")
        .await
        .1
        .contains("cdn.jsdelivr.net")
    {
        eprintln!("GraphiQL is not embedded: only its fallback is tested");
        return shows(page, "#graphiql", FALLBACK).await;
    }

    // The first tab holds a query for newcomers, who are signed out.
    shows(page, QUERY, "query Viewer").await;
    press_run(page).await;
    shows(page, RESULT, r#""code": "UNAUTHENTICATED""#).await;

    let token = owner.token().expect("the owner is signed in");
    click(page, "//button[text()='Headers']").await;
    fill(
        page,
        HEADERS,
        &json!({ "Authorization": format!("Bearer {token}") }).to_string(),
    )
    .await;
    press_run(page).await;
    shows(page, RESULT, r#""id": "user_"#).await;

    let last = last_cursor(&owner).await;
    let subscription = format!(
        r#"subscription Registrations {{ events(after: "{last}", types: ["service.registered"]) {{ type subject }} }}"#
    );
    fill(page, QUERY, &subscription).await;
    // GraphiQL takes note of an edit when its author pauses.
    shows(page, TAB, "Registrations").await;
    press_run(page).await;
    let service = register_service(&owner).await;
    shows(page, RESULT, &format!(r#""subject": "{service}""#)).await;

    let kept = page.execute("return localStorage.length", vec![]).await;
    assert_eq!(
        kept.expect("the page answers"),
        0,
        "what was typed outlives the tab"
    );
    stays_at_home(&browser, portico.client().origin()).await;
}

/// Without this, a page that asks nobody could not be told from a browser that tells nothing.
#[tokio::test]
async fn a_browser_that_asks_another_host_is_refused_and_noticed() {
    let browser = Browser::start().await.expect("a browser starts");
    let ask = "return fetch('http://outside.invalid/').then(() => 'answered', () => 'refused')";

    let outcome = browser.page().execute(ask, vec![]).await;

    assert_eq!(outcome.expect("the page answers"), "refused");
    assert_eq!(browser.refused(), ["GET http://outside.invalid/ HTTP/1.1"]);
    let requests = browser.requests().await.expect("the browser keeps a log");
    assert!(
        requests
            .iter()
            .any(|url| url.host_str() == Some("outside.invalid"))
    );
}

async fn owner(portico: &Portico) -> Client {
    let administrator = portico.administrator().await;
    let input = json!({ "email": administrator.email, "password": administrator.password });
    let login = "mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { accessToken } } }";
    let data = portico
        .client()
        .data(login, json!({ "input": input }))
        .await;
    let client = portico
        .client()
        .with_token(text(&data["login"]["accessToken"]));

    let create = r#"mutation { createTenant(input: { name: "Acme" }) { tenant { id } } }"#;
    let tenant = client.data(create, json!({})).await["createTenant"]["tenant"]["id"].take();
    let switch =
        "mutation ($input: SwitchTenantInput!) { switchTenant(input: $input) { accessToken } }";
    let data = client
        .data(switch, json!({ "input": { "tenantId": tenant } }))
        .await;
    client.with_token(text(&data["switchTenant"]["accessToken"]))
}

async fn register_service(owner: &Client) -> String {
    let register = r#"mutation { registerService(input: { name: "Billing", version: "1", baseUrl: "http://127.0.0.1:9" }) { service { id } } }"#;
    let data = owner.data(register, json!({})).await;
    text(&data["registerService"]["service"]["id"]).to_owned()
}

/// Where the log stands: a subscription that begins here misses nothing.
async fn last_cursor(owner: &Client) -> String {
    let data = owner
        .data("{ events(first: 100) { edges { cursor } } }", json!({}))
        .await;
    let edges = data["events"]["edges"]
        .as_array()
        .expect("a list of events");
    text(&edges.last().expect("the tenant has been created")["cursor"]).to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

async fn press_run(page: &Page) {
    let button = "//button[contains(@class, 'graphiql-execute-button')]";
    click(page, button).await;
}

async fn click(page: &Page, xpath: &str) {
    let element = page.wait().for_element(Locator::XPath(xpath)).await;
    let element = element.unwrap_or_else(|error| panic!("no {xpath}: {error}"));
    element.click().await.expect("it can be clicked");
}

/// Replaces what is in an editor, as a person does with the clipboard: Ctrl-A, then paste.
async fn fill(page: &Page, editor: &str, content: &str) {
    let element = page.wait().for_element(Locator::Css(editor)).await;
    element
        .expect("the editor is there")
        .click()
        .await
        .expect("it takes the focus");
    let select_all = KeyActions::new("keyboard".to_owned())
        .then(KeyAction::Down {
            value: Key::Control.into(),
        })
        .then(KeyAction::Down { value: 'a' })
        .then(KeyAction::Up { value: 'a' })
        .then(KeyAction::Up {
            value: Key::Control.into(),
        });
    page.perform_actions(select_all)
        .await
        .expect("keys can be pressed");

    let paste = "const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', arguments[0]);
        const paste = { clipboardData, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', paste));";
    page.execute(paste, vec![content.into()])
        .await
        .expect("text can be pasted");
    shows(page, editor, content).await;
}

/// Waits until a part of the page shows a text. Monaco writes unbreakable spaces.
async fn shows(page: &Page, selector: &str, wanted: &str) {
    eventually(&format!("{selector} shows {wanted}"), async || {
        let element = page.find(Locator::Css(selector)).await.ok()?;
        let shown = element
            .prop("textContent")
            .await
            .ok()??
            .replace('\u{a0}', " ");
        shown.contains(wanted).then_some(())
    })
    .await;
}

async fn stays_at_home(browser: &Browser, origin: &str) {
    let requests = browser.requests().await.expect("the browser keeps a log");
    assert!(
        requests.iter().any(|url| url.path() == "/graphql/ws"),
        "{requests:?}"
    );
    let home = origin.split_once("//").expect("an origin has a scheme").1;
    let foreign: Vec<_> = requests
        .iter()
        .filter(|url| url.authority() != home)
        .collect();
    assert!(
        foreign.is_empty(),
        "the page asked other hosts: {foreign:?}"
    );

    assert_eq!(browser.refused(), [""; 0]);
    assert_eq!(
        browser
            .console_errors()
            .await
            .expect("the browser keeps a log"),
        [""; 0]
    );
}
