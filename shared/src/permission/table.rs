//! The tables themselves. What no row names is not allowed.

use super::{Duty, Role, Standing};
use crate::event::EventKind::{self, Confirmed, Consent, Opening, Outcome, Stage, Visit, Void};
use crate::event::Step;
use crate::id::Audience;
use crate::key::Key;
use crate::kind::Kind;
use crate::loan::Purpose;

/// Lets each of `roles` do each of `may` to documents of each of `kinds`.
pub(super) struct Rule {
    pub(super) roles: &'static [Role],
    pub(super) kinds: &'static [Kind],
    pub(super) may: &'static [May],
}

/// One permission.
pub(super) enum May {
    /// Create the document, and write its kind and unit.
    Create,
    /// Write keys.
    Write(Keys),
    /// Add events of these sorts.
    Add(&'static [EventKind]),
    /// Add every sort of event the kind may hold.
    AddAny,
}

/// Some keys of a kind.
pub(super) enum Keys {
    /// Those that only this kind has, without `counted`, which is the server's.
    OfKind,
    /// These.
    Only(&'static [Key]),
}

/// Lets each of `roles` pull streams of one audience.
pub(super) struct Pull {
    pub(super) roles: &'static [Role],
    pub(super) audience: Audience,
    pub(super) standings: &'static [Standing],
}

/// Lets documents be lent to devices of one role.
pub(super) struct Borrow {
    pub(super) role: Role,
    pub(super) purpose: Purpose,
    /// Of which audiences: the dossier alone, or its companions too.
    pub(super) audiences: &'static [Audience],
}

/// Gives each of `roles` each of `duties` at a console.
pub(super) struct Duties {
    pub(super) roles: &'static [Role],
    pub(super) duties: &'static [Duty],
}

const FIELD: &[Role] = &[Role::TeamMember, Role::TeamLead];
const POLICE: &[Role] = &[Role::CommunePolice];

const WRITE: May = May::Write(Keys::OfKind);
/// Say that the whole document was a mistake or is not ours.
const WITHDRAW: May = May::Write(Keys::Only(&[Key::WITHDRAWN]));
/// Settle conflicts and take own events back; see [`super::may_void`].
const SETTLE: May = May::Add(&[Confirmed, Void]);

/// What people of a community team see happen or are told: not what only the police or the
/// ministry know (processing, printing, returns, acceptance).
const SEEN_IN_THE_FIELD: May = May::Add(&[
    Stage(Step::CardAppointed),
    Stage(Step::CardCollected),
    Stage(Step::CardHandedOver),
    Stage(Step::CardUndeliverable),
    Stage(Step::EidLevel1),
    Stage(Step::EidCollected),
    Stage(Step::EidReported),
    Stage(Step::EidActivated),
    Stage(Step::EidOverdue),
    Stage(Step::EidLocked),
]);

/// What a mobile card team does: the first two steps of each funnel.
const DONE_BY_A_MOBILE_TEAM: May = May::Add(&[
    Stage(Step::CardAppointed),
    Stage(Step::CardCollected),
    Stage(Step::EidLevel1),
    Stage(Step::EidCollected),
]);

/// Who may write what.
pub(super) static RULES: &[Rule] = &[
    // Community teams keep their hamlets' residents. They may give a resident an identity but
    // not read it; that is the stream's audience, not this table.
    Rule {
        roles: FIELD,
        kinds: &[Kind::Dossier],
        may: &[
            May::Create,
            WRITE,
            SEEN_IN_THE_FIELD,
            May::Add(&[Visit, Consent, Outcome]),
            SETTLE,
        ],
    },
    Rule {
        roles: FIELD,
        kinds: &[Kind::Identity],
        may: &[May::Create, WRITE],
    },
    Rule {
        roles: FIELD,
        kinds: &[Kind::Session],
        may: &[May::Create, WRITE, WITHDRAW, May::Add(&[Outcome]), SETTLE],
    },
    // A notice from a hamlet reports an obstacle.
    Rule {
        roles: FIELD,
        kinds: &[Kind::Household, Kind::Place, Kind::Notice],
        may: &[May::Create, WRITE, SETTLE],
    },
    // A lead assigns work within the team.
    Rule {
        roles: &[Role::TeamLead],
        kinds: &[Kind::Shift],
        may: &[May::Create, WRITE, WITHDRAW, SETTLE],
    },
    // Commune police: all stages, cleaning, irregular cases, unions.
    Rule {
        roles: POLICE,
        kinds: &[
            Kind::Dossier,
            Kind::Identity,
            Kind::Case,
            Kind::Session,
            Kind::Household,
            Kind::Place,
            Kind::Shift,
            Kind::Notice,
        ],
        may: &[May::Create, WRITE, WITHDRAW, May::AddAny],
    },
    // A mobile card team works through its day's list: steps and home visits.
    Rule {
        roles: &[Role::MobileCardTeam],
        kinds: &[Kind::Dossier],
        may: &[
            May::Write(Keys::Only(&[Key::HOME_VISIT, Key::DUE])),
            DONE_BY_A_MOBILE_TEAM,
            May::Add(&[Visit, Consent, Void]),
        ],
    },
    // The commune's working team: targets of hamlets, schedules, supervision.
    Rule {
        roles: &[Role::CommuneTeam],
        kinds: &[Kind::Target, Kind::Team, Kind::Shift, Kind::Notice],
        may: &[May::Create, WRITE, WITHDRAW, SETTLE],
    },
    // The desk: sessions and what came of them.
    Rule {
        roles: &[Role::Desk],
        kinds: &[Kind::Session],
        may: &[May::Create, WRITE, WITHDRAW, May::Add(&[Outcome]), SETTLE],
    },
    Rule {
        roles: &[Role::Desk],
        kinds: &[Kind::Dossier],
        may: &[May::Add(&[
            Stage(Step::EidLevel1),
            Stage(Step::EidActivated),
            Outcome,
            Consent,
            Void,
        ])],
    },
    // Coordinators run campaigns and never edit a dossier; their imports are a role of their own.
    Rule {
        roles: &[Role::Coordinator],
        kinds: &[
            Kind::Campaign,
            Kind::Target,
            Kind::Team,
            Kind::Shift,
            Kind::Notice,
            Kind::Catalogue,
        ],
        may: &[May::Create, WRITE, WITHDRAW, SETTLE],
    },
    Rule {
        roles: &[Role::Coordinator, Role::Import],
        kinds: &[Kind::Balance],
        may: &[May::Create, WITHDRAW, May::Add(&[Opening, Void])],
    },
    // What a list brings, and undoing it.
    Rule {
        roles: &[Role::Import],
        kinds: &[
            Kind::Dossier,
            Kind::Identity,
            Kind::Household,
            Kind::Place,
            Kind::Target,
        ],
        may: &[May::Create, WRITE, WITHDRAW, May::AddAny],
    },
    Rule {
        roles: &[Role::Server],
        kinds: &Kind::ALL,
        may: &[May::Create, WRITE, WITHDRAW, May::AddAny],
    },
    // Exactly one linked dossier is the counted one, and only the server knows which.
    Rule {
        roles: &[Role::Server],
        kinds: &[Kind::Dossier],
        may: &[May::Write(Keys::Only(&[Key::COUNTED]))],
    },
];

/// Who may pull what. Roles without a row see figures, or single documents by short-lived grant.
pub(super) static PULLS: &[Pull] = &[
    // Their hamlets, and what stands above them: campaigns, targets, shifts, notices.
    Pull {
        roles: &[
            Role::TeamMember,
            Role::TeamLead,
            Role::CommunePolice,
            Role::CommuneTeam,
        ],
        audience: Audience::Team,
        standings: &[Standing::Hamlet, Standing::Upper, Standing::Above],
    },
    Pull {
        roles: POLICE,
        audience: Audience::Police,
        standings: &[Standing::Hamlet, Standing::Upper],
    },
    // No lists of residents: day lists and look-ups are grants of single documents.
    Pull {
        roles: &[Role::MobileCardTeam, Role::Desk, Role::Coordinator],
        audience: Audience::Team,
        standings: &[Standing::Upper, Standing::Above],
    },
    Pull {
        roles: &[Role::Server],
        audience: Audience::Team,
        standings: &Standing::ALL,
    },
    Pull {
        roles: &[Role::Server],
        audience: Audience::Police,
        standings: &Standing::ALL,
    },
];

/// To whom documents are lent; these roles touch residents' documents only while they are.
pub(super) static LOANS: &[Borrow] = &[
    // A card team fills in forms at the door and needs the number for it.
    Borrow {
        role: Role::MobileCardTeam,
        purpose: Purpose::DayList,
        audiences: &[Audience::Team, Audience::Police],
    },
    // A desk at a school or a company knows whom it waits for.
    Borrow {
        role: Role::Desk,
        purpose: Purpose::DayList,
        audiences: &[Audience::Team],
    },
    Borrow {
        role: Role::Desk,
        purpose: Purpose::LookUp,
        audiences: &[Audience::Team],
    },
];

/// Who may look one person up by the full number. The others find them by name and last digits, or
/// have the number.
pub(super) static LOOK_UPS: &[Role] = &[Role::TeamMember, Role::TeamLead, Role::Desk];

/// Who does what at a console. Nobody invites somebody with more to say than themselves.
pub(super) static DUTIES: &[Duties] = &[
    Duties {
        roles: &[
            Role::TeamLead,
            Role::CommunePolice,
            Role::CommuneTeam,
            Role::Coordinator,
            Role::Leader,
            Role::Admin,
        ],
        duties: &[Duty::Figures],
    },
    // Whoever knows the people of the place compares the check codes.
    Duties {
        roles: &[Role::CommunePolice, Role::Coordinator, Role::Admin],
        duties: &[
            Duty::Devices,
            Duty::Invite(Role::TeamMember),
            Duty::Invite(Role::TeamLead),
            Duty::Invite(Role::MobileCardTeam),
            Duty::Invite(Role::Desk),
        ],
    },
    Duties {
        roles: &[Role::Coordinator, Role::Admin],
        duties: &[
            Duty::Invite(Role::CommunePolice),
            Duty::Invite(Role::CommuneTeam),
        ],
    },
    Duties {
        roles: &[Role::Admin],
        duties: &[
            Duty::Invite(Role::Coordinator),
            Duty::Invite(Role::Leader),
            Duty::Invite(Role::Auditor),
        ],
    },
    Duties {
        roles: &[Role::CommunePolice, Role::Coordinator],
        duties: &[Duty::Decide],
    },
    // Whoever cleans the records, and whoever answers for what must not be in them.
    Duties {
        roles: &[Role::CommunePolice, Role::Auditor],
        duties: &[Duty::Refound],
    },
    Duties {
        roles: &[Role::CommunePolice, Role::Coordinator],
        duties: &[Duty::ImportPeople],
    },
    Duties {
        roles: &[Role::CommunePolice, Role::CommuneTeam, Role::Coordinator],
        duties: &[Duty::Freeze],
    },
    Duties {
        roles: &[Role::CommuneTeam, Role::Coordinator],
        duties: &[Duty::ImportTargets],
    },
    // Whoever plans the card teams' days.
    Duties {
        roles: &[Role::CommunePolice, Role::CommuneTeam, Role::Coordinator],
        duties: &[Duty::Lend],
    },
    // Whoever answers for people's rights sees what was done, and nothing about anybody.
    Duties {
        roles: &[Role::Auditor],
        duties: &[Duty::Erase, Duty::Audit],
    },
];
