//! What a request object asks for.

use std::time::Duration;

use crate::{
    builtins::{Failure, json, time},
    value::{Object, Value},
};

/// A request that is ready to be sent.
#[derive(Clone)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub body: Vec<u8>,
    /// With names as they go over the wire: `Content-Type`.
    pub headers: Vec<(String, String)>,
    pub timeout: Duration,
    pub follow_redirects: bool,
    pub tls: Tls,
}

/// How the other side is trusted, and we by it.
#[derive(Clone, Default)]
pub struct Tls {
    pub insecure: bool,
    pub server_name: String,
    pub use_system: bool,
    /// CA certificates in PEM and what to call their source in errors.
    pub authorities: Vec<(String, String)>,
    /// Certificates and keys in PEM.
    pub identities: Vec<(String, String)>,
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
/// No request takes longer, whatever it asks for.
const MAX_TIMEOUT: Duration = Duration::from_secs(300);

impl Request {
    pub fn parse(object: &Object) -> Result<Self, Failure> {
        let text = |name: &str| match object.field(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim_matches('"').to_owned())),
            Some(_) => Err(format!("{} must be a string", Value::string(name))),
        };
        let flag = |name: &str| object.field(name).map_or(Ok(false), parse_bool);
        let body = match (text("raw_body")?, object.field("body")) {
            (Some(raw), _) => raw,
            (None, Some(body)) => json::marshal(body),
            (None, None) => String::new(),
        };
        let headers = headers(object)?;
        let host = headers.iter().find(|(name, _)| name == "Host").map(|(_, host)| host.clone());
        let server_name = text("tls_server_name")?.or(host).unwrap_or_default();
        let mut tls = Tls {
            insecure: flag("tls_insecure_skip_verify")?,
            use_system: flag("tls_use_system_certs")?,
            server_name,
            ..Tls::default()
        };
        tls.read_authorities(&text)?;
        tls.read_identities(&text)?;
        Ok(Self {
            method: text("method")?.unwrap_or_default().to_uppercase(),
            url: text("url")?.unwrap_or_default(),
            body: body.into_bytes(),
            headers,
            timeout: object.field("timeout").map_or(Ok(DEFAULT_TIMEOUT), parse_timeout)?,
            follow_redirects: flag("enable_redirect")?,
            tls,
        })
    }
}

impl Tls {
    fn read_authorities(&mut self, text: &dyn Fn(&str) -> Result<Option<String>, String>) -> Result<(), String> {
        if let Some(pem) = text("tls_ca_cert")?.filter(|pem| !pem.is_empty()) {
            self.authorities.push((pem.replace("\\n", "\n"), "could not append certificates".to_owned()));
        }
        if let Some(path) = text("tls_ca_cert_file")?.filter(|path| !path.is_empty()) {
            let problem = format!("could not append CA certificates from {}", Value::string(&path));
            self.authorities.push((read_file(&path)?, problem));
        }
        if let Some(name) = text("tls_ca_cert_env_variable")?.filter(|name| !name.is_empty()) {
            let quoted = Value::string(&name);
            let problem = format!("could not add CA certificates from envvar {quoted}: could not append certificates");
            self.authorities.push((std::env::var(&name).unwrap_or_default(), problem));
        }
        Ok(())
    }

    fn read_identities(&mut self, text: &dyn Fn(&str) -> Result<Option<String>, String>) -> Result<(), String> {
        let pair = |source: &str| {
            let of = |part: &str| text(&format!("tls_client_{part}{source}")).map(Option::unwrap_or_default);
            Ok::<_, String>(Some((of("cert")?, of("key")?)).filter(|(cert, key)| !cert.is_empty() && !key.is_empty()))
        };
        self.identities.extend(pair("")?);
        if let Some((certificate, key)) = pair("_file")? {
            self.identities.push((read_file(&certificate)?, read_file(&key)?));
        }
        if let Some((certificate, key)) = pair("_env_variable")? {
            let read = |name: &str| std::env::var(name).unwrap_or_default();
            self.identities.push((read(&certificate), read(&key)));
        }
        Ok(())
    }
}

fn read_file(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("open {path}: no such file or directory"),
        std::io::ErrorKind::PermissionDenied => format!("open {path}: permission denied"),
        _ => format!("open {path}: {error}"),
    })
}

/// Also reads the texts that mean a truth value.
fn parse_bool(value: &Value) -> Result<bool, String> {
    match value.to_string().as_str() {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        other => Err(format!("strconv.ParseBool: parsing {}: invalid syntax", Value::string(other))),
    }
}

fn headers(object: &Object) -> Result<Vec<(String, String)>, String> {
    let headers = match object.field("headers") {
        None => return Ok(Vec::new()),
        Some(Value::Object(headers)) => headers,
        Some(_) => return Err("invalid type for headers key".to_owned()),
    };
    headers
        .iter()
        .map(|(name, value)| {
            let name = name.as_str().map_or_else(|| json::marshal(name), str::to_owned);
            match value {
                Value::String(text) => Ok((canonical(&name), text.to_string())),
                other => Err(format!("invalid type for headers value {}", Value::string(other.to_string()))),
            }
        })
        .collect()
}

/// `content-type` as `Content-Type`.
fn canonical(name: &str) -> String {
    let part = |part: &str| {
        let (first, rest) = part.split_at(part.len().min(1));
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    if !name.is_ascii() || name.contains(' ') {
        return name.to_owned();
    }
    name.split('-').map(part).collect::<Vec<_>>().join("-")
}

/// Nanoseconds, or a duration with a unit. Nothing is longer than the most.
fn parse_timeout(value: &Value) -> Result<Duration, Failure> {
    let nanos = match value {
        Value::Number(number) => {
            number.as_i64().ok_or_else(|| format!("invalid timeout number value {value}, must be int64"))?
        }
        Value::String(text) => match text.parse::<i64>() {
            Ok(nanos) => nanos,
            Err(_) => time::parse_duration(text).map_err(|why| format!("invalid timeout value {value}: {why}"))?,
        },
        other => {
            let kind = other.kind();
            return Err(Failure::Operand(format!(
                "operand 1 'timeout' must be one of {{string, number}} but got {kind}"
            )));
        }
    };
    Ok(match u64::try_from(nanos) {
        Ok(nanos @ 1..) => Duration::from_nanos(nanos).min(MAX_TIMEOUT),
        _ => MAX_TIMEOUT,
    })
}
