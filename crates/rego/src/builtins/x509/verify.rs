//! Whether a chain of certificates leads from a trusted one to the one in question (RFC 5280, section 6, as Go reads it).

use std::net::IpAddr;

use super::{
    certificate::{Certificate, Scheme},
    extensions::Constraints,
    keys::PublicKey,
};
use crate::builtins::{
    signature::{self, Salt},
    uri::Uri,
};

/// What the last certificate has to be good for.
pub struct Options {
    /// A name or address it has to have; empty for any.
    pub dns_name: String,
    /// Seconds since 1970.
    pub time: i64,
    /// Purposes of which it needs one, by their numbers. 0 is any.
    pub usages: Vec<usize>,
}

/// No chain needs more; who builds certificates to keep us busy does.
const MAX_SIGNATURES: usize = 100;
const MAX_COMPARISONS: i64 = 250_000;

const CERTIFICATE_SIGN: i64 = 1 << 5;
const ANY_USAGE: usize = 0;
const SERVER_USAGE: usize = 1;

struct Search<'c> {
    root: &'c Certificate,
    intermediates: &'c [Certificate],
    options: &'c Options,
    signatures: usize,
    comparisons: i64,
}

/// The chain from the last certificate up to the first, if there is one.
pub fn chain<'c>(certificates: &'c [Certificate], options: &'c Options) -> Option<Vec<&'c Certificate>> {
    let [root, intermediates @ .., leaf] = certificates else { return None };
    let mut search = Search { root, intermediates, options, signatures: 0, comparisons: 0 };
    search.check(leaf, &[], Place::Leaf)?;
    if !options.dns_name.is_empty() && !has_name(leaf, &options.dns_name) {
        return None;
    }
    if leaf.raw == root.raw {
        return search.usable(&[leaf]).then(|| vec![leaf]);
    }
    search.build(vec![leaf])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Leaf,
    Intermediate,
    Root,
}

