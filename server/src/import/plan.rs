//! What would come of an import, row by row; nothing is written.

use std::collections::BTreeMap;

use shared::catalogue::TargetKind;
use shared::event::{Events, Step};
use shared::facts::{Name, Origin};
use shared::field::fold::fold;
use shared::field::{PartialDate, TextField};
use shared::id::{DeviceId, DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::row::Row;
use shared::tally::{Indicator, NO_DAY, TallyKey, contributions};
use shared::time::LocalDay;
use shared::value::Value;

use super::columns::{Columns, Field};
use super::order::{Order, What};
use super::people::{Known, Person, is_withdrawn, read_person};
use super::places::{Meant, Places};
use super::sheet::{Line, Sheet, SheetError};
use super::words::{indicator_meant, kind_meant, step_meant};
use crate::apart::apart;
use crate::author::{Author, Progress};
use crate::ledger::LedgerError;
use crate::ledger::document::Found;
use crate::ledger::import::TableName;
use crate::server::Server;
use crate::store::Store;
use shared::hash::digest;
use shared::id::Incarnation;

/// What would come of it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The device that would stand for it.
    pub import: DeviceId,
    /// The columns as they are understood.
    pub columns: Columns,
    /// Whether they are understood as the last time somebody said so.
    pub is_remembered: bool,
    /// What no column says and nothing can do without.
    pub missing: Vec<Field>,
    /// Its rows; none while something is missing.
    pub rows: Vec<PlannedRow>,
    pub(super) seed: [u8; 32],
}

/// One row.
#[derive(Debug, Clone)]
pub struct PlannedRow {
    /// Its number in the file.
    pub row: u32,
    /// What would come of it.
    pub outcome: RowOutcome,
    /// What deserves a look.
    pub notes: Vec<Note>,
    /// What stands in the columns that are read.
    pub shown: Vec<(Field, String)>,
    pub(super) deed: Deed,
}

/// What would come of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowOutcome {
    /// Something would be written.
    New,
    /// Something would be written in place of what counts now.
    Update,
    /// It says what is known already.
    Known,
    /// It cannot be taken; the notes say why.
    Error,
}

impl RowOutcome {
    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Update => "update",
            Self::Known => "known",
            Self::Error => "error",
        }
    }
}

/// Something about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// Which column it is about.
    pub field: Field,
    /// Its stable code.
    pub code: &'static str,
    /// Whether the row cannot be taken because of it.
    pub is_error: bool,
}

/// The notes of one row.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<Note>);

impl Notes {
    pub(super) fn warn(&mut self, field: Field, code: &'static str) {
        let is_error = false;
        self.0.push(Note {
            field,
            code,
            is_error,
        });
    }

    /// The row cannot be taken.
    pub(super) fn wrong<T>(&mut self, field: Field, code: &'static str) -> Option<T> {
        let is_error = true;
        self.0.push(Note {
            field,
            code,
            is_error,
        });
        None
    }

    /// What was read, or a warning that it is left out.
    pub(super) fn kept<T>(&mut self, field: Field, read: Result<T, &'static str>) -> Option<T> {
        read.map_err(|code| self.warn(field, code)).ok()
    }

    fn has_error(&self) -> bool {
        self.0.iter().any(|note| note.is_error)
    }
}

/// What a row writes.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Nothing,
    Resident(Box<Person>),
    Step {
        dossier: DocumentId,
        unit: UnitId,
        step: Step,
        on: PartialDate,
    },
    Target(Box<Goal>),
    Balance(Box<Opened>),
    /// The dossier is on the list.
    Listed(DocumentId),
    /// Nobody here knows whoever is on the list.
    Unlisted,
}

/// A target as a row sets it.
#[derive(Debug, Clone)]
pub(super) struct Goal {
    pub(super) unit: UnitId,
    pub(super) indicator: Indicator,
    pub(super) kind: TargetKind,
    pub(super) value: u64,
    pub(super) document: String,
    pub(super) from: Option<LocalDay>,
    pub(super) due: Option<LocalDay>,
    pub(super) replaces: Vec<DocumentId>,
}

