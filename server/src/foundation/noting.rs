//! Notes for a store that an earlier version wrote: once, when it is opened, before anybody asks.

use shared::id::DocumentId;
use shared::kind::Kind;

use super::{FoundationError, write};
use crate::ledger::Ledger;
use crate::ledger::about::{About, put_about};
use crate::ledger::noted::{put_doubled, put_note};
use crate::store::{Put, Redb};

/// What [`About::Noted`] says of a store whose documents all have their notes.
pub(super) const NOTED: u32 = 1;

/// Documents opened at once.
const OPENED_AT_ONCE: usize = 1_024;

/// Writes the notes of every document and tag, unless they are there. What was begun and broken
/// off is done again from the beginning.
pub(super) async fn note_all(ledger: &Ledger<Redb>) -> Result<(), FoundationError> {
    let noted = ledger.about::<u32>(About::Noted).await?.record;
    if noted.is_some_and(|version| version >= NOTED) {
        return Ok(());
    }
    tracing::info!("an earlier version wrote this store: its notes are made once");
    note_documents(ledger).await?;
    note_tags(ledger).await?;
    write(ledger.store(), vec![put_about(About::Noted, &NOTED)]).await
}

async fn note_documents(ledger: &Ledger<Redb>) -> Result<(), FoundationError> {
    let mut after = None;
    loop {
        let page = ledger.kinds(after).await?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = Some(*last);
        let may_be_noted = |(_, kind): &&(DocumentId, Kind)| {
            !matches!(kind, Kind::Identity | Kind::Case | Kind::Target)
        };
        let ids: Vec<DocumentId> = page
            .iter()
            .filter(may_be_noted)
            .map(|(id, _)| *id)
            .collect();
        for some in ids.chunks(OPENED_AT_ONCE) {
            let documents = ledger.documents(some).await?;
            let note = |(id, document): &(DocumentId, _)| {
                let document: &crate::ledger::document::Document = document;
                let says = (document.place.kind, &document.row);
                put_note(*id, says, ledger.secrets().commons())
            };
            put_all(ledger, documents.iter().filter_map(note).collect()).await?;
        }
    }
}

async fn note_tags(ledger: &Ledger<Redb>) -> Result<(), FoundationError> {
    let mut after = None;
    loop {
        let page = ledger.tags(after).await?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = Some(*last);
        let doubled = page.iter().filter(|(_, record)| record.dossiers.len() > 1);
        let puts = doubled.map(|(tag, _)| put_doubled(tag.0, true)).collect();
        put_all(ledger, puts).await?;
    }
}

async fn put_all(ledger: &Ledger<Redb>, puts: Vec<Put>) -> Result<(), FoundationError> {
    match puts.is_empty() {
        true => Ok(()),
        false => write(ledger.store(), puts).await,
    }
}
