use std::sync::Arc;

use super::*;
use crate::secrets::Secrets;
use crate::server::Foundation;
use crate::store::Memory;
use crate::writer::Writer;

fn day(text: &str) -> LocalDay {
    text.parse().unwrap()
}

fn reform() -> LocalDay {
    day("2025-07-01")
}

const BEFORE: &str = "DANH MỤC HÀNH CHÍNH\n\
    Tỉnh Thành Phố,Mã TP,Quận Huyện,Mã QH,Phường Xã,Mã PX,Cấp,Tên Tiếng Anh\n\
    Tỉnh Cà Mau,96,Huyện Năm Căn,971,Thị trấn Năm Căn,32191,Thị trấn,\n\
    Tỉnh Cà Mau,96,Huyện Năm Căn,971,Xã Hàm Rồng,32197,Xã,\n\
    Tỉnh Cà Mau,96,Huyện Năm Căn,971,Xã Lâm Hải,32201,Xã,\n\
    Tỉnh Hà Giang,2,Huyện Đồng Văn,26,Thị trấn Phó Bảng,712,Thị trấn,\n";
const AFTER: &str = "Mã,Tên,Tên Tiếng Anh,Cấp,Mã TP,Tỉnh / Thành Phố\n\
    32201,Xã Đất Mới,,Xã,96,Tỉnh Cà Mau\n\
    32191,Xã Năm Căn,,Xã,96,Tỉnh Cà Mau\n\
    712,Xã Phố Bảng,,Xã,8,Tỉnh Tuyên Quang\n";
const MAPPING: &str = "Mã xã cũ,Tên cũ,Mã xã mới,Ghi chú,Ấp\n\
    32201,Xã Lâm Hải,32201,toàn bộ,\n\
    32197,Xã Hàm Rồng,32191,một phần,\n\
    32197,Xã Hàm Rồng,32201,một phần,Ấp Cái Nai\n\
    32191,Thị trấn Năm Căn,32191,,\n\
    712,Thị trấn Phó Bảng,712,,\n\
    999,Xã Không Có,32191,,\n";

fn lists() -> UnitLists {
    let files = [
        (Table::Before, BEFORE),
        (Table::After, AFTER),
        (Table::Mapping, MAPPING),
    ];
    let files = files.map(|(table, text)| (table, text.as_bytes().to_vec()));
    UnitLists::read(&files.into()).unwrap()
}

/// A server whose units were made of the first list alone, with three hamlets of its own.
fn with_hamlets() -> UnitTree {
    let before = UnitLists {
        before: lists().before,
        ..UnitLists::default()
    };
    let plan = before.plan(&UnitTree::default(), reform()).unwrap();
    let commune = plan.tree.by_code("32197", day("2023-02-26")).unwrap().id;
    let hamlet = |id, name| UnitVersion {
        id: UnitId(id),
        code: None,
        kind: UnitKind::Hamlet,
        name: UnitName::vietnamese(name),
        parent: Some(commune),
        valid: Period {
            from: None,
            to: Some(reform()),
        },
        successors: Vec::new(),
    };
    let mut versions = plan.tree.into_versions();
    versions.extend([hamlet(501, "Ấp Cái Nai"), hamlet(502, "Ấp Xóm Lớn")]);
    UnitTree::new(versions).unwrap()
}

#[test]
fn lists_as_published_become_one_tree_on_both_sides_of_the_reform() {
    let plan = lists().plan(&UnitTree::default(), reform()).unwrap();
    assert_eq!((plan.sums.before, plan.sums.after), ((2, 4), (2, 3)));
    let name = |code, on: &str| {
        plan.tree
            .by_code(code, day(on))
            .map(UnitVersion::full_name_vi)
    };
    assert_eq!(name("32201", "2023-02-26").as_deref(), Some("Xã Lâm Hải"));
    assert_eq!(name("32201", "2025-07-01").as_deref(), Some("Xã Đất Mới"));
    assert_eq!(
        name("00712", "2025-06-30").as_deref(),
        Some("Thị trấn Phó Bảng")
    );
    assert_eq!(name("026", "2025-07-01"), None);
    let ca_mau = plan.tree.by_code("96", day("2020-01-01")).unwrap();
    assert_eq!(plan.tree.versions_of(ca_mau.id).len(), 1);
    let missing = plan.notes.iter().map(|note| (note.row, note.what));
    assert_eq!(missing.collect::<Vec<_>>(), [(7, "no-such-old-unit")]);
}

#[test]
fn what_went_where_is_known_and_hamlets_follow() {
    let known = with_hamlets();
    let plan = lists().plan(&known, reform()).unwrap();
    let home = |hamlet| {
        plan.tree
            .get(UnitId(hamlet), reform())
            .and_then(|one| one.parent)
    };
    let code = |code| plan.tree.by_code(code, reform()).map(|one| one.id);
    assert_eq!(home(501), code("32201"), "the mapping names it");
    assert_eq!(home(502), code("32191"), "the first that took people");
    assert_eq!(plan.sums.hamlets_moved, 2);
    let guessed = plan
        .notes
        .iter()
        .filter(|note| note.what == "hamlet-guessed");
    assert_eq!(guessed.count(), 1);
    let old = known.by_code("32197", day("2025-06-30")).unwrap().id;
    let heirs = &plan.tree.versions_of(old).last().unwrap().successors;
    let heirs: Vec<_> = heirs
        .iter()
        .map(|heir| (Some(heir.unit), heir.kind))
        .collect();
    let part = SuccessorKind::Part;
    assert_eq!(heirs, [(code("32191"), part), (code("32201"), part)]);
}

