//! Doing what a plan says: rows become records of the import's own device.

use shared::bundle::SealError;
use shared::event::{Event, Figure, Opening, Source, Stage, Stamp, What as Happened};
use shared::facts::Name;
use shared::field::PartialDate;
use shared::id::{Companion, DeviceId, DocumentId, Incarnation, TeamId};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::{Grant, Role};
use shared::receipt::{Outcome, Verdict};
use shared::time::LocalDay;
use shared::value::Value;

use super::columns::Field;
use super::limits::ROWS_AT_ONCE;
use super::order::{BadOrder, Order, What};
use super::people::{Person, is_withdrawn};
use super::plan::{Deed, Goal, Opened, Plan, PlanError, PlannedRow, RowOutcome, own_name};
use crate::author::{Author, AuthorStanding, Progress, Write, elsewhere};
use crate::ledger::LedgerError;
use crate::ledger::audit::Act;
use crate::ledger::device::DeviceState;
use crate::ledger::document::Found;
use crate::ledger::import::{ColumnsRecord, ImportRecord, TableName, put_columns, put_import};
use crate::server::{Circumstances, CommitError, IntakeError, Server};
use crate::store::{Commit, Put, Store};

/// What came of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// The device that stands for it.
    pub import: DeviceId,
    /// Rows that were written.
    pub written: u32,
    /// Rows that say what was known.
    pub known: u32,
    /// Rows that could not be taken.
    pub errors: u32,
    /// Changes that the gate holds, refuses or rejects; see the device.
    pub not_taken: u32,
}

