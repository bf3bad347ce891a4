//! Stories that once ended badly, as short as they could be told.

use client_core::input::History;
use server::gate::Decided;
use server::server::DeviceStep;
use shared::event::Step;

use super::lives;
use crate::world::phone::Trouble;
use crate::world::story::{Happening, Story, Written};
use crate::world::{Fate, HAMLETS, NewResident};

const AN: usize = 0;
const BINH: usize = 1;
const DUNG: usize = 2;

fn records(phone: usize, name: &str, number: Option<&str>) -> Happening {
    Happening::Records {
        phone,
        resident: NewResident {
            hamlet: HAMLETS[0],
            name: name.to_owned(),
            birth_year: 1952,
            number: number.map(str::to_owned),
            phone: None,
        },
    }
}

fn writes(phone: usize, which: usize, what: Written) -> Happening {
    Happening::Writes { phone, which, what }
}

fn restarts(phone: usize, history: History) -> Happening {
    Happening::Restarts { phone, history }
}

const MOVES: Happening = Happening::MessageMoves(Fate::FAIR);

/// Bình was suspended with three edits of one dossier held, restarted from a copy, and what he
/// wrote upon them came in a later bundle. Released, the dossier was united with An's, and the
/// last edit waited under the old name for ever.
#[test]
fn work_upon_held_work_is_released_with_it_across_a_union() {
    let number = Some("099052000002");
    let happenings = vec![
        records(AN, "Huỳnh Út", number),
        records(DUNG, "Lê Văn Đẹp", None),
        records(BINH, "Trần Thị Lan", number),
        writes(AN, 797, Written::Name("Trần Thị Lan")),
        writes(BINH, 439, Written::Phone("0957111110".to_owned())),
        writes(BINH, 118, Written::Phone("0957111113".to_owned())),
        Happening::Steered {
            phone: BINH,
            step: DeviceStep::Suspend,
        },
        Happening::TimePasses { seconds: 27_900 },
        MOVES,
        MOVES,
        writes(BINH, 193, Written::Reached(Step::CardCollected)),
        restarts(AN, History::Certain),
        restarts(DUNG, History::Certain),
        MOVES,
        restarts(BINH, History::Uncertain),
        MOVES,
        Happening::MessageMoves(Fate {
            which: 61,
            ..Fate::FAIR
        }),
    ];
    lives(Story {
        seed: 3164,
        happenings,
    });
}

/// A repeated bundle was answered with the receipt of the former epoch, which the phone rightly
/// ignored, for ever.
#[test]
fn a_restored_server_answers_repeated_bundles_in_its_own_epoch() {
    let happenings = vec![
        records(BINH, "Huỳnh Út", None),
        Happening::FindsSignal { phone: BINH },
        MOVES,
        MOVES,
        Happening::CopiesServer,
        records(BINH, "Trần Thị Lan", Some("099052000003")),
        Happening::FindsSignal { phone: BINH },
        MOVES,
        Happening::RestoresServer,
    ];
    lives(Story {
        seed: 15,
        happenings,
    });
}

/// The identity that came with a refused dossier waited for it on the server for ever.
#[test]
fn what_waits_for_a_refused_dossier_is_handed_back_with_it() {
    let happenings = vec![
        records(DUNG, "Huỳnh Út", Some("099052000003")),
        Happening::HandsOut { phone: DUNG },
        Happening::Steered {
            phone: DUNG,
            step: DeviceStep::Suspend,
        },
        MOVES,
        Happening::Decides {
            which: 0,
            decided: Decided::Refused,
        },
    ];
    lives(Story {
        seed: 21,
        happenings,
    });
}

/// An edit that named its dossier by the first bytes of its id came before the dossier, and was
/// not found by the commit that brought it.
#[test]
fn a_restored_server_takes_edits_and_what_they_stand_on_in_any_order() {
    let happenings = vec![
        Happening::CopiesServer,
        records(DUNG, "Huỳnh Út", Some("099052000001")),
        Happening::FindsSignal { phone: DUNG },
        MOVES,
        MOVES,
        writes(DUNG, 0, Written::Name("Lâm Đời")),
        Happening::RestoresServer,
    ];
    lives(Story {
        seed: 30,
        happenings,
    });
}

/// The work refused for a wrong clock was made again under the same number, and the restored
/// server, to which the clock was right by then, took the first for a copy's.
#[test]
fn work_refused_for_its_clock_may_arrive_on_a_restored_server_after_all() {
    let happenings = vec![
        records(DUNG, "Lâm Đời", None),
        Happening::CopiesServer,
        records(DUNG, "Trần Thị Lan", Some("099052000002")),
        Happening::FindsSignal { phone: DUNG },
        MOVES,
        MOVES,
        Happening::ClockIs {
            phone: DUNG,
            ahead_seconds: 36 * 3600,
        },
        writes(DUNG, 0, Written::Phone("0957111112".to_owned())),
        Happening::FindsSignal { phone: DUNG },
        MOVES,
        MOVES,
        Happening::RestoresServer,
    ];
    lives(Story {
        seed: 407,
        happenings,
    });
}

