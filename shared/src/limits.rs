//! Every bound of the protocol in one place: name with unit, value, and why that number.

/// Changes one bundle may carry, all sections together. A phone freezes a bundle at 128; the
/// rest is room for imports and re-packed outboxes.
pub const BUNDLE_CHANGES_MAX: usize = 2_048;

/// Ops one change may carry. The widest honest form, a new dossier, writes about 16.
pub const CHANGE_OPS_MAX: usize = 256;

/// Dependencies one change may name; more heads than this have never met in one document.
pub const CHANGE_DEPS_MAX: usize = 64;

/// Bytes of one text or bytes value. The longest honest one is a session's note.
pub const VALUE_BYTES_MAX: usize = 4_096;

/// Bytes of keys and values one document may show: a thousand events and every field at its
/// longest. Usual dossiers show under 1 KB.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024;

/// Ops in the life of one document, by its greatest counter. A dossier that is written to every day
/// for 20 years stays below; re-founding begins anew.
pub const DOCUMENT_OPS_MAX: u64 = 20_000;

/// Bytes of a key's name, literal or from the table.
pub const KEY_BYTES_MAX: usize = 22;

/// Bytes of one sealed bundle. At 40 kbit/s one upload takes 52 s, below the usual 60 s cut of
/// a proxy.
pub const BUNDLE_BYTES_MAX: usize = 256 * 1024;

/// Bytes one section may inflate to. Honest columns inflate 2-4 times; a bomb asks for more.
pub const SECTION_BYTES_MAX: usize = 1024 * 1024;

/// Questions the guesses of one section may answer (facts codec 2). A full bundle of usual
/// changes asks a third of this; reading as many takes some 30 ms.
pub const BUNDLE_GUESSES_MAX: u32 = 1 << 20;

/// Questions the guesses of one page may answer: four times a bundle's, as for changes.
pub const PAGE_GUESSES_MAX: u32 = 1 << 22;

/// Changes after which a phone freezes its open bundle (DESIGN 5).
pub const FREEZE_CHANGES_MAX: usize = 128;

/// Facts bytes after which a phone freezes its open bundle (DESIGN 5).
pub const FREEZE_BYTES_MAX: usize = 4 * 1024;

/// Bytes of a cleaned person's name. The longest names on cards have about ten syllables of at
/// most eight bytes.
pub const NAME_BYTES_MAX: usize = 160;

/// Bytes of a cleaned note: about 1,400 Vietnamese or 660 Khmer characters, twelve times the
/// usual note's length.
pub const NOTE_BYTES_MAX: usize = 2_000;

/// Bytes of the text inside an identity card's QR code; honest ones have under 300.
pub const CARD_TEXT_BYTES_MAX: usize = 1_024;

/// Decimals a printed percentage may have; reports use none to two.
pub const PERCENT_DECIMALS_MAX: u8 = 6;

/// Bytes of one device's signed receipt. One outcome takes at most 20, so this is the worst
/// case of a full bundle in which every change got its own answer.
pub const RECEIPT_BYTES_MAX: usize = 64 * 1024;

/// Sealing keys a receipt or an enrolment answer may publish: the current one, the next, and
/// the old ones still opened for late couriers.
pub const SEALING_KEYS_MAX: usize = 8;

/// Streams one grant may name: a phone's hamlets and their ancestors, both audiences.
pub const ASSIGNMENT_STREAMS_MAX: usize = 1_024;

/// Bytes of one signed enrolment message; an answer with [`ASSIGNMENT_STREAMS_MAX`] streams fits.
pub const ENROL_BYTES_MAX: usize = 16 * 1024;

/// Bytes one armored text or set of QR parts may carry: a bundle, or a page of sealed news.
pub const ARMOR_BYTES_MAX: usize = 1024 * 1024;

/// Parts one armored text may be cut into. More codes than this nobody scans by hand.
pub const ARMOR_PARTS_MAX: u8 = 99;

/// Characters of white space and text one part may have: [`ARMOR_BYTES_MAX`] in base64, wrapped
/// by a chat program, with room for the first line.
pub const ARMOR_PART_CHARS_MAX: usize = 1_600_000;

/// Changes one page of a pull may carry.
pub const PAGE_CHANGES_MAX: usize = 8_192;

/// Streams one pull may name: a commune's hamlets and their ancestors, twice over.
pub const PULL_STREAMS_MAX: usize = 128;

