//! Importing tables: what would come of one, doing it, what was imported, taking it back.
//!
//! A preview writes nothing and the server keeps nothing of it: the browser sends the file again
//! when somebody says yes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Buf;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use shared::event::Step;
use shared::id::{DeviceId, UnitId};
use shared::permission::Duty;
use shared::tally::Indicator;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Json, Response, json};

use super::access::{Caller, Place, Shown, shown};
use super::error::Failure;
use super::limits::IMPORT_BYTES_MAX;
use super::{Service, answer, body};
use crate::import::columns::Field;
use crate::import::limits::{LISTED_MAX, TOLD_ROWS_MAX};
use crate::import::order::{Order, What};
use crate::import::plan::{Plan, PlannedRow, RowOutcome};
use crate::import::undo::{Undone, may_undo};
use crate::ledger::audit::Who;
use crate::ledger::import::ImportRecord;
use crate::store::Store;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let previewing = warp::path!("v1" / "imports" / "preview")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|shown: Shown<S>, body| answer(preview(shown, body)));
    let importing = warp::path!("v1" / "imports")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|shown: Shown<S>, body| answer(import(shown, body)));
    let listing = warp::path!("v1" / "imports")
        .and(warp::get())
        .and(shown(service))
        .and_then(|shown: Shown<S>| answer(list(shown)));
    let undoing = warp::path!("v1" / "imports" / DeviceId / "undo")
        .and(warp::post())
        .and(shown(service))
        .and_then(|id, shown: Shown<S>| answer(undo(id, shown)));
    previewing
        .or(importing)
        .unify()
        .or(listing)
        .unify()
        .or(undoing)
        .unify()
        .boxed()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedImport {
    /// `roster`, `cohort`, `steps` or `targets`.
    what: String,
    unit: UnitId,
    source: String,
    as_of: String,
    #[serde(default)]
    list: String,
    step: Option<String>,
    indicator: Option<String>,
    /// The field each column says, blank for none; left out, headings are recognised.
    columns: Option<Vec<String>>,
    /// The file, in base64.
    file: String,
}

impl AskedImport {
    fn read(bytes: &[u8]) -> Option<(Order, Vec<u8>)> {
        let asked: Self = serde_json::from_slice(bytes).ok()?;
        let file = STANDARD.decode(&asked.file).ok()?;
        let step = asked.step.map(|name| step_named(&name).ok_or(()));
        let indicator = asked.indicator.map(|name| name.parse::<Indicator>());
        let field = |name: String| Field::named(&name);
        let columns = asked.columns;
        let order = Order {
            what: What::named(&asked.what)?,
            unit: asked.unit,
            source: asked.source.trim().to_owned(),
            as_of: asked.as_of.parse().ok()?,
            list: asked.list.trim().to_owned(),
            step: step.transpose().ok()?,
            indicator: indicator.transpose().ok()?,
            columns: columns.map(|names| names.into_iter().map(field).collect()),
        };
        Some((order, file))
    }
}

fn step_named(name: &str) -> Option<Step> {
    Step::ALL.iter().copied().find(|step| step.name() == name)
}

/// What importing this needs.
fn duty(what: What) -> Duty {
    match what {
        What::Roster | What::Cohort | What::Steps => Duty::ImportPeople,
        What::Targets | What::Balances => Duty::ImportTargets,
    }
}

/// Goes on if the caller may import this there.
fn permitted<S: Store>(
    (service, caller): (&Service<S>, &Caller),
    what: What,
    unit: UnitId,
) -> Result<(), Failure> {
    let tree = service.server.units();
    let place = Place {
        tree: &tree,
        day: service.clock.now().local_day(),
    };
    caller.needs(duty(what), &[unit], place)
}

async fn asked<S: Store, B: Buf>(
    (service, caller): (&Service<S>, &Caller),
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<(Order, Vec<u8>), Failure> {
    let bytes = body::read(body, IMPORT_BYTES_MAX).await?;
    let (order, file) = AskedImport::read(&bytes).ok_or_else(|| {
        Failure::bad_request(&"an import needs what, unit, source, as_of and file")
    })?;
    permitted((service, caller), order.what, order.unit)?;
    let checked = order.check(service.clock.now().local_day());
    checked.map_err(|bad| Failure::unfit(bad.code(), &bad))?;
    Ok((order, file))
}

/// A column, as the preview tells it.
#[derive(Serialize)]
struct ColumnView<'p> {
    title: &'p str,
    field: Option<&'static str>,
}

#[derive(Serialize)]
struct NoteView {
    field: &'static str,
    code: &'static str,
    is_error: bool,
}

#[derive(Serialize)]
struct RowView<'p> {
    row: u32,
    outcome: &'static str,
    notes: Vec<NoteView>,
    /// Each field that is filled, with what stands in it.
    shown: Vec<(&'static str, &'p str)>,
}

#[derive(Serialize)]
struct PlanView<'p> {
    heading_row: u32,
    columns: Vec<ColumnView<'p>>,
    /// Fields that a column may say.
    fields: Vec<&'static str>,
    is_remembered: bool,
    missing: Vec<&'static str>,
    rows: usize,
    new: usize,
    update: usize,
    known: usize,
    errors: usize,
    /// Rows that deserve a look, whatever comes of them.
    notable: usize,
    /// Those rows, errors first; at most 500.
    told: Vec<RowView<'p>>,
}

