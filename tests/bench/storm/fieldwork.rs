//! What is recorded: the same for every run of the same plan.

// The storm and the other benchmarks both include this file, and each uses its own part of it.
#![allow(dead_code)]

use client_core::input::{DocumentWrite, DossierTarget, Put, Save, Target};
use server::author::Write;
use server::demo::people::{PeoplePlan, Resident, Setting, residents, serials_needed};
use shared::engine::Slot;
use shared::event::{Event, Source, Stage, Stamp, Step, What};
use shared::facts::Name;
use shared::id::{Companion, DocumentId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::time::{LocalDay, UnixSeconds};
use shared::value::Value;

/// Roster records that the phones of one hamlet edit.
pub const EDITED: usize = 50;

/// How large the storm is.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub devices: usize,
    pub records: usize,
    pub edits: usize,
    pub per_hamlet: usize,
    pub roster: usize,
    pub first_hamlet: u32,
}

impl Plan {
    pub fn hamlets(&self) -> usize {
        self.devices.div_ceil(self.per_hamlet)
    }

    /// The hamlet with this place in the row.
    pub fn hamlet(&self, n: usize) -> UnitId {
        UnitId(self.first_hamlet + n as u32)
    }

    /// The hamlet of a phone.
    pub fn hamlet_of(&self, device: usize) -> usize {
        device / self.per_hamlet
    }

    /// Phones of a hamlet: the last one may have fewer.
    pub fn phones_of(&self, hamlet: usize) -> usize {
        (self.devices - hamlet * self.per_hamlet).min(self.per_hamlet)
    }

    /// Entries the team's stream of a hamlet has when the storm is over.
    pub fn entries(&self, hamlet: usize) -> u64 {
        (self.roster + self.phones_of(hamlet) * (self.records + self.edits)) as u64
    }

    /// Who stands on a hamlet's roster.
    pub fn roster(&self, hamlet: usize) -> Vec<Resident> {
        let serial = hamlet as u32 * serials_needed(self.roster);
        people(self.hamlet(hamlet), self.roster, serial)
    }

    /// Whom a phone records.
    pub fn met(&self, device: usize) -> Vec<Resident> {
        let rosters = self.hamlets() as u32 * serials_needed(self.roster);
        let serial = rosters + device as u32 * serials_needed(self.records);
        people(self.hamlet(self.hamlet_of(device)), self.records, serial)
    }
}

fn people(hamlet: UnitId, people: usize, first_serial: u32) -> Vec<Resident> {
    let plan = PeoplePlan {
        hamlet,
        people,
        as_of: LocalDay::from_date(2023, 11, 1).expect("a day"),
        setting: Setting::Rural,
        khmer_permille: 300,
        first_serial,
    };
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&first_serial.to_le_bytes());
    residents(&plan, seed)
}

/// What is known of a resident without the number.
fn fields(person: &Resident) -> Vec<(Key, Value)> {
    let mut fields: Vec<(Key, Value)> = vec![
        (Key::NAME, person.name.as_str().into()),
        (Key::BIRTH_YEAR, Value::Uint(person.birth.year().into())),
        (Key::SEX, Value::Uint(person.sex.code().into())),
        (Key::RESIDENCE, Value::Uint(person.residence.code().into())),
        (
            Key::ADDRESS,
            format!("Tổ {}", person.household / 12 + 1).as_str().into(),
        ),
    ];
    if let Some(number) = &person.number {
        fields.push((Key::LAST3, number.last3().as_str().into()));
    }
    if let Some(phone) = &person.phone {
        fields.push((Key::PHONE, phone.number.to_string().as_str().into()));
    }
    fields
}

fn number(person: &Resident) -> Vec<(Key, Value)> {
    let digits = |number| format!("{number:012}");
    let number = person.number.as_ref().map(|number| digits(number.as_u64()));
    let mut fields: Vec<(Key, Value)> = Vec::new();
    fields.extend(number.map(|digits| (Key::NUMBER, digits.as_str().into())));
    let birth = Value::Uint(person.birth.to_packed().into());
    fields.push((Key::BIRTH_DATE, birth));
    fields
}

pub fn stage(step: Step, unit: UnitId, at: UnixSeconds) -> Event {
    let stamp = Stamp {
        at: at.local_minute(),
        unit,
        team: TeamId(1),
    };
    let what = What::Stage(Stage {
        step,
        on: None,
        source: Source::Witnessed,
    });
    Event { what, stamp }
}

/// One resident of the roster, as the office writes it.
pub fn listed(name: Name, person: &Resident, unit: UnitId) -> Vec<Write> {
    let mut dossier = Write::founding(name, Kind::Dossier, unit);
    for (key, value) in fields(person) {
        dossier.puts.push((Slot::Key(key), value));
    }
    vec![dossier]
}

/// The same with a stage, as somebody who was there writes it.
pub fn with_stage(mut writes: Vec<Write>, unit: UnitId, at: UnixSeconds) -> Vec<Write> {
    if let Some(dossier) = writes.first_mut() {
        let payload = stage(Step::EidCollected, unit, at).to_payload();
        dossier.puts.push((Slot::Event, Value::Bytes(payload)));
    }
    writes
}

/// One resident met by a phone: dossier with a stage, and identity. Twelve fields.
pub fn met(person: &Resident, unit: UnitId, at: UnixSeconds) -> Save {
    let put = |(key, value)| Put::key(key, value);
    let mut puts: Vec<Put> = fields(person).into_iter().map(put).collect();
    puts.push(Put::event(stage(Step::EidCollected, unit, at).to_payload()));
    let dossier = DocumentWrite {
        target: Target::New {
            kind: Kind::Dossier,
            unit,
        },
        puts,
    };
    let identity = DocumentWrite {
        target: Target::Companion {
            which: Companion::Identity,
            of: DossierTarget::Written(0),
        },
        puts: number(person).into_iter().map(put).collect(),
    };
    Save {
        tag: 0,
        writes: vec![dossier, identity],
    }
}

/// A phone's `n`-th edit: the card was handed over, and an address its colleagues do not agree
/// with.
pub fn edit(document: DocumentId, device: usize, unit: UnitId, at: UnixSeconds) -> Save {
    let address = format!("Tổ {}", device % 7 + 20);
    let puts = vec![
        Put::key(Key::ADDRESS, address.as_str().into()),
        Put::event(stage(Step::EidActivated, unit, at).to_payload()),
    ];
    let target = Target::Existing(document);
    Save {
        tag: 0,
        writes: vec![DocumentWrite { target, puts }],
    }
}