/// Bytes of a signed pull request.
pub const PULL_REQUEST_BYTES_MAX: usize = 4 * 1024;

/// Bytes of a signed pull answer. At 256 kbit/s one takes 32 s, and a broken one is asked again.
pub const PULL_ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of sealed news: the longest answer in its envelope.
pub const NEWS_BYTES_MAX: usize = PULL_ANSWER_BYTES_MAX + 128;

/// Things one parcel may hold: what 30 phones of a team bring home from two weeks without signal.
pub const PARCEL_ITEMS_MAX: usize = 1_024;

/// Bundles one preview note opens: what one phone seals in some weeks without signal.
pub const PREVIEW_BUNDLES_MAX: usize = 128;

/// Bytes of a preview note: [`PREVIEW_BUNDLES_MAX`] ids and keys in their envelope.
pub const PREVIEW_NOTE_BYTES_MAX: usize = 8 * 1024;

/// Bytes of one parcel: a file that a phone still sends at once.
pub const PARCEL_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of the order to a lost phone.
pub const WIPE_BYTES_MAX: usize = 256;

/// Dossiers one loan may name: more than a mobile card team calls on in a day.
pub const LOAN_DOCUMENTS_MAX: usize = 128;

/// Loans one device may have at a time: a day list or two, a school's classes, and a morning's
/// look-ups.
pub const LOANS_MAX: usize = 32;

/// Bytes of rows lent to one device. A usual row has 400.
pub const LENT_BYTES_MAX: usize = 192 * 1024;

/// The longest loan: a card team's journey along the coast.
pub const LOAN_DAYS_MAX: u32 = 14;

/// Days for which work on a document that was lent is still taken in after the loan has run out:
/// as long as a phone may be without signal and still be read.
pub const LOAN_LATE_DAYS_MAX: u32 = 45;

/// Minutes for which a person found at a desk is lent to it.
pub const LOOK_UP_MINUTES: u32 = 30;

/// Look-ups one device may make in an hour: one every two minutes, all day.
pub const LOOK_UPS_AN_HOUR_MAX: u32 = 30;

/// Bytes of a signed look-up.
pub const LOOK_UP_BYTES_MAX: usize = 512;

/// Bytes of the answer to one, with as many dossiers as bear one number.
pub const LOOKED_UP_BYTES_MAX: usize = 2 * 1024;

/// Dossiers one look-up names. One number should have one; a hundred wrong ones are a task.
pub const LOOK_UP_FOUND_MAX: usize = 16;

/// Disclosures one pull request carries; the next carries more.
pub const DISCLOSURES_A_PULL_MAX: usize = 64;

/// Days for which the server opens what was sealed to its old keys, and takes in bundles signed
/// with a device's old keys.
pub const FORMER_KEYS_DAYS_MAX: u32 = 400;

/// Bytes of a signed change of keys, and of its answer.
pub const REKEY_BYTES_MAX: usize = 512;

/// Bytes of the answer that says which protocols are served.
pub const SPOKEN_BYTES_MAX: usize = 1024;

/// Bytes of a signed answer with names: [`NAMES_PEOPLE_MAX`] and [`NAMES_UNITS_MAX`] of the longest.
pub const NAMES_BYTES_MAX: usize = 256 * 1024;

/// Colleagues one answer names: all phones of a large commune.
pub const NAMES_PEOPLE_MAX: usize = 1_024;

/// Colleagues whose keys one answer tells: those of a few hamlets, not of the commune.
pub const NAMES_COLLEAGUES_MAX: usize = 64;

/// Units one answer names: what a device follows, and the neighbours of that.
pub const NAMES_UNITS_MAX: usize = 1_024;

/// Bytes of one event's payload. A visit with the longest note or an opening with the most
/// figures fits; most take under 20.
pub const EVENT_BYTES_MAX: usize = 2_048;

/// Bytes of the note inside a visit. Half of all notes have under 60, one in twenty over 200.
pub const EVENT_NOTE_BYTES_MAX: usize = 1_000;

/// Events one void may name; more are named by a second void.
pub const VOIDED_EVENTS_MAX: usize = 64;

/// Figures one opening event may carry; a balance has as many events as it needs.
pub const EVENT_FIGURES_MAX: usize = 64;

/// Greatest value of one carried figure: ten times the country's people.
pub const FIGURE_MAX: u64 = 1_000_000_000;
