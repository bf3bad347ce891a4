//! The key table: index, name, kind of document, shape. Append only, never reused or retyped.

use super::{KeySpec, Shape};
use crate::kind::Kind;

macro_rules! table {
    ($($index:literal $konst:ident $name:literal $kind:expr, $shape:expr;)*) => {
        /// Every key this build knows, by index.
        pub static TABLE: &[KeySpec] = &[$(
            KeySpec { index: $index, name: $name, kind: $kind, shape: $shape },
        )*];

        /// The keys by the names the code uses.
        impl super::Key {
            $(
                #[doc = concat!("The key `", $name, "`.")]
                pub const $konst: super::Key =
                    super::Key(smol_str::SmolStr::new_static($name));
            )*
        }
    };
}

const fn text(bytes_max: usize) -> Shape {
    Shape::Text { bytes_max }
}
const fn code(max: u64) -> Shape {
    Shape::Uint { max }
}

const ANY: Option<Kind> = None;
const DOSSIER: Option<Kind> = Some(Kind::Dossier);
const IDENTITY: Option<Kind> = Some(Kind::Identity);
const CASE: Option<Kind> = Some(Kind::Case);
const SESSION: Option<Kind> = Some(Kind::Session);
const HOUSEHOLD: Option<Kind> = Some(Kind::Household);
const PLACE: Option<Kind> = Some(Kind::Place);
const CAMPAIGN: Option<Kind> = Some(Kind::Campaign);
const TARGET: Option<Kind> = Some(Kind::Target);
const TEAM: Option<Kind> = Some(Kind::Team);
const SHIFT: Option<Kind> = Some(Kind::Shift);
const NOTICE: Option<Kind> = Some(Kind::Notice);
const CATALOGUE: Option<Kind> = Some(Kind::Catalogue);

const UNIT_MAX: u64 = u32::MAX as u64;
const YEAR_MAX: u64 = 2199;
const COUNT_MAX: u64 = 1_000_000_000;

