//! Who is at the other end, as far as the network tells: an address, with or without TLS.
//!
//! What a request says about that itself is believed of named proxies only, and passed on by
//! nobody.

use core::net::{IpAddr, Ipv6Addr};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use warp::http::{HeaderMap, HeaderName};

use super::tls::Tls;

/// How requests reach the server.
#[derive(Debug, Clone, Default)]
pub enum Front {
    /// As they are: on a private network, or on a computer of one's own.
    #[default]
    Plain,
    /// By a proxy at one of these addresses, which speaks TLS and says whom it speaks for.
    Proxy(Arc<[IpAddr]>),
    /// By TLS of the server's own.
    Tls(Arc<Tls>),
}

/// Whoever shares an address: one computer, a village behind one antenna, or, of IPv6, the 2^64
/// addresses one subscriber is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Address(IpAddr);

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(long) => {
                let network = u128::from(long) >> 64 << 64;
                IpAddr::V6(Ipv6Addr::from(network))
            }
            short => short,
        })
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    pub(super) address: Address,
    /// Whether nobody could read along up to the server or its proxy.
    pub(super) by_tls: bool,
}

/// What proxies say of those they speak for.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");

impl Front {
    /// Whether many unrelated people come from this address.
    pub(super) fn is_proxy(&self, address: IpAddr) -> bool {
        match self {
            Self::Proxy(proxies) => proxies.contains(&address.to_canonical()),
            Self::Plain | Self::Tls(_) => false,
        }
    }

    /// Who sent a request that came from `address`; takes out what it said of that itself.
    pub(super) fn peer(&self, address: IpAddr, headers: &mut HeaderMap) -> Peer {
        let for_whom = self.forwarded(address, headers);
        let proto = headers.get(&FORWARDED_PROTO);
        let peer = Peer {
            address: for_whom.unwrap_or(address).into(),
            by_tls: match self {
                Self::Tls(_) => true,
                Self::Proxy(_) => {
                    self.is_proxy(address) && proto.is_some_and(|proto| proto == "https")
                }
                Self::Plain => false,
            },
        };
        for name in [FORWARDED_FOR, FORWARDED_PROTO, FORWARDED] {
            headers.remove(name);
        }
        peer
    }

    /// The last address in the chain that is no proxy of ours: those before it are hearsay.
    fn forwarded(&self, address: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        if !self.is_proxy(address) {
            return None;
        }
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let lines = lines.filter_map(|line| line.to_str().ok());
        let mut named = lines
            .flat_map(|line| line.rsplit(','))
            .map(|part| part.trim().parse::<IpAddr>());
        named
            .find(|named| !matches!(named, Ok(named) if self.is_proxy(*named)))?
            .ok()
    }
}

/// How many connections each address has open.
#[derive(Debug)]
pub(super) struct Callers {
    each_max: usize,
    open: Mutex<HashMap<Address, usize>>,
}

/// One open connection of an address, until it is dropped.
#[derive(Debug)]
pub(super) struct Line {
    callers: Arc<Callers>,
    address: Address,
}

impl Callers {
    pub(super) fn new(each_max: usize) -> Arc<Self> {
        Arc::new(Self {
            each_max,
            open: Mutex::default(),
        })
    }

    /// A connection more for this address, unless it has too many.
    pub(super) fn line(self: &Arc<Self>, address: Address) -> Option<Line> {
        let mut open = self.open();
        let count = open.entry(address).or_insert(0);
        if *count >= self.each_max {
            return None;
        }
        *count += 1;
        let callers = self.clone();
        Some(Line { callers, address })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Address, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut open = self.callers.open();
        let left = open.get_mut(&self.address).map(|count| {
            *count -= 1;
            *count
        });
        if left == Some(0) {
            open.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        headers.insert(FORWARDED_PROTO, "https".parse().unwrap());
        headers.insert(FORWARDED, "for=192.0.2.60".parse().unwrap());
        headers
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_a_named_proxy_says_whom_it_speaks_for_and_hearsay_before_it_counts_for_nothing() {
        let proxies = [address("10.0.0.1"), address("10.0.0.2")];
        let front = Front::Proxy(proxies.into());
        for (from, lines, address, by_tls) in [
            ("10.0.0.1", vec!["1.2.3.4"], "1.2.3.4", true),
            ("10.0.0.1", vec!["9.9.9.9, 1.2.3.4"], "1.2.3.4", true),
            (
                "10.0.0.1",
                vec!["9.9.9.9", "1.2.3.4, 10.0.0.2"],
                "1.2.3.4",
                true,
            ),
            ("::ffff:10.0.0.1", vec!["1.2.3.4"], "1.2.3.4", true),
            ("10.0.0.1", vec!["1.2.3.4, nobody"], "10.0.0.1", true),
            ("10.0.0.1", vec![], "10.0.0.1", true),
            ("10.0.0.9", vec!["1.2.3.4"], "10.0.0.9", false),
        ] {
            let mut headers = said(&lines);
            let peer = front.peer(self::address(from), &mut headers);
            assert_eq!(
                peer.address,
                self::address(address).into(),
                "{from} {lines:?}"
            );
            assert_eq!(peer.by_tls, by_tls, "{from} {lines:?}");
            assert!(headers.is_empty(), "nobody passes it on");
        }
        let peer = Front::Plain.peer(self::address("10.0.0.1"), &mut said(&["1.2.3.4"]));
        assert_eq!(peer.address, self::address("10.0.0.1").into());
        assert!(!peer.by_tls);
    }

    #[test]
    fn a_subscriber_is_one_however_many_addresses_they_have() {
        let one = Address::from(address("2001:db8:1:2:3::4"));
        assert_eq!(one, address("2001:db8:1:2::9").into());
        assert_ne!(one, address("2001:db8:1:3::9").into());
        assert_eq!(
            Address::from(address("::ffff:1.2.3.4")),
            address("1.2.3.4").into()
        );
    }

    #[test]
    fn one_address_cannot_take_every_connection_and_gets_back_what_it_closes() {
        let callers = Callers::new(2);
        let [one, other] = ["1.2.3.4", "1.2.3.5"].map(|it| Address::from(address(it)));
        let lines = [callers.line(one), callers.line(one)];
        assert!(lines.iter().all(Option::is_some));
        assert!(callers.line(one).is_none());
        assert!(callers.line(other).is_some());
        drop(lines);
        assert!(callers.line(one).is_some());
        assert!(
            callers.open().is_empty(),
            "nobody is remembered for having been here"
        );
    }
}
