//! The contract: GraphiQL is the manual, so nothing in it goes without a description.

use serde_json::{Value, json};
use testkit::{Backend, Portico};

#[tokio::test]
async fn everything_is_described() {
    let portico = Portico::start(Backend::Sqlite).await;
    let query = "{ __schema { types {
        name description
        fields(includeDeprecated: true) { name description args { name description } }
        inputFields { name description }
        enumValues(includeDeprecated: true) { name description }
    } } }";
    let schema = portico.client().data(query, json!({})).await;
    let mut silent = Vec::new();
    for ty in list(&schema["__schema"]["types"]) {
        let name = ty["name"].as_str().expect("a type has a name");
        if name.starts_with("__") {
            continue;
        }
        look(name, ty, &mut silent);
        for field in list(&ty["fields"]) {
            let field_name = format!("{name}.{}", field["name"]);
            look(&field_name, field, &mut silent);
            for argument in list(&field["args"]) {
                look(
                    &format!("{field_name}({})", argument["name"]),
                    argument,
                    &mut silent,
                );
            }
        }
        for value in list(&ty["inputFields"])
            .iter()
            .chain(list(&ty["enumValues"]))
        {
            look(&format!("{name}.{}", value["name"]), value, &mut silent);
        }
    }
    assert!(
        silent.is_empty(),
        "without a description, or with Rust in it: {silent:#?}"
    );
}

fn look(name: &str, element: &Value, silent: &mut Vec<String>) {
    let description = element["description"].as_str().unwrap_or_default();
    let rust = ["Option<", "Vec<", "DateTime<", "Result<", "impl ", "::"];
    if description.trim().is_empty() || rust.iter().any(|word| description.contains(word)) {
        silent.push(name.to_owned());
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
