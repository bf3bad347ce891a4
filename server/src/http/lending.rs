//! Loans as the console makes and ends them; and what phones ask about single people and keys.

use bytes::Buf;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use shared::id::{DeviceId, DocumentId, UnitId};
use shared::limits::{LOAN_DOCUMENTS_MAX, LOOK_UP_BYTES_MAX, REKEY_BYTES_MAX};
use shared::loan::Purpose;
use shared::permission::Duty;
use shared::time::UnixSeconds;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::{Json, Response, json};

use super::access::{Caller, Place, Shown, shown};
use super::error::Failure;
use super::limits::JSON_BYTES_MAX;
use super::phone::{Octets, octets};
use super::{Service, answer, body};
use crate::server::{LendError, Lending};
use crate::store::Store;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let lending = warp::path!("v1" / "devices" / DeviceId / "loans")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|device, shown: Shown<S>, body| answer(lend(device, shown, body)));
    let listing = warp::path!("v1" / "devices" / DeviceId / "loans")
        .and(warp::get())
        .and(shown(service))
        .and_then(|device, shown: Shown<S>| answer(list(device, shown)));
    let ending = warp::path!("v1" / "devices" / DeviceId / "loans" / u32)
        .and(warp::delete())
        .and(shown(service))
        .and_then(|device, number, shown: Shown<S>| answer(end(device, number, shown)));
    let asked = || {
        let service = service.clone();
        warp::post()
            .map(move || service.clone())
            .and(warp::body::stream())
    };
    let looking_up = warp::path!("v1" / "look-up")
        .and(asked())
        .and_then(|service, body| answer(look_up(service, body)));
    let rekeying = warp::path!("v1" / "keys")
        .and(asked())
        .and_then(|service, body| answer(rekey(service, body)));
    let console = lending.or(listing).unify().or(ending).unify();
    console.or(looking_up).unify().or(rekeying).unify().boxed()
}

async fn look_up<S: Store, B: Buf>(
    service: Service<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Octets, Failure> {
    let bytes = body::read(body, LOOK_UP_BYTES_MAX).await?;
    let now = service.clock.now();
    Ok(octets(service.server.look_up(&bytes, now).await?))
}

async fn rekey<S: Store, B: Buf>(
    service: Service<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Octets, Failure> {
    let bytes = body::read(body, REKEY_BYTES_MAX).await?;
    let now = service.clock.now();
    Ok(octets(service.server.rekey(&bytes, now).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedLoan {
    /// Hexadecimal, in the order in which they are to be called on.
    #[serde(default)]
    dossiers: Vec<String>,
    /// Instead: the imported list of people, in hexadecimal, whose rest is lent.
    list: Option<String>,
    /// Seconds since 1970.
    until: i64,
}

#[derive(Serialize)]
struct LoansMade {
    /// Their numbers: a long list is more than one loan.
    numbers: Vec<u32>,
    /// People in them.
    lent: usize,
    /// People of the list whom the device has no room for now.
    left: usize,
}

/// Makes day lists: look-ups make themselves.
async fn lend<S: Store, B: Buf>(
    device: DeviceId,
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let what = "a loan needs dossiers or a list, and until, in seconds since 1970";
    let asked: AskedLoan =
        serde_json::from_slice(&bytes).map_err(|_| Failure::bad_request(&what))?;
    let now = service.clock.now();
    // Both of whoever borrows and of whom is lent: nobody lends what is not theirs to.
    may_lend(&service, &caller, device).await?;
    let (title, dossiers) = match &asked.list {
        Some(list) => {
            let list = list.parse().map_err(|_| Failure::bad_request(&what))?;
            service.server.left_to_lend(list, device, now).await?
        }
        None => {
            let parsed = asked.dossiers.iter().map(|id| id.parse::<DocumentId>());
            let dossiers = parsed.collect::<Result<Vec<_>, _>>();
            let dossiers = dossiers.map_err(|_| Failure::bad_request(&what))?;
            if dossiers.len() > LOAN_DOCUMENTS_MAX {
                return Err(LendError::TooMany.into());
            }
            (String::new(), dossiers)
        }
    };
    let units = service.server.units_of_dossiers(&dossiers).await?;
    needs(&service, &caller, units)?;
    let server = service.server.acting(caller.who());
    let (mut numbers, mut lent) = (Vec::new(), 0);
    for some in dossiers.chunks(LOAN_DOCUMENTS_MAX) {
        let lending = Lending {
            device,
            purpose: Purpose::DayList,
            until: UnixSeconds(asked.until),
            title: title.clone(),
            dossiers: some.to_vec(),
        };
        match server.lend(lending, now).await {
            Ok(number) => numbers.push(number),
            // What there was room for is lent, and the rest is told.
            Err(LendError::TooMuch | LendError::TooMany) if !numbers.is_empty() => break,
            Err(error) => return Err(error.into()),
        }
        lent += some.len();
    }
    if numbers.is_empty() {
        return Err(LendError::Nobody.into());
    }
    let left = dossiers.len() - lent;
    Ok(json(&LoansMade {
        numbers,
        lent,
        left,
    }))
}

async fn list<S: Store>(device: DeviceId, shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    may_lend(&service, &caller, device).await?;
    let loans = service.server.loans(device, service.clock.now()).await?;
    Ok(json(&loans))
}

async fn end<S: Store>(
    device: DeviceId,
    number: u32,
    shown: Shown<S>,
) -> Result<StatusCode, Failure> {
    let (service, caller) = shown.actor().await?;
    may_lend(&service, &caller, device).await?;
    let server = service.server.acting(caller.who());
    server.end_loan(device, number, service.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Goes on if the caller lends to the units the device works in.
async fn may_lend<S: Store>(
    service: &Service<S>,
    caller: &Caller,
    device: DeviceId,
) -> Result<(), Failure> {
    let units = service.server.units_of_device(device).await?;
    needs(service, caller, units)
}

fn needs<S: Store>(
    service: &Service<S>,
    caller: &Caller,
    units: impl IntoIterator<Item = UnitId>,
) -> Result<(), Failure> {
    let tree = service.server.units();
    let place = Place {
        tree: &tree,
        day: service.clock.now().local_day(),
    };
    let units: Vec<UnitId> = units.into_iter().collect();
    caller.needs(Duty::Lend, &units, place)
}
