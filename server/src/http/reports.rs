//! Lists of schools and companies counted, files of tables, and reports that were frozen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Buf;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use serde_json::Value as AnyJson;
use shared::id::{DocumentId, UnitId};
use shared::percent::PercentMode;
use shared::permission::Duty;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::header::CONTENT_TYPE;
use warp::reply::{Json, Response, json};

use super::access::{Caller, Place, Shown, shown};
use super::error::Failure;
use super::limits::{EXPORT_BYTES_MAX, JSON_BYTES_MAX, REPORTS_LISTED_MAX};
use super::{Service, answer, body};
use crate::export::{FileKind, Sheet};
use crate::ledger::audit::{Act, Who};
use crate::server::{Differing, Frozen, ProgressQuery, Since};
use crate::store::Store;

mod lists;

use lists::List;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let counting = warp::path!("v1" / "cohorts")
        .and(warp::get())
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedReport| answer(cohorts(shown, asked)));
    let exporting = warp::path!("v1" / "exports")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|shown: Shown<S>, body| answer(export(shown, body)));
    let freezing = warp::path!("v1" / "reports")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|shown: Shown<S>, body| answer(freeze(shown, body)));
    let listing = warp::path!("v1" / "reports")
        .and(warp::get())
        .and(shown(service))
        .and_then(|shown: Shown<S>| answer(list(shown)));
    let reading = warp::path!("v1" / "reports" / DocumentId)
        .and(warp::get())
        .and(shown(service))
        .and_then(|id, shown: Shown<S>| answer(read(id, shown)));
    counting
        .or(exporting)
        .unify()
        .or(freezing)
        .unify()
        .or(listing)
        .unify()
        .or(reading)
        .unify()
        .boxed()
}

