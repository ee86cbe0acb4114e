//! The README's tour, step by step, over HTTP and on both databases.

use std::path::Path;

use serde_json::{Value, json};
use testkit::{
    Administrator, Backend, Client, DemoService, PASSWORD, Portico, eventually, on_both,
};

use crate::letters::letter_to;
use crate::tour::operation;

on_both![a_newcomer_takes_the_tour];

/// What makes the tour a test's: checks come quickly.
pub(crate) const SETTINGS: [(&str, &str); 1] = [("PORTICO_HEALTH_INTERVAL_MS", "200")];

/// The same for whoever starts with the defaults.
pub(crate) const TOUR: [(&str, &str); 2] =
    [SETTINGS[0], ("PORTICO_AUTH_EMAIL_VERIFICATION", "required")];

async fn a_newcomer_takes_the_tour(backend: Backend) {
    let portico = Portico::start_with(backend, &TOUR).await;
    let administrator = portico.administrator().await;
    let tour = Tour::begin(portico.client(), &administrator).await;
    tour.finish(portico.client(), portico.database().dir())
        .await;
}

/// The tour, once the service is registered and the tenant subscribes to it.
pub(crate) struct Tour {
    desk: DemoService,
    owner: Client,
    tenant: String,
    service: String,
}

impl Tour {
    /// The steps that make something.
    pub(crate) async fn begin(client: &Client, administrator: &Administrator) -> Self {
        let desk = DemoService::start().await;
        let owner = sign_in(client, administrator).await;
        let (tenant, owner) = create_tenant(&owner).await;
        let mut events = owner.subscribe(&operation("Watch"), json!({})).await;

        let service = import(&owner, &desk).await;
        let imported = events
            .data_where(|data| data["events"]["type"] == "service.registered")
            .await;
        assert_eq!(imported["events"]["subject"], service);

        let input = json!({ "input": { "serviceId": service } });
        let subscribed = owner.data(&operation("Subscribe"), input).await;
        let name = &subscribed["subscribeToService"]["tenantService"]["service"]["name"];
        assert_eq!(name, "Help desk");
        Self {
            desk,
            owner,
            tenant,
            service,
        }
    }

    /// The steps that see and use what was made.
    pub(crate) async fn finish(self, client: &Client, data_dir: &Path) {
        let Self {
            mut desk,
            owner,
            tenant,
            service,
        } = self;
        let home = wait_for_menu(&owner).await;
        check_home(&home);
        let form = form_of(&home, "POST", "/tickets");
        submit(&owner, &form).await;
        watch_health(&owner, &mut desk, &service).await;
        let kim = newcomer(client, data_dir, "kim@example.com").await;
        be_a_viewer(kim, &owner, &tenant, &form).await;
        let lee = newcomer(client, data_dir, "lee@example.com").await;
        be_a_stranger(lee, &service, &form).await;
    }
}

async fn sign_in(client: &Client, administrator: &Administrator) -> Client {
    let input = json!({ "email": administrator.email, "password": administrator.password });
    let data = client
        .data(&operation("SignIn"), json!({ "input": input }))
        .await;
    assert_eq!(data["login"]["user"]["name"], "Administrator");
    client.with_token(text(&data["login"]["accessToken"]))
}

async fn create_tenant(client: &Client) -> (String, Client) {
    let input = json!({ "input": { "name": "Acme" } });
    let data = client.data(&operation("CreateTenant"), input).await;
    let tenant = &data["createTenant"]["tenant"];
    assert_eq!(tenant["state"], "ACTIVE");
    assert_eq!(tenant["slug"], "acme");
    let input = json!({ "input": { "tenantId": tenant["id"] } });
    let data = client.data(&operation("WorkIn"), input).await;
    assert_eq!(data["switchTenant"]["tenant"]["name"], "Acme");
    let owner = client.with_token(text(&data["switchTenant"]["accessToken"]));
    (text(&tenant["id"]).to_owned(), owner)
}

async fn import(owner: &Client, desk: &DemoService) -> String {
    let input = json!({ "url": desk.description(), "healthCheck": { "path": "/health" } });
    let data = owner
        .data(&operation("Import"), json!({ "input": input }))
        .await;
    let imported = &data["importOpenApi"];
    assert_eq!(imported["endpointCount"], 5);
    assert_eq!(imported["warnings"], json!([]));
    text(&imported["service"]["id"]).to_owned()
}

