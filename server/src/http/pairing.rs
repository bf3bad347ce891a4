//! Who may be one person: the list, somebody's word on each pair, and what was said: the unions
//! there are, and those who are two people.

use serde::{Deserialize, Serialize};
use shared::id::{DocumentId, UnitId};
use shared::permission::Duty;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::{Json, Response, json};

use super::access::{Caller, Place, Shown, shown};
use super::error::Failure;
use super::limits::UNION_UNITS_MAX;
use super::{Service, answer};
use crate::gate::Sameness;
use crate::server::{Circumstances, DossierLine, PairView, PartedView, UnionView, Wrote};
use crate::store::Store;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let listing = warp::path!("v1" / "pairs")
        .and(warp::get())
        .and(shown(service))
        .and_then(|shown: Shown<S>| answer(pairs(shown)));
    let deciding = warp::path!("v1" / "pairs" / DocumentId / DocumentId / String)
        .and(warp::post())
        .and(shown(service))
        .and_then(|one, other, word: String, shown: Shown<S>| {
            answer(decide([one, other], word, shown))
        });
    let parted = warp::path!("v1" / "parted")
        .and(warp::get())
        .and(shown(service))
        .and_then(|shown: Shown<S>| answer(parted(shown)));
    let reopening = warp::path!("v1" / "parted" / DocumentId / DocumentId / "undo")
        .and(warp::post())
        .and(shown(service))
        .and_then(|one, other, shown: Shown<S>| answer(reopen([one, other], shown)));
    let united = warp::path!("v1" / "unions")
        .and(warp::get())
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedUnions| answer(unions(shown, asked)));
    let pairs = listing.or(deciding).unify().or(united).unify();
    pairs.or(parted).unify().or(reopening).unify().boxed()
}

/// A person with the name of their unit.
#[derive(Serialize)]
struct Named {
    #[serde(flatten)]
    line: DossierLine,
    unit_name: String,
}

impl Named {
    /// What whoever may not read dossiers is told of one: where it is.
    fn seen_by(caller: &Caller, mut line: DossierLine, place: Place<'_>) -> Self {
        if !caller.reads_dossiers(line.unit, place) {
            (line.name, line.birth_year, line.sex) = (String::new(), None, None);
            (line.last3, line.reason) = (None, None);
        }
        let unit = place.tree.get(line.unit, place.day);
        Self {
            unit_name: unit.map(|unit| unit.full_name_vi()).unwrap_or_default(),
            line,
        }
    }
}

#[derive(Serialize)]
struct NamedPair {
    is_one_unit: bool,
    has_one_number: bool,
    marks: Vec<Wrote>,
    people: [Named; 2],
}

/// Pairs in the caller's units: whoever answers for one of two only, decides about neither.
async fn pairs<S: Store>(shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    let (tree, day) = (service.server.units(), service.clock.now().local_day());
    let place = Place { tree: &tree, day };
    let decides = |view: &PairView| decides(&caller, &view.people, place);
    let found = service.server.pairs().await?;
    let named = |view: PairView| NamedPair {
        is_one_unit: view.is_one_unit,
        has_one_number: view.has_one_number,
        marks: view.marks,
        people: (view.people).map(|line| Named::seen_by(&caller, line, place)),
    };
    let found: Vec<NamedPair> = found.into_iter().filter(decides).map(named).collect();
    Ok(json(&found))
}

/// Whether the caller answers for both.
fn decides(caller: &Caller, people: &[DossierLine; 2], place: Place<'_>) -> bool {
    let mut units = people.iter().map(|person| person.unit);
    units.all(|unit| caller.has(Duty::Decide, unit, place))
}

async fn decide<S: Store>(
    pair: [DocumentId; 2],
    word: String,
    shown: Shown<S>,
) -> Result<StatusCode, Failure> {
    let (service, caller) = shown.actor().await?;
    let said = match word.as_str() {
        "one" => Sameness::OnePerson,
        "two" => Sameness::TwoPeople,
        _ => return Err(Failure::bad_request(&"one or two")),
    };
    let circumstances = service.clock.circumstances()?;
    answers_for(&service, &caller, (pair, circumstances)).await?;
    let server = service.server.acting(caller.who());
    server.settle_pair(pair, said, circumstances).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn answers_for<S: Store>(
    service: &Service<S>,
    caller: &Caller,
    (pair, circumstances): ([DocumentId; 2], Circumstances),
) -> Result<(), Failure> {
    let tree = service.server.units();
    let place = Place {
        tree: &tree,
        day: circumstances.now.local_day(),
    };
    for id in pair {
        let found = service.server.find_dossier(id).await?;
        let (_, document) = found.ok_or_else(Failure::no_dossier)?;
        caller.needs(Duty::Decide, &[document.place.stream.unit], place)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct NamedParted {
    at: i64,
    by: Option<String>,
    was_marked: bool,
    people: [Named; 2],
}

/// Pairs in the caller's units that were found to be two people.
async fn parted<S: Store>(shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    let (tree, day) = (service.server.units(), service.clock.now().local_day());
    let place = Place { tree: &tree, day };
    let found = service.server.parted().await?;
    let named = |view: PartedView| NamedParted {
        at: view.at.0,
        by: view.by,
        was_marked: view.was_marked,
        people: (view.people).map(|line| Named::seen_by(&caller, line, place)),
    };
    let may = |view: &PartedView| decides(&caller, &view.people, place);
    let found: Vec<NamedParted> = found.into_iter().filter(may).map(named).collect();
    Ok(json(&found))
}

async fn reopen<S: Store>(pair: [DocumentId; 2], shown: Shown<S>) -> Result<StatusCode, Failure> {
    let (service, caller) = shown.actor().await?;
    let circumstances = service.clock.circumstances()?;
    answers_for(&service, &caller, (pair, circumstances)).await?;
    let server = service.server.acting(caller.who());
    server.reopen_pair(pair, circumstances).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct AskedUnions {
    unit: UnitId,
}

#[derive(Serialize)]
struct NamedUnion {
    joined: String,
    at: i64,
    by: Option<String>,
    now: Named,
}

/// Unions in a commune that whoever asks may undo.
async fn unions<S: Store>(shown: Shown<S>, asked: AskedUnions) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    let (tree, day) = (service.server.units(), service.clock.now().local_day());
    let place = Place { tree: &tree, day };
    caller.needs(Duty::Refound, &[asked.unit], place)?;
    let hamlets = tree.leaves_under(asked.unit, day);
    if hamlets.len() > UNION_UNITS_MAX {
        return Err(Failure::bad_request(&"unions are listed for one commune"));
    }
    let named = |view: UnionView| NamedUnion {
        joined: view.joined,
        at: view.at.0,
        by: view.by,
        now: Named::seen_by(&caller, view.now, place),
    };
    let found = service.server.unions(&hamlets).await?;
    let found: Vec<NamedUnion> = found.into_iter().map(named).collect();
    Ok(json(&found))
}
