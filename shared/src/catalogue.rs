//! Closed lists of codes that documents, events and permissions use.
//!
//! Each list is append only: a number, once given, keeps its meaning for ever, and a number this
//! build does not know comes from a later version. The lists hold stable kebab-case names and no
//! display text; the words people read belong to the screens.

/// Declares a closed list: an enum with its numbers and stable names.
macro_rules! coded {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$variant_doc:meta])* $variant:ident = $code:literal, $text:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(try_from = "u8", into = "u8")]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $code,)*
        }

        impl $name {
            /// Every one, by number.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its number in documents and events.
            #[must_use]
            pub fn code(self) -> u8 {
                self as u8
            }

            /// The one with this number, if this build knows it.
            #[must_use]
            pub fn from_code(code: u64) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| u64::from(one.code()) == code)
            }

            /// Its stable kebab-case name: what catalogues of texts are keyed by.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl From<$name> for u8 {
            fn from(one: $name) -> u8 {
                one.code()
            }
        }

        impl TryFrom<u8> for $name {
            type Error = $crate::catalogue::UnknownCode;

            fn try_from(code: u8) -> Result<Self, Self::Error> {
                Self::from_code(code.into()).ok_or($crate::catalogue::UnknownCode)
            }
        }
    };
}

pub(crate) use coded;

/// A number no list of this build has: it comes from a later version, or from damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code this build does not know; update it")]
pub struct UnknownCode;

coded! {
    /// How a resident belongs to the hamlet; the choice of denominator rests on it.
    Residence {
        /// Registered here and living here.
        PermanentPresent = 0, "permanent-present";
        /// Registered here, living elsewhere.
        PermanentAway = 1, "permanent-away";
        /// Living here for 30 days or more, registered elsewhere.
        Temporary = 2, "temporary";
        /// Has left for good; the register still says here.
        Left = 3, "left";
        /// Has died; the register may not know yet.
        Dead = 4, "dead";
        /// Nobody could say.
        Unknown = 5, "unknown";
    }
}

coded! {
    /// In whose name the SIM of the dossier's phone number stands.
    PhoneOwner {
        /// Nobody asked.
        Unknown = 0, "unknown";
        /// The resident's own name.
        Own = 1, "own";
        /// Somebody of the household.
        Family = 2, "family";
        /// Somebody else.
        Other = 3, "other";
    }
}

coded! {
    /// What sort of guidance session it was.
    SessionKind {
        /// In somebody's home.
        Home = 1, "home";
        /// A group in a hall, pagoda or market.
        Group = 2, "group";
        /// In a school.
        School = 3, "school";
        /// In a company or boarding house.
        Company = 4, "company";
        /// At the one-stop desk.
        Desk = 5, "desk";
        /// At the police post.
        PolicePost = 6, "police-post";
        /// By telephone or messages.
        Remote = 7, "remote";
        /// Loudspeaker, leaflets, posts: many reached, nobody guided.
        Propaganda = 8, "propaganda";
    }
}

coded! {
    /// The language a session or consent was held in. A fact about the meeting, never about a
    /// person's origin.
    Language {
        /// Vietnamese.
        Vietnamese = 0, "vi";
        /// Khmer.
        Khmer = 1, "km";
        /// English.
        English = 2, "en";
        /// Any other.
        Other = 3, "other";
    }
}

coded! {
    /// What a place is.
    PlaceKind {
        /// Commune police post.
        PolicePost = 0, "police-post";
        /// People's committee.
        Committee = 1, "committee";
        /// One-stop desk.
        Desk = 2, "desk";
        /// School.
        School = 3, "school";
        /// Hamlet hall.
        Hall = 4, "hall";
        /// Pagoda or church.
        Worship = 5, "worship";
        /// Market.
        Market = 6, "market";
        /// Boarding house.
        BoardingHouse = 7, "boarding-house";
        /// Company.
        Company = 8, "company";
        /// Clinic.
        Clinic = 9, "clinic";
        /// Landing or jetty.
        Landing = 10, "landing";
        /// Any other.
        Other = 11, "other";
    }
}

coded! {
    /// The sort of area a place lies in, to compare rates by.
    AreaType {
        /// High-rise flats.
        HighRise = 0, "high-rise";
        /// New urban area.
        NewUrban = 1, "new-urban";
        /// Rural.
        Rural = 2, "rural";
        /// Workers' housing of an industrial zone.
        Industrial = 3, "industrial";
        /// Area of ethnic minorities: a property of the place.
        Minority = 4, "minority";
    }
}

coded! {
    /// Whose figure a target is: three denominators of one indicator.
    TargetKind {
        /// Set from above.
        Assigned = 0, "assigned";
        /// The unit's own plan.
        Plan = 1, "plan";
        /// What the unit has promised.
        Commitment = 2, "commitment";
    }
}

coded! {
    /// What a notice is.
    NoticeKind {
        /// A message from above.
        Message = 0, "message";
        /// An obstacle reported from below.
        Obstacle = 1, "obstacle";
        /// An obstacle solved.
        Solved = 2, "solved";
        /// A method others may use.
        Method = 3, "method";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Reason;

    #[test]
    fn codes_and_names_stand_once_and_give_back_their_meaning() {
        fn check<T: Copy + PartialEq + core::fmt::Debug>(
            all: &[T],
            code: fn(T) -> u8,
            from_code: fn(u64) -> Option<T>,
            name: fn(T) -> &'static str,
        ) {
            let names: std::collections::BTreeSet<_> = all.iter().map(|&one| name(one)).collect();
            assert_eq!(names.len(), all.len());
            for &one in all {
                assert_eq!(from_code(code(one).into()), Some(one));
                assert!(
                    name(one)
                        .chars()
                        .all(|c| c == '-' || c.is_ascii_alphanumeric())
                );
            }
            assert_eq!(from_code(200), None);
        }
        macro_rules! check_lists {
            ($($list:ident)*) => {
                $(check($list::ALL, $list::code, $list::from_code, $list::name);)*
            };
        }
        check_lists!(Residence PhoneOwner SessionKind Language PlaceKind AreaType);
        check_lists!(TargetKind NoticeKind Reason);
    }
}
