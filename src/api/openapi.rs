//! The OpenAPI 3.1 document, made from the operations themselves.

use serde_json::{Map, Value, json};
use utoipa::PartialSchema;

use crate::error::{ErrorKind, Problem, TABLE};
use crate::model::Permission;
use crate::operation::{self, Operation, Visitor};
use crate::services::each_operation;

/// The document.
pub fn document() -> Value {
    let mut describe = Describe::default();
    describe.schemas.insert("Problem".into(), json!(Problem::schema()));
    describe.collect(Problem::schemas_of());
    each_operation(&mut describe);
    describe.probes();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "platform",
            "version": env!("CARGO_PKG_VERSION"),
            "description": env!("CARGO_PKG_DESCRIPTION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": describe.paths,
        "components": {
            "schemas": describe.schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    })
}

type Schemas = Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>;

trait SchemasOf {
    fn schemas_of() -> Schemas;
}

impl<T: utoipa::ToSchema> SchemasOf for T {
    fn schemas_of() -> Schemas {
        let mut all = Vec::new();
        T::schemas(&mut all);
        all
    }
}

#[derive(Default)]
struct Describe {
    paths: Map<String, Value>,
    schemas: Map<String, Value>,
}

impl Describe {
    fn collect(&mut self, schemas: Schemas) {
        for (name, schema) in schemas {
            self.schemas.insert(name, json!(schema));
        }
    }

    fn add(&mut self, path: &str, method: &str, operation: Value) {
        let item = self.paths.entry(path).or_insert_with(|| json!({}));
        item[method.to_lowercase()] = operation;
    }

    /// A reference to the answer's schema; lists say what they are lists of.
    fn answer<T: utoipa::ToSchema>(&mut self) -> Value {
        self.collect(T::schemas_of());
        let schema = json!(T::schema());
        if schema["type"] == "array" {
            return schema;
        }
        let name = T::name().into_owned();
        self.schemas.insert(name.clone(), schema);
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// The endpoints that are no operations.
    fn probes(&mut self) {
        let plain = |id: &str, summary: &str, kind: &str| {
            let content =
                json!({kind: {"schema": {"type": if kind == "application/json" { "object" } else { "string" }}}});
            json!({"operationId": id, "summary": summary, "security": [], "tags": ["probes"],
                   "responses": {"200": {"description": "It is so", "content": content}}})
        };
        self.add("/livez", "get", plain("IsAlive", "Whether the daemon runs at all", "text/plain"));
        let mut ready = plain("IsReady", "Whether the daemon can serve requests", "application/json");
        ready["responses"]["503"] = json!({"description": "It cannot",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/HealthReport"}}}});
        self.add("/readyz", "get", ready);
        self.add("/metrics", "get", plain("GetMetrics", "Metrics in Prometheus's text format", "text/plain"));
        self.add("/openapi.json", "get", plain("GetOpenApi", "This document", "application/json"));
    }
}

impl Visitor for Describe {
    fn visit<O: Operation>(&mut self) {
        let route = O::ROUTE;
        self.collect(O::schemas_of());
        let mut input = json!(O::schema());
        let summary = input["description"].take();
        let summary = summary.as_str().and_then(|text| text.lines().next()).unwrap_or_default().to_owned();
        let required: Vec<Value> = input["required"].as_array().cloned().unwrap_or_default();
        let mut fields = input["properties"].as_object().cloned().unwrap_or_default();

        let mut parameters = Vec::new();
        for name in route.placeholders() {
            let schema = fields.remove(name).unwrap_or_else(|| json!({"type": "string"}));
            parameters.push(parameter(name, "path", true, schema));
        }
        let mut described = json!({
            "operationId": operation::name::<O>(),
            "summary": summary,
            "tags": [tag(route.path)],
            "x-permission": O::NEEDS.name(),
            "security": if O::NEEDS == Permission::Public { json!([]) } else { json!([{"token": []}]) },
        });
        if route.method.has_query() {
            for (name, schema) in fields {
                let needed = required.iter().any(|required| *required == name);
                parameters.push(parameter(&name, "query", needed, schema));
            }
        } else if !fields.is_empty() {
            let required: Vec<_> =
                required.into_iter().filter(|name| fields.contains_key(name.as_str().unwrap_or_default())).collect();
            let needed = !required.is_empty();
            let mut schema = json!({"type": "object", "properties": fields, "additionalProperties": false});
            if needed {
                schema["required"] = json!(required);
            }
            let name = operation::name::<O>();
            self.schemas.insert(name.into(), schema);
            let reference = json!({"$ref": format!("#/components/schemas/{name}")});
            described["requestBody"] =
                json!({"required": needed, "content": {"application/json": {"schema": reference}}});
        }
        described["parameters"] = json!(parameters);
        let answer = self.answer::<O::Output>();
        described["responses"] = responses(answer);
        self.add(route.path, route.method.name(), described);
    }
}

fn parameter(name: &str, place: &str, required: bool, mut schema: Value) -> Value {
    let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let mut made = json!({"name": name, "in": place, "required": required, "schema": schema});
    if let Some(description) = description {
        made["description"] = description;
    }
    made
}

/// The noun of a path.
fn tag(path: &str) -> &str {
    path.trim_start_matches("/v1").split('/').nth(1).unwrap_or_default()
}

fn responses(answer: Value) -> Value {
    let mut all = json!({"200": {"description": "Done", "content": {"application/json": {"schema": answer}}}});
    let problem = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    for (kind, _, status, meaning) in TABLE {
        if kind == ErrorKind::Settings {
            // Settings are wrong before anything is served.
            continue;
        }
        let key = status.to_string();
        let known = all[&key]["description"].as_str().map(|earlier| format!("{earlier}; or {meaning}"));
        all[key] = json!({"description": known.unwrap_or_else(|| meaning.into()), "content": problem});
    }
    all
}
