//! Who may do what: the one table that phone and server read.
//!
//! A [`Grant`] gives a person a role over some units and everything below them. [`may_write`]
//! says what the role may do to a kind of document, [`may_pull`] which streams it may fetch,
//! [`may_borrow`] which single documents it may be lent,
//! [`has_duty`] what it does at a console besides; all answer no for everything the tables do not
//! name. Whether somebody *is* whom they say, and how
//! long a grant lasts, is not known here.
//!
//! The roles are those of the field (DOMAIN 2.6), and two that are not people.

use serde::{Deserialize, Serialize};

use crate::catalogue::coded;
use crate::event::EventKind;
use crate::id::{Audience, TeamId, UnitId};
use crate::key::Key;
use crate::kind::Kind;
use crate::loan::Purpose;
use crate::time::LocalDay;
use crate::unit::UnitTree;

mod table;

use table::{DUTIES, Keys, LOANS, LOOK_UPS, May, PULLS, RULES};

coded! {
    /// What somebody is, for one grant.
    Role {
        /// V1: member of a community digital-tech team. Sees the team part of its hamlets.
        TeamMember = 0, "team-member";
        /// V2: leads such a team; hamlet head.
        TeamLead = 1, "team-lead";
        /// P1: officer of the commune police. Sees everything of the commune.
        CommunePolice = 2, "commune-police";
        /// P2: mobile card team. Sees single documents of its day's lists.
        MobileCardTeam = 3, "mobile-card-team";
        /// T: the commune's working team. Sees lists, sets targets and schedules.
        CommuneTeam = 4, "commune-team";
        /// D: one-stop desk or youth guide. Sees one person at a time.
        Desk = 5, "desk";
        /// C: coordinator of a province. Sees figures; names only with a logged reason.
        Coordinator = 6, "coordinator";
        /// L: reads dashboards.
        Leader = 7, "leader";
        /// O: data-protection officer. Sees logs and requests.
        Auditor = 8, "auditor";
        /// A: keeps accounts and devices. Sees no personal data.
        Admin = 9, "admin";
        /// The server itself: links, re-founds, books balances.
        Server = 10, "server";
        /// An import run, a device of its own. Creates what a list brings, and adds to dossiers
        /// the steps that a list of elsewhere tells.
        Import = 11, "import";
    }
}

/// A role over some units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What its holder is.
    pub role: Role,
    /// The units it covers, each with everything below it: hamlets for a community team, the
    /// commune for police, the province for a coordinator.
    pub units: Vec<UnitId>,
    /// The team its holder works in.
    pub team: TeamId,
}

/// How a unit stands to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A unit of the grant or below one, with nothing below itself: where residents' documents are.
    Hamlet,
    /// A unit of the grant or below one, with units below itself.
    Upper,
    /// Above a unit of the grant.
    Above,
    /// Anything else.
    Outside,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 4] = [Self::Hamlet, Self::Upper, Self::Above, Self::Outside];

    /// Its stable kebab-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hamlet => "hamlet",
            Self::Upper => "upper",
            Self::Above => "above",
            Self::Outside => "outside",
        }
    }
}

/// One thing somebody wants to do to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Create it.
    Create,
    /// Put to, or empty, this key. A key no table has is nobody's to write: whether it is a later
    /// version's is [`crate::check`]'s question.
    Write(&'a Key),
    /// Add an event of this sort. A void needs more: see [`may_void`].
    AddEvent(EventKind),
}

/// What somebody does at a console besides reading and writing documents, within the units of the
/// grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Read figures, targets and how fresh they are.
    Figures,
    /// See devices and steer them: confirm, suspend, report lost.
    Devices,
    /// Invite a device of somebody with this role.
    Invite(Role),
    /// Decide on held changes.
    Decide,
    /// Erase people, and forbid that for the time of a legal matter.
    Erase,
    /// Read who did and looked at what.
    Audit,
    /// Take something out of a document with all its history, and undo unions.
    Refound,
    /// Import lists of people: rosters, cohorts, steps taken elsewhere.
    ImportPeople,
    /// Import targets.
    ImportTargets,
    /// Freeze reports.
    Freeze,
    /// Lend single dossiers to devices, and end loans.
    Lend,
}

impl Grant {
    /// How `unit` stands to this grant, in the tree of `day`. To the server nothing is outside.
    #[must_use]
    pub fn standing(&self, unit: UnitId, tree: &UnitTree, day: LocalDay) -> Standing {
        let covers = |root: &UnitId| tree.is_within(unit, *root, day);
        let lies_below = |root: &UnitId| tree.is_within(*root, unit, day);
        if self.role == Role::Server || self.units.iter().any(covers) {
            match tree.children(unit, day).next() {
                Some(_) => Standing::Upper,
                None => Standing::Hamlet,
            }
        } else if self.units.iter().any(lies_below) {
            Standing::Above
        } else {
            Standing::Outside
        }
    }

