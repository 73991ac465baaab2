//! Whatever is asked for, the answer is one of the service's (property).

use http::{HeaderMap, Method, header};
use proptest::prelude::*;
use quince::exchange::{Request, Scheme};

use super::{SCHEMAS, Shop};

const PATHS: [&str; 13] = [
    "/v1/catalog/us/stoken-authenticated-apps",
    "/v1/catalog/us/stoken-authenticated-books",
    "/v1/catalog/us/stoken-authenticated-purchases",
    "/v1/catalog/de/apps",
    "/v1/catalog/de/books",
    "/v1/catalog/de/apps/100000001",
    "/v1/catalog/de/apps/100000001/genres",
    "/v1/catalog/zz/apps",
    "/v1/catalog/us/search",
    "/v1/catalog/us/genres",
    "/v1/storefronts",
    "/v1/storefronts/us",
    "/WebObjects/MZStorePlatform.woa/wa/lookup",
];

const NAMES: [&str; 18] = [
    "ids",
    "ids[apps]",
    "ids%5Bbooks%5D",
    "platform",
    "additionalPlatforms",
    "extend",
    "extend[apps]",
    "l",
    "limit",
    "offset",
    "term",
    "types",
    "filter[genre]",
    "filter[targetPlatform]",
    "id",
    "version",
    "cc",
    "include",
];

const VALUES: [&str; 22] = [
    "",
    "100000001",
    "100000001,100000002,100000001",
    "200000001",
    "iphone",
    "mac,ipad",
    "web",
    "apps",
    "books,apps",
    "0",
    "-1",
    "99999999999999999999999",
    "%00",
    "%F0%9F%8D%90",
    "%",
    "a%20b",
    "en-US",
    "6000",
    "1.5",
    "latestVersionInfo,description",
    "versionHistory,fileSizeByDevice,languageList,requirementsByDeviceFamily,screenshotsByType",
    "DE",
];

fn query() -> impl Strategy<Value = String> {
    let pair = (prop::sample::select(&NAMES[..]), prop::sample::select(&VALUES[..]));
    let odd = ".{0,40}"
        .prop_map(|text| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
    let part = prop_oneof![4 => pair.prop_map(|(name, value)| format!("{name}={value}")), 1 => odd];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.join("&"))
}

#[tokio::test]
async fn any_parameters_have_an_answer() {
    let shop = Shop::open().await;
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, format!("Bearer {}", shop.developer).parse().unwrap());
    headers.insert(header::COOKIE, format!("itvt={}", shop.fixture.stoken).parse().unwrap());
    let ask = |path: &str, query: String| {
        let answer = shop.fixture.quince.api().respond(Request {
            method: Method::GET,
            path: path.to_owned(),
            query: Some(query),
            headers: headers.clone(),
            body: bytes::Bytes::new(),
            peer: None,
            scheme: Scheme::Http,
            authority: None,
        });
        (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap())
    };
    proptest!(|(path in prop::sample::select(&PATHS[..]), query in query())| {
        let (status, body): (u16, serde_json::Value) = ask(path, query);
        let schema = match status {
            200 if path.ends_with("/lookup") => "lookup",
            200 if path.ends_with("/search") => "catalog.search",
            200 => "catalog.data",
            400 | 403 | 404 => "catalog.errors",
            _ => panic!("{status}: {body}"),
        };
        SCHEMAS.try_check(schema, &body).map_err(TestCaseError::fail)?;
    });
}
