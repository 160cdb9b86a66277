//! Which hosts and addresses may be asked.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use crate::builtins::{Environment, Network};

/// Refuses a host that capabilities or the host program do not allow.
pub fn check_host(env: &Environment, host: &str) -> Result<(), String> {
    let capable = env.allow_net.as_ref().is_none_or(|hosts| hosts.iter().any(|allowed| allowed == host));
    match capable && is_allowed(env.host.network(), host) {
        true => Ok(()),
        false => Err(format!("disallowed host: {host}")),
    }
}

fn is_allowed(network: &Network, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
    network.allow_hosts.iter().any(|pattern| {
        let pattern = pattern.trim_matches(['[', ']']).to_ascii_lowercase();
        match pattern.strip_prefix("*.") {
            Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1),
            None => pattern == "*" || pattern == host,
        }
    })
}

/// Addresses of a host. Refused as a whole if one of them is not to be reached, so that a name cannot lead inside.
pub fn resolve(network: &Network, host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    let host = host.trim_matches(['[', ']']);
    let addresses: Vec<SocketAddr> =
        (host, port).to_socket_addrs().map_err(|_| format!("dial tcp: lookup {host}: no such host"))?.collect();
    match addresses.iter().find(|address| !network.allow_private && !is_public(address.ip())) {
        Some(address) => Err(format!("dial tcp {address}: address is not public")),
        None if addresses.is_empty() => Err(format!("dial tcp: lookup {host}: no such host")),
        None => Ok(addresses),
    }
}

/// Neither this machine, nor its network, nor anything else that has a meaning of its own.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let special = v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || v4.is_unspecified();
            let shared = a == 100 && (64..128).contains(&b);
            let reserved = a == 0 || a >= 240 || (a, b, c) == (192, 0, 0) || (a == 198 && (b == 18 || b == 19));
            !(special || shared || reserved)
        }
        IpAddr::V6(v6) => {
            let segments = v6.segments();
            // Addresses that carry one of IPv4 within: 6to4, Teredo and NAT64 lead wherever that leads.
            let carries_v4 = segments[0] == 0x2002 || segments[..2] == [0x2001, 0] || segments[..2] == [0x64, 0xff9b];
            let global = segments[0] & 0xe000 == 0x2000;
            let documentation = segments[..2] == [0x2001, 0xdb8];
            global && !carries_v4 && !documentation && !v6.is_multicast()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for public in ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for other in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.5.4",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!is_public(other.parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn hosts_are_allowed_by_name() {
        let network = |hosts: &[&str]| Network {
            allow_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            allow_private: false,
        };
        assert!(is_allowed(&network(&["example.org"]), "EXAMPLE.org"));
        assert!(is_allowed(&network(&["*.example.org"]), "a.b.example.org"));
        assert!(!is_allowed(&network(&["*.example.org"]), "example.org"));
        assert!(!is_allowed(&network(&["*.example.org"]), "badexample.org"));
        assert!(is_allowed(&network(&["*"]), "anything"));
        assert!(!is_allowed(&network(&[]), "example.org"));
        assert!(is_allowed(&network(&["::1"]), "[::1]"));
    }
}
