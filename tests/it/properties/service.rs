//! What requests do to a location, by the fact sheet and the decisions: refused at once, or queued as an event and
//! carried out in parts. Shares no code with quince.
//!
//! Not here: what a single task does (`tasks`).

use serde_json::{Map, Value, json};

use super::reference::{Asset, AssetName, Holder, Rules, State, quality};

/// Assets, and whom a request is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Targets {
    pub(super) assets: Vec<AssetName>,
    pub(super) users: Vec<String>,
    pub(super) serials: Vec<String>,
}

/// A user as a request wants it.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) id: String,
    pub(super) email: Option<String>,
    pub(super) account: Option<String>,
}

/// A request that queues an event.
#[derive(Debug, Clone)]
pub(super) enum Command {
    Associate(Targets),
    Disassociate(Targets),
    Revoke(Targets),
    Create(Vec<Wish>),
    Update(Vec<Wish>),
    Retire(Vec<Wish>),
}

/// Why a request is refused: `errorNumber` and `errorInfo`.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) number: u16,
    pub(super) info: Value,
}

/// One task of an event.
#[derive(Debug, Clone)]
pub(super) enum Task {
    Give(AssetName, Target),
    Take(AssetName, Target),
    Return(usize, Holder),
    Create(Wish),
    Update(Wish),
    Retire(Wish),
}

#[derive(Debug, Clone)]
pub(super) enum Target {
    User(String),
    Device(String),
}

/// An accepted request.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) kind: &'static str,
    accepted: i64,
    /// Parts done.
    parts: u32,
    tasks: Vec<Task>,
    /// A revoke finds its tasks when it starts.
    revokes: Option<Targets>,
    pub(super) requested: usize,
    pub(super) completed: usize,
    /// In order of appearance: number, assets, users.
    pub(super) failures: Vec<(u16, Vec<AssetName>, Vec<String>)>,
    pub(super) is_over: bool,
}

/// A location with its events.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) rules: Rules,
    pub(super) state: State,
    pub(super) events: Vec<Event>,
    /// When the last event ended.
    free_since: i64,
    /// `mdmInfo`.
    pub(super) claimed: Option<Value>,
}

/// Number of a failure and what is to blame.
pub(super) type Failure = (u16, Blame);

pub(super) enum Blame {
    Asset(AssetName),
    User(String),
}

fn refuse<R>(number: u16, name: &str, values: Value) -> Result<R, Refused> {
    let mut info = Map::new();
    info.insert(name.to_owned(), values);
    Err(Refused { number, info: info.into() })
}

fn refuse_plainly<R>(number: u16) -> Result<R, Refused> {
    Err(Refused { number, info: Value::Null })
}

fn assets_json(assets: &[AssetName]) -> Value {
    let asset = |(id, plus): &AssetName| json!({"adamId": id, "pricingParam": quality(*plus)});
    assets.iter().map(asset).collect()
}

/// Values that come more than once, each once.
fn twice<T: PartialEq + Clone>(values: &[T]) -> Vec<T> {
    let mut found = Vec::new();
    for (place, value) in values.iter().enumerate() {
        if values[..place].contains(value) && !found.contains(value) {
            found.push(value.clone());
        }
    }
    found
}

/// One `@` with something before it, a dot behind it, no blanks.
pub(super) fn is_email(text: &str) -> bool {
    let parts: Vec<&str> = text.split('@').collect();
    parts.len() == 2 && !parts[0].is_empty() && parts[1].contains('.') && !text.contains(' ')
}

impl Service {
    pub(super) fn new(rules: Rules, state: State) -> Self {
        Self { rules, state, events: Vec::new(), free_since: 0, claimed: None }
    }

