//! Signing in to the console, and what each account may do there.

use std::path::PathBuf;

use server::account::{Password, StoredPassword};
use server::clock::Clock;
use server::server::{Circumstances, NewAccount};
use server::store::{AnyStore, Memory, Redb, RedbConfig};
use shared::id::{TeamId, UnitId};
use shared::permission::{Grant, Role};

use super::phone::MORNING;
use super::wire::{Answer, COMMUNE, HAMLET, PROVINCE, Site};

pub const PASSWORD: &str = "thuyền ba lá";
const NUMBER: &str = "099085000001";

/// A browser of the console: it keeps its cookie and says where its page is from.
pub struct Browser<'s> {
    site: &'s Site,
    cookie: String,
}

impl Site {
    /// Makes an account with [`PASSWORD`].
    pub async fn account(&self, name: &str, role: Role, unit: UnitId) {
        let password = Password::chosen(PASSWORD).unwrap();
        let new = NewAccount {
            name: name.parse().unwrap(),
            person: format!("Cô {name}"),
            grant: Grant {
                role,
                units: vec![unit],
                team: TeamId(0),
            },
            password: StoredPassword::of(&password, [1; 16]),
        };
        let circumstances = Clock::starting_at(MORNING).circumstances().unwrap();
        let circumstances = Circumstances {
            now: MORNING,
            ..circumstances
        };
        let made = self.server().add_account(new, circumstances).await;
        made.unwrap();
    }

    /// A browser in which somebody signed in.
    pub async fn browser(&self, name: &str) -> Browser<'_> {
        let answer = self.sign_in(name, PASSWORD).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Browser {
            site: self,
            cookie: cookie_of(&answer),
        }
    }

    async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let body = serde_json::json!({"name": name, "password": password}).to_string();
        let length = body.len();
        let head = format!(
            "POST /v1/session HTTP/1.1\r\nsec-fetch-site: same-origin\r\ncontent-length: {length}"
        );
        self.send(&head, body.as_bytes()).await
    }
}

impl Browser<'_> {
    pub async fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        self.ask_from("same-origin", (method, path), body).await
    }

    async fn ask_from(&self, page: &str, (method, path): (&str, &str), body: &str) -> Answer {
        let (cookie, length) = (&self.cookie, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\ncookie: {cookie}\r\nsec-fetch-site: {page}\r\n\
             content-length: {length}"
        );
        self.site.send(&head, body.as_bytes()).await
    }
}

/// Heads are lowered when read, which cookies are not to survive: taken from the answer as sent.
fn cookie_of(answer: &Answer) -> String {
    let line = answer.fields.iter().find(|(name, _)| name == "set-cookie");
    let (pair, _) = line.unwrap().1.split_once(';').unwrap();
    pair.to_owned()
}

/// The same on the oracle and on the engine.
fn stores(folder: &tempfile::TempDir) -> [AnyStore; 2] {
    let path: PathBuf = folder.path().join("sampan.redb");
    let config = RedbConfig {
        path,
        cache_bytes: 1 << 20,
    };
    [Memory::new().into(), Redb::create(&config).unwrap().into()]
}

#[tokio::test]
async fn name_and_password_open_the_console_until_signing_out() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(&folder) {
        let site = Site::start(store).await;
        site.account("lan", Role::CommunePolice, COMMUNE).await;
        let browser = site.browser("Lan").await;
        let me = browser.ask("GET", "/v1/session", "").await.json();
        assert_eq!(
            (&me["name"], &me["role"]),
            (&"lan".into(), &"commune-police".into())
        );
        assert_eq!(me["units"][0]["name"], "Xã Đất Mới");
        let progress = browser.ask("GET", "/v1/progress?unit=2", "").await;
        assert_eq!(progress.status, 200);
        assert_eq!(browser.ask("DELETE", "/v1/session", "").await.status, 204);
        let after = browser.ask("GET", "/v1/progress?unit=2", "").await;
        assert_eq!((after.status, after.code().as_str()), (401, "unauthorized"));
    }
}

