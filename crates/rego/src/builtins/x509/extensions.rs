//! What the known extensions of a certificate say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    certificate::Extension,
    der::{self, BOOLEAN, INTEGER, OCTET_STRING, OID, Oid, Reader, SEQUENCE, constructed, context},
};
use crate::{builtins::uri::Uri, value::Value};

/// All that is understood. None stands for what is not there at all.
#[derive(Clone, Default)]
pub struct Extensions {
    pub unhandled_critical: Vec<Oid>,
    pub key_usage: i64,
    pub extended_usages: Vec<usize>,
    pub unknown_usages: Vec<Oid>,
    pub basic_constraints: bool,
    pub is_ca: bool,
    /// -1 if it is not given.
    pub max_path: i64,
    pub subject_key: Option<Vec<u8>>,
    pub authority_key: Option<Vec<u8>>,
    pub ocsp: Vec<String>,
    pub issuers: Vec<String>,
    pub names: Names,
    pub constraints_critical: bool,
    pub permitted: Constraints,
    pub excluded: Constraints,
    pub distribution_points: Vec<String>,
    /// Each as the bytes of its identifier.
    pub policies: Option<Vec<Vec<u8>>>,
    pub policy_mappings: Vec<[Vec<u8>; 2]>,
    pub inhibit_any_policy: Option<i64>,
    pub inhibit_policy_mapping: Option<i64>,
    pub require_explicit_policy: Option<i64>,
}

/// Alternative names of the subject.
#[derive(Clone, Default)]
pub struct Names {
    pub dns: Vec<String>,
    pub emails: Vec<String>,
    pub addresses: Vec<IpAddr>,
    pub uris: Vec<String>,
}

impl Names {
    pub fn is_empty(&self) -> bool {
        self.dns.is_empty() && self.emails.is_empty() && self.addresses.is_empty() && self.uris.is_empty()
    }
}

/// Names that certificates below may or must not have.
#[derive(Clone, Default)]
pub struct Constraints {
    pub dns: Vec<String>,
    /// Address and mask.
    pub ranges: Vec<(Vec<u8>, Vec<u8>)>,
    pub emails: Vec<String>,
    pub uris: Vec<String>,
}

impl Constraints {
    pub fn is_empty(&self) -> bool {
        self.dns.is_empty() && self.ranges.is_empty() && self.emails.is_empty() && self.uris.is_empty()
    }
}

impl Extensions {
    pub fn parse(list: &[Extension]) -> Result<Self, String> {
        let mut all = Self::default();
        for extension in list {
            let handled = match extension.oid.as_slice() {
                [2, 5, 29, kind] => all.read_standard(*kind, extension)?,
                [1, 3, 6, 1, 5, 5, 7, 1, 1] => all.read_authority_access(extension)?,
                _ => false,
            };
            if extension.critical && !handled {
                all.unhandled_critical.push(extension.oid.clone());
            }
        }
        Ok(all)
    }

