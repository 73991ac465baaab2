//! Apple's older Volume Purchase services, version 1: another view of the same model.
//!
//! * [`transport`]: however a request comes, it becomes one object. [`errors`]: the error table. [`wire`]: words.
//! * [`call`]: what every call has in common, and the members that every answer carries.
//! * a file per noun; [`invitation`] is the page behind an `inviteUrl`.
//!
//! v1 is synchronous: its writes go straight to the model, past the events that clients of v2 have queued.
//! Not here: what a write does (`model::direct`), tokens (`sim::token`), other surfaces.

pub mod assets;
pub mod assignments;
mod batch_token;
mod batches;
pub mod call;
pub mod client_config;
pub mod errors;
mod gzip;
pub mod invitation;
pub mod licence;
pub mod licences;
pub mod manage;
pub mod service_config;
pub mod single;
pub mod transport;
pub mod user;
pub mod users;
pub mod wire;

use http::Method;

use self::call::Call;
use self::errors::V1Error;
use self::transport::Params;
use super::call::Call as Common;
use super::changed::Errors;
use super::json::Json;
use super::lint::Lints;
use crate::exchange::{Reply, Request};
use crate::sim::Credential;

/// Answers one call: with the whole object, `status` included.
pub type Handler = fn(&mut Call<'_, '_>, &Params) -> Result<Json, V1Error>;

/// A service.
#[derive(Debug)]
pub struct Service {
    /// As it stands at the end of a path.
    pub path: &'static str,
    /// The operation's name.
    pub name: &'static str,
    /// Members of a request, besides `sToken` and `facilitatorMemberId`.
    pub members: &'static [&'static str],
    /// What answers it.
    pub handler: Handler,
}

/// Every service; where one has two names, the older one stands behind.
static SERVICES: &[Service] = &[
    Service {
        path: "VPPServiceConfigSrv",
        name: "v1.VPPServiceConfigSrv",
        members: &[],
        handler: service_config::get,
    },
    Service {
        path: "VPPClientConfigSrv",
        name: "v1.VPPClientConfigSrv",
        members: &["clientContext", "apnToken", "notificationToken", "notificationUrl", "verbose"],
        handler: client_config::answer,
    },
    Service {
        path: "registerVPPUserSrv",
        name: "v1.registerVPPUserSrv",
        members: &["clientUserIdStr", "email", "managedAppleIDStr"],
        handler: user::register,
    },
    Service {
        path: "getVPPUserSrv",
        name: "v1.getVPPUserSrv",
        members: &["userId", "clientUserIdStr", "itsIdHash"],
        handler: user::get,
    },
    Service {
        path: "editVPPUserSrv",
        name: "v1.editVPPUserSrv",
        members: &["userId", "clientUserIdStr", "itsIdHash", "email", "managedAppleIDStr"],
        handler: user::edit,
    },
    Service {
        path: "retireVPPUserSrv",
        name: "v1.retireVPPUserSrv",
        members: &["userId", "clientUserIdStr"],
        handler: user::retire,
    },
    Service {
        path: "manageVPPLicensesByAdamIdSrv",
        name: "v1.manageVPPLicensesByAdamIdSrv",
        members: &[
            "adamIdStr",
            "pricingParam",
            "associateClientUserIdStrs",
            "associateSerialNumbers",
            "disassociateClientUserIdStrs",
            "disassociateSerialNumbers",
            "disassociateLicenseIdStrs",
            "notifyDisassociation",
        ],
        handler: manage::answer,
    },
    Service {
        path: "associateVPPLicenseSrv",
        name: "v1.associateVPPLicenseSrv",
        members: &["userId", "clientUserIdStr", "licenseId", "adamId", "pricingParam"],
        handler: single::associate,
    },
    Service {
        path: "associateVPPLicenseWithVPPUserSrv",
        name: "v1.associateVPPLicenseSrv",
        members: &["userId", "clientUserIdStr", "licenseId", "adamId", "pricingParam"],
        handler: single::associate,
    },
    Service {
        path: "disassociateVPPLicenseSrv",
        name: "v1.disassociateVPPLicenseSrv",
        members: &["userId", "clientUserIdStr", "licenseId"],
        handler: single::disassociate,
    },
    Service {
        path: "disassociateVPPLicenseFromVPPUserSrv",
        name: "v1.disassociateVPPLicenseSrv",
        members: &["userId", "clientUserIdStr", "licenseId"],
        handler: single::disassociate,
    },
    Service {
        path: "getVPPUsersSrv",
        name: "v1.getVPPUsersSrv",
        members: &[
            "includeRetired",
            "includeRetiredOnly",
            "batchToken",
            "sinceModifiedToken",
            "overrideIndex",
            "ifModifiedSince",
        ],
        handler: users::answer,
    },
    Service {
        path: "getVPPLicensesSrv",
        name: "v1.getVPPLicensesSrv",
        members: &[
            "adamId",
            "pricingParam",
            "serialNumber",
            "assignedOnly",
            "userAssignedOnly",
            "deviceAssignedOnly",
            "batchToken",
            "sinceModifiedToken",
            "overrideIndex",
            "ifModifiedSince",
        ],
        handler: licences::answer,
    },
    Service {
        path: "getVPPAssetsSrv",
        name: "v1.getVPPAssetsSrv",
        members: &["includeLicenseCounts", "pricingParam"],
        handler: assets::answer,
    },
    Service {
        path: "getAssignments",
        name: "v1.getAssignments",
        members: &["adamIdStr", "clientUserIdStr", "serialNumber", "requestId", "pageIndex"],
        handler: assignments::answer,
    },
];

