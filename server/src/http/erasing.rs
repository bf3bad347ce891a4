//! What a data-protection officer does: erase, hold, look who has forgotten, read the audit.

use bytes::Buf;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use shared::id::DocumentId;
use shared::permission::Duty;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::{Json, Response, json};

use super::access::{Caller, Place, Shown, shown};
use super::error::Failure;
use super::limits::{AUDIT_LINES_MAX, JSON_BYTES_MAX};
use super::{Service, answer, body};
use crate::audit::{ChainReport, verify_chain};
use crate::ledger::LedgerError;
use crate::ledger::audit::{AUDIT, Act, Who};
use crate::server::EraseReason;
use crate::store::Store;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let erasing = warp::path!("v1" / "dossiers" / DocumentId / "erase")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|id, shown: Shown<S>, body| answer(erase(id, shown, body)));
    let holding = warp::path!("v1" / "dossiers" / DocumentId / "hold")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|id, shown: Shown<S>, body| answer(hold(id, shown, body)));
    let listing = warp::path!("v1" / "erasures")
        .and(warp::get())
        .and(shown(service))
        .and_then(|shown: Shown<S>| answer(list(shown)));
    let auditing = warp::path!("v1" / "audit")
        .and(warp::get())
        .and(shown(service))
        .and(warp::query())
        .and_then(|shown: Shown<S>, asked: AskedAudit| answer(audit(shown, asked)));
    let looking = warp::path!("v1" / "dossiers" / DocumentId / "rights")
        .and(warp::get())
        .and(shown(service))
        .and_then(|id, shown: Shown<S>| answer(look(id, shown)));
    let verifying = warp::path!("v1" / "audit" / "verify")
        .and(warp::post())
        .and(shown(service))
        .and_then(|shown: Shown<S>| answer(verify(shown)));
    erasing
        .or(holding)
        .unify()
        .or(looking)
        .unify()
        .or(verifying)
        .unify()
        .or(listing)
        .unify()
        .or(auditing)
        .unify()
        .boxed()
}

/// Goes on if the caller has the duty where the dossier is; the dossier under its present name.
pub(super) async fn answers_for<S: Store>(
    (service, caller): (&Service<S>, &Caller),
    duty: Duty,
    id: DocumentId,
) -> Result<DocumentId, Failure> {
    let (id, found) = (service.server.find_dossier(id).await?).ok_or_else(Failure::no_dossier)?;
    let tree = service.server.units();
    let place = Place {
        tree: &tree,
        day: service.clock.now().local_day(),
    };
    match caller.has(duty, found.place.stream.unit, place) {
        true => Ok(id),
        // Whether there is such a dossier is nobody else's business.
        false if caller.has_somewhere(duty) => Err(Failure::no_dossier()),
        false => Err(Failure::not_permitted()),
    }
}

/// What an officer for data protection sees of a dossier: where it is and whether a legal matter
/// needs it, and nothing of what it says.
#[derive(Serialize)]
struct RightsView {
    dossier: String,
    unit_name: Option<String>,
    hold: Option<HoldView>,
}

#[derive(Serialize)]
struct HoldView {
    reference: String,
    since: i64,
}

