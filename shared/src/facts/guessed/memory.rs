//! What a batch has said so far, as far as it helps to guess what comes.

use std::collections::BTreeMap;

use crate::facts::columns::Column;
use crate::facts::{Author, model};
use crate::id::DocumentId;
use crate::key::{Shape, TABLE};
use crate::time::UnixSeconds;

/// Document ids that may be named again by their place in the past.
const LINKS_MAX: usize = 64;

/// The op before a change's first.
const NO_OP: u64 = 1 << 32;

/// No kind, or none that was said.
const NO_KIND: u64 = 255;

/// What the batch has said.
#[derive(Default)]
pub(super) struct Memory {
    /// The change being said.
    pub(super) now: Change,
    /// The last number under each op's number.
    numbers: BTreeMap<u64, u64>,
    /// The last text under each op's number.
    pub(super) texts: BTreeMap<u64, Vec<u8>>,
    /// Document ids, the newest last.
    pub(super) links: Vec<Vec<u8>>,
    /// Documents named by their creator, whose ids nobody has asked for yet.
    pub(super) created: Vec<(Author, u32)>,
    /// The unit named last, by a document or an event.
    pub(super) unit: u64,
    /// The team named last.
    pub(super) team: u64,
    /// The phone number named last.
    pub(super) phone: u64,
    /// The number of the document created last.
    pub(super) document_number: u64,
}

/// What is known of the change being said.
#[derive(Default)]
pub(super) struct Change {
    /// The column before.
    pub(super) column: u64,
    /// How its document is named, and upon what it was written.
    pub(super) tag: u64,
    pub(super) upon: u64,
    /// Its time: seconds since 1970.
    pub(super) time: i64,
    /// The op being said, and how many are left after it.
    pub(super) op: u64,
    pub(super) left: u64,
    pub(super) field: Field,
    /// The document's kind.
    pub(super) kind: u64,
    pub(super) person: Person,
}

/// What is known of the resident a change is about.
#[derive(Default, Clone, Copy)]
pub(super) struct Person {
    /// Birth year.
    pub(super) born: Option<u64>,
    /// The rank of the middle word of the name, plus 1.
    pub(super) called: u64,
    pub(super) sex: Option<u64>,
}

impl Memory {
    /// Takes note of a number of the walk.
    pub(super) fn note(&mut self, column: Column, value: u64) {
        let before = self.now.column;
        self.now.column = column as u64;
        match column {
            Column::Document => {
                self.now.tag = value;
                if value % 6 == model::naming::NEXT {
                    self.document_number = self.document_number.wrapping_add(1);
                }
            }
            Column::DocumentNumber if self.now.tag % 6 == model::naming::CREATED => {
                self.document_number = value;
            }
            Column::Upon => self.now.upon = value.min(model::upon::LISTED),
            Column::Time => self.now.time = self.now.time.wrapping_add(model::unzigzag(value)),
            Column::Count if before == Column::Time as u64 => self.begin_ops(value),
            Column::Op => {
                self.now.op = value;
                self.now.field = Field::of_op(value);
                self.now.left = self.now.left.saturating_sub(1);
            }
            Column::Code | Column::Number | Column::Date => self.note_value(value),
            _ => {}
        }
    }

    fn begin_ops(&mut self, count: u64) {
        self.now.op = NO_OP | self.now.tag << 8 | self.now.upon;
        self.now.left = count;
        self.now.kind = NO_KIND;
        self.now.person = Person::default();
    }

    fn note_value(&mut self, value: u64) {
        self.numbers.insert(self.now.op, value);
        match self.now.field {
            Field::Kind => self.now.kind = value.min(NO_KIND),
            Field::Unit => self.unit = value,
            Field::BirthYear => self.now.person.born = Some(value),
            Field::BirthDate => self.now.person.born = Some(value / 10_000),
            Field::Sex => self.now.person.sex = Some(value),
            _ => {}
        }
    }

    /// The number said last under the same op.
    pub(super) fn last_number(&self) -> u64 {
        self.numbers.get(&self.now.op).copied().unwrap_or(0)
    }

    /// Works out the ids of the documents that were named by their creator.
    pub(super) fn link_created(&mut self) {
        let created = core::mem::take(&mut self.created);
        for (author, n) in created.iter().rev().take(LINKS_MAX).rev() {
            let id = DocumentId::created(author.device, author.incarnation, *n);
            self.note_link(&id.0);
        }
    }

    pub(super) fn note_link(&mut self, id: &[u8]) {
        self.links.retain(|known| known != id);
        if self.links.len() == LINKS_MAX {
            self.links.remove(0);
        }
        self.links.push(id.to_vec());
    }
}

/// The keys of which something is known beyond their shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Field {
    Event,
    Kind,
    Unit,
    Name,
    BirthYear,
    Sex,
    Number,
    BirthDate,
    Started,
    #[default]
    Other,
}

impl Field {
    /// The field of an op's number. Indices of the key table never change. Of a value of
    /// another type than the key's nothing is known.
    fn of_op(op: u64) -> Self {
        match op / 4 {
            _ if op % 4 == model::op::action_code::PUT_TYPED => Self::Other,
            model::op::key_code::EVENT | model::op::key_code::AGAIN => Self::Event,
            model::op::key_code::LITERAL => Self::Other,
            key => match key - model::op::key_code::TABLE {
                0 => Self::Kind,
                1 => Self::Unit,
                2 | 20 | 23 | 36 => Self::Name,
                3 => Self::BirthYear,
                4 => Self::Sex,
                17 => Self::Number,
                18 => Self::BirthDate,
                26 => Self::Started,
                _ => Self::Other,
            },
        }
    }
}

impl Change {
    /// How many digits the op's key asks for; a phone number's are its own affair.
    pub(super) fn digits(&self) -> Option<usize> {
        let index = (self.op / 4).checked_sub(model::op::key_code::TABLE)?;
        match TABLE.get(usize::try_from(index).ok()?)?.shape {
            Shape::Digits { count } => Some(count),
            _ => None,
        }
    }

    /// The local year of its time.
    pub(super) fn year(&self) -> u64 {
        let moment = UnixSeconds(model::TIME_BASE.wrapping_add(self.time));
        u64::try_from(moment.local_day().date().0).unwrap_or(0)
    }

    /// The local minute of its time.
    pub(super) fn minute(&self) -> i64 {
        UnixSeconds(model::TIME_BASE.wrapping_add(self.time))
            .local_minute()
            .0
    }
}
