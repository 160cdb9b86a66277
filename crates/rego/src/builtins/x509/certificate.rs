//! Certificates (RFC 5280), read as strictly as Go reads them.

use num_bigint::BigInt;

use super::{
    der::{self, INTEGER, Oid, Reader, SEQUENCE, constructed, context},
    extensions::Extensions,
    keys::{self, Algorithm, PublicKey},
    name::Name,
};
use crate::builtins::{signature::Hash, time};

/// A certificate.
#[derive(Clone)]
pub struct Certificate {
    pub raw: Vec<u8>,
    pub raw_tbs: Vec<u8>,
    pub raw_issuer: Vec<u8>,
    pub raw_subject: Vec<u8>,
    pub raw_key: Vec<u8>,
    /// From 1.
    pub version: i64,
    pub serial: BigInt,
    pub issuer: Name,
    pub subject: Name,
    /// Seconds since 1970.
    pub not_before: i64,
    /// Seconds since 1970.
    pub not_after: i64,
    /// None if the algorithm is not known.
    pub key: Option<PublicKey>,
    pub key_algorithm: i64,
    pub signature_algorithm: SignatureAlgorithm,
    pub signature: Vec<u8>,
    /// None in the place of an empty list.
    pub extension_list: Option<Vec<Extension>>,
    pub extensions: Extensions,
}

/// An extension that is not yet understood.
#[derive(Clone)]
pub struct Extension {
    pub oid: Oid,
    pub critical: bool,
    pub value: Vec<u8>,
}

impl Extension {
    pub fn parse(content: &[u8]) -> Result<Self, &'static str> {
        let mut reader = Reader::new(content);
        let oid = reader.oid().ok_or("x509: malformed extension OID field")?;
        let critical = match reader.peek(der::BOOLEAN) {
            true => reader.boolean().ok_or("x509: malformed extension critical field")?,
            false => false,
        };
        let value = reader.read(der::OCTET_STRING).ok_or("x509: malformed extension value field")?;
        Ok(Self { oid, critical, value: value.to_vec() })
    }
}

/// How a certificate is signed, numbered as in Go's library.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignatureAlgorithm(pub i64);

/// The ways of signing that are still trusted.
pub enum Scheme {
    Rsa(Hash),
    Pss(Hash),
    Ec(Hash),
    Ed25519,
}

impl SignatureAlgorithm {
    pub fn of(algorithm: &Algorithm<'_>) -> Self {
        Self(match algorithm.oid.as_slice() {
            [1, 2, 840, 113549, 1, 1, last] => match last {
                4 => 2,
                5 => 3,
                10 => pss_number(algorithm.parameters),
                11 => 4,
                12 => 5,
                13 => 6,
                _ => 0,
            },
            [1, 3, 14, 3, 2, 29] => 3,
            [1, 2, 840, 10040, 4, 3] => 7,
            [2, 16, 840, 1, 101, 3, 4, 3, 2] => 8,
            [1, 2, 840, 10045, 4, 1] => 9,
            [1, 2, 840, 10045, 4, 3, last @ 2..=4] => i64::from(*last) + 8,
            [1, 3, 101, 112] if algorithm.parameters.is_empty() => 16,
            _ => 0,
        })
    }

    /// None for algorithms that are unknown, or broken like those with MD5 and SHA-1.
    pub fn scheme(self) -> Option<Scheme> {
        let hash = |at| [Hash::Sha256, Hash::Sha384, Hash::Sha512][at as usize];
        Some(match self.0 {
            number @ 4..=6 => Scheme::Rsa(hash(number - 4)),
            number @ 10..=12 => Scheme::Ec(hash(number - 10)),
            number @ 13..=15 => Scheme::Pss(hash(number - 13)),
            16 => Scheme::Ed25519,
            _ => return None,
        })
    }
}

/// PSS has many parameters; only the usual three sets have a name.
fn pss_number(parameters: &[u8]) -> i64 {
    let usual = |number: u8, size: u8, null: &[u8]| {
        let wrap = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
        let oid = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, number];
        let hash = wrap(SEQUENCE, &[&oid[..], null].concat());
        let mgf = [&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8], hash.as_slice()].concat();
        let parts =
            [wrap(constructed(0), &hash), wrap(constructed(1), &wrap(SEQUENCE, &mgf)), vec![0xa2, 3, 2, 1, size]];
        wrap(SEQUENCE, &parts.concat())
    };
    let sets = [(1, 32, 13), (2, 48, 14), (3, 64, 15)];
    let fits = |(number, size, _): &(u8, u8, i64)| {
        parameters == usual(*number, *size, &[5, 0]) || parameters == usual(*number, *size, &[])
    };
    sets.into_iter().find(fits).map_or(0, |(.., number)| number)
}

/// Reads certificates that follow each other.
pub fn parse_all(mut der: &[u8]) -> Result<Vec<Certificate>, String> {
    let mut certificates = Vec::new();
    while !der.is_empty() {
        let certificate = parse_first(der)?;
        der = &der[certificate.raw.len()..];
        certificates.push(certificate);
    }
    Ok(certificates)
}

/// Reads one certificate with nothing behind it.
pub fn parse_one(der: &[u8]) -> Result<Certificate, String> {
    let certificate = parse_first(der)?;
    match certificate.raw.len() == der.len() {
        true => Ok(certificate),
        false => Err("x509: trailing data".to_owned()),
    }
}

