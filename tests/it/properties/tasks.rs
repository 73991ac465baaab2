//! What each task of an event does, by the fact sheet and the decisions. Shares no code with quince.

use super::reference::{AssetName, Held, Holder, Status, User};
use super::service::{Blame, Failure, Service, Target, Task, Wish, is_email};

impl Service {
    /// Does a task, or says why not.
    pub(super) fn carry_out(&mut self, task: Task) -> Result<(), Failure> {
        match task {
            Task::Give(name, target) => self.give(name, target),
            Task::Take(name, target) => {
                let holder = self.holder(target)?;
                if let Some(asset) = self.state.asset(&name) {
                    self.take_back(asset, &holder);
                }
                Ok(())
            }
            Task::Return(asset, holder) => {
                self.take_back(asset, &holder);
                Ok(())
            }
            Task::Create(wish) => match self.state.active(&wish.id) {
                Some(_) => Err((9716, Blame::User(wish.id))),
                None => self.create(wish),
            },
            Task::Update(wish) => match self.state.active(&wish.id) {
                Some(user) => self.update(user, wish),
                None => Err((9609, Blame::User(wish.id))),
            },
            Task::Retire(wish) => match self.state.active(&wish.id) {
                Some(user) => {
                    self.retire(user);
                    Ok(())
                }
                None => Err((9609, Blame::User(wish.id))),
            },
        }
    }

    fn holder(&self, target: Target) -> Result<Holder, Failure> {
        match target {
            Target::Device(serial) => Ok(Holder::Device(serial)),
            Target::User(id) => match self.state.active(&id) {
                Some(user) => Ok(Holder::User(user)),
                None => Err((9609, Blame::User(id))),
            },
        }
    }

    fn give(&mut self, name: AssetName, target: Target) -> Result<(), Failure> {
        let holder = self.holder(target)?;
        let Some(asset) = self.state.asset(&name) else { return Err((9709, Blame::Asset(name))) };
        if self.state.holds(asset, &holder) {
            return Ok(());
        }
        if self.state.assigned(asset) == self.state.total(asset) {
            return Err((9709, Blame::Asset(name)));
        }
        self.state.writes.assets += 1;
        self.state.writes.assignments += 1;
        let made = self.state.writes.assignments;
        self.state.held.push(Held { asset, holder, made });
        Ok(())
    }

    fn take_back(&mut self, asset: usize, holder: &Holder) {
        if self.state.holds(asset, holder) {
            self.state.given_up = Some((asset, holder.clone()));
            self.state.held.retain(|held| held.asset != asset || held.holder != *holder);
            self.state.writes.assets += 1;
            self.state.writes.assignments += 1;
        }
    }

    fn write(&mut self, user: usize) {
        self.state.writes.users += 1;
        self.state.users[user].written = self.state.writes.users;
    }

    /// A user that comes or goes takes the irrevocable licences it holds along: a write to the assets.
    fn move_to(&mut self, user: usize, status: Status) {
        let was_active = self.state.users[user].is_active();
        self.state.users[user].status = status;
        let holds = self.state.held.iter().any(|held| held.holder == Holder::User(user));
        if holds && was_active != self.state.users[user].is_active() {
            self.state.writes.assets += 1;
        }
    }

    fn create(&mut self, wish: Wish) -> Result<(), Failure> {
        self.check_account(&wish, None)?;
        let latest = self.state.users.iter().rposition(|user| user.id == wish.id);
        let never = latest.filter(|place| self.state.users[*place].account.is_none());
        let user = never.unwrap_or(self.state.users.len());
        if never.is_none() {
            self.state.users.push(User {
                id: wish.id,
                email: None,
                status: Status::Registered,
                account: None,
                invitation: None,
                written: 0,
            });
        } else {
            self.move_to(user, Status::Registered);
        }
        if wish.email.is_some() {
            self.state.users[user].email = wish.email;
        }
        if let Some(account) = wish.account {
            self.link(user, account);
        } else {
            self.state.users[user].invitation = Some(self.state.invitations);
            self.state.invitations += 1;
        }
        self.write(user);
        Ok(())
    }

    fn update(&mut self, user: usize, wish: Wish) -> Result<(), Failure> {
        self.check_account(&wish, Some(user))?;
        if wish.email.is_some() {
            self.state.users[user].email = wish.email;
        }
        if let Some(account) = wish.account
            && self.state.users[user].account.as_ref() != Some(&account)
        {
            self.link(user, account);
        }
        self.write(user);
        Ok(())
    }

    /// An account has one active user; a user has one account.
    fn check_account(&self, wish: &Wish, user: Option<usize>) -> Result<(), Failure> {
        let Some(account) = &wish.account else { return Ok(()) };
        let blame = || Blame::User(wish.id.clone());
        if !is_email(account) {
            return Err((9635, blame()));
        }
        let users = &self.state.users;
        let has_it = |user: &User| user.is_active() && user.account.as_ref() == Some(account);
        match users.iter().position(has_it) {
            Some(other) if Some(other) != user => return Err((9641, blame())),
            Some(_) => return Ok(()),
            None => {}
        }
        let has_another = user.is_some_and(|user| users[user].status == Status::Associated);
        if has_another { Err((9635, blame())) } else { Ok(()) }
    }

    /// Links an account. If a retired record of the same user had it, one of the two gives way.
    fn link(&mut self, user: usize, account: String) {
        let older = self.state.users.iter().enumerate().rposition(|(place, other)| {
            place != user
                && other.id == self.state.users[user].id
                && other.account.as_ref() == Some(&account)
                && other.status == Status::Retired
        });
        self.state.users[user].account = Some(account);
        self.state.users[user].status = Status::Associated;
        let Some(older) = older else { return };
        if self.rules.old_record_stays {
            self.retire(user);
            self.move_to(older, Status::Associated);
        } else {
            self.hand_over(older, user);
            self.move_to(older, Status::Deleted);
        }
        self.write(older);
    }

    /// What the retired record kept goes to the new one, but for what that one holds already.
    fn hand_over(&mut self, from: usize, to: usize) {
        let held = self.state.held.iter().filter(|held| held.holder == Holder::User(from));
        let kept: Vec<usize> = held.map(|held| held.asset).collect();
        for asset in kept {
            if self.state.holds(asset, &Holder::User(to)) {
                continue;
            }
            self.state.writes.assets += 1;
            self.take_back(asset, &Holder::User(from));
            self.state.writes.assets += 1;
            self.state.writes.assignments += 1;
            let made = self.state.writes.assignments;
            self.state.held.push(Held { asset, holder: Holder::User(to), made });
        }
    }

    fn retire(&mut self, user: usize) {
        let revocable = |held: &&Held| self.state.assets[held.asset].revocable;
        let held = self.state.held.iter().filter(|held| held.holder == Holder::User(user));
        let freed: Vec<usize> = held.filter(revocable).map(|held| held.asset).collect();
        for asset in freed {
            self.take_back(asset, &Holder::User(user));
        }
        self.move_to(user, Status::Retired);
        self.write(user);
    }
}
