//! The examples that codec 2 learned from, and how they were made up.
//!
//! Records as phones write them, in the order screens and desks ask, about nobody: words from the
//! lists, sample numbers (099) and phones (095). The bytes in `examples.bin` are what counts; this
//! shows where they come from and that they can be made again.

use super::super::{Teller, prior};
use super::{BATCHES, FORM, List};
use crate::change::Change;
use crate::engine::{Edit, Engine as _, RowEngine, Slot};
use crate::event::{
    Event, Outcome, OutcomeResult, Source, Stage, Stamp, Step, Visit, VisitResult, What,
};
use crate::facts::guessed::range::Tape;
use crate::facts::{Author, Batch, Detail, Name, Origin, Outgoing, model, spell};
use crate::id::{Companion, DeviceId, DocumentId, Incarnation, TeamId, UnitId};
use crate::key::Key;
use crate::kind::Kind;
use crate::row::Row;
use crate::time::UnixSeconds;
use crate::value::Value;

const AUTHOR: Author = Author {
    device: DeviceId([0; 16]),
    incarnation: Incarnation(0),
};

/// Words in the middle of women's names.
const OF_WOMEN: [&str; 12] = [
    "Thị", "Ngọc", "Kim", "Mỹ", "Bích", "Cẩm", "Hồng", "Thu", "Thúy", "Diễm", "Tuyết", "Yến",
];

/// Steinberg and Vigna's SplitMix64: the same numbers for ever.
struct Draw(u64);

impl Draw {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, total: u64) -> u64 {
        self.number() % total
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A word of a list, the first ones more often: `power` 1 makes all equal.
    fn word(&mut self, list: List, power: u32) -> &'static str {
        let total = prior::lists().words[list as usize].len() as u64;
        let at = (0..power).fold(total, |left, _| self.below(left.max(1)) + 1) - 1;
        let word = prior::lists().word(list, at as u32);
        word.expect("the place is in the list")
    }
}

/// One phone at work in one hamlet.
struct Phone {
    draw: Draw,
    unit: u64,
    team: u64,
    now: i64,
    created: u32,
    rows: std::collections::BTreeMap<DocumentId, (Name, Row)>,
    written: Vec<(Name, Change)>,
    family: &'static str,
    group: u64,
}

type Puts = Vec<(Slot, Value)>;

fn put(key: Key, value: impl Into<Value>) -> (Slot, Value) {
    (Slot::Key(key), value.into())
}

impl Phone {
    fn new(seed: u64) -> Self {
        let mut draw = Draw(seed);
        Self {
            unit: 1_000_000 + draw.below(1_000_000),
            team: draw.below(200),
            now: 1_780_000_000 + draw.below(20_000_000) as i64,
            created: draw.below(400) as u32,
            family: draw.word(List::Family, 3),
            group: 1 + draw.below(9),
            rows: std::collections::BTreeMap::new(),
            written: Vec::new(),
            draw,
        }
    }

    /// One record; the time between two is minutes.
    fn save(&mut self) {
        self.now += 30 + (self.draw.below(900) * self.draw.below(900)) as i64 / 600;
        match self.draw.below(20) {
            0..6 => self.person_on_screen(),
            6..10 => self.person_at_home(),
            10..13 => self.person_at_desk(),
            13..16 => self.step(),
            16..18 => self.visit(),
            18 => self.reason(),
            _ => self.session(),
        }
    }

    fn born(&mut self) -> (u64, u64) {
        let age = match self.draw.below(100) {
            0..22 => self.draw.below(14),
            22..28 => 14 + self.draw.below(4),
            28..86 => 18 + self.draw.below(42),
            _ => 60 + self.draw.below(32),
        };
        let year = 2_025 - age;
        let (month, day) = (1 + self.draw.below(12), 1 + self.draw.below(28));
        match self.draw.chance(2) {
            true => (year, year * 10_000),
            false => (year, year * 10_000 + month * 100 + day),
        }
    }

