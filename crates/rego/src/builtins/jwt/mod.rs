//! `io.jwt.*`

mod constraints;
mod jwk;
mod sign;
mod verify;

use super::{
    Context, Failure, Function, Outcome,
    encoding::{decode_base64url, lossy},
    json,
    signature::Hash,
    wrong_type,
};
use crate::value::Value;

pub(super) use jwk::to_json as key_to_json;

pub(super) const TABLE: &[(&str, Function)] = &[
    ("io.jwt.decode", decode),
    ("io.jwt.decode_verify", verify::decode_verify),
    ("io.jwt.encode_sign", sign::encode_sign),
    ("io.jwt.encode_sign_raw", sign::encode_sign_raw),
    ("io.jwt.verify_eddsa", |_, operands| verify::verify(operands, Algorithm::EdDsa)),
    ("io.jwt.verify_es256", |_, operands| verify::verify(operands, Algorithm::Es(Hash::Sha256))),
    ("io.jwt.verify_es384", |_, operands| verify::verify(operands, Algorithm::Es(Hash::Sha384))),
    ("io.jwt.verify_es512", |_, operands| verify::verify(operands, Algorithm::Es(Hash::Sha512))),
    ("io.jwt.verify_hs256", |_, operands| verify::verify_secret(operands, Hash::Sha256)),
    ("io.jwt.verify_hs384", |_, operands| verify::verify_secret(operands, Hash::Sha384)),
    ("io.jwt.verify_hs512", |_, operands| verify::verify_secret(operands, Hash::Sha512)),
    ("io.jwt.verify_ps256", |_, operands| verify::verify(operands, Algorithm::Ps(Hash::Sha256))),
    ("io.jwt.verify_ps384", |_, operands| verify::verify(operands, Algorithm::Ps(Hash::Sha384))),
    ("io.jwt.verify_ps512", |_, operands| verify::verify(operands, Algorithm::Ps(Hash::Sha512))),
    ("io.jwt.verify_rs256", |_, operands| verify::verify(operands, Algorithm::Rs(Hash::Sha256))),
    ("io.jwt.verify_rs384", |_, operands| verify::verify(operands, Algorithm::Rs(Hash::Sha384))),
    ("io.jwt.verify_rs512", |_, operands| verify::verify(operands, Algorithm::Rs(Hash::Sha512))),
];

/// How a token is signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Algorithm {
    Hs(Hash),
    Rs(Hash),
    Ps(Hash),
    Es(Hash),
    EdDsa,
}

impl Algorithm {
    /// By its name in headers: `RS256`.
    fn named(name: &str) -> Option<Self> {
        if name == "EdDSA" {
            return Some(Self::EdDsa);
        }
        let (family, size) = name.split_at_checked(2)?;
        let hash = match size {
            "256" => Hash::Sha256,
            "384" => Hash::Sha384,
            "512" => Hash::Sha512,
            _ => return None,
        };
        Some(match family {
            "HS" => Self::Hs(hash),
            "RS" => Self::Rs(hash),
            "PS" => Self::Ps(hash),
            "ES" => Self::Es(hash),
            _ => return None,
        })
    }
}

/// The three parts of a token, still encoded.
struct Token<'t> {
    header: &'t str,
    payload: &'t str,
    signature: &'t str,
}

impl<'t> Token<'t> {
    fn split(text: &'t str) -> Result<Self, String> {
        if !text.contains('.') {
            return Err("encoded JWT had no period separators".to_owned());
        }
        match text.split('.').collect::<Vec<_>>()[..] {
            [header, payload, signature] => Ok(Self { header, payload, signature }),
            ref parts => Err(format!("encoded JWT must have 3 sections, found {}", parts.len())),
        }
    }

    /// What is signed.
    fn signed(&self) -> String {
        format!("{}.{}", self.header, self.payload)
    }

    fn header(&self) -> Result<Value, String> {
        let bytes = decode_base64url(self.header).map_err(|why| format!("JWT header had invalid encoding: {why}"))?;
        let header = object(&bytes).map_err(|why| format!("bad JWT header: {why}"))?;
        match header.field("enc") {
            Some(_) => Err("JWT is a JWE object, which is not supported".to_owned()),
            None => Ok(header),
        }
    }

    fn payload(&self) -> Result<Vec<u8>, String> {
        decode_base64url(self.payload).map_err(|why| format!("JWT payload had invalid encoding: {why}"))
    }
}

/// The object in a part of a token.
fn object(bytes: &[u8]) -> Result<Value, String> {
    let value = json::parse(&lossy(bytes)).map_err(|why| format!("invalid JSON: {why}"))?;
    match value {
        Value::Object(_) => Ok(value),
        _ => Err("decoded JSON type was not an Object".to_owned()),
    }
}

/// The token given as first operand.
fn token(operands: &[Value]) -> Result<&str, Failure> {
    operands[0].as_str().ok_or_else(|| wrong_type(1, &operands[0], &["string"]))
}

fn decode(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let mut text = token(operands)?.to_owned();
    loop {
        cx.check()?;
        let token = Token::split(&text)?;
        let header = token.header()?;
        let payload = token.payload()?;
        match header.field("cty") {
            // A token in a token, perhaps in quotation marks.
            Some(Value::String(kind)) if &**kind == "JWT" => {
                let inner = lossy(&payload);
                text = inner.trim_matches(['"', '\'']).to_owned();
                continue;
            }
            Some(Value::String(_)) | None => {}
            Some(_) => return Err("cty: must be a string".into()),
        }
        let payload = object(&payload)?;
        let signature =
            decode_base64url(token.signature).map_err(|why| format!("JWT signature had invalid encoding: {why}"))?;
        return Ok(Some(Value::array([header, payload, hex::encode(signature).into()])));
    }
}
