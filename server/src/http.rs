//! HTTP: what phones and consoles reach the server by.
//!
//! Phones need no log-in: what they send is signed. People sign in to the console by name and
//! password and are known by a cookie from then on; programs on the server's computer show the
//! token that `sampan init` made. Every answer that is not a success is a [`shared::problem::Problem`] in JSON with a
//! stable code.
//!
//! | request | body | answer | who |
//! |---|---|---|---|
//! | `POST /v1/enrol` | signed `EnrolRequest` | signed `EnrolAnswer` | anyone with an invite |
//! | `POST /v1/bundles` | bundle | signed `Receipt` | any enrolled device |
//! | `POST /v1/pull` | signed `PullRequest` | signed `PullAnswer` | any enrolled device |
//! | `POST /v1/parcels` | parcel | parcel | anyone, for enrolled devices |
//! | `POST /v1/names` | signed `PullRequest` | signed `Names` | any enrolled device |
//! | `POST /v1/look-up` | signed `LookUp` | signed `LookedUp` | devices of some roles |
//! | `POST /v1/keys` | signed `Rekey` | signed `Rekeyed` | any enrolled device |
//! | `GET /v1/health` | | JSON | anyone |
//! | `POST /v1/session` | name and password in JSON | JSON and a cookie | anyone |
//! | `GET /v1/session` | | JSON | account |
//! | `DELETE /v1/session` | | nothing | account |
//! | `GET /v1/progress?unit=&day=&percents=` | | JSON | console |
//! | `GET /v1/pace?unit=&indicator=&day=` | | JSON | console |
//! | `GET /v1/breakdown?unit=&by=&from=&day=&percents=` | | JSON | console |
//! | `GET /v1/services?unit=&day=` | | JSON | console |
//! | `GET /v1/reported?unit=&day=` | | JSON | console |
//! | `GET /v1/doubles?unit=&day=` | | JSON | console |
//! | `GET /v1/freshness?unit=&day=` | | JSON | console |
//! | `GET /v1/units?parent=&day=` | | JSON | console |
//! | `GET /v1/events` | | server-sent events | console |
//! | `GET /v1/devices` | | JSON | console |
//! | `POST /v1/devices/{device}/{step}` | | nothing | console |
//! | `POST /v1/devices/{device}/assign` | JSON | nothing | console |
//! | `GET /v1/devices/{device}/loans` | | JSON | console |
//! | `POST /v1/devices/{device}/loans` | JSON | JSON | console |
//! | `DELETE /v1/devices/{device}/loans/{number}` | | nothing | console |
//! | `POST /v1/invites` | JSON | JSON | console |
//! | `GET /v1/held` | | JSON | console |
//! | `POST /v1/held/{document}/{change}/{approve or refuse}` | | nothing | console |
//! | `POST /v1/dossiers/search` | JSON: a name stands in no address | JSON | account |
//! | `GET /v1/dossiers/{dossier}` | | JSON | account |
//! | `POST /v1/dossiers/{dossier}/edit` | JSON, with what the page showed | JSON | account |
//! | `POST /v1/dossiers/{dossier}/export` | | JSON | account |
//! | `GET /v1/dossiers/{dossier}/rights` | | JSON | console |
//! | `POST /v1/dossiers/{dossier}/erase` | JSON | JSON | console |
//! | `POST /v1/dossiers/{dossier}/hold` | JSON | nothing | console |
//! | `GET /v1/erasures` | | JSON | console |
//! | `GET /v1/audit?after=&last=` | | JSON | console |
//! | `POST /v1/audit/verify` | | JSON | console |
//! | `POST /v1/imports/preview` | JSON, with the file in base64 | JSON; writes nothing | console |
//! | `POST /v1/imports` | the same | JSON | console |
//! | `GET /v1/imports` | | JSON | console |
//! | `POST /v1/imports/{device}/undo` | | JSON | console |
//! | `GET /v1/cohorts?unit=&day=&percents=` | | JSON | account |
//! | `POST /v1/exports` | JSON, the table as a page shows it | a file | console |
//! | `POST /v1/reports` | JSON | JSON | console |
//! | `GET /v1/reports` and `GET /v1/reports/{report}` | | JSON | console |
//!
//! With a folder of the browser app, `GET` of its files beside: the pages for anyone.
//!
//! TLS is the server's own, or a proxy's; see [`Front`]. How often one device, and then one address,
//! may ask is bounded: [`DEVICE_RATE`](crate::server::DEVICE_RATE), [`limits`].

