//! Gathering one document's whole history, for automerge to confirm.
//!
//! Rows hold no history. It lies in the pages as they were pulled, sealed in storage, and in what
//! is mine. Pages are read one at a time, because a hamlet's are many and the phone has other
//! things to do meanwhile.

use shared::account::Account;
use shared::change::Change;
use shared::engine::Engine;
use shared::entry::Entry;
use shared::id::DocumentId;
use shared::page::Page;

use crate::client::{Client, Phase};
use crate::confirmed::{Home, Stream};
use crate::effect::Store;
use crate::folding::Reader;
use crate::input::Record;
use crate::mine::OwnState;
use crate::pulling::advance;
use crate::stored;

/// The history of one document, as far as it was read.
pub struct Accounting {
    root: DocumentId,
    prefix: Vec<u8>,
    /// What the pages read so far make of the document, and of nothing else.
    stream: Stream,
    changes: Vec<Change>,
}

impl Accounting {
    /// How the keys of the pages in [`Store::Facts`] begin that have to be read, in the order of
    /// their keys; empty if there are none.
    #[must_use]
    pub fn prefix(&self) -> &[u8] {
        &self.prefix
    }
}

impl<E: Engine> Client<E> {
    /// Begins the account of a document, by any of its ids. `None` while locked, while its stream
    /// is pulled anew, and for what this phone may write but not read: once the server has it, a
    /// stub without history is left. What is lent comes without any.
    pub fn accounting(&self, id: &DocumentId) -> Option<Accounting> {
        let state = self.state()?;
        let root = state.confirmed.root(id);
        let prefix = match state.confirmed.held(&root) {
            Some((Home::Stream(stream), _)) if state.confirmed.refills.contains_key(&stream) => {
                return None;
            }
            Some((Home::Stream(stream), _)) => stored::stream_bytes(stream).to_vec(),
            Some((Home::Alone | Home::Lent, _)) => return None,
            None => Vec::new(),
        };
        Some(Accounting {
            root,
            prefix,
            stream: Stream::default(),
            changes: Vec::new(),
        })
    }

    /// Reads one page for the account. A page that cannot be read leaves a hole, which the one
    /// who confirms finds.
    pub fn account_page(&self, accounting: &mut Accounting, record: &Record) {
        let Phase::Open(open) = &self.phase else {
            return;
        };
        let Record { key, value, .. } = record;
        let Ok(page) = stored::read_sealed::<Page>(&open.vault, Store::Facts, key, value) else {
            return;
        };
        let root = accounting.root;
        let is_wanted = |document: &DocumentId| open.state.confirmed.root(document) == root;
        let mut reader = Reader::new(&self.engine, &accounting.stream);
        let Ok(entries) = page.entries_of(is_wanted, &mut reader) else {
            return;
        };
        let folded = reader.into_folded();
        advance(&mut accounting.stream, &page, folded.rows, folded.marks);
        accounting
            .changes
            .extend(entries.into_iter().filter_map(|entry| match entry {
                Entry::Change(logged) => Some(logged.change),
                _ => None,
            }));
    }

    /// The account: what was read, what is mine, and the row in use. `None` while locked.
    pub fn account(&self, accounting: Accounting) -> Option<Account> {
        let state = self.state()?;
        let Accounting {
            root, mut changes, ..
        } = accounting;
        let mine = state.mine.of(&root);
        let folded = mine.filter(|own| !matches!(own.state, OwnState::Rebasing(_)));
        changes.extend(folded.map(|own| own.change.clone()));
        let row = state.row(&self.engine, &root);
        Some(Account { changes, row })
    }
}