/// A figure that a unit begins with.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub(super) place: TallyKey,
    pub(super) count: u64,
    /// Balances of earlier tables for the same unit and indicator.
    pub(super) replaces: Vec<DocumentId>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The file is no table.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// No line looks like headings.
    #[error("no line of the table has headings that are known: add a line with headings")]
    NoHeadings,
    /// The unit does not exist on the table's day.
    #[error("there is no such unit on the table's day")]
    NoSuchUnit,
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl<S: Store> Server<S> {
    /// What would come of an import.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn plan_import(&self, order: &Order, file: &[u8]) -> Result<Plan, PlanError> {
        let bytes = file.to_vec();
        let sheet = apart(move || Sheet::read(&bytes)).await?;
        let units = self.units();
        units
            .get(order.unit, order.as_of)
            .ok_or(PlanError::NoSuchUnit)?;
        let found = Columns::find(&sheet, order.what.fields()).ok_or(PlanError::NoHeadings)?;
        let (columns, is_remembered) = self.understood(order, found).await?;
        let seed = order.seed(file);
        let author = self.import_author(&seed, Progress::of_new(Incarnation(0)));
        let missing: Vec<Field> = lacking(order, &columns);
        let mut planner = Planner {
            order,
            columns: &columns,
            places: Places::of(&units, order.unit, order.as_of),
            known: Known::within(self, order.unit, order.as_of),
            server: self,
            author: &author,
            seen: BTreeMap::new(),
            balances: self.balances_brought(order.what).await?,
        };
        let mut rows = Vec::new();
        if missing.is_empty() {
            for line in columns.values(&sheet) {
                rows.extend(planner.row(line).await?);
            }
        }
        Ok(Plan {
            import: author.device(),
            columns,
            is_remembered,
            missing,
            rows,
            seed,
        })
    }

    /// The columns as the order says, else as they were understood before, else as recognised.
    async fn understood(
        &self,
        order: &Order,
        found: Columns,
    ) -> Result<(Columns, bool), LedgerError> {
        if let Some(said) = &order.columns {
            return Ok((found.said(said), false));
        }
        let table = TableName {
            unit: order.unit,
            what: order.what.name(),
            titles: &found.titles,
        };
        let Some(record) = self.ledger().columns(table).await?.record else {
            return Ok((found, false));
        };
        let fields: Vec<_> = record
            .fields
            .iter()
            .map(|name| Field::named(name))
            .collect();
        Ok((found.said(&fields), true))
    }

    /// What earlier tables of balances brought and nobody has taken back.
    async fn balances_brought(&self, what: What) -> Result<Balances, LedgerError> {
        let mut balances = Balances::new();
        if what != What::Balances {
            return Ok(balances);
        }
        for (_, record) in self.ledger().imports().await? {
            if record.what != what.name() || record.undone.is_some() {
                continue;
            }
            for (id, document) in self.ledger().documents(&record.documents).await? {
                for (place, count) in contributions(&document.row) {
                    let brought = balances.entry((place.unit, place.indicator)).or_default();
                    brought.push((id, (place.day, count.unsigned_abs())));
                }
            }
        }
        Ok(balances)
    }

    /// The author that grows from an import's seed.
    pub(super) fn import_author(&self, seed: &[u8; 32], progress: Progress) -> Author {
        let secrets = self.ledger().secrets();
        let secret = digest("sampan/import", &[&secrets.wrapping().0, seed]);
        Author::from_secret(&secret, progress, secrets.sealing())
    }
}

fn lacking(order: &Order, columns: &Columns) -> Vec<Field> {
    let needed = order.what.needs().iter().copied();
    let mut lacking: Vec<Field> = needed.filter(|field| !columns.has(*field)).collect();
    if order.what == What::Steps && order.step.is_none() && !columns.has(Field::Step) {
        lacking.push(Field::Step);
    }
    let counts = order.indicator.is_some() || columns.has(Field::Indicator);
    if matches!(order.what, What::Targets | What::Balances) && !counts {
        lacking.push(Field::Indicator);
    }
    lacking
}

/// Balances that count, by unit and indicator: the document, its day and how many.
type Balances = BTreeMap<(UnitId, Indicator), Vec<(DocumentId, (LocalDay, u64))>>;

struct Planner<'p, S> {
    order: &'p Order,
    columns: &'p Columns,
    places: Places<'p>,
    known: Known<'p, S>,
    server: &'p Server<S>,
    author: &'p Author,
    /// Rows by what must not stand twice in a table.
    seen: BTreeMap<String, u32>,
    balances: Balances,
}

