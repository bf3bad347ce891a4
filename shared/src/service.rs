//! The services that guidance is about: a dated catalogue, and how a session names those guided.
//!
//! Numbers stand in outcomes and sessions: append only. Who leads a service changes by law, so each
//! lead has the day from which it holds; a session of an earlier day is read with the lead of that
//! day. The words people read belong to the screens.

use serde::{Deserialize, Serialize};

use crate::field::PartialDate;
use crate::time::LocalDay;

/// Services one session may name.
pub const SERVICES_GUIDED_MAX: usize = 8;

/// Steps of one service that a session can say were reached.
pub const SERVICE_STEPS_MAX: u8 = 32;

/// Who leads a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Lead {
    /// The team itself, with the resident's phone.
    Team,
    Police,
    Justice,
    Insurance,
    Finance,
    Land,
    Transport,
    Education,
    Labour,
    Power,
}

/// One service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// Its number in outcomes and sessions.
    pub number: u16,
    /// Its stable name: what catalogues of texts are keyed by.
    pub name: &'static str,
    /// By which it stands in the decision that lists it; empty for what no decision lists.
    pub code: &'static str,
    /// Who leads it, from which day (packed) on; in order.
    pub leads: &'static [(u32, Lead)],
    /// The day (packed) from which it is offered no more.
    pub until: Option<u32>,
}

/// The day of the decision that lists the 25 essential services.
const DECISION_06: u32 = 20_220_106;
/// The day on which driving licences and criminal records went over to the police.
const POLICE_TAKE_OVER: u32 = 20_250_301;

const TEAM: &[(u32, Lead)] = &[(DECISION_06, Lead::Team)];
const POLICE: &[(u32, Lead)] = &[(DECISION_06, Lead::Police)];
const JUSTICE: &[(u32, Lead)] = &[(DECISION_06, Lead::Justice)];
const POWER: &[(u32, Lead)] = &[(DECISION_06, Lead::Power)];

const fn own(number: u16, name: &'static str) -> Service {
    let (code, leads, until) = ("", TEAM, None);
    Service {
        number,
        name,
        code,
        leads,
        until,
    }
}

const fn listed(
    number: u16,
    code: &'static str,
    name: &'static str,
    leads: &'static [(u32, Lead)],
) -> Service {
    let until = None;
    Service {
        number,
        name,
        code,
        leads,
        until,
    }
}

/// Every service: first what teams do with a resident's phone, then the decision's 25 in its order.
pub static SERVICES: &[Service] = &[
    own(1, "activate"),
    own(2, "password"),
    own(3, "submit"),
    own(4, "integrate"),
    own(5, "sim"),
    listed(101, "D06-01", "d06-01-old-number", POLICE),
    listed(102, "D06-02", "d06-02-card-renewal", POLICE),
    listed(103, "D06-03", "d06-03-permanent-residence", POLICE),
    listed(104, "D06-04", "d06-04-temporary-residence", POLICE),
    listed(105, "D06-05", "d06-05-absence", POLICE),
    listed(106, "D06-06", "d06-06-lodging", POLICE),
    listed(107, "D06-07", "d06-07-motorbike-plate", POLICE),
    listed(108, "D06-08", "d06-08-traffic-fine", POLICE),
    listed(109, "D06-09", "d06-09-birth", JUSTICE),
    listed(110, "D06-10", "d06-10-death", JUSTICE),
    listed(111, "D06-11", "d06-11-marriage", JUSTICE),
    listed(112, "D06-12", "d06-12-passport", POLICE),
    listed(113, "D06-13", "d06-13-seal", POLICE),
    listed(114, "D06-14", "d06-14-small-seal", POLICE),
    listed(115, "D06-15", "d06-15-linked-birth", JUSTICE),
    listed(116, "D06-16", "d06-16-linked-death", JUSTICE),
    listed(
        117,
        "D06-17",
        "d06-17-health-insurance",
        &[(DECISION_06, Lead::Insurance)],
    ),
    listed(118, "D06-18", "d06-18-tax", &[(DECISION_06, Lead::Finance)]),
    listed(119, "D06-19", "d06-19-land", &[(DECISION_06, Lead::Land)]),
    listed(
        120,
        "D06-20",
        "d06-20-driving-licence",
        &[
            (DECISION_06, Lead::Transport),
            (POLICE_TAKE_OVER, Lead::Police),
        ],
    ),
    listed(
        121,
        "D06-21",
        "d06-21-exam",
        &[(DECISION_06, Lead::Education)],
    ),
    listed(
        122,
        "D06-22",
        "d06-22-criminal-record",
        &[
            (DECISION_06, Lead::Justice),
            (POLICE_TAKE_OVER, Lead::Police),
        ],
    ),
    listed(
        123,
        "D06-23",
        "d06-23-unemployment",
        &[(DECISION_06, Lead::Labour)],
    ),
    listed(124, "D06-24", "d06-24-new-power", POWER),
    listed(125, "D06-25", "d06-25-power-contract", POWER),
];