/// Goes on if the caller may do this with the unit's figures.
fn permitted<S: Store>(
    (service, caller): (&Service<S>, &Caller),
    duty: Duty,
    unit: UnitId,
) -> Result<(), Failure> {
    let tree = service.server.units();
    let place = Place {
        tree: &tree,
        day: service.clock.now().local_day(),
    };
    caller.needs(duty, &[unit], place)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedExport {
    unit: UnitId,
    /// `csv`, `xlsx` or `json`.
    kind: String,
    /// Which table it is; without a name, figures.
    list: Option<String>,
    /// Whether it is meant for anybody.
    is_public: bool,
    table: Sheet,
}

/// Writes the table that a page shows as a file, and writes down that it left.
async fn export<S: Store, B: Buf>(
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Response, Failure> {
    let (service, caller) = shown.actor().await?;
    let bytes = body::read(body, EXPORT_BYTES_MAX).await?;
    let asked: Option<AskedExport> = serde_json::from_slice(&bytes).ok();
    let asked = asked.and_then(|asked| {
        let list = List::named(asked.list.as_deref().unwrap_or(List::Progress.name()))?;
        Some((FileKind::named(&asked.kind)?, list, asked))
    });
    let (kind, list, asked) = asked
        .ok_or_else(|| Failure::bad_request(&"an export needs unit, kind, is_public and table"))?;
    let (tree, day) = (service.server.units(), service.clock.now().local_day());
    list.permitted(&caller, asked.unit, Place { tree: &tree, day })?;
    if asked.is_public && list != List::Progress {
        return Err(Failure::bad_request(&"only figures are for the public"));
    }
    let table = match asked.is_public {
        true => asked.table.for_the_public(),
        false => asked.table,
    };
    let file = table.write(kind)?;
    let rows = table.rows.len() as u32;
    let act = match list {
        List::Progress => Act::TableExported {
            unit: asked.unit,
            rows,
            is_public: asked.is_public,
        },
        _ => Act::ListExported {
            unit: asked.unit,
            list: list.name().to_owned(),
            rows,
        },
    };
    let server = service.server.acting(caller.who());
    server.note(act, service.clock.now()).await?;
    let mut response = Response::new(file.into());
    let media_type = warp::http::HeaderValue::from_static(kind.media_type());
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    Ok(response)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedReport {
    unit: UnitId,
    day: Option<String>,
    percents: Option<String>,
}

impl AskedReport {
    fn percents(&self) -> PercentMode {
        match self.percents.as_deref() {
            Some("round") => PercentMode::Round,
            _ => PercentMode::Truncate,
        }
    }
}

/// How far the lists of schools and companies are.
async fn cohorts<S: Store>(shown: Shown<S>, asked: AskedReport) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    permitted((&service, &caller), Duty::Figures, asked.unit)?;
    let day = super::console::day(&service, asked.day.as_deref())?;
    let percents = asked.percents();
    let found = service.server.cohorts(asked.unit, day, percents).await?;
    Ok(json(&found))
}

#[derive(Serialize)]
struct FrozenView {
    report: String,
}

async fn freeze<S: Store, B: Buf>(
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let asked: AskedReport = serde_json::from_slice(&bytes)
        .map_err(|_| Failure::bad_request(&"a report needs a unit, and may have a day"))?;
    permitted((&service, &caller), Duty::Freeze, asked.unit)?;
    let query = ProgressQuery {
        unit: asked.unit,
        as_of: super::console::day(&service, asked.day.as_deref())?,
        percents: asked.percents(),
    };
    let server = service.server.acting(caller.who());
    let report = server.freeze(query, service.clock.now()).await?;
    let report = report.to_string();
    Ok(json(&FrozenView { report }))
}

/// What a list tells of a frozen report.
#[derive(Serialize)]
struct ReportLine {
    report: String,
    unit: UnitId,
    unit_name: String,
    as_of: String,
    /// Seconds since 1970.
    at: i64,
    by: Option<String>,
}

impl ReportLine {
    fn of<S: Store>(service: &Service<S>, id: DocumentId, frozen: &Frozen) -> Self {
        let unit = service.server.units();
        let unit = unit.get(frozen.unit, frozen.as_of);
        Self {
            report: id.to_string(),
            unit: frozen.unit,
            unit_name: unit.map(|unit| unit.full_name_vi()).unwrap_or_default(),
            as_of: frozen.as_of.to_string(),
            at: frozen.at.0,
            by: match &frozen.who {
                Who::Account(name) => Some(name.to_string()),
                _ => None,
            },
        }
    }
}

/// Frozen reports of the caller's units, the newest first.
async fn list<S: Store>(shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    let mut lines = Vec::new();
    for (id, signed) in service.server.ledger().reports().await? {
        let frozen = service.server.read_frozen(&signed)?;
        if permitted((&service, &caller), Duty::Figures, frozen.unit).is_ok() {
            lines.push(ReportLine::of(&service, id, &frozen));
        }
    }
    lines.sort_by_key(|line| core::cmp::Reverse(line.at));
    lines.truncate(REPORTS_LISTED_MAX);
    Ok(json(&lines))
}

#[derive(Serialize)]
struct ReportView {
    #[serde(flatten)]
    line: ReportLine,
    /// What progress said then.
    progress: AnyJson,
    /// What differs now, for the same day.
    differing: Vec<Differing>,
    /// What came in since.
    since: Since,
    /// The signed bytes, in base64.
    signed: String,
    /// The key that signed them, in hexadecimal.
    key: String,
}

async fn read<S: Store>(id: DocumentId, shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    let signed = service.server.ledger().report(id).await?;
    let signed = signed.ok_or_else(Failure::no_report)?;
    let frozen = service.server.read_frozen(&signed)?;
    permitted((&service, &caller), Duty::Figures, frozen.unit).map_err(|_| Failure::no_report())?;
    let key = service.server.ledger().secrets().public().signing;
    let view = ReportView {
        line: ReportLine::of(&service, id, &frozen),
        progress: serde_json::from_str(&frozen.progress).unwrap_or_default(),
        differing: service.server.differing(&frozen).await?,
        since: service.server.since(&frozen).await?,
        signed: STANDARD.encode(&signed),
        key: key.0.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    Ok(json(&view))
}
