//! Golden facts: good batches, and bad ones each wrong in one way, with the code they earn.

use std::fmt::Write as _;

use super::*;
use crate::armor::{Armored, Freight};
use crate::bundle::{BundleNumber, Draft, Section, Serial, seal};
use crate::change::Change;
use crate::derive::{Hashed, Resolved, derive, replay};
use crate::engine::{Edit, Engine as _, RowEngine};
use crate::entry::{Entry, Logged};
use crate::golden;
use crate::id::Audience;
use crate::key::Key;
use crate::kind::Kind;
use crate::row::Row;
use crate::seal::OpeningKey;
use crate::signed::DeviceKey;
use crate::value::Value;

const DEVICE: DeviceId = DeviceId([0xd1; 16]);
const AUTHOR: Author = Author {
    device: DEVICE,
    incarnation: Incarnation(1),
};
const OTHER: Author = Author {
    device: DeviceId([0xd2; 16]),
    incarnation: Incarnation(0),
};
const FORM: Form = Form::Bundle(DEVICE);

/// A dossier with its identity, then an edit of each, as a phone writes them.
struct Story {
    changes: Vec<(Name, Change)>,
}

impl Story {
    fn new() -> Self {
        let dossier = Name {
            origin: Origin::Created(AUTHOR, 4),
            companion: None,
        };
        let identity = Name {
            companion: Some(Companion::Identity),
            ..dossier
        };
        let mut story = Self {
            changes: Vec::new(),
        };
        story.save(
            dossier,
            vec![
                (Slot::Key(Key::KIND), Value::Uint(Kind::Dossier.code())),
                (Slot::Key(Key::UNIT), Value::Uint(300)),
                (Slot::Key(Key::NAME), "Lâm Thị Đẹp".into()),
                (Slot::Key(Key::BIRTH_YEAR), Value::Uint(1958)),
                (Slot::Key(Key::LAST3), "127".into()),
                (Slot::Key(Key::PHONE), "0957214402".into()),
                (Slot::Event, Value::Bytes(vec![1, 2, 3, 4])),
            ],
        );
        story.save(
            identity,
            vec![
                (Slot::Key(Key::KIND), Value::Uint(Kind::Identity.code())),
                (Slot::Key(Key::UNIT), Value::Uint(300)),
                (Slot::Key(Key::NUMBER), "099158004127".into()),
                (Slot::Key(Key::BIRTH_DATE), Value::Uint(19_580_000)),
            ],
        );
        story.save(
            dossier,
            vec![(Slot::Key(Key::HOME_VISIT), Value::Bool(true))],
        );
        story.save(dossier, vec![(Slot::Key(Key::PHONE), Value::Null)]);
        story
    }

    fn save(&mut self, name: Name, puts: Vec<(Slot, Value)>) {
        let mut row = Row::default();
        for (_, change) in self.changes.iter().filter(|(known, _)| *known == name) {
            RowEngine.fold(&mut row, change).unwrap();
        }
        let time = UnixSeconds(1_700_000_000 + 60 * self.changes.len() as i64);
        let edit = Edit {
            actor: AUTHOR.actor(name.document()),
            time,
            puts,
        };
        let change = RowEngine.edit(&row, &edit).unwrap();
        self.changes.push((name, change));
    }

    fn batch(&self, detail: Detail) -> Batch {
        let out = self.changes.iter();
        let out = out.map(|(name, change)| Outgoing {
            name: *name,
            author: AUTHOR,
            change,
        });
        spell(&out.collect::<Vec<_>>(), detail)
    }
}

fn plain(batch: &Batch) -> Vec<u8> {
    [&[CODEC_PLAIN], columns::write(batch, FORM).as_slice()].concat()
}

fn code(bytes: &[u8]) -> &'static str {
    match decode(bytes, FORM) {
        Ok(_) => "ok",
        Err(error) => error.code(),
    }
}

/// The good batch with one thing changed before it is written.
fn changed(change: impl FnOnce(&mut Batch)) -> Vec<u8> {
    let mut batch = Story::new().batch(Detail::Short);
    change(&mut batch);
    plain(&batch)
}

/// A page with the first change of a re-founded document: an event comes with its name, since the
/// actor that wrote it belongs to another document.
#[test]
fn golden_pages_carry_events_into_refounded_documents() {
    let from = DocumentId::created(DEVICE, Incarnation(1), 4);
    let event = crate::id::EventId::written_by(AUTHOR.actor(from), 7);
    let (document, created) = (OTHER, 2);
    let to = DocumentId::created(document.device, document.incarnation, created);
    let edit = Edit {
        actor: OTHER.actor(to),
        time: UnixSeconds(1_700_000_100),
        puts: vec![
            (Slot::Key(Key::KIND), Value::Uint(Kind::Dossier.code())),
            (Slot::Key(Key::UNIT), Value::Uint(300)),
            (Slot::Key(Key::NAME), "Lâm Thị Đẹp".into()),
            (Slot::Key(Key::event(event)), Value::Bytes(vec![1, 2, 3, 4])),
        ],
    };
    let change = RowEngine.edit(&Row::default(), &edit).unwrap();
    let logged = Logged {
        document: to,
        author: OTHER,
        created: Some(created),
        upon_all_shown: false,
        hash: change.hash(),
        change,
    };
    let stream = crate::id::StreamId {
        unit: crate::id::UnitId(300),
        audience: Audience::Team,
    };
    let entries = [Entry::Change(logged), Entry::Refounded { from, to }];
    let page = crate::page::Page::of(stream, 8, 10, &entries);
    let bytes = postcard::to_allocvec(&page).unwrap();
    golden::check("pull/refounded.hex", &golden::hex(&bytes));
    assert_eq!(page.entries(&mut Nothing).unwrap(), entries);
    let in_a_bundle = changed(|batch| {
        batch.facts[2].ops[0].slot = FactSlot::Key(Key::event(event));
    });
    assert_eq!(code(&in_a_bundle), "facts-page-only");
}

