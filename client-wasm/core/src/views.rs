//! What screens ask of an open phone. Reading changes nothing.

use core::cmp::Ordering;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::engine::Engine;
use shared::event::{Event, Events};
use shared::id::{
    ActorId, Companion, DeviceId, DocumentId, EventId, Incarnation, StreamId, UnitId,
};
use shared::key::Key;
use shared::kind::Kind;
use shared::names::Names;
use shared::receipt::{HoldReason, RejectReason};
use shared::row::{Cell, Row};
use shared::stage::{FunnelState, Stages};
use shared::tally::{Tallies, contributions};
use shared::time::{LocalMinute, UnixSeconds};
use shared::value::Value;

use crate::client::{Client, Phase};
use crate::custody::CarriedFor;
use crate::history::{Said, Writers};
use crate::input::Put;
use crate::limits::LIST_LINES_MAX;
use crate::mine::{Own, OwnState};
use crate::preview::Preview;
use crate::search::{Found, Sought};
use crate::state::State;

pub use crate::search::Trait;
pub use crate::state::Why;

/// Where one record, or one change of it, is. In the order in which the first that applies is
/// shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RecordState {
    /// The bundle was turned away; it goes again after an update.
    Rejected(RejectReason),
    /// On the server, waiting for a coordinator.
    Held(HoldReason),
    /// On the server, waiting for something else to arrive.
    Parked,
    /// Given to somebody to carry.
    Carried,
    /// Bytes are moving right now.
    Sending,
    /// On this phone only.
    OnThisPhone,
    /// The server has it.
    Received,
}

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Query {
    /// As typed; empty = everyone.
    pub text: String,
    /// Only this kind.
    pub kind: Kind,
    /// Only this unit.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// Only those of whom all of this is true.
    #[serde(default)]
    pub only: Vec<Trait>,
    /// Without these.
    #[serde(default)]
    pub without: Vec<DocumentId>,
    /// How many of those that fit come before the first line wanted.
    #[serde(default)]
    pub from: usize,
    /// Lines wanted at most.
    pub lines_max: usize,
}

impl Query {
    /// The first of everything of one kind.
    #[must_use]
    pub fn all(kind: Kind, lines_max: usize) -> Self {
        Self {
            text: String::new(),
            kind,
            unit: None,
            only: Vec::new(),
            without: Vec::new(),
            from: 0,
            lines_max,
        }
    }
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The document.
    pub document: DocumentId,
    /// Its name as written.
    pub name: String,
    /// Its unit.
    pub unit: Option<UnitId>,
    /// Last digits of the personal number.
    pub last3: Option<String>,
    /// Year of birth.
    pub birth_year: Option<u64>,
    /// The day on which somebody promised to come again, packed as year, month, day.
    pub due: Option<u64>,
    /// 0 male, 1 female.
    pub sex: Option<u64>,
    /// Furthest card level, 0 to 5.
    pub card: u8,
    /// Furthest e-ID level, 0 to 5.
    pub eid: u8,
    /// The household of a dossier.
    pub household: Option<DocumentId>,
    /// The canal that a household, or a dossier's household, lies on.
    pub canal: Option<String>,
    /// Whom somebody holds to be the same resident.
    pub same_as: Option<DocumentId>,
    /// Whether two devices wrote different things.
    pub is_conflicted: bool,
    /// Until when it is lent to this phone, by the server's clock, if it is.
    pub lent_until: Option<UnixSeconds>,
    /// The state of what is mine in it; `None` if all is confirmed.
    pub state: Option<RecordState>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct List {
    /// How many fit the query, listed or not.
    pub count: usize,
    /// The wanted ones of them: first those whose accents are as typed, then all others, each by
    /// given name, family name, middle names.
    pub lines: Vec<Line>,
}

/// Everything about one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentView {
    /// The id it goes on under.
    pub document: DocumentId,
    /// What it is.
    pub kind: Option<Kind>,
    /// Where it belongs.
    pub unit: Option<UnitId>,
    /// Where it went, if it left this phone's units: read only then.
    pub moved_to: Option<UnitId>,
    /// Until when it is lent to this phone, by the server's clock, if it is.
    pub lent_until: Option<UnixSeconds>,
    /// Every key with its live values, events left out.
    pub fields: Vec<Field>,
    /// Card stages.
    pub card: FunnelView,
    /// e-ID stages.
    pub eid: FunnelView,
    /// Events that count, by time.
    pub events: Vec<EventView>,
    /// Events taken back.
    pub voided: Vec<EventView>,
    /// Own changes not confirmed yet.
    pub mine: Vec<OwnView>,
    /// The first state that applies to any of them; `None` if all is confirmed.
    pub state: Option<RecordState>,
    /// What colleagues showed of their work.
    pub previews: Vec<PreviewView>,
}