    fn name(&mut self) -> (String, u64) {
        if !self.draw.chance(55) {
            self.family = self.draw.word(List::Family, 3);
        }
        let middle = match self.draw.below(100) {
            0..20 => "Văn",
            20..45 => "Thị",
            45..50 => "",
            _ => self.draw.word(List::Middle, 2),
        };
        let is_woman = match middle {
            "Văn" => false,
            "" => self.draw.chance(50),
            word => OF_WOMEN.contains(&word),
        };
        let given = self.draw.word(List::Given, 1);
        let words = [self.family, middle, given];
        let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
        (words.join(" "), u64::from(is_woman))
    }

    fn number(&mut self, year: u64, sex: u64) -> String {
        let century = (year / 100 - 19) * 2 + sex;
        let serial = self.draw.below(1_000_000);
        format!("099{century}{:02}{serial:06}", year % 100)
    }

    fn phone(&mut self) -> String {
        format!("095{:07}", self.draw.below(10_000_000))
    }

    fn event(&self, what: What) -> (Slot, Value) {
        let stamp = Stamp {
            at: UnixSeconds(self.now).local_minute(),
            unit: UnitId(self.unit as u32),
            team: TeamId(self.team as u32),
        };
        (
            Slot::Event,
            Value::Bytes(Event { what, stamp }.to_payload()),
        )
    }

    fn founding(&self, kind: Kind) -> Puts {
        vec![put(Key::KIND, kind.code()), put(Key::UNIT, self.unit)]
    }

    fn new_name(&mut self) -> Name {
        self.created += 1;
        Name {
            origin: Origin::Created(AUTHOR, self.created - 1),
            companion: None,
        }
    }

    fn write(&mut self, name: Name, puts: Puts) {
        let entry = self.rows.entry(name.document());
        let (_, row) = entry.or_insert_with(|| (name, Row::default()));
        let edit = Edit {
            actor: AUTHOR.actor(name.document()),
            time: UnixSeconds(self.now),
            puts,
        };
        if let Some(change) = RowEngine.edit(row, &edit) {
            RowEngine.fold(row, &change).expect("one author in order");
            self.written.push((name, change));
        }
    }

    /// As the field app asks.
    fn person_on_screen(&mut self) {
        let ((name, sex), (year, birth)) = (self.name(), self.born());
        let number = self.number(year, sex);
        let (has_phone, has_number) = (self.draw.chance(60), self.draw.chance(90));
        let dossier = self.new_name();
        let mut puts = self.founding(Kind::Dossier);
        puts.push(put(Key::NAME, name.as_str()));
        if self.draw.chance(95) {
            puts.push(put(Key::SEX, sex));
        }
        puts.push(put(Key::BIRTH_YEAR, year));
        if has_phone {
            puts.push(put(Key::PHONE, self.phone().as_str()));
        }
        if has_number {
            puts.push(put(Key::LAST3, &number[9..]));
        }
        self.write(dossier, puts);
        let mut puts = self.founding(Kind::Identity);
        puts.push(put(Key::BIRTH_DATE, birth));
        if has_number {
            puts.push(put(Key::NUMBER, number.as_str()));
        }
        self.write(identity(dossier), puts);
    }

    /// As a list of a household is taken, with what was reached at once.
    fn person_at_home(&mut self) {
        let ((name, sex), (year, birth)) = (self.name(), self.born());
        let number = self.number(year, sex);
        let household = self.new_name();
        if self.draw.chance(50) {
            let mut puts = self.founding(Kind::Household);
            puts.push(put(Key::HOUSEHOLD_NAME, name.as_str()));
            self.group += self.draw.below(2);
            let address = format!("Tổ {}", self.group);
            puts.push(put(Key::HOUSEHOLD_ADDRESS, address.as_str()));
            self.write(household, puts);
        }
        let dossier = self.new_name();
        let mut puts = self.founding(Kind::Dossier);
        puts.push(put(Key::NAME, name.as_str()));
        puts.push(put(Key::BIRTH_YEAR, year));
        puts.push(put(Key::SEX, sex));
        puts.push(put(Key::LAST3, &number[9..]));
        if self.draw.chance(60) {
            puts.push(put(Key::PHONE, self.phone().as_str()));
            puts.push(put(Key::PHONE_OWNER, 1 + u64::from(self.draw.chance(15))));
        }
        let home = household.document().0.to_vec();
        puts.push((Slot::Key(Key::HOUSEHOLD), Value::Bytes(home)));
        puts.push(put(Key::RESIDENCE, self.residence()));
        puts.push(self.visited());
        if self.draw.chance(50) {
            puts.push(self.reached());
        }
        let mut puts_of_identity = self.founding(Kind::Identity);
        puts_of_identity.push(put(Key::NUMBER, number.as_str()));
        puts_of_identity.push(put(Key::BIRTH_DATE, birth));
        self.write(identity(dossier), puts_of_identity);
        self.write(dossier, puts);
    }

