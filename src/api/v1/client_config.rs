//! `VPPClientConfigSrv` (apple-legacy-v1.md §5): whose the location is, and what clients keep with it.

use std::sync::Arc;

use super::call::Call;
use super::errors::V1Error;
use super::transport::Params;
use crate::api::call::Granted;
use crate::api::json::Json;
use crate::model::{LegacyConfig, StorePlatform};
use crate::sim::ids;

/// Bytes of a `clientContext`, at most.
const CONTEXT_MAX: usize = 255;

/// What a call wants to keep; an empty text ends it.
#[derive(Debug, Default)]
struct Wanted {
    context: Option<String>,
    apn_token: Option<String>,
    notification_token: Option<String>,
    notification_url: Option<String>,
}

impl Wanted {
    fn read(params: &Params) -> Result<Self, V1Error> {
        params.readable()?;
        params.flag("verbose")?;
        let context = params.verbatim("clientContext")?;
        if context.as_ref().is_some_and(|context| context.len() > CONTEXT_MAX) {
            return Err(V1Error::number(9602));
        }
        Ok(Self {
            context,
            apn_token: params.verbatim("apnToken")?,
            notification_token: params.verbatim("notificationToken")?,
            notification_url: params.verbatim("notificationUrl")?,
        })
    }

    const fn is_read(&self) -> bool {
        self.context.is_none()
            && self.apn_token.is_none()
            && self.notification_token.is_none()
            && self.notification_url.is_none()
    }

    fn keep(self, config: &mut LegacyConfig) {
        let put = |kept: &mut Option<Arc<str>>, wanted: Option<String>| {
            if let Some(text) = wanted {
                *kept = (!text.is_empty()).then(|| text.into());
            }
        };
        put(&mut config.context, self.context);
        put(&mut config.apn_token, self.apn_token);
        put(&mut config.notification_token, self.notification_token);
        put(&mut config.notification_url, self.notification_url);
    }
}

/// Reads, and keeps what is given.
pub fn answer(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let wanted = Wanted::read(params);
    let granted = match wanted {
        Ok(wanted) if !wanted.is_read() => {
            let write = call.write(Ok(wanted), |location, _, _, wanted| {
                wanted.keep(&mut Arc::make_mut(&mut location.config).legacy);
                Ok(())
            });
            write?.0
        }
        wanted => call.read(wanted)?.0,
    };
    let mut json = Json::default();
    json.object(|json| write(json, &granted));
    Ok(json)
}

fn write(json: &mut Json, granted: &Granted) {
    let profile = &granted.location().profile;
    let kept = &granted.location().config.legacy;
    let manager = manager(granted);
    let (platform, organization) = match profile.platform {
        StorePlatform::Education => ("volumestore", &profile.organization),
        StorePlatform::Business => ("enterprisestore", &profile.organization),
    };
    json.text("appleId", &manager);
    json.text("email", &manager);
    json.text("countryCode", &profile.country);
    json.text("defaultPlatform", platform);
    json.name("organizationId").unsigned(granted.organization_id());
    json.text("organizationIdHash", &ids::organization_hash(granted.seed, organization));
    json.maybe("apnToken", kept.apn_token.as_deref());
    json.maybe("notificationToken", kept.notification_token.as_deref());
    json.maybe("notificationUrl", kept.notification_url.as_deref());
    granted.envelope(json, 0);
}

/// The content manager whose token it is: of the organization's domain, if it has one.
fn manager(granted: &Granted) -> String {
    let profile = &granted.location().profile;
    let domain = profile.domains.first().map_or("quince.example", String::as_str);
    format!("manager@{domain}")
}