mod access;
mod attempts;
mod body;
mod console;
mod dossiers;
mod erasing;
mod error;
mod events;
mod figures;
mod imports;
mod lending;
pub mod limits;
mod listen;
mod pairing;
mod peer;
mod phone;
mod refounding;
mod reports;
mod seldom;
mod session;
mod strangers;
mod tls;
mod web;

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};
use warp::filters::BoxedFilter;
use warp::http::HeaderValue;
use warp::http::header::{self, HeaderName};
use warp::reply::Response;
use warp::{Filter, Reply};

pub use access::{Token, TokenHash};
pub use listen::{ListenError, serve};
pub use peer::Front;
pub use strangers::AddressRates;
pub use tls::{Tls, TlsError, TlsFiles};
pub use web::Web;

use crate::auditor::Findings;
use crate::clock::Clock;
use crate::server::Server;
use crate::store::Store;
use error::Failure;
use session::Doorkeeper;
use strangers::Strangers;

/// What the routes work with.
#[derive(Debug, Clone)]
pub struct Service<S> {
    server: Server<S>,
    clock: Clock,
    token: TokenHash,
    findings: Arc<Findings>,
    /// Becomes true when the server stops: whoever waits for news is answered then.
    closing: watch::Receiver<bool>,
    listeners: Arc<Semaphore>,
    doorkeeper: Arc<Doorkeeper>,
    strangers: Arc<Strangers>,
}

/// What a service is made of.
#[derive(Debug)]
pub struct Parts<S> {
    /// The server.
    pub server: Server<S>,
    /// Its clock.
    pub clock: Clock,
    /// What programs must show.
    pub token: TokenHash,
    /// What the auditor has found so far.
    pub findings: Arc<Findings>,
    /// The browser app, if it is served here.
    pub web: Web,
    /// How requests reach it.
    pub front: Front,
    /// How often one address may do what is counted of addresses.
    pub address_rates: AddressRates,
}

impl<S: Store> Service<S> {
    fn new(parts: Parts<S>, closing: watch::Receiver<bool>) -> Self {
        Self {
            server: parts.server,
            clock: parts.clock,
            token: parts.token,
            findings: parts.findings,
            closing,
            listeners: Arc::new(Semaphore::new(limits::EVENT_LISTENERS_MAX)),
            doorkeeper: Arc::default(),
            strangers: Arc::new(Strangers::new(parts.address_rates)),
        }
    }

    /// Whether the server stops.
    fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }
}

/// Every route, each answer with its headers.
fn routes<S: Store>(service: &Service<S>, web: Web) -> BoxedFilter<(Response,)> {
    web::routes(web).or(interface(service)).unify().boxed()
}

fn interface<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    phone::routes(service)
        // Before the steps of devices, which have names of their own.
        .or(lending::routes(service))
        .unify()
        .or(console::routes(service))
        .unify()
        .or(figures::routes(service))
        .unify()
        .or(session::routes(service))
        .unify()
        .or(dossiers::routes(service))
        .unify()
        .or(erasing::routes(service))
        .unify()
        .or(refounding::routes(service))
        .unify()
        .or(pairing::routes(service))
        .unify()
        .or(imports::routes(service))
        .unify()
        .or(reports::routes(service))
        .unify()
        .recover(|rejection| async move {
            Ok::<_, core::convert::Infallible>(Failure::from_rejection(&rejection).into_response())
        })
        .unify()
        .map(guarded)
        .boxed()
}

/// Turns what a handler gives into an answer.
async fn answer<R: Reply>(
    handled: impl Future<Output = Result<R, Failure>>,
) -> Result<Response, core::convert::Infallible> {
    Ok(match handled.await {
        Ok(reply) => reply.into_response(),
        Err(failure) => failure.into_response(),
    })
}

/// What every answer says to browsers.
const GUARDS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    // Browsers heed it only where they came by TLS.
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
];

fn guarded(mut response: Response) -> Response {
    for (name, value) in GUARDS {
        let headers = response.headers_mut();
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
