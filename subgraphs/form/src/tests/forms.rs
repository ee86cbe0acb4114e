use kit::id::{EndpointId, FormId};
use serde_json::{Value, json};
use testkit::Backend;

use super::world::{WRITE, World, order};

testkit::on_both![
    the_form_of_an_endpoint_comes_from_its_schema_alone,
    a_form_is_there_as_soon_as_its_endpoint_is,
    both_ways_to_a_form_show_one_version,
    a_form_is_shown_to_subscribers_with_the_permission_only,
    a_stranger_sees_nothing,
];

const ENTITIES: &str = "query($endpoints: [_Any!]!) { _entities(representations: $endpoints) { ... on Endpoint { form {
    id title description version acceptsUnknownProperties warnings endpoint { id }
    fields { __typename pointer name label required nullable readOnly deprecated defaultValue warnings
        ... on TextField { minLength maxLength pattern format multiline }
        ... on NumberField { integer minimum maximum acceptsText }
        ... on SelectField { options { value label } }
        ... on GroupField { groupFields: fields { pointer } }
        ... on ListField { item { __typename pointer ... on RecursiveField { repeats } } minItems uniqueItems }
    }
} } } }";

fn endpoint(schema: Value) -> Value {
    json!({ "__typename": "Endpoint", "id": EndpointId::new(), "title": "Place an order", "description": "d", "requestSchema": schema })
}