    /// As a desk asks: with the address and the step that the resident came for.
    fn person_at_desk(&mut self) {
        let ((name, sex), (year, birth)) = (self.name(), self.born());
        let number = self.number(year, sex);
        let dossier = self.new_name();
        let mut puts = self.founding(Kind::Dossier);
        puts.push(put(Key::NAME, name.as_str()));
        puts.push(put(Key::BIRTH_YEAR, year));
        puts.push(put(Key::SEX, sex));
        puts.push(put(Key::RESIDENCE, self.residence()));
        self.group += u64::from(self.draw.chance(20));
        puts.push(put(Key::ADDRESS, format!("Tổ {}", self.group).as_str()));
        puts.push(put(Key::LAST3, &number[9..]));
        if self.draw.chance(65) {
            puts.push(put(Key::PHONE, self.phone().as_str()));
        }
        puts.push(self.reached());
        self.write(dossier, puts);
        let mut puts = self.founding(Kind::Identity);
        puts.push(put(Key::NUMBER, number.as_str()));
        puts.push(put(Key::BIRTH_DATE, birth));
        self.write(identity(dossier), puts);
    }

    fn residence(&mut self) -> u64 {
        match self.draw.below(100) {
            0..78 => 0,
            78..92 => 1,
            92..97 => 2,
            other => other - 94,
        }
    }

    fn reached(&mut self) -> (Slot, Value) {
        const STEPS: [Step; 8] = [
            Step::CardCollected,
            Step::EidCollected,
            Step::EidActivated,
            Step::CardHandedOver,
            Step::EidActivated,
            Step::EidCollected,
            Step::EidAccepted,
            Step::CardAppointed,
        ];
        const SOURCES: [Source; 4] = [
            Source::Witnessed,
            Source::Witnessed,
            Source::Told,
            Source::Officer,
        ];
        let what = What::Stage(Stage {
            step: STEPS[self.draw.below(8) as usize],
            on: None,
            source: SOURCES[self.draw.below(4) as usize],
        });
        self.event(what)
    }

    fn visited(&mut self) -> (Slot, Value) {
        let results = VisitResult::ALL;
        let result = results[(self.draw.below(7) * self.draw.below(7) / 7) as usize];
        let note = match self.draw.chance(25) {
            true => (0..2 + self.draw.below(6))
                .map(|_| self.draw.word(List::Notes, 2))
                .collect::<Vec<_>>()
                .join(" "),
            false => String::new(),
        };
        self.event(What::Visit(Visit { result, note }))
    }

