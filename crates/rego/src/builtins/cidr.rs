//! `net.cidr_*`

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::{Context, Failure, Function, Outcome, string, wrong_type};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[
    ("net.cidr_contains", contains),
    ("net.cidr_contains_matches", contains_matches),
    ("net.cidr_expand", expand),
    ("net.cidr_intersects", intersects),
    ("net.cidr_is_valid", is_valid),
    ("net.cidr_merge", merge),
    ("net.cidr_overlap", contains),
];

/// Where IPv4 lies among the IPv6 addresses: `::ffff:0:0/96`.
const V4_BASE: u128 = 0xffff_0000_0000;

/// A network. Mapped IPv4 networks (`::ffff:10.0.0.0/104`) are IPv4 networks.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Net {
    /// As written, maybe with bits behind the prefix.
    address: IpAddr,
    prefix: u32,
}

impl Net {
    fn new(address: IpAddr, prefix: u32) -> Self {
        match address {
            IpAddr::V6(v6) if prefix >= 96 => match v6.to_ipv4_mapped() {
                Some(v4) => Self { address: v4.into(), prefix: prefix - 96 },
                None => Self { address, prefix },
            },
            _ => Self { address, prefix },
        }
    }

    /// `10.0.0.0/8`
    fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("invalid CIDR address: {text}");
        let (address, prefix) = text.split_once('/').ok_or_else(invalid)?;
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let digits_only = prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u32 = prefix.parse().ok().filter(|_| digits_only).ok_or_else(invalid)?;
        match prefix <= if address.is_ipv4() { 32 } else { 128 } {
            true => Ok(Self::new(address, prefix)),
            false => Err(invalid()),
        }
    }

    /// How many addresses there are less one: the bits behind the prefix.
    fn host_mask(&self) -> u128 {
        let bits = if self.address.is_ipv4() { 32 } else { 128 };
        u128::MAX.checked_shr(128 - (bits - self.prefix)).unwrap_or(0)
    }

    /// First address, as a number among the IPv6 addresses.
    fn first(&self) -> u128 {
        number(self.address) & !self.host_mask()
    }

    /// Last address, as a number among the IPv6 addresses.
    fn last(&self) -> u128 {
        self.first() | self.host_mask()
    }

    fn contains(&self, address: IpAddr) -> bool {
        let address = canonical(address);
        address.is_ipv4() == self.address.is_ipv4() && (self.first()..=self.last()).contains(&number(address))
    }
}

impl std::fmt::Display for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => V4_BASE | u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn is_v4(number: u128) -> bool {
    number >> 32 == V4_BASE >> 32
}

fn address(number: u128) -> IpAddr {
    if is_v4(number) { Ipv4Addr::from_bits(number as u32).into() } else { Ipv6Addr::from_bits(number).into() }
}

fn text(value: &Value) -> Result<&str, Failure> {
    value.as_str().ok_or_else(|| wrong_type(1, value, &["string"]))
}

fn contains(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(net_contains(&operands[0], &operands[1])?.into()))
}

fn net_contains(net: &Value, other: &Value) -> Result<bool, Failure> {
    let net = Net::parse(text(net)?)?;
    let other = text(other)?;
    if let Ok(address) = other.parse::<IpAddr>() {
        return Ok(net.contains(address));
    }
    let Ok(other) = Net::parse(other) else {
        return Err(format!("not a valid textual representation of an IP address or CIDR: {other}").into());
    };
    if net.address.is_ipv6() && other.address.is_ipv6() {
        return Ok(net.first() <= other.first() && other.last() <= net.last());
    }
    Ok(net.contains(address(other.first())) && net.contains(address(other.last())))
}

fn intersects(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let a = Net::parse(text(&operands[0])?)?;
    let b = Net::parse(text(&operands[1])?)?;
    Ok(Some((a.contains(address(b.first())) || b.contains(address(a.first()))).into()))
}

fn is_valid(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(operands[0].as_str().is_some_and(|text| Net::parse(text).is_ok()).into()))
}

fn expand(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let net = Net::parse(string(operands, 1)?)?;
    let mut addresses = BTreeSet::new();
    for (at, number) in (net.first()..=net.last()).enumerate() {
        if at % 1024 == 0 {
            cx.check()?;
            let block = net.host_mask().saturating_add(1).min(1024) as usize;
            cx.charge(block * 96)?;
        }
        addresses.insert(Value::from(address(number).to_string()));
    }
    Ok(Some(Value::set(addresses)))
}

