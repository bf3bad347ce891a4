//! What is to be done: a day's plan, home by home and canal by canal.
//!
//! A task is never stored: it follows from what the dossiers say, so it is gone on every phone once
//! somebody has done it. Only tasks of [`Which::Due`] ask for somebody; the other lists are there to
//! be looked into.

use serde::{Deserialize, Serialize};
use shared::catalogue::Residence;
use shared::engine::Engine;
use shared::event::{Events, Step};
use shared::field::PartialDate;
use shared::id::{DeviceId, DocumentId};
use shared::kind::Kind;
use shared::sorted::SortedMap;
use shared::time::{LocalDay, LocalMinute, UnixSeconds};

use crate::client::Client;
use crate::history::Writers;
use crate::search::Found;
use crate::state::State;
use crate::views::{OwnActors, home_of};

/// Days after the report within which an account should be activated: then the hotline must help.
pub const ACTIVATE_DAYS: i32 = 7;

/// Days for which promises can be planned ahead.
pub const AHEAD_DAYS: i32 = 7;

/// Days for which a colleague's work on a dossier is news.
pub const NEWS_DAYS: i32 = 7;

/// Dossiers whose last events are looked at for news, the newest first.
const NEWS_READ_MAX: usize = 200;

/// One list of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    /// What asks for somebody today.
    Due,
    /// Of that, what should have been done before today.
    Overdue,
    /// Promises and appointments of the next days.
    Ahead,
    /// Nobody said why there is nothing yet.
    Unclear,
    /// Somebody must go to the home.
    HomeVisit,
    /// Somebody else went on with what this phone worked on.
    Changed,
}

/// What is asked of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct DayQuery {
    /// Which list.
    pub which: Which,
    /// Tasks wanted at most; for 0 nothing is listed, and news is not counted.
    pub tasks_max: usize,
}

/// One list of tasks, and how long the others are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    /// How many tasks each list has.
    pub counts: Counts,
    /// The list that was asked for: canal by canal, on each the most urgent home first.
    pub homes: Vec<HomeTasks>,
    /// Tasks left out.
    pub more: usize,
}

/// How many tasks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[expect(missing_docs, reason = "each counts the list of the same name")]
pub struct Counts {
    pub due: usize,
    pub overdue: usize,
    pub ahead: usize,
    pub unclear: usize,
    pub home_visit: usize,
    pub changed: usize,
}

/// The tasks of one home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HomeTasks {
    /// The household, or the resident of no household.
    pub home: DocumentId,
    /// By whose name it goes.
    pub name: String,
    /// The canal it lies on; empty if nobody wrote it.
    pub canal: String,
    /// The most urgent first.
    pub tasks: Vec<Task>,
}

/// Something to be done for one resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// The dossier.
    pub document: DocumentId,
    /// The resident.
    pub name: String,
    /// What.
    pub kind: TaskKind,
    /// The day by which it should be done.
    pub due: Option<LocalDay>,
    /// Whether that day is over.
    pub is_late: bool,
    /// What was noted of it: when the canal is passable.
    pub note: String,
    /// Who did it, if that is known, and when; for what others changed.
    pub by: Option<(Option<DeviceId>, LocalMinute)>,
}

/// What is to be done. In the order of urgency among tasks of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskKind {
    /// Say which of several values is right.
    Conflict,
    /// Go there again, as promised.
    Visit,
    /// Take the card's data on the day agreed.
    CardCollect,
    /// Put a returned dossier right.
    CardReturned,
    /// The same for the account.
    EidReturned,
    /// Hand over the card.
    CardHandOver,
    /// Activate the account.
    EidActivate,
    /// Go there because it cannot be done elsewhere.
    HomeVisit,
    /// Say why there is no card.
    Reason,
    /// Say why the account is not activated.
    ReasonEid,
    /// Read what somebody else did.
    Changed,
}

impl<E: Engine> Client<E> {
    /// One list of a day's plan, at `now`; empty while locked.
    pub fn day(&self, query: &DayQuery, now: UnixSeconds) -> Day {
        let (mut counts, mut listed) = (Counts::default(), Vec::new());
        let Some(state) = self.state() else {
            return planned(Vec::new(), counts, query.tasks_max);
        };
        let today = now.local_day();
        let mut count = |task: Task, which: Which, home: &dyn Fn() -> Home| {
            counts.add(which, task.is_late);
            let is_wanted = query.which == which
                || (query.which == Which::Overdue && which == Which::Due && task.is_late);
            if is_wanted {
                listed.push((home(), task));
            }
        };
        for (id, found) in state.found.iter() {
            if found.kind == Kind::Dossier && !found.is_withdrawn {
                for (which, task) in tasks_of(id, found, today) {
                    count(task, which, &|| Home::of(state, id, found));
                }
            }
        }
        // News is read row by row: too dear for a caller who only counts.
        let news = match query.tasks_max {
            0 => Vec::new(),
            _ => self.news(state, today),
        };
        for task in news {
            let id = task.document;
            if let Some(found) = state.found.get(&id) {
                count(task, Which::Changed, &|| Home::of(state, &id, found));
            }
        }
        planned(listed, counts, query.tasks_max)
    }

