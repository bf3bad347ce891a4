//! What happens in a world, as things people would say: drawn from chance, told to the letter as
//! often as wanted, and readable.
//!
//! Everything that chance decides stands in the story itself, so that a part of it can be left
//! out and the rest still means the same.

mod drawing;
mod words;

use client_core::input::{History, Put};
use client_core::views::Query;
use server::gate::Decided;
use server::server::DeviceStep;
use server::store::Memory;
use shared::engine::Engine;
use shared::event::Step;
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::Role;

use super::office::{Dialect, Post};
use super::phone::Trouble;
use super::{COMMUNE, Fate, Ground, HAMLETS, NewResident, World, diary};
use words::name;

/// Who lives in most stories' worlds.
pub const PEOPLE: usize = 3;

/// Who lives in the largest.
pub const PEOPLE_MAX: usize = 60;

/// One thing that happens. Phones are positions among the people; the one after them is the copy
/// of one of theirs, if there is one.
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
    /// The phone is lost with all that is on it, and reported; its person gets another.
    Loses {
        phone: usize,
    },
    /// The phone's system empties its storage; its person gives it back and gets another.
    IsEmptied {
        phone: usize,
    },
    /// The phone is copied with all that is stored on it, and both are used. Once in a world.
    IsCloned {
        phone: usize,
    },
    /// Everything that colleagues gave goes on into another colleague's phone.
    PassesOn {
        phone: usize,
        colleague: usize,
    },
    /// All unsent work travels with a question for news.
    SendsParcel {
        phone: usize,
    },
    /// Somebody gets other work.
    Assigned {
        phone: usize,
        post: Post,
    },
    /// One of the residents, counted round, wants to be forgotten.
    Erases {
        which: usize,
    },
    /// One of the residents' dossiers, counted round, loses a secret with its history.
    Refounds {
        which: usize,
    },
    /// One of the unions, counted round, is undone.
    Separates {
        which: usize,
    },
    /// The hamlets come to another commune.
    Reforms,
    /// The server is updated, or phones are before it is.
    ServerSpeaks(Dialect),
    /// The server packs every document that nobody is writing to.
    ClosesDocuments,
}

/// What somebody writes to a resident.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    Reached(Step),
    Phone(String),
    Name(&'static str),
}

/// A world's seed, its people, and what happens to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    pub seed: u64,
    /// How many people there are, at most [`PEOPLE_MAX`]: every third is of the police.
    pub people: usize,
    pub happenings: Vec<Happening>,
}

impl Story {
    /// A story with the usual people in it.
    pub fn with(seed: u64, happenings: Vec<Happening>) -> Self {
        Self {
            seed,
            people: PEOPLE,
            happenings,
        }
    }

    /// Lives it, from an empty commune to the last happening.
    pub fn told<'e, E: Engine>(&self, engine: &'e E) -> World<'e, E> {
        self.told_on(engine, Memory::new())
    }

    /// The same with the server on this empty store.
    pub fn told_on<'e, E: Engine, S: Ground>(&self, engine: &'e E, store: S) -> World<'e, E, S> {
        let mut world = World::on(self.seed, engine, store);
        for person in 0..self.people {
            match person % PEOPLE {
                2 => world.phone(name(person), Role::CommunePolice, &[COMMUNE]),
                _ => world.phone(name(person), Role::TeamMember, &HAMLETS),
            };
        }
        for happening in &self.happenings {
            diary::note(|| format!("- {happening}"));
            if happening.concerns().all(|phone| phone < world.phones.len()) {
                happening.happen((&mut world, self.people));
            }
        }
        diary::note(|| "- everybody has signal".to_owned());
        world
    }
}

impl Happening {
    /// The phones it needs.
    fn concerns(&self) -> impl Iterator<Item = usize> {
        let (one, other) = match self {
            Self::Records { phone, .. }
            | Self::Writes { phone, .. }
            | Self::Meets { phone, .. }
            | Self::Restarts { phone, .. }
            | Self::FindsSignal { phone }
            | Self::HandsOut { phone }
            | Self::Steered { phone, .. }
            | Self::ClockIs { phone, .. }
            | Self::Updates { phone }
            | Self::CopiesPhone { phone }
            | Self::RestoresPhone { phone }
            | Self::Loses { phone }
            | Self::IsEmptied { phone }
            | Self::IsCloned { phone }
            | Self::SendsParcel { phone }
            | Self::Assigned { phone, .. } => (Some(*phone), None),
            Self::GivesTo { phone, colleague } | Self::PassesOn { phone, colleague } => {
                (Some(*phone), Some(*colleague))
            }
            Self::TimePasses { .. }
            | Self::MessageMoves(_)
            | Self::Decides { .. }
            | Self::CopiesServer
            | Self::RestoresServer
            | Self::Erases { .. }
            | Self::Refounds { .. }
            | Self::Separates { .. }
            | Self::Reforms
            | Self::ServerSpeaks(_)
            | Self::ClosesDocuments => (None, None),
        };
        one.into_iter().chain(other)
    }

    fn happen<E: Engine, S: Ground>(&self, (world, people): (&mut World<'_, E, S>, usize)) {
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
            Self::PassesOn { phone, colleague } => world.passes_on(*phone, *colleague),
            Self::SendsParcel { phone } => world.sends_parcel(*phone),
            Self::Updates { phone } => world.phones[*phone].reissue(now),
            Self::CopiesPhone { phone } => world.phones[*phone].copies_itself(),
            Self::RestoresPhone { phone } => world.phones[*phone].goes_back(now),
            Self::Loses { phone } => loses(world, (*phone, DeviceStep::Lose)),
            Self::IsEmptied { phone } => loses(world, (*phone, DeviceStep::Retire)),
            Self::IsCloned { phone } if world.phones.len() == people => world.clones(*phone),
            Self::IsCloned { .. } => {}
            Self::Assigned { .. }
            | Self::Decides { .. }
            | Self::CopiesServer
            | Self::RestoresServer
            | Self::Erases { .. }
            | Self::Refounds { .. }
            | Self::Separates { .. }
            | Self::Reforms
            | Self::ServerSpeaks(_)
            | Self::ClosesDocuments => self.happens_at_a_desk(world),
        }
    }

    fn happens_at_a_desk<E: Engine, S: Ground>(&self, world: &mut World<'_, E, S>) {
        match self {
            Self::Assigned { phone, post } => world.assign(*phone, *post),
            Self::Decides { which, decided } => world.decide(*which, *decided),
            Self::CopiesServer => {
                world.sign_chain();
                world.server_copies_itself();
            }
            Self::RestoresServer => world.server_goes_back(),
            Self::Erases { which } => world.erase(*which),
            Self::Refounds { which } => world.refound(*which),
            Self::Separates { which } => world.separate(*which),
            Self::Reforms => world.reform(),
            Self::ServerSpeaks(dialect) => world.dialect = *dialect,
            Self::ClosesDocuments => world.close_documents(),
            _ => {}
        }
    }
}

/// Nobody gets a third phone.
fn loses<E: Engine, S: Ground>(world: &mut World<'_, E, S>, (phone, step): (usize, DeviceStep)) {
    if world.phones[phone].name == name(phone) {
        world.loses(phone, (step, words::second_phone_of(phone)));
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