impl<S: Store> Planner<'_, S> {
    /// One row; `None` for the letterhead's end, where hardly anything is filled in.
    async fn row(&mut self, line: &Line) -> Result<Option<PlannedRow>, LedgerError> {
        let field = |field: &Field| {
            let cell = self.columns.cell(line, *field)?;
            Some((*field, cell.text.clone()))
        };
        let shown: Vec<_> = self.order.what.fields().iter().filter_map(field).collect();
        let has_what_it_needs = self.order.what.needs().iter();
        let mut lacking = has_what_it_needs.filter(|field| !shown.iter().any(|(f, _)| f == *field));
        if shown.len() < 2 && lacking.next().is_some() {
            return Ok(None);
        }
        let mut notes = Notes::default();
        let (outcome, deed) = match self.order.what {
            What::Roster => self.resident(line, &mut notes).await?,
            What::Cohort => self.listed(line, &mut notes).await?,
            What::Steps => self.step(line, &mut notes).await?,
            What::Targets => self.target(line, &mut notes).await?,
            What::Balances => self.balance(line, &mut notes),
        };
        let (outcome, deed) = match notes.has_error() {
            true => (RowOutcome::Error, Deed::Nothing),
            false => (outcome, deed),
        };
        Ok(Some(PlannedRow {
            row: line.row,
            outcome,
            notes: notes.0,
            shown,
            deed,
        }))
    }

    fn person(&self, line: &Line, notes: &mut Notes) -> Person {
        let where_and_when = (&self.places, self.order.as_of);
        read_person((self.columns, line), where_and_when, notes)
    }

    /// Whether a row before says the same; notes it.
    fn is_again(&mut self, key: String, line: &Line, field: Field, notes: &mut Notes) -> bool {
        let first = *self.seen.entry(key).or_insert(line.row);
        if first != line.row {
            notes.warn(field, "twice-in-file");
        }
        first != line.row
    }

    async fn resident(
        &mut self,
        line: &Line,
        notes: &mut Notes,
    ) -> Result<(RowOutcome, Deed), LedgerError> {
        let nothing = (RowOutcome::Known, Deed::Nothing);
        let person = self.person(line, notes);
        let Some(hamlet) = person.hamlet else {
            return Ok(nothing);
        };
        if let Some(number) = person.number
            && self.is_again(number.to_string(), line, Field::Number, notes)
        {
            return Ok(nothing);
        }
        let own = self.own(line.row);
        match self.server.ledger().document(own).await? {
            // It was taken back before, and comes again.
            Found::Document(document) if is_withdrawn(&document.row) => {}
            Found::Document(_) | Found::Alias(_) => return Ok(nothing),
            Found::Nothing => {}
        }
        if let Some(number) = person.number
            && self.known.numbered(number).await?.is_some()
        {
            return Ok(nothing);
        }
        if !self.known.alike(hamlet, &person).await?.is_empty() {
            notes.warn(Field::Name, "alike");
        }
        if person.birth.is_none() {
            notes.warn(Field::Birth, "birth-missing");
        }
        Ok((RowOutcome::New, Deed::Resident(Box::new(person))))
    }

    fn own(&self, row: u32) -> DocumentId {
        own_name(self.author, row).document()
    }

    async fn listed(
        &mut self,
        line: &Line,
        notes: &mut Notes,
    ) -> Result<(RowOutcome, Deed), LedgerError> {
        let found = self.somebody(line, notes).await?;
        Ok(match found {
            Some(dossier) if self.is_again(dossier.to_string(), line, Field::Name, notes) => {
                (RowOutcome::Known, Deed::Nothing)
            }
            Some(dossier) => (RowOutcome::New, Deed::Listed(dossier)),
            None => {
                notes.warn(Field::Name, "nobody-known");
                (RowOutcome::New, Deed::Unlisted)
            }
        })
    }

    /// The one dossier that a line is about.
    async fn somebody(
        &mut self,
        line: &Line,
        notes: &mut Notes,
    ) -> Result<Option<DocumentId>, LedgerError> {
        // A number is enough: the table may leave the hamlet out then.
        let mut about_place = Notes::default();
        let person = self.person(line, &mut about_place);
        let is_about_place = |note: &Note| note.field == Field::Hamlet;
        let (place, other): (Vec<_>, Vec<_>) = about_place.0.into_iter().partition(is_about_place);
        notes.0.extend(other);
        if let Some(number) = person.number {
            return self.known.numbered(number).await;
        }
        let Some(hamlet) = person.hamlet else {
            notes.0.extend(place);
            return Ok(None);
        };
        let alike = self.known.alike(hamlet, &person).await?;
        if alike.len() > 1 {
            notes.warn(Field::Name, "several-known");
        }
        Ok(match alike.as_slice() {
            [only] => Some(*only),
            _ => None,
        })
    }

    async fn step(
        &mut self,
        line: &Line,
        notes: &mut Notes,
    ) -> Result<(RowOutcome, Deed), LedgerError> {
        let nothing = (RowOutcome::Known, Deed::Nothing);
        let said = self.columns.cell(line, Field::Step);
        let meant = said
            .and_then(|cell| step_meant(&cell.text))
            .or(self.order.step);
        let Some(step) = meant else {
            return Ok(notes.wrong(Field::Step, "step-unknown").unwrap_or(nothing));
        };
        let on = self.columns.cell(line, Field::On);
        let year = self.order.as_of.date().0 as u16;
        let read = on.map(|cell| PartialDate::parse_as_of(&cell.text, year));
        let read = read.transpose().map_err(|error| error.code());
        let on = notes.kept(Field::On, read).flatten();
        let on = on.unwrap_or_else(|| PartialDate::of_day(self.order.as_of));
        if on.day().is_some_and(|day| day > self.order.as_of) {
            return Ok(notes.wrong(Field::On, "date-ahead").unwrap_or(nothing));
        }
        let Some(dossier) = self.somebody(line, notes).await? else {
            return Ok(notes.wrong(Field::Name, "nobody-known").unwrap_or(nothing));
        };
        if self.is_again(
            format!("{dossier} {}", step.name()),
            line,
            Field::Name,
            notes,
        ) {
            return Ok(nothing);
        }
        let Found::Document(document) = self.server.ledger().document(dossier).await? else {
            return Ok(nothing);
        };
        if has_step(&document.row, step) {
            return Ok(nothing);
        }
        let unit = document.place.stream.unit;
        Ok((
            RowOutcome::New,
            Deed::Step {
                dossier,
                unit,
                step,
                on,
            },
        ))
    }

    async fn target(
        &mut self,
        line: &Line,
        notes: &mut Notes,
    ) -> Result<(RowOutcome, Deed), LedgerError> {
        let nothing = (RowOutcome::Known, Deed::Nothing);
        let Some(mut goal) = self.goal(line, notes) else {
            return Ok(nothing);
        };
        let key = format!("{} {} {:?}", goal.unit, goal.indicator, goal.kind);
        if self.is_again(key, line, Field::Unit, notes) {
            return Ok(nothing);
        }
        for id in self.server.ledger().targets_of(goal.unit).await? {
            let Found::Document(target) = self.server.ledger().document(id).await? else {
                continue;
            };
            if goal.says_the_same(&target.row) {
                return Ok(nothing);
            }
            if goal.is_about(&target.row) {
                goal.replaces.push(id);
            }
        }
        let outcome = match goal.replaces.is_empty() {
            true => RowOutcome::New,
            false => RowOutcome::Update,
        };
        Ok((outcome, Deed::Target(Box::new(goal))))
    }

    fn text<'l>(&self, line: &'l Line, field: Field) -> &'l str {
        let cell = self.columns.cell(line, field);
        cell.map_or("", |cell| cell.text.as_str())
    }

    /// Whose figure a line is, what it counts, and how many.
    fn figure(&self, line: &Line, notes: &mut Notes) -> Option<(UnitId, Indicator, u64)> {
        let unit = match self.places.unit(self.text(line, Field::Unit)) {
            Meant::One(unit) => Some(unit),
            Meant::Several => notes.wrong(Field::Unit, "unit-several"),
            Meant::None => notes.wrong(Field::Unit, "unit-unknown"),
        };
        let said = self.text(line, Field::Indicator);
        let indicator = match said.is_empty() {
            true => self.order.indicator,
            false => indicator_meant(said),
        };
        let indicator = indicator.or_else(|| notes.wrong(Field::Indicator, "indicator-unknown"));
        let value = whole_number(self.text(line, Field::Value));
        let value = value.or_else(|| notes.wrong(Field::Value, "value-unreadable"));
        Some((unit?, indicator?, value?))
    }

    /// What a unit begins with; the day is when that was counted, else the table's.
    fn balance(&mut self, line: &Line, notes: &mut Notes) -> (RowOutcome, Deed) {
        let nothing = (RowOutcome::Known, Deed::Nothing);
        let Some((unit, indicator, count)) = self.figure(line, notes) else {
            return nothing;
        };
        let said = self.text(line, Field::On);
        let read = PartialDate::parse(said).ok().and_then(PartialDate::day);
        if !said.is_empty() && read.is_none() {
            notes.warn(Field::On, "date-unreadable");
        }
        let on = read.unwrap_or(self.order.as_of);
        if on > self.order.as_of {
            return notes.wrong(Field::On, "date-ahead").unwrap_or(nothing);
        }
        if self.is_again(format!("{unit} {indicator}"), line, Field::Unit, notes) {
            return nothing;
        }
        let place = TallyKey {
            unit,
            indicator,
            day: if indicator.has_days() { on } else { NO_DAY },
            team: TeamId::default(),
        };
        let brought = self.balances.get(&(unit, indicator));
        let brought = brought.map_or(&[][..], Vec::as_slice);
        if brought.iter().any(|(_, had)| *had == (place.day, count))
            || (count == 0 && brought.is_empty())
        {
            return nothing;
        }
        let replaces: Vec<DocumentId> = brought.iter().map(|(id, _)| *id).collect();
        let outcome = match replaces.is_empty() {
            true => RowOutcome::New,
            false => RowOutcome::Update,
        };
        let opened = Opened {
            place,
            count,
            replaces,
        };
        (outcome, Deed::Balance(Box::new(opened)))
    }

    fn goal(&self, line: &Line, notes: &mut Notes) -> Option<Goal> {
        let figure = self.figure(line, notes);
        let text = |field| self.text(line, field);
        let kind = kind_meant(text(Field::TargetKind));
        let kind = kind.or_else(|| notes.wrong(Field::TargetKind, "target-kind-unknown"));
        let document = TextField::clean(text(Field::Document)).map_err(|error| error.code());
        let document = notes.kept(Field::Document, document);
        let mut day = |field| {
            let said = text(field);
            let read = PartialDate::parse(said).ok().and_then(PartialDate::day);
            if !said.is_empty() && read.is_none() {
                notes.warn(field, "date-unreadable");
            }
            read
        };
        let (from, due) = (day(Field::From), day(Field::Due));
        let (unit, indicator, value) = figure?;
        Some(Goal {
            unit,
            indicator,
            kind: kind?,
            value,
            document: document.map_or_else(String::new, |text| text.as_str().to_owned()),
            from,
            due,
            replaces: Vec::new(),
        })
    }
}

