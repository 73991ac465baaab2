//! Twenty-five assets with a thousand licences each, none of them given.

use std::collections::BTreeMap;

use quince::{Builder, ClockMode};
use serde_json::{Value, json};

use crate::support::Fixture;

pub(super) struct Stock {
    pub(super) demo: Fixture,
    names: Vec<String>,
}

impl Stock {
    /// Bought in the first location of the world `demo`, under a manual clock.
    pub(super) async fn bought(builder: Builder) -> Self {
        let builder = builder.world("demo").clock(ClockMode::Manual);
        let quince = builder.start().await.unwrap();
        let (key, stoken) = quince.universe("default").stokens().remove(0);
        let demo = Fixture { quince, stoken };
        let names: Vec<String> = (0..25).map(|n| format!("99{n:05}")).collect();
        for adam_id in &names {
            let path = "/universes/default/verbs/buy-licenses";
            let asset = json!({
                "location": key, "adam_id": adam_id, "count": 1000, "product_type": "App",
            });
            let bought = demo.done_by("POST", path, asset).await;
            assert!(bought["seq"].is_u64(), "{bought}");
        }
        Self { demo, names }
    }

    /// Gives all of them to so many devices, in one event; its id.
    pub(super) async fn associate(&self, devices: usize) -> Value {
        let devices: Vec<String> = (0..devices).map(|n| format!("SERIAL{n:06}")).collect();
        let assets: Vec<Value> = self.names.iter().map(|id| json!({"adamId": id})).collect();
        let body = json!({"assets": assets, "serialNumbers": devices});
        let accepted = self.demo.post("assets/associate", body).await;
        assert_eq!(accepted.status.as_u16(), 200, "{}", accepted.text());
        accepted.json()["eventId"].clone()
    }

    /// How many of each are assigned, as the list of assets tells.
    pub(super) async fn assigned(&self) -> BTreeMap<String, u64> {
        let listed = self.demo.get("assets").await.json();
        let all = listed["assets"].as_array().unwrap().iter();
        let counts = all.map(|asset| {
            let id = asset["adamId"].as_str().unwrap().to_owned();
            (id, asset["assignedCount"].as_u64().unwrap())
        });
        counts.filter(|(id, _)| self.names.contains(id)).collect()
    }
}