    /// What asks for somebody today in this resident's home, for others of it.
    pub fn rest_of_home(&self, dossier: &DocumentId, now: UnixSeconds) -> Vec<Task> {
        let Some(state) = self.state() else {
            return Vec::new();
        };
        let root = state.confirmed.root(dossier);
        let home = |found: &Found| home_of(state, found).map(|(id, _)| id);
        let Some(here) = state.found.get(&root).and_then(|found| home(found)) else {
            return Vec::new();
        };
        let others = state.found.iter().filter(|(id, found)| {
            found.kind == Kind::Dossier && **id != root && home(found) == Some(here)
        });
        let asked = others.flat_map(|(id, found)| tasks_of(id, found, now.local_day()));
        let mut tasks: Vec<Task> = asked
            .filter(|(which, _)| *which != Which::Ahead)
            .map(|(_, task)| task)
            .collect();
        tasks.sort_by_key(urgency);
        tasks
    }

    /// Dossiers this phone worked on that somebody else went on with.
    fn news(&self, state: &State, today: LocalDay) -> Vec<Task> {
        let since = today.0.saturating_sub(NEWS_DAYS);
        let is_new = |found: &Found| found.work.latest.is_some_and(|at| at.day().0 > since);
        let mut fresh: Vec<_> = (state.found.iter())
            .filter(|(_, found)| found.kind == Kind::Dossier && is_new(found))
            .collect();
        fresh.sort_by_key(|(id, found)| (core::cmp::Reverse(found.work.latest), **id));
        fresh.truncate(NEWS_READ_MAX);
        let names = state.confirmed.names();
        let news = fresh.into_iter().filter_map(|(id, found)| {
            let row = state.row(&self.engine, id);
            let own = OwnActors::in_document(state, id, names.get(id));
            row.cells.values().flatten().find(|cell| own.wrote(cell))?;
            let last = Events::of(&row).valid.pop()?;
            let cell = row.live(&shared::key::Key::event(last.id)).first()?;
            if own.wrote(cell) {
                return None;
            }
            let by = Writers::of(state, id).device(cell.id.actor);
            let task = task(id, found, TaskKind::Changed);
            Some(Task {
                by: Some((by, last.event.stamp.at)),
                ..task
            })
        });
        news.collect()
    }
}

/// Where somebody lives, and what homes are put in order by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Home {
    canal: String,
    order: Vec<u8>,
    id: DocumentId,
    name: String,
}

impl Home {
    /// A household, or the resident of none.
    fn of(state: &State, id: &DocumentId, found: &Found) -> Self {
        let (id, home) = home_of(state, found).unwrap_or((*id, found));
        Self {
            canal: home.canal.as_deref().unwrap_or_default().to_owned(),
            order: home.order.clone(),
            id,
            name: home.name.clone(),
        }
    }
}

impl Counts {
    fn add(&mut self, which: Which, is_late: bool) {
        let count = match which {
            Which::Due => &mut self.due,
            Which::Ahead => &mut self.ahead,
            Which::Unclear => &mut self.unclear,
            Which::HomeVisit => &mut self.home_visit,
            Which::Changed => &mut self.changed,
            Which::Overdue => return,
        };
        *count += 1;
        self.overdue += usize::from(which == Which::Due && is_late);
    }
}

/// How much a task presses: the oldest day first, what has none last.
fn urgency(task: &Task) -> (i32, TaskKind) {
    (task.due.map_or(i32::MAX, |day| day.0), task.kind)
}

