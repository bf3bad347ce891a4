//! Stories that once ended badly, as short as they could be told.

use client_core::input::History;
use server::gate::Decided;
use server::server::DeviceStep;
use shared::event::Step;
use shared::key::Key;

use super::lives;
use crate::world::marks::Mark;
use crate::world::office::{Dialect, Post};
use crate::world::phone::Trouble;
use crate::world::story::{Happening, PEOPLE, Story, Written};
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
    lives(Story::with(3164, happenings));
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
    lives(Story::with(15, happenings));
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
    lives(Story::with(21, happenings));
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
    lives(Story::with(30, happenings));
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
    lives(Story::with(407, happenings));
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
    lives(Story::with(24, happenings));
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
    lives(Story::with(43, happenings));
}

/// What somebody had written where they do not work any more, and a coordinator approved, stayed
/// on their phone for ever, in its list and in its figures.
#[test]
fn whoever_works_elsewhere_keeps_no_work_from_where_they_may_not_read() {
    let elsewhere = Happening::Assigned {
        phone: AN,
        post: Post::TeamOf(HAMLETS[1]),
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
    let works = |post| Happening::Assigned { phone: AN, post };
    lives(Story::with(
        33,
        vec![
            Happening::CopiesServer,
            works(Post::TeamOf(HAMLETS[1])),
            works(Post::TeamOf(HAMLETS[0])),
            Happening::FindsSignal { phone: AN },
            MOVES,
            Happening::RestoresServer,
            works(Post::TeamOf(HAMLETS[1])),
            records(BINH, "Lâm Đời", None),
        ],
    ));
}

/// A phone whose clock was set right again waited for what the wrong one had called the future.
#[test]
fn a_clock_that_is_put_right_keeps_nobody_waiting() {
    lives(Story::with(
        474,
        vec![
            Happening::ClockIs {
                phone: AN,
                ahead_seconds: 36 * 3600,
            },
            Happening::ServerSpeaks(Dialect::Earlier),
            records(AN, "Trần Thị Lan", Some("099052000001")),
            Happening::FindsSignal { phone: AN },
            MOVES,
            MOVES,
        ],
    ));
}

/// A phone whose clock was years off took what it had just sent for long kept, and let go of it
/// before any backup had it.
#[test]
fn a_wrong_clock_lets_go_of_nothing_that_a_restored_server_needs() {
    for years in [-6, 6] {
        let wrong = Happening::ClockIs {
            phone: AN,
            ahead_seconds: years * 365 * 86_400,
        };
        let mut happenings = vec![
            records(AN, "Lâm Đời", None),
            Happening::CopiesServer,
            Happening::TimePasses { seconds: 600 },
        ];
        let moves = [MOVES, MOVES, MOVES, MOVES];
        match years {
            ..0 => happenings.extend([wrong].into_iter().chain(moves)),
            _ => happenings.extend(moves.into_iter().chain([wrong])),
        }
        happenings.push(Happening::FindsSignal { phone: AN });
        happenings.extend([MOVES, MOVES, Happening::RestoresServer]);
        lives(Story::with(568, happenings));
    }
}

/// A phone that left a hamlet with unsent work there lost what that stood upon, and made it again
/// upon nothing.
#[test]
fn work_left_behind_in_another_hamlet_still_stands_upon_what_it_was_written_on() {
    lives(Story::with(
        273,
        vec![
            records(DUNG, "Trần Thị Lan", None),
            Happening::SendsParcel { phone: DUNG },
            writes(DUNG, 0, Written::Reached(Step::CardCollected)),
            MOVES,
            Happening::ClockIs {
                phone: DUNG,
                ahead_seconds: 6 * 365 * 86_400,
            },
            Happening::Assigned {
                phone: DUNG,
                post: Post::TeamOf(HAMLETS[1]),
            },
            writes(DUNG, 0, Written::Name("Huỳnh Út")),
        ],
    ));
}

/// What a restored phone packed again was held, and so was the original that a colleague carried:
/// approved, it was told in the receipt of one of the two, and the phone waited for the other's.
#[test]
fn held_work_that_came_in_two_bundles_is_answered_in_both() {
    lives(Story::with(
        127,
        vec![
            records(AN, "Trần Thị Lan", Some("099050000002")),
            Happening::CopiesPhone { phone: AN },
            Happening::GivesTo {
                phone: AN,
                colleague: BINH,
            },
            Happening::Assigned {
                phone: AN,
                post: Post::TeamOf(HAMLETS[1]),
            },
            Happening::RestoresPhone { phone: AN },
        ],
    ));
}

/// A phone changed its keys after the backup, and the server that was restored from it knew none
/// of what the phone signed, for ever.
#[test]
fn a_server_restored_from_before_a_change_of_keys_is_told_of_it_again() {
    let clock = |years: i64| Happening::ClockIs {
        phone: AN,
        ahead_seconds: years * 365 * 86_400,
    };
    // Two changes: the restored server must be told of the first before the second.
    for changes in [vec![2, 0], vec![2, 4, 0]] {
        let mut happenings = vec![Happening::CopiesServer];
        for years in changes {
            happenings.extend([clock(years), Happening::FindsSignal { phone: AN }]);
            happenings.extend(vec![MOVES; 6]);
        }
        happenings.extend([records(AN, "Lâm Đời", None), Happening::RestoresServer]);
        let ending = lives(Story::with(885, happenings));
        assert!(ending.marks.contains(&Mark::SignedWithAnotherKey));
    }
}

/// Two copies of a phone each began a new life, and gave it one number: from then on they called
/// different people by one name. The server took the first; the second was made again upon the
/// first one's row, as if the two were one person.
#[test]
fn copies_that_begin_a_new_life_under_one_number_record_two_people() {
    let copy = PEOPLE;
    let lives_on = |phone| restarts(phone, History::Uncertain);
    let happenings = vec![
        records(AN, "Trần Thị Lan", None),
        Happening::IsCloned { phone: AN },
        lives_on(AN),
        records(AN, "Lâm Đời", Some("099052000001")),
        records(copy, "Huỳnh Út", Some("099052000002")),
        writes(AN, 0, Written::Reached(Step::CardCollected)),
        writes(copy, 0, Written::Reached(Step::EidActivated)),
        Happening::FindsSignal { phone: AN },
        MOVES,
        MOVES,
        MOVES,
        Happening::FindsSignal { phone: copy },
        MOVES,
        MOVES,
        lives_on(AN),
        lives_on(copy),
        records(copy, "Lê Văn Đẹp", None),
    ];
    let ending = lives(Story::with(1, happenings));
    let names = ending.rows.values().filter_map(|row| row.get(&Key::NAME));
    let mut names: Vec<&str> = names.filter_map(|name| name.as_text()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Huỳnh Út", "Lâm Đời", "Lê Văn Đẹp", "Trần Thị Lan"]);
    assert!(ending.marks.contains(&Mark::Forked));
    assert_eq!(
        ending.rows.values().flat_map(|row| row.conflicts()).count(),
        0
    );
}

/// Two copies of a phone handed in one resident each for themselves; by then its owner worked
/// elsewhere. What waited for the dossier was woken for both at once and held for one of them.
#[test]
fn what_wakes_in_two_bundles_at_once_is_held_in_both() {
    lives(Story::with(
        629,
        vec![
            records(AN, "Huỳnh Út", Some("099050000003")),
            Happening::Assigned {
                phone: AN,
                post: Post::TeamOf(HAMLETS[1]),
            },
            Happening::IsCloned { phone: AN },
        ],
    ));
}

/// An had moved on to another hamlet when the dossier she had still to hand an edit in for went
/// on under a new name, and another after that, of which no page would ever tell her phone: the
/// edit waited for ever.
#[test]
fn an_edit_for_a_former_hamlet_is_made_again_under_every_new_name() {
    let happenings = vec![
        Happening::IsEmptied { phone: AN },
        records(AN, "Lâm Đời", Some("099052000001")),
        Happening::TimePasses { seconds: 97 * 60 },
        writes(AN, 0, Written::Name("Lê Văn Đẹp")),
        MOVES,
        Happening::Refounds { which: 0 },
        Happening::Assigned {
            phone: AN,
            post: Post::TeamOf(HAMLETS[1]),
        },
        Happening::Refounds { which: 0 },
    ];
    let ending = lives(Story::with(100_130, happenings));
    assert!(ending.marks.contains(&Mark::Rebased));
}

/// The work of one copy was refused for its clock and made again by a later life under its old
/// name. What the other copy had begun under that name came after it and was taken for an edit:
/// two people in two hamlets became one.
#[test]
fn a_copys_resident_never_joins_one_that_was_made_again() {
    let elsewhere = Happening::Records {
        phone: PEOPLE,
        resident: NewResident {
            hamlet: HAMLETS[1],
            name: "Huỳnh Út".to_owned(),
            birth_year: 1951,
            number: Some("099051000002".to_owned()),
            phone: None,
        },
    };
    let happenings = vec![
        Happening::IsCloned { phone: AN },
        Happening::ClockIs {
            phone: AN,
            ahead_seconds: 36 * 3600,
        },
        restarts(AN, History::Uncertain),
        Happening::Assigned {
            phone: DUNG,
            post: Post::TeamOf(HAMLETS[0]),
        },
        elsewhere,
        records(AN, "Lâm Đời", None),
    ];
    let ending = lives(Story::with(100_229, happenings));
    let names = ending.rows.values().filter_map(|row| row.get(&Key::NAME));
    let mut names: Vec<&str> = names.filter_map(|name| name.as_text()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Huỳnh Út", "Lâm Đời"]);
}

/// An edit was parked on a restored server for its dossier. A new life packed the dossier with
/// the next edit and without the parked one: the two bundles waited for each other for ever.
#[test]
fn a_beginning_never_waits_for_an_edit_of_it() {
    let happenings = vec![
        Happening::Steered {
            phone: AN,
            step: DeviceStep::Suspend,
        },
        Happening::CopiesServer,
        records(AN, "Lâm Đời", Some("099050000030")),
        Happening::FindsSignal { phone: AN },
        MOVES,
        Happening::RestoresServer,
        Happening::SendsParcel { phone: AN },
        writes(AN, 0, Written::Phone("0957111119".to_owned())),
        restarts(AN, History::Certain),
        writes(AN, 0, Written::Reached(Step::EidActivated)),
        Happening::MessageMoves(Fate {
            which: 98,
            ..Fate::FAIR
        }),
        restarts(AN, History::Uncertain),
    ];
    lives(Story::with(203_341, happenings));
}

/// After this happened, somebody records a resident whom the coordinator must approve; approved,
/// the dossier goes on under two other names before the phone hears of it.
fn goes_on_twice_after(happened: Happening, phone: usize) -> Vec<Happening> {
    vec![
        happened,
        records(phone, "Lâm Đời", Some("099052000030")),
        Happening::FindsSignal { phone },
        MOVES,
        Happening::Decides {
            which: 0,
            decided: Decided::Approved,
        },
        Happening::Refounds { which: 0 },
        Happening::Refounds { which: 0 },
    ]
}

/// The number that came with a dossier for another hamlet waited on the phone for ever when the
/// dossier went on under another name, which nobody would tell this phone: it is handed back.
#[test]
fn a_companion_out_of_reach_is_handed_back() {
    let moved = Happening::Assigned {
        phone: BINH,
        post: Post::TeamOf(HAMLETS[1]),
    };
    lives(Story::with(487, goes_on_twice_after(moved, BINH)));
}

/// The number of a resident waited with the dossier for the coordinator, and the dossier went on
/// under two other names before the phone heard of it: the number followed the first only.
#[test]
fn a_companion_follows_its_dossier_through_every_new_name() {
    let suspended = Happening::Steered {
        phone: AN,
        step: DeviceStep::Suspend,
    };
    lives(Story::with(261, goes_on_twice_after(suspended, AN)));
}

/// An edit upon two dossiers that were one waited on a restored server for both. The second came
/// and they were united again, and nobody looked whether anything had waited for that.
#[test]
fn what_waits_for_both_of_two_is_woken_when_they_are_united() {
    let number = Some("099050000003");
    let happenings = vec![
        Happening::CopiesServer,
        records(BINH, "Huỳnh Út", number),
        records(DUNG, "Huỳnh Út", number),
        Happening::FindsSignal { phone: BINH },
        MOVES,
        MOVES,
        Happening::FindsSignal { phone: DUNG },
        MOVES,
        MOVES,
        Happening::FindsSignal { phone: AN },
        MOVES,
        MOVES,
        MOVES,
        writes(AN, 0, Written::Name("Lâm Đời")),
        Happening::RestoresServer,
    ];
    lives(Story::with(0, happenings));
}
