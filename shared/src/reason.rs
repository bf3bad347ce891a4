//! Why a resident has no card or no active account yet: the closed catalogue.
//!
//! A dossier holds at most one ordinary reason for each of the two. Reasons that touch police
//! work are *restricted*: only a case document, which police alone read, may hold them.

use crate::catalogue::coded;

coded! {
    /// One reason. The number stands in `CARD_REASON`, `EID_REASON` and `CASE_REASON`.
    ///
    /// Names begin with the letter and digit by which field workers know the list. No reason
    /// says anything about health or origin, and none may be added that does.
    Reason {
        /// Works elsewhere in the country.
        WorksAway = 1, "a1-works-away";
        /// Is abroad.
        Abroad = 2, "a2-abroad";
        /// Studies elsewhere.
        StudiesAway = 3, "a3-studies-away";
        /// Nobody knows where.
        WhereaboutsUnknown = 4, "a4-whereabouts-unknown";
        /// Somebody must go to the home.
        NeedsHomeVisit = 5, "b1-needs-home-visit";
        /// Has just turned 14.
        JustFourteen = 6, "b2-just-fourteen";
        /// The national database says otherwise.
        DataMismatch = 7, "c1-data-mismatch";
        /// Papers are missing.
        PapersMissing = 8, "c2-papers-missing";
        /// The number or the dossier exists twice. Restricted.
        DuplicateNumber = 9, "c3-duplicate-number";
        /// Residence is not registered here.
        NotRegisteredHere = 10, "c4-not-registered-here";
        /// Done elsewhere, not reconciled yet.
        DoneElsewhere = 11, "c5-done-elsewhere";
        /// In the hands of the police. Restricted.
        PoliceMatter = 12, "d1-police-matter";
        /// Has no phone.
        NoPhone = 13, "e1-no-phone";
        /// The phone cannot run the app.
        WeakPhone = 14, "e2-weak-phone";
        /// The SIM stands in another name.
        SimOfAnother = 15, "e3-sim-of-another";
        /// The registered number is lost or changed.
        NumberChanged = 16, "e4-number-changed";
        /// Waits for approval by the ministry.
        AwaitsApproval = 17, "e5-awaits-approval";
        /// More than seven days passed; the hotline must help.
        SevenDaysPassed = 18, "e6-seven-days-passed";
        /// Forgot the password or is locked out.
        LockedOut = 19, "e7-locked-out";
        /// Does not know how; family must help.
        NeedsFamilyHelp = 20, "e8-needs-family-help";
        /// Portal or app is overloaded.
        PortalOverloaded = 21, "e9-portal-overloaded";
        /// Declined.
        Declined = 22, "f1-declined";
        /// Died or moved away, still on the register.
        DeadOrMoved = 23, "f2-dead-or-moved";
        /// Anything else; the note says what.
        Other = 24, "z-other";
    }
}

impl Reason {
    /// Whether only case documents may hold it.
    #[must_use]
    pub fn is_restricted(self) -> bool {
        matches!(self, Self::DuplicateNumber | Self::PoliceMatter)
    }
}
