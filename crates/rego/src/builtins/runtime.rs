//! `opa.runtime` and `trace`.

use super::{Context, Failure, Function, Outcome, string};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[("opa.runtime", runtime), ("trace", trace)];

/// The runtime information, with what is secret in its configuration left out.
fn runtime(cx: &mut Context<'_>, _: &[Value]) -> Outcome {
    let runtime = &cx.env.runtime;
    let Value::Object(parts) = runtime else { return Ok(Some(Value::object([]))) };
    let Some(Value::Object(config)) = runtime.field("config") else { return Ok(Some(runtime.clone())) };
    let mut config = (**config).clone();
    for (section, secrets) in [("services", &["credentials"][..]), ("keys", &["key", "private_key"])] {
        if let Some(entries) = config.get(&section.into()).filter(|entries| !matches!(entries, Value::Null)) {
            let redacted = without_secrets(section, entries, secrets)?;
            config.insert(section.into(), redacted);
        }
    }
    let mut parts = (**parts).clone();
    parts.insert("config".into(), Value::Object(config.into()));
    Ok(Some(Value::Object(parts.into())))
}

fn without_secrets(section: &str, entries: &Value, secrets: &[&str]) -> Result<Value, Failure> {
    let redact = |entry: &Value| match entry {
        Value::Object(entry) => {
            let mut entry = (**entry).clone();
            for secret in secrets {
                entry.remove(&(*secret).into());
            }
            Ok(Value::Object(entry.into()))
        }
        _ => Err(Failure::from("type assertion error")),
    };
    match entries {
        Value::Array(items) if section == "services" => {
            Ok(Value::Array(items.iter().map(redact).collect::<Result<Vec<_>, _>>()?.into()))
        }
        Value::Object(entries) => {
            let entries: Result<Vec<_>, Failure> =
                entries.iter().map(|(name, entry)| Ok((name.clone(), redact(entry)?))).collect();
            Ok(Value::object(entries?))
        }
        other => {
            let section = section.strip_suffix('s').filter(|name| *name == "service").unwrap_or(section);
            Err(format!("illegal {section} config type: {}", super::json::go_type(other)).into())
        }
    }
}

/// Notes are for traces, which only the evaluator can write; the call itself always holds.
fn trace(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    string(operands, 1)?;
    Ok(Some(true.into()))
}
