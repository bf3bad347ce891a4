//! Dossiers of a commune: looked for, read and edited by whoever is signed in and may.

use bytes::Buf;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use shared::event::VoidReason;
use shared::id::{Audience, ChangeHash, DocumentId, EventId, UnitId};
use shared::limits::CHANGE_DEPS_MAX;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Json, Response, json};

use super::access::{Shown, shown};
use super::error::Failure;
use super::limits::JSON_BYTES_MAX;
use super::{Service, answer, body};
use crate::ledger::audit::{Act, Who};
use crate::ledger::document::Document;
use crate::server::{
    Account, DossierEdit, DossierQuery, DossierView, Edited, Editing, ExportScope, FILE_LINES_MAX,
    LINES_MAX, Only,
};
use crate::store::Store;

pub(super) fn routes<S: Store>(service: &Service<S>) -> BoxedFilter<(Response,)> {
    let searching = warp::path!("v1" / "dossiers" / "search")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|shown: Shown<S>, body| answer(search(shown, body)));
    let reading = warp::path!("v1" / "dossiers" / DocumentId)
        .and(warp::get())
        .and(shown(service))
        .and_then(|id, shown: Shown<S>| {
            answer(async move {
                let (service, caller) = shown.reader().await?;
                let account = caller.person()?;
                let view = view(&service, &account, id).await?;
                let act = Act::Viewed {
                    dossier: id,
                    full_number: false,
                };
                let server = service.server.acting(Who::Account(account.name));
                server.note(act, service.clock.now()).await?;
                Ok(json(&view))
            })
        });
    let editing = warp::path!("v1" / "dossiers" / DocumentId / "edit")
        .and(warp::post())
        .and(shown(service))
        .and(warp::body::stream())
        .and_then(|id, shown: Shown<S>, body| answer(edit(id, shown, body)));
    let exporting = warp::path!("v1" / "dossiers" / DocumentId / "export")
        .and(warp::post())
        .and(shown(service))
        .and_then(|id, shown: Shown<S>| answer(export(id, shown)));
    let routes = searching.or(reading).unify().or(editing).unify();
    routes.or(exporting).unify().boxed()
}

/// Everything held on a person, as far as the account may read it; written down first.
async fn export<S: Store>(id: DocumentId, shown: Shown<S>) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let account = caller.person()?;
    let (id, document) = find(&service, &account, id).await?;
    let now = service.clock.now();
    let grant = &account.record.grant;
    let tree = service.server.units();
    let standing = grant.standing(document.place.stream.unit, &tree, now.local_day());
    let scope = ExportScope {
        role: grant.role,
        audience: match grant.may_pull(standing, Audience::Police) {
            true => Audience::Police,
            false => Audience::Team,
        },
    };
    let exported = service
        .server
        .export_person((id, &document), scope, now)
        .await?;
    let server = service.server.acting(Who::Account(account.name));
    server.note(Act::Exported { dossier: id }, now).await?;
    Ok(json(&exported))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedSearch {
    unit: UnitId,
    #[serde(default)]
    text: String,
    /// `conflicted`, or nothing.
    only: Option<String>,
    /// Whether every line is wanted, for a file.
    #[serde(default)]
    all: bool,
}

async fn search<S: Store, B: Buf>(
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let account = caller.person()?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let asked: AskedSearch = serde_json::from_slice(&bytes)
        .map_err(|_| Failure::bad_request(&"a search needs a unit, and may have a text"))?;
    let only = match asked.only.as_deref() {
        None => Only::All,
        Some("conflicted") => Only::Conflicted,
        Some(_) => return Err(Failure::bad_request(&"only: conflicted, or nothing")),
    };
    let query = DossierQuery {
        unit: asked.unit,
        text: asked.text,
        only,
        lines_max: if asked.all { FILE_LINES_MAX } else { LINES_MAX },
        day: service.clock.now().local_day(),
    };
    let (tree, day) = (service.server.units(), query.day);
    let is_leaf = |unit: UnitId| tree.children(unit, day).next().is_none();
    // No further than one commune: what is below has nothing below itself.
    let is_small = tree
        .children(query.unit, day)
        .all(|child| is_leaf(child.id));
    let hamlets = tree.leaves_under(query.unit, day);
    let reads_all = hamlets
        .iter()
        .all(|hamlet| reads(&service, &account, *hamlet));
    if hamlets.is_empty() || !is_small || !reads_all {
        return Err(Failure::not_permitted());
    }
    let found = service.server.dossiers(&query).await?;
    let act = Act::Searched {
        unit: query.unit,
        shown: found.lines.len() as u32,
    };
    let server = service.server.acting(Who::Account(account.name));
    server.note(act, service.clock.now()).await?;
    Ok(json(&found))
}

