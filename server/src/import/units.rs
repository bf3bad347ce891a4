//! Units of the whole country, from the lists that offices publish.
//!
//! Three tables, each as CSV or workbook: the units until a reform, those since, and which unit
//! went into which. [`list`] reads them as they are written; here they become a tree. A unit is
//! the same before and after if it keeps its code and its name; everything else is another unit,
//! for reforms give codes and names to others. What the server has beside the lists stays:
//! hamlets go on under the units that took theirs over.
//!
//! The same lists again change nothing. Planning reads and writes no store; [`Server::import_units`]
//! writes what was planned in one commit, with where it comes from.

use std::collections::{BTreeMap, BTreeSet};

use shared::field::fold::fold;
use shared::id::UnitId;
use shared::time::{LocalDay, UnixSeconds};
use shared::unit::{
    Period, Successor, SuccessorKind, UnitKind, UnitName, UnitTree, UnitTreeError, UnitVersion,
};

use super::sheet::{Sheet, SheetError};
use crate::ledger::audit::Act;
use crate::ledger::unit::{put_unit, remove_unit};
use crate::server::{CommitError, Server};
use crate::store::{Commit, Store};

mod list;

pub use list::{ListError, ListedUnit, Move};

/// The tables of one import; at least one list of units.
#[derive(Debug, Clone, Default)]
pub struct UnitLists {
    /// The units on the day before the reform.
    pub before: Vec<ListedUnit>,
    /// The units since.
    pub after: Vec<ListedUnit>,
    /// What became of those of before.
    pub moves: Vec<Move>,
}

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// The units until the reform.
    Before,
    /// The units since.
    After,
    /// What became of those of before.
    Mapping,
}

impl Table {
    /// What the command calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Mapping => "mapping",
        }
    }
}

/// Why lists are no tree.
#[derive(Debug, thiserror::Error)]
pub enum UnitListError {
    /// Send a file that can be read.
    #[error("the table {} cannot be read", table.name())]
    Sheet {
        /// Which.
        table: Table,
        /// Why.
        #[source]
        source: SheetError,
    },
    /// Correct its headings or the row.
    #[error("the table {} is not understood", table.name())]
    List {
        /// Which.
        table: Table,
        /// Where and why.
        #[source]
        source: ListError,
    },
    /// Correct the rows of the named unit.
    #[error("the lists and what the server has are no tree: unit {} ({code})", .unit)]
    Tree {
        /// Its number.
        unit: UnitId,
        /// Its code, as far as it has one.
        code: String,
        /// What is wrong with it.
        #[source]
        source: UnitTreeError,
    },
    /// Import the country in parts.
    #[error("the lists are too large for one tree")]
    TooMany,
}

/// Something in a list that a person should look at; nothing is left out for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// In which table.
    pub table: Table,
    /// Its row in the file, from 1; 0 = the table as a whole.
    pub row: u32,
    /// The code it is about.
    pub code: String,
    /// What it is: `no-such-old-unit`, `no-such-new-unit`, `no-successor`, `hamlet-guessed`.
    pub what: &'static str,
}

/// What an import of units would do.
#[derive(Debug, Clone)]
pub struct UnitPlan {
    /// All units then.
    pub tree: UnitTree,
    /// Versions to be written.
    pub written: Vec<UnitVersion>,
    /// Versions to be removed: each with the first day it is kept under.
    pub removed: Vec<UnitVersion>,
    /// What it comes to.
    pub sums: UnitSums,
    /// What to look at.
    pub notes: Vec<Note>,
}

/// What an import of units comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnitSums {
    /// Units the server did not know.
    pub created: usize,
    /// Units of which something is known differently now.
    pub changed: usize,
    /// Units of the lists of which nothing changes.
    pub known: usize,
    /// Units of before that end with the reform.
    pub ended: usize,
    /// Hamlets that go on under another unit.
    pub hamlets_moved: usize,
    /// On the day before the reform: provinces, and communes with their like.
    pub before: (usize, usize),
    /// On the day of the reform.
    pub after: (usize, usize),
}

