//! Events: their stamp is nearly always now, here and the same team.

use super::line::Said;
use super::{Teller, Topic};
use crate::event::{Event, PAYLOAD_VERSION, Stamp};
use crate::facts::{FactsError, model};
use crate::id::{TeamId, UnitId};
use crate::time::LocalMinute;

impl Teller<'_> {
    /// An event's payload. One that this build cannot read is said byte by byte.
    pub(super) fn event(&mut self, given: &[u8], max: usize) -> Said<Vec<u8>> {
        let parts = parts(given);
        if !self.line.flag(Topic::IsEvent.of(0), parts.is_some())? {
            return self.blob(given, max);
        }
        let (what, stamp) = parts.unzip();
        let mut found = vec![PAYLOAD_VERSION];
        self.what(what.unwrap_or(&[]), &mut found, max)?;
        let stamp = self.stamp(stamp.as_ref())?;
        let found =
            postcard::to_extend(&stamp, found).expect("a stamp has no form postcard cannot write");
        match found.len() <= max {
            true => Ok(found),
            false => Err(FactsError::TooLarge),
        }
    }

    /// What happened, appended to `found`.
    fn what(&mut self, given: &[u8], found: &mut Vec<u8>, max: usize) -> Said<()> {
        let byte = |position: usize| given.get(position).copied().unwrap_or(0);
        let topic = Topic::What.of(0);
        let kind = self
            .line
            .code(topic.knowing(self.memory.now.upon), 8, byte(0).into())? as u8;
        let topic = topic.part(1).knowing(kind.into());
        let len = self.line.number(topic, given.len() as u64)?;
        let len = usize::try_from(len)
            .ok()
            .filter(|len| (1..=max).contains(len));
        let len = len.ok_or(FactsError::TooLarge)?;
        let mut what = vec![kind];
        while what.len() < len {
            let position = what.len();
            match id_bytes(&what).min(len - position) {
                0 => {
                    let next = self.what_byte(&what, byte(position))?;
                    what.push(next);
                }
                16 => {
                    let given = given.get(position..position + 16).unwrap_or(&[0; 16]);
                    what.extend(self.link(given)?);
                }
                count => {
                    let given = given.get(position..position + count).unwrap_or(&[]);
                    what.extend(self.line.raw(given, count)?);
                }
            }
        }
        found.extend(what);
        Ok(())
    }

    fn what_byte(&mut self, before: &[u8], given: u8) -> Said<u8> {
        const TEXT_FROM: usize = 4;
        match before {
            [.., last] if before.len() < TEXT_FROM => {
                let detail = u64::from(before[0]) | (before.len() as u64) << 8;
                let topic = Topic::WhatByte.of(detail).knowing((*last).into());
                Ok(self.line.code(topic, 8, given.into())? as u8)
            }
            _ => self.letter(before, given),
        }
    }

    fn stamp(&mut self, given: Option<&Stamp>) -> Said<Stamp> {
        let now = self.memory.now.minute();
        let topic = Topic::At.of(0);
        let later = given.map_or(0, |stamp| stamp.at.0.wrapping_sub(now));
        let later = self.line.number(topic, model::zigzag(later))?;
        let unit = given.map_or(0, |stamp| stamp.unit.0.into());
        let unit = self.same_or_number(topic.part(1), self.memory.unit, unit)?;
        let team = given.map_or(0, |stamp| stamp.team.0.into());
        let team = self.same_or_number(topic.part(2), self.memory.team, team)?;
        (self.memory.unit, self.memory.team) = (unit, team);
        let small = |number: u64| u32::try_from(number).map_err(|_| FactsError::Malformed);
        Ok(Stamp {
            at: LocalMinute(now.wrapping_add(model::unzigzag(later))),
            unit: UnitId(small(unit)?),
            team: TeamId(small(team)?),
        })
    }
}

/// What happened, and its stamp.
fn parts(payload: &[u8]) -> Option<(&[u8], Stamp)> {
    let stamp = Event::from_payload(payload).ok()?.stamp;
    let stamp_bytes = postcard::to_allocvec(&stamp).ok()?.len();
    let end = payload.len().checked_sub(stamp_bytes)?;
    Some((payload.get(1..end)?, stamp))
}

/// How many bytes of an id come next, if one does: a void names events, an outcome documents.
fn id_bytes(what: &[u8]) -> usize {
    const EVENT: usize = 8;
    const DOCUMENT: usize = 16;
    match what {
        [2, count, ids @ ..] if *count < 0x80 && ids.len() < usize::from(*count) * EVENT => EVENT,
        [5, 1] | [5, 0, 1] => DOCUMENT,
        [5, 1, id @ .., 1] if id.len() == DOCUMENT => DOCUMENT,
        _ => 0,
    }
}
