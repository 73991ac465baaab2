//! Notifications on their way: spelled as v2 does, and posted.

use std::sync::Arc;

use bytes::Bytes;

use crate::api::v2::client_config::is_receiver;
use crate::api::v2::notifications::{Chunk, Envelope, body_as, test_body_as};
use crate::engine::deliver::{Carried, Carrier, Carrying, Letter};
use crate::notify::Courier;

/// Carries the notifications of all universes.
#[derive(Debug)]
pub(super) struct Postal {
    pub(super) courier: Arc<Courier>,
    /// Hosts that may receive notifications over plain http.
    pub(super) receivers: Arc<[String]>,
}

impl Carrier for Postal {
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
