//! Finding people: the dossiers of a commune, searched by opening its rows.
//!
//! Search goes no further than one commune: beyond it nobody looks for names.

use serde::Serialize;
use shared::event::Events;
use shared::field::PersonName;
use shared::field::fold::fold;
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::row::Row;
use shared::stage::{FunnelState, Stages};
use shared::time::LocalDay;
use shared::value::Value;

use super::Server;
use super::dossier::reason_name;
use crate::ledger::LedgerError;
use crate::store::Store;

/// Lines one list holds; who looks for somebody further down types more of the name.
pub const LINES_MAX: usize = 200;

/// Lines that leave as a file.
pub const FILE_LINES_MAX: usize = crate::export::ROWS_MAX;

/// Dossiers one question opens: several times a large commune's.
pub const WITHIN_MAX: usize = 64 * 1024;

/// Rows opened before others have a turn.
const OPENED_AT_ONCE: usize = 256;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierQuery {
    /// A commune or hamlet.
    pub unit: UnitId,
    /// As typed, without marks or with them; empty = everyone.
    pub text: String,
    /// Which of them.
    pub only: Only,
    /// At most so many lines.
    pub lines_max: usize,
    /// The day whose tree of units counts.
    pub day: LocalDay,
}

/// Which dossiers are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Only {
    /// All of them.
    #[default]
    All,
    /// Those in which devices wrote different things.
    Conflicted,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DossierList {
    /// Dossiers of the unit.
    pub all: usize,
    /// How many fit.
    pub fitting: usize,
    /// The first of them, as many as were asked for, by given name, family name, middle names.
    pub lines: Vec<DossierLine>,
}

/// One dossier in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DossierLine {
    /// The dossier, in hexadecimal.
    pub document: String,
    /// As written.
    pub name: String,
    /// Year of birth.
    pub birth_year: Option<u64>,
    /// 0 male, 1 female.
    pub sex: Option<u64>,
    /// Last digits of the personal number.
    pub last3: Option<String>,
    /// Its hamlet.
    pub unit: UnitId,
    /// How far the card is.
    pub card: TrackView,
    /// How far the e-ID is.
    pub eid: TrackView,
    /// The stable name of why there is no e-ID yet, or else no card.
    pub reason: Option<&'static str>,
    /// Whether devices wrote different things.
    pub is_conflicted: bool,
}

/// How far one of a resident's products is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TrackView {
    /// Furthest level, 0 to 5.
    pub furthest: u8,
    /// The stable name of the open side state.
    pub side: Option<&'static str>,
}

impl From<&FunnelState> for TrackView {
    fn from(state: &FunnelState) -> Self {
        Self {
            furthest: state.furthest(),
            side: state.side.map(|step| step.name()),
        }
    }
}

impl<S: Store> Server<S> {
    /// The dossiers that fit.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn dossiers(&self, query: &DossierQuery) -> Result<DossierList, LedgerError> {
        let mut within = Vec::new();
        for hamlet in self.units().leaves_under(query.unit, query.day) {
            let dossiers = self.dossiers_of(hamlet).await?;
            within.extend(dossiers.into_iter().map(|dossier| (hamlet, dossier)));
        }
        within.truncate(WITHIN_MAX);
        let text = fold(&query.text);
        let mut all = 0;
        let mut fitting: Vec<(Vec<u8>, DossierLine)> = Vec::new();
        for some in within.chunks(OPENED_AT_ONCE) {
            let ids: Vec<DocumentId> = some.iter().map(|(_, id)| *id).collect();
            for (id, document) in self.ledger().documents(&ids).await? {
                if document.row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true)) {
                    continue;
                }
                all += 1;
                let line = line(id, document.place.stream.unit, &document.row);
                let is_wanted = query.only == Only::All || line.is_conflicted;
                if is_wanted && fits(&line, &text) {
                    fitting.push((order(&line.name), line));
                }
            }
            tokio::task::yield_now().await;
        }
        fitting.sort_by(|(a, x), (b, y)| (a, &x.document).cmp(&(b, &y.document)));
        Ok(DossierList {
            all,
            fitting: fitting.len(),
            lines: fitting
                .into_iter()
                .take(query.lines_max)
                .map(|(_, line)| line)
                .collect(),
        })
    }
}

pub(super) fn line(id: DocumentId, unit: UnitId, row: &Row) -> DossierLine {
    let text = |key: &Key| row.get(key).and_then(Value::as_text).map(str::to_owned);
    let number = |key: &Key| row.get(key).and_then(Value::as_uint);
    let stages = Stages::of(&Events::of(row));
    let staged = stages.card.is_conflicted || stages.eid.is_conflicted;
    let reasons = [Key::EID_REASON, Key::CARD_REASON];
    DossierLine {
        document: id.to_string(),
        name: text(&Key::NAME).unwrap_or_default(),
        birth_year: number(&Key::BIRTH_YEAR),
        sex: number(&Key::SEX),
        last3: text(&Key::LAST3),
        unit,
        card: TrackView::from(&stages.card),
        eid: TrackView::from(&stages.eid),
        reason: reasons
            .iter()
            .find_map(|key| number(key).and_then(reason_name)),
        is_conflicted: staged || row.conflicts().next().is_some(),
    }
}

fn order(name: &str) -> Vec<u8> {
    let name = PersonName::clean(name);
    name.map(|name| name.sort_key().as_bytes().to_vec())
        .unwrap_or_default()
}

/// Whether every word begins a word of the name, or is the year of birth or how the number ends.
fn fits(line: &DossierLine, folded: &str) -> bool {
    let name = fold(&line.name);
    folded.split(' ').all(|word| {
        let in_name = name.split(' ').any(|part| part.starts_with(word));
        let year = line.birth_year.map(|year| year.to_string());
        let digits = [line.last3.as_deref(), year.as_deref()];
        in_name || digits.contains(&Some(word))
    })
}
