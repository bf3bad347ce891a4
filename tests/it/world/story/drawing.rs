//! Stories drawn from chance.

use client_core::input::History;
use server::gate::Decided;
use server::server::DeviceStep;
use shared::event::Step;

use super::{Happening, PEOPLE_MAX, Story, Written};
use crate::world::luck::Luck;
use crate::world::office::{Dialect, Post};
use crate::world::phone::Trouble;
use crate::world::{Fate, HAMLETS, NewResident};

/// Few names and few numbers for many saves: the same citizen is recorded again and again.
const NAMES: [&str; 4] = ["Lê Văn Đẹp", "Trần Thị Lan", "Huỳnh Út", "Lâm Đời"];

/// What sort of bad luck a world has, so that no software could help: what stood in neither of
/// two copies is lost if phones and server are both restored in one world.
#[derive(Debug, Clone, Copy)]
enum BadLuck {
    PhonesRestored,
    PhonesCloned,
    PhonesLost,
    ServerRestored,
}

/// Who there is and what befalls them.
struct Drawing {
    luck: Luck,
    people: usize,
    bad_luck: BadLuck,
    happenings: Vec<Happening>,
}

impl Story {
    /// The story of a seed, with as many people and as long as the seed says: 2 to 6 people, 5 to
    /// 119 turns.
    pub fn of_seed(seed: u64) -> Self {
        let people = [3, 2, 3, 4, 3, 6][(seed % 6) as usize];
        Self::of_people(seed, (people, 5 + (seed.wrapping_mul(37) % 115) as usize))
    }

    /// A story of 20 to 60 people and 400 to 1,200 turns.
    pub fn large(seed: u64) -> Self {
        let people = 20 + (seed.wrapping_mul(17) % 41) as usize;
        Self::of_people(seed, (people.min(PEOPLE_MAX), people * 20))
    }

    /// The story of a seed with the usual people, of `turns` turns.
    pub fn drawn(seed: u64, turns: usize) -> Self {
        Self::of_people(seed, (super::PEOPLE, turns))
    }

    fn of_people(seed: u64, (people, turns): (usize, usize)) -> Self {
        // A stream of its own: the world draws keys from the seed itself.
        let mut luck = Luck::new(seed).fork();
        let bad_luck = *luck.one_of(&[
            BadLuck::PhonesRestored,
            BadLuck::PhonesCloned,
            BadLuck::PhonesLost,
            BadLuck::ServerRestored,
        ]);
        let mut upkeep = luck.clone().fork();
        let mut drawing = Drawing {
            luck,
            people,
            bad_luck,
            happenings: Vec::new(),
        };
        for _ in 0..turns {
            drawing.turn();
            // By a chance of its own: whether anything is closed changes nothing else.
            drawing.happenings.extend(kept_up(&mut upkeep, bad_luck));
        }
        Self {
            seed,
            people,
            happenings: drawing.happenings,
        }
    }
}

impl Drawing {
    /// Usually one happening; a moment with signal moves several messages.
    fn turn(&mut self) {
        let phone = self.phone();
        let bad_luck = self.bad_luck;
        let which = self.luck.below(20);
        let luck = &mut self.luck;
        let happening = match which {
            0 | 1 => Happening::Records {
                phone,
                resident: resident(luck),
            },
            2..=4 => Happening::Writes {
                phone,
                which: luck.below(1_000),
                what: written(luck),
            },
            5 => Happening::Meets {
                phone,
                trouble: *luck.one_of(&Trouble::ALL),
                after: luck.below(3),
            },
            6 => Happening::Restarts {
                phone,
                history: *luck.one_of(&[History::Certain, History::Uncertain]),
            },
            7 => Happening::FindsSignal { phone },
            8 => Happening::TimePasses {
                seconds: 60 * (1 + luck.below(600) as i64),
            },
            9 => self.by_hand(phone),
            // A day and a half ahead, an hour behind, years off, or right.
            10 => Happening::ClockIs {
                phone,
                ahead_seconds: match bad_luck {
                    // Years make a phone change its keys. A copy from before has the old ones only:
                    // its work still comes in, but no news goes to a key that was replaced.
                    BadLuck::PhonesCloned | BadLuck::PhonesRestored => {
                        *luck.one_of(&[DAY_AND_A_HALF, -3600, 0, 0])
                    }
                    _ => *luck.one_of(&[DAY_AND_A_HALF, -3600, YEARS, -YEARS, 0, 0, 0]),
                },
            },
            11 => Happening::GivesTo {
                phone,
                colleague: self.colleague_of(phone),
            },
            12 => Happening::Decides {
                which: luck.below(1_000),
                decided: decided(luck, self.bad_luck),
            },
            13 if luck.percent(25) => return self.plot(phone),
            13 => self.rare(phone),
            14 | 15 => self.at_a_desk(phone),
            _ => {
                let moved = luck.below(6 + self.people);
                (self.happenings).extend((0..moved).map(|_| Happening::MessageMoves(storm(luck))));
                return;
            }
        };
        self.happenings.push(happening);
    }