#[tokio::test]
async fn an_unknown_name_a_wrong_password_and_a_closed_account_are_one_answer() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    site.account("hoa", Role::CommunePolice, COMMUNE).await;
    let gone = site.browser("hoa").await;
    let name = "hoa".parse().unwrap();
    site.server().disable_account(&name, MORNING).await.unwrap();
    assert_eq!(gone.ask("GET", "/v1/session", "").await.status, 401);
    let mut answers = Vec::new();
    for (name, password) in [
        ("lan", "thuyền bốn lá"),
        ("nobody", PASSWORD),
        ("no name", PASSWORD),
        ("hoa", PASSWORD),
    ] {
        let answer = site.sign_in(name, password).await;
        answers.push((answer.status, answer.body));
    }
    assert_eq!(answers[0].0, 403);
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn too_many_wrong_passwords_make_the_next_wait_for_known_and_unknown_names_alike() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    for name in ["lan", "nobody"] {
        for _ in 0..server::account::limits::FREE_ATTEMPTS {
            assert_eq!(site.sign_in(name, "not this one").await.status, 403);
        }
        let answer = site.sign_in(name, PASSWORD).await;
        assert_eq!((answer.status, answer.code().as_str()), (429, "must-wait"));
        assert!(answer.head.contains("retry-after: "));
    }
}

#[tokio::test]
async fn another_password_signs_every_browser_out() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browsers = [site.browser("lan").await, site.browser("lan").await];
    let other = Password::chosen("thuyền năm lá").unwrap();
    let other = StoredPassword::of(&other, [2; 16]);
    let name = "lan".parse().unwrap();
    site.server()
        .set_password(&name, &other, MORNING)
        .await
        .unwrap();
    for browser in browsers {
        assert_eq!(browser.ask("GET", "/v1/session", "").await.status, 401);
    }
    assert_eq!(site.sign_in("lan", PASSWORD).await.status, 403);
}

#[tokio::test]
async fn pages_of_others_change_nothing_though_the_browser_is_signed_in() {
    let site = Site::start(Memory::new()).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    let offer = serde_json::json!({"role": "team-member", "units": [3], "team": 1, "label": "x"});
    for page in ["cross-site", "same-site", "none"] {
        let asked = ("POST", "/v1/invites");
        let answer = browser.ask_from(page, asked, &offer.to_string()).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "foreign-page")
        );
    }
    let ours = browser.ask("POST", "/v1/invites", &offer.to_string()).await;
    assert_eq!(ours.status, 200);
}

#[tokio::test]
async fn an_account_reaches_its_units_and_its_role_and_no_further() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    site.push(&{
        let written = phone.resident("Nguyễn Văn An", NUMBER);
        phone.bundle(&written)
    })
    .await;
    site.account("lan", Role::CommunePolice, HAMLET).await;
    site.account("leader", Role::Leader, PROVINCE).await;
    let (officer, leader) = (site.browser("lan").await, site.browser("leader").await);
    let status =
        async |browser: &Browser<'_>, path: &str| browser.ask("GET", path, "").await.status;
    assert_eq!(status(&officer, "/v1/progress?unit=3").await, 200);
    for outside in [4, 2, 1] {
        let path = format!("/v1/progress?unit={outside}");
        assert_eq!(status(&officer, &path).await, 403, "{outside}");
        assert_eq!(status(&leader, &path).await, 200, "{outside}");
    }
    let devices = leader.ask("GET", "/v1/devices", "").await.json();
    assert_eq!(devices[0]["label"], "");
    let suspend = format!("/v1/devices/{}/suspend", phone.device);
    assert_eq!(leader.ask("POST", &suspend, "").await.status, 403);
    assert_eq!(officer.ask("POST", &suspend, "").await.status, 204);
    let chief = serde_json::json!({"role": "coordinator", "units": [3], "team": 0, "label": "x"});
    let invited = officer.ask("POST", "/v1/invites", &chief.to_string()).await;
    assert_eq!(
        (invited.status, invited.code().as_str()),
        (403, "not-permitted")
    );
}