async fn preview<S: Store, B: Buf>(
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let (order, file) = asked((&service, &caller), body).await?;
    let plan = service.server.plan_import(&order, &file).await?;
    Ok(json(&plan_view(&order, &plan)))
}

fn plan_view<'p>(order: &Order, plan: &'p Plan) -> PlanView<'p> {
    let count = |wanted: RowOutcome| {
        let rows = plan.rows.iter();
        rows.filter(|row| row.outcome == wanted).count()
    };
    let name = |field: Field| field.name();
    let titles = plan.columns.titles.iter().map(String::as_str);
    let fields = plan.columns.fields.iter().copied();
    let fields = fields.chain(core::iter::repeat(None));
    let column = |(title, field): (&'p str, Option<Field>)| ColumnView {
        title,
        field: field.map(name),
    };
    let mut notable: Vec<&PlannedRow> = plan.rows.iter().collect();
    notable.retain(|row| !row.notes.is_empty());
    notable.sort_by_key(|row| (row.outcome != RowOutcome::Error, row.row));
    PlanView {
        heading_row: plan.columns.row,
        columns: titles.zip(fields).map(column).collect(),
        fields: order.what.fields().iter().copied().map(name).collect(),
        is_remembered: plan.is_remembered,
        missing: plan.missing.iter().copied().map(name).collect(),
        rows: plan.rows.len(),
        new: count(RowOutcome::New),
        update: count(RowOutcome::Update),
        known: count(RowOutcome::Known),
        errors: count(RowOutcome::Error),
        notable: notable.len(),
        told: notable
            .into_iter()
            .take(TOLD_ROWS_MAX)
            .map(row_view)
            .collect(),
    }
}

fn row_view(row: &PlannedRow) -> RowView<'_> {
    let note = |note: &crate::import::plan::Note| NoteView {
        field: note.field.name(),
        code: note.code,
        is_error: note.is_error,
    };
    let shown = row.shown.iter();
    RowView {
        row: row.row,
        outcome: row.outcome.name(),
        notes: row.notes.iter().map(note).collect(),
        shown: shown
            .map(|(field, text)| (field.name(), text.as_str()))
            .collect(),
    }
}

#[derive(Serialize)]
struct ImportedView {
    import: String,
    written: u32,
    known: u32,
    errors: u32,
    not_taken: u32,
}

async fn import<S: Store, B: Buf>(
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let (order, file) = asked((&service, &caller), body).await?;
    let server = service.server.acting(caller.who());
    let circumstances = service.clock.circumstances()?;
    let done = server.import_table(&order, &file, circumstances).await?;
    Ok(json(&ImportedView {
        import: done.import.to_string(),
        written: done.written,
        known: done.known,
        errors: done.errors,
        not_taken: done.not_taken,
    }))
}

/// One import in the list.
#[derive(Serialize)]
struct ListedImport {
    import: String,
    what: String,
    unit: UnitId,
    unit_name: String,
    source: String,
    as_of: String,
    list: String,
    by: Option<String>,
    /// Seconds since 1970.
    at: i64,
    rows: u32,
    documents: usize,
    unknown: u32,
    is_undone: bool,
    may_undo: bool,
}

/// Imports into the caller's units, the newest first.
async fn list<S: Store>(shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    let mut imports = service.server.ledger().imports().await?;
    imports.retain(|(_, record)| may_see(&service, &caller, record));
    imports.sort_by_key(|(id, record)| (core::cmp::Reverse(record.at), *id));
    let tree = service.server.units();
    let (now, today) = (service.clock.now(), service.clock.now().local_day());
    let name = |unit: UnitId| tree.get(unit, today).map(|unit| unit.full_name_vi());
    let listed = |(id, record): (DeviceId, ImportRecord)| ListedImport {
        import: id.to_string(),
        unit: record.unit,
        unit_name: name(record.unit).unwrap_or_default(),
        as_of: record.as_of.to_string(),
        by: match &record.who {
            Who::Account(name) => Some(name.to_string()),
            _ => None,
        },
        at: record.at.0,
        rows: record.rows,
        documents: record.documents.len(),
        unknown: record.unknown,
        is_undone: record.undone.is_some(),
        may_undo: record.undone.is_none() && may_undo(&record, now),
        what: record.what,
        source: record.source,
        list: record.list,
    };
    let views: Vec<_> = imports.into_iter().take(LISTED_MAX).map(listed).collect();
    Ok(json(&views))
}

fn may_see<S: Store>(service: &Service<S>, caller: &Caller, record: &ImportRecord) -> bool {
    let what = What::named(&record.what);
    what.is_some_and(|what| permitted((service, caller), what, record.unit).is_ok())
}

async fn undo<S: Store>(id: DeviceId, shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let record = service.server.ledger().import(id).await?.record;
    let record = record.ok_or_else(Failure::no_import)?;
    if !may_see(&service, &caller, &record) {
        return Err(Failure::no_import());
    }
    let server = service.server.acting(caller.who());
    let circumstances = service.clock.circumstances()?;
    let undone: Undone = server.undo_import(id, circumstances).await?;
    Ok(json(&undone))
}