/// Why a table was not imported, or not wholly; importing it once more goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum CarryOutError {
    /// The order lacks something.
    #[error(transparent)]
    Order(#[from] BadOrder),
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A column is missing.
    #[error("a column is missing that nothing can do without: say which it is")]
    Missing,
    /// It could not be committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It could not be handed in.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl<S: Store> Server<S> {
    /// Imports a table. Rows that say what is known already write nothing, so the same table in
    /// the same words changes nothing when it comes again.
    ///
    /// # Errors
    /// [`CarryOutError`].
    pub async fn import_table(
        &self,
        order: &Order,
        file: &[u8],
        circumstances: Circumstances,
    ) -> Result<Imported, CarryOutError> {
        order.check(circumstances.now.local_day())?;
        let plan = self.plan_import(order, file).await?;
        if !plan.missing.is_empty() {
            return Err(CarryOutError::Missing);
        }
        self.enrol_import(order, &plan, circumstances).await?;
        let mut author = self.resumed_import(plan.import, &plan.seed).await?;
        self.keep_import(order, &plan, &author, circumstances)
            .await?;
        let campaign = self.campaign_of(order).await?;
        let mut not_taken = 0;
        for rows in plan.rows.chunks(ROWS_AT_ONCE) {
            for row in rows {
                let writes = self
                    .row_writes((order, &campaign), row, &mut author)
                    .await?;
                author.save(circumstances.now, writes);
            }
            not_taken += self.hand_in_import(&mut author, circumstances).await?;
            tokio::task::yield_now().await;
        }
        let count = |wanted: &[RowOutcome]| {
            let rows = plan.rows.iter();
            rows.filter(|row| wanted.contains(&row.outcome)).count() as u32
        };
        Ok(Imported {
            import: plan.import,
            written: count(&[RowOutcome::New, RowOutcome::Update]),
            known: count(&[RowOutcome::Known]),
            errors: count(&[RowOutcome::Error]),
            not_taken,
        })
    }

    async fn enrol_import(
        &self,
        order: &Order,
        plan: &Plan,
        circumstances: Circumstances,
    ) -> Result<(), CommitError> {
        let keys = self.import_author(&plan.seed, Progress::of_new(Incarnation(0)));
        let standing = AuthorStanding {
            grant: Grant {
                role: Role::Import,
                units: vec![order.unit],
                team: TeamId::default(),
            },
            state: DeviceState::Active,
            label: order.source.clone(),
        };
        self.enrol_author(keys.keys(), standing, circumstances.now)
            .await
    }

    /// The import's author, after its last bundle.
    pub(super) async fn resumed_import(
        &self,
        import: DeviceId,
        seed: &[u8; 32],
    ) -> Result<Author, LedgerError> {
        let progress = self.next_of(import, Incarnation(0)).await?;
        let progress = progress.ok_or(LedgerError::Contradiction("an import without end"))?;
        Ok(self.import_author(seed, progress))
    }

    /// Notes what the import is going to write, so that it can be taken back even if it stops
    /// half way; and how its columns were understood.
    async fn keep_import(
        &self,
        order: &Order,
        plan: &Plan,
        author: &Author,
        circumstances: Circumstances,
    ) -> Result<(), CarryOutError> {
        let before = self.ledger().import(plan.import).await?.record;
        let record = record_of(
            (order, plan),
            author,
            before,
            self.who().clone(),
            circumstances,
        );
        let act = Act::Imported {
            import: plan.import,
            what: order.what.name().to_owned(),
            unit: order.unit,
            rows: record.documents.len() as u32,
        };
        let mut puts = vec![put_import(plan.import, &record)];
        puts.extend(columns_said(order, plan));
        self.settle_import(puts, act, circumstances).await?;
        Ok(())
    }

    pub(super) async fn settle_import(
        &self,
        puts: Vec<Put>,
        act: Act,
        circumstances: Circumstances,
    ) -> Result<(), CommitError> {
        let commit = Commit {
            puts,
            appends: vec![self.audited(act, circumstances.now)],
            ..Commit::default()
        };
        match self.settle(commit).await? {
            true => Ok(()),
            false => Err(CommitError::Contended),
        }
    }

    /// The campaign that the unit's other targets belong to.
    async fn campaign_of(&self, order: &Order) -> Result<Option<Value>, LedgerError> {
        if order.what != What::Targets {
            return Ok(None);
        }
        for id in self.ledger().targets_of(order.unit).await? {
            if let Found::Document(target) = self.ledger().document(id).await?
                && let Some(campaign) = target.row.get(&Key::TARGET_CAMPAIGN)
                && !is_withdrawn(&target.row)
            {
                return Ok(Some(campaign.clone()));
            }
        }
        Ok(None)
    }

    async fn row_writes(
        &self,
        (order, campaign): (&Order, &Option<Value>),
        row: &PlannedRow,
        author: &mut Author,
    ) -> Result<Vec<Write>, LedgerError> {
        let name = own_name(author, row.row);
        Ok(match &row.deed {
            Deed::Nothing | Deed::Listed(_) | Deed::Unlisted => Vec::new(),
            Deed::Resident(person) => {
                let identity = Name {
                    companion: Some(Companion::Identity),
                    ..name
                };
                self.shown(identity.document(), author).await?;
                let is_back = self.shown(name.document(), author).await?;
                resident_writes((name, identity), person, is_back)
            }
            Deed::Step {
                dossier,
                unit,
                step,
                on,
            } => {
                self.shown(*dossier, author).await?;
                let day = on.day().unwrap_or(order.as_of);
                let stage = Stage {
                    step: *step,
                    on: Some(*on),
                    source: Source::Import,
                };
                let stamp = Stamp {
                    at: noon(day),
                    unit: *unit,
                    team: TeamId::default(),
                };
                let what = Happened::Stage(stage);
                vec![Write::to(elsewhere(*dossier)).event(&Event { what, stamp })]
            }
            Deed::Balance(opened) => {
                let mut writes = self.replaced(&opened.replaces, author).await?;
                let is_back = self.shown(name.document(), author).await?;
                if opened.count > 0 && is_back {
                    writes.push(withdrawn(name.document(), false));
                } else if opened.count > 0 {
                    writes.push(balance_write(name, opened, order.as_of));
                }
                writes
            }
            Deed::Target(goal) => {
                let mut writes = self.replaced(&goal.replaces, author).await?;
                let is_back = self.shown(name.document(), author).await?;
                writes.push(target_write(name, goal, campaign.clone(), is_back));
                writes
            }
        })
    }

    /// Withdraws what counts no longer.
    async fn replaced(
        &self,
        documents: &[DocumentId],
        author: &mut Author,
    ) -> Result<Vec<Write>, LedgerError> {
        let mut writes = Vec::new();
        for replaced in documents {
            self.shown(*replaced, author).await?;
            writes.push(withdrawn(*replaced, true));
        }
        Ok(writes)
    }

    /// Shows the author a document, if it is there; whether it was withdrawn.
    pub(super) async fn shown(
        &self,
        id: DocumentId,
        author: &mut Author,
    ) -> Result<bool, LedgerError> {
        let Found::Document(document) = self.ledger().document(id).await? else {
            return Ok(false);
        };
        let is_withdrawn = is_withdrawn(&document.row);
        author
            .show(id, document.row)
            .map_err(|_| LedgerError::Contradiction("an import's own change is not in the log"))?;
        Ok(is_withdrawn)
    }

    /// Hands in what is open; how many changes were not taken.
    pub(super) async fn hand_in_import(
        &self,
        author: &mut Author,
        circumstances: Circumstances,
    ) -> Result<u32, CarryOutError> {
        let mut not_taken = 0;
        for bundle in author.seal_all(circumstances.seed)? {
            let receipt = self.take_own_bundle(&bundle.bytes, circumstances).await?;
            not_taken += match receipt.verdict {
                Verdict::Taken(outcomes) => {
                    let taken = |one: &Outcome| matches!(one, Outcome::Stored | Outcome::Known);
                    outcomes.iter().filter(|one| !taken(one)).count() as u32
                }
                Verdict::Rejected(_) | Verdict::TooNew => bundle.changes as u32,
            };
        }
        Ok(not_taken)
    }
}

