//! `net.lookup_ip_addr`

use std::{
    collections::BTreeMap,
    net::{IpAddr, ToSocketAddrs},
};

use super::{client, guard};
use crate::{
    builtins::{Context, Outcome, string},
    value::Value,
};

/// Names that this query has looked up.
#[derive(Default)]
struct Known(BTreeMap<String, Value>);

/// The addresses of a host.
pub fn lookup_ip_addr(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let name = string(operands, 1)?.to_owned();
    // An address is its own answer: nobody has to be asked.
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(Some(Value::set([Value::from(address.to_canonical().to_string())])));
    }
    guard::check_host(cx.env, &name)?;
    if let Some(known) = cx.memory.of::<Known>().0.get(&name) {
        return Ok(Some(known.clone()));
    }
    let asked = name.clone();
    let found = client::watched(cx, move || {
        let found = (asked.as_str(), 0u16).to_socket_addrs().ok()?;
        Some(found.map(|address| address.ip()).collect::<Vec<_>>())
    })?;
    let addresses =
        found.filter(|addresses| !addresses.is_empty()).ok_or_else(|| format!("lookup {name}: no such host"))?;
    let set = Value::set(addresses.into_iter().map(|address| Value::from(address.to_canonical().to_string())));
    cx.memory.of::<Known>().0.insert(name, set.clone());
    Ok(Some(set))
}
