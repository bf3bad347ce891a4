//! Households, places, and what is told upward.

use shared::catalogue::{AreaType, NoticeKind, PlaceKind};
use shared::engine::Engine;
use shared::key::Key;
use shared::kind::Kind;
use shared::value::Value;

use super::desk::{Desk, existing, named, text};
use super::{EntryError, Household, NewPlace};
use crate::input::{DocumentWrite, Put, Target};

/// The code of what has no name where one is needed.
const NAMELESS: EntryError = EntryError::Typed("name-empty");

impl<E: Engine> Desk<'_, E> {
    pub(super) fn household(&self, typed: &Household) -> Result<Vec<DocumentWrite>, EntryError> {
        let name = text(&typed.name)?;
        if name == Value::Null {
            return Err(NAMELESS);
        }
        let mut puts = vec![Put::key(Key::HOUSEHOLD_NAME, name)];
        let place = [
            (Key::HOUSEHOLD_ADDRESS, &typed.address),
            (Key::CANAL, &typed.canal),
        ];
        let is_new = typed.document.is_none();
        for (key, words) in place {
            let value = text(words)?;
            // What never stood there need not be emptied.
            if !(is_new && value == Value::Null) {
                puts.push(Put::key(key, value));
            }
        }
        let (target, link) = match &typed.document {
            Some(document) => {
                let target = Target::Existing(self.document(document)?);
                (target, self.link(document)?)
            }
            None => {
                let (kind, unit) = (Kind::Household, self.home()?);
                let link = Value::Bytes(self.next_document()?.0.to_vec());
                (Target::New { kind, unit }, link)
            }
        };
        let mut writes = vec![DocumentWrite { target, puts }];
        if let Some(member) = &typed.member {
            let id = self.document(member)?;
            writes.extend(existing(id, self.put(&id, Key::HOUSEHOLD, link)?));
        }
        Ok(writes)
    }

    pub(super) fn place(&self, typed: &NewPlace) -> Result<Vec<DocumentWrite>, EntryError> {
        let name = text(&typed.name)?;
        if name == Value::Null {
            return Err(NAMELESS);
        }
        let kind = named(PlaceKind::ALL, &typed.place, |one| one.name())?;
        let mut puts = vec![
            Put::key(Key::PLACE_NAME, name),
            Put::key(Key::PLACE_KIND, Value::Uint(kind.code().into())),
        ];
        if let Some(area) = &typed.area {
            let area = named(AreaType::ALL, area, |one| one.name())?;
            puts.push(Put::key(Key::AREA_TYPE, Value::Uint(area.code().into())));
        }
        let address = text(&typed.address)?;
        if address != Value::Null {
            puts.push(Put::key(Key::PLACE_ADDRESS, address));
        }
        self.begun(Kind::Place, puts)
    }

    pub(super) fn notice(
        &self,
        notice: &str,
        words: &str,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let words = text(words)?;
        if words == Value::Null {
            return Err(EntryError::Typed("text-empty"));
        }
        let notice = named(NoticeKind::ALL, notice, |one| one.name())?;
        let puts = vec![
            Put::key(Key::NOTICE_TEXT, words),
            Put::key(Key::NOTICE_KIND, Value::Uint(notice.code().into())),
        ];
        self.begun(Kind::Notice, puts)
    }

    fn begun(&self, kind: Kind, puts: Vec<Put>) -> Result<Vec<DocumentWrite>, EntryError> {
        let unit = self.home()?;
        let target = Target::New { kind, unit };
        Ok(vec![DocumentWrite { target, puts }])
    }
}
