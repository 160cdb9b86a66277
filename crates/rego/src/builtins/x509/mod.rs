//! `crypto.x509.*` and `crypto.parse_private_keys`

pub mod certificate;
pub mod der;
pub mod extensions;
pub mod keys;
mod name;
mod request;
mod show;
mod verify;

use super::{
    Context, Failure, Function, Outcome,
    go::{
        base64::{Alphabet, decode},
        pem,
    },
    jwt, string, wrong_type,
};
use crate::value::{Object, Value};
use certificate::Certificate;
use keys::PrivateKey;
use verify::Options;

pub(super) const TABLE: &[(&str, Function)] = &[
    ("crypto.parse_private_keys", parse_private_keys),
    ("crypto.x509.parse_and_verify_certificates", parse_and_verify),
    ("crypto.x509.parse_and_verify_certificates_with_options", parse_and_verify_with_options),
    ("crypto.x509.parse_certificate_request", parse_certificate_request),
    ("crypto.x509.parse_certificates", parse_certificates),
    ("crypto.x509.parse_keypair", parse_keypair),
    ("crypto.x509.parse_rsa_private_key", parse_rsa_private_key),
];

const PEM_BEGIN: &str = "-----BEGIN";

fn parse_certificates(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let certificates = read_certificates(string(operands, 1)?)?;
    Ok(Some(Value::array(certificates.iter().map(|certificate| show::certificate(certificate, true)))))
}

/// Certificates in PEM, in base64 of PEM, or in base64 of DER.
fn read_certificates(text: &str) -> Result<Vec<Certificate>, String> {
    if text.starts_with(PEM_BEGIN) {
        return from_pem(text);
    }
    let bytes = decode(text, Alphabet::Standard)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.starts_with(PEM_BEGIN) => from_pem(text),
        _ => certificate::parse_all(&bytes),
    }
}

fn from_pem(text: &str) -> Result<Vec<Certificate>, String> {
    let mut der = Vec::new();
    for block in pem::all(text) {
        if block.label != "CERTIFICATE" {
            return Err(format!("PEM block type is '{}', expected CERTIFICATE", block.label));
        }
        der.extend(block.bytes);
    }
    certificate::parse_all(&der)
}

fn parse_and_verify(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let certificates = read_certificates(string(operands, 1)?);
    let options = Options::at(cx.env.now.div_euclid(1_000_000_000));
    Ok(Some(verified(certificates, &options, true)))
}

fn parse_and_verify_with_options(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let text = string(operands, 1)?;
    let Value::Object(fields) = &operands[1] else { return Err(wrong_type(2, &operands[1], &["object"])) };
    let certificates = read_certificates(text);
    if certificates.is_err() {
        return Ok(Some(unverified()));
    }
    let mut options = Options::at(cx.env.now.div_euclid(1_000_000_000));
    read_options(fields, &mut options)?;
    Ok(Some(verified(certificates, &options, false)))
}

fn unverified() -> Value {
    Value::array([Value::Bool(false), Value::array([])])
}

fn verified(certificates: Result<Vec<Certificate>, String>, options: &Options, with_uri_texts: bool) -> Value {
    let certificates = certificates.unwrap_or_default();
    match verify::chain(&certificates, options) {
        Some(chain) => {
            let shown = chain.into_iter().map(|certificate| show::certificate(certificate, with_uri_texts));
            Value::array([Value::Bool(true), Value::array(shown)])
        }
        None => unverified(),
    }
}

/// Names of purposes, in the order of their numbers.
const USAGES: [&str; 14] = [
    "KeyUsageAny",
    "KeyUsageServerAuth",
    "KeyUsageClientAuth",
    "KeyUsageCodeSigning",
    "KeyUsageEmailProtection",
    "KeyUsageIPSECEndSystem",
    "KeyUsageIPSECTunnel",
    "KeyUsageIPSECUser",
    "KeyUsageTimeStamping",
    "KeyUsageOCSPSigning",
    "KeyUsageMicrosoftServerGatedCrypto",
    "KeyUsageNetscapeServerGatedCrypto",
    "KeyUsageMicrosoftCommercialCodeSigning",
    "KeyUsageMicrosoftKernelCodeSigning",
];

fn read_options(fields: &Object, options: &mut Options) -> Result<(), String> {
    for (key, value) in fields.iter() {
        let Some(key) = key.as_str() else { continue };
        let integer = |problem: &str| match value {
            Value::Number(number) => {
                number.as_i64().ok_or_else(|| format!("'{key}' should be a valid {problem}number"))
            }
            _ => Err(format!("'{key}' should be a number")),
        };
        match key {
            "DNSName" => {
                let name = value.as_str().ok_or("'DNSName' should be a string")?;
                options.dns_name = name.trim_matches('"').to_owned();
            }
            "CurrentTime" => options.time = integer("int64 ")?.div_euclid(1_000_000_000),
            // Checked and then, by Go's library too, not used.
            "MaxConstraintComparisons" => drop(integer("")?),
            "KeyUsages" => {
                let usages = match value {
                    Value::Array(items) => items.as_slice(),
                    Value::Set(members) => members.as_slice(),
                    _ => return Err("'KeyUsages' should be an Array or Set".to_owned()),
                };
                let names = usages.iter().filter_map(Value::as_str).map(|name| name.trim_matches('"'));
                let (known, unknown): (Vec<&str>, Vec<&str>) = names.partition(|name| USAGES.contains(name));
                if !unknown.is_empty() {
                    return Err(format!("invalid entries for 'KeyUsages' found: [{}]", unknown.join(" ")));
                }
                let number = |name| USAGES.iter().position(|usage| *usage == name);
                options.usages = known.into_iter().filter_map(number).collect();
            }
            _ => return Err("invalid key option".to_owned()),
        }
    }
    Ok(())
}

