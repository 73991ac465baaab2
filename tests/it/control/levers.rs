//! Calls of the control API in few words.

use http::{Method, header};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::{Answer, Fixture};

impl Fixture {
    /// A call below `/_quince/v1/universes/default`.
    pub(crate) async fn lever(&self, method: Method, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Self::bare(method, &format!("/_quince/v1/universes/default/{path}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Full::from(body)).unwrap()).await
    }

    /// Does a verb, which must succeed.
    #[track_caller]
    pub(crate) fn act(&self, verb: &str, arguments: Value) -> impl Future<Output = Value> {
        let path = format!("verbs/{verb}");
        async move {
            let answer = self.lever(Method::POST, &path, &arguments).await;
            assert_eq!(answer.status, 200, "{path} {arguments}: {}", answer.text());
            let done = answer.json();
            let journal = self.journal_of(done["seq"].as_u64().unwrap());
            assert_eq!(journal, ("verb".to_owned(), done["text"].as_str().unwrap().to_owned()));
            done
        }
    }

    /// Does a verb, which must fail: status, pointer, detail.
    pub(crate) async fn unfit(&self, verb: &str, arguments: Value) -> (u16, String, String) {
        let answer = self.lever(Method::POST, &format!("verbs/{verb}"), &arguments).await;
        let problem = answer.json();
        let kind = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
        assert_eq!(kind, "application/problem+json", "{problem}");
        let text = |name: &str| problem[name].as_str().unwrap_or("-").to_owned();
        (answer.status.as_u16(), text("pointer"), text("detail"))
    }

    /// Kind and text of a journal entry.
    pub(crate) fn journal_of(&self, seq: u64) -> (String, String) {
        let universe = self.quince.engine().universe("default").unwrap();
        universe.with_journal(|journal| {
            let entry = journal.after(seq - 1).next().unwrap();
            assert_eq!(entry.seq, seq);
            let text = match &entry.what {
                quince::journal::What::Act(act) => act.text.clone(),
                _ => String::new(),
            };
            (entry.kind().to_owned(), text)
        })
    }

    /// Differences since a mark, a line each.
    pub(crate) fn since(&self, mark: &str) -> String {
        self.quince.universe("default").diff(mark, "now").unwrap()
    }

    /// An asset, as v2 tells it.
    pub(crate) async fn asset(&self, adam_id: &str) -> Value {
        let list = self.get(&format!("assets?adamId={adam_id}")).await.json();
        list["assets"].get(0).cloned().unwrap_or(Value::Null)
    }
}
