//! Residents of a hamlet, household by household.
//!
//! Shares (ages, households, who is away, who has which phone) follow published figures or, where
//! there are none, estimates for the Mekong delta.

mod names;

use std::collections::BTreeMap;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use shared::field::{PartialDate, PersonName, PersonalNumber, Phone, Sex};
use shared::id::UnitId;
use shared::time::LocalDay;

use super::draw::{Seed, Source, chance, source, weighted};
use names::{Bearer, Naming};

/// The birth registration prefix of made-up people, which no province has.
pub const SAMPLE_PREFIX: u64 = 99;

/// The hamlet to people.
#[derive(Debug, Clone)]
pub struct PeoplePlan {
    /// The hamlet, whose residents are the same whatever else is generated.
    pub hamlet: UnitId,
    /// How many residents.
    pub people: usize,
    /// The day their ages are true on.
    pub as_of: LocalDay,
    /// What kind of place it is.
    pub setting: Setting,
    /// How many of a thousand households have Khmer names: about 300 in Sóc Trăng, 48 in Cà Mau.
    pub khmer_permille: u32,
    /// The first of [`serials_needed`] numbers below 1,000,000. Hamlets with separate serials
    /// share no personal number.
    pub first_serial: u32,
}

/// What kind of place a hamlet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Most people are registered here; many work elsewhere.
    Rural,
    /// Six in ten are temporary residents near factories.
    Industrial,
}

/// Serials a hamlet of so many people can use up: its largest group of one sex and birth year,
/// with room for chance.
#[must_use]
pub fn serials_needed(people: usize) -> u32 {
    (people / 64 + 24).try_into().unwrap_or(u32::MAX)
}

/// One made-up person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// The household's number in the hamlet, from 1.
    pub household: u32,
    /// Family, middle and given name.
    pub name: PersonName,
    /// Sex.
    pub sex: Sex,
    /// Birth date; some old people know only the year.
    pub birth: PartialDate,
    /// A number that agrees with sex and birth year; 2 in 100 have none at hand.
    pub number: Option<PersonalNumber>,
    /// Where the person lives and is registered.
    pub residence: Residence,
    /// The person's phone, if they have one.
    pub phone: Option<OwnPhone>,
}

/// A resident's telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnPhone {
    /// Its number; members of a household may have the same.
    pub number: Phone,
    /// What it can do.
    pub device: PhoneDevice,
    /// Who the SIM card is registered to.
    pub sim: SimOwner,
}

/// What a resident's telephone can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneDevice {
    /// Calls and messages only.
    Basic,
    /// A smartphone on which the e-ID app does not run.
    TooWeak,
    /// A smartphone that runs the e-ID app.
    Capable,
}

/// Who a SIM card is registered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimOwner {
    /// The person who uses it.
    Own,
    /// A relative or a shop.
    Other,
}

/// Where a person lives and is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Residence {
    /// Registered and present.
    PermanentHere,
    /// Registered, works or studies elsewhere.
    PermanentAway,
    /// Registered elsewhere, lives here.
    TemporaryHere,
    /// Moved away, not yet struck off.
    Left,
    /// Died, not yet struck off.
    Dead,
    /// Nobody knows.
    Unknown,
}

impl Residence {
    /// The status's number, 0..=5 in the order of the enum.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// The residents of a hamlet, by household.
///
/// No two have the same personal number; eight of a thousand share name, sex and birth year with
/// a neighbour.
#[must_use]
pub fn residents(plan: &PeoplePlan, seed: Seed) -> Vec<Resident> {
    let mut census = Census {
        rng: source(seed, Source::Residents, plan.hamlet.0),
        plan,
        people: Vec::with_capacity(plan.people),
        serials: BTreeMap::new(),
    };
    for household in 1.. {
        let left = plan.people - census.people.len();
        if left == 0 {
            break;
        }
        let size = weighted(&mut census.rng, &HOUSEHOLD_SIZES);
        census.add_household(household, left.min(size));
    }
    census.people
}

const HOUSEHOLD_SIZES: [(usize, u32); 8] = [
    (1, 9),
    (2, 19),
    (3, 22),
    (4, 25),
    (5, 13),
    (6, 7),
    (7, 3),
    (8, 2),
];

/// First age, last age; weight in percent.
const AGES: [((u16, u16), u32); 6] = [
    ((0, 5), 8),
    ((6, 13), 14),
    ((14, 17), 6),
    ((18, 59), 58),
    ((60, 74), 10),
    ((75, 95), 4),
];

const ADULT_AGES: [((u16, u16), u32); 3] = [((18, 59), 58), ((60, 74), 10), ((75, 95), 4)];

struct Census<'a> {
    plan: &'a PeoplePlan,
    rng: ChaCha8Rng,
    people: Vec<Resident>,
    /// How many numbers each sex and birth year has used.
    serials: BTreeMap<(Sex, u16), u32>,
}

