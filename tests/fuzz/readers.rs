//! What reads bytes without knowing anything: envelopes, facts, pages, files.

use shared::armor::Gathering;
use shared::bundle::Bundle;
use shared::enrol::EnrolRequest;
use shared::entry::Entry;
use shared::facts::{Form, decode, encode};
use shared::id::DeviceId;
use shared::names::Names;
use shared::news::News;
use shared::page::{Page, Rows};
use shared::parcel::unpack;
use shared::pull::{PullAnswer, PullRequest};
use shared::receipt::Receipt;
use shared::row::Row;
use shared::signed::Signed;
use shared::spoken::Spoken;

use crate::mutate::{Chance, mutated};
use crate::{Target, gate};

type Read = fn(&[u8]);

struct Reader {
    name: &'static str,
    corpus: Vec<Vec<u8>>,
    read: Read,
}

impl Target for Reader {
    fn name(&self) -> &'static str {
        self.name
    }

    fn input(&mut self, chance: &mut Chance) -> Vec<u8> {
        mutated(&self.corpus, chance)
    }

    fn read(&mut self, input: &[u8]) {
        (self.read)(input);
    }
}

/// Every reader, with what it honestly reads.
pub fn all() -> Vec<Box<dyn Target>> {
    let honest = gate::honest();
    let readers: [(&'static str, Vec<Vec<u8>>, Read); 4] = [
        ("header", honest.messages, header),
        ("facts", honest.plains, facts),
        ("page", honest.pages, page),
        ("armor", honest.texts, armor),
    ];
    readers
        .into_iter()
        .map(|(name, corpus, read)| Box::new(Reader { name, corpus, read }) as Box<dyn Target>)
        .collect()
}

fn header(bytes: &[u8]) {
    let _ = Bundle::read(bytes).map(|bundle| bundle.header().serial);
    let _ = News::read(bytes);
    let _ = unpack(bytes);
    let _ = Signed::<Receipt>::read(bytes);
    let _ = Signed::<PullAnswer>::read(bytes);
    let _ = Signed::<PullRequest>::read(bytes);
    let _ = Signed::<EnrolRequest>::read(bytes);
    let _ = Signed::<Names>::read(bytes);
    let _ = Signed::<Spoken>::read(bytes);
    let _ = Entry::from_bytes(bytes);
    let _ = Row::from_bytes(bytes);
}

/// A batch that was read is spelled as it was read.
fn facts(bytes: &[u8]) {
    for form in [Form::Bundle(DeviceId([7; 16])), Form::Page] {
        if let Ok(batch) = decode(bytes, form) {
            let again = encode(&batch, form);
            assert_eq!(decode(&again, form).as_ref(), Ok(&batch));
        }
    }
}

struct Nothing;

impl Rows for Nothing {
    fn row(&self, _: &shared::id::DocumentId) -> Row {
        Row::default()
    }

    fn show(&mut self, _: &Entry) {}
}

fn page(bytes: &[u8]) {
    if let Ok(page) = postcard::from_bytes::<Page>(bytes) {
        let _ = page.written();
        let _ = page.entries(&mut Nothing);
    }
}

fn armor(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut set = Gathering::default();
    let _ = set.add(&text);
    let _ = shared::armor::read(&text);
}