impl UnitLists {
    /// Reads the tables that there are.
    ///
    /// # Errors
    /// [`UnitListError`].
    pub fn read(files: &BTreeMap<Table, Vec<u8>>) -> Result<Self, UnitListError> {
        let sheet = |table| match files.get(&table) {
            None => Ok(None),
            Some(bytes) => Sheet::read(bytes)
                .map(Some)
                .map_err(|source| UnitListError::Sheet { table, source }),
        };
        let list = |table| -> Result<Vec<ListedUnit>, UnitListError> {
            let read = sheet(table)?.map(|sheet| list::units(&sheet)).transpose();
            let units = read.map_err(|source| UnitListError::List { table, source })?;
            Ok(units.unwrap_or_default())
        };
        let table = Table::Mapping;
        let moves = sheet(table)?.map(|sheet| list::moves(&sheet)).transpose();
        let moves = moves.map_err(|source| UnitListError::List { table, source })?;
        Ok(Self {
            before: list(Table::Before)?,
            after: list(Table::After)?,
            moves: moves.unwrap_or_default(),
        })
    }

    /// What would become of the units the server has.
    ///
    /// # Errors
    /// [`UnitListError::Tree`] or [`UnitListError::TooMany`].
    pub fn plan(&self, known: &UnitTree, reform: LocalDay) -> Result<UnitPlan, UnitListError> {
        let mut merger = Merger::new(known, reform);
        merger.name_units(self);
        merger.write_before(&self.before);
        merger.write_after(&self.after);
        merger.end(self);
        merger.move_hamlets(&self.moves);
        merger.plan()
    }
}

/// Where lists of units come from.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// In words, such as the number of the decision.
    pub source: String,
    /// The day on which they are true.
    pub as_of: LocalDay,
}

/// Versions of units that one import may write and remove: everything is one commit, for half a
/// reform is no tree. The country's communes and districts are some 15,000; a province's hamlets
/// 7,000.
pub const VERSIONS_MAX: usize = 60_000;

impl<S: Store> Server<S> {
    /// Makes the planned units the server's, if anything differs.
    ///
    /// # Errors
    /// [`ImportUnitsError`]; nothing was changed then.
    pub async fn import_units(
        &self,
        plan: UnitPlan,
        from: Provenance,
        now: UnixSeconds,
    ) -> Result<(), ImportUnitsError> {
        let sizes = [plan.written.len(), plan.removed.len()];
        if sizes.iter().sum::<usize>() > VERSIONS_MAX {
            return Err(ImportUnitsError::TooMany);
        }
        if sizes == [0, 0] {
            return Ok(());
        }
        let [written, removed] = sizes.map(|size| size as u32);
        let act = Act::UnitsImported {
            source: from.source,
            as_of: from.as_of,
            versions: (written, removed),
        };
        let removed = plan.removed.iter().map(remove_unit);
        let commit = Commit {
            puts: removed.chain(plan.written.iter().map(put_unit)).collect(),
            appends: vec![self.audited(act, now)],
            ..Commit::default()
        };
        match self.settle(commit).await? {
            true => self.set_units(plan.tree),
            false => return Err(CommitError::Contended.into()),
        }
        Ok(())
    }
}

/// Why units were not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportUnitsError {
    /// Import one province after the other.
    #[error("more than {VERSIONS_MAX} versions of units would change: import them in parts")]
    TooMany,
    /// Try again.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// The lists and the known units on their way to one tree.
struct Merger<'t> {
    known: &'t UnitTree,
    reform: LocalDay,
    eve: LocalDay,
    /// Every version of every unit.
    units: BTreeMap<UnitId, Vec<UnitVersion>>,
    /// What codes mean on the day before the reform, and on the day of the reform.
    old: BTreeMap<String, UnitId>,
    new: BTreeMap<String, UnitId>,
    next: u32,
    ended: BTreeSet<UnitId>,
    hamlets_moved: usize,
    notes: Vec<Note>,
}

impl<'t> Merger<'t> {
    fn new(known: &'t UnitTree, reform: LocalDay) -> Self {
        let eve = LocalDay(reform.0 - 1);
        let mut units: BTreeMap<UnitId, Vec<UnitVersion>> = BTreeMap::new();
        for version in known.versions() {
            units.entry(version.id).or_default().push(version.clone());
        }
        let codes = |day: LocalDay| {
            let on_day = known.versions().iter();
            let on_day = on_day.filter(move |version| version.valid.contains(day));
            let coded = on_day.filter_map(|version| Some((version.code.clone()?, version.id)));
            coded.map(|(code, id)| (code.to_string(), id)).collect()
        };
        // Numbers of hamlets may lie far above those of other units; nothing comes between.
        let next = units.keys().next_back().map_or(1, |last| last.0 + 1);
        Self {
            known,
            reform,
            eve,
            units,
            old: codes(eve),
            new: codes(reform),
            next,
            ended: BTreeSet::new(),
            hamlets_moved: 0,
            notes: Vec::new(),
        }
    }