table! {
    // Of every document: what it is and where it belongs. Written first, `kind` never again.
    0 KIND "k" ANY, code(255);
    1 UNIT "u" ANY, code(UNIT_MAX);
    // Dossier.
    2 NAME "name" DOSSIER, text(160);
    3 BIRTH_YEAR "byear" DOSSIER, code(YEAR_MAX);
    4 SEX "sex" DOSSIER, code(2);
    5 LAST3 "last3" DOSSIER, Shape::Digits { count: 3 };
    6 PHONE "phone" DOSSIER, Shape::Phone;
    7 PHONE_OWNER "sim" DOSSIER, code(7);
    8 HOUSEHOLD "hh" DOSSIER, Shape::Link;
    9 ADDRESS "addr" DOSSIER, text(400);
    10 RESIDENCE "res" DOSSIER, code(15);
    11 NOTE "note" DOSSIER, text(2_000);
    12 CARD_REASON "cwhy" DOSSIER, code(63);
    13 EID_REASON "ewhy" DOSSIER, code(63);
    14 HOME_VISIT "home" DOSSIER, Shape::Bool;
    15 DUE "due" DOSSIER, Shape::Date;
    16 COUNTED "counted" DOSSIER, Shape::Bool;
    // Identity.
    17 NUMBER "pin" IDENTITY, Shape::Digits { count: 12 };
    18 BIRTH_DATE "birth" IDENTITY, Shape::Date;
    19 OLD_NUMBER "cmnd" IDENTITY, Shape::Digits { count: 9 };
    20 ALIAS "alias" IDENTITY, text(160);
    // Case.
    21 CASE_REASON "why" CASE, code(63);
    22 IRREGULARITY "irr" CASE, text(2_000);
    23 VERIFIER "by" CASE, text(160);
    24 CONCLUSION "end" CASE, text(2_000);
    // Session.
    25 SESSION_KIND "sk" SESSION, code(15);
    26 STARTED "at" SESSION, code(u32::MAX as u64);
    27 DURATION_MINUTES "mins" SESSION, code(24 * 60);
    28 SESSION_PLACE "place" SESSION, Shape::Link;
    29 SESSION_TEAM "team" SESSION, code(UNIT_MAX);
    30 SESSION_SHIFT "shift" SESSION, Shape::Link;
    31 LANGUAGE "lang" SESSION, code(15);
    32 HEADCOUNT "heads" SESSION, code(100_000);
    33 SERVICES "svc" SESSION, Shape::Bytes { bytes_max: 256 };
    34 OBSTACLES "obst" SESSION, text(2_000);
    35 SESSION_NOTE "snote" SESSION, text(2_000);
    // Household and place.
    36 HOUSEHOLD_NAME "hname" HOUSEHOLD, text(160);
    37 HOUSEHOLD_ADDRESS "haddr" HOUSEHOLD, text(400);
    38 CANAL "canal" HOUSEHOLD, text(160);
    39 PLACE_NAME "pname" PLACE, text(160);
    40 PLACE_KIND "pk" PLACE, code(31);
    41 AREA_TYPE "area" PLACE, code(15);
    42 PLACE_ADDRESS "paddr" PLACE, text(400);
    // Campaign, target, team, shift, notice, catalogue.
    43 CAMPAIGN_NAME "cname" CAMPAIGN, text(160);
    44 CAMPAIGN_FROM "cfrom" CAMPAIGN, Shape::Date;
    45 CAMPAIGN_TO "cto" CAMPAIGN, Shape::Date;
    46 TARGET_CAMPAIGN "tcamp" TARGET, Shape::Link;
    47 TARGET_INDICATOR "tind" TARGET, code(65_535);
    48 TARGET_KIND "tk" TARGET, code(7);
    49 TARGET_VALUE "tval" TARGET, code(COUNT_MAX);
    50 TARGET_DOCUMENT "tdoc" TARGET, text(160);
    51 TEAM_NAME "tname" TEAM, text(160);
    52 TEAM_NUMBER "tno" TEAM, code(UNIT_MAX);
    53 SHIFT_DAY "sday" SHIFT, Shape::Date;
    54 SHIFT_FROM "sfrom" SHIFT, code(24 * 60);
    55 SHIFT_TO "sto" SHIFT, code(24 * 60);
    56 SHIFT_PLACE "splace" SHIFT, Shape::Link;
    57 NOTICE_TEXT "text" NOTICE, text(2_000);
    58 NOTICE_KIND "nk" NOTICE, code(15);
    59 CATALOGUE_NAME "cat" CATALOGUE, text(160);
    // Of every document: it was a mistake or is not ours; it stays readable and counts nowhere.
    60 WITHDRAWN "gone" ANY, Shape::Bool;
    // Target: the first day that counts (before it, nothing does), and the day it is due.
    61 TARGET_FROM "tfrom" TARGET, Shape::Date;
    62 TARGET_DUE "tdue" TARGET, Shape::Date;
    // Dossier: another one that a person holds to be of the same resident, for a union.
    63 SAME_AS "same" DOSSIER, Shape::Link;
}

/// The key with this name, if it is in the table.
pub(super) fn by_name(name: &str) -> Option<&'static KeySpec> {
    TABLE.iter().find(|spec| spec.name == name)
}

/// The key with this index, if it is in the table.
pub(super) fn by_index(index: u16) -> Option<&'static KeySpec> {
    TABLE.get(usize::from(index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use std::collections::BTreeSet;

    #[test]
    fn every_index_and_name_stands_once_and_fits() {
        let names: BTreeSet<_> = TABLE.iter().map(|spec| spec.name).collect();
        assert_eq!(names.len(), TABLE.len());
        for (position, spec) in TABLE.iter().enumerate() {
            assert_eq!(usize::from(spec.index), position);
            assert!(!spec.name.starts_with('~') && Key::new(spec.name).is_ok());
        }
    }
}
