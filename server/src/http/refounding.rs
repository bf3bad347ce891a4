//! Taking something out of a dossier with all its history, and undoing unions.

use std::collections::BTreeSet;

use bytes::Buf;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use shared::id::DocumentId;
use shared::key::Key;
use shared::limits::CHANGE_OPS_MAX;
use shared::permission::Duty;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Json, Response, json};

use super::access::{Shown, shown};
use super::erasing::answers_for;
use super::error::Failure;
use super::limits::JSON_BYTES_MAX;
use super::{Service, answer, body};
use crate::gate::Leaving;
use crate::store::Store;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let refounding = warp::path!("v1" / "dossiers" / DocumentId / "refound")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|id, shown: Shown<S>, body| answer(refound(id, shown, body)));
    let undoing = warp::path!("v1" / "unions" / DocumentId / "undo")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|id, shown: Shown<S>, body| answer(undo(id, shown, body)));
    refounding.or(undoing).unify().boxed()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedLeaving {
    /// Names of keys that are taken out, an event's as `~` and its id.
    #[serde(default)]
    remove: Vec<String>,
    /// Names of keys in conflict of which the value shown shall stay.
    #[serde(default)]
    settle: Vec<String>,
}

impl AskedLeaving {
    fn read(bytes: &[u8]) -> Result<Leaving, Failure> {
        let asked: Option<Self> = serde_json::from_slice(bytes).ok();
        let leaving = asked.and_then(|asked| {
            Some(Leaving {
                removed: keys(&asked.remove)?,
                settled: keys(&asked.settle)?,
            })
        });
        leaving.ok_or_else(|| Failure::bad_request(&"remove and settle: lists of keys"))
    }
}

/// The keys of these names, if all are keys.
fn keys(names: &[String]) -> Option<BTreeSet<Key>> {
    let known = |name: &String| {
        let key = Key::new(name).ok()?;
        (key.spec().is_some() || key.event_id().is_some()).then_some(key)
    };
    let few = names.len() <= CHANGE_OPS_MAX;
    few.then(|| names.iter().map(known).collect())?
}

#[derive(Serialize)]
struct RefoundedView {
    /// The dossier's new id, in hexadecimal.
    document: String,
}

async fn refound<S: Store, B: Buf>(
    id: DocumentId,
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let leaving = AskedLeaving::read(&bytes)?;
    let id = answers_for((&service, &caller), Duty::Refound, id).await?;
    let circumstances = service.clock.circumstances()?;
    let server = service.server.acting(caller.who());
    let to = server.refound(id, &leaving, circumstances).await?;
    Ok(json(&RefoundedView {
        document: to.to_string(),
    }))
}

#[derive(Serialize)]
struct ApartView {
    /// The two dossiers in hexadecimal, that of the one who stayed first.
    apart: Vec<String>,
}

async fn undo<S: Store, B: Buf>(
    joined: DocumentId,
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let leaving = AskedLeaving::read(&bytes)?;
    answers_for((&service, &caller), Duty::Refound, joined).await?;
    let circumstances = service.clock.circumstances()?;
    let server = service.server.acting(caller.who());
    let apart = server.undo_union(joined, &leaving, circumstances).await?;
    Ok(json(&ApartView {
        apart: apart.iter().map(ToString::to_string).collect(),
    }))
}