    /// Gives every listed unit its number: the one it has, on that day or on the other side of
    /// the reform under the same code and name, or a new one.
    fn name_units(&mut self, lists: &UnitLists) {
        let names = |units: &[ListedUnit]| -> BTreeMap<String, String> {
            let folded = units
                .iter()
                .map(|unit| (unit.code.clone(), fold(&unit.name)));
            folded.collect()
        };
        let (names_before, names_after) = (names(&lists.before), names(&lists.after));
        for unit in &lists.before {
            let folded = fold(&unit.name);
            let on_day = self.old.get(&unit.code).copied();
            let on_day = on_day.filter(|id| self.may_be(*id, &folded, (self.eve, self.reform)));
            let id = on_day.or_else(|| {
                let later = *self.new.get(&unit.code)?;
                let listed = names_after.get(&unit.code).cloned();
                let name = listed.or_else(|| self.name_on(later, self.reform));
                (name? == folded).then_some(later)
            });
            let id = id.unwrap_or_else(|| self.number());
            self.old.insert(unit.code.clone(), id);
        }
        for unit in &lists.after {
            let folded = fold(&unit.name);
            let on_day = self.new.get(&unit.code).copied();
            let on_day = on_day.filter(|id| self.may_be(*id, &folded, (self.reform, self.eve)));
            let id = on_day.or_else(|| {
                let earlier = *self.old.get(&unit.code)?;
                let listed = names_before.get(&unit.code).cloned();
                let name = listed.or_else(|| self.name_on(earlier, self.eve));
                (name? == folded).then_some(earlier)
            });
            let id = id.unwrap_or_else(|| self.number());
            self.new.insert(unit.code.clone(), id);
        }
    }

    /// Whether a unit that has a code on a day may be the one that is listed: under another name
    /// only if it does not stand on the other side of the reform as well.
    fn may_be(&self, id: UnitId, folded: &str, (day, other): (LocalDay, LocalDay)) -> bool {
        self.name_on(id, day).as_deref() == Some(folded) || self.known.get(id, other).is_none()
    }

    fn name_on(&self, id: UnitId, day: LocalDay) -> Option<String> {
        self.known.get(id, day).map(|unit| fold(&unit.name.vi))
    }

    fn number(&mut self) -> UnitId {
        self.next += 1;
        UnitId(self.next - 1)
    }

    fn write_before(&mut self, listed: &[ListedUnit]) {
        for unit in listed {
            let id = self.old[&unit.code];
            let parent = unit.parent.as_ref().and_then(|code| self.old.get(code));
            let state = state(unit, id, parent.copied());
            let period = Period {
                from: None,
                to: Some(self.reform),
            };
            self.write(state, self.eve, period);
        }
    }

    fn write_after(&mut self, listed: &[ListedUnit]) {
        for unit in listed {
            let id = self.new[&unit.code];
            let parent = unit.parent.as_ref().and_then(|code| self.new.get(code));
            let state = state(unit, id, parent.copied());
            let period = Period {
                from: Some(self.reform),
                to: None,
            };
            self.write(state, self.reform, period);
        }
    }

    /// Makes a unit be so on a day, and on all of `period` where nothing is known of it.
    fn write(&mut self, state: UnitVersion, day: LocalDay, period: Period) {
        let reform = self.reform;
        let versions = self.units.entry(state.id).or_default();
        let at = versions.iter().position(|one| one.valid.contains(day));
        let Some(at) = at else {
            let bound = versions.iter().filter_map(|one| one.valid.to).max();
            let from = match period.from {
                None => bound.filter(|bound| *bound < reform),
                from => from,
            };
            let valid = Period { from, ..period };
            versions.push(UnitVersion { valid, ..state });
            joined(versions);
            return;
        };
        if same(&versions[at], &state) {
            return;
        }
        let valid = versions[at].valid;
        let cut = valid.within(period);
        let (before, after) = (
            Period {
                to: cut.from,
                ..valid
            },
            Period {
                from: cut.to,
                ..valid
            },
        );
        let held = versions.remove(at);
        let successors = held.successors.clone();
        for (valid, rest) in [
            (before, cut.from.map(|_| held.clone())),
            (after, cut.to.map(|_| held)),
        ] {
            let rest = rest.filter(|_| !valid.is_empty());
            versions.extend(rest.map(|rest| UnitVersion { valid, ..rest }));
        }
        versions.push(UnitVersion {
            valid: cut,
            successors,
            ..state
        });
        joined(versions);
    }

