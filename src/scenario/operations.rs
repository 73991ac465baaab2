//! The operations that a scenario can name, of surfaces that are there and of those to come.

use crate::nearest::nearest;
use crate::predicate::Pattern;

/// Every operation that has a fixed name.
pub const OPERATIONS: [&str; 63] = [
    "v2.service.config",
    "v2.client.config.get",
    "v2.client.config.set",
    "v2.assets.list",
    "v2.assets.associate",
    "v2.assets.disassociate",
    "v2.assets.revoke",
    "v2.assignments.list",
    "v2.users.list",
    "v2.users.create",
    "v2.users.update",
    "v2.users.retire",
    "v2.status.get",
    "v2.unknown",
    "subscriptions.enable",
    "subscriptions.disable",
    "subscriptions.list",
    "subscriptions.assignments",
    "subscriptions.associate",
    "subscriptions.disassociate",
    "subscriptions.admins.list",
    "subscriptions.admins.add",
    "subscriptions.admins.remove",
    "subscriptions.unknown",
    "notification.ASSET_COUNT",
    "notification.ASSET_MANAGEMENT",
    "notification.SUBSCRIPTION_COUNT",
    "notification.SUBSCRIPTION_MANAGEMENT",
    "notification.TEST_NOTIFICATION",
    "notification.UNLIMITED_ASSET",
    "notification.USER_ASSOCIATED",
    "notification.USER_MANAGEMENT",
    "v1.unknown",
    "metadata.lookup",
    "metadata.artwork",
    "metadata.catalog.authenticatedApps",
    "metadata.catalog.authenticatedBooks",
    "metadata.catalog.authenticatedPurchases",
    "metadata.catalog.apps.list",
    "metadata.catalog.apps.get",
    "metadata.catalog.apps.related",
    "metadata.catalog.books.list",
    "metadata.catalog.books.get",
    "metadata.catalog.books.related",
    "metadata.catalog.genres.list",
    "metadata.catalog.genres.get",
    "metadata.catalog.search",
    "metadata.catalog.storefronts.list",
    "metadata.catalog.storefronts.get",
    "metadata.catalog.test",
    "metadata.unknown",
    "applivery.mdmUsers.list",
    "applivery.mdmUsers.create",
    "applivery.mdmUsers.get",
    "applivery.mdmUsers.update",
    "applivery.mdmUsers.delete",
    "applivery.mdmUsers.tags",
    "applivery.mdmUsers.csvSample",
    "applivery.organizations.get",
    "applivery.vppLocations.create",
    "applivery.vppUsers.list",
    "applivery.unknown",
    "unknown",
];

/// The family whose operations are named by services, which are not listed here.
const FAMILY: &str = "v1.";

/// Why a pattern stands for no operation, for people; nothing if it stands for one.
pub(super) fn unknown(pattern: &Pattern) -> Option<String> {
    let text = pattern.as_str();
    let is_known = OPERATIONS.iter().any(|name| pattern.fits(name)) || text.starts_with(FAMILY);
    if is_known {
        return None;
    }
    let families = [
        "v2.*",
        "v2.assets.*",
        "v2.users.*",
        "v1.*",
        "subscriptions.*",
        "metadata.*",
        "metadata.catalog.*",
        "applivery.*",
        "applivery.mdmUsers.*",
    ];
    let hint = if let Some(near) = nearest(text, OPERATIONS.into_iter().chain(families)) {
        format!("did you mean `{near}`?")
    } else {
        let surface = text.split('.').next();
        let mut known = OPERATIONS.to_vec();
        known.retain(|name| name.split('.').next() == surface);
        if known.is_empty() {
            "names begin with v2, v1, subscriptions, metadata or applivery".to_owned()
        } else {
            format!("there are: {}", known.join(", "))
        }
    };
    Some(format!("there is no operation `{text:.80}`; {hint}"))
}
