//! Where the door may listen, and by which names it may be called.
//!
//! Pure: reads no interface and asks no name server.

use crate::base::phrase::Phrase;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The port where none is said.
const PORT: u16 = 7878;

/// Where the door listens, and the address under which others reach it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses {
    /// Each `--listen`.
    pub listen: Vec<SocketAddr>,
    /// `--url`, where a proxy with TLS stands in front.
    pub url: Option<String>,
}

/// Why the door may not listen there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// Others could reach it without TLS.
    #[error("{0} can be reached from other machines, and what goes through it would not be encrypted")]
    Open(SocketAddr),
    /// An address that is none.
    #[error("--url {0} is not an address: expected https://HOST, or http://HOST on this machine")]
    Url(String),
}

impl AddressProblem {
    /// The same in every language.
    pub fn in_words(&self) -> Phrase {
        let zh = match self {
            Self::Open(address) => format!("别的机器也能访问 {address}，来往的内容没有加密"),
            Self::Url(text) => {
                format!("`--url {text}` 不是地址：应写 https://HOST，本机可以写 http://HOST")
            }
        };
        Phrase { en: self.to_string(), zh }
    }
}

/// Reads `--listen`: `127.0.0.1:7878`, `[::1]:7878`, an address without its port, a port alone, `localhost`.
pub fn read(text: &str) -> Option<SocketAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Ok(port) = text.strip_prefix(':').unwrap_or(text).parse::<u16>() {
        return Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(ip) = inner.parse::<IpAddr>() {
        return Some(SocketAddr::new(ip, PORT));
    }
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    let port = if port.is_empty() { PORT } else { port.parse().ok()? };
    host.eq_ignore_ascii_case("localhost").then(|| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

impl Addresses {
    /// Refuses what others could listen to: an address of other machines needs `--url https://…`, or `--insecure`.
    pub fn check(&self, insecure: bool) -> Result<(), AddressProblem> {
        let secure = match &self.url {
            None => false,
            Some(url) => {
                let secure = url.starts_with("https://");
                let host = host_of_url(url);
                let here = host.is_some_and(|host| host == "localhost" || is_loopback(host));
                if host.is_none() || !(secure || here || insecure) {
                    return Err(AddressProblem::Url(url.clone()));
                }
                secure
            }
        };
        let open = self.listen.iter().find(|address| !address.ip().is_loopback());
        match open {
            Some(address) if !secure && !insecure => Err(AddressProblem::Open(*address)),
            _ => Ok(()),
        }
    }

    /// Whether the door is anywhere.
    pub fn is_open(&self) -> bool {
        !self.listen.is_empty()
    }

    /// The address under which a browser reaches it: `--url`, else the first that it listens on.
    pub fn base(&self) -> String {
        if let Some(url) = &self.url {
            return url.trim_end_matches('/').to_owned();
        }
        let listen =
            self.listen.first().copied().unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)));
        match listen {
            // Nobody can go to "everywhere".
            any if any.ip().is_unspecified() => format!("http://localhost:{}", any.port()),
            one => format!("http://{one}"),
        }
    }

    /// Whether a host is the one that a proxy with TLS has.
    pub fn is_secure(&self, host: &str) -> bool {
        let url = self.url.as_deref().filter(|url| url.starts_with("https://"));
        url.and_then(host_of_url).is_some_and(|known| known.eq_ignore_ascii_case(without_port(host)))
    }

    /// Whether a page of this origin is one of ours.
    pub fn is_origin(&self, origin: &str) -> bool {
        host_of_url(origin).is_some_and(|host| self.knows(host))
    }

    /// Whether a request may name the door so: an address, `localhost`, or the host of `--url`. A page of elsewhere
    /// that has its own name point here is turned away.
    pub fn knows(&self, host: &str) -> bool {
        let host = without_port(host);
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let of_url = self.url.as_deref().and_then(host_of_url);
        bare.parse::<IpAddr>().is_ok()
            || host.eq_ignore_ascii_case("localhost")
            || of_url.is_some_and(|known| known.eq_ignore_ascii_case(host))
    }
}

/// Whether a host is this machine, as a request names it.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = without_port(host);
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => {
            if name.contains(':') && !name.starts_with('[') {
                host
            } else {
                name
            }
        }
        _ => host,
    }
}

fn host_of_url(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = without_port(&rest[..end]);
    (!host.is_empty() && !host.contains('@')).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(listen: &[&str], url: Option<&str>) -> Addresses {
        let listen = listen.iter().map(|text| read(text).unwrap()).collect();
        Addresses { listen, url: url.map(str::to_owned) }
    }

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (text, found) in [
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("0", "127.0.0.1:0"),
            (":9000", "127.0.0.1:9000"),
            ("[::1]:9", "[::1]:9"),
            ("::1", "[::1]:7878"),
            ("[::]", "[::]:7878"),
            ("10.0.0.7", "10.0.0.7:7878"),
            ("localhost", "127.0.0.1:7878"),
            ("LOCALHOST:1", "127.0.0.1:1"),
        ] {
            assert_eq!(read(text).map(|found| found.to_string()).as_deref(), Some(found), "{text}");
        }
        for text in ["", "example.org", "example.org:80", "p.yaml", "127.0.0.1:99999", "localhost:x"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn other_machines_need_tls_or_a_word() {
        assert_eq!(at(&["0", "[::1]:0"], None).check(false), Ok(()));
        assert!(matches!(at(&["0", "0.0.0.0"], None).check(false), Err(AddressProblem::Open(_))));
        assert_eq!(at(&["0.0.0.0"], None).check(true), Ok(()));
        assert_eq!(at(&["0.0.0.0"], Some("https://club.example")).check(false), Ok(()));
        assert!(matches!(
            at(&["0.0.0.0"], Some("http://localhost")).check(false),
            Err(AddressProblem::Open(_))
        ));
        for url in ["http://club.example", "club.example", "https://", "https://u:p@club.example"] {
            assert!(matches!(at(&["0"], Some(url)).check(false), Err(AddressProblem::Url(_))), "{url}");
        }
    }

    #[test]
    fn only_its_own_names_are_heard() {
        let door = at(&["0"], Some("https://Club.example:8443/x"));
        for host in
            ["127.0.0.1", "127.0.0.1:7878", "[::1]:80", "localhost:1", "club.example", "club.example:1"]
        {
            assert!(door.knows(host), "{host}");
        }
        for host in ["evil.example", "evil.example:7878", "127.0.0.1.evil.example", "", "localhost.evil"] {
            assert!(!door.knows(host), "{host}");
        }
        assert!(is_loopback("[::1]:80") && is_loopback("localhost:1") && !is_loopback("10.0.0.1:80"));
    }
}