    /// Ends the units that the list of before has and the list of after has not.
    fn end(&mut self, lists: &UnitLists) {
        if lists.after.is_empty() {
            return;
        }
        let mut heirs: BTreeMap<UnitId, Vec<Successor>> = BTreeMap::new();
        for one in &lists.moves {
            let (old, new) = (self.old.get(&one.from), self.new.get(&one.to));
            let (Some(&old), Some(&new)) = (old, new) else {
                let missing = match old {
                    None => (one.from.clone(), "no-such-old-unit"),
                    Some(_) => (one.to.clone(), "no-such-new-unit"),
                };
                self.note(Table::Mapping, one.row, missing);
                continue;
            };
            let of = heirs.entry(old).or_default();
            if !of.iter().any(|heir| heir.unit == new) {
                of.push(Successor {
                    unit: new,
                    kind: one.kind.unwrap_or(SuccessorKind::Part),
                });
            }
        }
        let live: BTreeSet<UnitId> = lists.after.iter().map(|one| self.new[&one.code]).collect();
        for unit in &lists.before {
            let id = self.old[&unit.code];
            if live.contains(&id) {
                continue;
            }
            let mut successors = heirs.remove(&id).unwrap_or_default();
            if let [only] = successors.as_mut_slice() {
                only.kind = SuccessorKind::Whole;
            }
            if successors.is_empty() && unit.kind.is_commune_level() {
                self.note(Table::Before, unit.row, (unit.code.clone(), "no-successor"));
            }
            self.end_unit(id, successors);
        }
    }

    fn end_unit(&mut self, id: UnitId, successors: Vec<Successor>) {
        let reform = self.reform;
        let versions = self.units.entry(id).or_default();
        versions.retain(|one| one.valid.from.is_none_or(|from| from < reform));
        if let Some(last) = versions.last_mut() {
            last.valid.to = Some(last.valid.to.map_or(reform, |to| to.min(reform)));
            if !successors.is_empty() {
                last.successors = successors;
            }
        }
        self.ended.insert(id);
    }

    /// Hamlets of units that end go on under those that took over: the one the mapping names for
    /// them, or the first that took people.
    fn move_hamlets(&mut self, moves: &[Move]) {
        let mut named: BTreeMap<(UnitId, String), UnitId> = BTreeMap::new();
        for one in moves.iter().filter(|one| !one.hamlet.is_empty()) {
            if let (Some(&old), Some(&new)) = (self.old.get(&one.from), self.new.get(&one.to)) {
                named.insert((old, fold(&one.hamlet)), new);
            }
        }
        for commune in self.ended.clone() {
            let hamlets = self.known.children(commune, self.eve);
            let hamlets: Vec<UnitVersion> = hamlets
                .filter(|unit| unit.kind.is_hamlet_level())
                .cloned()
                .collect();
            for hamlet in hamlets {
                self.move_hamlet(&hamlet, commune, &named);
            }
        }
    }

    fn move_hamlet(
        &mut self,
        hamlet: &UnitVersion,
        commune: UnitId,
        named: &BTreeMap<(UnitId, String), UnitId>,
    ) {
        let there = self.known.get(hamlet.id, self.reform);
        if there.is_some_and(|there| there.parent != Some(commune)) {
            return;
        }
        let last = self.units.get(&commune).and_then(|all| all.last());
        let heirs = last.map(|last| last.successors.clone()).unwrap_or_default();
        let with_people = |heir: &&Successor| heir.kind != SuccessorKind::Land;
        let first = heirs.iter().find(with_people).map(|heir| heir.unit);
        let said = named.get(&(commune, fold(&hamlet.name.vi))).copied();
        let Some(home) = said.or(first) else { return };
        if said.is_none() && heirs.iter().filter(with_people).count() > 1 {
            let code = last.and_then(|last| last.code.clone()).unwrap_or_default();
            let about = format!("{code} {}", hamlet.name.vi);
            self.note(Table::Mapping, 0, (about, "hamlet-guessed"));
        }
        let reform = self.reform;
        let versions = self.units.entry(hamlet.id).or_default();
        versions.retain(|one| one.valid.from.is_none_or(|from| from < reform));
        if let Some(last) = versions.last_mut() {
            last.valid.to = Some(reform);
        }
        versions.push(UnitVersion {
            parent: Some(home),
            valid: Period {
                from: Some(reform),
                to: None,
            },
            ..hamlet.clone()
        });
        self.hamlets_moved += 1;
    }