impl<'c> Search<'c> {
    fn build(&mut self, chain: Vec<&'c Certificate>) -> Option<Vec<&'c Certificate>> {
        let child = *chain.last()?;
        let (root, intermediates) = (self.root, self.intermediates);
        let candidates = std::iter::once((root, Place::Root))
            .chain(intermediates.iter().map(|certificate| (certificate, Place::Intermediate)));
        for (parent, place) in candidates {
            if parent.raw_subject != child.raw_issuer || is_in(parent, &chain) {
                continue;
            }
            self.signatures += 1;
            if self.signatures > MAX_SIGNATURES {
                return None;
            }
            if !is_signed_by(child, parent) || self.check(parent, &chain, place).is_none() {
                continue;
            }
            let longer = [chain.as_slice(), &[parent]].concat();
            let found = match place {
                Place::Root if self.usable(&longer) => Some(longer),
                Place::Root => None,
                _ => self.build(longer),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Whether a certificate may stand at the end of a chain.
    fn check(&mut self, certificate: &Certificate, chain: &[&Certificate], place: Place) -> Option<()> {
        let extensions = &certificate.extensions;
        let in_time = (certificate.not_before..=certificate.not_after).contains(&self.options.time);
        if !extensions.unhandled_critical.is_empty() || !in_time {
            return None;
        }
        if place == Place::Leaf {
            return Some(());
        }
        if !extensions.permitted.is_empty() || !extensions.excluded.is_empty() {
            for below in chain {
                self.check_names(certificate, below)?;
            }
        }
        if place == Place::Intermediate && !(extensions.basic_constraints && extensions.is_ca) {
            return None;
        }
        let between = chain.len() as i64 - 1;
        let too_long = extensions.basic_constraints && extensions.max_path >= 0 && between > extensions.max_path;
        (!too_long).then_some(())
    }

    fn check_names(&mut self, parent: &Certificate, below: &Certificate) -> Option<()> {
        let names = &below.extensions.names;
        let limits = [(&parent.extensions.permitted, true), (&parent.extensions.excluded, false)];
        for (constraints, permitted) in limits {
            let mut check = |count: usize, matches: &mut dyn FnMut() -> Option<bool>| {
                self.comparisons += count as i64;
                if self.comparisons > MAX_COMPARISONS {
                    return None;
                }
                (count == 0 || matches()? == permitted).then_some(())
            };
            for name in &names.dns {
                let mut fits = || Some(constraints.dns.iter().any(|domain| is_below(name, domain)));
                check(constraints.dns.len(), &mut fits)?;
            }
            for email in &names.emails {
                check(constraints.emails.len(), &mut || email_fits(email, constraints))?;
            }
            for uri in &names.uris {
                check(constraints.uris.len(), &mut || uri_fits(uri, constraints))?;
            }
            for address in &names.addresses {
                let mut fits = || Some(constraints.ranges.iter().any(|range| in_range(*address, range)));
                check(constraints.ranges.len(), &mut fits)?;
            }
        }
        Some(())
    }

    /// Whether all certificates allow one of the purposes.
    fn usable(&self, chain: &[&Certificate]) -> bool {
        let wanted = if self.options.usages.is_empty() { &[SERVER_USAGE][..] } else { &self.options.usages };
        if wanted.contains(&ANY_USAGE) {
            return true;
        }
        wanted.iter().any(|usage| {
            chain.iter().rev().all(|certificate| {
                let extensions = &certificate.extensions;
                let unlimited = extensions.extended_usages.is_empty() && extensions.unknown_usages.is_empty();
                unlimited || extensions.extended_usages.iter().any(|own| *own == ANY_USAGE || own == usage)
            })
        })
    }
}

/// The same subject, key and names are in the chain already.
fn is_in(certificate: &Certificate, chain: &[&Certificate]) -> bool {
    chain.iter().any(|other| {
        other.raw_subject == certificate.raw_subject
            && other.raw_key == certificate.raw_key
            && other.extensions.names.dns == certificate.extensions.names.dns
    })
}

fn is_signed_by(child: &Certificate, parent: &Certificate) -> bool {
    let extensions = &parent.extensions;
    let no_authority = (parent.version == 3 && !extensions.basic_constraints)
        || (extensions.basic_constraints && !extensions.is_ca)
        || (extensions.key_usage != 0 && extensions.key_usage & CERTIFICATE_SIGN == 0);
    let (Some(key), Some(scheme)) = (&parent.key, child.signature_algorithm.scheme()) else { return false };
    !no_authority && fits(key, scheme, &child.raw_tbs, &child.signature)
}

fn fits(key: &PublicKey, scheme: Scheme, message: &[u8], signed: &[u8]) -> bool {
    match scheme {
        Scheme::Rsa(hash) => signature::verify_rsa(key, hash, &hash.digest(message), signed),
        Scheme::Pss(hash) => signature::verify_pss(key, hash, Salt::AsHash, &hash.digest(message), signed),
        Scheme::Ed25519 => signature::verify_ed(key, message, signed),
        Scheme::Ec(hash) => {
            let numbers = super::der::Reader::new(signed).inside(super::der::SEQUENCE);
            let numbers =
                numbers.and_then(|mut reader| Some((reader.unsigned()?, reader.unsigned()?, reader.is_empty())));
            match numbers {
                Some((r, s, true)) => {
                    signature::verify_ec(key, &hash.digest(message), &r.to_bytes_be(), &s.to_bytes_be())
                }
                _ => false,
            }
        }
    }
}

/// Whether a host name is a domain or below it; all are below the empty one.
fn is_below(name: &str, domain: &str) -> bool {
    let only_below = domain.starts_with('.');
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    let name = name.to_ascii_lowercase();
    match name.strip_suffix(&domain) {
        _ if domain.is_empty() => true,
        Some("") => !only_below,
        Some(rest) => rest.ends_with('.'),
        None => false,
    }
}

fn email_fits(email: &str, constraints: &Constraints) -> Option<bool> {
    let (local, host) = email.rsplit_once('@')?;
    Some(constraints.emails.iter().any(|limit| match limit.rsplit_once('@') {
        Some((mailbox, domain)) => mailbox == local && domain.eq_ignore_ascii_case(host),
        None => is_below(host, limit),
    }))
}

fn uri_fits(uri: &str, constraints: &Constraints) -> Option<bool> {
    let uri = Uri::parse(uri).ok()?;
    let host = uri.hostname();
    if host.is_empty() || host.parse::<IpAddr>().is_ok() {
        return None;
    }
    Some(constraints.uris.iter().any(|domain| is_below(host, domain)))
}

fn in_range(address: IpAddr, (net, mask): &(Vec<u8>, Vec<u8>)) -> bool {
    let bytes = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    bytes.len() == net.len() && bytes.iter().zip(net).zip(mask).all(|((byte, net), mask)| byte & mask == net & mask)
}

/// Whether a certificate is for a host name, or for an address, which may be in brackets.
fn has_name(certificate: &Certificate, wanted: &str) -> bool {
    let names = &certificate.extensions.names;
    let bare = wanted.strip_prefix('[').and_then(|bare| bare.strip_suffix(']')).unwrap_or(wanted);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return names.addresses.contains(&address.to_canonical());
    }
    let wanted = wanted.trim_end_matches('.').to_ascii_lowercase();
    names.dns.iter().map(|name| name.to_ascii_lowercase()).any(|name| match name.strip_prefix("*.") {
        Some(parent) => wanted.split_once('.').is_some_and(|(first, rest)| !first.is_empty() && rest == parent),
        None => !wanted.is_empty() && name == wanted,
    })
}

impl Options {
    /// A server certificate, at a time.
    pub fn at(time: i64) -> Self {
        Self { dns_name: String::new(), time, usages: Vec::new() }
    }
}
