//! `io.jwt.verify_*` and `io.jwt.decode_verify`

use super::{
    Algorithm, Token,
    constraints::Constraints,
    jwk::{self, Key, Material},
    object, token,
};
use crate::{
    builtins::{
        Context, Failure, Outcome,
        encoding::{decode_base64url, lossy},
        signature::{self, Hash, Salt},
        string, wrong_type,
        x509::keys::PublicKey,
    },
    value::Value,
};

/// What is looked at in a header.
#[derive(Default)]
struct Header {
    algorithm: String,
    key_id: String,
    content_type: String,
    /// Whether it demands something that is not known here.
    demands_unknown: bool,
}

impl Header {
    fn read(header: &Value) -> Result<Self, String> {
        const KNOWN: [&str; 5] = ["alg", "kid", "typ", "cty", "crit"];
        let text = |name: &str| match header.field(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.to_string()),
            Some(_) => Err(format!("{name}: must be a string")),
        };
        let algorithm = text("alg")?;
        let critical = match header.field("crit") {
            None => &[][..],
            Some(Value::Array(names)) => {
                if names.first().is_none_or(|name| name.as_str().is_none()) {
                    return Err("crit: must be a nonempty list".to_owned());
                }
                names.as_slice()
            }
            Some(_) => return Err("crit: must be a list".to_owned()),
        };
        let strings = critical.iter().map_while(Value::as_str);
        let unknown = |name: &str| !KNOWN.contains(&name) && header.field(name).is_some();
        let demands_unknown = strings.into_iter().any(unknown);
        let (content_type, key_id) = (text("cty")?, text("kid")?);
        text("typ")?;
        Ok(Self { algorithm, key_id, content_type, demands_unknown })
    }
}

/// Verifies with a public key of any form.
pub fn verify(operands: &[Value], algorithm: Algorithm) -> Outcome {
    let token = Token::split(token(operands)?)?;
    let keys = jwk::verification_keys(string(operands, 2)?)?;
    let signature = decode_base64url(token.signature)?;
    let header = Header::read(&token.header()?)?;
    let fits = |key: &Key| match &key.material {
        Material::Public(public) => verify_public(public, algorithm, Salt::Any, token.signed().as_bytes(), &signature),
        Material::Secret(_) | Material::Private(_) => false,
    };
    Ok(Some(any_key(&keys, &header, fits).into()))
}

/// The key that the header names, or else any key that is not for another algorithm.
fn any_key(keys: &[Key], header: &Header, fits: impl Fn(&Key) -> bool) -> bool {
    let named = keys.iter().find(|key| !header.key_id.is_empty() && key.id == header.key_id);
    if let Some(key) = named {
        return fits(key);
    }
    keys.iter().filter(|key| key.algorithm.is_empty() || key.algorithm == header.algorithm).any(fits)
}

fn verify_public(key: &PublicKey, algorithm: Algorithm, salt: Salt, message: &[u8], signature: &[u8]) -> bool {
    match algorithm {
        Algorithm::Rs(hash) => signature::verify_rsa(key, hash, &hash.digest(message), signature),
        Algorithm::Ps(hash) => signature::verify_pss(key, hash, salt, &hash.digest(message), signature),
        Algorithm::Es(hash) => {
            let (r, s) = signature.split_at(signature.len() / 2);
            signature::verify_ec(key, &hash.digest(message), r, s)
        }
        Algorithm::EdDsa => signature::verify_ed(key, message, signature),
        Algorithm::Hs(_) => false,
    }
}

/// Verifies with a shared secret.
pub fn verify_secret(operands: &[Value], hash: Hash) -> Outcome {
    let text = token(operands)?;
    let secret = string(operands, 2)?;
    let token = Token::split(text)?;
    let code = hash.hmac(secret.as_bytes(), token.signed().as_bytes());
    let signature = decode_base64url(token.signature)?;
    Ok(Some(same(&code, &signature).into()))
}

