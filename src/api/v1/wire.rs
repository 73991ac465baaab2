//! The words of v1, and how an answer leaves.

use http::StatusCode;

use crate::api::json::Json;
use crate::exchange::Reply;
use crate::model::{Asset, Platforms, PricingParam, ProductType, UserStatus};

/// A user's `status`.
pub const fn user_status(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Registered => "Registered",
        UserStatus::Associated => "Associated",
        UserStatus::Retired => "Retired",
        UserStatus::Deleted => "Deleted",
    }
}

/// `pricingParam`.
pub const fn pricing_param(quality: PricingParam) -> &'static str {
    match quality {
        PricingParam::Standard => "STDQ",
        PricingParam::Plus => "PLUS",
    }
}

/// The quality that a `pricingParam` names.
pub fn quality(text: &str) -> Option<PricingParam> {
    match text {
        "STDQ" => Some(PricingParam::Standard),
        "PLUS" => Some(PricingParam::Plus),
        _ => None,
    }
}

/// `productTypeId` and `productTypeName` (apple-legacy-v1.md §3.4). Software is what runs on the Mac and nowhere else.
pub fn product_type(asset: &Asset) -> (u8, &'static str) {
    match asset.product_type {
        ProductType::App if asset.platforms == Platforms::MACOS => (7, "Software"),
        ProductType::App => (8, "Application"),
        ProductType::Book => (10, "Publication"),
    }
}

/// An answer with HTTP 200. Solidi are escaped, as the real service does.
pub fn reply(json: Json) -> Reply {
    let body = json.finish();
    let mut escaped = Vec::with_capacity(body.len() + body.len() / 32);
    for byte in body {
        // In JSON, a solidus stands within strings only, and none of ours is escaped yet.
        if byte == b'/' {
            escaped.push(b'\\');
        }
        escaped.push(byte);
    }
    escaped.shrink_to_fit();
    Reply::new(StatusCode::OK, "application/json;charset=UTF-8", escaped)
}
