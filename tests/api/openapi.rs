//! The OpenAPI document is what it says it is.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, document: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(target)) = fields.get("$ref") {
                    let pointer = target.strip_prefix('#').expect("a local reference");
                    assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
                }
                fields.values().for_each(|inner| walk(inner, document));
            }
            Value::Array(items) => items.iter().for_each(|inner| walk(inner, document)),
            _ => {}
        }
    }
    let document = platform::api::document();
    walk(&document, &document);
}

#[test]
fn every_operation_is_described() {
    let document = platform::api::document();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} stands twice");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{id} has no summary");
            let empty = Vec::new();
            let in_path =
                operation["parameters"].as_array().unwrap_or(&empty).iter().filter(|p| p["in"] == "path").count();
            assert_eq!(in_path, path.matches('{').count(), "{method} {path}");
        }
    }
    assert!(ids.len() > 25);
}

#[test]
fn the_validator_accepts_it() {
    let found =
        Command::new("openapi-spec-validator").arg("--help").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("openapi-spec-validator is not installed (scripts/peers does it): not validated");
        return;
    }
    let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    std::fs::write(file.path(), platform::api::document().to_string()).unwrap();
    let output = Command::new("openapi-spec-validator").arg(file.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