#[test]
fn the_same_lists_again_change_nothing() {
    let first = lists().plan(&with_hamlets(), reform()).unwrap();
    let again = lists().plan(&first.tree, reform()).unwrap();
    assert!(
        again.written.is_empty() && again.removed.is_empty(),
        "{again:#?}"
    );
    assert_eq!(again.tree, first.tree);
    assert_eq!((again.sums.created, again.sums.changed), (0, 0));
}

#[test]
fn lists_agree_with_the_units_that_are_built_in() {
    let known = crate::demo::units::national_tree().unwrap();
    let plan = lists().plan(&known, reform()).unwrap();
    let id = |tree: &UnitTree, on: &str| tree.by_code("32201", day(on)).unwrap().id;
    for on in ["2023-02-26", "2025-07-01"] {
        assert_eq!(id(&plan.tree, on), id(&known, on), "{on}");
    }
    let ca_mau = plan.tree.by_code("96", reform()).unwrap().id;
    assert_eq!(plan.tree.children(ca_mau, reform()).count(), 64);
}

#[test]
fn a_row_that_is_not_understood_is_named() {
    let read = |table, text: &str| {
        UnitLists::read(&BTreeMap::from([(table, text.as_bytes().to_vec())])).map_err(|error| {
            let source = core::error::Error::source(&error).map(ToString::to_string);
            source.unwrap_or_default()
        })
    };
    let error = read(Table::After, "Mã,Tên,Mã TP\n1x,Xã A,96\n").unwrap_err();
    assert_eq!(error, "row 2: \"1x\" is no code");
    let error = read(Table::After, "Mã,Tên,Mã TP\n12,Đất Mới,96\n").unwrap_err();
    assert_eq!(error, "row 2: nothing says what \"Đất Mới\" is");
    let error = read(Table::Mapping, "a,b\n1,2\n").unwrap_err();
    assert_eq!(error, "no row of headings says where codes and names are");
}

/// A country of the real one's size: 63 provinces with 10,035 communes become 34 with 3,321.
fn country() -> [(Table, String); 3] {
    let mut before = "Tỉnh Thành Phố,Mã TP,Quận Huyện,Mã QH,Phường Xã,Mã PX,Cấp\n".to_owned();
    let mut after = "Mã,Tên,Cấp,Mã TP,Tỉnh / Thành Phố\n".to_owned();
    let mut mapping = "Mã cũ,Mã mới\n".to_owned();
    for n in 0..10_035 {
        let (province, district) = (1 + n % 63, 100 + n % 693);
        before += &format!(
            "Tỉnh Số {province},{province:02},Huyện {district},{district:03},Xã Cũ {n},{:05},Xã\n",
            n + 1
        );
        mapping += &format!("{:05},{:05}\n", n + 1, 20_001 + n % 3_321);
    }
    for n in 0..3_321 {
        let province = 1 + n % 34;
        after += &format!(
            "{:05},Xã Mới {n},Xã,{province:02},Tỉnh Số {province}\n",
            20_001 + n
        );
    }
    [
        (Table::Before, before),
        (Table::After, after),
        (Table::Mapping, mapping),
    ]
}

#[test]
fn the_whole_country_goes_through_the_reform() {
    let files = country().map(|(table, text)| (table, text.into_bytes()));
    let lists = UnitLists::read(&files.into()).unwrap();
    let plan = lists.plan(&UnitTree::default(), reform()).unwrap();
    assert_eq!(plan.sums.before, (63, 10_035));
    assert_eq!(plan.sums.after, (34, 3_321));
    assert_eq!(plan.sums.ended, 10_035 + 693 + 63 - 34);
    assert!(plan.notes.is_empty());
    let again = lists.plan(&plan.tree, reform()).unwrap();
    assert!(again.written.is_empty() && again.removed.is_empty());
}

#[tokio::test]
async fn what_was_planned_is_stored_once_with_its_source() {
    let store = Memory::new();
    let foundation = Foundation {
        secrets: Arc::new(Secrets::from_master(&[1; 32])),
        units: UnitTree::default(),
        epoch: 1,
    };
    let server = Server::new(store.clone(), Writer::direct(store), foundation);
    let files = country().map(|(table, text)| (table, text.into_bytes()));
    let lists = UnitLists::read(&files.into()).unwrap();
    let from = Provenance {
        source: "19/2025/QĐ-TTg".into(),
        as_of: reform(),
    };
    for _ in 0..2 {
        let plan = lists.plan(&server.units(), reform()).unwrap();
        let imported = server.import_units(plan, from.clone(), UnixSeconds(1_751_300_000));
        imported.await.unwrap();
    }
    let stored = server.ledger().unit_tree().await.unwrap();
    assert_eq!(&stored, &*server.units());
    assert_eq!(counted(&stored, reform()), (34, 3_321));
    let page = server.ledger().audit_page(0).await.unwrap();
    assert_eq!(page.len(), 1, "the second time nothing is written");
}
