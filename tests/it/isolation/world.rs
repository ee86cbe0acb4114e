//! A tenant with something of everything in it, and the people who look at it.

use serde_json::{Value, json};
use testkit::{Client, DemoService, eventually};

/// What is on this side of the wall, and who is on which side.
pub(crate) struct World {
    /// Nobody, signed out.
    pub(crate) nobody: Client,
    pub(crate) owner: Client,
    pub(crate) refresh_token: String,
    /// In the owner's tenant, with the role `viewer`.
    pub(crate) reader: Client,
    /// Owns another tenant.
    pub(crate) stranger: Client,
    pub(crate) ids: Ids,
}

/// Ids and names of what the owner has.
pub(crate) struct Ids {
    pub(crate) user: String,
    pub(crate) tenant: String,
    pub(crate) tenant_slug: String,
    pub(crate) service: String,
    pub(crate) service_slug: String,
    pub(crate) form: String,
    pub(crate) submission: String,
    pub(crate) menu_item: String,
    pub(crate) notification: String,
    pub(crate) session: String,
    pub(crate) api_key: String,
    pub(crate) role: String,
    pub(crate) invitation: String,
}

impl World {
    /// Makes it on a platform whose health checks come quickly.
    pub(crate) async fn build(client: &Client) -> Self {
        let mut desk = DemoService::start().await;
        let owner = client.register("owner@example.com").await;
        let user = owner.data("{ viewer { id } }", json!({})).await["viewer"]["id"].take();
        let owner = owner.in_new_tenant("Owned").await;
        let (service, form) = import(&owner, &desk).await;
        let submission = submit(&owner, &form).await;
        let menu_item = menu_item(&owner).await;
        desk.stop();
        let notification = notification(&owner).await;

        let tenant = owner
            .data(
                "{ viewer { currentTenant { id slug } } session { id } }",
                json!({}),
            )
            .await;
        let session = text(&tenant["session"]["id"]).to_owned();
        let tenant = &tenant["viewer"]["currentTenant"];
        let api_key = api_key(&owner).await;
        let reader = reader(client, &owner, text(&tenant["id"])).await;
        let role = role(&owner).await;
        let invitation = invitation(&owner, text(&tenant["id"])).await;
        let stranger = client.register("stranger@example.com").await;
        let ids = Ids {
            user: text(&user).to_owned(),
            tenant: text(&tenant["id"]).to_owned(),
            tenant_slug: text(&tenant["slug"]).to_owned(),
            service,
            service_slug: "help-desk".to_owned(),
            form,
            submission,
            menu_item,
            notification,
            session,
            api_key,
            role,
            invitation,
        };
        Self {
            refresh_token: refresh_token(client).await,
            stranger: stranger.in_new_tenant("Elsewhere").await,
            nobody: client.clone(),
            owner,
            reader,
            ids,
        }
    }
}

impl Ids {
    /// Ids of the same kinds that nothing has.
    pub(crate) fn missing() -> Self {
        let id = |prefix: &str| format!("{prefix}_01k00000000000000000000000");
        Self {
            user: id("user"),
            tenant: id("ten"),
            tenant_slug: "missing".to_owned(),
            service: id("svc"),
            service_slug: "missing".to_owned(),
            form: id("form"),
            submission: id("sbm"),
            menu_item: id("menu"),
            notification: id("ntf"),
            session: id("ses"),
            api_key: id("key"),
            role: id("role"),
            invitation: id("inv"),
        }
    }

