//! What phones write, for measuring: residents of a generated hamlet, saved and sealed.

use server::demo::people::{PeoplePlan, Resident, Setting, residents};
use shared::change::Change;
use shared::engine::{Edit, Engine as _, RowEngine, Slot};
use shared::event::{Event, Source, Stage, Stamp, Step, What};
use shared::facts::{Author, Batch, Detail, Name, Origin, Outgoing, spell};
use shared::id::{Audience, Companion, DeviceId, Incarnation, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::row::Row;
use shared::time::{LocalDay, UnixSeconds};
use shared::value::Value;

pub const HAMLET: UnitId = UnitId(1_000_301);

/// The device that writes.
pub const AUTHOR: Author = Author {
    device: DeviceId([0x5a; 16]),
    incarnation: Incarnation(0),
};

/// One document's part of a save.
#[derive(Debug, Clone)]
pub struct Written {
    pub name: Name,
    pub change: Change,
}

/// A phone that records residents.
pub struct Recorder {
    people: Vec<Resident>,
    rows: std::collections::BTreeMap<Name, Row>,
    now: UnixSeconds,
    documents: u32,
}

impl Recorder {
    /// Ready to record `people` residents of one hamlet.
    pub fn new(people: usize, seed: u8) -> Self {
        let as_of = LocalDay::from_date(2023, 11, 1).expect("a day");
        let plan = PeoplePlan {
            hamlet: HAMLET,
            people,
            as_of,
            setting: Setting::Rural,
            khmer_permille: 300,
            first_serial: 0,
        };
        Self {
            people: residents(&plan, [seed; 32]),
            rows: std::collections::BTreeMap::new(),
            now: as_of.start().plus(8 * 3600),
            documents: 0,
        }
    }

    /// Records the next resident in one save: dossier with an e-ID stage, and identity.
    pub fn resident(&mut self) -> Vec<Written> {
        let person = self.people[self.documents as usize].clone();
        let dossier = Name {
            origin: Origin::Created(AUTHOR, self.documents),
            companion: None,
        };
        let identity = Name {
            companion: Some(Companion::Identity),
            ..dossier
        };
        self.documents += 1;
        self.now = self.now.plus(240);
        let sex = u64::from(person.sex.code());
        let mut puts = vec![
            (Slot::Key(Key::KIND), Value::Uint(Kind::Dossier.code())),
            (Slot::Key(Key::UNIT), Value::Uint(HAMLET.0.into())),
            (Slot::Key(Key::NAME), person.name.as_str().into()),
            (
                Slot::Key(Key::BIRTH_YEAR),
                Value::Uint(person.birth.year().into()),
            ),
            (Slot::Key(Key::SEX), Value::Uint(sex)),
            (
                Slot::Key(Key::RESIDENCE),
                Value::Uint(person.residence.code().into()),
            ),
            (
                Slot::Key(Key::ADDRESS),
                format!("Tổ {}", person.household / 12 + 1).as_str().into(),
            ),
        ];
        if let Some(number) = &person.number {
            puts.push((Slot::Key(Key::LAST3), number.last3().as_str().into()));
        }
        if let Some(phone) = &person.phone {
            puts.push((
                Slot::Key(Key::PHONE),
                phone.number.to_string().as_str().into(),
            ));
        }
        puts.push((Slot::Event, self.stage(Step::EidCollected)));
        let mut written = vec![self.save(dossier, puts)];
        if let Some(number) = &person.number {
            let digits = format!("{:012}", number.as_u64());
            let birth = Value::Uint(person.birth.to_packed().into());
            written.push(self.save(
                identity,
                vec![
                    (Slot::Key(Key::KIND), Value::Uint(Kind::Identity.code())),
                    (Slot::Key(Key::UNIT), Value::Uint(HAMLET.0.into())),
                    (Slot::Key(Key::NUMBER), digits.as_str().into()),
                    (Slot::Key(Key::BIRTH_DATE), birth),
                ],
            ));
        }
        written
    }

    /// Records a later step of the `n`-th resident.
    pub fn edit(&mut self, n: u32, step: Step) -> Vec<Written> {
        let dossier = Name {
            origin: Origin::Created(AUTHOR, n),
            companion: None,
        };
        self.now = self.now.plus(180);
        let event = self.stage(step);
        vec![self.save(dossier, vec![(Slot::Event, event)])]
    }

    fn stage(&self, step: Step) -> Value {
        let stamp = Stamp {
            at: self.now.local_minute(),
            unit: HAMLET,
            team: TeamId(7),
        };
        let what = What::Stage(Stage {
            step,
            on: None,
            source: Source::Witnessed,
        });
        Value::Bytes(Event { what, stamp }.to_payload())
    }

    fn save(&mut self, name: Name, puts: Vec<(Slot, Value)>) -> Written {
        let actor = AUTHOR.actor(name.document());
        let row = self.rows.entry(name).or_default();
        let edit = Edit {
            actor,
            time: self.now,
            puts,
        };
        let change = RowEngine
            .edit(row, &edit)
            .expect("every save writes something");
        RowEngine.fold(row, &change).expect("one author in order");
        Written { name, change }
    }
}

/// The sections of a bundle with these changes, as batches.
pub fn sections(written: &[Written]) -> Vec<(Audience, Batch)> {
    let of = |companion: bool| {
        let mine = written
            .iter()
            .filter(move |w| w.name.companion.is_some() == companion);
        mine.map(|w| Outgoing {
            name: w.name,
            author: AUTHOR,
            change: &w.change,
        })
        .collect::<Vec<_>>()
    };
    [(Audience::Team, of(false)), (Audience::Police, of(true))]
        .into_iter()
        .filter(|(_, changes)| !changes.is_empty())
        .map(|(audience, changes)| (audience, spell(&changes, Detail::Short)))
        .collect()
}
