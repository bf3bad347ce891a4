//! What happens in a world, as things people would say: drawn from chance, told to the letter as
//! often as wanted, and readable.
//!
//! Everything that chance decides stands in the story itself, so that a part of it can be left
//! out and the rest still means the same.

use std::fmt;

use client_core::input::{History, Put};
use client_core::views::Query;
use server::gate::Decided;
use server::server::DeviceStep;
use server::store::Memory;
use shared::engine::Engine;
use shared::event::Step;
use shared::id::UnitId;
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::Role;

use super::luck::Luck;
use super::phone::Trouble;
use super::{COMMUNE, Fate, Ground, HAMLETS, NewResident, World, diary};

/// Who lives in a story's world.
pub const PEOPLE: [&str; 3] = ["An", "Bình", "Dung"];

/// What their second phones are called.
const SECOND_PHONES: [&str; 3] = ["An, again", "Bình, again", "Dung, again"];

/// Few names and few numbers for many saves: the same citizen is recorded again and again.
const NAMES: [&str; 4] = ["Lê Văn Đẹp", "Trần Thị Lan", "Huỳnh Út", "Lâm Đời"];

/// One thing that happens. Phones are positions in [`PEOPLE`].
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Records {
        phone: usize,
        resident: NewResident,
    },
    /// Writes to one of the residents on the phone's list, counted round.
    Writes {
        phone: usize,
        which: usize,
        what: Written,
    },
    /// Something goes wrong with its storage after so many transactions.
    Meets {
        phone: usize,
        trouble: Trouble,
        after: usize,
    },
    Restarts {
        phone: usize,
        history: History,
    },
    FindsSignal {
        phone: usize,
    },
    HandsOut {
        phone: usize,
    },
    Steered {
        phone: usize,
        step: DeviceStep,
    },
    ClockIs {
        phone: usize,
        ahead_seconds: i64,
    },
    TimePasses {
        seconds: i64,
    },
    MessageMoves(Fate),
    /// All unsent work goes into a colleague's phone, who may look at it.
    GivesTo {
        phone: usize,
        colleague: usize,
    },
    /// The coordinator decides on one of the held changes, counted round.
    Decides {
        which: usize,
        decided: Decided,
    },
    /// The program is updated.
    Updates {
        phone: usize,
    },
    CopiesPhone {
        phone: usize,
    },
    RestoresPhone {
        phone: usize,
    },
    CopiesServer,
    RestoresServer,
    /// Somebody works in the team of this hamlet only.
    Assigned {
        phone: usize,
        hamlet: UnitId,
    },
    /// One of the residents, counted round, wants to be forgotten.
    Erases {
        which: usize,
    },
    /// The phone is lost with all that is on it, and reported; its person gets another.
    Loses {
        phone: usize,
    },
    /// The server packs every document that nobody is writing to.
    ClosesDocuments,
}

/// Who is ever restored from a copy in one world. Both in one world can lose what stood in neither
/// copy, and no software helps.
#[derive(Debug, Clone, Copy)]
enum Restored {
    Phones,
    Server,
    /// Phones are lost instead.
    Nobody,
}

/// What somebody writes to a resident.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    Reached(Step),
    Phone(String),
    Name(&'static str),
}

/// A world's seed, and what happens in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    pub seed: u64,
    pub happenings: Vec<Happening>,
}

impl Story {
    pub fn with(seed: u64, happenings: Vec<Happening>) -> Self {
        Self { seed, happenings }
    }

    /// The story of a seed, as long as the seed says: 5 to 119 turns.
    pub fn of_seed(seed: u64) -> Self {
        Self::drawn(seed, 5 + (seed.wrapping_mul(37) % 115) as usize)
    }

    /// The story of a seed, of `turns` turns.
    pub fn drawn(seed: u64, turns: usize) -> Self {
        // A stream of its own: the world draws keys from the seed itself.
        let mut luck = Luck::new(seed).fork();
        let mut upkeep = luck.clone().fork();
        let mut happenings = Vec::new();
        let restored = *luck.one_of(&[Restored::Phones, Restored::Server, Restored::Nobody]);
        for _ in 0..turns {
            turn(&mut luck, restored, &mut happenings);
            // By a chance of its own: whether anything is closed changes nothing else.
            if upkeep.percent(8) {
                happenings.push(Happening::ClosesDocuments);
            }
        }
        Self { seed, happenings }
    }

