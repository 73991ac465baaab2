//! `quince token`: prints a content token without a server.
//!
//! A token is a pure function of its parts, so a test can hold one before quince runs.
//!
//! Not here: how the parts become text (`sim::token`).

use crate::engine::real_time;
use crate::model::{At, Privileges};
use crate::sim::token::TokenClaims;
use crate::sim::{Settings, token, worlds};

use super::args::TokenArgs;
use super::error::Error;
use super::options::{BadValue, Raw, values};
use super::terminal;

/// The parts of the token to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOptions {
    /// Name of the organization (`orgName`); that of the default world's location if absent.
    pub org: Option<String>,
    /// Key of the location; the first of the default world if absent.
    pub location: Option<String>,
    /// Universe id.
    pub universe: String,
    /// Seed of the universe.
    pub seed: u64,
    /// Number of the download.
    pub serial: u32,
    /// End of life; that of a token from the server if absent.
    pub expires: Option<At>,
    /// What its manager may do.
    pub privileges: Privileges,
}

/// What was typed, understood.
pub fn options(args: &TokenArgs) -> Result<TokenOptions, BadValue> {
    let TokenArgs { org, location, universe, seed, serial, expires, privileges } = args;
    Ok(TokenOptions {
        org: Raw::flag("org", org).as_ref().map(values::text).transpose()?,
        location: Raw::flag("location", location).as_ref().map(values::key).transpose()?,
        universe: Raw::flag("universe", universe)
            .as_ref()
            .map_or_else(|| Ok("default".to_owned()), values::text)?,
        seed: Raw::flag("seed", seed).as_ref().map_or(Ok(1), values::number)?,
        serial: Raw::flag("serial", serial).as_ref().map_or(Ok(1), values::number)?,
        expires: Raw::flag("expires", expires).as_ref().map(values::date).transpose()?,
        privileges: Raw::flag("privileges", privileges)
            .as_ref()
            .map_or(Ok(Privileges::ALL), values::privileges)?,
    })
}

/// Prints the token. What is not said is that of the first location of the world `demo`, and a life as
/// long as that of a token which a server makes today.
pub fn run(options: &TokenOptions) -> Result<(), Error> {
    let world = worlds::named("demo", options.seed).unwrap_or_default();
    let named = options.location.as_deref();
    let location =
        world.locations.iter().find(|location| named.is_none_or(|key| key == location.key));
    let organization = location.and_then(|location| world.organizations.get(location.organization));
    let key = named.or(location.map(|location| location.key.as_str())).unwrap_or("main");
    let name = organization.map_or("", |organization| organization.name.as_str());
    let claims = TokenClaims {
        universe: options.universe.clone(),
        location: key.to_owned(),
        serial: options.serial,
        expires: options
            .expires
            .unwrap_or_else(|| real_time::today().plus(Settings::observed().token_lifetime)),
        privileges: options.privileges,
    };
    let stoken = token::mint(options.seed, &claims, options.org.as_deref().unwrap_or(name));
    terminal::out(&stoken).map_err(|cause| Error::internal_because("cannot print", cause))
}

#[cfg(test)]
mod tests {
    use super::{At, Privileges, TokenArgs, TokenOptions, options};

    #[test]
    fn defaults_are_those_of_the_default_universe() {
        let expected = TokenOptions {
            org: None,
            location: None,
            universe: "default".to_owned(),
            seed: 1,
            serial: 1,
            expires: None,
            privileges: Privileges::ALL,
        };
        assert_eq!(options(&TokenArgs::default()).unwrap(), expected);
    }

    #[test]
    fn each_part_can_be_said() {
        let args = TokenArgs {
            org: Some("Quince High".to_owned()),
            location: Some("berlin".to_owned()),
            universe: Some("u-7".to_owned()),
            seed: Some("7".to_owned()),
            serial: Some("2".to_owned()),
            expires: Some("1970-01-02".to_owned()),
            privileges: Some("view, manage".to_owned()),
        };
        let expected = TokenOptions {
            org: Some("Quince High".to_owned()),
            location: Some("berlin".to_owned()),
            universe: "u-7".to_owned(),
            seed: 7,
            serial: 2,
            expires: Some(At(86_400_000)),
            privileges: Privileges { manage: true, purchase: false },
        };
        assert_eq!(options(&args).unwrap(), expected);
    }

    #[test]
    fn a_bad_part_is_refused_by_name() {
        let check = |args: TokenArgs, message: &str| {
            assert_eq!(options(&args).unwrap_err().to_string(), message);
        };
        check(
            TokenArgs { privileges: Some("view,mange".to_owned()), ..TokenArgs::default() },
            r#"--privileges: "mange" is not a privilege; did you mean "manage"?"#,
        );
        check(
            TokenArgs { expires: Some("soon".to_owned()), ..TokenArgs::default() },
            r#"--expires: "soon" is not a date; write it like 2030-12-31 or 2030-12-31T12:00:00Z"#,
        );
        check(
            TokenArgs { serial: Some("4294967296".to_owned()), ..TokenArgs::default() },
            r#"--serial: "4294967296" is not a whole number from 0 to 4294967295"#,
        );
    }
}