/// A loan as screens show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoanView {
    /// A day list; else somebody looked up.
    pub is_day_list: bool,
    /// When it is over, by the server's clock.
    pub until: UnixSeconds,
    /// What the list is called; empty where it has no name.
    pub title: String,
    /// In the order in which they are to be called on.
    pub dossiers: Vec<DocumentId>,
}

/// One key of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Which.
    pub key: Key,
    /// Its live values, the winner last; two or more *different* ones are a conflict.
    pub values: Vec<LiveValue>,
    /// Whether they differ.
    pub is_conflicted: bool,
}

/// One live value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LiveValue {
    /// The value.
    pub value: Value,
    /// Who wrote it.
    pub actor: ActorId,
    /// On which device, if that is known.
    pub device: Option<DeviceId>,
    /// Whether it was this one.
    pub is_mine: bool,
}

/// One funnel as a stepper shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunnelView {
    /// Furthest level, 0 to 5.
    pub furthest: u8,
    /// When each level was first reached, from level 1.
    pub reached: Vec<Option<LocalMinute>>,
    /// The stable name of the open side state.
    pub side: Option<String>,
    /// Whether a step was written unseen by who took it back.
    pub is_conflicted: bool,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventView {
    /// Its id.
    pub id: EventId,
    /// What it says.
    pub event: Event,
    /// Whether it is confirmed; else it is mine.
    pub is_confirmed: bool,
    /// Where the change is that wrote it, if that is mine and not confirmed.
    pub state: Option<RecordState>,
    /// On which device it was written, if that is known.
    pub device: Option<DeviceId>,
}

/// One own change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnView {
    /// The record it belongs to.
    pub record: u64,
    /// When it was saved, by this phone's clock.
    pub saved: UnixSeconds,
    /// Where it is.
    pub state: RecordState,
}

/// A colleague's work on a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewView {
    /// Whose.
    pub from: String,
    /// What it says.
    pub said: Vec<Said>,
}

/// A resident whom a colleague wrote down or changed, as their phone says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewedView {
    /// The dossier.
    pub document: DocumentId,
    /// The name, by the preview if there is none here.
    pub name: String,
    /// Whose work it is, the last one's.
    pub from: String,
    /// Whether nothing is known of the person but this.
    pub is_new: bool,
}

/// One record that is not wholly confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordView {
    /// Its number on this phone.
    pub record: u64,
    /// When it was saved.
    pub saved: UnixSeconds,
    /// The documents it wrote.
    pub documents: Vec<DocumentId>,
    /// The first state that applies to any of its changes.
    pub state: RecordState,
}

/// Something the server did not accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotAcceptedView {
    /// Its number, for `Input::Dismiss`.
    pub number: u64,
    /// The document.
    pub document: DocumentId,
    /// What it is.
    pub kind: Option<Kind>,
    /// Why.
    pub why: Why,
    /// When it was saved.
    pub saved: UnixSeconds,
    /// Why, as the stable name that sentences are found by.
    pub code: String,
    /// What was entered, to do it again; empty for an erased person.
    pub puts: Vec<Put>,
    /// The same, as people read it.
    pub said: Vec<Said>,
}

/// Where everything entered on this phone is: the sync line and the send-and-receive screen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SyncView {
    /// Records on this phone only, those being sent and carried included.
    pub unsent: usize,
    /// Of these, being sent now.
    pub sending: usize,
    /// Of these, carried by somebody.
    pub carried: usize,
    /// Records parked on the server.
    pub parked: usize,
    /// Records waiting for a coordinator.
    pub held: usize,
    /// Records that wait for an update.
    pub rejected: usize,
    /// Records received and not yet seen in a page.
    pub received: usize,
    /// Entries in the list of what was not accepted.
    pub not_accepted: usize,
    /// Colleagues' bundles carried here.
    pub in_custody: usize,
    /// What is carried for colleagues, one by one.
    pub carried_for: Vec<CarriedFor>,
    /// When the server was last heard.
    pub last_heard: Option<UnixSeconds>,
    /// When it is tried again.
    pub next_try: Option<UnixSeconds>,
    /// Server's clock minus this phone's, in seconds.
    pub clock_offset: i64,
    /// How far each stream is.
    pub streams: Vec<StreamProgress>,
}

