//! Certificate signing requests (RFC 2986).

use super::{
    certificate::{Extension, SignatureAlgorithm},
    der::{self, INTEGER, OCTET_STRING, Oid, Reader, SEQUENCE, SET, constructed},
    extensions::{Extensions, Names},
    keys::{self, Algorithm, PublicKey},
    name::Name,
};

/// A certificate request.
pub struct Request {
    pub raw: Vec<u8>,
    pub raw_tbs: Vec<u8>,
    pub raw_subject: Vec<u8>,
    pub raw_key: Vec<u8>,
    pub version: i64,
    pub subject: Name,
    pub key: Option<PublicKey>,
    pub key_algorithm: i64,
    pub signature_algorithm: SignatureAlgorithm,
    pub signature: Vec<u8>,
    /// Attributes that hold lists of pairs.
    pub extension_attributes: Vec<(Oid, Vec<Extension>)>,
    pub extensions: Vec<Extension>,
    pub names: Names,
}

/// The attribute in which extensions are asked for.
const EXTENSION_REQUEST: [u32; 7] = [1, 2, 840, 113549, 1, 9, 14];
const ALTERNATIVE_NAMES: [u32; 4] = [2, 5, 29, 17];

/// Reads a request.
pub fn parse(der: &[u8]) -> Result<Request, String> {
    let malformed = || der::problem(der);
    let mut outer = Reader::new(der);
    let whole = outer.element(SEQUENCE).ok_or_else(malformed)?;
    if !outer.is_empty() {
        return Err("asn1: syntax error: trailing data".to_owned());
    }
    let mut input = Reader::new(whole.content);
    let tbs = input.element(SEQUENCE).ok_or_else(malformed)?;
    let signature_algorithm = Algorithm::parse(input.read(SEQUENCE).ok_or_else(malformed)?)?;
    let signature = input.bits().ok_or_else(malformed)?;
    let mut fields = Reader::new(tbs.content);
    let version = fields.small(INTEGER).ok_or_else(malformed)?;
    let raw_subject = fields.element(SEQUENCE).ok_or_else(malformed)?.whole;
    let raw_key = fields.element(SEQUENCE).ok_or_else(malformed)?;
    let attributes = fields.optional(constructed(0)).ok_or_else(malformed)?.unwrap_or_default();
    let subject = Name::parse(raw_subject)?;
    let mut spki = Reader::new(raw_key.content);
    let algorithm = Algorithm::parse(spki.read(SEQUENCE).ok_or_else(malformed)?)?;
    let bits = spki.bits().ok_or_else(malformed)?;
    let key_algorithm = keys::algorithm_number(&algorithm.oid);
    let key = if key_algorithm > 0 { Some(keys::public_key(&algorithm, &bits)?) } else { None };
    let (extension_attributes, extensions) = parse_attributes(attributes).ok_or_else(malformed)?;
    let alternative: Vec<Extension> =
        extensions.iter().filter(|extension| extension.oid == ALTERNATIVE_NAMES).cloned().collect();
    Ok(Request {
        raw: whole.whole.to_vec(),
        raw_tbs: tbs.whole.to_vec(),
        raw_subject: raw_subject.to_vec(),
        raw_key: raw_key.whole.to_vec(),
        version,
        subject,
        key,
        key_algorithm,
        signature_algorithm: SignatureAlgorithm::of(&signature_algorithm),
        signature,
        extension_attributes,
        extensions,
        names: Extensions::parse(&alternative)?.names,
    })
}

type Attributes = (Vec<(Oid, Vec<Extension>)>, Vec<Extension>);

/// Attributes of pairs without a critical mark, and the extensions that are asked for.
fn parse_attributes(content: &[u8]) -> Option<Attributes> {
    let (mut attributes, mut extensions) = (Vec::new(), Vec::new());
    let mut reader = Reader::new(content);
    while !reader.is_empty() {
        let mut attribute = reader.inside(SEQUENCE)?;
        let oid = attribute.oid()?;
        let Some(list) = attribute.inside(SET).and_then(|mut set| set.inside(SEQUENCE)) else { continue };
        if oid == EXTENSION_REQUEST {
            let mut rest = list;
            while !rest.is_empty() {
                extensions.push(Extension::parse(rest.read(SEQUENCE)?).ok()?);
            }
        }
        if let Some(pairs) = pairs(list) {
            attributes.push((oid, pairs));
        }
    }
    Some((attributes, extensions))
}

fn pairs(mut list: Reader<'_>) -> Option<Vec<Extension>> {
    let mut pairs = Vec::new();
    while !list.is_empty() {
        let mut pair = list.inside(SEQUENCE)?;
        let oid = pair.oid()?;
        let value = pair.read(OCTET_STRING)?.to_vec();
        if !pair.is_empty() {
            return None;
        }
        pairs.push(Extension { oid, critical: false, value });
    }
    Some(pairs)
}
