//! What happens in a case: steps that are drawn blindly, and mean something once they meet a state.

use proptest::collection::vec;
use proptest::prelude::*;

use super::reference::{Holder, Rules, State};
use super::service::{Command, Targets, Wish};
use super::worlds::{ACCOUNTS, SERIALS, USERS, own_account, places, rules};

/// A world, its settings, and what happens.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) rules: Rules,
    pub(super) places: Vec<State>,
    pub(super) steps: Vec<(usize, Step)>,
}

/// Something that happens; the number beside it names the location.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Associate(Draft),
    Disassociate(Draft),
    Revoke(Draft),
    /// Takes back one pair that stands.
    TakeBack(usize),
    /// Gives again what was taken back last.
    GiveAgain,
    Create(Vec<WishDraft>),
    Update(Vec<WishDraft>),
    Retire(Vec<WishDraft>),
    /// A request that is wrong in itself, by its place in a list of such.
    Nonsense(usize),
    /// An MDM claims the location.
    Claim(u8),
    /// Time moves on by so many milliseconds.
    Wait(u32),
    /// The version ids of now are kept.
    Remember,
}

/// A member of a list in a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pick {
    /// One that the location knows, other than those before it.
    Known(usize),
    /// Any of the names that there are.
    Any(usize),
    /// The first of the list once more.
    Again,
}

/// Assets and targets in the making.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    assets: Vec<Pick>,
    users: Vec<Pick>,
    serials: Vec<Pick>,
}

/// A user in the making: who, e-mail address, account.
pub(super) type WishDraft = (Pick, Option<usize>, Option<usize>);

/// E-mail addresses in requests. The last are none.
const EMAILS: [&str; 9] = [
    "a@mail.example",
    "b@mail.example",
    "c@mail.example",
    "d@mail.example",
    "e@mail.example",
    "f@mail.example",
    "g@mail.example",
    "two@@mail.example",
    "no mail@mail.example",
];

fn pick(any: u32) -> impl Strategy<Value = Pick> {
    prop_oneof![
        20 => (0_usize..8).prop_map(Pick::Known),
        any => (0_usize..8).prop_map(Pick::Any),
        1 => Just(Pick::Again),
    ]
}

fn draft() -> impl Strategy<Value = Draft> {
    (vec(pick(1), 0..=4), vec(pick(1), 0..=4), vec(pick(1), 0..=4))
        .prop_map(|(assets, users, serials)| Draft { assets, users, serials })
}

/// For users alone: apps that devices can't hold, and books, get through then.
fn draft_for_users() -> impl Strategy<Value = Draft> {
    (vec(pick(1), 1..=4), vec(pick(1), 1..=4)).prop_map(|(assets, users)| Draft {
        assets,
        users,
        serials: Vec::new(),
    })
}

fn wishes(any: u32) -> impl Strategy<Value = Vec<WishDraft>> {
    let email = prop::option::weighted(0.3, 0..EMAILS.len());
    // Mostly the user's own, so that accounts come back.
    let account = prop_oneof![4 => Just(ACCOUNTS.len()), 2 => 0..ACCOUNTS.len()];
    let account = prop::option::weighted(0.5, account);
    vec((pick(any), email, account), 0..=4)
}

fn step() -> impl Strategy<Value = Step> {
    let span =
        prop::sample::select(vec![0_u32, 1, 49, 67, 100, 133, 200, 2_500, 3_334, 10_000, 60_000]);
    prop_oneof![
        4 => draft().prop_map(Step::Associate),
        4 => draft_for_users().prop_map(Step::Associate),
        4 => draft().prop_map(Step::Disassociate),
        2 => draft().prop_map(Step::Revoke),
        2 => any::<usize>().prop_map(Step::TakeBack),
        1 => Just(Step::GiveAgain),
        4 => wishes(60).prop_map(Step::Create),
        3 => wishes(2).prop_map(Step::Update),
        3 => wishes(2).prop_map(Step::Retire),
        1 => any::<usize>().prop_map(Step::Nonsense),
        1 => any::<u8>().prop_map(Step::Claim),
        8 => span.prop_map(Step::Wait),
        2 => Just(Step::Remember),
    ]
}