/// A reader that has no rows yet.
struct Nothing;

impl crate::page::Rows for Nothing {
    fn row(&self, _: &DocumentId) -> Row {
        Row::default()
    }

    fn show(&mut self, _: &Entry) {}
}

#[test]
fn golden_facts_are_read_as_written() {
    let good = Story::new().batch(Detail::Short);
    let plain_good = plain(&good);
    let mut trailing = plain_good.clone();
    trailing.push(0);
    let mut long_number = plain_good.clone();
    // The first column's length, 2, as a number of two bytes.
    long_number.splice(1..2, [plain_good[1] | 0x80, 0]);
    let mut swelled = encode(&good, FORM);
    swelled.push(0);
    let key_twice = changed(|batch| {
        let first = batch.facts[0].ops[2].clone();
        batch.facts[0].ops.push(first);
    });
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("good, shortest codec", encode(&good, FORM)),
        ("good, plain columns", plain_good.clone()),
        (
            "good, spelled out",
            plain(&Story::new().batch(Detail::Full)),
        ),
        ("nothing at all", Vec::new()),
        ("a codec of the future", [&[9], &plain_good[1..]].concat()),
        ("cut in the lengths", plain_good[..9].to_vec()),
        (
            "cut in the columns",
            plain_good[..plain_good.len() - 1].to_vec(),
        ),
        ("a byte too many", trailing),
        ("a number longer than needed", long_number),
        ("a byte after the deflate stream", swelled),
        (
            "a change without ops",
            changed(|batch| batch.facts[2].ops.clear()),
        ),
        ("a key twice in one change", key_twice),
        (
            "upon what was shown, in a bundle",
            changed(|b| b.facts[2].upon = Upon::AllShown),
        ),
        (
            "upon the previous, but the first",
            changed(|b| b.facts[0].upon = Upon::Previous),
        ),
        (
            "dependencies out of order",
            changed(|batch| {
                let refs = [[2; 3], [1; 3]].map(DepRef::Prefix);
                batch.facts[3].upon = Upon::Listed(refs.to_vec());
            }),
        ),
        (
            "another's event by its name",
            changed(|batch| {
                let key = Key::event(crate::id::EventId([7; 8]));
                batch.facts[2].ops[0].slot = FactSlot::Key(key);
            }),
        ),
    ];
    let mut text = String::new();
    for (name, bytes) in &cases {
        write!(text, "# {name}: {}\n{}\n", code(bytes), golden::hex(bytes)).unwrap();
    }
    golden::check("facts.txt", &text);
}

/// The good batch with one thing changed before it is guessed.
fn guessed(change: impl FnOnce(&mut Batch)) -> Vec<u8> {
    let mut batch = Story::new().batch(Detail::Short);
    change(&mut batch);
    encode_in(CODEC_GUESSED, &batch, FORM).expect("it is small")
}

#[test]
fn golden_guesses_are_read_as_written() {
    let good = guessed(|_| {});
    let last = good.len() - 1;
    let mut other_end = good.clone();
    other_end[last] ^= 1;
    let twice = |batch: &mut Batch| {
        let first = batch.facts[0].ops[2].clone();
        batch.facts[0].ops.push(first);
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("good", good.clone()),
        ("good, of another unit", guessed(other_unit)),
        ("no guesses", vec![CODEC_GUESSED]),
        ("cut in the middle", good[..last / 2].to_vec()),
        ("cut at the end: another check", good[..last].to_vec()),
        ("a zero too many", [good.as_slice(), &[0]].concat()),
        ("a byte too many", [good.as_slice(), &[1]].concat()),
        ("another end", other_end),
        (
            "a change without ops",
            guessed(|batch| batch.facts[2].ops.clear()),
        ),
        ("a key twice in one change", guessed(twice)),
        (
            "upon what was shown, in a bundle",
            guessed(|batch| batch.facts[2].upon = Upon::AllShown),
        ),
        (
            "upon the previous, but the first",
            guessed(|batch| batch.facts[0].upon = Upon::Previous),
        ),
    ];
    let mut text = String::new();
    for (name, bytes) in &cases {
        write!(text, "# {name}: {}\n{}\n", code(bytes), golden::hex(bytes)).unwrap();
    }
    golden::check("guesses.txt", &text);
}

