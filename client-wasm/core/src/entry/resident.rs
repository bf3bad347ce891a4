//! What is entered about one resident.

use shared::catalogue::{Language, PhoneOwner, Residence};
use shared::engine::Engine;
use shared::event::{Consent, ConsentHow, Source, Stage, Step, Visit, VisitResult, What};
use shared::field::card_text::OldNumber;
use shared::field::{PartialDate, PersonName, PersonalNumber, Phone, Sex, TextField};
use shared::id::{ActorId, Companion};
use shared::key::{Key, TABLE};
use shared::kind::Kind;
use shared::reason::Reason;
use shared::value::Value;

use super::desk::{Desk, existing, named, text};
use super::{Entry, EntryError, Facts, FunnelName, NewPerson};
use crate::input::{DocumentWrite, DossierTarget, Put, Target};

impl<E: Engine> Desk<'_, E> {
    pub(super) fn person(&self, person: &NewPerson) -> Result<Vec<DocumentWrite>, EntryError> {
        let mut puts = vec![Put::key(Key::NAME, name_value(&person.name)?)];
        let mut identity = Vec::new();
        if let Some(sex) = person.sex {
            puts.push(Put::key(Key::SEX, sex_value(sex.into())));
        }
        if !person.birth.trim().is_empty() {
            let [year, date] = self.birth_values(&person.birth)?;
            puts.push(Put::key(Key::BIRTH_YEAR, year));
            identity.push(Put::key(Key::BIRTH_DATE, date));
        }
        if let Some(residence) = &person.residence {
            puts.push(Put::key(Key::RESIDENCE, residence_value(residence)?));
        }
        if !person.address.trim().is_empty() {
            puts.push(Put::key(Key::ADDRESS, text(&person.address)?));
        }
        if let Some(household) = &person.household {
            puts.push(Put::key(Key::HOUSEHOLD, self.link(household)?));
        }
        if !person.phone.trim().is_empty() {
            puts.push(Put::key(Key::PHONE, phone_value(&person.phone)?));
        }
        if !person.number.trim().is_empty() {
            let [last3, number] = number_values(&person.number)?;
            puts.push(Put::key(Key::LAST3, last3));
            identity.push(Put::key(Key::NUMBER, number));
        }
        if let Some(old) = OldNumber::parse(&person.old_number) {
            identity.push(Put::key(Key::OLD_NUMBER, Value::Text(old.to_string())));
        }
        let target = Target::New {
            kind: Kind::Dossier,
            unit: self.home()?,
        };
        let mut writes = vec![DocumentWrite { target, puts }];
        writes.extend(of_identity(DossierTarget::Written(0), identity));
        Ok(writes)
    }

    pub(super) fn facts(
        &self,
        document: &str,
        facts: &Facts,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let id = self.document(document)?;
        let (mut values, mut identity) = (Vec::new(), Vec::new());
        if let Some(name) = &facts.name {
            values.push((Key::NAME, name_value(name)?));
        }
        if let Some(sex) = facts.sex {
            values.push((Key::SEX, sex_value(sex.into())));
        }
        if let Some(birth) = &facts.birth {
            let [year, date] = self.birth_values(birth)?;
            values.push((Key::BIRTH_YEAR, year));
            identity.push(Put::key(Key::BIRTH_DATE, date));
        }
        if let Some(number) = &facts.number {
            let [last3, number] = number_values(number)?;
            values.push((Key::LAST3, last3));
            identity.push(Put::key(Key::NUMBER, number));
        }
        values.extend(self.contact(facts)?);
        let mut puts = Vec::new();
        for (key, value) in values {
            puts.extend(self.put(&id, key, value)?);
        }
        let mut writes = match puts.is_empty() {
            true => Vec::new(),
            false => existing(id, puts),
        };
        writes.extend(of_identity(DossierTarget::Existing(id), identity));
        Ok(writes)
    }

    /// How a resident is reached and how they belong here.
    fn contact(&self, facts: &Facts) -> Result<Vec<(Key, Value)>, EntryError> {
        let mut values = Vec::new();
        if let Some(phone) = &facts.phone {
            let value = match phone.trim().is_empty() {
                true => Value::Null,
                false => phone_value(phone)?,
            };
            values.push((Key::PHONE, value));
        }
        if let Some(owner) = &facts.phone_owner {
            let owner = named(PhoneOwner::ALL, owner, |one| one.name())?;
            values.push((Key::PHONE_OWNER, Value::Uint(owner.code().into())));
        }
        if let Some(residence) = &facts.residence {
            values.push((Key::RESIDENCE, residence_value(residence)?));
        }
        if let Some(address) = &facts.address {
            values.push((Key::ADDRESS, text(address)?));
        }
        if let Some(note) = &facts.note {
            values.push((Key::NOTE, text(note)?));
        }
        if let Some(needed) = facts.home_visit {
            values.push((Key::HOME_VISIT, Value::Bool(needed)));
        }
        if let Some(household) = &facts.household {
            let value = match household.is_empty() {
                true => Value::Null,
                false => self.link(household)?,
            };
            values.push((Key::HOUSEHOLD, value));
        }
        Ok(values)
    }

    fn birth_values(&self, typed: &str) -> Result<[Value; 2], EntryError> {
        let birth = self.birth(typed)?;
        let packed = birth.to_packed();
        Ok([birth.year().into(), packed].map(|number: u32| Value::Uint(number.into())))
    }

    /// A document of this phone as a value.
    pub(super) fn link(&self, hexadecimal: &str) -> Result<Value, EntryError> {
        let id = self.document(hexadecimal)?;
        let state = self.client.state().ok_or(EntryError::NotReady)?;
        Ok(Value::Bytes(state.confirmed.root(&id).0.to_vec()))
    }

    pub(super) fn consent(&self, entry: &Entry) -> Result<Vec<DocumentWrite>, EntryError> {
        let Entry::Consent {
            document,
            text_version,
            language,
            how,
            withdrawn,
        } = entry
        else {
            return Err(EntryError::UnknownName);
        };
        let id = self.document(document)?;
        let consent = Consent {
            text_version: *text_version,
            language: named(Language::ALL, language, |one| one.name())?,
            how: named(ConsentHow::ALL, how, |one| one.name())?,
            withdrawn: *withdrawn,
        };
        Ok(existing(id, vec![self.event(&id, What::Consent(consent))?]))
    }

    pub(super) fn same(
        &self,
        document: &str,
        other: Option<&str>,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let id = self.document(document)?;
        let value = match other {
            Some(other) => self.link(other)?,
            None => Value::Null,
        };
        if value == self.link(document)? {
            return Err(EntryError::UnknownName);
        }
        Ok(existing(id, self.put(&id, Key::SAME_AS, value)?))
    }

    pub(super) fn visit(
        &self,
        document: &str,
        result: &str,
        note: &str,
        again: Option<u32>,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let id = self.document(document)?;
        let note = TextField::clean(note).map_err(|e| EntryError::Typed(e.code()))?;
        let visit = Visit {
            result: named(VisitResult::ALL, result, |one| one.name())?,
            note: note.as_str().to_owned(),
        };
        let mut puts = vec![self.event(&id, What::Visit(visit))?];
        // Whoever came has kept what was promised.
        let was_due = self
            .client
            .row(&id)
            .get(&Key::DUE)
            .is_some_and(|due| *due != Value::Null);
        match again {
            Some(again) => puts.push(Put::key(Key::DUE, Value::Uint(again.into()))),
            None if was_due => puts.push(Put::key(Key::DUE, Value::Null)),
            None => {}
        }
        Ok(existing(id, puts))
    }

    pub(super) fn step(
        &self,
        document: &str,
        step: &str,
        on: u32,
        source: &str,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let id = self.document(document)?;
        let on = PartialDate::from_packed(on).map_err(|e| EntryError::Typed(e.code()))?;
        let is_today = on == PartialDate::of_day(self.now.local_day());
        let stage = Stage {
            step: named(Step::ALL, step, |one| one.name())?,
            on: (!is_today).then_some(on),
            source: named(Source::ALL, source, |one| one.name())?,
        };
        Ok(existing(id, vec![self.event(&id, What::Stage(stage))?]))
    }

    pub(super) fn reason(
        &self,
        document: &str,
        funnel: FunnelName,
        reason: &str,
        note: &str,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let id = self.document(document)?;
        let reason = named(Reason::ALL, reason, |one| one.name())?;
        let key = match funnel {
            FunnelName::Card => Key::CARD_REASON,
            FunnelName::Eid => Key::EID_REASON,
        };
        let mut puts = vec![Put::key(key, Value::Uint(reason.code().into()))];
        let note = TextField::clean(note).map_err(|e| EntryError::Typed(e.code()))?;
        if !note.is_empty() {
            puts.push(Put::key(Key::NOTE, Value::from(note.as_str())));
        }
        Ok(existing(id, puts))
    }

    pub(super) fn choose(
        &self,
        document: &str,
        key: &str,
        actor: &str,
    ) -> Result<Vec<DocumentWrite>, EntryError> {
        let id = self.document(document)?;
        let spec = TABLE.iter().find(|spec| spec.name == key);
        let key = Key::from(spec.ok_or(EntryError::UnknownName)?);
        let actor: ActorId = actor.parse().map_err(|_| EntryError::UnknownName)?;
        let row = self.client.row(&id);
        let live = row.live(&key);
        let chosen = live.iter().find(|cell| cell.id.actor == actor);
        let value = chosen.ok_or(EntryError::UnknownName)?.value.clone();
        Ok(existing(id, self.put(&id, key, value)?))
    }
}

fn of_identity(of: DossierTarget, puts: Vec<Put>) -> Option<DocumentWrite> {
    let which = Companion::Identity;
    let target = Target::Companion { which, of };
    (!puts.is_empty()).then_some(DocumentWrite { target, puts })
}

fn name_value(typed: &str) -> Result<Value, EntryError> {
    let name = PersonName::clean(typed).map_err(|e| EntryError::Typed(e.code()))?;
    Ok(Value::from(name.as_str()))
}

fn sex_value(sex: Sex) -> Value {
    Value::Uint(sex.code().into())
}

fn phone_value(typed: &str) -> Result<Value, EntryError> {
    let phone = Phone::parse(typed).map_err(|e| EntryError::Typed(e.code()))?;
    Ok(Value::Text(phone.to_string()))
}

/// The last three digits, and all of them.
fn number_values(typed: &str) -> Result<[Value; 2], EntryError> {
    let number = PersonalNumber::parse(typed).map_err(|e| EntryError::Typed(e.code()))?;
    Ok([number.last3(), String::from(number)].map(Value::Text))
}

fn residence_value(name: &str) -> Result<Value, EntryError> {
    let residence = named(Residence::ALL, name, |one| one.name())?;
    Ok(Value::Uint(residence.code().into()))
}