    /// A dossier known here, or one of somebody else.
    fn known(&mut self) -> Name {
        let dossiers: Vec<Name> = (self.rows.values())
            .filter(|(_, row)| row.kind() == Some(Kind::Dossier))
            .map(|(name, _)| *name)
            .collect();
        if !dossiers.is_empty() && self.draw.chance(60) {
            return dossiers[self.draw.below(dossiers.len() as u64) as usize];
        }
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.draw.number().to_le_bytes());
        let name = Name {
            origin: Origin::Elsewhere(DocumentId(id)),
            companion: None,
        };
        // What another device wrote: this one's change depends on it.
        let other = Author {
            device: DeviceId([1; 16]),
            ..AUTHOR
        };
        let puts = self.founding(Kind::Dossier);
        let edit = Edit {
            actor: other.actor(name.document()),
            time: UnixSeconds(self.now),
            puts,
        };
        let mut row = Row::default();
        let change = RowEngine.edit(&row, &edit).expect("a document begins");
        RowEngine.fold(&mut row, &change).expect("the first change");
        self.rows.insert(name.document(), (name, row));
        name
    }

    fn step(&mut self) {
        let (name, event) = (self.known(), self.reached());
        self.write(name, vec![event]);
    }

    fn visit(&mut self) {
        let name = self.known();
        let mut puts = vec![self.visited()];
        if self.draw.chance(30) {
            let day = UnixSeconds(self.now + 86_400 * (1 + self.draw.below(14)) as i64);
            let (year, month, day) = day.local_day().date();
            let packed = year as u64 * 10_000 + u64::from(month) * 100 + u64::from(day);
            puts.push(put(Key::DUE, packed));
        }
        self.write(name, puts);
    }

    fn reason(&mut self) {
        let name = self.known();
        let key = match self.draw.chance(50) {
            true => Key::CARD_REASON,
            false => Key::EID_REASON,
        };
        let mut puts = vec![put(key, 1 + self.draw.below(20))];
        if self.draw.chance(30) {
            let words: Vec<_> = (0..4).map(|_| self.draw.word(List::Notes, 2)).collect();
            puts.push(put(Key::NOTE, words.join(" ").as_str()));
        }
        self.write(name, puts);
    }

    fn session(&mut self) {
        let session = self.new_name();
        let attendees: Vec<Name> = (0..self.draw.below(3)).map(|_| self.known()).collect();
        let minute = UnixSeconds(self.now).local_minute();
        let outcome = |dossier: Option<DocumentId>, session: Option<DocumentId>| {
            What::Outcome(Outcome {
                dossier,
                session,
                result: OutcomeResult::Activated,
                service: 1,
            })
        };
        let mut puts = self.founding(Kind::Session);
        puts.push(put(Key::SESSION_KIND, self.draw.below(4)));
        puts.push(put(Key::STARTED, minute.0 as u64));
        puts.push(put(Key::HEADCOUNT, 3 + self.draw.below(20)));
        for name in &attendees {
            puts.push(self.event(outcome(Some(name.document()), None)));
        }
        self.write(session, puts);
        for name in attendees {
            let puts = vec![self.event(outcome(None, Some(session.document())))];
            self.write(name, puts);
        }
    }

    /// The team's section and the police's.
    fn batches(&self) -> Vec<Batch> {
        let of = |is_companion: bool| {
            let written = self.written.iter();
            let mine = written.filter(|(name, _)| name.companion.is_some() == is_companion);
            let out = mine.map(|(name, change)| Outgoing {
                name: *name,
                author: AUTHOR,
                change,
            });
            spell(&out.collect::<Vec<_>>(), Detail::Short)
        };
        let both = [of(false), of(true)];
        let some = both.into_iter().filter(|batch| !batch.facts.is_empty());
        some.collect()
    }
}

fn identity(dossier: Name) -> Name {
    Name {
        companion: Some(Companion::Identity),
        ..dossier
    }
}

fn made_up() -> Vec<Batch> {
    let mut batches = Vec::new();
    for seed in 0.. {
        let mut phone = Phone::new(seed);
        for _ in 0..1 + phone.draw.below(6) * phone.draw.below(2) {
            phone.save();
        }
        batches.extend(phone.batches());
        if batches.len() >= BATCHES {
            break;
        }
    }
    batches.truncate(BATCHES);
    batches
}

#[test]
fn the_examples_are_those_made_up_here() {
    let mut teller = Teller::new(Tape::to_write(), prior::literate(), FORM);
    teller.local = false;
    for batch in made_up() {
        teller.memory = Default::default();
        model::batch(&mut teller, Some(&batch), FORM).expect("batches of our own making");
    }
    let made = teller.line.finish().0;
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/facts/guessed/prior/examples.bin"
    );
    if std::env::var_os("SAMPAN_BLESS").is_some() {
        std::fs::write(path, &made).expect("the source is writable");
    }
    let kept = std::fs::read(path).unwrap_or_default();
    assert!(
        kept == made,
        "the examples of codec 2 changed, and with them every byte it writes"
    );
}