/// What the members of a household have in common.
struct Household {
    number: u32,
    naming: Naming,
    family: &'static str,
    phone: Phone,
}

impl Census<'_> {
    fn add_household(&mut self, number: u32, size: usize) {
        let naming = match chance(&mut self.rng, self.plan.khmer_permille.min(1_000)) {
            true => Naming::Khmer,
            false => Naming::Vietnamese,
        };
        let household = Household {
            number,
            naming,
            family: names::family(&mut self.rng, naming),
            phone: self.phone_number(),
        };
        for member in 0..size {
            let ages = match member {
                0 => &ADULT_AGES[..],
                _ => &AGES[..],
            };
            let (youngest, oldest) = weighted(&mut self.rng, ages);
            let age = self.rng.random_range(youngest..=oldest);
            // The second adult keeps the family name they were born with.
            let married_in = member == 1 && age >= 18;
            self.add_member(&household, age, married_in);
        }
    }

    fn add_member(&mut self, household: &Household, age: u16, married_in: bool) {
        let sex = weighted(&mut self.rng, &[(Sex::Male, 1), (Sex::Female, 1)]);
        let family = match married_in {
            true => names::family(&mut self.rng, household.naming),
            false => household.family,
        };
        let bearer = Bearer {
            family,
            naming: household.naming,
            sex,
            age,
        };
        let (name, sex, birth) = match self.double() {
            Some(double) => double,
            None => (
                names::name(&mut self.rng, &bearer),
                sex,
                self.birth_date(age),
            ),
        };
        let resident = Resident {
            household: household.number,
            name,
            sex,
            birth,
            number: self.personal_number(sex, birth.year()),
            residence: self.residence(),
            phone: self.own_phone(household, age),
        };
        self.people.push(resident);
    }

    /// Name, sex and birth year of a neighbour, now and then.
    fn double(&mut self) -> Option<(PersonName, Sex, PartialDate)> {
        if self.people.is_empty() || !chance(&mut self.rng, 8) {
            return None;
        }
        let other = &self.people[self.rng.random_range(0..self.people.len())];
        let birth = PartialDate::of_year(other.birth.year()).ok()?;
        Some((other.name.clone(), other.sex, birth))
    }

    fn birth_date(&mut self, age: u16) -> PartialDate {
        let days_old = i32::from(age) * 365 + i32::from(age) / 4 + self.rng.random_range(0..365);
        let day = PartialDate::of_day(LocalDay(self.plan.as_of.0 - days_old));
        if age < 60 || !chance(&mut self.rng, 40) {
            return day;
        }
        PartialDate::of_year(day.year()).unwrap_or(day)
    }

    /// The next free number of this sex and birth year, or none for 2 in 100.
    fn personal_number(&mut self, sex: Sex, year: u16) -> Option<PersonalNumber> {
        let used = self.serials.entry((sex, year)).or_default();
        let serial = u64::from(self.plan.first_serial) + u64::from(*used);
        *used += 1;
        // Odd and not a multiple of 5, so no two serials below a million meet.
        let scattered = serial * 654_321 % 1_000_000;
        let century = (u64::from(year) / 100).checked_sub(19)? * 2 + u64::from(sex.code());
        let head = SAMPLE_PREFIX * 1_000 + century * 100 + u64::from(year) % 100;
        let known = !chance(&mut self.rng, 20);
        PersonalNumber::from_u64(head * 1_000_000 + scattered).filter(|_| known)
    }

    fn residence(&mut self) -> Residence {
        use Residence::{Dead, Left, PermanentAway, PermanentHere, TemporaryHere, Unknown};
        let (present, away, temporary) = match self.plan.setting {
            Setting::Rural => (800, 140, 40),
            Setting::Industrial => (340, 40, 600),
        };
        let table = [
            (PermanentHere, present),
            (PermanentAway, away),
            (TemporaryHere, temporary),
            (Left, 8),
            (Dead, 5),
            (Unknown, 7),
        ];
        weighted(&mut self.rng, &table)
    }

    fn own_phone(&mut self, household: &Household, age: u16) -> Option<OwnPhone> {
        let smartphones = match age {
            0..14 => return None,
            14..60 => 850,
            60..75 => 400,
            _ => 120,
        };
        if chance(&mut self.rng, 100) {
            return None;
        }
        let number = match chance(&mut self.rng, 250) {
            true => household.phone,
            false => self.phone_number(),
        };
        let device = match (
            chance(&mut self.rng, smartphones),
            chance(&mut self.rng, 120),
        ) {
            (false, _) => PhoneDevice::Basic,
            (true, true) => PhoneDevice::TooWeak,
            (true, false) => PhoneDevice::Capable,
        };
        let sim = weighted(&mut self.rng, &[(SimOwner::Own, 88), (SimOwner::Other, 12)]);
        Some(OwnPhone {
            number,
            device,
            sim,
        })
    }

    fn phone_number(&mut self) -> Phone {
        let subscriber = self.rng.random_range(0..10_000_000);
        Phone::parse(&format!("095{subscriber:07}")).expect("ten digits from 0 are a number")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::field::number::{KnownOfPerson, NumberWarning};

    use super::*;

    fn plan(people: usize) -> PeoplePlan {
        PeoplePlan {
            hamlet: UnitId(1_000_101),
            people,
            as_of: LocalDay::from_date(2023, 11, 19).unwrap(),
            setting: Setting::Rural,
            khmer_permille: 300,
            first_serial: 0,
        }
    }

    fn share(people: &[Resident], is: impl Fn(&Resident) -> bool) -> usize {
        people.iter().filter(|resident| is(resident)).count() * 100 / people.len()
    }

    #[test]
    fn one_seed_gives_one_hamlet() {
        let hamlet = residents(&plan(500), [1; 32]);
        assert_eq!(hamlet.len(), 500);
        assert_eq!(hamlet, residents(&plan(500), [1; 32]));
        assert_ne!(hamlet, residents(&plan(500), [2; 32]));
        assert!(residents(&plan(0), [1; 32]).is_empty());
    }

    #[test]
    fn nobody_can_be_taken_for_a_real_person() {
        for resident in residents(&plan(2_000), [3; 32]) {
            if let Some(number) = resident.number {
                let known = KnownOfPerson {
                    sex: Some(resident.sex),
                    birth_year: Some(resident.birth.year()),
                    as_of_year: Some(2023),
                };
                assert_eq!(number.warnings(known), [NumberWarning::UnknownPrefix]);
                assert_eq!(u64::from(number.prefix()), SAMPLE_PREFIX);
            }
            if let Some(phone) = resident.phone {
                assert!(phone.number.to_string().starts_with("095"));
            }
        }
    }

    #[test]
    fn hamlets_with_separate_serials_share_no_number() {
        let (mut numbers, mut people) = (BTreeSet::new(), 0);
        for hamlet in 0..20 {
            let plan = PeoplePlan {
                hamlet: UnitId(hamlet),
                first_serial: hamlet * serials_needed(400),
                ..plan(400)
            };
            let known = residents(&plan, [4; 32])
                .into_iter()
                .filter_map(|r| r.number);
            for number in known {
                numbers.insert(number);
                people += 1;
            }
        }
        assert_eq!(numbers.len(), people);
    }

    #[test]
    fn a_very_large_quarter_stays_within_its_serials() {
        let quarter = residents(&plan(24_000), [5; 32]);
        let mut groups: BTreeMap<(Sex, u16), u32> = BTreeMap::new();
        for resident in &quarter {
            *groups
                .entry((resident.sex, resident.birth.year()))
                .or_default() += 1;
        }
        assert!(groups.into_values().max() <= Some(serials_needed(24_000)));
    }

    #[test]
    fn shares_are_those_of_the_delta() {
        let people = residents(&plan(5_000), [6; 32]);
        let away = share(&people, |r| r.residence == Residence::PermanentAway);
        assert!((12..=16).contains(&away), "{away}");
        let year_only = people.iter().filter(|r| r.birth.month().is_none()).count();
        assert!((10..=120).contains(&year_only), "{year_only}");
        let capable = |r: &Resident| r.phone.is_some_and(|p| p.device == PhoneDevice::Capable);
        let capable = share(&people, capable);
        assert!((40..=60).contains(&capable), "{capable}");
        let households = people.last().map_or(0, |r| r.household);
        assert!((1_200..=1_600).contains(&households), "{households}");
    }
}