    /// Lives it, from an empty commune to the last happening.
    pub fn told<'e, E: Engine>(&self, engine: &'e E) -> World<'e, E> {
        self.told_on(engine, Memory::new())
    }

    /// The same with the server on this empty store.
    pub fn told_on<'e, E: Engine, S: Ground>(&self, engine: &'e E, store: S) -> World<'e, E, S> {
        let mut world = World::on(self.seed, engine, store);
        world.phone(PEOPLE[0], Role::TeamMember, &HAMLETS);
        world.phone(PEOPLE[1], Role::TeamMember, &HAMLETS);
        world.phone(PEOPLE[2], Role::CommunePolice, &[COMMUNE]);
        for happening in &self.happenings {
            diary::note(|| format!("- {happening}"));
            happening.happen(&mut world);
        }
        diary::note(|| "- everybody has signal".to_owned());
        world
    }
}

impl Happening {
    fn happen<E: Engine, S: Ground>(&self, world: &mut World<'_, E, S>) {
        let now = world.now;
        match self {
            Self::Records { phone, resident } => {
                world.add_resident(*phone, resident);
            }
            Self::Writes { phone, which, what } => writes(world, *phone, *which, what),
            Self::Meets {
                phone,
                trouble,
                after,
            } => world.phones[*phone].meets(*trouble, *after),
            Self::Restarts { phone, history } => world.phones[*phone].restart(*history, now),
            Self::FindsSignal { phone } => world.reachable(*phone),
            Self::HandsOut { phone } => world.hand_out(*phone),
            Self::Steered { phone, step } => world.steer(*phone, *step),
            Self::ClockIs {
                phone,
                ahead_seconds,
            } => world.phones[*phone].skew_seconds = *ahead_seconds,
            Self::TimePasses { seconds } => world.advance(*seconds),
            Self::MessageMoves(fate) => {
                world.deliver_one(*fate);
            }
            Self::GivesTo { phone, colleague } => world.hand_over(*phone, *colleague),
            Self::Decides { which, decided } => world.decide(*which, *decided),
            Self::Updates { phone } => world.phones[*phone].reissue(now),
            Self::CopiesPhone { phone } => world.phones[*phone].copies_itself(),
            Self::RestoresPhone { phone } => world.phones[*phone].goes_back(now),
            Self::CopiesServer => world.server_copies_itself(),
            Self::RestoresServer => world.server_goes_back(),
            Self::Assigned { phone, hamlet } => world.assign(*phone, *hamlet),
            Self::Erases { which } => world.erase(*which),
            Self::Loses { phone } => loses(world, *phone),
            Self::ClosesDocuments => world.close_documents(),
        }
    }
}

/// Nobody gets a third phone.
fn loses<E: Engine, S: Ground>(world: &mut World<'_, E, S>, phone: usize) {
    if world.phones[phone].name == PEOPLE[phone] {
        world.loses(phone, SECOND_PHONES[phone]);
    }
}

fn writes<E: Engine, S: Ground>(
    world: &mut World<'_, E, S>,
    phone: usize,
    which: usize,
    what: &Written,
) {
    let query = Query::all(Kind::Dossier, 100);
    let known = world.phones[phone].client().list(&query).lines;
    if known.is_empty() {
        return;
    }
    let line = &known[which % known.len()];
    let (document, unit) = (line.document, line.unit.unwrap_or(HAMLETS[0]));
    match what {
        Written::Reached(step) => {
            world.reach(phone, document, unit, *step);
        }
        Written::Phone(number) => {
            let put = Put::key(Key::PHONE, number.as_str().into());
            world.write(phone, document, vec![put]);
        }
        Written::Name(name) => {
            world.write(phone, document, vec![Put::key(Key::NAME, (*name).into())]);
        }
    }
}

/// Usually one happening; a moment with signal moves several messages.
fn turn(luck: &mut Luck, restored: Restored, happenings: &mut Vec<Happening>) {
    let phone = luck.below(PEOPLE.len());
    let happening = match luck.below(18) {
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
            history: *luck.one_of(&[History::Certain, History::Certain, History::Uncertain]),
        },
        7 => Happening::FindsSignal { phone },
        8 => Happening::TimePasses {
            seconds: 60 * (1 + luck.below(600) as i64),
        },
        9 => Happening::HandsOut { phone },
        10 => Happening::Steered {
            phone,
            step: *luck.one_of(&[
                DeviceStep::Suspend,
                DeviceStep::Reinstate,
                DeviceStep::Reinstate,
            ]),
        },
        // A day and a half ahead, an hour behind, or right.
        11 => Happening::ClockIs {
            phone,
            ahead_seconds: *luck.one_of(&[36 * 3600, -3600, 0, 0]),
        },
        12 => Happening::GivesTo {
            phone,
            colleague: (phone + 1 + luck.below(PEOPLE.len() - 1)) % PEOPLE.len(),
        },
        13 => Happening::Decides {
            which: luck.below(1_000),
            decided: decided(luck, restored),
        },
        14 => rare(luck, restored, phone),
        _ => {
            let moved = luck.below(6);
            happenings.extend((0..moved).map(|_| Happening::MessageMoves(storm(luck))));
            return;
        }
    };
    happenings.push(happening);
}

