//! Events that somebody from outside ends: at once, and as that somebody wants.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::behaviour::Behaviour;
use super::command::{Target, Targets};
use super::event::{Blame, Event, EventKind, Foretold, Work};
use super::ids::{AssetName, IdSource};
use super::kinds::PricingParam;
use super::location::Location;
use super::refusal::Failure;
use super::time::At;

/// Which tasks of an event are to fail, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// What is told of them.
    pub why: Failure,
    /// Tasks of these assets, and of these users and devices; what is empty does not narrow them down.
    pub chosen: Targets,
}

/// A place in [`Failing::chosen`] for which the event has no task left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// An asset, by its place.
    Asset(usize),
    /// A client user id, by its place.
    ClientUserId(usize),
    /// A serial number, by its place.
    SerialNumber(usize),
}

/// What a task is about.
struct Task {
    asset: Option<AssetName>,
    name: Arc<str>,
    is_device: bool,
    /// The user is always to blame: no error can name a subscription (apple-subscriptions.md §6).
    blames_user: bool,
}

impl Location {
    /// Carries out all that is left of an event now, whatever its delay, and ends it. The tasks that
    /// `failing` chooses fail instead. False if there is no such event or it has ended.
    pub fn finish_event(
        &mut self,
        number: u64,
        now: At,
        failing: Option<&Failing>,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) -> bool {
        let Some(mut event) = self.events.unfinished(number).cloned() else { return false };
        self.find_revoked(&mut event);
        let mut rest = event.rest();
        if event.foretold == Foretold::Told {
            // Nobody is told twice.
            let told = event.next_part();
            rest.start = told.end;
            self.end_telling();
            self.carry_out_but((number, &mut event), told, failing, behaviour, ids);
        }
        self.begin_telling_of(&event, number);
        self.carry_out_but((number, &mut event), rest, failing, behaviour, ids);
        self.end_telling();
        event.steps_done = event.steps;
        self.events.put_back(number, event, now);
        true
    }

    /// Carries out the tasks of `part`, but for those that `failing` or the event itself chooses: they fail.
    pub(super) fn carry_out_but(
        &mut self,
        (number, event): (u64, &mut Event),
        part: Range<u32>,
        failing: Option<&Failing>,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) {
        if failing.is_none() && event.failing.is_empty() {
            return self.carry_out((number, event), part, behaviour, ids);
        }
        let planned = event.failing.clone();
        for n in part {
            let task = self.task(event, n);
            let mut choices = failing.into_iter().chain(&planned);
            let blame = |it: &Failing| Some((it.why, it.blame(task.as_ref()?)?));
            match choices.find_map(blame) {
                Some((why, blame)) => {
                    match &event.work {
                        Work::Seats(request) => {
                            self.tell_untried_seat(event.kind, request, n as usize, why);
                        }
                        work => self.tell_task(work, n as usize, Some(why)),
                    }
                    event.fail(why, blame);
                }
                None => self.carry_out((number, event), n..n + 1, behaviour, ids),
            }
        }
    }

    /// What an event that has not ended has tasks for: assets, users and devices, each once, in the order of the tasks.
    pub fn subjects_of(&self, number: u64) -> Targets {
        let mut subjects = Targets::default();
        let Some(mut event) = self.events.unfinished(number).cloned() else { return subjects };
        self.find_revoked(&mut event);
        let (mut assets, mut names) = (BTreeSet::new(), BTreeSet::new());
        for Task { asset, name, is_device, .. } in event.rest().filter_map(|n| self.task(&event, n))
        {
            if let Some(asset) = asset.filter(|asset| !assets.contains(asset)) {
                assets.insert(asset.clone());
                subjects.assets.push(asset);
            }
            if names.insert((is_device, Arc::clone(&name))) {
                let list = if is_device {
                    &mut subjects.serial_numbers
                } else {
                    &mut subjects.client_user_ids
                };
                list.push(name);
            }
        }
        subjects
    }

    /// The first of the chosen for which an event has no task left.
    pub fn stranger_to(&self, number: u64, chosen: &Targets) -> Option<Stranger> {
        let mut event = self.events.unfinished(number)?.clone();
        self.find_revoked(&mut event);
        let (mut assets, mut users, mut devices) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for task in event.rest().filter_map(|n| self.task(&event, n)) {
            assets.extend(task.asset);
            if task.is_device { &mut devices } else { &mut users }.insert(task.name);
        }
        let asset = chosen.assets.iter().position(|name| !assets.contains(name));
        let user = chosen.client_user_ids.iter().position(|id| !users.contains(id));
        let device = chosen.serial_numbers.iter().position(|serial| !devices.contains(serial));
        asset
            .map(Stranger::Asset)
            .or(user.map(Stranger::ClientUserId))
            .or(device.map(Stranger::SerialNumber))
    }

    /// A revocation that starts finds out what it takes back.
    pub(super) fn find_revoked(&self, event: &mut Event) {
        if let (EventKind::Revoke, Work::Assets(targets)) = (event.kind, &event.work) {
            let pairs = self.revocable(targets);
            event.requested = pairs.len() as u32;
            event.work = Work::Pairs(Arc::new(pairs));
        }
    }

    fn task(&self, event: &Event, n: u32) -> Option<Task> {
        let n = n as usize;
        match &event.work {
            Work::Nothing => None,
            Work::Assets(targets) => {
                let each = targets.len().max(1);
                let (asset, target) = (targets.assets.get(n / each)?, targets.get(n % each)?);
                let is_device = matches!(target, Target::Device(_));
                let (asset, blames_user) = (Some(asset.clone()), false);
                Some(Task { asset, name: target.name(), is_device, blames_user })
            }
            Work::Pairs(pairs) => {
                let (asset, holder) = pairs.get(n)?;
                let (name, is_device) = self.holder_name(*holder);
                let asset = self.assets.get(*asset).map(|asset| AssetName {
                    adam_id: self.assets.adam_id(asset.product).to_owned(),
                    pricing_param: asset.pricing_param,
                });
                Some(Task { asset, name: name.into(), is_device, blames_user: false })
            }
            Work::Seats(request) => {
                let (adam_id, user) = request.task(n)?;
                let asset = AssetName {
                    adam_id: adam_id.to_string(),
                    pricing_param: PricingParam::Standard,
                };
                let (asset, name) = (Some(asset), Arc::clone(user));
                Some(Task { asset, name, is_device: false, blames_user: true })
            }
            Work::Users(users) => {
                let name = Arc::clone(&users.get(n)?.client_user_id);
                Some(Task { asset: None, name, is_device: false, blames_user: true })
            }
        }
    }
}

impl Failing {
    /// What is to blame if this task is to fail: the user where users are chosen or there is no asset.
    fn blame(&self, task: &Task) -> Option<Blame> {
        let Targets { assets, client_user_ids, serial_numbers } = &self.chosen;
        let asset_fits =
            assets.is_empty() || task.asset.as_ref().is_some_and(|asset| assets.contains(asset));
        let names = if task.is_device { serial_numbers } else { client_user_ids };
        let target_fits = self.chosen.is_empty() || names.contains(&task.name);
        if !asset_fits || !target_fits {
            return None;
        }
        let chosen_as_user = !task.is_device && !client_user_ids.is_empty();
        match &task.asset {
            Some(asset) if !chosen_as_user && !task.blames_user => {
                Some(Blame::Asset(asset.clone()))
            }
            _ => Some(Blame::User(Arc::clone(&task.name))),
        }
    }
}