/// Canal by canal: the one with the most urgent home first, and so within each.
fn planned(mut listed: Vec<(Home, Task)>, counts: Counts, tasks_max: usize) -> Day {
    listed.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut homes: Vec<(Home, Vec<Task>)> = Vec::new();
    for (home, task) in listed {
        match homes.last_mut() {
            Some((last, tasks)) if *last == home => tasks.push(task),
            _ => homes.push((home, vec![task])),
        }
    }
    let mut canals: SortedMap<String, (i32, TaskKind)> = SortedMap::new();
    for (home, tasks) in &mut homes {
        tasks.sort_by_key(urgency);
        let first = urgency(&tasks[0]);
        let canal = canals.get_or_insert(home.canal.clone(), || first);
        *canal = first.min(*canal);
    }
    homes.sort_by_cached_key(|(home, tasks)| {
        // Homes whose canal nobody wrote cannot be put on the way: they come last.
        let canal = (home.canal.is_empty(), canals.get(&home.canal).copied());
        (
            canal,
            home.canal.clone(),
            urgency(&tasks[0]),
            home.order.clone(),
        )
    });
    let (mut left, mut more) = (tasks_max, 0);
    let homes = homes.into_iter().filter_map(|(home, mut tasks)| {
        more += tasks.len().saturating_sub(left);
        tasks.truncate(left);
        left -= tasks.len();
        (!tasks.is_empty()).then_some(HomeTasks {
            home: home.id,
            name: home.name,
            canal: home.canal,
            tasks,
        })
    });
    let homes = homes.collect();
    Day {
        counts,
        homes,
        more,
    }
}

fn task(id: &DocumentId, found: &Found, kind: TaskKind) -> Task {
    Task {
        document: *id,
        name: found.name.clone(),
        kind,
        due: None,
        is_late: false,
        note: String::new(),
        by: None,
    }
}

/// Everything that is to be done for one resident.
fn tasks_of(id: &DocumentId, found: &Found, today: LocalDay) -> Vec<(Which, Task)> {
    let mut tasks = Vec::new();
    let plain = |kind| task(id, found, kind);
    let dated = |kind, due: LocalDay| Task {
        due: Some(due),
        is_late: due < today,
        ..plain(kind)
    };
    if found.is_conflicted {
        tasks.push((Which::Due, plain(TaskKind::Conflict)));
    }
    if is_gone(found) {
        return tasks;
    }
    let mut on_a_day = |task: Task| match task.due.map(|due| due.0 - today.0) {
        Some(..=0) => tasks.push((Which::Due, task)),
        Some(days) if days <= AHEAD_DAYS => tasks.push((Which::Ahead, task)),
        _ => {}
    };
    if let Some(due) = found.due.and_then(day_of) {
        on_a_day(Task {
            note: found.work.promise.as_deref().unwrap_or_default().to_owned(),
            ..dated(TaskKind::Visit, due)
        });
    }
    if let Some(due) = found.work.appointed {
        on_a_day(dated(TaskKind::CardCollect, due));
    }
    tasks.extend(of_stages(found, &plain, &dated));
    if found.needs_visit() {
        tasks.push((Which::HomeVisit, plain(TaskKind::HomeVisit)));
    }
    if found.is_unclassified() {
        tasks.push((Which::Unclear, plain(TaskKind::Reason)));
    }
    let is_late = |day: LocalDay| day.0 + ACTIVATE_DAYS < today.0;
    if found.work.reported.is_some_and(is_late) && found.work.reasons.1.is_none() {
        tasks.push((Which::Unclear, plain(TaskKind::ReasonEid)));
    }
    tasks
}

/// What follows from how far card and account are.
fn of_stages(
    found: &Found,
    plain: &impl Fn(TaskKind) -> Task,
    dated: &impl Fn(TaskKind, LocalDay) -> Task,
) -> Vec<(Which, Task)> {
    let (card, eid) = found.work.sides;
    let mut tasks = Vec::new();
    if card == Some(Step::CardReturned) {
        tasks.push(plain(TaskKind::CardReturned));
    }
    if eid == Some(Step::EidReturned) {
        tasks.push(plain(TaskKind::EidReturned));
    }
    if Some(found.levels.0) == Step::CardPrinted.level() {
        tasks.push(plain(TaskKind::CardHandOver));
    }
    if let Some(reported) = found.work.reported {
        let by = LocalDay(reported.0.saturating_add(ACTIVATE_DAYS));
        tasks.push(dated(TaskKind::EidActivate, by));
    }
    tasks.into_iter().map(|task| (Which::Due, task)).collect()
}

/// Nobody goes to see who has left or died.
fn is_gone(found: &Found) -> bool {
    let gone = [Residence::Left, Residence::Dead];
    let residence = found.work.residence.and_then(Residence::from_code);
    residence.is_some_and(|one| gone.contains(&one))
}

/// The day of a packed date; of a month or a year, its first.
pub(crate) fn day_of(packed: u64) -> Option<LocalDay> {
    let date = PartialDate::from_packed(u32::try_from(packed).ok()?).ok()?;
    date.day()
        .or_else(|| LocalDay::from_date(date.year().into(), date.month().unwrap_or(1).into(), 1))
}