async fn look<S: Store>(id: DocumentId, shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    let id = answers_for((&service, &caller), Duty::Erase, id).await?;
    let found = service.server.find_dossier(id).await?;
    let (_, found) = found.ok_or_else(Failure::no_dossier)?;
    let unit = found.place.stream.unit;
    let (tree, day) = (service.server.units(), service.clock.now().local_day());
    let hold = service.server.ledger().hold(id).await?.record;
    Ok(json(&RightsView {
        dossier: id.to_string(),
        unit_name: tree.get(unit, day).map(|unit| unit.full_name_vi()),
        hold: hold.map(|hold| HoldView {
            reference: hold.reference,
            since: hold.since.0,
        }),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedErasure {
    /// `request`, `retention` or `mistake`.
    reason: String,
}

#[derive(Serialize)]
struct ErasedView {
    /// Dossiers with the same personal number, which stay.
    linked: Vec<String>,
}

async fn erase<S: Store, B: Buf>(
    id: DocumentId,
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let asked: Option<AskedErasure> = serde_json::from_slice(&bytes).ok();
    let reason = asked.and_then(|asked| EraseReason::named(&asked.reason));
    let reason =
        reason.ok_or_else(|| Failure::bad_request(&"a reason: request, retention or mistake"))?;
    let id = answers_for((&service, &caller), Duty::Erase, id).await?;
    let circumstances = service.clock.circumstances()?;
    let server = service.server.acting(caller.who());
    let linked = server.erase(id, reason, circumstances).await?;
    let linked = linked.iter().map(ToString::to_string).collect();
    Ok(json(&ErasedView { linked }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedHold {
    /// The legal matter's number; `null` lifts the hold.
    reference: Option<String>,
}

async fn hold<S: Store, B: Buf>(
    id: DocumentId,
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<StatusCode, Failure> {
    let (service, caller) = shown.actor().await?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let asked: AskedHold = serde_json::from_slice(&bytes)
        .map_err(|_| Failure::bad_request(&"a hold needs the legal matter's number, or null"))?;
    let id = answers_for((&service, &caller), Duty::Erase, id).await?;
    let server = service.server.acting(caller.who());
    let now = service.clock.now();
    server.set_hold(id, asked.reference, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list<S: Store>(shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    match caller.has_somewhere(Duty::Erase) {
        true => Ok(json(&service.server.erasures().await?)),
        false => Err(Failure::not_permitted()),
    }
}

#[derive(Deserialize)]
struct AskedAudit {
    /// Entries after this number; or
    after: Option<u64>,
    /// so many of the last.
    last: Option<u64>,
}

/// One line of the audit, for people.
#[derive(Serialize)]
struct AuditLine {
    n: u64,
    at: i64,
    who: String,
    /// The sort of act, a stable name.
    kind: &'static str,
    /// The document or device it was done to.
    about: Option<String>,
    act: String,
}

async fn audit<S: Store>(shown: Shown<S>, asked: AskedAudit) -> Result<Json, Failure> {
    let (service, caller) = shown.reader().await?;
    if !caller.has_somewhere(Duty::Audit) {
        return Err(Failure::not_permitted());
    }
    let ledger = service.server.ledger();
    let after = match (asked.after, asked.last) {
        (Some(after), _) => after,
        (None, None) => 0,
        (None, Some(last)) => {
            let heads = ledger.store().heads(vec![AUDIT]).await;
            let head = heads.map_err(LedgerError::from)?.into_iter().sum::<u64>();
            head.saturating_sub(last)
        }
    };
    let entries = ledger.audited(after).await?;
    let line = |(n, entry): (u64, crate::ledger::audit::Audited)| AuditLine {
        n,
        at: entry.at.0,
        who: match entry.who {
            Who::Keeper => "keeper".to_owned(),
            Who::Program => "program".to_owned(),
            Who::Account(name) => name.to_string(),
            Who::Device(device) => device.to_string(),
        },
        kind: kind(&entry.act),
        about: about(&entry.act),
        act: told(&entry.act),
    };
    let lines = entries.into_iter().take(AUDIT_LINES_MAX).map(line);
    Ok(json(&lines.collect::<Vec<_>>()))
}

/// How the chain of records stands, and its end, signed.
#[derive(Serialize)]
struct VerifiedView {
    is_clean: bool,
    #[serde(flatten)]
    report: ChainReport,
    /// To be kept elsewhere.
    head: String,
    at: i64,
}

/// Holds the chain against every head kept, then signs its end.
async fn verify<S: Store>(shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    if !caller.has_somewhere(Duty::Audit) {
        return Err(Failure::not_permitted());
    }
    let (report, now) = (
        verify_chain(&service.server, &[]).await?,
        service.clock.now(),
    );
    let head = service.server.audit_head(now).await?;
    Ok(json(&VerifiedView {
        is_clean: report.is_clean(),
        report,
        head: head.to_string(),
        at: now.0,
    }))
}

/// The sort of an act: what a reader looks for.
fn kind(act: &Act) -> &'static str {
    match act {
        Act::Answered { taken: true, .. } => "taken",
        Act::Answered { taken: false, .. } => "turned-away",
        Act::United { .. } => "united",
        Act::Decided { approved: true, .. } => "approved",
        Act::Decided { .. } => "given-back",
        Act::Steered { .. } => "steered",
        Act::Invited { .. } => "invited",
        Act::Enrolled => "enrolled",
        Act::Account { .. } => "account",
        Act::SignedIn => "signed-in",
        Act::Searched { .. } => "searched",
        Act::Viewed { .. } => "viewed",
        Act::Exported { .. } => "exported",
        Act::Erased { .. } => "erased",
        Act::Hold { is_set: true, .. } => "hold-set",
        Act::Hold { .. } => "hold-lifted",
        Act::Granted { .. } => "granted",
        Act::Forked { .. } => "forked",
        Act::Wiped => "wiped",
        Act::Assigned { .. } => "assigned",
        Act::Refounded { .. } => "refounded",
        Act::Imported { .. } => "imported",
        Act::ImportUndone { .. } => "import-undone",
        Act::TableExported { .. } => "table-exported",
        Act::Froze { .. } => "froze",
        Act::LookedUp { .. } => "looked-up",
        Act::Disclosed { .. } => "disclosed",
        Act::Rekeyed => "rekeyed",
        Act::Parted { .. } => "parted",
        Act::Reopened { .. } => "reopened",
        Act::Linked { .. } => "linked",
        Act::Edited { .. } => "edited",
        Act::ListExported { .. } => "list-exported",
        Act::UnitsImported { .. } => "units-imported",
    }
}

/// What it was done to.
fn about(act: &Act) -> Option<String> {
    match act {
        Act::United { survivor: id, .. }
        | Act::Decided { document: id, .. }
        | Act::Viewed { dossier: id, .. }
        | Act::Exported { dossier: id }
        | Act::Parted { one: id, .. }
        | Act::Reopened { one: id, .. }
        | Act::Linked { counted: id, .. }
        | Act::Edited { dossier: id, .. }
        | Act::Refounded { from: id, .. }
        | Act::Erased { dossier: id, .. }
        | Act::Hold { dossier: id, .. }
        | Act::Granted { document: id, .. } => Some(id.to_string()),
        Act::Disclosed { dossier, .. } => dossier.map(|id| id.to_string()),
        Act::Steered { device, .. } | Act::Assigned { device, .. } => Some(device.to_string()),
        Act::Answered { serial, .. } | Act::Forked { serial } => Some(serial.device.to_string()),
        _ => None,
    }
}

/// What was done, in the words of the code: they name documents and devices, never people.
fn told(act: &Act) -> String {
    format!("{act:?}")
}