    /// Whether its holder may do this to a document of `kind` whose unit stands so.
    #[must_use]
    pub fn may_write(&self, standing: Standing, kind: Kind, operation: Operation<'_>) -> bool {
        let covered = matches!(standing, Standing::Hamlet | Standing::Upper);
        covered && may_write(self.role, kind, operation)
    }

    /// Whether its holder has this duty in `unit`, in the tree of `day`.
    #[must_use]
    pub fn has_duty(&self, duty: Duty, unit: UnitId, tree: &UnitTree, day: LocalDay) -> bool {
        let standing = self.standing(unit, tree, day);
        matches!(standing, Standing::Hamlet | Standing::Upper) && has_duty(self.role, duty)
    }

    /// Whether its holder may pull a stream of this audience whose unit stands so.
    #[must_use]
    pub fn may_pull(&self, standing: Standing, audience: Audience) -> bool {
        may_pull(self.role, audience, standing)
    }
}

/// Whether the role may do this to documents of `kind` in its units.
#[must_use]
pub fn may_write(role: Role, kind: Kind, operation: Operation<'_>) -> bool {
    belongs(kind, operation)
        && RULES
            .iter()
            .filter(|rule| rule.roles.contains(&role) && rule.kinds.contains(&kind))
            .flat_map(|rule| rule.may)
            .any(|may| may.allows(operation))
}

/// Whether the role may void an event of sort `target` in documents of `kind`: whoever may add
/// such an event may void one, and nobody else, so a team cannot take back what only an officer
/// enters. Where the target is itself a void, the gate asks for each event that one names, since
/// undoing a void brings those back.
#[must_use]
pub fn may_void(role: Role, kind: Kind, target: EventKind) -> bool {
    [EventKind::Void, target]
        .into_iter()
        .all(|sort| may_write(role, kind, Operation::AddEvent(sort)))
}

/// Whether the role may pull a stream of this audience whose unit stands so to its grant.
#[must_use]
pub fn may_pull(role: Role, audience: Audience, standing: Standing) -> bool {
    PULLS.iter().any(|pull| {
        pull.roles.contains(&role)
            && pull.audience == audience
            && pull.standings.contains(&standing)
    })
}

/// Whether the role has this duty in its units.
#[must_use]
pub fn has_duty(role: Role, duty: Duty) -> bool {
    DUTIES
        .iter()
        .any(|row| row.roles.contains(&role) && row.duties.contains(&duty))
}

/// Whether a device of this role may be lent documents for this, and of which audiences.
#[must_use]
pub fn may_borrow(role: Role, purpose: Purpose, audience: Audience) -> bool {
    LOANS.iter().any(|loan| {
        loan.role == role && loan.purpose == purpose && loan.audiences.contains(&audience)
    })
}

/// Whether the role works on documents of `kind` only while they are lent to it.
#[must_use]
pub fn needs_loan(role: Role, kind: Kind) -> bool {
    let is_of_a_resident = matches!(kind, Kind::Dossier | Kind::Identity | Kind::Case);
    is_of_a_resident && LOANS.iter().any(|loan| loan.role == role)
}

/// Whether the role may look one person up by the full number.
#[must_use]
pub fn may_look_up(role: Role) -> bool {
    LOOK_UPS.contains(&role)
}

/// Whether a document of `kind` has such a key or event at all.
fn belongs(kind: Kind, operation: Operation<'_>) -> bool {
    match operation {
        Operation::Create => true,
        Operation::Write(key) => key
            .spec()
            .is_some_and(|spec| spec.kind.is_none_or(|owner| owner == kind)),
        Operation::AddEvent(sort) => sort.belongs_in(kind),
    }
}

impl May {
    fn allows(&self, operation: Operation<'_>) -> bool {
        match (self, operation) {
            // Whoever creates a document says what it is and where it belongs.
            (Self::Create, Operation::Write(key)) => [Key::KIND, Key::UNIT].contains(key),
            (Self::Create, Operation::Create) => true,
            (Self::Write(keys), Operation::Write(key)) => keys.has(key),
            (Self::Add(sorts), Operation::AddEvent(sort)) => sorts.contains(&sort),
            (Self::AddAny, Operation::AddEvent(_)) => true,
            _ => false,
        }
    }
}

impl Keys {
    fn has(&self, key: &Key) -> bool {
        match self {
            Self::Only(keys) => keys.contains(key),
            Self::OfKind => {
                let of_one_kind = key.spec().is_some_and(|spec| spec.kind.is_some());
                of_one_kind && *key != Key::COUNTED
            }
        }
    }
}

#[cfg(test)]
mod tests;