/// A coordinator of a server that was restored refuses nothing here. Of work that was confirmed
/// before, a phone keeps the sealed bytes and no values: it hands them in again, and if a
/// coordinator then refuses what was once stored, the phone can tell neither what it was nor of
/// whom. The refusal stands in the coordinator's own list with everything in it, so nothing is
/// lost; a phone that kept the values to show them would keep what it must forget.
fn decided(luck: &mut Luck, restored: Restored) -> Decided {
    let drawn = *luck.one_of(&[Decided::Approved, Decided::Approved, Decided::Refused]);
    match restored {
        Restored::Phones | Restored::Nobody => drawn,
        Restored::Server => Decided::Approved,
    }
}

fn rare(luck: &mut Luck, restored: Restored, phone: usize) -> Happening {
    match (luck.below(5), restored) {
        (0, _) => Happening::Updates { phone },
        (1, Restored::Nobody) => Happening::Loses { phone },
        (_, Restored::Nobody) => Happening::GivesTo {
            phone,
            colleague: (phone + 1) % PEOPLE.len(),
        },
        (1 | 2, Restored::Phones) => Happening::CopiesPhone { phone },
        (_, Restored::Phones) => Happening::RestoresPhone { phone },
        (1 | 2, Restored::Server) => Happening::CopiesServer,
        (_, Restored::Server) => Happening::RestoresServer,
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

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Records { phone, resident } => {
                let NewResident {
                    name, birth_year, ..
                } = resident;
                let who = PEOPLE[*phone];
                write!(f, "{who} records {name}, born {birth_year}")?;
                write!(f, ", in unit {}", resident.hamlet.0)?;
                let number = resident.number.as_deref().unwrap_or("none");
                write!(f, ", number {number}")?;
                let contact = resident.phone.as_deref().unwrap_or("none");
                write!(f, ", phone {contact}")
            }
            Self::Writes { phone, which, what } => {
                let who = PEOPLE[*phone];
                write!(f, "{who} writes to resident {which} of the list: {what:?}")
            }
            Self::Meets {
                phone,
                trouble,
                after,
            } => {
                let who = PEOPLE[*phone];
                write!(
                    f,
                    "{who}'s storage, after {after} transactions: {trouble:?}"
                )
            }
            Self::Restarts { phone, history } => {
                write!(f, "{}'s app starts again: {history:?}", PEOPLE[*phone])
            }
            Self::FindsSignal { phone } => write!(f, "{} finds signal", PEOPLE[*phone]),
            Self::HandsOut { phone } => {
                write!(f, "{} gives all unsent to a traveller", PEOPLE[*phone])
            }
            Self::Steered { phone, step } => {
                write!(f, "the coordinator: {step:?} {}", PEOPLE[*phone])
            }
            Self::ClockIs {
                phone,
                ahead_seconds,
            } => write!(f, "{}'s clock is {ahead_seconds} s ahead", PEOPLE[*phone]),
            Self::TimePasses { seconds } => write!(f, "{} minutes pass", seconds / 60),
            Self::MessageMoves(fate) => write!(f, "a message moves: {fate:?}"),
            Self::GivesTo { phone, colleague } => {
                let (who, whom) = (PEOPLE[*phone], PEOPLE[*colleague]);
                write!(f, "{who} gives all unsent to {whom}, who may look")
            }
            Self::Decides { which, decided } => {
                write!(
                    f,
                    "the coordinator decides on held change {which}: {decided:?}"
                )
            }
            Self::Updates { phone } => write!(f, "{}'s app is updated", PEOPLE[*phone]),
            Self::CopiesPhone { phone } => write!(f, "{}'s phone is backed up", PEOPLE[*phone]),
            Self::RestoresPhone { phone } => write!(f, "{}'s phone is restored", PEOPLE[*phone]),
            Self::CopiesServer => write!(f, "the server is backed up"),
            Self::RestoresServer => write!(f, "the server is restored"),
            Self::Assigned { phone, hamlet } => {
                write!(f, "{} works in unit {} only", PEOPLE[*phone], hamlet.0)
            }
            Self::Erases { which } => write!(f, "resident {which} of all is erased"),
            Self::Loses { phone } => write!(f, "{}'s phone is lost", PEOPLE[*phone]),
            Self::ClosesDocuments => write!(f, "the server packs what nobody writes to"),
        }
    }
}