    /// Accepts a request as an event, by its place; or refuses it, and nothing has changed.
    pub(super) fn accept(&mut self, command: Command, now: i64) -> Result<usize, Refused> {
        self.check(&command)?;
        let (mut tasks, mut revokes) = (Vec::new(), None);
        let kind = match command {
            Command::Associate(targets) => {
                tasks = each(&targets, Task::Give);
                "ASSOCIATE"
            }
            Command::Disassociate(targets) => {
                tasks = each(&targets, Task::Take);
                "DISASSOCIATE"
            }
            Command::Revoke(targets) => {
                revokes = Some(targets);
                "REVOKE"
            }
            Command::Create(wishes) => {
                tasks.extend(wishes.into_iter().map(Task::Create));
                "CREATE"
            }
            Command::Update(wishes) => {
                tasks.extend(wishes.into_iter().map(Task::Update));
                "UPDATE"
            }
            Command::Retire(wishes) => {
                tasks.extend(wishes.into_iter().map(Task::Retire));
                "RETIRE"
            }
        };
        let found = revokes.as_ref().map(|targets| self.revocable(targets).len());
        self.events.push(Event {
            kind,
            accepted: now,
            parts: 0,
            requested: found.unwrap_or(tasks.len()),
            tasks,
            revokes,
            completed: 0,
            failures: Vec::new(),
            is_over: false,
        });
        Ok(self.events.len() - 1)
    }

    fn check(&self, command: &Command) -> Result<(), Refused> {
        match command {
            Command::Associate(targets) | Command::Disassociate(targets) => {
                if targets.assets.is_empty() {
                    return refuse_plainly(9718);
                }
                Self::check_targets(targets)?;
                let assets = twice(&targets.assets);
                if !assets.is_empty() {
                    return refuse(9703, "assets", assets_json(&assets));
                }
                Self::check_targets_differ(targets)?;
                let owned = |is_bad: fn(&Asset) -> bool| {
                    let bad = |name: &&AssetName| {
                        self.state.asset(name).is_some_and(|at| is_bad(&self.state.assets[at]))
                    };
                    targets.assets.iter().filter(bad).cloned().collect::<Vec<_>>()
                };
                let not_for_devices = owned(|asset| !asset.for_devices);
                if !targets.serials.is_empty() && !not_for_devices.is_empty() {
                    return refuse(9707, "assets", assets_json(&not_for_devices));
                }
                let for_good = owned(|asset| !asset.revocable);
                if matches!(command, Command::Disassociate(_)) && !for_good.is_empty() {
                    return refuse(9706, "assets", assets_json(&for_good));
                }
                self.check_known(&targets.users)
            }
            Command::Revoke(targets) => {
                Self::check_targets(targets)?;
                Self::check_targets_differ(targets)?;
                self.check_known(&targets.users)
            }
            Command::Create(wishes) | Command::Update(wishes) | Command::Retire(wishes) => {
                if wishes.is_empty() {
                    return refuse_plainly(9720);
                }
                let ids: Vec<String> = wishes.iter().map(|wish| wish.id.clone()).collect();
                if !twice(&ids).is_empty() {
                    return refuse(9715, "clientUserIds", json!(twice(&ids)));
                }
                let bad = |wish: &&Wish| wish.email.as_ref().is_some_and(|email| !is_email(email));
                let bad: Vec<&String> = wishes.iter().filter(bad).map(|wish| &wish.id).collect();
                if !bad.is_empty() {
                    return refuse(9717, "clientUserIds", json!(bad));
                }
                let is_create = matches!(command, Command::Create(_));
                if is_create { Ok(()) } else { self.check_known(&ids) }
            }
        }
    }

    fn check_targets(targets: &Targets) -> Result<(), Refused> {
        if targets.users.is_empty() && targets.serials.is_empty() {
            return refuse_plainly(9719);
        }
        Ok(())
    }

    fn check_targets_differ(targets: &Targets) -> Result<(), Refused> {
        let (users, serials) = (twice(&targets.users), twice(&targets.serials));
        if !users.is_empty() {
            return refuse(9704, "clientUserIds", json!(users));
        }
        if serials.is_empty() { Ok(()) } else { refuse(9705, "serialNumbers", json!(serials)) }
    }