/// How far one stream is on this phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StreamProgress {
    /// Which.
    pub stream: StreamId,
    /// Entries here.
    pub cursor: u64,
    /// Entries on the server, as far as it told.
    pub head: u64,
    /// Whether it is being pulled anew.
    pub is_refilling: bool,
}

impl<E: Engine> Client<E> {
    /// Whether the phone is open and lists can be asked for.
    pub fn is_open(&self) -> bool {
        self.state().is_some()
    }

    /// Documents of one kind that fit a query; empty while locked.
    pub fn list(&self, query: &Query) -> List {
        let Some(state) = self.state() else {
            return List::default();
        };
        let sought = Sought::new(&query.text);
        let fitting = (state.found.iter())
            .map(|(id, found)| (id, &**found))
            .filter(|(_, found)| found.kind == query.kind && !found.is_withdrawn)
            .filter(|(_, found)| query.unit.is_none() || found.unit == query.unit)
            .filter(|(_, found)| query.only.iter().all(|one| is(state, found, one)))
            .filter(|(_, found)| sought.fits(found))
            .filter(|(id, _)| !query.without.contains(id));
        if query.lines_max == 0 {
            // Screens ask for counts with every key that is pressed.
            let (count, lines) = (fitting.count(), Vec::new());
            return List { count, lines };
        }
        let mut fitting: Vec<Hit<'_>> = fitting
            .map(|(id, found)| (!sought.is_written_so(found), &*found.order, id, found))
            .collect();
        let count = fitting.len();
        let wanted = part(
            &mut fitting,
            query.from,
            query.lines_max.min(LIST_LINES_MAX),
        );
        let lines = wanted
            .iter()
            .map(|(_, _, id, found)| line(state, id, found));
        List {
            count,
            lines: lines.collect(),
        }
    }

    /// One document, by any of its ids; `None` if this phone knows nothing of it.
    pub fn document(&self, id: &DocumentId) -> Option<DocumentView> {
        let state = self.state()?;
        let root = state.confirmed.root(id);
        let row = state.row(&self.engine, &root);
        let confirmed = state.confirmed.row(&root).unwrap_or_default();
        let previews = state.previews.beside(&root, &confirmed);
        let previews: Vec<PreviewView> = previews.map(PreviewView::from).collect();
        if row.is_empty() && previews.is_empty() {
            return None;
        }
        let events = Events::of(&row);
        let stages = Stages::of(&events);
        let writers = Writers::of(state, &root);
        let view = |id: EventId, event: &Event| {
            let key = Key::event(id);
            let writer = row.live(&key).first().map(|cell| cell.id.actor);
            EventView {
                id,
                event: event.clone(),
                is_confirmed: !confirmed.live(&key).is_empty(),
                state: (state.mine.of(&root))
                    .find(|own| own.change.ops.iter().any(|op| op.key == key))
                    .map(|own| state_of(state, own)),
                device: writer.and_then(|actor| writers.device(actor)),
            }
        };
        let voided = events.voided.iter().map(|voided| &voided.event);
        Some(DocumentView {
            document: root,
            kind: row.kind().or_else(|| state.previews.kind(&root)),
            unit: row.unit(),
            moved_to: state.confirmed.moved_to(&root),
            lent_until: lent_until(state, &root),
            fields: fields(state, &writers, (&root, &row)),
            card: funnel(&stages.card),
            eid: funnel(&stages.eid),
            events: events.valid.iter().map(|e| view(e.id, &e.event)).collect(),
            voided: voided.map(|e| view(e.id, &e.event)).collect(),
            state: (state.mine.of(&root).map(|own| state_of(state, own))).min_by_key(urgency),
            mine: own_views(state, &root),
            previews,
        })
    }