/// A restored phone that died before it could note its new life went on in the old one.
#[test]
fn a_restored_phone_that_dies_at_once_still_begins_a_new_life() {
    let happenings = vec![
        Happening::CopiesPhone { phone: AN },
        records(AN, "Huỳnh Út", None),
        Happening::GivesTo {
            phone: AN,
            colleague: BINH,
        },
        Happening::Meets {
            phone: AN,
            trouble: Trouble::DiesBefore,
            after: 0,
        },
        Happening::RestoresPhone { phone: AN },
        records(AN, "Lê Văn Đẹp", Some("099052000003")),
    ];
    lives(Story {
        seed: 24,
        happenings,
    });
}

/// A backup that had the first bundle of a phone's second life was taken to have all of its first
/// one, which a restored server had lost.
#[test]
fn a_backup_of_a_later_life_says_nothing_of_earlier_ones() {
    let unanswered = Fate {
        unanswered: true,
        ..Fate::FAIR
    };
    let happenings = vec![
        Happening::CopiesServer,
        Happening::TimePasses { seconds: 42 * 60 },
        Happening::RestoresServer,
        records(DUNG, "Lâm Đời", Some("099052000001")),
        MOVES,
        MOVES,
        MOVES,
        MOVES,
        writes(DUNG, 720, Written::Phone("0957111119".to_owned())),
        Happening::GivesTo {
            phone: DUNG,
            colleague: BINH,
        },
        Happening::RestoresServer,
        Happening::TimePasses { seconds: 268 * 60 },
        MOVES,
        Happening::MessageMoves(unanswered),
        Happening::CopiesServer,
    ];
    lives(Story {
        seed: 43,
        happenings,
    });
}

/// What somebody had written where they do not work any more, and a coordinator approved, stayed
/// on their phone for ever, in its list and in its figures.
#[test]
fn whoever_works_elsewhere_keeps_no_work_from_where_they_may_not_read() {
    let elsewhere = Happening::Assigned {
        phone: AN,
        hamlet: HAMLETS[1],
    };
    let number = Some("099052000002");
    lives(Story::with(
        1,
        vec![records(AN, "Huỳnh Út", number), elsewhere.clone()],
    ));
    let sent = [Happening::FindsSignal { phone: AN }, MOVES, MOVES, MOVES];
    let mut happenings = vec![records(AN, "Huỳnh Út", number)];
    happenings.extend(sent);
    happenings.push(elsewhere);
    lives(Story::with(1, happenings));
}

/// When somebody was forgotten, the phone destroyed the history of all their neighbours and took
/// it for a disagreement with automerge.
#[test]
fn after_somebody_is_forgotten_everybody_else_can_still_be_accounted_for() {
    lives(Story::with(
        34,
        vec![
            records(DUNG, "Lê Văn Đẹp", None),
            records(AN, "Huỳnh Út", Some("099050000003")),
            Happening::FindsSignal { phone: AN },
            MOVES,
            MOVES,
            MOVES,
            Happening::Erases { which: 0 },
        ],
    ));
}

/// A server restored to before somebody got other work numbered its assignments anew, and the
/// phone, which knew a higher number, stayed with what no longer held.
#[test]
fn a_restored_server_says_anew_who_works_where() {
    let works = |hamlet| Happening::Assigned { phone: AN, hamlet };
    lives(Story::with(
        33,
        vec![
            Happening::CopiesServer,
            works(HAMLETS[1]),
            works(HAMLETS[0]),
            Happening::FindsSignal { phone: AN },
            MOVES,
            Happening::RestoresServer,
            works(HAMLETS[1]),
            records(BINH, "Lâm Đời", None),
        ],
    ));
}

/// A phone whose clock was months off took what it had just sent for long kept, and let go of it
/// before any backup had it.
#[test]
fn a_wrong_clock_lets_go_of_nothing_that_a_restored_server_needs() {
    for days in [-200, 200] {
        let wrong = Happening::ClockIs {
            phone: AN,
            ahead_seconds: days * 86_400,
        };
        let mut happenings = vec![
            records(AN, "Lâm Đời", None),
            Happening::CopiesServer,
            Happening::TimePasses { seconds: 600 },
        ];
        let moves = [MOVES, MOVES, MOVES, MOVES];
        match days {
            ..0 => happenings.extend([wrong].into_iter().chain(moves)),
            _ => happenings.extend(moves.into_iter().chain([wrong])),
        }
        happenings.push(Happening::FindsSignal { phone: AN });
        happenings.extend([MOVES, MOVES, Happening::RestoresServer]);
        lives(Story::with(568, happenings));
    }
}