    fn note(&mut self, table: Table, row: u32, (code, what): (String, &'static str)) {
        self.notes.push(Note {
            table,
            row,
            code,
            what,
        });
    }

    fn plan(mut self) -> Result<UnitPlan, UnitListError> {
        let all: Vec<UnitVersion> = self.units.values().flatten().cloned().collect();
        let codes: BTreeMap<UnitId, String> = all
            .iter()
            .filter_map(|one| Some((one.id, one.code.clone()?.to_string())))
            .collect();
        let tree = UnitTree::new(all).map_err(|source| told(source, &codes))?;
        let key = |one: &UnitVersion| (one.id, one.valid.from);
        let mut before: BTreeMap<_, &UnitVersion> = self
            .known
            .versions()
            .iter()
            .map(|one| (key(one), one))
            .collect();
        let mut written = Vec::new();
        for version in tree.versions() {
            if before.remove(&key(version)) != Some(version) {
                written.push(version.clone());
            }
        }
        let removed: Vec<UnitVersion> = before.into_values().cloned().collect();
        let touched: BTreeSet<UnitId> = written.iter().chain(&removed).map(|one| one.id).collect();
        let listed: BTreeSet<UnitId> = self
            .old
            .values()
            .chain(self.new.values())
            .copied()
            .collect();
        let is_new = |id: &&UnitId| self.known.versions_of(**id).is_empty();
        let created = touched.iter().filter(is_new).count();
        let changed = touched.iter().filter(|id| listed.contains(id)).count() - created;
        self.notes.sort();
        Ok(UnitPlan {
            sums: UnitSums {
                created,
                changed,
                known: listed.len() - created - changed,
                ended: self.ended.len(),
                hamlets_moved: self.hamlets_moved,
                before: counted(&tree, self.eve),
                after: counted(&tree, self.reform),
            },
            tree,
            written,
            removed,
            notes: self.notes,
        })
    }
}

fn state(unit: &ListedUnit, id: UnitId, parent: Option<UnitId>) -> UnitVersion {
    UnitVersion {
        id,
        code: Some(unit.code.as_str().into()),
        kind: unit.kind,
        name: UnitName::vietnamese(&unit.name),
        parent,
        valid: Period::default(),
        successors: Vec::new(),
    }
}

/// Whether two versions say the same of a unit; a Khmer name that no list has is no difference.
fn same(one: &UnitVersion, other: &UnitVersion) -> bool {
    (&one.code, one.kind, &one.name.vi, one.parent)
        == (&other.code, other.kind, &other.name.vi, other.parent)
}

/// Makes one of neighbouring versions that say the same.
fn joined(versions: &mut Vec<UnitVersion>) {
    versions.sort_by_key(|one| one.valid.from);
    versions.dedup_by(|later, earlier| {
        let one = same(earlier, later)
            && earlier.valid.to.is_some()
            && earlier.valid.to == later.valid.from;
        if one {
            earlier.valid.to = later.valid.to;
            earlier.successors = core::mem::take(&mut later.successors);
        }
        one
    });
}

fn counted(tree: &UnitTree, day: LocalDay) -> (usize, usize) {
    let on_day = || tree.versions().iter().filter(|one| one.valid.contains(day));
    let is_province = |kind| matches!(kind, UnitKind::Province | UnitKind::City);
    let provinces = on_day().filter(|one| is_province(one.kind)).count();
    let communes = on_day().filter(|one| one.kind.is_commune_level()).count();
    (provinces, communes)
}

fn told(source: UnitTreeError, codes: &BTreeMap<UnitId, String>) -> UnitListError {
    let unit = match source {
        UnitTreeError::TooMany => return UnitListError::TooMany,
        UnitTreeError::EmptyPeriod { unit }
        | UnitTreeError::Overlap { unit }
        | UnitTreeError::CodeTaken { unit }
        | UnitTreeError::UnknownParent { unit }
        | UnitTreeError::Cycle { unit }
        | UnitTreeError::TooDeep { unit } => unit,
    };
    let code = codes.get(&unit).cloned().unwrap_or_default();
    UnitListError::Tree { unit, code, source }
}

#[cfg(test)]
mod tests;