    /// What seldom comes together by itself, in its order; the world around it goes on.
    fn plot(&mut self, phone: usize) {
        let resident = NewResident {
            number: Some(format!("099050{:06}", self.luck.below(1_000))),
            birth_year: 1950,
            ..resident(&mut self.luck)
        };
        let records = |phone| Happening::Records {
            phone,
            resident: resident.clone(),
        };
        let messages = 20 + 4 * self.people;
        let moves = || vec![Happening::MessageMoves(Fate::FAIR); messages];
        let signal = |phone| [vec![Happening::FindsSignal { phone }], moves()].concat();
        let clock = |ahead_seconds| Happening::ClockIs {
            phone,
            ahead_seconds,
        };
        let is_restored = matches!(self.bad_luck, BadLuck::ServerRestored);
        let plot = match (is_restored, self.luck.percent(50)) {
            // Whoever may not read a number has forgotten it when the server has, too.
            (true, true) => vec![
                vec![Happening::CopiesServer, records(phone)],
                signal(phone),
                signal(phone),
                vec![Happening::RestoresServer],
            ],
            // What was refused for its clock is right by the time that it comes once more.
            (true, false) => vec![
                vec![records(phone)],
                signal(phone),
                vec![Happening::CopiesServer, clock(DAY_AND_A_HALF)],
                vec![Happening::Writes {
                    phone,
                    which: 0,
                    what: Written::Reached(Step::CardCollected),
                }],
                signal(phone),
                vec![
                    clock(0),
                    Happening::TimePasses {
                        seconds: DAY_AND_A_HALF,
                    },
                    Happening::RestoresServer,
                ],
            ],
            // Two are taken for one, for both bear its number and name.
            (false, _) => vec![
                vec![records(phone), records(self.colleague_of(phone))],
                (0..self.people).flat_map(signal).collect(),
                vec![Happening::Separates {
                    which: self.luck.below(1_000),
                }],
            ],
        };
        self.happenings.extend(plot.concat());
    }

    /// One of the people's phones, or the copy of one.
    fn phone(&mut self) -> usize {
        let copies = usize::from(matches!(self.bad_luck, BadLuck::PhonesCloned));
        self.luck.below(self.people + copies)
    }

    fn colleague_of(&mut self, phone: usize) -> usize {
        (phone + 1 + self.luck.below(self.people - 1)) % self.people
    }

    /// Work travels in pockets.
    fn by_hand(&mut self, phone: usize) -> Happening {
        match self.luck.below(4) {
            0 => Happening::HandsOut { phone },
            1 | 2 => Happening::SendsParcel { phone },
            _ => Happening::PassesOn {
                phone,
                colleague: self.colleague_of(phone),
            },
        }
    }

    fn at_a_desk(&mut self, phone: usize) -> Happening {
        let luck = &mut self.luck;
        let step = *luck.one_of(&[
            DeviceStep::Suspend,
            DeviceStep::Reinstate,
            DeviceStep::Reinstate,
        ]);
        let [first, second] = HAMLETS;
        let post = *luck.one_of(&[
            Post::Team,
            Post::Team,
            Post::TeamOf(first),
            Post::TeamOf(second),
            Post::Police,
        ]);
        let dialect = *luck.one_of(&[Dialect::Same, Dialect::Earlier, Dialect::Later]);
        let which = luck.below(1_000);
        match (luck.below(12), self.bad_luck) {
            (0..=4, _) => Happening::Steered { phone, step },
            (5 | 6, _) => Happening::Assigned { phone, post },
            (7, _) => Happening::ServerSpeaks(dialect),
            (9, _) => Happening::Erases { which },
            // What the server founded since its backup nobody could give back.
            (8, _) | (_, BadLuck::ServerRestored) => Happening::Reforms,
            (10, _) => Happening::Refounds { which },
            _ => Happening::Separates { which },
        }
    }

