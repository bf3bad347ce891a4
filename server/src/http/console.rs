//! What consoles ask, each with the token; and the server's health, which anyone may ask.

use bytes::Buf;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use shared::id::{ChangeHash, DeviceId, DocumentId, TeamId, UnitId};
use shared::percent::PercentMode;
use shared::permission::{Grant, Role};
use shared::time::LocalDay;
use shared::unit::UnitVersion;
use shared::version::PROTOCOL;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::{Json, Response, json};

use super::error::Failure;
use super::limits::JSON_BYTES_MAX;
use super::{Service, access, answer, body, events};
use crate::gate::Decided;
use crate::server::{DeviceStep, Offer, ProgressQuery};
use crate::store::Store;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let reading = health(service)
        .or(progress(service))
        .unify()
        .or(units(service))
        .unify()
        .or(listening(service))
        .unify()
        .or(devices(service))
        .unify()
        .or(held(service))
        .unify();
    let acting = steering(service)
        .or(inviting(service))
        .unify()
        .or(deciding(service))
        .unify();
    reading.or(acting).unify().boxed()
}

/// The service and what the request shows as its right to it.
fn shown<S: Store>(
    service: &Service<S>,
) -> impl Filter<Extract = (Shown<S>,), Error = warp::Rejection> + Clone + use<S> {
    let service = service.clone();
    warp::header::optional("authorization").map(move |authorization| Shown {
        service: service.clone(),
        authorization,
    })
}

struct Shown<S> {
    service: Service<S>,
    authorization: Option<String>,
}

impl<S: Store> Shown<S> {
    /// The service, for whoever has the token.
    fn checked(self) -> Result<Service<S>, Failure> {
        access::check(self.authorization.as_deref(), self.service.token)?;
        Ok(self.service)
    }
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    protocol: u8,
    epoch: u32,
    /// Commits that wait for the disk.
    commits_waiting: usize,
    /// Documents held against automerge since the start.
    documents_audited: u64,
    /// How many of them differed; anything but 0 is an alarm.
    automerge_disagreements: u64,
}

fn health<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let service = service.clone();
    warp::path!("v1" / "health")
        .and(warp::get())
        .map(move || {
            let writer = service.server.writer();
            let is_well = writer.health().is_ok() && !service.is_closing();
            let health = Health {
                status: if is_well { "ok" } else { "stopping" },
                protocol: PROTOCOL,
                epoch: service.server.epoch(),
                commits_waiting: writer.waiting(),
                documents_audited: service.findings.audited(),
                automerge_disagreements: service.findings.disagreements(),
            };
            let mut response = warp::Reply::into_response(json(&health));
            if !is_well {
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            }
            response
        })
        .boxed()
}

#[derive(Deserialize)]
struct AskedProgress {
    unit: u32,
    day: Option<String>,
    percents: Option<String>,
}

fn progress<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "progress").and(warp::get());
    route
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedProgress| {
            answer(async move {
                let service = shown.checked()?;
                let percents = match asked.percents.as_deref() {
                    None | Some("truncate") => PercentMode::Truncate,
                    Some("round") => PercentMode::Round,
                    Some(_) => return Err(Failure::bad_request(&"percents: truncate or round")),
                };
                let query = ProgressQuery {
                    unit: UnitId(asked.unit),
                    as_of: day(&service, asked.day.as_deref())?,
                    percents,
                };
                Ok(json(&service.server.progress(query).await?))
            })
        })
        .boxed()
}

/// The day asked for, or today.
fn day<S: Store>(service: &Service<S>, asked: Option<&str>) -> Result<LocalDay, Failure> {
    match asked {
        None => Ok(service.clock.now().local_day()),
        Some(day) => day.parse().map_err(|bad| Failure::bad_request(&bad)),
    }
}

#[derive(Deserialize)]
struct AskedUnits {
    parent: Option<u32>,
    day: Option<String>,
}

#[derive(Serialize)]
struct UnitView {
    unit: UnitId,
    code: Option<String>,
    kind: &'static str,
    name: String,
    has_children: bool,
}