/// How this surface spells the errors that rules order.
pub const ERRORS: Errors = Errors {
    reply: |number, settings| V1Error::number(number).reply(settings),
    number_of_status: V1Error::number_of_status,
    keeps_status: true,
};

/// What an operation is called where no service matches.
pub const UNKNOWN: &str = "v1.unknown";

/// The folders below which services are served.
const FOLDERS: [&str; 4] = ["/mdm/v2/", "/mdm/", "/WebObjects/MZFinance.woa/wa/", "/"];

/// What a path of this surface leads to.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// A service.
    Service(&'static Service),
    /// The page behind an `inviteUrl`.
    Invitation,
    /// Nothing.
    Unknown,
}

/// Finds what a path leads to; `None` if it is of another surface.
pub fn find(path: &str) -> Option<Target> {
    let path = path.strip_suffix('/').unwrap_or(path);
    for folder in FOLDERS {
        let Some(name) = path.strip_prefix(folder) else { continue };
        if let Some(service) = SERVICES.iter().find(|service| service.path == name) {
            return Some(Target::Service(service));
        }
        if name == invitation::PATH {
            return Some(Target::Invitation);
        }
        let is_ours = ["/mdm/", "/WebObjects/MZFinance.woa/wa/"].contains(&folder) && name != "v2";
        if !name.is_empty() && !name.contains('/') && (is_ours || name.ends_with("Srv")) {
            return Some(Target::Unknown);
        }
    }
    invitation::code_of(path).map(|_| Target::Invitation)
}

/// What a call asks for, read before any turn.
#[derive(Debug)]
pub struct Asked {
    target: Target,
    params: Params,
}

impl Asked {
    /// Reads a request; notes members that its service does not know.
    pub fn read(target: Target, request: &Request, lints: &mut Lints) -> Self {
        let params = Params::read(request);
        if let Target::Service(service) = target {
            let always = ["sToken", "facilitatorMemberId"];
            let known = |name: &str| always.contains(&name) || service.members.contains(&name);
            for name in params.names().filter(|name| !known(name)) {
                lints.note("unknown-member", name);
            }
        }
        if request.path.ends_with('/') {
            lints.note("trailing-slash", &request.path);
        }
        Self { target, params }
    }

    /// The token, if one came.
    pub fn credential(&self) -> Option<Credential> {
        self.params.credential()
    }

    /// The operation's name.
    pub const fn operation(&self) -> &'static str {
        match self.target {
            Target::Service(service) => service.name,
            Target::Invitation => invitation::NAME,
            Target::Unknown => UNKNOWN,
        }
    }
}

/// Answers one call.
pub fn answer(base_url: &str, common: &mut Common<'_>, asked: &Asked) -> Reply {
    let request = &common.exchange.clone().request;
    let mut call = Call { common, base_url, unreadable: asked.params.readable().is_err() };
    let is_allowed = [Method::GET, Method::HEAD, Method::POST].contains(&request.method);
    let outcome = match asked.target {
        Target::Unknown => Err(V1Error::NoSuchService),
        _ if !is_allowed => Err(V1Error::Method),
        Target::Invitation => invitation::open(&mut call, request, &asked.params),
        Target::Service(service) => (service.handler)(&mut call, &asked.params).map(wire::reply),
    };
    if common.opened.is_none() && common.postponed.is_none() {
        // Who was refused before taking a turn takes it now: every call is in the journal.
        let _ = common.open(|_, _| Ok::<(), V1Error>(()));
    }
    outcome.unwrap_or_else(|error| match (&common.opened, error) {
        (Some(opened), error) => error.reply(&opened.settings),
        (None, V1Error::Fault(what)) => Reply::fault(&what),
        (None, _) => Reply::empty(http::StatusCode::OK),
    })
}
