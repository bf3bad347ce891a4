//! Figures that offices report as bare numbers, because the records behind them are kept
//! elsewhere: cleaned registers, online portals, school lists.

use crate::catalogue::coded;

coded! {
    /// A figure that only ever comes from a balance document.
    Reported {
        /// Records of the population register to be cleaned.
        RecordsToClean = 0, "records-to-clean";
        /// Those cleaned at the first level, by the communes.
        CleanedByCommune = 1, "cleaned-by-commune";
        /// Those cleaned at the second level, by the districts.
        CleanedByDistrict = 2, "cleaned-by-district";
        /// Those cleaned at the third level, for good.
        CleanedByProvince = 3, "cleaned-by-province";
        /// People on the lists of schools and companies.
        CohortListed = 4, "cohort-listed";
        /// Those of them who have a card.
        CohortWithCard = 5, "cohort-with-card";
        /// Essential services to be offered online by the police.
        PoliceServicesWanted = 6, "police-services-wanted";
        /// Those of them offered.
        PoliceServicesDeployed = 7, "police-services-deployed";
        /// Essential services to be offered online by other offices.
        OtherServicesWanted = 8, "other-services-wanted";
        /// Those of them offered.
        OtherServicesDeployed = 9, "other-services-deployed";
        /// The police's further services, in groups.
        FurtherServicesWanted = 10, "further-services-wanted";
        /// Those of them offered.
        FurtherServicesDeployed = 11, "further-services-deployed";
        /// Procedures to be offered on the portals.
        ProceduresWanted = 12, "procedures-wanted";
        /// Those of them offered.
        ProceduresOnline = 13, "procedures-online";
        /// Applications about fire safety.
        FireSafetyReceived = 14, "fire-safety-received";
        /// Those of them received online.
        FireSafetyOnline = 15, "fire-safety-online";
        /// Applications about seals.
        SealsReceived = 16, "seals-received";
        /// Those of them received online.
        SealsOnline = 17, "seals-online";
        /// Applications about residence.
        ResidenceReceived = 18, "residence-received";
        /// Those of them received online.
        ResidenceOnline = 19, "residence-online";
        /// Applications about immigration.
        ImmigrationReceived = 20, "immigration-received";
        /// Those of them received online.
        ImmigrationOnline = 21, "immigration-online";
        /// Applications about traffic.
        TrafficReceived = 22, "traffic-received";
        /// Those of them received online.
        TrafficOnline = 23, "traffic-online";
        /// Offices that registered a pilot model.
        OfficesWithModels = 24, "offices-with-models";
        /// Driving licences that the e-ID shows.
        LicencesIntegrated = 25, "licences-integrated";
        /// Clinics that shall take a card or an e-ID.
        ClinicsWanted = 26, "clinics-wanted";
        /// Those of them that do.
        ClinicsConnected = 27, "clinics-connected";
        /// Schools that shall take fees without cash.
        SchoolsWanted = 28, "schools-wanted";
        /// Those of them that do.
        SchoolsConnected = 29, "schools-connected";
        /// Civil-status records to be digitised.
        CivilRecordsWanted = 30, "civil-records-wanted";
        /// Those of them that are.
        CivilRecordsDigitised = 31, "civil-records-digitised";
    }
}

impl Reported {
    /// The figure this one is a part of, where it is a part.
    #[must_use]
    pub fn whole(self) -> Option<Self> {
        match self {
            Self::CleanedByCommune | Self::CleanedByDistrict | Self::CleanedByProvince => {
                Some(Self::RecordsToClean)
            }
            Self::CohortWithCard => Some(Self::CohortListed),
            Self::PoliceServicesDeployed => Some(Self::PoliceServicesWanted),
            Self::OtherServicesDeployed => Some(Self::OtherServicesWanted),
            Self::FurtherServicesDeployed => Some(Self::FurtherServicesWanted),
            Self::ProceduresOnline => Some(Self::ProceduresWanted),
            Self::FireSafetyOnline => Some(Self::FireSafetyReceived),
            Self::SealsOnline => Some(Self::SealsReceived),
            Self::ResidenceOnline => Some(Self::ResidenceReceived),
            Self::ImmigrationOnline => Some(Self::ImmigrationReceived),
            Self::TrafficOnline => Some(Self::TrafficReceived),
            Self::ClinicsConnected => Some(Self::ClinicsWanted),
            Self::SchoolsConnected => Some(Self::SchoolsWanted),
            Self::CivilRecordsDigitised => Some(Self::CivilRecordsWanted),
            _ => None,
        }
    }
}