fn units<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "units").and(warp::get());
    route
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedUnits| {
            answer(async move { list_units(&shown.checked()?, &asked) })
        })
        .boxed()
}

fn list_units<S: Store>(service: &Service<S>, asked: &AskedUnits) -> Result<Json, Failure> {
    let day = day(service, asked.day.as_deref())?;
    let units = service.server.units();
    let found: Vec<&UnitVersion> = match asked.parent {
        Some(parent) => units.children(UnitId(parent), day).collect(),
        None => units.roots(day).collect(),
    };
    let view = |unit: &UnitVersion| UnitView {
        unit: unit.id,
        code: unit.code.as_ref().map(ToString::to_string),
        kind: unit.kind.code(),
        name: unit.full_name_vi(),
        has_children: units.children(unit.id, day).next().is_some(),
    };
    let views: Vec<UnitView> = found.into_iter().map(view).collect();
    Ok(json(&views))
}

fn listening<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "events").and(warp::get());
    route
        .and(shown(service))
        .and_then(|shown: Shown<S>| answer(async move { events::listen(&shown.checked()?) }))
        .boxed()
}

fn devices<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "devices").and(warp::get());
    route
        .and(shown(service))
        .and_then(|shown: Shown<S>| {
            answer(async move { Ok(json(&shown.checked()?.server.devices().await?)) })
        })
        .boxed()
}

fn held<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "held").and(warp::get());
    route
        .and(shown(service))
        .and_then(|shown: Shown<S>| {
            answer(async move { Ok(json(&shown.checked()?.server.held().await?)) })
        })
        .boxed()
}

fn steering<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    warp::path!("v1" / "devices" / DeviceId / String)
        .and(warp::post())
        .and(shown(service))
        .and_then(|device, step: String, shown: Shown<S>| {
            answer(async move {
                let service = shown.checked()?;
                let step = DeviceStep::named(&step)
                    .ok_or_else(|| Failure::bad_request(&"there is no such step"))?;
                let circumstances = service.clock.circumstances()?;
                service.server.steer(device, step, circumstances).await?;
                Ok(StatusCode::NO_CONTENT)
            })
        })
        .boxed()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedInvite {
    role: String,
    units: Vec<UnitId>,
    #[serde(default)]
    team: TeamId,
    label: String,
}

#[derive(Serialize)]
struct InviteView {
    /// The secret, to be shown as a QR code and then forgotten.
    invite: String,
}

fn inviting<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    warp::path!("v1" / "invites")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|shown: Shown<S>, body| answer(invite(shown, body)))
        .boxed()
}

async fn invite<S: Store, B: Buf>(
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Json, Failure> {
    let service = shown.checked()?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let asked: AskedInvite = serde_json::from_slice(&bytes)
        .map_err(|_| Failure::bad_request(&"an invite needs role, units, team and label"))?;
    let role = Role::ALL.iter().find(|role| role.name() == asked.role);
    let role = *role.ok_or_else(|| Failure::bad_request(&"there is no such role"))?;
    let grant = Grant {
        role,
        units: asked.units,
        team: asked.team,
    };
    let offer = Offer {
        grant,
        label: asked.label,
    };
    let circumstances = service.clock.circumstances()?;
    let invite = service.server.invite(offer, circumstances).await?;
    Ok(json(&InviteView {
        invite: invite.to_string(),
    }))
}

fn deciding<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    warp::path!("v1" / "held" / DocumentId / ChangeHash / String)
        .and(warp::post())
        .and(shown(service))
        .and_then(|document, change, word: String, shown: Shown<S>| {
            answer(async move {
                let service = shown.checked()?;
                let decided = match word.as_str() {
                    "approve" => Decided::Approved,
                    "refuse" => Decided::Refused,
                    _ => return Err(Failure::bad_request(&"approve or refuse")),
                };
                let circumstances = service.clock.circumstances()?;
                let held = (document, change);
                service.server.decide(held, decided, circumstances).await?;
                Ok(StatusCode::NO_CONTENT)
            })
        })
        .boxed()
}