/// The menu follows the subscription by an event, and the health by the first check.
async fn wait_for_menu(owner: &Client) -> Value {
    eventually("the help desk is in the menu and up", async || {
        let home = owner.data(&operation("Home"), json!({})).await;
        let item = &home["viewer"]["menu"]["items"][0];
        (item["label"] == "Help desk" && item["health"]["state"] == "UP").then_some(home)
    })
    .await
}

fn check_home(home: &Value) {
    let menu = &home["viewer"]["menu"]["items"][0]["children"];
    assert_eq!(labels(menu), ["Operations", "Tickets"]);
    assert_eq!(
        labels(&menu[1]["children"]),
        [
            "List tickets",
            "Open a ticket",
            "Show a ticket",
            "Close a ticket"
        ]
    );

    let tenant = &home["viewer"]["currentTenant"];
    assert_eq!(tenant["plan"]["name"], "Free");
    let service = &tenant["services"]["nodes"][0]["service"];
    assert_eq!(service["health"]["uptime"], 1.0);
    let title = field(service, "POST", "/tickets", "/body/title");
    assert_eq!(
        (&title["label"], &title["required"]),
        (&json!("Title"), &json!(true))
    );
    let limit = field(service, "GET", "/tickets", "/query/limit");
    assert_eq!(
        (limit["minimum"].as_f64(), limit["maximum"].as_f64()),
        (Some(1.0), Some(100.0))
    );
}

async fn submit(owner: &Client, form: &str) {
    let data = json!({ "body": { "title": "The printer hums", "reporter": "kim@example.com", "priority": "high" } });
    let input = json!({ "input": { "formId": form, "data": data } });
    let answer = owner.data(&operation("Submit"), input).await;
    let submission = &answer["submitForm"];
    assert_eq!(submission["state"], "SUCCEEDED", "{submission}");
    assert_eq!(submission["response"]["status"], 201);
    assert!(text(&submission["response"]["body"]).contains("The printer hums"));

    let query = "query ($id: ID!) { formSubmission(id: $id) { state data submittedBy { name } form { title } } }";
    let recorded = owner.data(query, json!({ "id": submission["id"] })).await;
    assert_eq!(recorded["formSubmission"]["data"], data);
    assert_eq!(
        recorded["formSubmission"]["submittedBy"]["name"],
        "Administrator"
    );
    assert_eq!(recorded["formSubmission"]["form"]["title"], "Open a ticket");

    let wrong = json!({ "body": { "reporter": "nobody", "priority": "urgent" } });
    let input = json!({ "input": { "formId": form, "data": wrong } });
    let answer = owner.data(&operation("Submit"), input).await;
    let errors = answer["submitForm"]["errors"]
        .as_array()
        .expect("it is rejected");
    let mut found = errors
        .iter()
        .map(|error| (text(&error["pointer"]), text(&error["code"])))
        .collect::<Vec<_>>();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("/body/priority", "ENUM"),
            ("/body/reporter", "FORMAT"),
            ("/body/title", "REQUIRED")
        ]
    );
}

async fn watch_health(owner: &Client, desk: &mut DemoService, service: &str) {
    let variables = json!({ "serviceId": service });
    let mut health = owner.subscribe(&operation("Health"), variables).await;
    let snapshot = health.data().await;
    assert_eq!(snapshot["serviceHealth"]["state"], "UP");
    let mut notifications = owner
        .subscribe(
            "subscription { notificationReceived { kind service { name } } }",
            json!({}),
        )
        .await;

    desk.stop();
    let down = health
        .data_where(|data| data["serviceHealth"]["state"] == "DOWN")
        .await;
    assert!(down["serviceHealth"]["seq"].as_i64() > snapshot["serviceHealth"]["seq"].as_i64());
    let received = notifications.data().await;
    assert_eq!(received["notificationReceived"]["kind"], "SERVICE_DOWN");
    assert_eq!(
        received["notificationReceived"]["service"]["name"],
        "Help desk"
    );
    let kept = owner.data(&operation("Notifications"), json!({})).await;
    let kept = kept["viewer"]["notifications"]["nodes"]
        .as_array()
        .expect("a list")
        .len();
    assert_eq!(kept, 1, "one change is one notification");
}

