//! What somebody wants imported, and from where it comes.

use shared::event::Step;
use shared::field::TextField;
use shared::hash::digest;
use shared::id::UnitId;
use shared::tally::Indicator;
use shared::time::LocalDay;

use super::columns::Field;
use super::limits::SOURCE_BYTES_MAX;
use crate::named::named;

named! {
    /// What the rows of a table are.
    pub What {
        /// Residents: whoever is not known yet gets a dossier.
        Roster "roster";
        /// A named list of people, of a school or a company: it is counted, and creates nobody.
        Cohort "cohort";
        /// Steps taken elsewhere, such as what the ministry accepted.
        Steps "steps";
        /// Targets of units.
        Targets "targets";
        /// What units had reached before records begin: figures, no people.
        Balances "balances";
    }
}

impl What {
    /// What its columns may say.
    #[must_use]
    pub fn fields(self) -> &'static [Field] {
        use Field::{
            Address, Birth, BirthOfMan, BirthOfWoman, Commune, Document, Due, From, Hamlet,
            Indicator, Name, Number, OldNumber, On, Phone, Sex, TargetKind, Unit, Value,
        };
        match self {
            Self::Roster => &[
                Name,
                Birth,
                BirthOfMan,
                BirthOfWoman,
                Sex,
                Number,
                OldNumber,
                Phone,
                Hamlet,
                Commune,
                Address,
            ],
            Self::Cohort => &[
                Name,
                Birth,
                BirthOfMan,
                BirthOfWoman,
                Sex,
                Number,
                Hamlet,
                Commune,
            ],
            Self::Steps => &[Name, Birth, Number, Hamlet, Commune, Field::Step, On],
            Self::Targets => &[Unit, Indicator, TargetKind, Value, Document, From, Due],
            Self::Balances => &[Unit, Indicator, Value, On],
        }
    }

    /// What it cannot do without.
    #[must_use]
    pub fn needs(self) -> &'static [Field] {
        match self {
            Self::Roster | Self::Cohort | Self::Steps => &[Field::Name],
            Self::Targets | Self::Balances => &[Field::Unit, Field::Value],
        }
    }
}

/// One table to be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What its rows are.
    pub what: What,
    /// Where they belong.
    pub unit: UnitId,
    /// Where the table comes from, in people's words.
    pub source: String,
    /// The day it was true on.
    pub as_of: LocalDay,
    /// What the list is called; a cohort needs it.
    pub list: String,
    /// Which step every row tells, where no column says so.
    pub step: Option<Step>,
    /// What every row counts, where no column says so.
    pub indicator: Option<Indicator>,
    /// What each column says; `None` recognises the headings.
    pub columns: Option<Vec<Option<Field>>>,
}

/// What an order lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadOrder {
    /// Say where the table comes from.
    #[error("say where the table comes from, in at most {SOURCE_BYTES_MAX} bytes")]
    Source,
    /// The day is still to come.
    #[error("a table cannot be true on a day still to come")]
    Day,
    /// A cohort needs a name.
    #[error("say what the list is called")]
    List,
}

impl BadOrder {
    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Source => "import-source",
            Self::Day => "import-day",
            Self::List => "import-list",
        }
    }
}

impl Order {
    /// Whether anybody can act upon it.
    ///
    /// # Errors
    /// [`BadOrder`].
    pub fn check(&self, today: LocalDay) -> Result<(), BadOrder> {
        let said =
            |text: &str| (1..=SOURCE_BYTES_MAX).contains(&text.len()) && TextField::is_clean(text);
        if !said(&self.source) {
            return Err(BadOrder::Source);
        }
        if self.as_of > today {
            return Err(BadOrder::Day);
        }
        match self.what == What::Cohort && !said(&self.list) {
            true => Err(BadOrder::List),
            false => Ok(()),
        }
    }

    /// Names this table imported in these words; how columns were understood is no part of it.
    #[must_use]
    pub fn seed(&self, file: &[u8]) -> [u8; 32] {
        let (unit, day) = (self.unit.0.to_le_bytes(), self.as_of.0.to_le_bytes());
        let indicator = self
            .indicator
            .map(|one| one.to_string())
            .unwrap_or_default();
        let parts: [&[u8]; 8] = [
            self.what.name().as_bytes(),
            &unit,
            self.source.as_bytes(),
            &day,
            self.list.as_bytes(),
            self.step.map_or("", |step| step.name()).as_bytes(),
            indicator.as_bytes(),
            file,
        ];
        digest("sampan/import-table", &parts)
    }
}
