//! `providers.aws.sign_req`: requests signed as AWS wants them (Signature Version 4).

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::{Context, Failure, Function, Outcome, http, json, uri::Uri, wrong_type};
use crate::value::{Object, Value};

pub(super) const TABLE: &[(&str, Function)] = &[("providers.aws.sign_req", sign_req)];

const REQUIRED: [&str; 4] = ["aws_access_key", "aws_region", "aws_secret_access_key", "aws_service"];

/// Headers that proxies may change, so they are not signed.
const UNSIGNED: [&str; 3] = ["authorization", "user-agent", "x-amzn-trace-id"];

/// All that is signed.
struct Signing<'a> {
    method: &'a str,
    url: Uri,
    headers: BTreeMap<String, String>,
    /// Hash of the body in hex.
    content: String,
    /// `20150830T123600Z`
    time: String,
}

fn sign_req(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let Value::Object(request) = &operands[0] else { return Err(wrong_type(1, &operands[0], &["object"])) };
    let Value::Object(config) = &operands[1] else { return Err(wrong_type(1, &operands[1], &["object"])) };
    check_config(config)?;
    let Value::Number(time) = &operands[2] else { return Err(wrong_type(1, &operands[2], &["number"])) };
    let nanos = time.as_i64().ok_or_else(|| {
        Failure::Operand("operand 3 could not convert time_ns value into a unix timestamp".to_owned())
    })?;
    http::check_fields(&operands[0], 1)?;
    let headers = match request.field("headers") {
        None => &Object::new(),
        Some(Value::Object(headers)) => headers,
        Some(other) => return Err(wrong_type(0, other, &["object"])),
    };
    let invalid = ["method", "url"].into_iter().filter(|name| text(request, name).is_none());
    let invalid = Value::set(invalid.map(Value::from));
    if invalid != Value::set([]) {
        return Err(Failure::Operand(format!(
            "operand 1 invalid values for required request parameters(s): {invalid}"
        )));
    }
    let url = Uri::parse(text(request, "url").unwrap_or_default())?;
    let unsigned_payload = match config.field("disable_payload_signing") {
        None => false,
        Some(Value::Bool(disable)) => *disable,
        Some(_) => {
            let message = "operand 2 invalid value for 'disable_payload_signing' in AWS config";
            return Err(Failure::Operand(message.to_owned()));
        }
    };
    let content = if unsigned_payload { "UNSIGNED-PAYLOAD".to_owned() } else { hash(body(request).as_bytes()) };
    let mut all: BTreeMap<String, String> = headers
        .iter()
        .map(|(key, value)| (key.as_str().unwrap_or_default().into(), value.as_str().unwrap_or_default().into()))
        .collect();
    let own = own_headers(config, &url.host, &basic_time(nanos), &content);
    let mut signed = own.clone();
    for (name, value) in &all {
        let name = name.to_lowercase();
        if !UNSIGNED.contains(&name.as_str()) {
            signed.insert(name, value.clone());
        }
    }
    let method = text(request, "method").unwrap_or_default();
    let signing = Signing { method, url, headers: signed, content, time: basic_time(nanos) };
    all.insert("Authorization".to_owned(), signing.authorization(config));
    all.extend(own);
    let mut signed_request = (**request).clone();
    let headers = Value::object(all.into_iter().map(|(name, value)| (Value::from(name), Value::from(value))));
    signed_request.insert(Value::from("headers"), headers);
    Ok(Some(Value::Object(signed_request.into())))
}

fn check_config(config: &Object) -> Result<(), Failure> {
    let missing = REQUIRED.into_iter().filter(|name| config.field(name).is_none());
    let missing = Value::set(missing.map(Value::from));
    if missing != Value::set([]) {
        return Err(Failure::Operand(format!("operand 2 missing required AWS config parameters(s): {missing}")));
    }
    let invalid = REQUIRED.into_iter().filter(|name| text(config, name).is_none());
    let invalid = Value::set(invalid.map(Value::from));
    if invalid != Value::set([]) {
        let message = format!("operand 2 invalid values for required AWS config parameters(s): {invalid}");
        return Err(Failure::Operand(message));
    }
    Ok(())
}

fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.field(name)?.as_str()
}

fn body(request: &Object) -> String {
    match (request.field("raw_body"), request.field("body")) {
        (Some(raw), _) => raw.as_str().unwrap_or_default().to_owned(),
        (None, Some(body)) => json::marshal(body),
        (None, None) => String::new(),
    }
}

/// Headers that AWS wants beside those of the request.
fn own_headers(config: &Object, host: &str, time: &str, content: &str) -> BTreeMap<String, String> {
    let mut headers =
        BTreeMap::from([("host".to_owned(), host.to_owned()), ("x-amz-date".to_owned(), time.to_owned())]);
    if matches!(text(config, "aws_service"), Some("s3" | "glacier")) {
        headers.insert("x-amz-content-sha256".to_owned(), content.to_owned());
    }
    if let Some(token) = text(config, "aws_session_token").filter(|token| !token.is_empty()) {
        headers.insert("x-amz-security-token".to_owned(), token.to_owned());
    }
    headers
}

impl Signing<'_> {
    fn authorization(&self, config: &Object) -> String {
        let setting = |name| text(config, name).unwrap_or_default();
        let (region, service) = (setting("aws_region"), setting("aws_service"));
        let names: Vec<&str> = self.headers.keys().map(String::as_str).collect();
        let names = names.join(";");
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let (method, path, query) = (self.method, escaped_path(&self.url), &self.url.query);
        let canonical = format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{}", self.content);
        let date = &self.time[..self.time.find('T').unwrap_or(self.time.len())];
        let scope = format!("{date}/{region}/{service}/aws4_request");
        let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", self.time, hash(canonical.as_bytes()));
        let secret = format!("AWS4{}", setting("aws_secret_access_key")).into_bytes();
        let key = [date, region, service, "aws4_request"].into_iter().fold(secret, |key, text| mac(&key, text));
        let signature = hex::encode(mac(&key, &to_sign));
        let access = setting("aws_access_key");
        format!("AWS4-HMAC-SHA256 Credential={access}/{scope},SignedHeaders={names},Signature={signature}")
    }
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length will do.
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key);
    mac.map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec()).unwrap_or_default()
}

/// `20150830T123600Z`
fn basic_time(nanos: i64) -> String {
    chrono::DateTime::from_timestamp_nanos(nanos).format("%Y%m%dT%H%M%SZ").to_string()
}

/// The path as it goes over the wire: as written, or with everything escaped that has to be.
fn escaped_path(url: &Uri) -> String {
    let valid = |byte: u8| is_plain(byte) || b"%[]!'()*".contains(&byte);
    if url.raw_path.bytes().all(valid) { url.raw_path.clone() } else { escape_path(&url.path) }
}

/// A path with everything escaped that has to be.
pub(super) fn escape_path(path: &str) -> String {
    let mut escaped = String::new();
    for byte in path.bytes() {
        match is_plain(byte) {
            true => escaped.push(char::from(byte)),
            false => escaped += &format!("%{byte:02X}"),
        }
    }
    escaped
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte)
}