/// What somebody said about the columns, for the office's next table.
fn columns_said(order: &Order, plan: &Plan) -> Option<Put> {
    order.columns.as_ref()?;
    let name = |field: &Option<Field>| field.map_or("", Field::name).to_owned();
    let table = TableName {
        unit: order.unit,
        what: order.what.name(),
        titles: &plan.columns.titles,
    };
    let columns = ColumnsRecord {
        fields: plan.columns.fields.iter().map(name).collect(),
    };
    Some(put_columns(table, &columns))
}

fn record_of(
    (order, plan): (&Order, &Plan),
    author: &Author,
    before: Option<ImportRecord>,
    who: crate::ledger::audit::Who,
    circumstances: Circumstances,
) -> ImportRecord {
    let mut record = before.unwrap_or_else(|| ImportRecord {
        what: order.what.name().to_owned(),
        unit: order.unit,
        source: order.source.clone(),
        as_of: order.as_of,
        list: order.list.clone(),
        who: who.clone(),
        at: circumstances.now,
        seed: plan.seed,
        rows: 0,
        documents: Vec::new(),
        replaced: Vec::new(),
        unknown: 0,
        undone: None,
    });
    (record.who, record.at) = (who, circumstances.now);
    (record.rows, record.undone, record.unknown) = (plan.rows.len() as u32, None, 0);
    for row in &plan.rows {
        match &row.deed {
            Deed::Nothing => {}
            Deed::Unlisted => record.unknown += 1,
            Deed::Listed(dossier) | Deed::Step { dossier, .. } => record.documents.push(*dossier),
            Deed::Resident(_) => record.documents.push(own_name(author, row.row).document()),
            Deed::Target(goal) => {
                record.documents.push(own_name(author, row.row).document());
                record.replaced.extend(&goal.replaces);
            }
            Deed::Balance(opened) => {
                record.documents.push(own_name(author, row.row).document());
                record.replaced.extend(&opened.replaces);
            }
        }
    }
    for list in [&mut record.documents, &mut record.replaced] {
        list.sort_unstable();
        list.dedup();
    }
    record
}