/// Compares in a time that does not depend on where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    let differences = a.iter().zip(b).fold(0, |differences, (a, b)| differences | (a ^ b));
    a.len() == b.len() && std::hint::black_box(differences) == 0
}

pub fn decode_verify(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let Value::Object(object) = &operands[1] else { return Err(wrong_type(2, &operands[1], &["object"])) };
    let constraints = Constraints::parse(cx, object)?;
    let verified = match verified(cx, operands, &constraints)? {
        Some((header, payload)) if admits(&constraints, &payload)? => [true.into(), header, payload],
        _ => [false.into(), Value::object([]), Value::object([])],
    };
    Ok(Some(Value::array(verified)))
}

/// Header and payload of the innermost token, if all signatures are good.
fn verified(
    cx: &Context<'_>,
    operands: &[Value],
    constraints: &Constraints,
) -> Result<Option<(Value, Value)>, Failure> {
    let mut text = token(operands)?.to_owned();
    loop {
        cx.check()?;
        let token = Token::split(&text)?;
        let fields = token.header()?;
        let header = Header::read(&fields)?;
        if header.algorithm.is_empty() || header.demands_unknown {
            return Ok(None);
        }
        if !constraints.algorithm.is_empty() && constraints.algorithm != header.algorithm {
            return Ok(None);
        }
        let signature = decode_base64url(token.signature)?;
        if !is_signed(&token, &header, constraints, &signature) {
            return Ok(None);
        }
        let payload = token.payload()?;
        if header.content_type.eq_ignore_ascii_case("JWT") {
            text = lossy(&payload);
            continue;
        }
        return Ok(Some((fields, object(&payload)?)));
    }
}

fn is_signed(token: &Token<'_>, header: &Header, constraints: &Constraints, signature: &[u8]) -> bool {
    let algorithm = match header.algorithm.as_str() {
        "Ed25519" => Some(Algorithm::EdDsa),
        name => Algorithm::named(name),
    };
    let Some(algorithm) = algorithm else { return false };
    let message = token.signed();
    let secret_fits = |secret: &[u8]| match algorithm {
        Algorithm::Hs(hash) => same(&hash.hmac(secret, message.as_bytes()), signature),
        _ => false,
    };
    let Some(keys) = &constraints.keys else { return secret_fits(constraints.secret.as_bytes()) };
    any_key(keys, header, |key| match &key.material {
        Material::Secret(secret) => secret_fits(secret),
        Material::Public(public) => public_fits(public, algorithm, &message, signature),
        Material::Private(private) => public_fits(&private.public(), algorithm, &message, signature),
    })
}

/// Here, unlike in the functions for one algorithm, lengths have to be exact.
fn public_fits(key: &PublicKey, algorithm: Algorithm, message: &str, signature: &[u8]) -> bool {
    if let (Algorithm::Es(_), PublicKey::Ec { curve, .. }) = (algorithm, key)
        && signature.len() != 2 * curve.size()
    {
        return false;
    }
    verify_public(key, algorithm, Salt::AsHash, message.as_bytes(), signature)
}

/// Whether issuer, audience and times are as they have to be.
fn admits(constraints: &Constraints, payload: &Value) -> Result<bool, Failure> {
    if !constraints.issuer.is_empty() && payload.field("iss").and_then(Value::as_str) != Some(&constraints.issuer) {
        return Ok(false);
    }
    let audience_fits = match payload.field("aud") {
        Some(audience) => constraints.admits_audience(audience),
        None => constraints.audience.is_empty(),
    };
    if !audience_fits {
        return Ok(false);
    }
    match payload.field("exp") {
        None => {}
        Some(Value::Number(expiry)) if constraints.time < *expiry => {}
        Some(Value::Number(_)) => return Ok(false),
        Some(_) => return Err("exp value must be a number".into()),
    }
    match payload.field("nbf") {
        None => Ok(true),
        Some(Value::Number(not_before)) => Ok(constraints.time >= *not_before),
        Some(_) => Err("nbf value must be a number".into()),
    }
}
