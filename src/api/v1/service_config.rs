//! `VPPServiceConfigSrv` (apple-legacy-v1.md §4): URLs, limits and errors. No token needed.

use super::call::Call;
use super::errors::{TABLE, V1Error, text_of};
use super::invitation;
use super::transport::Params;
use crate::api::json::Json;
use crate::sim::Settings;
use crate::sim::settings::ErrorTexts;

/// Users or devices in one manage call.
pub const BATCH_MAX: usize = 10;

/// Answers; parameters and token are not looked at.
pub fn get(call: &mut Call<'_, '_>, _: &Params) -> Result<Json, V1Error> {
    let settings = call.common.open(|turn, _| Ok::<_, V1Error>(turn.settings()))?;
    let mut json = Json::with_capacity(10 * 1024);
    json.object(|json| {
        write_urls(json, call.base_url, &settings);
        json.count("maxBatchAssociateLicenseCount", BATCH_MAX as u32);
        json.count("maxBatchDisassociateLicenseCount", BATCH_MAX as u32);
        write_errors(json, &settings);
        json.count("status", 0);
    });
    Ok(json)
}

fn write_urls(json: &mut Json, base: &str, settings: &Settings) {
    for (member, service) in [
        ("registerUserSrvUrl", "registerVPPUserSrv"),
        ("editUserSrvUrl", "editVPPUserSrv"),
        ("getUserSrvUrl", "getVPPUserSrv"),
        ("getUsersSrvUrl", "getVPPUsersSrv"),
        ("retireUserSrvUrl", "retireVPPUserSrv"),
        ("getLicensesSrvUrl", "getVPPLicensesSrv"),
        ("getVPPAssetsSrvUrl", "getVPPAssetsSrv"),
        ("getAssignmentsSrvUrl", "getAssignments"),
        ("manageVPPLicensesByAdamIdSrvUrl", "manageVPPLicensesByAdamIdSrv"),
        ("associateLicenseSrvUrl", "associateVPPLicenseSrv"),
        ("disassociateLicenseSrvUrl", "disassociateVPPLicenseSrv"),
        ("clientConfigSrvUrl", "VPPClientConfigSrv"),
    ] {
        json.text(member, &format!("{base}/mdm/{service}"));
    }
    let lookup = "WebObjects/MZStorePlatform.woa/wa/lookup";
    json.text("contentMetadataLookupUrl", &format!("{base}/{lookup}"));
    let invitation = invitation::url_of_any(settings.v1_invite_url, base);
    json.text("invitationEmailUrl", &invitation);
    json.text("vppWebsiteUrl", "https://vpp.itunes.apple.com/");
}

fn write_errors(json: &mut Json, settings: &Settings) {
    let old = settings.v1_error_texts == ErrorTexts::Of2020;
    let listed = TABLE.iter().filter(|row| if old { row.listed.0 } else { row.listed.1 });
    json.name("errorCodes").array(|json| {
        for row in listed {
            json.object(|json| {
                json.text("errorMessage", text_of(row.number, settings));
                json.count("errorNumber", row.number);
            });
        }
    });
}
