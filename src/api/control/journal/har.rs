//! Exchanges as HAR 1.2, for the tools that read it.

use serde_json::{Value, json};

use crate::exchange::Request;
use crate::journal::{Answer, Entry, Exchange, What};
use crate::sim::date;
use crate::telling::Telling;

/// The exchanges among `entries`.
pub fn of(entries: &[Entry], gap: Option<(u64, u64)>, telling: &Telling) -> Value {
    let exchanges = entries.iter().filter_map(|entry| match &entry.what {
        What::Exchange(exchange) => Some(self::entry(entry, exchange, telling)),
        What::Event(_) | What::Act(_) => None,
    });
    let mut log = json!({
        "version": "1.2",
        "creator": { "name": "quince", "version": env!("CARGO_PKG_VERSION") },
        "entries": exchanges.collect::<Vec<_>>(),
    });
    if let Some((from, to)) = gap {
        log["comment"] = format!("entries {from} to {to} of the journal are gone").into();
    }
    json!({ "log": log })
}

/// The protocol version is not kept, and times of the transport are real ones: neither is told.
fn entry(entry: &Entry, exchange: &Exchange, telling: &Telling) -> Value {
    let mut told = json!({
        "startedDateTime": date::precise(entry.at),
        "time": 0,
        "request": request(exchange, telling),
        "response": response(exchange, telling),
        "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": 0 },
        "_seq": entry.seq,
        "_operation": exchange.operation,
    });
    if let Some(answer) = exchange.answer.get()
        && !answer.lints.is_empty()
    {
        told["_lints"] = answer.lints.iter().map(|(name, _)| *name).collect();
    }
    told
}

fn request(exchange: &Exchange, telling: &Telling) -> Value {
    let Request { method, path, query, headers, body, .. } = &exchange.request;
    let query = query.as_deref().map(|query| telling.query(query, exchange));
    let base = if telling.canonical { "{url}".to_owned() } else { telling.base_of(exchange) };
    let url = match &query {
        Some(query) => format!("{base}{path}?{query}"),
        None => format!("{base}{path}"),
    };
    let pairs = form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    let pairs: Vec<Value> =
        pairs.map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut told = json!({
        "method": method.as_str(),
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs_of(telling.headers(headers, exchange)),
        "queryString": pairs,
        "headersSize": -1,
        "bodySize": if telling.canonical { json!(-1) } else { json!(body.len()) },
    });
    if let Some(body) = telling.body(body, headers, exchange) {
        told["postData"] =
            json!({ "mimeType": media_type(headers), "params": [], "text": body.text });
        if let Some(encoding) = body.encoding {
            // HAR has no member for it in requests.
            told["postData"]["_encoding"] = encoding.into();
        }
    }
    told
}

/// A call in flight has status 0, as browsers write it.
fn response(exchange: &Exchange, telling: &Telling) -> Value {
    let none = http::HeaderMap::new();
    let answer = exchange.answer.get();
    let headers = answer.map_or(&none, |answer| &answer.headers);
    let status = answer.map_or(0, |answer| answer.status.as_u16());
    let reason = answer.and_then(|answer| answer.status.canonical_reason()).unwrap_or_default();
    let redirect = headers.get("location").and_then(|value| value.to_str().ok());
    json!({
        "status": status,
        "statusText": reason,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pairs_of(telling.headers(headers, exchange)),
        "content": content(answer, exchange, telling),
        "redirectURL": telling.text(redirect.unwrap_or_default(), exchange),
        "headersSize": -1,
        "bodySize": -1,
    })
}

fn content(answer: Option<&Answer>, exchange: &Exchange, telling: &Telling) -> Value {
    let Some(answer) = answer else { return json!({ "size": 0, "mimeType": "" }) };
    let told = telling.body(&answer.body, &answer.headers, exchange);
    let size = if telling.canonical { json!(-1) } else { json!(answer.body.len()) };
    let mut content = json!({ "size": size, "mimeType": media_type(&answer.headers) });
    if let Some(body) = told {
        content["text"] = body.text.into();
        if let Some(encoding) = body.encoding {
            content["encoding"] = encoding.into();
        }
    }
    content
}

fn media_type(headers: &http::HeaderMap) -> String {
    let value = headers.get(http::header::CONTENT_TYPE);
    value.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn pairs_of(pairs: Vec<(String, String)>) -> Value {
    pairs.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}
