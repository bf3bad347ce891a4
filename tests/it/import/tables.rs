//! Tables of offices come in as they say, once, and can be taken back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use server::rate::Rate;
use server::server::DeviceRates;
use server::store::Memory;
use shared::event::Step;
use shared::key::Key;
use shared::permission::Role;

use crate::http::accounts::Browser;
use crate::http::figure;
use crate::http::phone::{MORNING, put};
use crate::http::wire::{Answer, COMMUNE, HAMLET, NEIGHBOUR, Outside, PROVINCE, Site};

/// As an office keeps it: letterhead, numbered columns, dates in two columns, a sum at the end.
const ROSTER: &str = "CÔNG AN XÃ ĐẤT MỚI,,,,,\n\
    DANH SÁCH CÔNG DÂN CHƯA THU NHẬN,,,,,\n\
    STT,HỌ VÀ TÊN,Năm sinh,,Số định danh,Ấp\n\
    ,,Nam,Nữ,,\n\
    1,Phạm Hữu Đời,1959,,099059000417,Ấp 1\n\
    2,Sơn Thị Út,,1987,09918700268O,Ấp 1\n\
    3,Lý Kim Cẩm,,1994,099194004471,Ấp 7B\n\
    4,\u{d0}ặng Văn Đào,1962,,099062003318,Ấp 1\n\
    5,Phạm Hữu Đời,1959,,099059000417,Ấp 1\n\
    6,Châu Quốc Khoa,19__,,,Ấp 1\n\
    Tổng cộng,6,,,,\n";

fn order(what: &str, file: &[u8], more: Json) -> Json {
    let mut order = json!({
        "what": what, "unit": COMMUNE.0, "source": "Công an xã Đất Mới",
        "as_of": "2023-11-18", "file": STANDARD.encode(file),
    });
    for (key, value) in more.as_object().unwrap() {
        order[key] = value.clone();
    }
    order
}

async fn send(browser: &Browser<'_>, path: &str, body: &Json) -> Answer {
    browser.ask("POST", path, &body.to_string()).await
}

async fn done(browser: &Browser<'_>, path: &str, body: &Json) -> Json {
    let answer = send(browser, path, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Rows with their notes, as the preview tells them.
fn told(preview: &Json) -> Vec<(u64, String, Vec<String>)> {
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    let codes = |row: &Json| {
        let notes = row["notes"].as_array().unwrap().iter();
        notes.map(|note| text(&note["code"])).collect()
    };
    let rows = preview["told"].as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["row"].as_u64().unwrap(),
            text(&row["outcome"]),
            codes(row),
        )
    })
    .collect()
}

#[tokio::test]
async fn a_roster_is_tried_taken_once_taken_back_and_taken_again() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    let roster = order("roster", ROSTER.as_bytes(), json!({}));

    let preview = done(&browser, "/v1/imports/preview", &roster).await;
    let counted = ["rows", "new", "known", "errors"].map(|key| preview[key].as_u64().unwrap());
    assert_eq!(counted, [6, 3, 1, 2], "{preview}");
    let note = |row, outcome: &str, codes: &[&str]| {
        let codes = codes.iter().map(|code| (*code).to_owned()).collect();
        (row, outcome.to_owned(), codes)
    };
    assert_eq!(
        told(&preview),
        [
            note(6, "error", &["number-letter-o"]),
            note(7, "error", &["number-unknown-prefix", "hamlet-unknown"]),
            note(5, "new", &["number-unknown-prefix"]),
            note(8, "new", &["letter-replaced", "number-unknown-prefix"]),
            note(9, "known", &["number-unknown-prefix", "twice-in-file"]),
            note(10, "new", &["date-shape", "birth-missing"]),
        ]
    );
    assert_eq!(
        figure(&site, HAMLET.0, "dossiers").await,
        0,
        "a preview wrote"
    );

    let first = done(&browser, "/v1/imports", &roster).await;
    assert_eq!(
        (&first["written"], &first["not_taken"]),
        (&3.into(), &0.into())
    );
    assert_eq!(figure(&site, HAMLET.0, "dossiers").await, 3);
    let again = done(&browser, "/v1/imports", &roster).await;
    assert_eq!((&again["written"], &again["known"]), (&0.into(), &4.into()));
    assert_eq!(again["import"], first["import"]);
    assert_eq!(figure(&site, HAMLET.0, "dossiers").await, 3);

    let undo = format!("/v1/imports/{}/undo", first["import"].as_str().unwrap());
    let undone = done(&browser, &undo, &json!({})).await;
    assert_eq!(
        (&undone["taken_back"], &undone["kept"]),
        (&3.into(), &0.into())
    );
    assert_eq!(figure(&site, HAMLET.0, "dossiers").await, 0);
    assert_eq!(
        send(&browser, &undo, &json!({})).await.code(),
        "import-undone"
    );
    let back = done(&browser, "/v1/imports", &roster).await;
    assert_eq!(back["written"], 3, "{back}");
    assert_eq!(figure(&site, HAMLET.0, "dossiers").await, 3);
    let listed = browser.ask("GET", "/v1/imports", "").await.json();
    assert_eq!(listed[0]["source"], "Công an xã Đất Mới");
    assert_eq!(
        (&listed[0]["by"], &listed[0]["is_undone"]),
        (&"lan".into(), &false.into())
    );
}

