//! Types as JSON: read from the signatures of built-ins, written into the details of errors.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::lattice::{Arg, Dynamic, Function, Type};
use crate::value::Value;

/// A type as JSON, `null` where it is not known.
pub(super) fn to_json(of: Option<&Type>) -> Json {
    let Some(of) = of else { return Json::Null };
    let mut map = Map::new();
    if let Type::Recursive(recursive) = of {
        map.insert("name".to_owned(), recursive.name.as_str().into());
        return Json::Object(map);
    }
    map.insert("type".to_owned(), kind(of).into());
    match of {
        Type::Array(array) => {
            put_list(&mut map, "static", array.items.iter().map(|item| to_json(item.as_ref())));
            put(&mut map, "dynamic", array.dynamic.as_ref());
        }
        Type::Object(object) => {
            let property = |(key, value): &(Value, Option<Type>)| json!({"key": key, "value": to_json(value.as_ref())});
            put_list(&mut map, "static", object.properties.iter().map(property));
            if let Some(Dynamic { key, value }) = &object.dynamic {
                let dynamic = json!({"key": to_json(key.as_ref()), "value": to_json(value.as_ref())});
                map.insert("dynamic".to_owned(), dynamic);
            }
        }
        Type::Set(set) => put(&mut map, "of", set.of.as_ref()),
        Type::Union(union) => put_list(&mut map, "of", union.of.iter().map(|of| to_json(Some(of)))),
        Type::Function(function) => {
            put_list(&mut map, "args", function.args.iter().map(arg_to_json));
            put(&mut map, "result", function.result_type());
            put(&mut map, "variadic", function.variadic.as_ref());
        }
        _ => {}
    }
    Json::Object(map)
}

/// An operand: its type, and its name where it has one.
pub(super) fn arg_to_json(arg: &Arg) -> Json {
    let mut json = to_json(arg.of.as_ref());
    if let (Some(name), Json::Object(map)) = (&arg.name, &mut json) {
        map.insert("name".to_owned(), name.as_ref().into());
    }
    json
}

/// What a call wants: `args`, and `variadic` where there can be more.
pub(super) fn args_to_json(args: &[Arg], variadic: Option<&Type>) -> Json {
    let mut map = Map::new();
    put_list(&mut map, "args", args.iter().map(arg_to_json));
    put(&mut map, "variadic", variadic);
    Json::Object(map)
}

fn put(map: &mut Map<String, Json>, name: &str, of: Option<&Type>) {
    if of.is_some() {
        map.insert(name.to_owned(), to_json(of));
    }
}

fn put_list(map: &mut Map<String, Json>, name: &str, items: impl ExactSizeIterator<Item = Json>) {
    if items.len() > 0 {
        map.insert(name.to_owned(), items.collect());
    }
}

fn kind(of: &Type) -> &'static str {
    match of {
        Type::Null => "null",
        Type::Boolean => "boolean",
        Type::Number => "number",
        Type::String => "string",
        Type::Array(_) => "array",
        Type::Object(_) => "object",
        Type::Set(_) => "set",
        Type::Any | Type::Union(_) => "any",
        Type::Function(_) => "function",
        Type::Recursive(_) => "recursive",
    }
}

/// The type that JSON of this form describes; None where it is of no such form.
pub fn from_json(json: &Json) -> Option<Type> {
    let part = |name: &str| json.get(name).and_then(from_json);
    let parts = |name: &str| json.get(name).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    Some(match json.get("type")?.as_str()? {
        "null" => Type::Null,
        "boolean" => Type::Boolean,
        "number" => Type::Number,
        "string" => Type::String,
        "array" => Type::array(parts("static").iter().map(from_json).collect(), part("dynamic")),
        "object" => {
            let property = |json: &Json| {
                let key = Value::from_json(&json.get("key")?.to_string()).ok()?;
                Some((key, from_json(json.get("value")?)))
            };
            let dynamic = json.get("dynamic").map(|dynamic| Dynamic {
                key: dynamic.get("key").and_then(from_json),
                value: dynamic.get("value").and_then(from_json),
            });
            Type::object(parts("static").iter().filter_map(property).collect(), dynamic)
        }
        "set" => Type::set(part("of")),
        "any" => {
            let mut of: Vec<Type> = parts("of").iter().filter_map(from_json).collect();
            of.sort();
            if of.is_empty() { Type::Any } else { Type::declared_union(of) }
        }
        "function" => Type::Function(Arc::new(Function {
            args: parts("args").iter().map(|arg| Arg::unnamed(from_json(arg))).collect(),
            variadic: part("variadic"),
            result: part("result").map(|of| Arg::unnamed(Some(of))),
        })),
        _ => return None,
    })
}

/// The type of a built-in function, from its entry in the signatures.
pub(super) fn signature(entry: &Json) -> Option<Type> {
    let Type::Function(function) = from_json(entry.get("decl")?)? else { return None };
    let mut function = Function::clone(&function);
    let names = entry.get("names").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let name = |at: usize| names.get(at).and_then(Json::as_str).map(Arc::from);
    let results = function.args.len();
    for (at, arg) in function.args.iter_mut().enumerate() {
        arg.name = name(at);
    }
    if let Some(result) = &mut function.result {
        result.name = name(results);
    }
    Some(Type::Function(Arc::new(function)))
}