impl Goal {
    /// Whether a target that counts is set for the same.
    fn is_about(&self, row: &Row) -> bool {
        let uint = |key: Key| row.get(&key).and_then(Value::as_uint);
        !is_withdrawn(row)
            && uint(Key::TARGET_INDICATOR) == Some(self.indicator.code().into())
            && uint(Key::TARGET_KIND) == Some(self.kind.code().into())
    }

    fn says_the_same(&self, row: &Row) -> bool {
        let uint = |key: Key| row.get(&key).and_then(Value::as_uint);
        let day =
            |day: Option<LocalDay>| day.map(|day| PartialDate::of_day(day).to_packed().into());
        let document = row.get(&Key::TARGET_DOCUMENT).and_then(Value::as_text);
        self.is_about(row)
            && uint(Key::TARGET_VALUE) == Some(self.value)
            && document.unwrap_or_default() == self.document
            && uint(Key::TARGET_FROM) == day(self.from)
            && uint(Key::TARGET_DUE) == day(self.due)
    }
}

/// What a row's own document is called.
pub(super) fn own_name(author: &Author, row: u32) -> Name {
    Name {
        origin: Origin::Created(author.life(), row),
        companion: None,
    }
}

/// Whether an event that counts took this very step.
fn has_step(row: &Row, step: Step) -> bool {
    let events = Events::of(row).valid;
    events.iter().any(|one| one.event.step() == Some(step))
}

/// A count as offices write it: `1.225.350`.
fn whole_number(text: &str) -> Option<u64> {
    let folded = fold(text);
    let digits: String = folded
        .chars()
        .filter(|c| !matches!(c, '.' | ',' | ' '))
        .collect();
    digits.parse().ok().filter(|value| *value <= 1_000_000_000)
}
