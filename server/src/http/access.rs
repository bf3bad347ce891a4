//! Who asks: a program on the server's computer by its token, or somebody signed in by a cookie.
//!
//! Whoever is signed in may do what the one table of permissions gives the account's role, in the
//! account's units. The token is for programs; it reads and writes no dossier.

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use shared::id::{Audience, UnitId};
use shared::permission::{Duty, has_duty};
use shared::time::LocalDay;
use shared::unit::UnitTree;
use warp::Filter;
use warp::http::{HeaderMap, header};

use super::Service;
use super::error::Failure;
use super::peer::Peer;
use crate::ledger::audit::Who;
use crate::server::{Account, LoginSecret};
use crate::store::Store;

/// The secret that programs show: 32 random bytes, written as 43 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; 32]);

/// What the server keeps of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl Token {
    /// The token with these random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What the server keeps of it. Whoever compares two hashes in any time learns nothing
    /// about a token that fits.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(shared::hash::digest("sampan/token", &[&self.0]))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The text is no token: 43 characters of base64url are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token: 43 characters of base64url are needed")]
pub struct BadToken;

impl FromStr for Token {
    type Err = BadToken;

    fn from_str(text: &str) -> Result<Self, BadToken> {
        if text.len() != 43 {
            return Err(BadToken);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadToken)?;
        Ok(Self(bytes.try_into().map_err(|_| BadToken)?))
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub(super) enum Caller {
    /// A program that knows the token.
    Program,
    /// Somebody signed in.
    Person(Box<Account>),
}

impl Caller {
    /// Goes on if the caller has this duty in each of these units.
    pub(super) fn needs(
        &self,
        duty: Duty,
        units: &[UnitId],
        place: Place<'_>,
    ) -> Result<(), Failure> {
        match units.iter().all(|unit| self.has(duty, *unit, place)) {
            true => Ok(()),
            false => Err(Failure::not_permitted()),
        }
    }

    /// Whether the caller has this duty in this unit.
    pub(super) fn has(&self, duty: Duty, unit: UnitId, place: Place<'_>) -> bool {
        let Place { tree, day } = place;
        match self {
            Self::Program => true,
            Self::Person(account) => account.record.grant.has_duty(duty, unit, tree, day),
        }
    }

    /// Whether the caller reads the dossiers of this unit; programs read none.
    pub(super) fn reads_dossiers(&self, unit: UnitId, place: Place<'_>) -> bool {
        let Place { tree, day } = place;
        match self {
            Self::Program => false,
            Self::Person(account) => {
                let grant = &account.record.grant;
                grant.may_pull(grant.standing(unit, tree, day), Audience::Team)
            }
        }
    }

    /// Whether the caller has this duty anywhere.
    pub(super) fn has_somewhere(&self, duty: Duty) -> bool {
        match self {
            Self::Program => true,
            Self::Person(account) => has_duty(account.record.grant.role, duty),
        }
    }

    /// The caller as the audit names them.
    pub(super) fn who(&self) -> Who {
        match self {
            Self::Program => Who::Program,
            Self::Person(account) => Who::Account(account.name.clone()),
        }
    }

    /// The account; programs have none.
    pub(super) fn person(self) -> Result<Account, Failure> {
        match self {
            Self::Program => Err(Failure::not_permitted()),
            Self::Person(account) => Ok(*account),
        }
    }
}

/// The units as they stand on a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'t> {
    pub(super) tree: &'t UnitTree,
    pub(super) day: LocalDay,
}

/// A service and what a request shows as its right to it.
#[derive(Debug)]
pub(super) struct Shown<S> {
    pub(super) service: Service<S>,
    pub(super) headers: HeaderMap,
    pub(super) peer: Peer,
}

impl<S: Store> Shown<S> {
    /// Who wants to read.
    pub(super) async fn reader(self) -> Result<(Service<S>, Caller), Failure> {
        if let Some(shown) = self.headers.get(header::AUTHORIZATION) {
            check(shown.to_str().ok(), self.service.token)?;
            return Ok((self.service, Caller::Program));
        }
        let secret = cookie(&self.headers).ok_or_else(Failure::unauthorized)?;
        let now = self.service.clock.now();
        let found = self.service.server.signed_in(secret, now).await?;
        let account = found.ok_or_else(Failure::unauthorized)?;
        Ok((self.service, Caller::Person(Box::new(account))))
    }