fn parse_certificate_request(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let text = string(operands, 1)?;
    let bytes = match text.starts_with("-----BEGIN CERTIFICATE REQUEST-----") {
        true => text.as_bytes().to_vec(),
        false => decode(text, Alphabet::Standard)?,
    };
    let block = std::str::from_utf8(&bytes).ok().and_then(|text| pem::first(text).map(|(block, _)| block));
    let der = match block {
        Some(block) if block.label != "CERTIFICATE REQUEST" => {
            return Err("invalid PEM-encoded certificate signing request".into());
        }
        Some(block) => block.bytes,
        None => bytes,
    };
    Ok(Some(show::request(&request::parse(&der)?)))
}

fn parse_rsa_private_key(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let text = string(operands, 1)?;
    if text.is_empty() {
        return Err("input PEM data was empty".into());
    }
    let text = match text.starts_with(PEM_BEGIN) {
        true => text.to_owned(),
        false => super::encoding::lossy(&decode(text, Alphabet::Standard)?),
    };
    let key = private_keys(&text)?.into_iter().next();
    Ok(Some(key.map_or(Value::Null, |key| jwt::key_to_json(&key))))
}

fn parse_private_keys(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let text = string(operands, 1)?;
    if text.is_empty() {
        return Ok(Some(Value::Null));
    }
    Ok(Some(Value::array(private_keys(text)?.iter().map(show::private_key))))
}

/// All private keys in a PEM text, which may be in base64.
fn private_keys(text: &str) -> Result<Vec<PrivateKey>, String> {
    let decoded = decode(text, Alphabet::Standard).ok().map(|bytes| super::encoding::lossy(&bytes));
    let mut private = Vec::new();
    for block in pem::all(decoded.as_deref().unwrap_or(text)) {
        private.extend(keys::parse_private(&block.label, &block.bytes)?);
    }
    Ok(private)
}

fn parse_keypair(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let text = |operand: &Value| operand.as_str().map(str::to_owned).ok_or_else(|| wrong_type(1, operand, &["string"]));
    let (certificate, key) = (text(&operands[0])?, text(&operands[1])?);
    let certificates = blocks(&certificate, "CERTIFICATE")?;
    let keys = blocks(&key, "PRIVATE KEY")?;
    Ok(Some(key_pair(certificates, keys)?))
}

/// Blocks of PEM, or of base64 of PEM or DER.
fn blocks(text: &str, label: &str) -> Result<Vec<pem::Block>, String> {
    if text.starts_with("-----BEGIN ") {
        return Ok(pem::all(text).collect());
    }
    let bytes = decode(text, Alphabet::Standard)?;
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.starts_with("-----BEGIN ") => Ok(pem::all(text).collect()),
        _ => Ok(vec![pem::Block { label: label.to_owned(), bytes }]),
    }
}

fn key_pair(certificates: Vec<pem::Block>, keys: Vec<pem::Block>) -> Result<Value, Failure> {
    let skipped: Vec<&str> = certificates.iter().map(|block| block.label.as_str()).collect();
    let chain: Vec<Vec<u8>> =
        certificates.iter().filter(|block| block.label == "CERTIFICATE").map(|block| block.bytes.clone()).collect();
    let Some(leaf) = chain.first() else {
        return Err(match skipped.as_slice() {
            [] => "tls: failed to find any PEM data in certificate input".into(),
            [one] if one.ends_with("PRIVATE KEY") => "tls: failed to find certificate PEM data in certificate input, \
                                                      but did find a private key; PEM inputs may have been switched"
                .into(),
            many => format!(
                "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the \
                 following types: [{}]",
                many.join(" ")
            )
            .into(),
        });
    };
    let is_key = |block: &&pem::Block| block.label == "PRIVATE KEY" || block.label.ends_with(" PRIVATE KEY");
    let Some(key) = keys.iter().find(is_key) else {
        let labels: Vec<&str> = keys.iter().map(|block| block.label.as_str()).collect();
        return Err(match labels.as_slice() {
            [] => "tls: failed to find any PEM data in key input".into(),
            ["CERTIFICATE"] => "tls: found a certificate rather than a key in the PEM for the private key".into(),
            many => format!(
                "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM \
                 blocks of the following types: [{}]",
                many.join(" ")
            )
            .into(),
        });
    };
    let leaf = certificate::parse_one(leaf)?;
    let der = &key.bytes;
    let key = keys::pkcs1(der).or_else(|_| keys::pkcs8(der)).or_else(|_| keys::sec1(der, None));
    let key = key.map_err(|_| "tls: failed to parse private key")?;
    let Some(public) = &leaf.key else { return Err("tls: unknown public key algorithm".into()) };
    if std::mem::discriminant(public) != std::mem::discriminant(&key.public()) {
        return Err("tls: private key type does not match public key type".into());
    }
    match *public == key.public() {
        true => Ok(show::key_pair(&chain, &leaf, &key)),
        false => Err("tls: private key does not match public key".into()),
    }
}