fn contains_matches(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let mut matches = Vec::new();
    let others = labelled(&operands[1], 2);
    for entry in labelled(&operands[0], 1) {
        let (net, label) = entry?;
        cx.check()?;
        for entry in &others {
            let (other, other_label) = entry.clone()?;
            if net_contains(&net, &other)? {
                cx.charge(64)?;
                matches.push(Value::array([label.clone(), other_label]));
            }
        }
    }
    Ok(Some(Value::set(matches)))
}

/// Networks of an operand with what each is called in the result: itself, its index or its key.
fn labelled(operand: &Value, position: usize) -> Vec<Result<(Value, Value), Failure>> {
    let first = |item: &Value, label: Value| match item {
        Value::String(_) => Ok((item.clone(), label)),
        Value::Array(items) if !items.is_empty() => Ok((items[0].clone(), label)),
        _ => Err(format!("operand {position}: element must be string or non-empty array").into()),
    };
    match operand {
        Value::String(_) => vec![Ok((operand.clone(), operand.clone()))],
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| first(item, Value::int(at))).collect(),
        Value::Set(members) => members.iter().map(|member| first(member, member.clone())).collect(),
        Value::Object(entries) => entries.iter().map(|(key, value)| first(value, key.clone())).collect(),
        _ => Vec::new(),
    }
}

/// A range of addresses, and the network if it still is one that was given.
struct Range {
    first: u128,
    last: u128,
    net: Option<Net>,
}

fn merge(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let nets: Vec<Net> = match &operands[0] {
        Value::Array(items) => items.iter().map(net_or_address).collect::<Result<_, _>>()?,
        Value::Set(members) => members.iter().map(net_or_address).collect::<Result<_, _>>()?,
        _ => return Err("operand must be an array".into()),
    };
    let mut ranges: Vec<Range> =
        nets.into_iter().map(|net| Range { first: net.first(), last: net.last(), net: Some(net) }).collect();
    ranges.sort_by_key(|range| (range.last, range.first));
    // From the last to the first: a range that begins within or right behind the one before it is joined to that.
    let mut merged: Vec<Range> = Vec::new();
    while let Some(before) = ranges.pop() {
        cx.check()?;
        match merged.last_mut() {
            Some(range) if previous(range.first) <= before.last => {
                *range = Range { first: before.first.min(range.first), last: range.last, net: None };
            }
            _ => merged.push(before),
        }
    }
    let mut texts = Vec::new();
    for range in merged {
        match range.net {
            Some(net) => texts.push(net.to_string()),
            None => cover(range.first, range.last, &mut texts),
        }
    }
    Ok(Some(Value::set(texts.into_iter().map(Value::from))))
}

/// A network, or an IPv4 address, which stands for the network of its old class.
fn net_or_address(value: &Value) -> Result<Net, String> {
    let text = value.as_str().ok_or("element must be string")?;
    match text.parse::<IpAddr>().map(canonical) {
        Ok(IpAddr::V4(v4)) => {
            let prefix = match v4.octets()[0] {
                0..=127 => 8,
                128..=191 => 16,
                _ => 24,
            };
            Ok(Net { address: v4.into(), prefix })
        }
        Ok(IpAddr::V6(_)) => Err("IPv6 invalid: needs prefix length".to_owned()),
        Err(_) => Net::parse(text).map(|net| Net { address: address(net.first()), ..net }),
    }
}

/// The address before; IPv4 does not go on below `0.0.0.0`.
fn previous(number: u128) -> u128 {
    if number == V4_BASE { number } else { number.saturating_sub(1) }
}

/// The fewest networks that make up a range.
fn cover(mut first: u128, last: u128, texts: &mut Vec<String>) {
    loop {
        let aligned = first.trailing_zeros();
        let room = (last - first).checked_add(1).map_or(128, u128::ilog2);
        let bits = aligned.min(room);
        texts.push(Net::new(Ipv6Addr::from_bits(first).into(), 128 - bits).to_string());
        let size = 1u128.checked_shl(bits).unwrap_or(0);
        match first.checked_add(size) {
            Some(next) if size > 0 && next <= last => first = next,
            _ => return,
        }
    }
}
