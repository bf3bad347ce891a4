//! What consoles and programs ask, each within its rights; and the server's health, which anyone
//! may ask.

use bytes::Buf;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use shared::id::{ChangeHash, DeviceId, DocumentId, TeamId, UnitId};
use shared::permission::{Duty, Grant, Role};
use shared::tally::Indicator;
use shared::time::LocalDay;
use shared::unit::UnitVersion;
use shared::version::PROTOCOL;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::{Json, Response, json};

use super::access::{Caller, Place, Shown, shown};
use super::error::Failure;
use super::limits::JSON_BYTES_MAX;
use super::{Service, answer, body, events, figures};
use crate::gate::Decided;
use crate::server::{DeviceStep, DeviceView, Offer, PaceQuery, ProgressQuery};
use crate::store::Store;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let reading = health(service)
        .or(progress(service))
        .unify()
        .or(pace(service))
        .unify()
        .or(units(service))
        .unify()
        .or(listening(service))
        .unify()
        .or(devices(service))
        .unify()
        .or(held(service))
        .unify();
    let acting = assigning(service)
        .or(steering(service))
        .unify()
        .or(inviting(service))
        .unify()
        .or(deciding(service))
        .unify();
    reading.or(acting).unify().boxed()
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
    /// Documents whose changes were moved out of the log since the start.
    documents_closed: u64,
    /// Bytes of their changes, packed.
    bytes_closed: u64,
    /// When the last walk over all documents ended, in Unix seconds.
    closing_round_ended: Option<i64>,
}

fn health<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let service = service.clone();
    warp::path!("v1" / "health")
        .and(warp::get())
        .map(move || {
            let (writer, closings) = (service.server.writer(), service.server.closings());
            let is_well = writer.health().is_ok() && !service.is_closing();
            let health = Health {
                status: match (is_well, service.server.room().is_short()) {
                    (false, _) => "stopping",
                    (true, true) => "read-only",
                    (true, false) => "ok",
                },
                protocol: PROTOCOL,
                epoch: service.server.epoch(),
                commits_waiting: writer.waiting(),
                documents_audited: service.findings.audited(),
                automerge_disagreements: service.findings.disagreements(),
                documents_closed: closings.documents(),
                bytes_closed: closings.bytes(),
                closing_round_ended: closings.round_ended().map(|ended| ended.0),
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
                let (service, caller) = shown.reader().await?;
                let percents = figures::percents(asked.percents.as_deref())?;
                let (unit, as_of) = (UnitId(asked.unit), day(&service, asked.day.as_deref())?);
                let tree = service.server.units();
                let place = Place {
                    tree: &tree,
                    day: as_of,
                };
                caller.needs(Duty::Figures, &[unit], place)?;
                let query = ProgressQuery {
                    unit,
                    as_of,
                    percents,
                };
                Ok(json(&service.server.progress(query).await?))
            })
        })
        .boxed()
}

#[derive(Deserialize)]
struct AskedPace {
    unit: u32,
    indicator: String,
    day: Option<String>,
}

fn pace<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "pace").and(warp::get());
    route
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedPace| {
            answer(async move {
                let (service, caller) = shown.reader().await?;
                let mut all = Indicator::all();
                let indicator = all
                    .find(|indicator| indicator.to_string() == asked.indicator)
                    .ok_or_else(|| Failure::bad_request(&"there is no such indicator"))?;
                let query = PaceQuery {
                    unit: UnitId(asked.unit),
                    indicator,
                    as_of: day(&service, asked.day.as_deref())?,
                };
                let tree = service.server.units();
                let place = Place {
                    tree: &tree,
                    day: query.as_of,
                };
                caller.needs(Duty::Figures, &[query.unit], place)?;
                Ok(json(&service.server.pace(query).await?))
            })
        })
        .boxed()
}

/// The day asked for, or today.
pub(super) fn day<S: Store>(
    service: &Service<S>,
    asked: Option<&str>,
) -> Result<LocalDay, Failure> {
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
            answer(async move {
                let (service, caller) = shown.reader().await?;
                list_units(&service, &caller, &asked)
            })
        })
        .boxed()
}

/// Units below one; without one, those the caller begins at.
fn list_units<S: Store>(
    service: &Service<S>,
    caller: &Caller,
    asked: &AskedUnits,
) -> Result<Json, Failure> {
    let day = day(service, asked.day.as_deref())?;
    let units = service.server.units();
    let found: Vec<&UnitVersion> = match (asked.parent, caller) {
        (Some(parent), _) => units.children(UnitId(parent), day).collect(),
        (None, Caller::Program) => units.roots(day).collect(),
        (None, Caller::Person(account)) => {
            let own = account.record.grant.units.iter();
            own.filter_map(|unit| units.get(*unit, day)).collect()
        }
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
        .and_then(|shown: Shown<S>| {
            answer(async move {
                let (service, caller) = shown.reader().await?;
                events::listen(&service, caller)
            })
        })
        .boxed()
}

fn devices<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "devices").and(warp::get());
    route
        .and(shown(service))
        .and_then(|shown: Shown<S>| {
            answer(async move {
                let (service, caller) = shown.reader().await?;
                list_devices(&service, &caller).await
            })
        })
        .boxed()
}

fn held<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "held").and(warp::get());
    route
        .and(shown(service))
        .and_then(|shown: Shown<S>| {
            answer(async move {
                let (service, caller) = shown.reader().await?;
                list_held(&service, &caller).await
            })
        })
        .boxed()
}

/// A device with the names of its units.
#[derive(Serialize)]
struct ListedDevice {
    #[serde(flatten)]
    device: DeviceView,
    unit_names: Vec<String>,
}