/// Registers, and answers the letter.
async fn newcomer(client: &Client, data_dir: &Path, email: &str) -> Client {
    let input = json!({ "name": email, "email": email, "password": PASSWORD });
    let data = client
        .data(&operation("Register"), json!({ "input": input }))
        .await;
    assert_eq!(data["register"]["verificationRequired"], true);
    let letter = letter_to(data_dir, email).await;
    let input = json!({ "email": email, "code": letter.code() });
    let data = client
        .data(&operation("VerifyEmail"), json!({ "input": input }))
        .await;
    assert_eq!(data["verifyEmail"]["user"]["name"], email);
    client.login(email, PASSWORD).await
}

/// Somebody in the same tenant who may only read.
async fn be_a_viewer(kim: Client, owner: &Client, tenant: &str, form: &str) {
    let id = kim.data("{ viewer { id name } }", json!({})).await["viewer"]["id"].take();
    let input = json!({ "tenantId": tenant, "userId": id, "role": "viewer" });
    let added = owner
        .data(&operation("AddMember"), json!({ "input": input }))
        .await;
    assert_eq!(
        added["addTenantMember"]["membership"]["role"]["name"],
        "Viewer"
    );

    let kim = kim.switch_tenant(tenant).await;
    let home = kim.data(&operation("Home"), json!({})).await;
    let menu = &home["viewer"]["menu"]["items"][0]["children"];
    assert_eq!(
        labels(&menu[1]["children"]),
        ["List tickets", "Show a ticket"]
    );
    let services = &home["viewer"]["currentTenant"]["services"]["nodes"];
    let endpoints = services[0]["service"]["endpoints"]["nodes"]
        .as_array()
        .expect("a list");
    assert!(
        endpoints.iter().all(|endpoint| endpoint["method"] == "GET"),
        "{endpoints:?}"
    );

    let query = "query ($id: ID!) { form(id: $id) { id } }";
    assert_eq!(
        kim.data(query, json!({ "id": form })).await["form"],
        Value::Null
    );
    let input = json!({ "input": { "formId": form, "data": {} } });
    assert_eq!(kim.code(&operation("Submit"), input).await, "NOT_FOUND");
}

/// Somebody who owns another tenant.
async fn be_a_stranger(stranger: Client, service: &str, form: &str) {
    let stranger = stranger.in_new_tenant("Umbrella").await;
    let query = "query ($service: ID!, $form: ID!) {
        service(id: $service) { id } form(id: $form) { id } services { nodes { id } }
        viewer { menu { items { id } } notifications { nodes { id } } currentTenant { availableServices { nodes { id } } } }
    }";
    let data = stranger
        .data(query, json!({ "service": service, "form": form }))
        .await;
    let nothing = json!({
        "service": null, "form": null, "services": { "nodes": [] },
        "viewer": {
            "menu": { "items": [] }, "notifications": { "nodes": [] },
            "currentTenant": { "availableServices": { "nodes": [] } },
        },
    });
    assert_eq!(data, nothing);
    let input = json!({ "input": { "serviceId": service } });
    assert_eq!(
        stranger.code(&operation("Subscribe"), input).await,
        "NOT_FOUND"
    );
    let input = json!({ "input": { "formId": form, "data": {} } });
    assert_eq!(
        stranger.code(&operation("Submit"), input).await,
        "NOT_FOUND"
    );
}

fn form_of(home: &Value, method: &str, path: &str) -> String {
    let services = &home["viewer"]["currentTenant"]["services"]["nodes"];
    text(&endpoint(&services[0]["service"], method, path)["form"]["id"]).to_owned()
}

fn endpoint<'a>(service: &'a Value, method: &str, path: &str) -> &'a Value {
    let endpoints = service["endpoints"]["nodes"].as_array().expect("a list");
    let wanted = |one: &&Value| one["method"] == method && one["path"] == path;
    endpoints
        .iter()
        .find(wanted)
        .expect("the endpoint is there")
}

fn field<'a>(service: &'a Value, method: &str, path: &str, pointer: &str) -> &'a Value {
    let fields = endpoint(service, method, path)["form"]["fields"]
        .as_array()
        .expect("a list");
    fields
        .iter()
        .find(|field| field["pointer"] == pointer)
        .expect("the field is there")
}

fn labels(items: &Value) -> Vec<&str> {
    items
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| text(&item["label"]))
        .collect()
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("expected a text and not {value}"))
}
