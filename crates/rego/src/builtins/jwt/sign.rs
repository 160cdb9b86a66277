//! `io.jwt.encode_sign` and `io.jwt.encode_sign_raw`

use data_encoding::BASE64URL_NOPAD;

use super::{
    Algorithm,
    jwk::{self, Key, Material},
};
use crate::{
    builtins::{Context, Failure, Outcome, json, signature, string, x509::keys::PrivateKey},
    value::Value,
};

pub fn encode_sign(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let [header, payload, key] = [0, 1, 2].map(|at: usize| json::marshal(&operands[at]));
    encode(cx, &header, &payload, &key)
}

pub fn encode_sign_raw(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let key = string(operands, 3)?;
    let header = string(operands, 1)?;
    let payload = string(operands, 2)?;
    encode(cx, header, payload, key)
}

fn encode(cx: &Context<'_>, header: &str, payload: &str, key: &str) -> Outcome {
    let keys = jwk::parse_set(key)?;
    let key = keys.first().ok_or("no keys found in JWK set")?;
    let fields = parse_header(header).map_err(|why| format!("missing or invalid 'alg' header: {why}"))?;
    let name = match fields.field("alg") {
        Some(Value::String(name)) => name,
        Some(other) => {
            let kind = if let Value::Bool(bool) = other { if *bool { "true" } else { "false" } } else { other.kind() };
            let message = format!("missing or invalid 'alg' header: value doesn't contain string; it contains {kind}");
            return Err(message.into());
        }
        None => return Err("missing or invalid 'alg' header: jwsbb: header \"alg\" not found".into()),
    };
    let algorithm = Algorithm::named(name).ok_or_else(|| format!("unknown JWS algorithm: {name}"))?;
    let other_type = fields.field("typ").and_then(Value::as_str).is_some_and(|kind| kind != "JWT");
    if !other_type && Value::from_json(payload).is_err() {
        return Err("type is JWT but payload is not JSON".into());
    }
    let message =
        format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(payload.as_bytes()));
    let signature = sign(cx, key, algorithm, message.as_bytes())?;
    Ok(Some(format!("{message}.{}", BASE64URL_NOPAD.encode(&signature)).into()))
}

fn parse_header(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Err("cannot parse JSON: cannot parse empty string; unparsed tail: \"\"".to_owned());
    }
    match Value::from_json_prefix(text) {
        Ok((value, end)) => match text[end..].trim_start() {
            "" => Ok(value),
            tail => Err(format!("unexpected tail: {}", Value::string(tail))),
        },
        Err(error) if error.at_end && text.trim() == "{" => {
            Err("cannot parse JSON: cannot parse object: missing '}'; unparsed tail: \"\"".to_owned())
        }
        Err(error) if error.at_end => {
            Err("cannot parse JSON: cannot parse object: unexpected end of object; unparsed tail: \"\"".to_owned())
        }
        Err(error) => Err(format!("cannot parse JSON: {}", error.message)),
    }
}

fn sign(cx: &Context<'_>, key: &Key, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Failure> {
    let wrong_key = |wanted: &str, prefix: &str, produced: &str| {
        let got = key.material.go_type();
        Failure::Failed(format!(
            "jwsbb.Sign: invalid key type {got}. {wanted} is required: {prefix}failed to produce {produced} from {got}: \
             jwk.Export: no suitable exporter found for key type '{got}'"
        ))
    };
    if let (Algorithm::Rs(_) | Algorithm::Ps(_), Material::Private(PrivateKey::Rsa(rsa))) = (algorithm, &key.material) {
        rsa.check_primes().map_err(|why| {
            let got = key.material.go_type();
            let wanted = "*rsa.PrivateKey is required: failed to produce rsa.PrivateKey";
            format!("jwsbb.Sign: invalid key type {got}. {wanted} from {got}: {why}")
        })?;
    }
    match (algorithm, &key.material) {
        (Algorithm::Hs(hash), Material::Secret(secret)) => Ok(hash.hmac(secret, message)),
        // Go's type for these keys is one of bytes, and so they serve as secrets too.
        (Algorithm::Hs(hash), Material::Private(PrivateKey::Ed25519 { seed, public })) => {
            Ok(hash.hmac(&[*seed, *public].concat(), message))
        }
        (Algorithm::Rs(hash), Material::Private(PrivateKey::Rsa(rsa))) => {
            Ok(signature::sign_rsa(rsa, hash, false, message, cx.env)?)
        }
        (Algorithm::Ps(hash), Material::Private(PrivateKey::Rsa(rsa))) => {
            Ok(signature::sign_rsa(rsa, hash, true, message, cx.env)?)
        }
        (Algorithm::Es(hash), Material::Private(PrivateKey::Ec { curve, secret, .. })) => {
            signature::sign_ec(*curve, secret, hash, message, cx.env)
                .ok_or_else(|| "failed to sign payload using ecdsa: invalid private key".into())
        }
        (Algorithm::EdDsa, Material::Private(private @ PrivateKey::Ed25519 { .. })) => {
            signature::sign_ed(private, message).ok_or_else(|| "invalid EdDSA key".into())
        }
        (Algorithm::Hs(_), _) => Err(wrong_key("[]byte", "keyconv: ", "[]byte")),
        (Algorithm::Rs(_) | Algorithm::Ps(_), _) => Err(wrong_key("*rsa.PrivateKey", "", "rsa.PrivateKey")),
        (Algorithm::Es(_), _) => Err(wrong_key("*ecdsa.PrivateKey", "keyconv: ", "ecdsa.PrivateKey")),
        (Algorithm::EdDsa, _) => Err(wrong_key("ed25519.PrivateKey", "", "ed25519.PrivateKey")),
    }
}