/// The devices in the caller's units; without their owners where the caller only needs to know
/// how fresh figures are.
async fn list_devices<S: Store>(service: &Service<S>, caller: &Caller) -> Result<Json, Failure> {
    let (tree, day) = (service.server.units(), service.clock.now().local_day());
    let place = Place { tree: &tree, day };
    let mut devices = service.server.devices().await?;
    devices.retain(|device| caller.needs(Duty::Figures, &device.units, place).is_ok());
    if !caller.has_somewhere(Duty::Devices) {
        for device in &mut devices {
            device.label.clear();
            device.check_code = None;
        }
    }
    let name = |unit: &UnitId| tree.get(*unit, day).map(|unit| unit.full_name_vi());
    let listed = |device: DeviceView| ListedDevice {
        unit_names: device.units.iter().filter_map(name).collect(),
        device,
    };
    let listed: Vec<ListedDevice> = devices.into_iter().map(listed).collect();
    Ok(json(&listed))
}

/// What waits for a decision in the caller's units.
async fn list_held<S: Store>(service: &Service<S>, caller: &Caller) -> Result<Json, Failure> {
    let (tree, day) = (service.server.units(), service.clock.now().local_day());
    let place = Place { tree: &tree, day };
    let mut held = service.server.held().await?;
    // A change that says nowhere where it belongs waits for one that does.
    held.retain(|held| match held.unit {
        Some(unit) => caller.has(Duty::Decide, unit, place),
        None => matches!(caller, Caller::Program),
    });
    for held in &mut held {
        if !held
            .unit
            .is_some_and(|unit| caller.reads_dossiers(unit, place))
        {
            held.name = None;
        }
    }
    Ok(json(&held))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedAssignment {
    role: String,
    units: Vec<UnitId>,
    #[serde(default)]
    team: TeamId,
}

fn assigning<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    warp::path!("v1" / "devices" / DeviceId / "assign")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|device, shown: Shown<S>, body| answer(assign(device, shown, body)))
        .boxed()
}

async fn assign<S: Store, B: Buf>(
    device: DeviceId,
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<StatusCode, Failure> {
    let (service, caller) = shown.actor().await?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let asked: AskedAssignment = serde_json::from_slice(&bytes)
        .map_err(|_| Failure::bad_request(&"an assignment needs role, units and team"))?;
    let grant = Grant {
        role: role_named(&asked.role)?,
        units: asked.units,
        team: asked.team,
    };
    let now = service.clock.now();
    let before = service.server.units_of_device(device).await?;
    let tree = service.server.units();
    let place = Place {
        tree: &tree,
        day: now.local_day(),
    };
    caller.needs(Duty::Devices, &before, place)?;
    caller.needs(Duty::Invite(grant.role), &grant.units, place)?;
    let server = service.server.acting(caller.who());
    server.assign(device, grant, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn role_named(name: &str) -> Result<Role, Failure> {
    let role = Role::ALL.iter().find(|role| role.name() == name);
    role.copied()
        .ok_or_else(|| Failure::bad_request(&"there is no such role"))
}

fn steering<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    warp::path!("v1" / "devices" / DeviceId / String)
        .and(warp::post())
        .and(shown(service))
        .and_then(|device, step: String, shown: Shown<S>| {
            answer(async move {
                let (service, caller) = shown.actor().await?;
                let step = DeviceStep::named(&step)
                    .ok_or_else(|| Failure::bad_request(&"there is no such step"))?;
                let circumstances = service.clock.circumstances()?;
                let units = service.server.units_of_device(device).await?;
                let tree = service.server.units();
                let place = Place {
                    tree: &tree,
                    day: circumstances.now.local_day(),
                };
                caller.needs(Duty::Devices, &units, place)?;
                let server = service.server.acting(caller.who());
                server.steer(device, step, circumstances).await?;
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
    let (service, caller) = shown.actor().await?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let asked: AskedInvite = serde_json::from_slice(&bytes)
        .map_err(|_| Failure::bad_request(&"an invite needs role, units, team and label"))?;
    let role = role_named(&asked.role)?;
    let grant = Grant {
        role,
        units: asked.units,
        team: asked.team,
    };
    let circumstances = service.clock.circumstances()?;
    let tree = service.server.units();
    let place = Place {
        tree: &tree,
        day: circumstances.now.local_day(),
    };
    caller.needs(Duty::Invite(role), &grant.units, place)?;
    let offer = Offer {
        grant,
        label: asked.label,
    };
    let server = service.server.acting(caller.who());
    let invite = server.invite(offer, circumstances).await?;
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
                let (service, caller) = shown.actor().await?;
                let decided = match word.as_str() {
                    "approve" => Decided::Approved,
                    "refuse" => Decided::Refused,
                    _ => return Err(Failure::bad_request(&"approve or refuse")),
                };
                let circumstances = service.clock.circumstances()?;
                let held = (document, change);
                let unit = service.server.unit_of_held_change(held).await?;
                let tree = service.server.units();
                let place = Place {
                    tree: &tree,
                    day: circumstances.now.local_day(),
                };
                match (unit, &caller) {
                    (Some(unit), _) => caller.needs(Duty::Decide, &[unit], place)?,
                    (None, Caller::Program) => {}
                    (None, Caller::Person(_)) => return Err(Failure::not_permitted()),
                }
                let server = service.server.acting(caller.who());
                server.decide(held, decided, circumstances).await?;
                Ok(StatusCode::NO_CONTENT)
            })
        })
        .boxed()
}
