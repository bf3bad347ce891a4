//! What phones ask: enrol, hand in bundles and parcels, pull, learn names. The signature speaks, there is no log-in.

use core::time::Duration;

use bytes::Buf;
use futures_util::Stream;
use shared::limits::{BUNDLE_BYTES_MAX, ENROL_BYTES_MAX, PARCEL_BYTES_MAX, PULL_REQUEST_BYTES_MAX};
use tokio::sync::broadcast;
use tokio::time::Instant;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::header::CONTENT_TYPE;
use warp::reply::{Response, WithHeader, with_header};

use super::error::Failure;
use super::{Service, answer, body};
use crate::server::{Asked, Pull};
use crate::store::{Hint, Store};

pub(super) type Octets = WithHeader<Vec<u8>>;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let with = |service: &Service<S>| {
        let service = service.clone();
        warp::any().map(move || service.clone())
    };
    let enrol = warp::path!("v1" / "enrol")
        .and(warp::post())
        .and(with(service))
        .and(warp::body::stream())
        .and_then(|service, body| answer(enrol(service, body)));
    let bundles = warp::path!("v1" / "bundles")
        .and(warp::post())
        .and(with(service))
        .and(warp::body::stream())
        .and_then(|service, body| answer(take_bundle(service, body)));
    let pull = warp::path!("v1" / "pull")
        .and(warp::post())
        .and(with(service))
        .and(warp::body::stream())
        .and_then(|service, body| answer(pull(service, body)));
    let names = warp::path!("v1" / "names")
        .and(warp::post())
        .and(with(service))
        .and(warp::body::stream())
        .and_then(|service, body| answer(names(service, body)));
    let parcels = warp::path!("v1" / "parcels")
        .and(warp::post())
        .and(with(service))
        .and(warp::body::stream())
        .and_then(|service, body| answer(take_parcel(service, body)));
    let phone = enrol.or(bundles).unify().or(pull).unify();
    phone.or(names).unify().or(parcels).unify().boxed()
}

async fn enrol<S: Store, B: Buf>(
    service: Service<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Octets, Failure> {
    let bytes = body::read(body, ENROL_BYTES_MAX).await?;
    let circumstances = service.clock.circumstances()?;
    Ok(octets(service.server.enrol(&bytes, circumstances).await?))
}

async fn take_bundle<S: Store, B: Buf>(
    service: Service<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Octets, Failure> {
    let bytes = body::read(body, BUNDLE_BYTES_MAX).await?;
    let circumstances = service.clock.circumstances()?;
    let receipt = service.server.take_bundle(&bytes, circumstances).await?;
    Ok(octets(receipt))
}

async fn take_parcel<S: Store, B: Buf>(
    service: Service<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Octets, Failure> {
    let bytes = body::read(body, PARCEL_BYTES_MAX).await?;
    let circumstances = service.clock.circumstances()?;
    Ok(octets(
        service.server.take_parcel(&bytes, circumstances).await?,
    ))
}

async fn pull<S: Store, B: Buf>(
    service: Service<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Octets, Failure> {
    let bytes = body::read(body, PULL_REQUEST_BYTES_MAX).await?;
    let now = service.clock.now();
    let pull = match service.server.open_pull(&bytes, now).await? {
        Asked::Pull(pull) => pull,
        Asked::Otherwise(spoken) => return Ok(octets(spoken)),
    };
    let deadline = Instant::now() + Duration::from_secs(pull.wait_seconds().into());
    // Subscribed before reading: news that comes in between is heard of afterwards.
    let mut hints = service.server.ledger().store().hints();
    loop {
        let circumstances = service.clock.circumstances()?;
        let pulled = service.server.answer_pull(&pull, circumstances).await?;
        if pulled.has_news || service.is_closing() || Instant::now() >= deadline {
            return Ok(octets(pulled.bytes));
        }
        let mut closing = service.closing.clone();
        tokio::select! {
            () = news(&mut hints, &pull) => {}
            () = tokio::time::sleep_until(deadline) => {}
            _ = closing.wait_for(|closing| *closing) => {}
        }
    }
}

async fn names<S: Store, B: Buf>(
    service: Service<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Octets, Failure> {
    let bytes = body::read(body, PULL_REQUEST_BYTES_MAX).await?;
    let circumstances = service.clock.circumstances()?;
    Ok(octets(service.server.names(&bytes, circumstances).await?))
}

/// Ends when a stream the pull follows has grown, or hints were lost.
async fn news(hints: &mut broadcast::Receiver<Hint>, pull: &Pull) {
    loop {
        match hints.recv().await {
            Ok(hint) if !pull.follows(hint.stream) => {}
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            // The store is gone: wait for the deadline instead of turning in circles.
            Err(broadcast::error::RecvError::Closed) => core::future::pending().await,
        }
    }
}

pub(super) fn octets(bytes: Vec<u8>) -> Octets {
    with_header(bytes, CONTENT_TYPE, "application/octet-stream")
}
