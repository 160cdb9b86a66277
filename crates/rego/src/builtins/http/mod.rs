//! `http.send` and `net.lookup_ip_addr`

use super::{Failure, wrong_type};
use crate::value::Value;

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
