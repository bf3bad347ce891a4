//! Stories that once ended badly, as short as they could be told.

use client_core::input::History;
use server::server::DeviceStep;
use shared::event::Step;

use super::lives;
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
