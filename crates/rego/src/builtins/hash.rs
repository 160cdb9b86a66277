//! `crypto.md5`, `crypto.sha*` and `crypto.hmac.*`

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{Context, Function, Outcome, string};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[
    ("crypto.md5", digest::<Md5>),
    ("crypto.sha1", digest::<Sha1>),
    ("crypto.sha256", digest::<Sha256>),
    ("crypto.hmac.md5", hmac::<Hmac<Md5>>),
    ("crypto.hmac.sha1", hmac::<Hmac<Sha1>>),
    ("crypto.hmac.sha256", hmac::<Hmac<Sha256>>),
    ("crypto.hmac.sha512", hmac::<Hmac<Sha512>>),
    ("crypto.hmac.equal", equal),
];

fn digest<D: Digest>(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let digest = D::digest(string(operands, 1)?);
    Ok(Some(hex::encode(digest).into()))
}

fn hmac<M: Mac + KeyInit>(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let message = string(operands, 1)?;
    let key = string(operands, 2)?;
    let mac = <M as KeyInit>::new_from_slice(key.as_bytes()).map_err(|error| error.to_string())?;
    let code = mac.chain_update(message).finalize().into_bytes();
    Ok(Some(hex::encode(code).into()))
}

/// Takes the same time wherever the texts differ.
fn equal(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (a, b) = (string(operands, 1)?.as_bytes(), string(operands, 2)?.as_bytes());
    let differences = a.iter().zip(b).fold(0, |differences, (a, b)| differences | (a ^ b));
    Ok(Some((a.len() == b.len() && std::hint::black_box(differences) == 0).into()))
}
