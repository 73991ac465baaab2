//! Identifiers that look like the real ones, each different from all that a location has.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::names::{Tongue, mailbox};
use crate::model::{Platforms, PricingParam, ProductType, Supply, UserStatus};
use crate::sim::entropy::Stream;
use crate::sim::spec::{AssetSpec, LocationSpec, UserSpec};

/// What serial numbers are made of: no letters that look like others.
const SERIAL_LETTERS: &[u8; 28] = b"0123456789CDFGHJKLMNPQRTVWXY";

/// Draws new identifiers for one location.
pub(super) struct Draw {
    /// The generator, for other draws of the same world.
    pub(super) stream: Stream,
    taken: HashSet<String>,
}

impl Draw {
    /// Knows what the location has already.
    pub(super) fn new(seed: u64, location: &LocationSpec, purpose: &str) -> Self {
        let mut taken = HashSet::new();
        taken.extend(location.devices.iter().cloned());
        taken.extend(location.assets.iter().map(|asset| asset.adam_id.clone()));
        for user in &location.users {
            taken.insert(user.client_user_id.clone());
            taken.extend(user.email.clone());
            taken.extend(user.managed_apple_id.clone());
        }
        Self { stream: Stream::new(seed, &location.key, purpose, 0), taken }
    }

    fn fresh(&mut self, mut make: impl FnMut(&mut Stream) -> String) -> String {
        // Each kind has billions of values; this ends at once.
        loop {
            let id = make(&mut self.stream);
            if !self.taken.contains(&id) {
                self.taken.insert(id.clone());
                return id;
            }
        }
    }

    /// A serial number of 12 characters.
    pub(super) fn serial_number(&mut self) -> String {
        self.fresh(|stream| {
            let base = SERIAL_LETTERS.len() as u64;
            let mut rest = stream.below(base.pow(12));
            let mut serial = String::with_capacity(12);
            for _ in 0..12 {
                serial.push(char::from(SERIAL_LETTERS[(rest % base) as usize]));
                rest /= base;
            }
            serial
        })
    }

    /// A product id of 9 or 10 digits.
    pub(super) fn adam_id(&mut self) -> String {
        self.fresh(|stream| (300_000_000 + stream.below(6_400_000_000)).to_string())
    }

    /// A client user id as an MDM makes it: a UUID.
    pub(super) fn client_user_id(&mut self) -> String {
        self.fresh(|stream| {
            let (key, payload) = (stream.u64(), u128::from(stream.u64()));
            crate::sim::entropy::seal(key, payload).to_string()
        })
    }

    /// An address of somebody.
    pub(super) fn email(&mut self, tongue: Tongue, domain: &str) -> String {
        let mut attempt = 0;
        self.fresh(|stream| {
            attempt += 1;
            let name = mailbox(stream, tongue);
            // Names run out long before numbers do.
            let number =
                if attempt < 4 { String::new() } else { stream.below(1 << 40).to_string() };
            format!("{name}{number}@{domain}")
        })
    }

    /// The hash of an account: 20 bytes in base64.
    pub(super) fn id_hash(&mut self) -> String {
        STANDARD.encode(self.stream.bytes::<20>())
    }
}

/// An app as most are: revocable, for users and devices.
pub(super) fn app(adam_id: impl Into<String>, name: impl Into<String>, total: u32) -> AssetSpec {
    AssetSpec {
        adam_id: adam_id.into(),
        pricing_param: PricingParam::Standard,
        name: name.into(),
        product_type: ProductType::App,
        supply: Supply::Limited(total),
        retired: 0,
        revocable: true,
        device_assignable: true,
        platforms: Platforms::IOS,
        licence_base: None,
    }
}

/// A book: for users, for good.
pub(super) fn book(adam_id: impl Into<String>, name: impl Into<String>, total: u32) -> AssetSpec {
    AssetSpec {
        product_type: ProductType::Book,
        revocable: false,
        device_assignable: false,
        platforms: Platforms::IOS.and(Platforms::MACOS),
        ..app(adam_id, name, total)
    }
}

/// A user with nothing but an id and a status.
pub(super) fn user(client_user_id: impl Into<String>, status: UserStatus) -> UserSpec {
    UserSpec {
        client_user_id: client_user_id.into(),
        email: None,
        status,
        managed_apple_id: None,
        user_id: None,
        invite_code: None,
        id_hash: None,
    }
}