    /// Dossiers of which colleagues showed what the server has not told yet, by name, at most
    /// [`LIST_LINES_MAX`]; those whose name fits what was typed.
    pub fn previewed(&self, typed: &str) -> Vec<PreviewedView> {
        let sought = Sought::new(typed);
        let Some(state) = self.state() else {
            return Vec::new();
        };
        let views = state.previews.documents().filter_map(|root| {
            let confirmed = state.confirmed.row(root).unwrap_or_default();
            let last = state.previews.beside(root, &confirmed).last()?;
            let kind = confirmed.kind().or_else(|| state.previews.kind(root));
            let known = confirmed.live(&Key::NAME).last().map(|cell| &cell.value);
            let name = known.or_else(|| state.previews.last(root, &Key::NAME));
            (kind == Some(Kind::Dossier)).then(|| PreviewedView {
                document: *root,
                name: name.and_then(Value::as_text).unwrap_or_default().to_owned(),
                from: last.from.clone(),
                is_new: confirmed.is_empty(),
            })
        });
        let fitting = views.filter(|view| sought.fits_name(&view.name));
        let mut views: Vec<PreviewedView> = fitting.take(LIST_LINES_MAX).collect();
        views.sort_by(|a, b| a.name.cmp(&b.name));
        views
    }

    /// A dossier's companion, by any of the dossier's ids.
    pub fn companion(&self, dossier: &DocumentId, which: Companion) -> Option<DocumentView> {
        let root = self.state()?.confirmed.root(dossier);
        self.document(&root.companion(which))
    }

    /// The row of a document, confirmed and mine together; empty if there is none.
    pub fn row(&self, id: &DocumentId) -> Row {
        self.state().map_or_else(Row::default, |state| {
            state.row(&self.engine, &state.confirmed.root(id))
        })
    }

    /// Where everything is.
    pub fn sync(&self) -> SyncView {
        let Some(state) = self.state() else {
            return SyncView::default();
        };
        let mut view = SyncView {
            not_accepted: state.not_accepted.len(),
            in_custody: state.custody.len(),
            carried_for: state.custody.by_device(),
            last_heard: state.device.last_heard,
            next_try: state.sender.scheduled,
            clock_offset: state.device.clock_offset,
            streams: streams(state),
            ..SyncView::default()
        };
        for record in self.records() {
            view.count(record.state);
        }
        view
    }

    /// What colleagues are to get back from whoever meets them, as a parcel; `None` if nothing.
    pub fn returns(&self) -> Option<Vec<u8>> {
        self.state()?.custody.returns()
    }

    /// What a document of this phone is called now: another name than at its saving if a copy of
    /// the phone has given that name to somebody else.
    pub fn present_name(&self, document: DocumentId) -> DocumentId {
        let renamed = self.state().map(|state| state.device.renamed.as_slice());
        let renamed = renamed.into_iter().flatten();
        renamed.fold(document, |name, (from, to)| match *from == name {
            true => *to,
            false => name,
        })
    }

    /// Records not wholly confirmed, oldest first.
    pub fn records(&self) -> Vec<RecordView> {
        let saves = self.state().into_iter().flat_map(|state| {
            let saves = state.mine.saves();
            saves.map(move |(record, save)| {
                let states = save.changes.iter().map(|own| state_of(state, own));
                RecordView {
                    record,
                    saved: save.at,
                    documents: save.changes.iter().map(|own| own.document).collect(),
                    state: states.min_by_key(urgency).unwrap_or(RecordState::Received),
                }
            })
        });
        saves.collect()
    }

    /// What the server did not accept, oldest first.
    pub fn not_accepted(&self) -> Vec<NotAcceptedView> {
        let entries = self.state().into_iter().flat_map(|s| s.not_accepted.iter());
        entries
            .map(|(number, entry)| NotAcceptedView {
                number: *number,
                document: entry.document,
                kind: entry.kind,
                why: entry.why,
                saved: entry.saved,
                code: entry.why.code().to_owned(),
                puts: entry.puts.clone(),
                said: entry.puts.iter().filter_map(Said::of).collect(),
            })
            .collect()
    }

    /// What is lent to this phone.
    pub fn loans(&self) -> Vec<LoanView> {
        self.state()
            .map_or_else(Vec::new, |state| state.confirmed.loans.views())
    }

    /// Names of units and colleagues; `None` before the first answer.
    pub fn names(&self) -> Option<&Names> {
        self.state()?.names.as_deref()
    }

    /// Which device this is; `None` while locked.
    pub fn device(&self) -> Option<DeviceId> {
        Some(self.state()?.device.id)
    }

    /// The figures of what was done on this phone: everything it sees, without the events that
    /// others wrote. What a colleague reached first as well counts in both.
    pub fn own_figures(&self) -> Tallies {
        let mut tallies = Tallies::default();
        if let Some(state) = self.state() {
            let names = state.confirmed.names();
            for (root, _) in state.found.iter() {
                let own = OwnActors::in_document(state, root, names.get(root));
                let row = own.part(state.row(&self.engine, root));
                tallies.add(&row.as_ref().map(contributions).unwrap_or_default());
            }
        }
        tallies
    }