/// A roster of so many men of different names.
fn long_roster(people: u32) -> String {
    let mut roster = "Họ và tên,Năm sinh,Giới tính,Số định danh,Ấp\n".to_owned();
    for n in 0..people {
        let year = 50 + n % 50;
        roster += &format!("Lý Văn Số {n},19{year},Nam,0990{year}{n:06},Ấp 1\n");
    }
    roster
}

/// Phones may hand in so much a minute; an office's table is more, and comes at once. With
/// `SAMPAN_CHECK=long` it has 100,000 rows.
#[tokio::test]
async fn a_long_table_is_not_stopped_by_what_phones_may_send() {
    let people = match std::env::var("SAMPAN_CHECK").is_ok_and(|it| it == "long") {
        true => 100_000,
        false => 300,
    };
    let rate = Rate {
        burst: 2,
        per_minute: 1,
    };
    let outside = Outside {
        rates: DeviceRates::counted(rate),
        ..Outside::at(MORNING)
    };
    let site = Site::start_outside(outside).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    let roster = order("roster", long_roster(people).as_bytes(), json!({}));
    let first = done(&browser, "/v1/imports", &roster).await;
    assert_eq!(
        (&first["written"], &first["not_taken"]),
        (&json!(people), &json!(0))
    );
    let again = done(&browser, "/v1/imports", &roster).await;
    assert_eq!(
        (&again["written"], &again["known"]),
        (&json!(0), &json!(people))
    );
    assert_eq!(figure(&site, HAMLET.0, "dossiers").await, u64::from(people));
}

#[tokio::test]
async fn the_same_people_in_another_table_are_known() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    let roster = order("roster", ROSTER.as_bytes(), json!({}));
    done(&browser, "/v1/imports", &roster).await;
    // By their numbers; who has none and no birth year to compare is new again.
    let other = ROSTER.replace("CHƯA THU NHẬN", "còn lại");
    let preview = done(
        &browser,
        "/v1/imports/preview",
        &order("roster", other.as_bytes(), json!({})),
    )
    .await;
    assert_eq!((&preview["new"], &preview["known"]), (&1.into(), &3.into()));
    assert_eq!(
        preview["is_remembered"], false,
        "no heading of one's own was said"
    );
}

#[tokio::test]
async fn nobodys_work_is_withdrawn_with_an_import() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    let roster = order("roster", ROSTER.as_bytes(), json!({}));
    let imported = done(&browser, "/v1/imports", &roster).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    site.pull(&mut phone).await;
    let named = |row: &shared::row::Row| row.get(&Key::NAME) == Some(&"Phạm Hữu Đời".into());
    let (dossier, _) = phone.shown.rows.iter().find(|(_, row)| named(row)).unwrap();
    let name = server::author::elsewhere(*dossier);
    let written = phone.write(name, vec![put(Key::PHONE, "0951234567")]);
    site.push(&phone.bundle(&[written])).await;
    let undo = format!("/v1/imports/{}/undo", imported["import"].as_str().unwrap());
    let undone = done(&browser, &undo, &json!({})).await;
    assert_eq!(
        (&undone["taken_back"], &undone["kept"]),
        (&2.into(), &1.into())
    );
    assert_eq!(figure(&site, HAMLET.0, "dossiers").await, 1);
}

