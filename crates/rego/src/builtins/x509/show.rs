//! Certificates, requests and keys as Go's JSON shows them.

use std::net::IpAddr;

use data_encoding::BASE64;
use num_bigint::{BigInt, BigUint};

use super::{
    certificate::{Certificate, Extension},
    der,
    extensions::{Constraints, Names},
    keys::{PrivateKey, PublicKey},
    name::Name,
    request::Request,
};
use crate::{
    builtins::{time, uri::Uri},
    value::{Number, Value},
};

type Fields = Vec<(&'static str, Value)>;

fn object(fields: Fields) -> Value {
    Value::object(fields.into_iter().map(|(name, value)| (Value::from(name), value)))
}

/// An array, or `null` in the place of an empty one.
fn list<T>(items: &[T], show: impl Fn(&T) -> Value) -> Value {
    if items.is_empty() { Value::Null } else { Value::array(items.iter().map(show)) }
}

fn texts(texts: &[String]) -> Value {
    list(texts, |text| Value::string(text))
}

fn bytes(bytes: &[u8]) -> Value {
    BASE64.encode(bytes).into()
}

fn optional_bytes(value: Option<&Vec<u8>>) -> Value {
    value.map_or(Value::Null, |value| bytes(value))
}

fn oid(oid: &[u32]) -> Value {
    Value::array(oid.iter().map(|number| Value::int(*number)))
}

fn unsigned(number: &BigUint) -> Value {
    Number::from_bigint(&BigInt::from(number.clone())).into()
}

fn from_bytes(bytes: &[u8]) -> Value {
    unsigned(&BigUint::from_bytes_be(bytes))
}

/// A certificate. `with_uri_texts` adds what OPA adds in most places.
pub fn certificate(certificate: &Certificate, with_uri_texts: bool) -> Value {
    let extensions = &certificate.extensions;
    let (permitted, excluded) = (&extensions.permitted, &extensions.excluded);
    let number = |value: Option<i64>| Value::int(value.unwrap_or(0));
    let is_zero = |value: Option<i64>| Value::from(value == Some(0));
    let mut fields: Fields = vec![
        ("Raw", bytes(&certificate.raw)),
        ("RawTBSCertificate", bytes(&certificate.raw_tbs)),
        ("RawSubjectPublicKeyInfo", bytes(&certificate.raw_key)),
        ("RawSubject", bytes(&certificate.raw_subject)),
        ("RawIssuer", bytes(&certificate.raw_issuer)),
        ("Signature", bytes(&certificate.signature)),
        ("SignatureAlgorithm", Value::int(certificate.signature_algorithm.0)),
        ("PublicKeyAlgorithm", Value::int(certificate.key_algorithm)),
        ("PublicKey", certificate.key.as_ref().map_or(Value::Null, public_key)),
        ("Version", Value::int(certificate.version)),
        ("SerialNumber", Number::from_bigint(&certificate.serial).into()),
        ("Issuer", name(&certificate.issuer)),
        ("Subject", name(&certificate.subject)),
        ("NotBefore", time::rfc3339(certificate.not_before).into()),
        ("NotAfter", time::rfc3339(certificate.not_after).into()),
        ("KeyUsage", Value::int(extensions.key_usage)),
        ("Extensions", list(certificate.extension_list.as_deref().unwrap_or_default(), extension)),
        ("ExtraExtensions", Value::Null),
        ("UnhandledCriticalExtensions", list(&extensions.unhandled_critical, |id| oid(id))),
        ("ExtKeyUsage", list(&extensions.extended_usages, |usage| Value::int(*usage))),
        ("UnknownExtKeyUsage", list(&extensions.unknown_usages, |id| oid(id))),
        ("BasicConstraintsValid", extensions.basic_constraints.into()),
        ("IsCA", extensions.is_ca.into()),
        ("MaxPathLen", Value::int(extensions.max_path)),
        ("MaxPathLenZero", (extensions.basic_constraints && extensions.max_path == 0).into()),
        ("SubjectKeyId", optional_bytes(extensions.subject_key.as_ref())),
        ("AuthorityKeyId", optional_bytes(extensions.authority_key.as_ref())),
        ("OCSPServer", texts(&extensions.ocsp)),
        ("IssuingCertificateURL", texts(&extensions.issuers)),
        ("CRLDistributionPoints", texts(&extensions.distribution_points)),
        ("PermittedDNSDomainsCritical", extensions.constraints_critical.into()),
        ("PolicyIdentifiers", policies(extensions.policies.as_ref(), false)),
        ("Policies", policies(extensions.policies.as_ref(), true)),
        ("PolicyMappings", list(&extensions.policy_mappings, mapping)),
        ("InhibitAnyPolicy", number(extensions.inhibit_any_policy)),
        ("InhibitAnyPolicyZero", is_zero(extensions.inhibit_any_policy)),
        ("InhibitPolicyMapping", number(extensions.inhibit_policy_mapping)),
        ("InhibitPolicyMappingZero", is_zero(extensions.inhibit_policy_mapping)),
        ("RequireExplicitPolicy", number(extensions.require_explicit_policy)),
        ("RequireExplicitPolicyZero", is_zero(extensions.require_explicit_policy)),
    ];
    fields.extend(names(&extensions.names));
    fields.extend(constraints(
        permitted,
        ["PermittedDNSDomains", "PermittedIPRanges", "PermittedEmailAddresses", "PermittedURIDomains"],
    ));
    fields.extend(constraints(
        excluded,
        ["ExcludedDNSDomains", "ExcludedIPRanges", "ExcludedEmailAddresses", "ExcludedURIDomains"],
    ));
    if with_uri_texts {
        fields.push(("URIStrings", texts(&extensions.names.uris)));
    }
    object(fields)
}

/// A certificate request.
pub fn request(request: &Request) -> Value {
    let mut fields: Fields = vec![
        ("Raw", bytes(&request.raw)),
        ("RawTBSCertificateRequest", bytes(&request.raw_tbs)),
        ("RawSubjectPublicKeyInfo", bytes(&request.raw_key)),
        ("RawSubject", bytes(&request.raw_subject)),
        ("Version", Value::int(request.version)),
        ("Signature", bytes(&request.signature)),
        ("SignatureAlgorithm", Value::int(request.signature_algorithm.0)),
        ("PublicKeyAlgorithm", Value::int(request.key_algorithm)),
        ("PublicKey", request.key.as_ref().map_or(Value::Null, public_key)),
        ("Subject", name(&request.subject)),
        ("Attributes", attributes(&request.extension_attributes)),
        ("Extensions", list(&request.extensions, extension)),
        ("ExtraExtensions", Value::Null),
    ];
    fields.extend(names(&request.names));
    object(fields)
}

/// Attributes of requests that hold lists of types and values.
fn attributes(attributes: &[(der::Oid, Vec<Extension>)]) -> Value {
    list(attributes, |(id, extensions)| {
        let pairs = extensions
            .iter()
            .map(|extension| object(vec![("Type", oid(&extension.oid)), ("Value", bytes(&extension.value))]));
        object(vec![("Type", oid(id)), ("Value", Value::array([Value::array(pairs)]))])
    })
}

fn names(names: &Names) -> Fields {
    let address = |address: &IpAddr| Value::from(address.to_string());
    vec![
        ("DNSNames", texts(&names.dns)),
        ("EmailAddresses", texts(&names.emails)),
        ("IPAddresses", list(&names.addresses, address)),
        ("URIs", list(&names.uris, |text| uri(text))),
    ]
}

/// A URL as the fields of Go's type for it.
fn uri(text: &str) -> Value {
    let uri = Uri::parse(text).unwrap_or_default();
    let before_fragment = text.split('#').next().unwrap_or_default();
    let authority = before_fragment.split("//").nth(1).and_then(|rest| rest.split(['/', '?']).next());
    let user = authority.is_some_and(|authority| authority.contains('@'));
    let default_escapes = crate::builtins::providers::escape_path(&uri.path) == uri.raw_path;
    let raw_path = if default_escapes { "" } else { &uri.raw_path };
    object(vec![
        ("Scheme", uri.scheme.as_str().into()),
        ("Opaque", uri.opaque.as_str().into()),
        ("User", if user { Value::object([]) } else { Value::Null }),
        ("Host", uri.host.as_str().into()),
        ("Path", uri.path.as_str().into()),
        ("RawPath", raw_path.into()),
        ("OmitHost", false.into()),
        ("ForceQuery", (uri.query.is_empty() && before_fragment.ends_with('?')).into()),
        ("RawQuery", uri.query.as_str().into()),
        ("Fragment", uri.fragment.as_str().into()),
        ("RawFragment", "".into()),
    ])
}

fn constraints(constraints: &Constraints, names: [&'static str; 4]) -> Fields {
    let range = |(address, mask): &(Vec<u8>, Vec<u8>)| {
        let address = super::extensions::address(address).map_or(String::new(), |address| address.to_string());
        object(vec![("IP", address.into()), ("Mask", bytes(mask))])
    };
    let [dns, ranges, emails, uris] = names;
    vec![
        (dns, texts(&constraints.dns)),
        (ranges, list(&constraints.ranges, range)),
        (emails, texts(&constraints.emails)),
        (uris, texts(&constraints.uris)),
    ]
}

/// Identifiers of policies, as texts or as lists of numbers; the latter leave out those that are too large.
fn policies(policies: Option<&Vec<Vec<u8>>>, as_texts: bool) -> Value {
    let Some(policies) = policies else { return Value::Null };
    match as_texts {
        true => Value::array(policies.iter().map(|policy| dotted(policy))),
        false => Value::array(policies.iter().filter_map(|policy| der::oid(policy)).map(|id| oid(&id))),
    }
}

fn dotted(identifier: &[u8]) -> Value {
    der::oid(identifier).map_or_else(String::new, |id| der::dotted(&id)).into()
}

fn mapping(pair: &[Vec<u8>; 2]) -> Value {
    object(vec![("IssuerDomainPolicy", dotted(&pair[0])), ("SubjectDomainPolicy", dotted(&pair[1]))])
}

fn extension(extension: &Extension) -> Value {
    object(vec![
        ("Id", oid(&extension.oid)),
        ("Critical", extension.critical.into()),
        ("Value", bytes(&extension.value)),
    ])
}

fn name(name: &Name) -> Value {
    let all = |kind| list(&name.values(kind).collect::<Vec<_>>(), |text| Value::string(text));
    let last = |kind| Value::from(name.values(kind).last().unwrap_or_default());
    let attribute = |(id, text): &(der::Oid, String)| object(vec![("Type", oid(id)), ("Value", Value::string(text))]);
    object(vec![
        ("Country", all(6)),
        ("Organization", all(10)),
        ("OrganizationalUnit", all(11)),
        ("Locality", all(7)),
        ("Province", all(8)),
        ("StreetAddress", all(9)),
        ("PostalCode", all(17)),
        ("SerialNumber", last(5)),
        ("CommonName", last(3)),
        ("Names", list(&name.attributes, attribute)),
        ("ExtraNames", Value::Null),
    ])
}

fn public_key(key: &PublicKey) -> Value {
    let big = |number: &BigInt| Value::from(Number::from_bigint(number));
    match key {
        PublicKey::Rsa { n, e } => object(vec![("N", unsigned(n)), ("E", unsigned(e))]),
        PublicKey::Ec { curve, point } => {
            let (x, y) = point[1..].split_at(curve.size());
            object(vec![("Curve", Value::object([])), ("X", from_bytes(x)), ("Y", from_bytes(y))])
        }
        PublicKey::Ed25519(key) => bytes(key),
        PublicKey::X25519(_) => Value::object([]),
        PublicKey::Dsa([p, q, g, y]) => object(vec![("P", big(p)), ("Q", big(q)), ("G", big(g)), ("Y", big(y))]),
    }
}

/// A private key as the fields of Go's type for it.
pub fn private_key(key: &PrivateKey) -> Value {
    match key {
        PrivateKey::Rsa(rsa) => {
            let [dp, dq, inverse] = rsa.precomputed().unwrap_or_default();
            let precomputed = vec![
                ("Dp", unsigned(&dp)),
                ("Dq", unsigned(&dq)),
                ("Qinv", unsigned(&inverse)),
                ("CRTValues", Value::array([])),
            ];
            object(vec![
                ("N", unsigned(&rsa.n)),
                ("E", unsigned(&rsa.e)),
                ("D", unsigned(&rsa.d)),
                ("Primes", Value::array([unsigned(&rsa.p), unsigned(&rsa.q)])),
                ("Precomputed", object(precomputed)),
            ])
        }
        PrivateKey::Ec { curve, secret, point } => {
            let (x, y) = point[1..].split_at(curve.size());
            object(vec![
                ("Curve", Value::object([])),
                ("X", from_bytes(x)),
                ("Y", from_bytes(y)),
                ("D", from_bytes(secret)),
            ])
        }
        PrivateKey::Ed25519 { seed, public } => bytes(&[*seed, *public].concat()),
        PrivateKey::X25519(_) => Value::object([]),
    }
}

/// Certificates with the private key of the first.
pub fn key_pair(chain: &[Vec<u8>], leaf: &Certificate, key: &PrivateKey) -> Value {
    object(vec![
        ("Certificate", Value::array(chain.iter().map(|der| bytes(der)))),
        ("PrivateKey", private_key(key)),
        ("SupportedSignatureAlgorithms", Value::Null),
        ("OCSPStaple", Value::Null),
        ("SignedCertificateTimestamps", Value::Null),
        ("Leaf", certificate(leaf, false)),
    ])
}
