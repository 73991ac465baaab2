//! Icons: an address in an answer leads to a picture.

use http::{Method, header};
use http_body_util::Full;

use super::Shop;
use crate::support::Fixture;

#[tokio::test]
async fn the_address_of_an_icon_leads_to_a_picture() {
    let shop = Shop::open().await;
    let found =
        shop.found("/v1/catalog/us/stoken-authenticated-apps?platform=mac&ids=100000001").await;
    let artwork = &found["data"][0]["attributes"]["platformAttributes"]["osx"]["artwork"];
    let url = artwork["url"].as_str().unwrap();
    let url = url.replace("{w}", "512").replace("{h}", "512").replace("{f}", "png");
    let path = url.strip_prefix("http://quince.test").unwrap();
    let answer =
        shop.fixture.send(Fixture::bare(Method::GET, path).body(Full::default()).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers[header::CONTENT_TYPE]),
        (200, &"image/png".parse().unwrap())
    );
    assert!(answer.body.starts_with(b"\x89PNG\r\n\x1a\n"));
    let gone = Fixture::bare(Method::GET, "/artwork/100000001/AppIcon.png/0x0bb.png");
    assert_eq!(shop.fixture.send(gone.body(Full::default()).unwrap()).await.status, 404);
}