#[tokio::test]
async fn what_the_ministry_accepted_reaches_the_dossiers_it_is_about() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    done(
        &browser,
        "/v1/imports",
        &order("roster", ROSTER.as_bytes(), json!({})),
    )
    .await;
    let accepted = "Họ tên;Số CCCD;Ngày duyệt\n\
        Phạm Hữu Đời;099059000417;15/11/2023\n\
        Không Ai Biết;099188000001;15/11/2023\n";
    let steps = order(
        "steps",
        accepted.as_bytes(),
        json!({"step": Step::EidAccepted.name()}),
    );
    let first = done(&browser, "/v1/imports", &steps).await;
    assert_eq!(
        (&first["written"], &first["errors"]),
        (&1.into(), &1.into()),
        "{first}"
    );
    assert_eq!(figure(&site, HAMLET.0, "eid-accepted").await, 1);
    assert_eq!(done(&browser, "/v1/imports", &steps).await["written"], 0);
    let undo = format!("/v1/imports/{}/undo", first["import"].as_str().unwrap());
    assert_eq!(done(&browser, &undo, &json!({})).await["taken_back"], 1);
    assert_eq!(figure(&site, HAMLET.0, "eid-accepted").await, 0);
    // It may come again, too.
    assert_eq!(done(&browser, "/v1/imports", &steps).await["written"], 1);
    assert_eq!(figure(&site, HAMLET.0, "eid-accepted").await, 1);
}

#[tokio::test]
async fn a_schools_list_is_counted_by_what_its_dossiers_show() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    done(
        &browser,
        "/v1/imports",
        &order("roster", ROSTER.as_bytes(), json!({})),
    )
    .await;
    let collected = "Họ tên,Số CCCD\nPhạm Hữu Đời,099059000417\n";
    let steps = json!({"step": Step::CardPrinted.name()});
    done(
        &browser,
        "/v1/imports",
        &order("steps", collected.as_bytes(), steps),
    )
    .await;
    let class = "Họ tên,Năm sinh,Số định danh,Ấp\nPhạm Hữu Đời,1959,099059000417,\n\
        Đặng Văn Đào,1962,,Ấp 1\nKhông Ai Biết,2007,099207000001,\n";
    let list = json!({"list": "Lớp 12A"});
    let imported = done(
        &browser,
        "/v1/imports",
        &order("cohort", class.as_bytes(), list),
    )
    .await;
    assert_eq!(
        (&imported["written"], &imported["errors"]),
        (&3.into(), &0.into()),
        "{imported}"
    );
    let elsewhere = browser.ask("GET", "/v1/cohorts?unit=1", "").await;
    assert_eq!(elsewhere.status, 403, "the province is not the officer's");
    let path = "/v1/cohorts?unit=2&day=2023-11-18";
    let shown = browser.ask("GET", path, "").await.json();
    assert_eq!(
        (&shown[0]["listed"], &shown[0]["unknown"]),
        (&3.into(), &1.into())
    );
    let with_card = json!({"done": 1, "left": 2, "percent": "33.33"});
    assert_eq!(shown[0]["with_card"], with_card, "{shown}");
    let before = browser
        .ask("GET", "/v1/cohorts?unit=2&day=2023-11-17", "")
        .await
        .json();
    assert_eq!(before[0]["with_card"]["done"], 0);
    // It creates nobody.
    assert_eq!(figure(&site, HAMLET.0, "dossiers").await, 3);
}