    fn rare(&mut self, phone: usize) -> Happening {
        match (self.luck.below(5), self.bad_luck) {
            (0, _) => Happening::Updates { phone },
            (1, BadLuck::PhonesLost) => Happening::Loses { phone },
            (2, BadLuck::PhonesLost) => Happening::IsEmptied { phone },
            (_, BadLuck::PhonesLost) => Happening::GivesTo {
                phone,
                colleague: self.colleague_of(phone),
            },
            (_, BadLuck::PhonesCloned) => Happening::IsCloned { phone },
            (1 | 2, BadLuck::PhonesRestored) => Happening::CopiesPhone { phone },
            (_, BadLuck::PhonesRestored) => Happening::RestoresPhone { phone },
            (1 | 2, BadLuck::ServerRestored) => Happening::CopiesServer,
            (_, BadLuck::ServerRestored) => Happening::RestoresServer,
        }
    }
}

/// What is done at the server's side by itself, once in eight turns. A server that was restored
/// knows nothing of what it founded since, and nobody else could give it back.
fn kept_up(luck: &mut Luck, bad_luck: BadLuck) -> Option<Happening> {
    let (drawn, which) = (luck.below(100), luck.below(1_000));
    match (drawn, bad_luck) {
        (..8, _) => Some(Happening::ClosesDocuments),
        (8..12, BadLuck::ServerRestored) => None,
        (8..10, _) => Some(Happening::Refounds { which }),
        (10..12, _) => Some(Happening::Separates { which }),
        _ => None,
    }
}

/// More than a server lets pass.
const DAY_AND_A_HALF: i64 = 36 * 3600;

/// As far as clocks go wrong: a battery died, and somebody typed a year.
const YEARS: i64 = 6 * 365 * 86_400;

/// A coordinator of a server that was restored refuses nothing here. Of work that was confirmed
/// before, a phone keeps the sealed bytes and no values: it hands them in again, and if a
/// coordinator then refuses what was once stored, the phone can tell neither what it was nor of
/// whom. The refusal stands in the coordinator's own list with everything in it, so nothing is
/// lost; a phone that kept the values to show them would keep what it must forget.
fn decided(luck: &mut Luck, bad_luck: BadLuck) -> Decided {
    let drawn = *luck.one_of(&[Decided::Approved, Decided::Approved, Decided::Refused]);
    match bad_luck {
        BadLuck::ServerRestored => Decided::Approved,
        BadLuck::PhonesCloned | BadLuck::PhonesRestored | BadLuck::PhonesLost => drawn,
    }
}

fn resident(luck: &mut Luck) -> NewResident {
    let birth_year = 1950 + luck.below(3) as u64;
    let number = format!("0990{:02}00000{}", birth_year % 100, luck.below(4));
    NewResident {
        hamlet: *luck.one_of(&HAMLETS),
        name: (*luck.one_of(&NAMES)).to_owned(),
        birth_year,
        number: luck.percent(70).then_some(number),
        phone: (luck.percent(50)).then(|| format!("095700000{}", luck.below(10))),
    }
}

fn written(luck: &mut Luck) -> Written {
    match luck.below(3) {
        0 => Written::Reached(*luck.one_of(&[Step::CardCollected, Step::EidActivated])),
        1 => Written::Phone(format!("095711111{}", luck.below(10))),
        _ => Written::Name(luck.one_of::<&str>(&NAMES)),
    }
}

/// How messages fare in bad weather.
fn storm(luck: &mut Luck) -> Fate {
    let overtakes = luck.percent(40);
    Fate {
        which: if overtakes { luck.below(100) } else { 0 },
        doubled: luck.percent(20),
        lost: luck.percent(25),
        unanswered: luck.percent(25),
        cut_off: luck.percent(5),
    }
}