/// Whether the account may read the dossiers of this hamlet.
fn reads<S: Store>(service: &Service<S>, account: &Account, hamlet: UnitId) -> bool {
    let (tree, day) = (service.server.units(), service.clock.now().local_day());
    let grant = &account.record.grant;
    let standing = grant.standing(hamlet, &tree, day);
    grant.may_pull(standing, Audience::Team)
}

async fn find<S: Store>(
    service: &Service<S>,
    account: &Account,
    id: DocumentId,
) -> Result<(DocumentId, Document), Failure> {
    let found = service.server.find_dossier(id).await?;
    let found = found.filter(|(_, document)| reads(service, account, document.place.stream.unit));
    found.ok_or_else(Failure::no_dossier)
}

async fn view<S: Store>(
    service: &Service<S>,
    account: &Account,
    id: DocumentId,
) -> Result<DossierView, Failure> {
    let (id, document) = find(service, account, id).await?;
    let role = account.record.grant.role;
    Ok(service.server.dossier((id, &document), role).await?)
}

#[derive(Deserialize)]
struct AskedEdit {
    /// What the page showed.
    heads: Vec<String>,
    #[serde(flatten)]
    what: AskedWhat,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AskedWhat {
    Put { key: String, value: String },
    Choose { key: String, op: String },
    Void { event: String, reason: String },
}

#[derive(Serialize)]
struct EditedView {
    /// `stored`, `held` or `nothing`.
    outcome: &'static str,
    /// Why it is held.
    reason: Option<&'static str>,
    /// As it is now.
    dossier: DossierView,
}

async fn edit<S: Store, B: Buf>(
    id: DocumentId,
    shown: Shown<S>,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Json, Failure> {
    let (service, caller) = shown.actor().await?;
    let account = caller.person()?;
    let bytes = body::read(body, JSON_BYTES_MAX).await?;
    let (id, document) = find(&service, &account, id).await?;
    let edit = read_edit(id, &bytes).ok_or_else(|| {
        Failure::bad_request(&"an edit needs the heads shown, and one of put, choose and void")
    })?;
    let circumstances = service.clock.circumstances()?;
    let edited = service
        .server
        .edit_dossier(&account, (id, &document), &edit, circumstances)
        .await?;
    if edited != Edited::Nothing {
        let act = edit.act();
        let server = service.server.acting(Who::Account(account.name.clone()));
        server.note(act, circumstances.now).await?;
    }
    let (outcome, reason) = match edited {
        Edited::Stored => ("stored", None),
        Edited::Held(reason) => ("held", Some(reason.code())),
        Edited::Nothing => ("nothing", None),
    };
    Ok(json(&EditedView {
        outcome,
        reason,
        dossier: view(&service, &account, id).await?,
    }))
}

fn read_edit(document: DocumentId, bytes: &[u8]) -> Option<DossierEdit> {
    let asked: AskedEdit = serde_json::from_slice(bytes).ok()?;
    if asked.heads.len() > CHANGE_DEPS_MAX {
        return None;
    }
    let heads: Result<Vec<ChangeHash>, _> = asked.heads.iter().map(|head| head.parse()).collect();
    let what = match asked.what {
        AskedWhat::Put { key, value } => Editing::Put { key, typed: value },
        AskedWhat::Choose { key, op } => Editing::Choose { key, op },
        AskedWhat::Void { event, reason } => Editing::Void {
            event: event.parse::<EventId>().ok()?,
            reason: *VoidReason::ALL
                .iter()
                .find(|known| known.name() == reason)?,
        },
    };
    Some(DossierEdit {
        document,
        heads: heads.ok()?,
        what,
    })
}