#[tokio::test]
async fn a_schools_list_is_lent_to_a_desk_as_far_as_there_is_something_to_do() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    site.account("neighbour", Role::CommunePolice, NEIGHBOUR)
        .await;
    let browser = site.browser("lan").await;
    let roster = order("roster", ROSTER.as_bytes(), json!({}));
    done(&browser, "/v1/imports", &roster).await;
    let all = "Họ tên,Số CCCD\nPhạm Hữu Đời,099059000417\n";
    for step in [Step::CardPrinted, Step::EidActivated] {
        let steps = order("steps", all.as_bytes(), json!({"step": step.name()}));
        done(&browser, "/v1/imports", &steps).await;
    }
    let class = "Họ tên,Năm sinh,Số định danh,Ấp\nĐặng Văn Đào,1962,,Ấp 1\n\
        Phạm Hữu Đời,1959,099059000417,\nKhông Ai Biết,2007,099207000001,\n";
    let class = order("cohort", class.as_bytes(), json!({"list": "Lớp 12A"}));
    let list = done(&browser, "/v1/imports", &class).await["import"].clone();

    let desk = site.phone(5, "desk", COMMUNE).await;
    let loans = format!("/v1/devices/{}/loans", desk.device);
    let lending = json!({"list": list, "until": MORNING.plus(3_600).0});
    let stranger = site.browser("neighbour").await;
    assert_eq!(send(&stranger, &loans, &lending).await.status, 403);
    let lent = done(&browser, &loans, &lending).await;
    assert_eq!(
        lent,
        json!({"numbers": [1], "lent": 1, "left": 0}),
        "one is done, one unknown"
    );
    let again = send(&browser, &loans, &lending).await;
    assert_eq!(
        (again.status, again.code()),
        (409, "nobody-left".to_owned())
    );
    let no_list = json!({"list": roster["file"], "until": lending["until"]});
    assert_eq!(send(&browser, &loans, &no_list).await.status, 400);

    let answer = site.post("/v1/pull", &desk.pull_request(0)).await;
    let lent = desk.answer(&answer.body).lent.unwrap();
    assert_eq!(lent.loans[0].title, "Lớp 12A");
    let row = lent.documents[0].row().unwrap();
    assert_eq!(row.get(&Key::NAME), Some(&"Đặng Văn Đào".into()));
}