    /// Who wants to change something: for browsers, only from our own pages.
    pub(super) async fn actor(self) -> Result<(Service<S>, Caller), Failure> {
        let is_program = self.headers.contains_key(header::AUTHORIZATION);
        if !is_program && !is_own_page(&self.headers) {
            return Err(Failure::foreign_page());
        }
        self.reader().await
    }
}

/// The service and what the request shows.
pub(super) fn shown<S: Store>(
    service: &Service<S>,
) -> impl Filter<Extract = (Shown<S>,), Error = warp::Rejection> + Clone + use<S> {
    let service = service.clone();
    let found = warp::header::headers_cloned().and(warp::ext::get());
    found.map(move |headers, peer| Shown {
        service: service.clone(),
        headers,
        peer,
    })
}

/// Whether the request comes from a page of this very server. Browsers say so themselves, and no
/// page can make them say otherwise.
pub(super) fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = text("origin").and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(_, host)| Some(host) == text("host"))
}

/// What a cookie is called where the browser reached the server by TLS, which then may be no
/// other's; and where it did not, as on a computer of one's own.
const COOKIES: [&str; 2] = ["__Host-sampan", "sampan"];

/// The secret that the browser keeps.
pub(super) fn cookie(headers: &HeaderMap) -> Option<LoginSecret> {
    let all = headers.get_all(header::COOKIE).iter();
    let pairs = all.filter_map(|value| value.to_str().ok());
    let mut pairs = pairs
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, text) = pairs.find(|(name, _)| COOKIES.contains(name))?;
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(LoginSecret(bytes.try_into().ok()?))
}

/// Tells the browser to keep the secret until it is closed, or to forget it.
pub(super) fn set_cookie(
    (headers, peer): (&HeaderMap, Peer),
    secret: Option<LoginSecret>,
) -> String {
    let origin = headers.get(header::ORIGIN).and_then(|it| it.to_str().ok());
    // A proxy nobody named speaks TLS all the same; the browser knows.
    let by_tls = peer.by_tls || origin.is_some_and(|origin| origin.starts_with("https://"));
    let (name, flags) = match by_tls {
        true => (COOKIES[0], "; Secure"),
        false => (COOKIES[1], ""),
    };
    match secret {
        Some(secret) => {
            let value = URL_SAFE_NO_PAD.encode(secret.0);
            format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{flags}")
        }
        None => format!("{name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0{flags}"),
    }
}

/// Lets a request pass whose `Authorization` header bears the token.
fn check(shown: Option<&str>, wanted: TokenHash) -> Result<(), Failure> {
    let token = shown
        .and_then(|header| header.strip_prefix("Bearer "))
        .and_then(|token| token.parse::<Token>().ok());
    match token {
        Some(token) if token.hash() == wanted => Ok(()),
        _ => Err(Failure::unauthorized()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_our_own_pages_may_change_anything() {
        let host = ("host", "sampan.example");
        for (shown, is_ours) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "same-site")], false),
            (
                vec![
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://sampan.example"),
                ],
                false,
            ),
            (vec![("origin", "https://sampan.example")], true),
            (vec![("origin", "https://sampan.example.evil")], false),
            (vec![("origin", "null")], false),
            (vec![], false),
        ] {
            let shown = [vec![host], shown].concat();
            assert_eq!(is_own_page(&headers(&shown)), is_ours, "{shown:?}");
        }
    }

    #[test]
    fn what_the_browser_was_told_to_keep_is_read_back_and_no_script_sees_it() {
        let secret = LoginSecret([7; 32]);
        for (origin, begins) in [
            ("http://127.0.0.1:8080", "sampan="),
            ("https://sampan.example", "__Host-sampan="),
        ] {
            let peer = Peer {
                address: core::net::IpAddr::from([127, 0, 0, 1]).into(),
                by_tls: false,
            };
            let told = set_cookie((&headers(&[("origin", origin)]), peer), Some(secret));
            assert!(told.starts_with(begins), "{told}");
            assert!(told.contains("; HttpOnly; SameSite=Strict"), "{told}");
            assert_eq!(told.ends_with("; Secure"), origin.starts_with("https"));
            let mut kept = HeaderMap::new();
            let (pair, _) = told.split_once(';').unwrap();
            kept.insert(header::COOKIE, format!("a=b; {pair}").parse().unwrap());
            assert_eq!(cookie(&kept), Some(secret));
        }
        assert_eq!(cookie(&headers(&[("cookie", "sampan=short")])), None);
    }
}