#[test]
fn a_lone_record_sealed_and_armored_is_one_qr_code() {
    /// What a code of version 14 holds as bytes at the lowest correction.
    const CODE_CHARS: usize = 458;
    let section = |(audience, (name, change)): (Audience, &(Name, Change))| {
        let out = Outgoing {
            name: *name,
            author: AUTHOR,
            change,
        };
        let plain = encode(&spell(&[out], Detail::Short), FORM);
        Section { audience, plain }
    };
    let draft = Draft {
        serial: Serial {
            device: DEVICE,
            incarnation: Incarnation(1),
            number: BundleNumber(0),
        },
        previous: None,
        sections: (Audience::ALL.into_iter().zip(&Story::new().changes))
            .map(section)
            .collect(),
    };
    let recipient = OpeningKey::from_bytes([1; 32]).sealing();
    let sealed = seal(&draft, &recipient, &DeviceKey::from_seed([2; 32]), [3; 32]).unwrap();
    let armored = Armored {
        freight: Freight::Bundle,
        bytes: sealed.bytes,
    };
    let parts = armored.to_parts(CODE_CHARS).unwrap();
    assert_eq!(parts.len(), 1);
}

fn other_unit(batch: &mut Batch) {
    batch.facts[0].ops[1].action = Action::Put(Value::Uint(u64::MAX));
}

/// What a fact upon these dependencies earns, where another device has built on the author's own
/// change. The dependencies offered: a first change, the author's own, the later one, nobody's.
fn judged(action: Action, deps: impl Fn(&[ChangeHash; 4]) -> Vec<ChangeHash>) -> &'static str {
    let id = DocumentId([5; 16]);
    let (mine, theirs) = (AUTHOR.actor(id), OTHER.actor(id));
    let mut row = Row::default();
    let mut history: Vec<Hashed> = Vec::new();
    for (actor, name) in [(theirs, "An"), (mine, "Anh"), (theirs, "Ân")] {
        let puts = vec![(Slot::Key(Key::NAME), name.into())];
        let edit = Edit {
            actor,
            time: UnixSeconds(1_700_000_000),
            puts,
        };
        let change = RowEngine.edit(&row, &edit).unwrap();
        RowEngine.fold(&mut row, &change).unwrap();
        history.push((change.hash(), change));
    }
    let mut deps = deps(&[
        history[0].0,
        history[1].0,
        history[2].0,
        ChangeHash([9; 32]),
    ]);
    deps.sort_unstable();
    let ops = vec![(Slot::Key(Key::NAME), action)];
    let fact = Resolved {
        actor: mine,
        deps,
        time: UnixSeconds(1_700_000_000),
        ops,
    };
    match replay(&history, &fact.deps).unwrap() {
        None => "missing: parked",
        Some(row) => match derive(&row, &fact) {
            Ok(_) => "ok",
            Err(error) => error.code(),
        },
    }
}

#[test]
fn golden_dependencies_are_judged_as_written() {
    let put = || Action::Put("Ánh".into());
    let cases = [
        (
            "the head and the author's own last change",
            judged(put(), |[_, b, c, _]| vec![*b, *c]),
        ),
        (
            "a dependency nobody has",
            judged(put(), |[_, b, _, x]| vec![*b, *x]),
        ),
        (
            "without the author's own last change",
            judged(put(), |[_, _, c, _]| vec![*c]),
        ),
        (
            "with what another dependency includes",
            judged(put(), |[a, b, c, _]| vec![*a, *b, *c]),
        ),
        (
            "a keep without a conflict",
            judged(Action::Keep, |[_, b, c, _]| vec![*b, *c]),
        ),
    ];
    let lines = cases.map(|(name, code)| format!("{name}: {code}\n"));
    let (first, second, [a, b, c]) = twins();
    let twins = format!(
        "the first 3 bytes {a:02x}{b:02x}{c:02x}, shared by what was begun {first} and {second} s \
         after 1,700,000,000: several: ask-full\n"
    );
    golden::check("dependencies.txt", &(lines.concat() + &twins));
}

/// Two beginnings of one document, by their seconds, whose hashes a short dependency cannot tell
/// apart: no phone avoids them, so whoever reads must ask.
fn twins() -> (i64, i64, [u8; 3]) {
    let actor = AUTHOR.actor(DocumentId([5; 16]));
    let mut seen = std::collections::BTreeMap::new();
    for seconds in 0.. {
        let edit = Edit {
            actor,
            time: UnixSeconds(1_700_000_000 + seconds),
            puts: vec![(Slot::Key(Key::NAME), "An".into())],
        };
        let hash = RowEngine.edit(&Row::default(), &edit).unwrap().hash().0;
        let prefix = [hash[0], hash[1], hash[2]];
        if let Some(first) = seen.insert(prefix, seconds) {
            return (first, seconds, prefix);
        }
    }
    unreachable!("there are only 2^24 beginnings of a hash")
}