#[tokio::test]
async fn targets_replace_those_before_and_come_back_with_an_undo() {
    let site = Site::start(Memory::new()).await;
    site.account("mai", Role::Coordinator, PROVINCE).await;
    let browser = site.browser("mai").await;
    let table = |value: &str| {
        format!(
            "Đơn vị,Nội dung,Chỉ tiêu giao,Văn bản,Thời hạn\nĐất Mới,Kích hoạt,{value},41/KH-UBND,31/12/2023\n"
        )
    };
    let targets = |value: &str| {
        let province = json!({"unit": PROVINCE.0});
        order("targets", table(value).as_bytes(), province)
    };
    let shown = async || {
        let progress = browser.ask("GET", "/v1/progress?unit=2", "").await.json();
        let targets = progress["unit"]["targets"].as_array().unwrap().iter();
        targets
            .map(|target| target["value"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    done(&browser, "/v1/imports", &targets("\"5.840\"")).await;
    assert_eq!(shown().await, [5_840]);
    let second = done(&browser, "/v1/imports", &targets("\"6.000\"")).await;
    assert_eq!(shown().await, [6_000]);
    assert_eq!(
        done(&browser, "/v1/imports", &targets("\"6.000\"")).await["written"],
        0
    );
    let undo = format!("/v1/imports/{}/undo", second["import"].as_str().unwrap());
    done(&browser, &undo, &json!({})).await;
    assert_eq!(shown().await, [5_840]);
}

#[tokio::test]
async fn what_a_unit_begins_with_is_added_to_what_is_recorded_and_a_corrected_table_replaces_it() {
    let site = Site::start(Memory::new()).await;
    site.account("mai", Role::Coordinator, PROVINCE).await;
    let browser = site.browser("mai").await;
    let balances = |value: &str| {
        let table = format!(
            "Đơn vị,Nội dung,Số đã đạt,Ngày\nĐất Mới,Kích hoạt,{value},1/10/2023\nẤp 1,kích hoạt,12,\nẤp 9,kích hoạt,5,\n"
        );
        order("balances", table.as_bytes(), json!({"unit": PROVINCE.0}))
    };
    let reached = async |day: &str| {
        let path = format!("/v1/progress?unit=2&day={day}");
        let progress = browser.ask("GET", &path, "").await.json();
        let figures = progress["unit"]["figures"].as_array().unwrap().clone();
        let found = figures
            .iter()
            .find(|one| one["indicator"] == "eid-activated");
        found.map_or(0, |figure| figure["count"].as_u64().unwrap())
    };
    let first = balances("\"5.560\"");
    let preview = done(&browser, "/v1/imports/preview", &first).await;
    assert_eq!(
        (preview["new"].as_u64(), preview["errors"].as_u64()),
        (Some(2), Some(1)),
        "{preview}"
    );
    assert_eq!(reached("2023-11-18").await, 0, "a preview wrote");
    done(&browser, "/v1/imports", &first).await;
    assert_eq!(reached("2023-11-18").await, 5_572);
    assert_eq!(reached("2023-10-31").await, 5_560, "each figure on its day");
    assert_eq!(reached("2023-09-30").await, 0);
    assert_eq!(done(&browser, "/v1/imports", &first).await["written"], 0);
    let second = done(&browser, "/v1/imports", &balances("\"5.600\"")).await;
    assert_eq!(
        (second["written"].as_u64(), reached("2023-11-18").await),
        (Some(1), 5_612)
    );
    let undo = format!("/v1/imports/{}/undo", second["import"].as_str().unwrap());
    done(&browser, &undo, &json!({})).await;
    assert_eq!(
        reached("2023-11-18").await,
        5_572,
        "as the table before says"
    );
    site.account("ap-truong", Role::TeamLead, HAMLET).await;
    let lead = site.browser("ap-truong").await;
    assert_eq!(send(&lead, "/v1/imports", &first).await.status, 403);
}

#[tokio::test]
async fn only_those_answer_for_lists_import_them_and_only_in_their_units() {
    let site = Site::start(Memory::new()).await;
    site.account("duc", Role::Leader, PROVINCE).await;
    site.account("tam", Role::CommuneTeam, COMMUNE).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let roster = order("roster", ROSTER.as_bytes(), json!({}));
    for (name, body, status) in [
        ("duc", &roster, 403),
        ("tam", &roster, 403),
        (
            "lan",
            &order("roster", ROSTER.as_bytes(), json!({"unit": PROVINCE.0})),
            403,
        ),
        ("lan", &order("targets", b"a,b", json!({})), 403),
        ("lan", &order("roster", b"PK no workbook", json!({})), 422),
        ("lan", &order("roster", b"1,2\n3,4\n", json!({})), 422),
        (
            "lan",
            &order("roster", ROSTER.as_bytes(), json!({"source": " "})),
            422,
        ),
        ("lan", &order("cohort", ROSTER.as_bytes(), json!({})), 422),
    ] {
        let browser = site.browser(name).await;
        for path in ["/v1/imports/preview", "/v1/imports"] {
            assert_eq!(
                send(&browser, path, body).await.status,
                status,
                "{name} {path}"
            );
        }
    }
    assert_eq!(figure(&site, HAMLET.0, "dossiers").await, 0);
}

#[tokio::test]
async fn a_column_once_explained_is_remembered_for_the_office() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    let table = b"Ai,Sinh,\xe1\xba\xa4p\nL\xc3\xa2m Th\xe1\xbb\x8b \xc4\x90\xe1\xba\xb9p,1958,\xe1\xba\xa4p 1\n";
    let plain = order("roster", table, json!({}));
    let preview = done(&browser, "/v1/imports/preview", &plain).await;
    assert_eq!(preview["missing"], json!(["name"]));
    assert_eq!(
        send(&browser, "/v1/imports", &plain).await.code(),
        "import-columns"
    );
    let said = order(
        "roster",
        table,
        json!({"columns": ["name", "birth", "hamlet"]}),
    );
    assert_eq!(done(&browser, "/v1/imports", &said).await["written"], 1);
    let preview = done(&browser, "/v1/imports/preview", &plain).await;
    assert_eq!(
        (&preview["is_remembered"], &preview["known"]),
        (&true.into(), &1.into())
    );
}