    /// Reads an extension of X.509 itself. False if it is not understood in full.
    fn read_standard(&mut self, kind: u32, extension: &Extension) -> Result<bool, String> {
        let mut reader = Reader::new(&extension.value);
        match kind {
            14 if extension.critical => {
                return Err("x509: subject key identifier incorrectly marked critical".to_owned());
            }
            14 => {
                let key = reader.read(OCTET_STRING).ok_or("x509: invalid subject key identifier")?;
                self.subject_key = Some(key.to_vec());
            }
            15 => self.key_usage = key_usage(&mut reader).ok_or("x509: invalid key usage")?,
            17 => {
                self.names = alternative_names(&mut reader)?;
                return Ok(!self.names.is_empty());
            }
            19 => {
                (self.is_ca, self.max_path) =
                    basic_constraints(&mut reader).ok_or("x509: invalid basic constraints")?;
                self.basic_constraints = true;
            }
            30 => return self.read_constraints(extension),
            31 => self.distribution_points = distribution_points(&mut reader)?,
            32 => self.policies = Some(policies(&mut reader).ok_or("x509: invalid certificate policies")?),
            33 => self.policy_mappings = mappings(&mut reader).ok_or("x509: invalid policy mappings extension")?,
            35 => self.authority_key = authority_key(extension, &mut reader)?,
            36 => {
                let mut inner = reader.inside(SEQUENCE).ok_or("x509: invalid policy constraints extension")?;
                let mut optional = |number| match inner.peek(context(number)) {
                    true => inner.small(context(number)).map(Some).ok_or("x509: invalid policy constraints extension"),
                    false => Ok(None),
                };
                self.require_explicit_policy = optional(0)?;
                self.inhibit_policy_mapping = optional(1)?;
            }
            37 => {
                (self.extended_usages, self.unknown_usages) =
                    extended_usages(&mut reader).ok_or("x509: invalid extended key usages")?
            }
            54 => {
                let inhibit = reader.small(INTEGER).ok_or("x509: invalid inhibit any policy extension")?;
                self.inhibit_any_policy = Some(inhibit);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_authority_access(&mut self, extension: &Extension) -> Result<bool, String> {
        if extension.critical {
            return Err("x509: authority info access incorrectly marked critical".to_owned());
        }
        let invalid = "x509: invalid authority info access";
        let mut reader = Reader::new(&extension.value).inside(SEQUENCE).ok_or(invalid)?;
        while !reader.is_empty() {
            let mut access = reader.inside(SEQUENCE).ok_or(invalid)?;
            let method = access.oid().ok_or(invalid)?;
            if !access.peek(context(6)) {
                continue;
            }
            let uri = text(access.read(context(6)).ok_or(invalid)?);
            match method.as_slice() {
                [1, 3, 6, 1, 5, 5, 7, 48, 1] => self.ocsp.push(uri),
                [1, 3, 6, 1, 5, 5, 7, 48, 2] => self.issuers.push(uri),
                _ => {}
            }
        }
        Ok(true)
    }

    fn read_constraints(&mut self, extension: &Extension) -> Result<bool, String> {
        let invalid = "x509: invalid NameConstraints extension";
        let mut outer = Reader::new(&extension.value);
        let mut inner = outer.inside(SEQUENCE).filter(|_| outer.is_empty()).ok_or(invalid)?;
        let permitted = inner.optional(constructed(0)).ok_or(invalid)?.unwrap_or_default();
        let excluded = inner.optional(constructed(1)).ok_or(invalid)?.unwrap_or_default();
        if !inner.is_empty() {
            return Err(invalid.to_owned());
        }
        if permitted.is_empty() && excluded.is_empty() {
            return Err("x509: empty name constraints extension".to_owned());
        }
        let mut handled = true;
        self.permitted = constraints(permitted, &mut handled)?;
        self.excluded = constraints(excluded, &mut handled)?;
        self.constraints_critical = extension.critical;
        Ok(handled)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn key_usage(reader: &mut Reader<'_>) -> Option<i64> {
    let (unused, bytes) = reader.raw_bits()?;
    let bits = bytes.len() * 8 - unused as usize;
    let set = |bit: &usize| *bit < bits && bytes[bit / 8] & (0x80 >> (bit % 8)) != 0;
    Some((0..9).filter(set).map(|bit| 1 << bit).sum())
}

fn basic_constraints(reader: &mut Reader<'_>) -> Option<(bool, i64)> {
    let mut inner = reader.inside(SEQUENCE)?;
    let is_ca = if inner.peek(BOOLEAN) { inner.boolean()? } else { false };
    let max_path = if inner.peek(INTEGER) { inner.small(INTEGER).filter(|length| *length >= 0)? } else { -1 };
    Some((is_ca, max_path))
}

fn authority_key(extension: &Extension, reader: &mut Reader<'_>) -> Result<Option<Vec<u8>>, String> {
    if extension.critical {
        return Err("x509: authority key identifier incorrectly marked critical".to_owned());
    }
    let key = reader.inside(SEQUENCE).and_then(|mut inner| inner.optional(context(0)));
    Ok(key.ok_or("x509: invalid authority key identifier")?.map(<[u8]>::to_vec))
}

fn alternative_names(reader: &mut Reader<'_>) -> Result<Names, String> {
    let mut names = Names::default();
    let mut inner = reader.inside(SEQUENCE).ok_or("x509: invalid subject alternative names")?;
    while !inner.is_empty() {
        let name = inner.any().ok_or("x509: invalid subject alternative name")?;
        let ascii = |what: &str| match name.content.is_ascii() {
            true => Ok(text(name.content)),
            false => Err(format!("x509: SAN {what} is malformed")),
        };
        match name.tag ^ 0x80 {
            1 => names.emails.push(ascii("rfc822Name")?),
            2 => names.dns.push(ascii("dNSName")?),
            6 => {
                let uri = ascii("uniformResourceIdentifier")?;
                let quoted = Value::string(&uri);
                let parsed = Uri::parse(&uri).map_err(|why| format!("x509: cannot parse URI {quoted}: {why}"))?;
                if !valid_domain(&parsed.host, false) {
                    return Err(format!("x509: cannot parse URI {quoted}: invalid domain"));
                }
                names.uris.push(uri);
            }
            7 => names.addresses.push(
                address(name.content)
                    .ok_or_else(|| format!("x509: cannot parse IP address of length {}", name.content.len()))?,
            ),
            _ => {}
        }
    }
    Ok(names)
}

/// An address of 4 or 16 bytes.
pub fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(|bytes| Ipv4Addr::from(bytes).into()),
        16 => <[u8; 16]>::try_from(bytes).ok().map(|bytes| IpAddr::from(Ipv6Addr::from(bytes)).to_canonical()),
        _ => None,
    }
}

/// Whether a name has labels throughout. Constraints may begin with a period.
fn valid_domain(name: &str, constraint: bool) -> bool {
    let name = name.strip_prefix('.').filter(|_| constraint).unwrap_or(name);
    name.is_empty()
        || name.split('.').all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_graphic()))
}

fn constraints(subtrees: &[u8], handled: &mut bool) -> Result<Constraints, String> {
    let invalid = "x509: invalid NameConstraints extension";
    let mut constraints = Constraints::default();
    let mut reader = Reader::new(subtrees);
    while !reader.is_empty() {
        let name = reader.inside(SEQUENCE).and_then(|mut subtree| subtree.any()).ok_or(invalid)?;
        let domain = |kind: &str| {
            let domain = text(name.content);
            let failed = || format!("x509: failed to parse {kind} constraint {}", Value::string(&domain));
            if !name.content.is_ascii() {
                return Err(format!(
                    "x509: invalid constraint value: x509: {} cannot be encoded as an IA5String",
                    Value::string(&domain)
                ));
            }
            let mailbox = kind == "rfc822Name" && domain.contains('@');
            if kind == "URI" && domain.parse::<IpAddr>().is_ok() {
                return Err(failed() + ": cannot be IP address");
            }
            if !mailbox && !valid_domain(&domain, true) {
                return Err(failed());
            }
            Ok(domain)
        };
        match name.tag {
            tag if tag == context(1) => constraints.emails.push(domain("rfc822Name")?),
            tag if tag == context(2) => constraints.dns.push(domain("dnsName")?),
            tag if tag == context(6) => constraints.uris.push(domain("URI")?),
            tag if tag == context(7) => constraints.ranges.push(range(name.content)?),
            _ => *handled = false,
        }
    }
    Ok(constraints)
}

fn range(bytes: &[u8]) -> Result<(Vec<u8>, Vec<u8>), String> {
    if !matches!(bytes.len(), 8 | 32) {
        return Err(format!("x509: IP constraint contained value of length {}", bytes.len()));
    }
    let (address, mask) = bytes.split_at(bytes.len() / 2);
    let ones = mask.iter().map(|byte| byte.leading_ones()).take_while(|ones| *ones == 8).count();
    let after = mask.get(ones).copied().unwrap_or(0);
    let rest_is_zero = mask.iter().skip(ones + 1).all(|byte| *byte == 0);
    if after.leading_ones() != after.count_ones() || !rest_is_zero {
        return Err(format!("x509: IP constraint contained invalid mask {}", hex::encode(mask)));
    }
    Ok((address.to_vec(), mask.to_vec()))
}

fn distribution_points(reader: &mut Reader<'_>) -> Result<Vec<String>, String> {
    let mut uris = Vec::new();
    let mut points = reader.inside(SEQUENCE).ok_or("x509: invalid CRL distribution points")?;
    let invalid = "x509: invalid CRL distribution point";
    while !points.is_empty() {
        let mut point = points.inside(SEQUENCE).ok_or(invalid)?;
        let Some(name) = point.optional(constructed(0)).ok_or(invalid)? else { continue };
        let mut names = Reader::new(name).inside(constructed(0)).ok_or(invalid)?;
        while names.peek(context(6)) {
            uris.push(text(names.read(context(6)).ok_or(invalid)?));
        }
    }
    Ok(uris)
}

fn policies(reader: &mut Reader<'_>) -> Option<Vec<Vec<u8>>> {
    let mut policies: Vec<Vec<u8>> = Vec::new();
    let mut list = reader.inside(SEQUENCE)?;
    while !list.is_empty() {
        let policy = list.inside(SEQUENCE)?.read(OID)?.to_vec();
        if policies.contains(&policy) {
            return None;
        }
        policies.push(policy);
    }
    Some(policies)
}

fn mappings(reader: &mut Reader<'_>) -> Option<Vec<[Vec<u8>; 2]>> {
    let mut mappings = Vec::new();
    let mut list = reader.inside(SEQUENCE)?;
    while !list.is_empty() {
        let mut pair = list.inside(SEQUENCE)?;
        mappings.push([pair.read(OID)?.to_vec(), pair.read(OID)?.to_vec()]);
    }
    Some(mappings)
}

/// Purposes with numbers, in the order of these.
const USAGES: [&[u32]; 14] = [
    &[2, 5, 29, 37, 0],
    &[1, 3, 6, 1, 5, 5, 7, 3, 1],
    &[1, 3, 6, 1, 5, 5, 7, 3, 2],
    &[1, 3, 6, 1, 5, 5, 7, 3, 3],
    &[1, 3, 6, 1, 5, 5, 7, 3, 4],
    &[1, 3, 6, 1, 5, 5, 7, 3, 5],
    &[1, 3, 6, 1, 5, 5, 7, 3, 6],
    &[1, 3, 6, 1, 5, 5, 7, 3, 7],
    &[1, 3, 6, 1, 5, 5, 7, 3, 8],
    &[1, 3, 6, 1, 5, 5, 7, 3, 9],
    &[1, 3, 6, 1, 4, 1, 311, 10, 3, 3],
    &[2, 16, 840, 1, 113730, 4, 1],
    &[1, 3, 6, 1, 4, 1, 311, 2, 1, 22],
    &[1, 3, 6, 1, 4, 1, 311, 61, 1, 1],
];

fn extended_usages(reader: &mut Reader<'_>) -> Option<(Vec<usize>, Vec<Oid>)> {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let mut list = reader.inside(SEQUENCE)?;
    while !list.is_empty() {
        let oid: der::Oid = list.oid()?;
        match USAGES.iter().position(|usage| *usage == oid) {
            Some(number) => known.push(number),
            None => unknown.push(oid),
        }
    }
    Some((known, unknown))
}
