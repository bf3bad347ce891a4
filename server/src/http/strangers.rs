//! How often an address may waste the server's time.
//!
//! A commune shares one address, so nothing is counted that an enrolled phone signed or somebody
//! signed in asked for: phones are counted by device, behind their signature. What is counted of
//! an address is what failed, passwords typed, and pages fetched. Once that is too much, the
//! address's failures are answered with the time to wait, and everything honest goes on.

use std::sync::{Mutex, PoisonError};

use shared::time::UnixSeconds;
use warp::http::{Method, StatusCode};
use warp::reply::Response;

use super::error::Failure;
use super::limits::{ADDRESSES_MAX, FAILURES, PAGES, PASSWORDS};
use super::peer::Address;
use crate::rate::{Buckets, Rate, TooOften};

/// What one address may do of what is counted of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRates {
    /// Requests that helped nobody.
    pub failures: Rate,
    /// Passwords typed, right or wrong.
    pub passwords: Rate,
    /// Pages and files of the app.
    pub pages: Rate,
}

impl Default for AddressRates {
    /// Those of [`limits`](super::limits).
    fn default() -> Self {
        Self {
            failures: FAILURES,
            passwords: PASSWORDS,
            pages: PAGES,
        }
    }
}

/// What addresses did lately.
#[derive(Debug)]
pub(super) struct Strangers {
    failures: Mutex<Buckets<Address>>,
    passwords: Mutex<Buckets<Address>>,
    pages: Mutex<Buckets<Address>>,
}

fn take(
    buckets: &Mutex<Buckets<Address>>,
    address: Address,
    now: UnixSeconds,
) -> Result<(), TooOften> {
    let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
    buckets.take(address, now)
}

impl Strangers {
    pub(super) fn new(rates: AddressRates) -> Self {
        let buckets = |rate: Rate| Mutex::new(Buckets::new(rate, ADDRESSES_MAX));
        Self {
            failures: buckets(rates.failures),
            passwords: buckets(rates.passwords),
            pages: buckets(rates.pages),
        }
    }

    /// A password typed at this address is about to be looked at.
    pub(super) fn password(&self, address: Address, now: UnixSeconds) -> Result<(), TooOften> {
        take(&self.passwords, address, now)
    }

    /// Whether this address may fetch one more page or file of the app.
    pub(super) fn page(
        &self,
        address: Address,
        (method, path): (&Method, &str),
        now: UnixSeconds,
    ) -> Result<(), TooOften> {
        let is_page =
            !path.starts_with("/v1/") && (method == Method::GET || method == Method::HEAD);
        match is_page {
            true => take(&self.pages, address, now),
            false => Ok(()),
        }
    }

    /// Counts an answer that helped nobody; too many of them become the time to wait.
    pub(super) fn answered(
        &self,
        address: Address,
        response: Response,
        now: UnixSeconds,
    ) -> Response {
        if !is_failure(response.status()) {
            return response;
        }
        match take(&self.failures, address, now) {
            Ok(()) => response,
            Err(wait) => super::guarded(Failure::too_often(wait).into_response()),
        }
    }
}

/// Whether honest people seldom get this answer. Conflicts and waits are part of working.
fn is_failure(status: StatusCode) -> bool {
    use StatusCode as S;
    [
        S::BAD_REQUEST,
        S::UNAUTHORIZED,
        S::FORBIDDEN,
        S::NOT_FOUND,
        S::METHOD_NOT_ALLOWED,
        S::PAYLOAD_TOO_LARGE,
        S::UNPROCESSABLE_ENTITY,
    ]
    .contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::IpAddr;

    const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

    fn at(last: u8) -> Address {
        IpAddr::from([192, 0, 2, last]).into()
    }

    fn answer(status: StatusCode) -> Response {
        let mut response = Response::default();
        *response.status_mut() = status;
        response
    }

    #[test]
    fn too_many_failures_become_the_time_to_wait_and_successes_never_do() {
        let strangers = Strangers::new(AddressRates::default());
        let ask = |last, status, now| strangers.answered(at(last), answer(status), now);
        for _ in 0..FAILURES.burst {
            assert_eq!(ask(1, StatusCode::FORBIDDEN, NOW).status(), 403);
        }
        let refused = ask(1, StatusCode::FORBIDDEN, NOW);
        assert_eq!(refused.status(), 429);
        assert_eq!(refused.headers()["retry-after"], "1");
        assert!(refused.headers().contains_key("content-security-policy"));
        assert_eq!(ask(1, StatusCode::OK, NOW).status(), 200);
        assert_eq!(ask(1, StatusCode::CONFLICT, NOW).status(), 409);
        assert_eq!(ask(2, StatusCode::FORBIDDEN, NOW).status(), 403);
        assert_eq!(ask(1, StatusCode::FORBIDDEN, NOW.plus(1)).status(), 403);
    }

    #[test]
    fn a_commune_behind_one_address_loads_the_app_at_once() {
        let strangers = Strangers::new(AddressRates::default());
        let files_of_the_app = 30;
        for _ in 0..100 * files_of_the_app {
            let fetched = strangers.page(at(1), (&Method::GET, "/assets/a.js"), NOW);
            assert_eq!(fetched, Ok(()));
        }
        for _ in 0..PAGES.burst {
            let _maybe_refused = strangers.page(at(1), (&Method::GET, "/"), NOW);
        }
        assert!(strangers.page(at(1), (&Method::HEAD, "/"), NOW).is_err());
        assert_eq!(
            strangers.page(at(1), (&Method::POST, "/v1/bundles"), NOW),
            Ok(())
        );
    }

    #[test]
    fn passwords_of_one_address_are_few_however_many_names_are_tried() {
        let strangers = Strangers::new(AddressRates::default());
        for _ in 0..PASSWORDS.burst {
            assert_eq!(strangers.password(at(1), NOW), Ok(()));
        }
        let wait = strangers.password(at(1), NOW).unwrap_err();
        assert_eq!(strangers.password(at(2), NOW), Ok(()));
        assert_eq!(
            strangers.password(at(1), NOW.plus(wait.seconds.into())),
            Ok(())
        );
    }
}
