//! Figures leave as files and as frozen reports, each time written down by name.

use serde_json::json;
use server::store::Memory;
use shared::permission::Role;

use super::wire::{COMMUNE, HAMLET, PROVINCE, Site};

#[tokio::test]
async fn a_frozen_report_keeps_its_figures_and_tells_what_came_later() {
    let site = Site::start(Memory::new()).await;
    site.account("mai", Role::Coordinator, PROVINCE).await;
    let browser = site.browser("mai").await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let first = phone.resident("Lâm Thị Đẹp", "099085000001");
    site.push(&phone.bundle(&first)).await;
    let asked = json!({"unit": COMMUNE.0}).to_string();
    let frozen = browser.ask("POST", "/v1/reports", &asked).await;
    assert_eq!(frozen.status, 200, "{frozen:?}");
    let path = format!("/v1/reports/{}", frozen.json()["report"].as_str().unwrap());
    let report = browser.ask("GET", &path, "").await.json();
    assert_eq!(
        (&report["by"], &report["differing"]),
        (&"mai".into(), &json!([]))
    );
    assert_eq!(report["since"], json!({"entries": 0, "streams": 0}));
    let progress = browser.ask("GET", "/v1/progress?unit=2", "").await.json();
    assert_eq!(report["progress"], progress);

    let later = phone.resident("Lý Kim Cẩm", "099085000002");
    site.push(&phone.bundle(&later)).await;
    let report = browser.ask("GET", &path, "").await.json();
    assert_eq!(report["progress"], progress, "a frozen figure moved");
    // The dossier; its identity stands in the police's stream.
    assert_eq!(report["since"], json!({"entries": 1, "streams": 1}));
    let differing = report["differing"].as_array().unwrap();
    let dossiers = differing.iter().find(|one| one["indicator"] == "dossiers");
    let dossiers = dossiers.unwrap();
    assert_eq!(
        (&dossiers["frozen"], &dossiers["now"]),
        (&1.into(), &2.into())
    );
}

#[tokio::test]
async fn reports_and_exports_stay_within_ones_own_units() {
    let site = Site::start(Memory::new()).await;
    site.account("mai", Role::Coordinator, PROVINCE).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    site.account("duc", Role::Leader, PROVINCE).await;
    let mai = site.browser("mai").await;
    let asked = json!({"unit": PROVINCE.0}).to_string();
    let frozen = mai.ask("POST", "/v1/reports", &asked).await.json();
    let path = format!("/v1/reports/{}", frozen["report"].as_str().unwrap());
    let lan = site.browser("lan").await;
    assert_eq!(lan.ask("POST", "/v1/reports", &asked).await.status, 403);
    assert_eq!(lan.ask("GET", &path, "").await.code(), "no-report");
    assert_eq!(lan.ask("GET", "/v1/reports", "").await.json(), json!([]));
    // A leader reads what was frozen and freezes nothing.
    let duc = site.browser("duc").await;
    assert_eq!(duc.ask("POST", "/v1/reports", &asked).await.status, 403);
    assert_eq!(duc.ask("GET", &path, "").await.status, 200);
    let table = json!({"title": "t", "columns": [{"name": "n", "counts_people": true}], "rows": [[3], [9]]});
    let export = |unit: u32| {
        json!({"unit": unit, "kind": "json", "is_public": true, "table": table}).to_string()
    };
    assert_eq!(
        lan.ask("POST", "/v1/exports", &export(PROVINCE.0))
            .await
            .status,
        403
    );
    let file = lan.ask("POST", "/v1/exports", &export(COMMUNE.0)).await;
    assert_eq!(file.json()["rows"], json!([{"n": "<5"}, {"n": "<5"}]));
}
