use std::fmt::Write as _;

use super::*;
use crate::event::Step;
use crate::golden;
use crate::key::TABLE;
use crate::unit::{Period, UnitKind, UnitName, UnitVersion};

const STEP: EventKind = EventKind::Stage(Step::EidActivated);

fn adds(role: Role, kind: Kind, sort: EventKind) -> bool {
    may_write(role, kind, Operation::AddEvent(sort))
}

fn writes(role: Role, kind: Kind, key: &Key) -> bool {
    may_write(role, kind, Operation::Write(key))
}

#[test]
fn only_the_server_says_which_dossier_counts() {
    for &role in Role::ALL {
        let may = writes(role, Kind::Dossier, &Key::COUNTED);
        assert_eq!(may, role == Role::Server, "{}", role.name());
    }
}

#[test]
fn only_police_and_server_touch_cases() {
    for &role in Role::ALL {
        let may = may_write(role, Kind::Case, Operation::Create)
            || TABLE
                .iter()
                .any(|spec| writes(role, Kind::Case, &Key::from(spec)))
            || EventKind::all().any(|sort| adds(role, Kind::Case, sort));
        assert_eq!(may, [Role::CommunePolice, Role::Server].contains(&role));
    }
}

#[test]
fn leaders_auditors_and_admins_write_and_pull_nothing() {
    for role in [Role::Leader, Role::Auditor, Role::Admin] {
        assert!(Kind::ALL.iter().all(|&kind| allowed(role, kind).is_empty()));
        assert_eq!(pulled(role), "");
    }
}

#[test]
fn nobody_voids_what_only_others_may_enter() {
    let accepted = EventKind::Stage(Step::EidAccepted);
    assert!(!may_void(Role::TeamMember, Kind::Dossier, accepted));
    assert!(may_void(Role::TeamMember, Kind::Dossier, STEP));
    assert!(may_void(Role::CommunePolice, Kind::Dossier, accepted));
}

#[test]
fn whoever_writes_an_outcome_on_a_dossier_may_activate() {
    for &role in Role::ALL {
        assert!(!adds(role, Kind::Dossier, EventKind::Outcome) || adds(role, Kind::Dossier, STEP));
    }
}

/// Province 1, in it commune 2, in that the hamlets 3 and 4.
fn tree() -> UnitTree {
    let unit = |id, parent: Option<u32>, kind| UnitVersion {
        id: UnitId(id),
        code: None,
        kind,
        name: UnitName::vietnamese("Mẫu"),
        parent: parent.map(UnitId),
        valid: Period::default(),
        successors: Vec::new(),
    };
    UnitTree::new(vec![
        unit(1, None, UnitKind::Province),
        unit(2, Some(1), UnitKind::Commune),
        unit(3, Some(2), UnitKind::Hamlet),
        unit(4, Some(2), UnitKind::Hamlet),
    ])
    .unwrap()
}

fn grant(role: Role, unit: u32) -> Grant {
    Grant {
        role,
        units: vec![UnitId(unit)],
        team: TeamId(1),
    }
}

#[test]
fn a_grant_covers_its_units_and_what_is_below_them() {
    let tree = tree();
    let standings = |grant: &Grant| {
        [1, 2, 3, 4].map(|unit| grant.standing(UnitId(unit), &tree, LocalDay(19_000)))
    };
    use Standing::{Above, Hamlet, Outside, Upper};
    let member = grant(Role::TeamMember, 3);
    assert_eq!(standings(&member), [Above, Above, Hamlet, Outside]);
    assert_eq!(
        standings(&grant(Role::CommunePolice, 2)),
        [Above, Upper, Hamlet, Hamlet]
    );
    assert!(member.may_write(Hamlet, Kind::Dossier, Operation::Create));
    assert!(!member.may_write(Above, Kind::Dossier, Operation::Create));
    assert!(member.may_pull(Above, Audience::Team) && !member.may_pull(Outside, Audience::Team));
}

#[test]
fn a_duty_is_done_in_the_units_of_the_grant_and_below_and_nowhere_else() {
    let tree = tree();
    let done = |grant: &Grant, duty| {
        [1, 2, 3, 4].map(|unit| grant.has_duty(duty, UnitId(unit), &tree, LocalDay(19_000)))
    };
    let police = grant(Role::CommunePolice, 2);
    assert_eq!(done(&police, Duty::Decide), [false, true, true, true]);
    assert_eq!(done(&police, Duty::ImportTargets), [false; 4]);
    let lead = grant(Role::TeamLead, 3);
    assert_eq!(done(&lead, Duty::Figures), [false, false, true, false]);
    assert_eq!(done(&lead, Duty::Decide), [false; 4]);
}