async fn the_form_of_an_endpoint_comes_from_its_schema_alone(backend: Backend) {
    let world = World::start(backend).await;
    let viewer = world.test.viewer(&[]);
    let schema = json!({
        "properties": {
            "path": { "type": "object", "properties": { "shop": { "type": "string" } } },
            "query": { "type": "object", "properties": {
                "id": { "type": "integer", "format": "int64", "maximum": 9_223_372_036_854_775_807_i64 },
                "sort": { "enum": ["asc", "desc", null], "default": "asc" },
                "odd": { "oneOf": [{ "type": "string" }, { "type": "integer" }] },
            } },
            "body": { "$ref": "#/$defs/node" },
        },
        "$defs": { "node": { "type": "object", "properties": {
            "children": { "type": "array", "items": { "$ref": "#/$defs/node" }, "minItems": 1 },
        } } },
    });
    let asked = endpoint(schema);
    let id = asked["id"].as_str().unwrap().replace("ep_", "form_");
    let answer = world
        .data(&viewer, ENTITIES, json!({ "endpoints": [asked] }))
        .await;
    let form = &answer["_entities"][0]["form"];
    assert_eq!(form["id"], json!(id));
    assert_eq!(form["endpoint"]["id"], asked["id"]);
    assert_eq!(
        (&form["title"], &form["description"]),
        (&json!("Place an order"), &json!("d"))
    );
    let fields = form["fields"].as_array().unwrap();
    let shown: Vec<_> = fields
        .iter()
        .map(|field| {
            (
                field["pointer"].as_str().unwrap(),
                field["__typename"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("/path/shop", "TextField"),
            ("/query/id", "NumberField"),
            ("/query/sort", "SelectField"),
            ("/query/odd", "JsonField"),
            ("/body", "GroupField"),
        ]
    );
    assert_eq!(
        (&fields[0]["minLength"], &fields[0]["required"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(
        (&fields[1]["maximum"], &fields[1]["acceptsText"]),
        (&json!("9223372036854775807"), &json!(true))
    );
    assert_eq!(
        fields[2]["options"][2],
        json!({ "value": null, "label": "None" })
    );
    assert_eq!(
        (&fields[2]["nullable"], &fields[2]["defaultValue"]),
        (&json!(true), &json!("asc"))
    );
    assert_eq!(
        fields[4]["groupFields"],
        json!([{ "pointer": "/body/children" }])
    );
    let warning = "\"oneOf\" at /query/odd has no field of its own; enter the value as JSON";
    assert_eq!(
        (&form["warnings"], &fields[3]["warnings"]),
        (&json!([warning]), &json!([warning]))
    );

    let hostile = [
        json!({}),
        json!({ "properties": 7 }),
        json!(true),
        json!(null),
        json!({ "$ref": "#" }),
    ];
    let endpoints: Vec<Value> = hostile.into_iter().map(endpoint).collect();
    let answer = world
        .data(&viewer, ENTITIES, json!({ "endpoints": endpoints }))
        .await;
    let has_form: Vec<bool> = (0..5)
        .map(|at| answer["_entities"][at]["form"].is_object())
        .collect();
    assert_eq!(has_form, [true, true, false, false, true]);
}

const FORM: &str =
    "query($id: ID!) { form(id: $id) { id title jsonSchema submissions { totalCount } } }";

async fn a_form_is_there_as_soon_as_its_endpoint_is(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let form = world.announce_endpoint(&owner, order()).await;
    let answer = world.data(&owner, FORM, json!({ "id": form })).await;
    assert_eq!(answer["form"]["title"], "Place an order");
    assert_eq!(
        answer["form"]["jsonSchema"]["properties"]["body"]["required"],
        json!(["item", "count"])
    );
    assert_eq!(answer["form"]["submissions"]["totalCount"], 0);
}

async fn both_ways_to_a_form_show_one_version(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let mut new = order();
    new.schema["properties"]["body"]["properties"]["price"] =
        json!({ "type": "number", "multipleOf": 0.01, "maximum": 1e3, "title": "Preis in €" });
    let asked = endpoint(new.schema.clone());
    let form = world.announce_endpoint(&owner, new).await;
    let by_endpoint = world
        .data(&owner, ENTITIES, json!({ "endpoints": [asked] }))
        .await;
    let query = "query($id: ID!) { form(id: $id) { version } }";
    let by_id = world.data(&owner, query, json!({ "id": form })).await;
    assert_eq!(
        by_endpoint["_entities"][0]["form"]["version"],
        by_id["form"]["version"]
    );
}

async fn a_form_is_shown_to_subscribers_with_the_permission_only(backend: Backend) {
    let world = World::start(backend).await;
    let owner = world.member(&[WRITE]).await;
    let url = world.outside.url("");
    let (form, service) = world.announce_endpoint_at(&owner, order(), url).await;
    let subscriber = world.member(&["service.*:write"]).await;
    let sees = async |viewer: &kit::Viewer| {
        let answer = world.data(viewer, FORM, json!({ "id": form })).await;
        answer["form"].is_object()
    };
    assert!(sees(&owner).await);
    assert!(!sees(&subscriber).await, "not subscribed yet");
    world
        .announce_subscription(subscriber.tenant.unwrap(), service)
        .await;
    assert!(sees(&subscriber).await, "subscribed");
    let reader = world
        .test
        .viewer_in(owner.tenant.unwrap(), &["service.*:read"]);
    assert!(!sees(&reader).await, "lacks the permission");
    let nowhere = kit::Viewer {
        tenant: None,
        ..owner.clone()
    };
    assert!(!sees(&nowhere).await, "is in no tenant");
    let missing = world
        .data(&owner, FORM, json!({ "id": FormId::new() }))
        .await;
    assert_eq!(missing["form"], Value::Null);
}

async fn a_stranger_sees_nothing(backend: Backend) {
    let world = World::start(backend).await;
    for query in [
        "{ form(id: \"form_01h2xcejqtf2nbrexx3vqjhp41\") { id } }",
        "{ formSubmission(id: \"sbm_01h2xcejqtf2nbrexx3vqjhp41\") { id } }",
        "mutation { submitForm(input: { formId: \"form_01h2xcejqtf2nbrexx3vqjhp41\", data: {} }) { __typename } }",
        "{ _entities(representations: [{ __typename: \"Endpoint\", id: \"ep_01h2xcejqtf2nbrexx3vqjhp41\" }]) { __typename } }",
        "{ _entities(representations: [{ __typename: \"Form\", id: \"form_01h2xcejqtf2nbrexx3vqjhp41\" }]) { __typename } }",
        "{ _entities(representations: [{ __typename: \"FormSubmission\", id: \"sbm_01h2xcejqtf2nbrexx3vqjhp41\" }]) { __typename } }",
    ] {
        let answer = world.ask(None, query, json!({})).await;
        assert_eq!(answer["errors"][0]["code"], "UNAUTHENTICATED", "{query}");
    }
    let viewer = world.member(&["*:*"]).await;
    let answer = world
        .ask(Some(&viewer), "{ form(id: \"x\") { id } }", json!({}))
        .await;
    assert_eq!(answer["errors"][0]["code"], "BAD_USER_INPUT");
}
