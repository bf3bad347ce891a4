//! Names put together from common syllables of the Mekong delta.
//!
//! Shares of family names follow published counts, with the southern forms Huỳnh and Võ.

use rand_chacha::ChaCha8Rng;
use shared::field::{PersonName, Sex};

use crate::demo::draw::{one_of, weighted};

/// Which names a household uses; it decides nothing else and is kept nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    Vietnamese,
    Khmer,
}

/// Weights in thousandths of the population.
const FAMILY: [(&str, u32); 24] = [
    ("Nguyễn", 300),
    ("Trần", 110),
    ("Lê", 90),
    ("Huỳnh", 60),
    ("Phạm", 60),
    ("Võ", 45),
    ("Phan", 35),
    ("Lâm", 30),
    ("Trương", 20),
    ("Dương", 20),
    ("Lý", 20),
    ("Đặng", 20),
    ("Hồ", 15),
    ("Ngô", 15),
    ("Bùi", 15),
    ("Đỗ", 10),
    ("Tô", 10),
    ("Mai", 10),
    ("Châu", 10),
    ("Đoàn", 7),
    ("Quách", 6),
    ("Cao", 6),
    ("Đinh", 6),
    ("Hà", 6),
];

const KHMER_FAMILY: [(&str, u32); 9] = [
    ("Thạch", 26),
    ("Sơn", 16),
    ("Kim", 14),
    ("Danh", 14),
    ("Lâm", 8),
    ("Lý", 7),
    ("Châu", 5),
    ("Trần", 5),
    ("Liêu", 5),
];

const MEN_MIDDLE: [(&str, u32); 8] = [
    ("Văn", 35),
    ("Hữu", 11),
    ("Minh", 12),
    ("Quốc", 10),
    ("Thanh", 10),
    ("Hoàng", 10),
    ("Chí", 7),
    ("", 5),
];

const WOMEN_MIDDLE: [&str; 6] = ["Ngọc", "Kim", "Mỹ", "Thanh", "Bích", "Cẩm"];

const MEN_GIVEN: [&str; 24] = [
    "Đẹp", "Đời", "Đức", "Đạt", "Út", "Hai", "Tèo", "Khoa", "Phát", "Hòa", "Bình", "Tâm", "Phúc",
    "Nghĩa", "Toàn", "Khánh", "Tín", "Lợi", "Cường", "Thuận", "Khỏe", "Dũng", "Hậu", "Duy",
];

const WOMEN_GIVEN: [&str; 24] = [
    "Đẹp", "Đào", "Bé", "Út", "Lượm", "Thắm", "Diễm", "Thủy", "Thúy", "Hoa", "Lan", "Hồng",
    "Nhung", "Yến", "Loan", "Mai", "Ngân", "Trúc", "Hạnh", "Tuyết", "Quyên", "Như", "Hương", "Ánh",
];

const KHMER_GIVEN: [&str; 12] = [
    "Sóc Kha", "Ương", "Rây", "Sa Rết", "Phol", "Sươl", "Kha", "Sóc", "Ry", "Thol", "Đa Ra", "Nết",
];

pub(super) fn family(rng: &mut ChaCha8Rng, naming: Naming) -> &'static str {
    match naming {
        Naming::Vietnamese => weighted(rng, &FAMILY),
        Naming::Khmer => weighted(rng, &KHMER_FAMILY),
    }
}

/// Who gets a name.
pub(super) struct Bearer {
    pub(super) family: &'static str,
    pub(super) naming: Naming,
    pub(super) sex: Sex,
    /// In years: "Thị" has gone out of use with younger women.
    pub(super) age: u16,
}

pub(super) fn name(rng: &mut ChaCha8Rng, bearer: &Bearer) -> PersonName {
    let middle = middle(rng, bearer);
    let given = match (bearer.naming, bearer.sex) {
        (Naming::Khmer, _) => one_of(rng, &KHMER_GIVEN),
        (Naming::Vietnamese, Sex::Male) => one_of(rng, &MEN_GIVEN),
        (Naming::Vietnamese, Sex::Female) => one_of(rng, &WOMEN_GIVEN),
    };
    PersonName::clean(&format!("{} {middle} {given}", bearer.family))
        .expect("three short words are a name")
}

fn middle(rng: &mut ChaCha8Rng, bearer: &Bearer) -> &'static str {
    match (bearer.naming, bearer.sex) {
        (Naming::Khmer, Sex::Male) => "",
        (Naming::Khmer, Sex::Female) => "Thị",
        (Naming::Vietnamese, Sex::Male) => weighted(rng, &MEN_MIDDLE),
        (Naming::Vietnamese, Sex::Female) => {
            let thi = match bearer.age {
                0..20 => 20,
                20..=40 => 35,
                _ => 55,
            };
            let other = one_of(rng, &WOMEN_MIDDLE);
            weighted(rng, &[("Thị", thi), ("", 5), (other, 95 - thi)])
        }
    }
}