/// What the role may do to the kind, in words.
fn allowed(role: Role, kind: Kind) -> Vec<String> {
    let mut parts = Vec::new();
    if may_write(role, kind, Operation::Create) {
        parts.push("create".to_owned());
    }
    let keys = TABLE.iter().map(Key::from);
    let keys = keys
        .filter(|key| writes(role, kind, key))
        .map(|key| key.to_string());
    let sorts = EventKind::all().filter(|sort| adds(role, kind, *sort));
    let lists: [(&str, Vec<String>); 2] = [
        ("write", keys.collect()),
        ("add", sorts.map(|sort| sort.name().to_owned()).collect()),
    ];
    for (verb, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
        parts.push(format!("{verb} {}", list.join(" ")));
    }
    parts
}

fn pulled(role: Role) -> String {
    let pairs = Audience::ALL
        .into_iter()
        .flat_map(|audience| Standing::ALL.map(|standing| (audience, standing)));
    let may = pairs.filter(|(audience, standing)| may_pull(role, *audience, *standing));
    may.map(|(audience, standing)| format!(" {audience:?}/{}", standing.name()))
        .collect()
}

fn borrowed(role: Role) -> String {
    let pairs = Purpose::ALL
        .iter()
        .flat_map(|purpose| Audience::ALL.map(|audience| (*purpose, audience)));
    let may = pairs.filter(|(purpose, audience)| may_borrow(role, *purpose, *audience));
    may.map(|(purpose, audience)| format!(" {}/{audience:?}", purpose.name()))
        .collect()
}

#[test]
fn only_those_who_pull_no_hamlet_are_lent_documents() {
    for &role in Role::ALL {
        let follows = may_pull(role, Audience::Team, Standing::Hamlet);
        assert!(
            !(follows && needs_loan(role, Kind::Dossier)),
            "{}",
            role.name()
        );
        let police = Purpose::ALL
            .iter()
            .any(|purpose| may_borrow(role, *purpose, Audience::Police));
        assert_eq!(police, role == Role::MobileCardTeam);
    }
    assert!(needs_loan(Role::Desk, Kind::Dossier) && !needs_loan(Role::Desk, Kind::Session));
}

fn duties(role: Role) -> String {
    let plain = [
        Duty::Figures,
        Duty::Devices,
        Duty::Decide,
        Duty::Erase,
        Duty::Audit,
        Duty::Refound,
        Duty::ImportPeople,
        Duty::ImportTargets,
        Duty::Freeze,
        Duty::Lend,
    ];
    let invites = Role::ALL.iter().map(|&whom| Duty::Invite(whom));
    let had = plain.into_iter().chain(invites);
    had.filter(|duty| has_duty(role, *duty))
        .map(|duty| format!(" {duty:?}"))
        .collect()
}

/// Every role x kind x operation, every role x audience x standing, and every role x duty.
fn whole_table() -> String {
    let mut text = String::from("# Who may do what; what is not named is not allowed.\n");
    for &role in Role::ALL {
        writeln!(text, "\n{} {}", role.code(), role.name()).unwrap();
        for kind in Kind::ALL {
            let parts = allowed(role, kind);
            if !parts.is_empty() {
                writeln!(text, "  {kind:?}: {}", parts.join("; ")).unwrap();
            }
        }
        writeln!(text, "  pull:{}", pulled(role)).unwrap();
        let lent = borrowed(role);
        if !lent.is_empty() {
            writeln!(text, "  lent:{lent}").unwrap();
        }
        if may_look_up(role) {
            writeln!(text, "  looks up by number").unwrap();
        }
        let duties = duties(role);
        if !duties.is_empty() {
            writeln!(text, "  duty:{duties}").unwrap();
        }
    }
    text
}

#[test]
fn the_whole_table_is_the_golden_one() {
    golden::check("permissions.txt", &whole_table());
}

#[test]
fn nobody_invites_the_server_an_import_or_an_admin() {
    for &role in Role::ALL {
        for whom in [Role::Server, Role::Import, Role::Admin] {
            assert!(!has_duty(role, Duty::Invite(whom)));
        }
    }
}

#[test]
fn whoever_invites_also_steers_devices() {
    for &role in Role::ALL {
        let invites = Role::ALL
            .iter()
            .any(|&whom| has_duty(role, Duty::Invite(whom)));
        assert_eq!(invites, has_duty(role, Duty::Devices), "{}", role.name());
    }
}

#[test]
fn a_team_member_has_no_duty_at_a_console() {
    assert_eq!(duties(Role::TeamMember), "");
}
