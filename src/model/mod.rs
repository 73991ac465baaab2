//! The domain.

pub mod behaviour;
pub mod kinds;
pub mod time;

pub use behaviour::{Behaviour, Delay, ManagedAccounts, SameAccount, UnknownUser};
pub use kinds::{
    Platforms, PricingParam, Privileges, ProductType, StorePlatform, Supply, UserStatus,
};
pub use time::{At, Span};