    /// The figures of everything this phone sees, by the code that makes the server's.
    pub fn figures(&self) -> Tallies {
        let mut tallies = Tallies::default();
        if let Some(state) = self.state() {
            for (root, _) in state.found.iter() {
                tallies.add(&contributions(&state.row(&self.engine, root)));
            }
        }
        tallies
    }

    pub(crate) fn state(&self) -> Option<&State> {
        match &self.phase {
            Phase::Open(open) => Some(&open.state),
            _ => None,
        }
    }
}

impl From<&Preview> for PreviewView {
    fn from(preview: &Preview) -> Self {
        Self {
            from: preview.from.clone(),
            said: preview.puts.iter().filter_map(Said::of).collect(),
        }
    }
}

impl SyncView {
    fn count(&mut self, state: RecordState) {
        match state {
            RecordState::Sending => self.sending += 1,
            RecordState::Carried => self.carried += 1,
            RecordState::OnThisPhone => {}
            RecordState::Parked => return self.parked += 1,
            RecordState::Held(_) => return self.held += 1,
            RecordState::Rejected(_) => return self.rejected += 1,
            RecordState::Received => return self.received += 1,
        }
        self.unsent += 1;
    }
}

/// What lists are sorted by: accents, name, id; and the entry.
type Hit<'a> = (bool, &'a [u8], &'a DocumentId, &'a Found);

/// These of all in their order. The others stay as they are: a screen wants few of many.
fn part<'a, 'f>(hits: &'a mut [Hit<'f>], from: usize, lines_max: usize) -> &'a [Hit<'f>] {
    // A function with a name: two closures would be two copies of all that sorting takes.
    fn order(a: &Hit<'_>, b: &Hit<'_>) -> Ordering {
        (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2))
    }
    let end = from.saturating_add(lines_max).min(hits.len());
    let from = from.min(end);
    if end < hits.len() {
        hits.select_nth_unstable_by(end, order);
    }
    let hits = &mut hits[..end];
    if from > 0 && from < end {
        hits.select_nth_unstable_by(from, order);
    }
    let wanted = &mut hits[from..];
    wanted.sort_unstable_by(order);
    wanted
}

/// The entry of a dossier's household, if it is here.
pub(crate) fn home_of<'a>(state: &'a State, found: &Found) -> Option<(DocumentId, &'a Found)> {
    let root = state.confirmed.root(&found.household?);
    let home = state.found.get(&root)?;
    (home.kind == Kind::Household && !home.is_withdrawn).then_some((root, &**home))
}

fn is(state: &State, found: &Found, one: &Trait) -> bool {
    let home = match one {
        Trait::Canal(_) | Trait::NoHousehold => home_of(state, found),
        Trait::Household(sought) => {
            let named = found.household.map(|id| state.confirmed.root(&id));
            return named == Some(state.confirmed.root(sought));
        }
        _ => None,
    };
    found.is(one, home.map(|(_, home)| home))
}

pub(crate) fn line(state: &State, id: &DocumentId, found: &Found) -> Line {
    let identity = state.confirmed.root(&id.companion(Companion::Identity));
    let mine = [id, &identity].map(|id| state.mine.of(id));
    let states = mine.into_iter().flatten().map(|own| state_of(state, own));
    let home = home_of(state, found);
    Line {
        document: *id,
        name: found.name.clone(),
        unit: found.unit,
        last3: found.last3.clone(),
        birth_year: found.birth_year,
        due: found.due,
        sex: found.sex,
        card: found.levels.0,
        eid: found.levels.1,
        household: home.map(|(id, _)| id),
        canal: found
            .canal
            .as_deref()
            .or(home.and_then(|(_, home)| home.canal.as_deref()))
            .map(str::to_owned),
        same_as: found.work.same_as.map(|id| state.confirmed.root(&id)),
        is_conflicted: found.is_conflicted,
        lent_until: lent_until(state, id),
        state: states.min_by_key(urgency),
    }
}

/// The actors under which this device wrote in one document.
pub(crate) struct OwnActors(BTreeSet<ActorId>);

impl OwnActors {
    /// `joined`: other ids that lead to the root.
    pub(crate) fn in_document(
        state: &State,
        root: &DocumentId,
        joined: Option<&Vec<DocumentId>>,
    ) -> Self {
        let lives = 0..=state.device.incarnation.0;
        let names = || joined.into_iter().flatten().chain([root]);
        let actors = lives.flat_map(|life| {
            names().map(move |name| ActorId::writing(state.device.id, Incarnation(life), *name))
        });
        Self(actors.collect())
    }

