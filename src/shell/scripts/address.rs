//! Which addresses a script may fetch from: what the playbook names, over https, and nothing of the machine or of the
//! network around it that the playbook does not name itself.
//!
//! Pure; a name is looked up elsewhere, and what it stands for is judged here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address may be fetched, by what is written in it. The reason where it may not.
pub(super) fn allowed(url: &reqwest::Url, hosts: &[String]) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default();
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{}: only https is fetched", url.scheme()));
    }
    let port = url.port_or_known_default().unwrap_or_default();
    let usual = if url.scheme() == "https" { 443 } else { 80 };
    let named = |allowed: &String| {
        allowed.eq_ignore_ascii_case(&format!("{host}:{port}"))
            || port == usual && allowed.eq_ignore_ascii_case(host)
    };
    if !hosts.iter().any(named) {
        return Err(format!(
            "the playbook does not allow scripts to fetch from {host}{}; list it under `fetch`",
            if port == usual { String::new() } else { format!(":{port}") }
        ));
    }
    if url.scheme() == "http" && !is_near(host) {
        return Err(format!("{host} is fetched over https only: what comes over http may be anybody's"));
    }
    Ok(())
}

/// Whether a host is written as an address of this machine or of the network around it. Naming it allows it.
fn is_near(host: &str) -> bool {
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || plain.parse::<IpAddr>().is_ok_and(is_private)
}

/// Whether what a name stands for may be connected to: a name that is not `localhost` stands for public addresses.
pub(super) fn may_stand_for(name: &str, address: IpAddr) -> bool {
    name == "localhost" || !is_private(address)
}

/// An address that is not one of the public internet.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_private_v4(v4),
        IpAddr::V6(v6) => is_private_v6(v6),
    }
}

fn is_private_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    v4.is_loopback()
        || v4.is_private()
        || v4.is_link_local()
        || v4.is_broadcast()
        || v4.is_multicast()
        || v4.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
}

fn is_private_v6(v6: Ipv6Addr) -> bool {
    let parts = v6.segments();
    // An address of version 4 in the clothes of version 6: mapped, compatible, through NAT64 or 6to4.
    let inner = match parts {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some((high, low)),
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = inner {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        return is_private_v4(Ipv4Addr::new(a, b, c, d));
    }
    v6.is_loopback()
        || v6.is_unspecified()
        || v6.is_multicast()
        || (parts[0] & 0xfe00) == 0xfc00
        || (parts[0] & 0xffc0) == 0xfe80
        || (parts[0] & 0xffc0) == 0xfec0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_hosts_are_fetched_over_https_and_at_the_named_port() {
        let hosts =
            ["api.example.com".to_owned(), "127.0.0.1:8080".to_owned(), "api.example.com:8443".to_owned()];
        let is = |url: &str| allowed(&url.parse().unwrap(), &hosts).is_ok();
        assert!(is("https://api.example.com/x") && is("https://API.example.com:443/x"));
        assert!(is("https://api.example.com:8443/x"));
        assert!(!is("https://api.example.com:9443/x"), "another port");
        assert!(!is("http://api.example.com/x"), "plain");
        assert!(is("http://127.0.0.1:8080/x"), "named as it is");
        assert!(!is("http://127.0.0.1:9090/x") && !is("http://127.0.0.1/x"));
        assert!(!is("https://evil.example.com/") && !is("https://api.example.com@evil.example.com/"));
        assert!(!is("http://2130706433:8081/") && !is("ftp://api.example.com/"));
    }

    #[test]
    fn a_name_stands_for_public_addresses_only() {
        for private in [
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
        ] {
            assert!(!may_stand_for("api.example.com", private.parse().unwrap()), "{private}");
            assert!(may_stand_for("localhost", private.parse().unwrap()));
        }
        for public in ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"] {
            assert!(may_stand_for("api.example.com", public.parse().unwrap()), "{public}");
        }
    }
}
