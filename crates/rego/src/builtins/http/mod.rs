//! `http.send` and `net.lookup_ip_addr`

mod cache;
mod client;
mod guard;
mod lookup;
mod request;
mod tls;

use std::time::Duration;

use self::{
    cache::{Entry, OfQuery},
    client::{Problem, Response},
    request::Request,
};
use super::{Context, Failure, Function, Outcome, encoding::lossy, json, wrong_type};
use crate::value::{Object, Value};

pub(super) const TABLE: &[(&str, Function)] = &[("http.send", send), ("net.lookup_ip_addr", lookup::lookup_ip_addr)];

/// Fields that a request may have.
const FIELDS: [&str; 28] = [
    "method",
    "url",
    "body",
    "enable_redirect",
    "force_json_decode",
    "force_yaml_decode",
    "headers",
    "raw_body",
    "tls_use_system_certs",
    "tls_ca_cert",
    "tls_ca_cert_file",
    "tls_ca_cert_env_variable",
    "tls_client_cert",
    "tls_client_cert_file",
    "tls_client_cert_env_variable",
    "tls_client_key",
    "tls_client_key_file",
    "tls_client_key_env_variable",
    "tls_insecure_skip_verify",
    "tls_server_name",
    "timeout",
    "cache",
    "force_cache",
    "force_cache_duration_seconds",
    "raise_error",
    "caching_mode",
    "max_retry_attempts",
    "cache_ignored_headers",
];

/// Refuses requests with unknown fields or without a method or URL.
pub(super) fn check_fields(request: &Value, position: usize) -> Result<(), Failure> {
    let Value::Object(fields) = request else { return Err(wrong_type(position, request, &["object"])) };
    let known = |key: &Value| key.as_str().is_some_and(|name| FIELDS.contains(&name));
    let invalid = Value::set(fields.keys().filter(|key| !known(key)).cloned());
    if invalid != Value::set([]) {
        return Err(Failure::Operand(format!("operand {position} invalid request parameters(s): {invalid}")));
    }
    let missing =
        Value::set(["method", "url"].into_iter().filter(|name| fields.field(name).is_none()).map(Value::from));
    if missing != Value::set([]) {
        return Err(Failure::Operand(format!("operand {position} missing required request parameters(s): {missing}")));
    }
    Ok(())
}

/// How an answer is kept and read.
struct Policy {
    /// Whether it may be kept for other queries.
    shared: bool,
    /// Answers of a caching mode that does not exist are not kept.
    store: bool,
    /// For how long in any case, in seconds; 0 leaves it to the server.
    forced_seconds: i64,
    force_json: bool,
    force_yaml: bool,
    retries: u32,
}

fn send(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let Value::Object(fields) = &operands[0] else { return Err(wrong_type(1, &operands[0], &["object"])) };
    let raise = match fields.field("raise_error") {
        None => true,
        Some(Value::Bool(raise)) => *raise,
        Some(_) => return Err("invalid value for raise_error field".into()),
    };
    if let Err(failure) = check_fields(&operands[0], 1) {
        return if raise { Err(failure) } else { Ok(Some(in_result(cx, &failure))) };
    }
    match answer(cx, fields)? {
        Ok(value) => Ok(Some(value)),
        Err(Problem::Timeout { method, url }) if raise => Err(format!("{method} {url}: request timed out").into()),
        Err(Problem::Request(message) | Problem::Network(message)) if raise => Err(message.into()),
        Err(Problem::Operand(message)) if raise => Err(Failure::Operand(message)),
        Err(Problem::Operand(message)) => Ok(Some(in_result(cx, &Failure::Operand(message)))),
        Err(Problem::Request(message)) => Ok(Some(in_result(cx, &Failure::Failed(message)))),
        Err(Problem::Network(message)) => Ok(Some(error_result("eval_http_send_network_error", message))),
        Err(Problem::Timeout { method, url }) => {
            let url = Value::string(url);
            let why = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
            Ok(Some(error_result("eval_http_send_network_error", format!("{method} {url}: {why}"))))
        }
    }
}

/// A failure as the result that is given in the place of raising it.
fn in_result(cx: &Context<'_>, failure: &Failure) -> Value {
    let (code, message) = match failure {
        Failure::Operand(message) => ("eval_type_error", message.clone()),
        Failure::Failed(message) => ("eval_builtin_error", message.clone()),
        Failure::Halt(error) => ("eval_builtin_error", error.message.clone()),
    };
    error_result("eval_http_send_internal_error", format!("{}: {code}: http.send: {message}", cx.location))
}

