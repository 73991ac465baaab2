//! Notifications on their way: spelled as v2 does, and posted.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::Builder;
use crate::api::ApiOptions;
use crate::api::control::Trust;
use crate::api::v2::client_config::is_receiver;
use crate::api::v2::notifications::{Chunk, Envelope, body_as, test_body_as};
use crate::engine::deliver::{Carried, Carrier, Carrying, Letter};
use crate::notify::{self, Courier, TrustError};

/// Carries the notifications of all universes.
#[derive(Debug)]
pub(super) struct Postal {
    courier: Arc<Courier>,
    /// Hosts that may receive notifications over plain http.
    receivers: Arc<[String]>,
}

impl Builder {
    /// A host that may receive notifications over plain http.
    #[must_use]
    pub fn allow_receiver(mut self, host: &str) -> Self {
        self.options.receivers.push(host.to_owned());
        self
    }

    /// A file with CAs (PEM) that certificates of receivers are trusted by, besides quince's own CA and in place of the
    /// public ones of this machine.
    #[must_use]
    pub fn receiver_ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.receiver_authorities.push(file.into());
        self
    }

    /// Lets receivers show any certificate.
    #[must_use]
    pub const fn receiver_insecure(mut self, insecure: bool) -> Self {
        self.options.receiver_insecure = insecure;
        self
    }
}

impl Postal {
    /// One that trusts quince's own CA and those in these files, or without any those of this machine; or anybody, as the
    /// options say.
    pub(super) fn new(
        own: &Trust,
        files: Vec<PathBuf>,
        options: &ApiOptions,
    ) -> Result<Self, TrustError> {
        let own = if let Trust::Own(pem) = own { Some(pem.to_string()) } else { None };
        let insecure = options.receiver_insecure;
        let public = files.is_empty();
        let authorities = own.into_iter().collect();
        let trust = notify::Trust { authorities, files, public, insecure };
        let courier = Arc::new(Courier::new(&trust)?);
        Ok(Self { courier, receivers: options.receivers.clone().into() })
    }
}

impl Carrier for Postal {
    fn spell(&self, letter: &Letter) -> Bytes {
        spell(letter)
    }

    fn carry(&self, letter: Arc<Letter>) -> Carrying {
        let (courier, receivers) = (Arc::clone(&self.courier), Arc::clone(&self.receivers));
        Box::pin(async move {
            let body = spell(&letter);
            let url = &letter.receiver.url;
            // A state file may bring along what nobody could configure.
            let answered = if is_receiver(url, letter.settings.notifications_http, &receivers) {
                courier.post(url, &letter.receiver.secret, body.clone(), letter.time()).await
            } else {
                Err("no notification may go to this URL (setting notifications.http, --allow-receiver)".to_owned())
            };
            Carried { body, answered }
        })
    }
}

fn spell(letter: &Letter) -> Bytes {
    let Some(part) = &letter.part else {
        return test_body_as(&letter.kind, letter.id, &letter.uid);
    };
    let chunk = Chunk::new(&part.told.notice, &part.elements);
    let event_id = letter.event_id.as_deref();
    let envelope = Envelope { id: letter.id, uid: &letter.uid, event_id };
    body_as(&letter.kind, &chunk, envelope, &letter.settings)
}