fn parse_first(der: &[u8]) -> Result<Certificate, String> {
    let outer = Reader::new(der).element(SEQUENCE).ok_or("x509: malformed certificate")?;
    let mut input = Reader::new(outer.content);
    let raw_tbs = input.element(SEQUENCE).ok_or("x509: malformed tbs certificate")?;
    let mut tbs = Reader::new(raw_tbs.content);
    let version = match tbs.optional(constructed(0)).ok_or("x509: malformed version")? {
        None => 1,
        Some(content) => {
            let version = Reader::new(content).small(INTEGER).filter(|version| *version >= 0);
            version.ok_or("x509: malformed version")?.saturating_add(1)
        }
    };
    if version > 3 {
        return Err("x509: invalid version".to_owned());
    }
    let serial = tbs.integer().ok_or("x509: malformed serial number")?;
    if serial < BigInt::ZERO {
        return Err("x509: negative serial number".to_owned());
    }
    let inner = tbs.read(SEQUENCE).ok_or("x509: malformed signature algorithm identifier")?;
    if input.read(SEQUENCE).ok_or("x509: malformed algorithm identifier")? != inner {
        return Err("x509: inner and outer signature algorithm identifiers don't match".to_owned());
    }
    let signature_algorithm = SignatureAlgorithm::of(&Algorithm::parse(inner)?);
    let raw_issuer = tbs.element(SEQUENCE).ok_or("x509: malformed issuer")?.whole;
    let issuer = Name::parse(raw_issuer)?;
    let mut validity = tbs.inside(SEQUENCE).ok_or("x509: malformed validity")?;
    let (not_before, not_after) = (point_in_time(&mut validity)?, point_in_time(&mut validity)?);
    let raw_subject = tbs.element(SEQUENCE).ok_or("x509: malformed issuer")?.whole;
    let subject = Name::parse(raw_subject)?;
    let raw_key = tbs.element(SEQUENCE).ok_or("x509: malformed spki")?;
    let mut spki = Reader::new(raw_key.content);
    let algorithm = spki.read(SEQUENCE).ok_or("x509: malformed public key algorithm identifier")?;
    let algorithm = Algorithm::parse(algorithm)?;
    let key_algorithm = keys::algorithm_number(&algorithm.oid);
    let bits = spki.bits().ok_or("x509: malformed subjectPublicKey")?;
    let key = if key_algorithm > 0 { Some(keys::public_key(&algorithm, &bits)?) } else { None };
    let extension_list = extension_list(&mut tbs, version)?;
    let extensions = Extensions::parse(extension_list.as_deref().unwrap_or_default())?;
    let signature = input.bits().ok_or("x509: malformed signature")?;
    Ok(Certificate {
        raw: outer.whole.to_vec(),
        raw_tbs: raw_tbs.whole.to_vec(),
        raw_issuer: raw_issuer.to_vec(),
        raw_subject: raw_subject.to_vec(),
        raw_key: raw_key.whole.to_vec(),
        version,
        serial,
        issuer,
        subject,
        not_before,
        not_after,
        key,
        key_algorithm,
        signature_algorithm,
        signature,
        extension_list,
        extensions,
    })
}

fn extension_list(tbs: &mut Reader<'_>, version: i64) -> Result<Option<Vec<Extension>>, String> {
    if version > 1 {
        tbs.optional(context(1)).ok_or("x509: malformed issuerUniqueID")?;
        tbs.optional(context(2)).ok_or("x509: malformed subjectUniqueID")?;
    }
    if version < 3 {
        return Ok(None);
    }
    let Some(content) = tbs.optional(constructed(3)).ok_or("x509: malformed extensions")? else { return Ok(None) };
    let mut reader = Reader::new(content).inside(SEQUENCE).ok_or("x509: malformed extensions")?;
    let mut list: Vec<Extension> = Vec::new();
    while !reader.is_empty() {
        let extension = Extension::parse(reader.read(SEQUENCE).ok_or("x509: malformed extension")?)?;
        if list.iter().any(|other| other.oid == extension.oid) {
            let oid = der::dotted(&extension.oid);
            return Err(format!("x509: certificate contains duplicate extension with OID \"{oid}\""));
        }
        list.push(extension);
    }
    Ok((!list.is_empty()).then_some(list))
}

/// UTCTime or GeneralizedTime, in seconds since 1970.
fn point_in_time(reader: &mut Reader<'_>) -> Result<i64, &'static str> {
    const UTC: u8 = 23;
    const GENERALIZED: u8 = 24;
    let (tag, problem, layouts): (u8, _, &[&str]) = match reader.rest.first() {
        Some(&UTC) => (UTC, "x509: malformed UTCTime", &["060102150405Z0700", "0601021504Z0700"]),
        Some(&GENERALIZED) => (GENERALIZED, "x509: malformed GeneralizedTime", &["20060102150405Z0700"]),
        _ => return Err("x509: unsupported time format"),
    };
    let text = reader.read(tag).and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or(problem)?;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let layout = layouts.iter().find(|layout| layout.len() == digits + 5).ok_or(problem)?;
    if text.contains('.') || text.contains(',') {
        return Err(problem);
    }
    let seconds = time::parse_seconds(layout, text).ok_or(problem)?;
    // Two digits of a year from 50 on are of the last century.
    let before = (tag == UTC && seconds >= time::start_of_year(2050)).then(|| format!("19{}", &text[..digits]));
    match before {
        Some(text) => time::parse_seconds("20060102150405Z0700", &(text + "Z")).ok_or(problem),
        None => Ok(seconds),
    }
}
