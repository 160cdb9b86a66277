//! Route round trip: what the client takes apart, the server puts together again.

use platform::backend::request;
use platform::operation::{self, Operation};
use platform::services::policy::PutPolicy;
use platform::services::search::{RemoveDocument, SearchDocuments};
use platform::services::user::ListUsers;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Reads a request the way the API does: path by its template, query by the schema, body as JSON.
fn receive<O: Operation>(url: &reqwest::Url, body: Option<Value>) -> O {
    let mut fields = match body {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let schema = json!(O::schema());
    for (name, text) in url.query_pairs() {
        let kind = schema["properties"][&*name]["type"].to_string();
        let number = kind.contains("integer") || kind.contains("boolean");
        let value = if number { serde_json::from_str(&text).unwrap() } else { Value::String(text.into()) };
        fields.insert(name.into(), value);
    }
    // Each placeholder takes exactly one segment, percent-decoded.
    let segments: Vec<&str> = url.path().split('/').collect();
    let template: Vec<&str> = O::ROUTE.path.split('/').collect();
    assert_eq!(segments.len(), template.len(), "{url} does not fit {}", O::ROUTE.path);
    for (segment, template) in segments.into_iter().zip(template) {
        match template.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            Some(name) => {
                let decoded: String = form_urlencoded::parse(format!("x={}", segment.replace('+', "%2B")).as_bytes())
                    .next()
                    .unwrap()
                    .1
                    .into();
                fields.insert(name.into(), Value::String(decoded));
            }
            None => assert_eq!(segment, template),
        }
    }
    operation::from_fields(Value::Object(fields)).unwrap()
}

fn round_trip<O: Operation>(sent: &O) {
    if operation::check_path(sent).is_err() {
        // Refused before it travels, on every face.
        return;
    }
    let base = "http://127.0.0.1:1".parse().unwrap();
    let (url, body) = request(&base, sent).unwrap();
    // As it travels: text, parsed again at the other end.
    let received: O = receive(&url.as_str().parse().unwrap(), body);
    assert_eq!(json!(sent), json!(received), "{url}");
}

proptest! {
    #[test]
    fn of_a_path_and_a_body(id in "\\PC{1,40}", module in "\\PC{0,40}") {
        round_trip(&PutPolicy { id, module });
    }

    #[test]
    fn of_two_placeholders(source in "[a-z./% ]{1,10}", id in "\\PC{1,40}") {
        round_trip(&RemoveDocument { source, id });
    }

    #[test]
    fn of_a_query(query in "\\PC{0,40}", kind in proptest::option::of("\\PC{1,10}"), limit in 0u32..1000, wait_for: Option<i64>) {
        round_trip(&SearchDocuments { query, kind, limit, wait_for, ..SearchDocuments::default() });
    }

    #[test]
    fn of_defaults_that_are_not_sent(role in proptest::option::of("[a-z ]{0,10}"), after in "\\PC{0,10}", limit in 1i64..10_000) {
        round_trip(&ListUsers { role, after, limit });
    }
}