fn error_result(code: &str, message: String) -> Value {
    let error = Value::object([("code".into(), code.into()), ("message".into(), message.into())]);
    Value::object([("status_code".into(), Value::int(0)), ("error".into(), error)])
}

/// The answer from a cache or from the network.
fn answer(cx: &mut Context<'_>, fields: &Object) -> Result<Result<Value, Problem>, Failure> {
    let (key, policy) = match cache_key(fields).and_then(|key| Ok((key, Policy::parse(fields)?))) {
        Ok(parsed) => parsed,
        Err(message) => return Ok(Err(Problem::Request(message))),
    };
    if let Some(known) = cx.memory.of::<OfQuery>().answers.get(&key) {
        return Ok(known.clone());
    }
    let request = match Request::parse(fields) {
        Ok(request) => request,
        Err(Failure::Operand(message)) => return Ok(Err(Problem::Operand(message))),
        Err(Failure::Failed(message)) => return Ok(Err(Problem::Request(message))),
        Err(halt) => return Err(halt),
    };
    let found = if policy.shared { from_shared(cx, &key, &request, &policy)? } else { None };
    let response = match found {
        Some(response) => Ok(response),
        None => fetch(cx, &key, &request, &policy)?,
    };
    let keep = policy.shared || response.as_ref().map_or(true, |response| cache::is_cacheable(response.status));
    if let Ok(response) = &response {
        cx.charge(response.body.len() * 2)?;
    }
    let result = response.map(|response| show(&response, &policy));
    if keep {
        cx.memory.of::<OfQuery>().answers.insert(key, result.clone());
    }
    Ok(result)
}

/// Asks the server, and keeps the answer if it may be kept.
fn fetch(
    cx: &Context<'_>,
    key: &Value,
    request: &Request,
    policy: &Policy,
) -> Result<Result<Response, Problem>, Failure> {
    let response = send_with_retries(cx, request, policy.retries)?;
    if let Ok(response) = &response
        && policy.shared
        && policy.store
        && cache::is_cacheable(response.status)
        && (policy.forced_seconds > 0 || cache::may_store(response))
        && let Some(expires) = policy.expiry(cx, response)
    {
        let entry = Entry { response: response.clone(), expires };
        cache::shared(|shared| shared.insert(key.clone(), entry));
    }
    Ok(response)
}

fn send_with_retries(cx: &Context<'_>, request: &Request, retries: u32) -> Result<Result<Response, Problem>, Failure> {
    const FIRST_DELAY: f64 = 0.1;
    const LAST_DELAY: f64 = 60.0;
    let mut attempt = 0;
    loop {
        let sent = client::send(cx, request)?;
        match &sent {
            Err(Problem::Network(_) | Problem::Timeout { .. }) if attempt < retries => {}
            _ => return Ok(sent),
        }
        let delay = (FIRST_DELAY * 1.6f64.powi(attempt as i32)).min(LAST_DELAY);
        client::watched(cx, move || std::thread::sleep(Duration::from_secs_f64(delay)))?;
        attempt += 1;
    }
}

/// An answer that was kept, if it is still good or the server says that it is.
fn from_shared(cx: &Context<'_>, key: &Value, request: &Request, policy: &Policy) -> Result<Option<Response>, Failure> {
    // Who may not ask must not learn what others were told.
    let host = super::uri::Uri::parse(&request.url).map(|uri| uri.hostname().to_owned()).unwrap_or_default();
    if guard::check_host(cx.env, &host).is_err() {
        return Ok(None);
    }
    let Some(mut entry) = cache::shared(|shared| shared.get(key)) else { return Ok(None) };
    if i128::from(cx.env.now) < entry.expires {
        return Ok(Some(entry.response));
    }
    let (etag, modified) = (entry.response.header("etag"), entry.response.header("last-modified"));
    let conditions = [("If-None-Match", etag), ("If-Modified-Since", modified)];
    let conditions: Vec<(String, String)> =
        conditions.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    cache::shared(|shared| shared.remove(key));
    if conditions.is_empty() {
        return Ok(None);
    }
    let mut conditional = request.clone();
    conditional.headers.extend(conditions);
    let Ok(fresh) = send_with_retries(cx, &conditional, policy.retries)? else { return Ok(None) };
    let response = match fresh.status {
        200 => fresh,
        304 => {
            let replaced = |name: &String| fresh.headers.iter().any(|(other, _)| other == name);
            entry.response.headers.retain(|(name, _)| !replaced(name));
            entry.response.headers.extend(fresh.headers);
            entry.response
        }
        _ => return Ok(None),
    };
    if (policy.forced_seconds > 0 || cache::may_store(&response))
        && let Some(expires) = policy.expiry(cx, &response)
    {
        let entry = Entry { response: response.clone(), expires };
        cache::shared(|shared| shared.insert(key.clone(), entry));
    }
    Ok(Some(response))
}

