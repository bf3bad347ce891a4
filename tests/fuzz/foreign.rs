//! Raw automerge changes from elsewhere: the structure is looked at before automerge is asked.
//!
//! A change with another checksum than its own is refused at once, so most inputs here are wrapped
//! again after chance has changed them, with the length and checksum that suit.

use crdt::read_foreign;
use sha2::{Digest as _, Sha256};
use shared::change::Change;
use shared::engine::{Edit, Engine as _, RowEngine, Slot};
use shared::id::ActorId;
use shared::key::Key;
use shared::row::Row;
use shared::value::Value;

use crate::Target;
use crate::mutate::{Chance, mutated};
use crate::phone::{MORNING, put};

/// How every chunk begins, before its checksum.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

/// Bytes before a chunk's length: the beginning, the checksum, the type.
const LENGTH_AT: usize = 9;

/// Reader of raw automerge changes.
pub struct Foreign {
    /// What the changes of one document say, causes first, out of their chunks.
    bodies: Vec<Vec<u8>>,
    /// The same as one file.
    files: Vec<Vec<u8>>,
}

impl Foreign {
    pub fn new() -> Self {
        let chunks: Vec<Vec<u8>> = history().iter().map(Change::chunk).collect();
        let file = chunks.concat();
        assert!(read_foreign(&file).is_ok(), "an honest file is taken");
        let bodies: Vec<_> = chunks.iter().map(|chunk| body(chunk).to_vec()).collect();
        let wrapped: Vec<_> = bodies.iter().map(|body| wrapped(body)).collect();
        assert_eq!(wrapped, chunks);
        Self {
            bodies,
            files: vec![file],
        }
    }
}

impl Target for Foreign {
    fn name(&self) -> &'static str {
        "foreign"
    }

    fn input(&mut self, chance: &mut Chance) -> Vec<u8> {
        if chance.below(8) == 0 {
            return mutated(&self.files, chance);
        }
        // The honest beginning of the document, so that what follows has what it depends on.
        let at = chance.below(self.bodies.len());
        let honest = self.bodies[..at].iter().map(|body| wrapped(body));
        let mut file = honest.collect::<Vec<_>>().concat();
        let changed = mutated(&self.bodies[at..=at], chance);
        file.extend(wrapped(&changed));
        file
    }

    /// What is taken shows the same each time, under the heads it names.
    fn read(&mut self, input: &[u8]) {
        if let Ok(foreign) = read_foreign(input) {
            assert_eq!(foreign.row.heads, foreign.heads);
            assert_eq!(read_foreign(input).ok(), Some(foreign));
        }
    }
}

/// Two authors, a conflict and its end.
fn history() -> Vec<Change> {
    let mut row = Row::default();
    let mut all = Vec::new();
    let mut save = |row: &mut Row, seen: &Row, author: u8, puts: Vec<(Slot, Value)>| {
        let edit = Edit {
            actor: ActorId([author; 16]),
            time: MORNING,
            puts,
        };
        let change = RowEngine.edit(seen, &edit).expect("something new");
        RowEngine.fold(row, &change).expect("in order");
        all.push(change);
    };
    let first = vec![put(Key::NAME, "Lâm Thị Đẹp"), put(Key::BIRTH_YEAR, 1985)];
    save(&mut row, &Row::default(), 1, first);
    let seen = row.clone();
    save(&mut row, &seen, 1, vec![put(Key::NOTE, "Nhà sau chợ")]);
    save(&mut row, &seen, 2, vec![put(Key::NOTE, "Nhà bên kênh")]);
    let winner = row.get(&Key::NOTE).cloned().expect("two notes");
    let seen = row.clone();
    save(&mut row, &seen, 2, vec![(Slot::Key(Key::NOTE), winner)]);
    let event = (Slot::Event, Value::Bytes(vec![1; 24]));
    let seen = row.clone();
    save(&mut row, &seen, 1, vec![event, put(Key::ADDRESS, "Ấp 1")]);
    all
}

fn body(chunk: &[u8]) -> &[u8] {
    let length = chunk[LENGTH_AT..].iter();
    let more = length.take_while(|byte| **byte >= 0x80).count();
    &chunk[LENGTH_AT + more + 1..]
}

fn wrapped(body: &[u8]) -> Vec<u8> {
    let mut hashed = vec![1];
    let mut length = body.len();
    while length >= 0x80 {
        hashed.push(length as u8 | 0x80);
        length >>= 7;
    }
    hashed.push(length as u8);
    hashed.extend_from_slice(body);
    let checksum = &Sha256::digest(&hashed)[..4];
    [&MAGIC[..], checksum, &hashed].concat()
}
