//! Stories as people would tell them.

use std::fmt;

use super::Happening;
use crate::world::NewResident;
use crate::world::office::{Dialect, Post};

/// What people are called, in rounds.
const NAMES: [&str; 20] = [
    "An", "Bình", "Dung", "Đào", "Giang", "Hạnh", "Khánh", "Lan", "Mai", "Nam", "Oanh", "Phúc",
    "Quý", "Sơn", "Thảo", "Út", "Vinh", "Xuân", "Yến", "Tâm",
];

/// Somebody's name.
pub fn name(person: usize) -> &'static str {
    let name = NAMES[person % NAMES.len()];
    match person / NAMES.len() {
        0 => name,
        // A world has few people, and a test few worlds with so many.
        round => format!("{name} {}", round + 1).leak(),
    }
}

/// What the phone is called that somebody gets after the first.
pub fn second_phone_of(person: usize) -> &'static str {
    format!("{}, again", name(person)).leak()
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words())
    }
}

impl Happening {
    fn in_words(&self) -> String {
        match self {
            Self::Records { phone, resident } => recorded(name(*phone), resident),
            Self::Writes { phone, which, what } => {
                let who = name(*phone);
                format!("{who} writes to resident {which} of the list: {what:?}")
            }
            Self::Meets {
                phone,
                trouble,
                after,
            } => {
                let who = name(*phone);
                format!("{who}'s storage, after {after} transactions: {trouble:?}")
            }
            Self::Restarts { phone, history } => {
                format!("{}'s app starts again: {history:?}", name(*phone))
            }
            Self::FindsSignal { phone } => format!("{} finds signal", name(*phone)),
            Self::HandsOut { phone } => format!("{} gives all unsent to a traveller", name(*phone)),
            Self::SendsParcel { phone } => {
                format!(
                    "{} gives a traveller all unsent, and asks for news",
                    name(*phone)
                )
            }
            Self::ClockIs {
                phone,
                ahead_seconds,
            } => format!("{}'s clock is {ahead_seconds} s ahead", name(*phone)),
            Self::TimePasses { seconds } => format!("{} minutes pass", seconds / 60),
            Self::MessageMoves(fate) => format!("a message moves: {fate:?}"),
            Self::GivesTo { phone, colleague } => {
                let (who, whom) = (name(*phone), name(*colleague));
                format!("{who} gives all unsent to {whom}, who may look")
            }
            Self::PassesOn { phone, colleague } => {
                let (who, whom) = (name(*phone), name(*colleague));
                format!("{who} gives on to {whom} what colleagues gave")
            }
            Self::Updates { phone } => format!("{}'s app is updated", name(*phone)),
            Self::CopiesPhone { phone } => format!("{}'s phone is backed up", name(*phone)),
            Self::RestoresPhone { phone } => format!("{}'s phone is restored", name(*phone)),
            Self::Loses { phone } => format!("{}'s phone is lost", name(*phone)),
            Self::IsEmptied { phone } => format!("{}'s phone is emptied", name(*phone)),
            Self::IsCloned { phone } => {
                format!("{}'s phone is copied, both are used", name(*phone))
            }
            _ => self.in_words_of_the_office(),
        }
    }

    fn in_words_of_the_office(&self) -> String {
        match self {
            Self::Steered { phone, step } => format!("the coordinator: {step:?} {}", name(*phone)),
            Self::Assigned { phone, post } => {
                let now = match post {
                    Post::Team => "works in both hamlets".to_owned(),
                    Post::TeamOf(hamlet) => format!("works in unit {} only", hamlet.0),
                    Post::Police => "is of the police".to_owned(),
                };
                format!("{} {now} from now on", name(*phone))
            }
            Self::Decides { which, decided } => {
                format!("the coordinator decides on held change {which}: {decided:?}")
            }
            Self::CopiesServer => "the server is backed up".to_owned(),
            Self::RestoresServer => "the server is restored".to_owned(),
            Self::Erases { which } => format!("resident {which} of all is erased"),
            Self::Refounds { which } => format!("resident {which} of all is re-founded"),
            Self::Separates { which } => format!("union {which} of all is undone"),
            Self::Reforms => "the hamlets come to another commune".to_owned(),
            Self::ServerSpeaks(Dialect::Same) => "the server speaks as phones do".to_owned(),
            Self::ServerSpeaks(Dialect::Earlier) => "the server is older than phones".to_owned(),
            Self::ServerSpeaks(Dialect::Later) => "phones are older than the server".to_owned(),
            Self::ClosesDocuments => "the server packs what nobody writes to".to_owned(),
            other => format!("{other:?}"),
        }
    }
}

fn recorded(who: &str, resident: &NewResident) -> String {
    let NewResident {
        name, birth_year, ..
    } = resident;
    let unit = resident.hamlet.0;
    let number = resident.number.as_deref().unwrap_or("none");
    let contact = resident.phone.as_deref().unwrap_or("none");
    format!(
        "{who} records {name}, born {birth_year}, in unit {unit}, number {number}, phone {contact}"
    )
}