    fn check_known(&self, ids: &[String]) -> Result<(), Refused> {
        let unknown: Vec<&String> =
            ids.iter().filter(|id| self.state.active(id).is_none()).collect();
        if unknown.is_empty() || self.rules.unknown_users_later {
            return Ok(());
        }
        refuse(9609, "clientUserIds", json!(unknown))
    }

    /// Does all that is due until `now`.
    pub(super) fn settle(&mut self, now: i64) {
        while let Some(place) = self.events.iter().position(|event| !event.is_over) {
            let event = &self.events[place];
            let start = event.accepted.max(self.free_since);
            let due =
                start + self.rules.delay * i64::from(event.parts + 1) / i64::from(self.rules.steps);
            if due > now {
                return;
            }
            if let Some(targets) = self.events[place].revokes.take() {
                let found = self.revocable(&targets);
                self.events[place].requested = found.len();
                self.events[place].tasks =
                    found.into_iter().map(|(asset, holder)| Task::Return(asset, holder)).collect();
            }
            self.next_part(place, due);
        }
    }

    /// Carries out the next of equally long parts.
    fn next_part(&mut self, place: usize, now: i64) {
        let mut event = self.events[place].clone();
        let steps = self.rules.steps;
        let until = |parts: u32| event.tasks.len() * parts as usize / steps as usize;
        let part = until(event.parts)..until(event.parts + 1);
        for task in event.tasks[part].iter().cloned() {
            match self.carry_out(task) {
                Ok(()) => event.completed += 1,
                Err((number, blame)) => {
                    if event.failures.iter().all(|(known, ..)| *known != number) {
                        event.failures.push((number, Vec::new(), Vec::new()));
                    }
                    let group = event.failures.iter_mut().find(|(known, ..)| *known == number);
                    let (_, assets, users) = group.unwrap();
                    match blame {
                        Blame::Asset(name) if !assets.contains(&name) => assets.push(name),
                        Blame::User(id) if !users.contains(&id) => users.push(id),
                        _ => {}
                    }
                }
            }
        }
        event.parts += 1;
        if event.parts == steps {
            event.is_over = true;
            self.free_since = now;
        }
        self.events[place] = event;
    }

    /// What targets hold and can give back: users, then devices, each in order of creation.
    fn revocable(&self, targets: &Targets) -> Vec<(usize, Holder)> {
        let users = targets.users.iter().filter_map(|id| self.state.active(id)).map(Holder::User);
        let devices = targets.serials.iter().cloned().map(Holder::Device);
        let mut found = Vec::new();
        for holder in users.chain(devices) {
            for held in &self.state.held {
                if held.holder == holder && self.state.assets[held.asset].revocable {
                    found.push((held.asset, holder.clone()));
                }
            }
        }
        found
    }

    /// The status of an event, as answered.
    pub(super) fn status(&self, event: usize) -> Value {
        let event = &self.events[event];
        let word = match (event.is_over, event.failures.is_empty()) {
            (false, _) => "PENDING",
            (true, true) => "COMPLETE",
            (true, false) => "FAILED",
        };
        let mut status = json!({
            "eventStatus": word,
            "eventType": event.kind,
            "numRequested": event.requested,
            "numCompleted": event.completed,
        });
        let failures = event.failures.iter().map(|(number, assets, users)| {
            let mut info = Map::new();
            if !assets.is_empty() {
                info.insert("assets".to_owned(), assets_json(assets));
            }
            if !users.is_empty() {
                info.insert("clientUserIds".to_owned(), json!(users));
            }
            json!({"errorNumber": number, "errorInfo": info})
        });
        if !event.failures.is_empty() {
            status["failures"] = failures.collect();
        }
        status
    }
}

/// Assets are the outer loop; users come before devices.
fn each(targets: &Targets, task: fn(AssetName, Target) -> Task) -> Vec<Task> {
    let mut tasks = Vec::new();
    for asset in &targets.assets {
        let users = targets.users.iter().cloned().map(Target::User);
        for target in users.chain(targets.serials.iter().cloned().map(Target::Device)) {
            tasks.push(task(asset.clone(), target));
        }
    }
    tasks
}