    /// The one that `samples` calls by this name.
    pub(crate) fn named(&self, name: &str) -> &str {
        match name {
            "user" => &self.user,
            "tenant" => &self.tenant,
            "service" => &self.service,
            "form" => &self.form,
            "submission" => &self.submission,
            "menu_item" => &self.menu_item,
            "notification" => &self.notification,
            "session" => &self.session,
            "api_key" => &self.api_key,
            "role" => &self.role,
            "invitation" => &self.invitation,
            // Whose, only another provider could say.
            "identity" => "idn_01k00000000000000000000000",
            _ => panic!("there is nothing called {name}"),
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        [
            &self.user,
            &self.tenant,
            &self.service,
            &self.form,
            &self.submission,
            &self.menu_item,
            &self.notification,
            &self.session,
            &self.api_key,
            &self.role,
            &self.invitation,
        ]
        .into_iter()
        .map(String::as_str)
    }

    /// An answer about these with the names of those, so that the two can be compared.
    pub(crate) fn renamed(&self, answer: &Value, those: &Self) -> Value {
        let mut text = answer.to_string();
        let slugs = [
            (&self.tenant_slug, &those.tenant_slug),
            (&self.service_slug, &those.service_slug),
        ];
        let ids = self.all().zip(those.all());
        for (from, to) in ids.chain(slugs.map(|(from, to)| (from.as_str(), to.as_str()))) {
            text = text.replace(from, to);
        }
        serde_json::from_str(&text).expect("it was JSON before")
    }
}

async fn import(owner: &Client, desk: &DemoService) -> (String, String) {
    let import = "mutation ($url: URL!) {
        importOpenApi(input: { url: $url, healthCheck: { path: \"/health\" } }) {
            service { id endpoints(filter: { method: POST }) { nodes { form { id } } } }
        }
    }";
    let data = owner
        .data(import, json!({ "url": desk.description() }))
        .await;
    let service = &data["importOpenApi"]["service"];
    let subscribe = "mutation ($id: ID!) { subscribeToService(input: { serviceId: $id }) { tenantService { id } } }";
    owner.data(subscribe, json!({ "id": service["id"] })).await;
    let form = &service["endpoints"]["nodes"][0]["form"]["id"];
    (text(&service["id"]).to_owned(), text(form).to_owned())
}

async fn submit(owner: &Client, form: &str) -> String {
    let submit = "mutation ($input: SubmitFormInput!) { submitForm(input: $input) { ... on FormSubmission { id } } }";
    let data = json!({ "body": { "title": "Help", "reporter": "a@b.example", "priority": "low" } });
    let input = json!({ "input": { "formId": form, "data": data } });
    text(&owner.data(submit, input).await["submitForm"]["id"]).to_owned()
}

async fn menu_item(owner: &Client) -> String {
    eventually("the service is in the menu and up", async || {
        let query = "{ viewer { menu { items { id health { state } } } } }";
        let data = owner.data(query, json!({})).await;
        let item = &data["viewer"]["menu"]["items"][0];
        (item["health"]["state"] == "UP").then(|| text(&item["id"]).to_owned())
    })
    .await
}

async fn notification(owner: &Client) -> String {
    eventually("the service is reported down", async || {
        let query = "{ viewer { notifications { nodes { id } } } }";
        let data = owner.data(query, json!({})).await;
        let id = data["viewer"]["notifications"]["nodes"][0]["id"].as_str();
        id.map(str::to_owned)
    })
    .await
}

async fn api_key(owner: &Client) -> String {
    let create =
        "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }";
    let input = json!({ "name": "Sync", "owner": "TENANT", "scopes": ["service:read"] });
    let data = owner.data(create, json!({ "input": input })).await;
    text(&data["createApiKey"]["apiKey"]["id"]).to_owned()
}

async fn reader(client: &Client, owner: &Client, tenant: &str) -> Client {
    let reader = client.register("reader@example.com").await;
    let user = reader.data("{ viewer { id } }", json!({})).await["viewer"]["id"].take();
    let add = "mutation ($input: AddTenantMemberInput!) { addTenantMember(input: $input) { membership { id } } }";
    let input = json!({ "tenantId": tenant, "userId": user, "role": "viewer" });
    owner.data(add, json!({ "input": input })).await;
    reader.switch_tenant(tenant).await
}

async fn role(owner: &Client) -> String {
    let create = "mutation { createRole(input: { slug: \"clerk\", name: \"Clerk\", permissions: [\"user:read\"] }) { role { id } } }";
    let data = owner.data(create, json!({})).await;
    text(&data["createRole"]["role"]["id"]).to_owned()
}

async fn invitation(owner: &Client, tenant: &str) -> String {
    let invite = "mutation ($input: InviteTenantMemberInput!) { inviteTenantMember(input: $input) { invitation { id } } }";
    let input = json!({ "tenantId": tenant, "email": "guest@example.com", "roles": ["viewer"] });
    let data = owner.data(invite, json!({ "input": input })).await;
    text(&data["inviteTenantMember"]["invitation"]["id"]).to_owned()
}

async fn refresh_token(client: &Client) -> String {
    let login = "mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { refreshToken } } }";
    let input = json!({ "email": "owner@example.com", "password": testkit::PASSWORD });
    let data = client.data(login, json!({ "input": input })).await;
    text(&data["login"]["refreshToken"]).to_owned()
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("expected a text and not {value}"))
}
