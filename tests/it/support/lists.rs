//! Lists in few words: worlds that a test writes down itself, columns of answers, whole reads.

use quince::Quince;
use quince::sim::spec::WorldSpec;
use quince::snapshot::world_file::{self, Format};
use serde_json::Value;

use super::Fixture;

/// The world of one location `main` with these tables of a world file in it.
pub(crate) fn world(rows: &str) -> WorldSpec {
    let head = "[[organization]]\nkey = \"org\"\ndomains = [\"org.example\"]\n\
                [[location]]\nkey = \"main\"\n";
    world_file::read("test.toml", &format!("{head}{rows}"), Format::Toml, 1)
        .unwrap_or_else(|error| panic!("{error}"))
}

impl Fixture {
    /// The [`world`] of these tables, under these settings.
    pub(crate) async fn written(rows: &str, settings: &[(&str, &str)]) -> Self {
        let builder = Quince::builder().world_spec(world(rows));
        let set =
            |builder: quince::Builder, (key, value): &(&str, &str)| builder.setting(key, value);
        Self::of(settings.iter().fold(builder, set), "main").await
    }

    /// The member `name` of each record of the list that `path` begins with, blank separated; `-`
    /// where a record lacks it.
    pub(crate) async fn column(&self, path: &str, name: &str) -> String {
        let list = path.split('?').next().unwrap();
        column(&self.get(path).await.json()[list], name)
    }

    /// Status and error number with which `path` is refused.
    pub(crate) async fn refusal(&self, path: &str) -> (u16, u64) {
        let answer = self.get(path).await;
        let number = answer.json()["errorNumber"].as_u64();
        (answer.status.as_u16(), number.unwrap_or_else(|| panic!("{path}: {}", answer.text())))
    }

    /// The `versionId` of a list.
    pub(crate) async fn version(&self, path: &str) -> String {
        self.get(path).await.json()["versionId"].as_str().unwrap().to_owned()
    }

    /// Reads a list page by page, as `nextPageIndex` leads, and returns all pages.
    pub(crate) async fn pages(&self, path: &str) -> Vec<Value> {
        let glue = if path.contains('?') { '&' } else { '?' };
        let mut pages = vec![self.get(path).await.json()];
        while let Some(next) = pages[pages.len() - 1]["nextPageIndex"].as_u64() {
            assert_eq!(next, pages.len() as u64, "pages follow each other");
            pages.push(self.get(&format!("{path}{glue}pageIndex={next}")).await.json());
        }
        pages
    }

    /// Reads a list to its end and returns all records.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let list = path.split('?').next().unwrap();
        let pages = self.pages(path).await;
        pages.iter().flat_map(|page| page[list].as_array().unwrap().clone()).collect()
    }
}

/// The member `name` of each record, blank separated; `-` where a record lacks it.
pub(crate) fn column(records: &Value, name: &str) -> String {
    let text = |record: &Value| match &record[name] {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let records = records.as_array().unwrap_or_else(|| panic!("no list: {records}"));
    records.iter().map(text).collect::<Vec<_>>().join(" ")
}