    /// The row without the events of others; `None` for a session that another device held.
    fn part(&self, mut row: Row) -> Option<Row> {
        let begun_here = row.live(&Key::KIND).iter().any(|cell| self.wrote(cell));
        if row.kind() == Some(Kind::Session) && !begun_here {
            return None;
        }
        row.cells.retain(|key, cells| {
            key.event_id().is_none() || cells.iter().any(|cell| self.wrote(cell))
        });
        Some(row)
    }

    pub(crate) fn wrote(&self, cell: &Cell) -> bool {
        self.0.contains(&cell.id.actor)
    }
}

/// Until when a document is lent; a companion as long as its dossier.
fn lent_until(state: &State, root: &DocumentId) -> Option<UnixSeconds> {
    state.confirmed.lent.get(root)?;
    let loans = &state.confirmed.loans;
    loans.until(|dossier| {
        let dossier = loans.marks.root(dossier);
        dossier == *root || dossier.companion(Companion::Identity) == *root
    })
}

/// Whether a full number may be shown: it was written down that it is, or it is no such key.
fn is_disclosed(state: &State, root: &DocumentId, key: &Key) -> bool {
    let is_number = [Key::NUMBER, Key::OLD_NUMBER].contains(key);
    let mut disclosed = state.disclosed.iter();
    !is_number || disclosed.any(|dossier| dossier.companion(Companion::Identity) == *root)
}

fn fields(state: &State, writers: &Writers, (root, row): (&DocumentId, &Row)) -> Vec<Field> {
    let named = row.cells.iter().filter(|(key, _)| key.event_id().is_none());
    named
        .map(|(key, cells)| Field {
            key: key.clone(),
            values: cells
                .iter()
                .map(|cell| {
                    let device = writers.device(cell.id.actor);
                    LiveValue {
                        value: match is_disclosed(state, root, key) {
                            true => cell.value.clone(),
                            false => Value::Withheld,
                        },
                        actor: cell.id.actor,
                        device,
                        is_mine: device == Some(state.device.id),
                    }
                })
                .collect(),
            is_conflicted: row.is_conflicted(key),
        })
        .collect()
}

fn funnel(state: &FunnelState) -> FunnelView {
    FunnelView {
        furthest: state.furthest(),
        reached: state
            .reached
            .iter()
            .map(|r| r.as_ref().map(|r| r.at))
            .collect(),
        side: state.side.map(|step| step.name().to_owned()),
        is_conflicted: state.is_conflicted,
    }
}

fn own_views(state: &State, root: &DocumentId) -> Vec<OwnView> {
    let mine = state.mine.of(root);
    mine.map(|own| OwnView {
        record: own.id.save,
        saved: own.change.time,
        state: state_of(state, own),
    })
    .collect()
}

fn streams(state: &State) -> Vec<StreamProgress> {
    let progress = state.confirmed.streams.iter().map(|(id, stream)| {
        let refill = state.confirmed.refills.get(id);
        let shown = refill.unwrap_or(stream);
        StreamProgress {
            stream: *id,
            cursor: shown.cursor,
            head: shown.head,
            is_refilling: refill.is_some(),
        }
    });
    progress.collect()
}

fn state_of(state: &State, own: &Own) -> RecordState {
    match own.state {
        OwnState::Rejected(reason) => RecordState::Rejected(reason),
        OwnState::Held(reason) => RecordState::Held(reason),
        OwnState::Parked | OwnState::Rebasing(_) => RecordState::Parked,
        OwnState::Received => RecordState::Received,
        OwnState::Waiting if state.sender.posting == Some(own.serial) => RecordState::Sending,
        OwnState::Waiting => {
            let bundle = state.outbox.frozen.get(&own.serial);
            match bundle.is_some_and(|bundle| bundle.carried) {
                true => RecordState::Carried,
                false => RecordState::OnThisPhone,
            }
        }
    }
}

/// Lowest first: what of several states is shown.
fn urgency(state: &RecordState) -> u8 {
    match state {
        RecordState::Rejected(_) => 0,
        RecordState::Held(_) => 1,
        RecordState::Parked => 2,
        RecordState::Carried => 3,
        RecordState::Sending => 4,
        RecordState::OnThisPhone => 5,
        RecordState::Received => 6,
    }
}