impl Service {
    /// The service with this number, if this build knows it.
    #[must_use]
    pub fn numbered(number: u16) -> Option<&'static Self> {
        SERVICES.iter().find(|one| one.number == number)
    }

    /// Who leads it on `day`; `None` while it is not offered.
    #[must_use]
    pub fn lead(&self, day: LocalDay) -> Option<Lead> {
        let day = PartialDate::of_day(day).to_packed();
        if self.until.is_some_and(|until| until <= day) {
            return None;
        }
        let held = self.leads.iter().filter(|(since, _)| *since <= day);
        held.map(|(_, lead)| *lead).next_back()
    }
}

/// One service of a session, with the steps of its list that were reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guided {
    /// Its number in the catalogue.
    pub service: u16,
    /// Bit `n` is set if step `n` of the service's list was done.
    pub steps: u32,
}

/// Why bytes are no list of services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a list of services; show the outcomes' service instead")]
pub struct BadServices;

/// A session's services as they stand in the key `svc`: per service its number and its steps, each
/// as an unsigned LEB128. At most [`SERVICES_GUIDED_MAX`] are kept.
#[must_use]
pub fn services_to_bytes(guided: &[Guided]) -> Vec<u8> {
    let kept = guided.iter().take(SERVICES_GUIDED_MAX);
    kept.flat_map(|one| postcard::to_allocvec(one).unwrap_or_default())
        .collect()
}

/// Reads what [`services_to_bytes`] wrote.
///
/// # Errors
/// [`BadServices`] for any other bytes.
pub fn services_from_bytes(bytes: &[u8]) -> Result<Vec<Guided>, BadServices> {
    let (mut left, mut all) = (bytes, Vec::new());
    while !left.is_empty() {
        if all.len() == SERVICES_GUIDED_MAX {
            return Err(BadServices);
        }
        let (one, rest) = postcard::take_from_bytes::<Guided>(left).map_err(|_| BadServices)?;
        all.push(one);
        left = rest;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_stand_once_and_fit_the_decisions_order() {
        for (at, one) in SERVICES.iter().enumerate() {
            let others = &SERVICES[at + 1..];
            assert!(others.iter().all(|other| other.number > one.number));
            assert!(others.iter().all(|other| other.name != one.name));
        }
        let listed = SERVICES.iter().filter(|one| !one.code.is_empty());
        assert_eq!(listed.count(), 25);
    }

    #[test]
    fn eleven_services_were_led_by_the_police_and_thirteen_are() {
        let led = |year, month| {
            let day = LocalDay::from_date(year, month, 1).unwrap();
            let of_police = |one: &&Service| one.lead(day) == Some(Lead::Police);
            SERVICES.iter().filter(of_police).count()
        };
        assert_eq!((led(2023, 2), led(2025, 2), led(2025, 3)), (11, 11, 13));
        assert_eq!(led(2021, 12), 0);
    }

    #[test]
    fn a_sessions_services_come_back_and_other_bytes_are_none() {
        let guided = [(1, 0b1011), (103, 0), (122, u32::MAX)];
        let guided = guided.map(|(service, steps)| Guided { service, steps });
        let bytes = services_to_bytes(&guided);
        assert_eq!(bytes, [1, 11, 103, 0, 122, 255, 255, 255, 255, 15]);
        assert_eq!(services_from_bytes(&bytes), Ok(guided.to_vec()));
        assert_eq!(services_from_bytes(&bytes[..9]), Err(BadServices));
        let many = [1, 0].repeat(SERVICES_GUIDED_MAX + 1);
        assert_eq!(services_from_bytes(&many), Err(BadServices));
    }
}