/// Cases of up to so many steps.
pub(super) fn case(steps: usize) -> impl Strategy<Value = Case> {
    (rules(), places(), vec((0_usize..2, step()), 1..=steps)).prop_map(|(rules, places, steps)| {
        let count = places.len();
        let steps = steps.into_iter().map(|(at, step)| (at % count, step)).collect();
        Case { rules, places, steps }
    })
}

/// The members that picks mean where there is a list of known ones and a list of any.
fn resolve<T: Clone + PartialEq>(picks: &[Pick], known: &[T], any: &[T]) -> Vec<T> {
    let mut chosen: Vec<T> = Vec::new();
    for pick in picks {
        let fresh = |list: &[T], at: usize| {
            let left: Vec<&T> = list.iter().filter(|each| !chosen.contains(each)).collect();
            (!left.is_empty()).then(|| left[at % left.len()].clone())
        };
        let member = match pick {
            Pick::Known(at) => fresh(known, *at),
            Pick::Any(at) => fresh(any, *at),
            Pick::Again => chosen.first().cloned(),
        };
        chosen.extend(member);
    }
    chosen
}

impl Draft {
    fn meet(&self, state: &State) -> Targets {
        let owned: Vec<_> = state.assets.iter().map(|asset| asset.name.clone()).collect();
        let products = ["700", "701", "702", "999"];
        let any: Vec<_> = products
            .iter()
            .flat_map(|id| [false, true].map(|plus| ((*id).to_owned(), plus)))
            .collect();
        let serials = SERIALS.map(str::to_owned);
        Targets {
            assets: resolve(&self.assets, &owned, &any),
            users: resolve(&self.users, &active(state), &USERS.map(str::to_owned)),
            serials: resolve(&self.serials, &serials, &serials),
        }
    }
}

/// A pair as a request.
fn one(state: &State, asset: usize, holder: &Holder) -> Targets {
    let mut targets =
        Targets { assets: vec![state.assets[asset].name.clone()], ..Targets::default() };
    match holder {
        Holder::User(place) => targets.users.push(state.users[*place].id.clone()),
        Holder::Device(serial) => targets.serials.push(serial.clone()),
    }
    targets
}

fn active(state: &State) -> Vec<String> {
    state.users.iter().filter(|user| user.is_active()).map(|user| user.id.clone()).collect()
}

fn meet(drafts: &[WishDraft], state: &State) -> Vec<Wish> {
    let picks: Vec<Pick> = drafts.iter().map(|(pick, ..)| *pick).collect();
    let ids = resolve(&picks, &active(state), &USERS.map(str::to_owned));
    let text = |list: &[&str], at: Option<usize>| at.map(|at| list[at].to_owned());
    let wishes = ids.into_iter().zip(drafts).map(|(id, (_, email, account))| Wish {
        email: text(&EMAILS, *email),
        account: account.map(|at| ACCOUNTS.get(at).unwrap_or(&own_account(&id)).to_string()),
        id,
    });
    wishes.collect()
}

impl Step {
    /// What the step asks of a location that stands so, if it asks for an event.
    pub(super) fn command(&self, state: &State) -> Option<Command> {
        Some(match self {
            Self::Associate(draft) => Command::Associate(draft.meet(state)),
            Self::Disassociate(draft) => Command::Disassociate(draft.meet(state)),
            Self::Revoke(draft) => Command::Revoke(draft.meet(state)),
            Self::TakeBack(which) => {
                let held = state.held.get(which % state.held.len().max(1))?;
                Command::Disassociate(one(state, held.asset, &held.holder))
            }
            Self::GiveAgain => {
                let (asset, holder) = state.given_up.as_ref()?;
                Command::Associate(one(state, *asset, holder))
            }
            Self::Create(drafts) => Command::Create(meet(drafts, state)),
            Self::Update(drafts) => Command::Update(meet(drafts, state)),
            Self::Retire(drafts) => Command::Retire(meet(drafts, state)),
            Self::Nonsense(_) | Self::Claim(_) | Self::Wait(_) | Self::Remember => return None,
        })
    }
}
