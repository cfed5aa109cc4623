//! Who is asking, as far as it is a matter of HTTP: cookies, bearer tokens, the page a request comes from. Whose
//! session or token it is, is asked of the accounts.

mod audit;
mod cookie;
mod identify;
mod origin;
mod peer;

pub(crate) use audit::{Attempt, tell_outcomes, told_apart};
pub(crate) use cookie::{ended, given};
pub use identify::Identity;
pub(crate) use peer::Origin;