/// What makes two requests the same: all fields but the headers that are to be ignored.
fn cache_key(fields: &Object) -> Result<Value, String> {
    let mut key = fields.clone();
    key.insert("cache_ignored_headers".into(), Value::Null);
    if let (Some(ignored), Some(Value::Object(headers))) =
        (fields.field("cache_ignored_headers"), fields.field("headers"))
    {
        let ignored = match ignored {
            Value::Array(names) if names.iter().all(|name| name.as_str().is_some()) => names,
            _ => return Err("cache_ignored_headers must be an array of strings".to_owned()),
        };
        let kept = headers.iter().filter(|(name, _)| !ignored.contains(name));
        key.insert("headers".into(), Value::object(kept.map(|(name, value)| (name.clone(), value.clone()))));
    }
    Ok(Value::Object(key.into()))
}

impl Policy {
    fn parse(fields: &Object) -> Result<Self, String> {
        let flag = |name: &str| match fields.field(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("invalid value for {} field", Value::string(name))),
        };
        let cache = flag("cache")?;
        let forced = flag("force_cache")?;
        let forced_seconds = match (forced, fields.field("force_cache_duration_seconds")) {
            (false, _) => 0,
            (true, None) => {
                return Err("'force_cache' set but 'force_cache_duration_seconds' parameter is missing".to_owned());
            }
            (true, Some(seconds)) => {
                let text = seconds.to_string();
                let seconds = text
                    .parse::<i32>()
                    .map_err(|_| format!("strconv.ParseInt: parsing {}: invalid syntax", Value::string(&text)))?;
                i64::from(seconds)
            }
        };
        let retries = match fields.field("max_retry_attempts") {
            None => 0,
            Some(value) => value
                .as_i64()
                .and_then(|retries| u32::try_from(retries).ok())
                .ok_or_else(|| format!("invalid value {value} for field \"max_retry_attempts\""))?,
        };
        Ok(Self {
            shared: cache || forced,
            store: matches!(
                fields.field("caching_mode").map(Value::as_str),
                None | Some(Some("serialized" | "deserialized"))
            ),
            forced_seconds,
            force_json: flag("force_json_decode")?,
            force_yaml: flag("force_yaml_decode")?,
            retries,
        })
    }

    fn expiry(&self, cx: &Context<'_>, response: &Response) -> Option<i128> {
        match self.forced_seconds {
            0 => cache::expiry(response),
            seconds => Some(i128::from(cx.env.now) + i128::from(seconds) * 1_000_000_000),
        }
    }
}

/// An answer as policies see it.
fn show(response: &Response, policy: &Policy) -> Value {
    let text = lossy(&response.body);
    let media_type = response.header("content-type").unwrap_or_default();
    let body = if policy.force_json || is_json(media_type) {
        json::parse(&text).unwrap_or(Value::Null)
    } else if policy.force_yaml || media_type.contains("application/yaml") || media_type.contains("application/x-yaml")
    {
        Value::from_yaml(&text).unwrap_or(Value::Null)
    } else {
        Value::Null
    };
    let mut headers: Vec<(Value, Value)> = Vec::new();
    for (name, _) in &response.headers {
        let values = response.headers.iter().filter(|(other, _)| other == name);
        headers.push((Value::string(name), Value::array(values.map(|(_, value)| Value::string(value)))));
    }
    Value::object([
        ("status".into(), response.status_text.as_str().into()),
        ("status_code".into(), Value::int(i64::from(response.status))),
        ("body".into(), body),
        ("raw_body".into(), text.into()),
        ("headers".into(), Value::object(headers)),
    ])
}

/// `application/json` and `application/…+json`
fn is_json(media_type: &str) -> bool {
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type.strip_prefix("application/").is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
}
