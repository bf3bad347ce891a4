//! What stands behind a unit's figures: by what they can be told apart, which services were
//! guided and what stood in the way, who may be listed twice, how much may still be out there.

use serde::Deserialize;
use shared::id::UnitId;
use shared::percent::PercentMode;
use shared::permission::Duty;
use shared::time::LocalDay;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Json, Response, json};

use super::access::{Caller, Place, Shown, shown};
use super::console::day;
use super::error::Failure;
use super::{Service, answer};
use crate::server::{BreakdownQuery, By, FreshnessQuery, GuidanceQuery, SessionsQuery};
use crate::store::Store;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let routes = breakdown(service).or(services(service)).unify();
    let routes = routes.or(sessions(service)).unify();
    let routes = routes.or(reported(service)).unify();
    let routes = routes.or(doubles(service)).unify();
    routes.or(freshness(service)).unify().boxed()
}

/// The mode of percentages asked for; cut off, if nothing is said.
pub(super) fn percents(asked: Option<&str>) -> Result<PercentMode, Failure> {
    match asked {
        None | Some("truncate") => Ok(PercentMode::Truncate),
        Some("round") => Ok(PercentMode::Round),
        Some(_) => Err(Failure::bad_request(&"percents: truncate or round")),
    }
}

#[derive(Deserialize)]
struct AskedUnit {
    unit: u32,
    day: Option<String>,
}

/// A unit and a day whose figures the caller may see.
async fn seen<S: Store>(
    shown: Shown<S>,
    asked: &AskedUnit,
) -> Result<(Service<S>, Caller, (UnitId, LocalDay)), Failure> {
    let (service, caller) = shown.reader().await?;
    let (unit, day) = (UnitId(asked.unit), day(&service, asked.day.as_deref())?);
    let tree = service.server.units();
    caller.needs(Duty::Figures, &[unit], Place { tree: &tree, day })?;
    Ok((service, caller, (unit, day)))
}

#[derive(Deserialize)]
struct AskedBreakdown {
    unit: u32,
    day: Option<String>,
    by: String,
    from: Option<String>,
    percents: Option<String>,
}

fn breakdown<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "breakdown").and(warp::get());
    route
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedBreakdown| {
            answer(async move { told_apart(shown, asked).await })
        })
        .boxed()
}

async fn told_apart<S: Store>(shown: Shown<S>, asked: AskedBreakdown) -> Result<Json, Failure> {
    let place = AskedUnit {
        unit: asked.unit,
        day: asked.day,
    };
    let (service, _, (unit, as_of)) = seen(shown, &place).await?;
    let by = By::named(&asked.by).ok_or_else(|| Failure::bad_request(&"there is no such `by`"))?;
    let query = BreakdownQuery {
        unit,
        by,
        from: first_day(asked.from.as_deref(), as_of)?,
        as_of,
        percents: percents(asked.percents.as_deref())?,
    };
    Ok(json(&service.server.breakdown(query).await?))
}

fn services<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "services").and(warp::get());
    route
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedUnit| {
            answer(async move {
                let (service, _, (unit, as_of)) = seen(shown, &asked).await?;
                let query = GuidanceQuery { unit, as_of };
                Ok(json(&service.server.services(query).await?))
            })
        })
        .boxed()
}

#[derive(Deserialize)]
struct AskedSessions {
    unit: u32,
    day: Option<String>,
    from: Option<String>,
}

fn sessions<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "sessions").and(warp::get());
    route
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedSessions| {
            answer(async move {
                let place = AskedUnit {
                    unit: asked.unit,
                    day: asked.day,
                };
                let (service, _, (unit, as_of)) = seen(shown, &place).await?;
                let from = first_day(asked.from.as_deref(), as_of)?;
                let query = SessionsQuery { unit, from, as_of };
                Ok(json(&service.server.sessions(query).await?))
            })
        })
        .boxed()
}

/// The first day that counts, if one is asked for.
fn first_day(from: Option<&str>, as_of: LocalDay) -> Result<Option<LocalDay>, Failure> {
    let from = from.map(|from| from.parse::<LocalDay>()).transpose();
    let from = from.map_err(|bad| Failure::bad_request(&bad))?;
    match from.is_some_and(|from| as_of < from) {
        true => Err(Failure::bad_request(&"from: not after the day")),
        false => Ok(from),
    }
}

/// What sessions' teams wrote is told to those who may read the records of the place.
fn reported<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "reported").and(warp::get());
    route
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedUnit| {
            answer(async move {
                let (service, caller, (unit, as_of)) = seen(shown, &asked).await?;
                let tree = service.server.units();
                let place = Place {
                    tree: &tree,
                    day: as_of,
                };
                let query = GuidanceQuery { unit, as_of };
                let open = |unit| caller.reads_dossiers(unit, place);
                Ok(json(&service.server.reported(query, open).await?))
            })
        })
        .boxed()
}

fn doubles<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "doubles").and(warp::get());
    route
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedUnit| {
            answer(async move {
                let (service, caller, (unit, day)) = seen(shown, &asked).await?;
                let tree = service.server.units();
                let place = Place { tree: &tree, day };
                let open = |unit| caller.reads_dossiers(unit, place);
                let found = service.server.possible_doubles((unit, day), open).await?;
                Ok(json(&found))
            })
        })
        .boxed()
}

fn freshness<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let route = warp::path!("v1" / "freshness").and(warp::get());
    route
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedUnit| {
            answer(async move {
                let (service, _, (unit, day)) = seen(shown, &asked).await?;
                let now = service.clock.now();
                let query = FreshnessQuery { unit, day, now };
                Ok(json(&service.server.freshness(query).await?))
            })
        })
        .boxed()
}