fn resident_writes((name, identity): (Name, Name), person: &Person, is_back: bool) -> Vec<Write> {
    let Some(hamlet) = person.hamlet else {
        return Vec::new();
    };
    let number = person.number.map(|number| number.to_string());
    let birth_day = person.birth.filter(|birth| birth.day().is_some());
    let mut writes = Vec::new();
    if number.is_some() || person.old_number.is_some() || birth_day.is_some() {
        let birth = person.birth.map(|birth| u64::from(birth.to_packed()));
        writes.push(
            Write::founding(identity, Kind::Identity, hamlet)
                .put_some(Key::NUMBER, number.as_deref())
                .put_some(Key::OLD_NUMBER, person.old_number.as_deref())
                .put_some(Key::BIRTH_DATE, birth),
        );
    }
    let name_text = person.name.as_ref().map(|name| name.as_str());
    let last3 = person.number.map(|number| number.last3());
    let phone = person.phone.as_ref().map(ToString::to_string);
    writes.push(
        Write::founding(name, Kind::Dossier, hamlet)
            .put_some(Key::NAME, name_text)
            .put_some(
                Key::BIRTH_YEAR,
                person.birth.map(|birth| u64::from(birth.year())),
            )
            .put_some(Key::SEX, person.sex.map(|sex| u64::from(sex.code())))
            .put_some(Key::LAST3, last3.as_deref())
            .put_some(Key::PHONE, phone.as_deref())
            .put_some(
                Key::ADDRESS,
                person.address.as_ref().map(|text| text.as_str()),
            )
            .put_some(Key::WITHDRAWN, is_back.then_some(Value::Bool(false))),
    );
    writes
}

fn target_write(name: Name, goal: &Goal, campaign: Option<Value>, is_back: bool) -> Write {
    let day = |day: LocalDay| u64::from(PartialDate::of_day(day).to_packed());
    let document = (!goal.document.is_empty()).then_some(goal.document.as_str());
    Write::founding(name, Kind::Target, goal.unit)
        .put_some(Key::TARGET_CAMPAIGN, campaign)
        .put(Key::TARGET_INDICATOR, u64::from(goal.indicator.code()))
        .put(Key::TARGET_KIND, u64::from(goal.kind.code()))
        .put(Key::TARGET_VALUE, goal.value)
        .put_some(Key::TARGET_DOCUMENT, document)
        .put_some(Key::TARGET_FROM, goal.from.map(day))
        .put_some(Key::TARGET_DUE, goal.due.map(day))
        .put_some(Key::WITHDRAWN, is_back.then_some(Value::Bool(false)))
}

/// A balance of one figure.
fn balance_write(name: Name, opened: &Opened, as_of: LocalDay) -> Write {
    let (place, count) = (opened.place, opened.count);
    let figures = vec![Figure { place, count }];
    let stamp = Stamp {
        at: noon(as_of),
        unit: place.unit,
        team: TeamId::default(),
    };
    let what = Happened::Opening(Opening { figures });
    Write::founding(name, Kind::Balance, place.unit).event(&Event { what, stamp })
}

/// Says that a document does not count any more, or that it does again.
pub(super) fn withdrawn(document: DocumentId, is_withdrawn: bool) -> Write {
    Write::to(elsewhere(document)).put(Key::WITHDRAWN, Value::Bool(is_withdrawn))
}

/// The middle of a day: what is known of it is the day.
pub(super) fn noon(day: LocalDay) -> shared::time::LocalMinute {
    shared::time::LocalMinute(day.first_minute().0 + 12 * 60)
}
