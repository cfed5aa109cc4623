//! Faults that a test schedules, and the plan that says which of them strike a call.

use serde::{Deserialize, Serialize};

use crate::calls::{Call, Calls};
use crate::facts::{SessionError, TagRefusal};
use crate::time::Millis;

/// What goes wrong. Where `after_effect` is asked: whether the call takes effect before its answer is spoilt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Another answer than the true one: a 5xx, a page in HTML, an empty body.
    Answer {
        /// HTTP status.
        status: u16,
        /// The body as it is; told to be JSON when it begins with `{` or `[`, else HTML.
        body: String,
        /// See [`Fault`].
        after_effect: bool,
    },
    /// HTTP 429, without effect.
    RateLimited,
    /// Silence on an open connection, until the caller closes it: a half-open connection, or accepted and timed out.
    NoAnswer {
        /// See [`Fault`].
        after_effect: bool,
    },
    /// The connection ends without an answer.
    Cut {
        /// See [`Fault`].
        after_effect: bool,
    },
    /// Takes effect; half of the answer arrives before the connection ends.
    Truncated,
    /// Takes effect; the answer is whole for HTTP, and its JSON ends in the middle.
    WrongJson,
    /// Takes effect at once; the answer comes later by this many milliseconds of the fake's time.
    Slow {
        /// How much later.
        ms: Millis,
    },
    /// Takes effect, and is answered, later by this many milliseconds, whether or not the caller still waits.
    SlowEffect {
        /// How much later.
        ms: Millis,
    },
    /// Ends the account's session and answers so, without effect.
    SessionEnds(SessionError),
    /// Answers so, without effect, while the session is good (as at night).
    SessionDoubted(SessionError),
    /// 100008: the address is not listed, or the access token is another application's. No effect.
    AddressNotListed,
    /// 1037: the session was made from another address. No effect.
    AddressChanged,
    /// A report says that there is nothing.
    Empty,
    /// A report, or quotes, as they were this many milliseconds ago.
    Lag {
        /// How long ago.
        ms: Millis,
    },
    /// One row is missing in a report.
    RowMissing(Row),
    /// All numbers of a report's rows are texts.
    NumbersAsTexts,
    /// Limits that are well-formed and all zero.
    AllZero,
    /// The order is taken, and the answer says that its tag exists already: something before us sent it twice.
    TagRefused(TagRefusal),
    /// `error from core` without a reason.
    CoreError {
        /// See [`Fault`].
        after_effect: bool,
    },
    /// A place is answered `Ok`, and the order is rejected later.
    RejectLate {
        /// How much later; 0 within the same instant.
        ms: Millis,
        /// What stands in `rejRsn`.
        reason: String,
    },
    /// A place is answered `Ok`, and the order stays `put order req received` for a while.
    Stalls {
        /// For how long.
        ms: Millis,
    },
    /// A placed order lives, and appears in reports and feed only after a while.
    Invisible {
        /// For how long.
        ms: Millis,
    },
    /// A placed order carries no tag.
    TagLost,
    /// A placed order carries the broker's own tag instead of ours.
    TagReplaced,
    /// A placed order rests, whatever the price, until it is filled by the test: a market order that became a limit.
    Rests,
    /// The first match of a placed order fills at most this quantity; what is left matches at the next price.
    FillsAtMost(i64),
    /// A change is acknowledged and then refused; see `Facts::refused_change`.
    ChangeRefused {
        /// What stands in `rejRsn`.
        reason: String,
    },
    /// A frame is sent twice.
    Twice,
    /// A frame is sent after the one that follows it.
    Swapped,
    /// A frame is not sent: silence, when scheduled for a time or from a number on.
    Lost,
    /// A connection to a feed is taken and stays mute.
    Mute,
    /// A connection to a feed is answered as not authorised.
    Refused,
    /// A connection to a feed ends at this frame, which is lost.
    Closed,
}

impl Fault {
    /// `algo order not allowed` (seen in March 2026), without effect.
    pub fn algo_order() -> Self {
        Self::refusal(200, r#"{"stCode":1017,"errMsg":"algo order not allowed","stat":"Not_Ok"}"#)
    }

    /// The documented answer when money lacks (in truth the order is taken and rejected in the book), without effect.
    pub fn insufficient_balance() -> Self {
        Self::refusal(200, r#"{"stat":"Not_Ok","emsg":"Insufficient balance.","stCode":1004}"#)
    }

    /// Quotes that fail now and then.
    pub fn quotes_upstream() -> Self {
        Self::refusal(400, r#"{"code":400,"message":"Failed to call upstream quote API"}"#)
    }

    fn refusal(status: u16, body: &str) -> Self {
        Self::Answer { status, body: body.to_owned(), after_effect: false }
    }
}

/// Which row is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// The first of the answer.
    First,
    /// The last of the answer.
    Last,
    /// The one at this place, from 0.
    At(usize),
}

/// When a fault strikes. Counts are of the calls that the rule covers, from the moment when it was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum When {
    /// At each call.
    Always,
    /// At the n-th call, from 1.
    Nth(u64),
    /// At the first n calls.
    First(u64),
    /// At each call behind the first n.
    After(u64),
    /// At each n-th call.
    Each(u64),
    /// In a span of time: `from` included, `until` not.
    Between {
        /// Begin.
        from: Millis,
        /// End.
        until: Millis,
    },
}

/// A fault with its schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which calls it covers.
    pub calls: Calls,
    /// Whose calls, by client code; everybody's without one.
    #[serde(default)]
    pub account: Option<String>,
    /// At which of them it strikes.
    pub when: When,
    /// What happens then.
    pub fault: Fault,
}

impl Rule {
    /// A rule for one kind of call of all accounts.
    pub fn new(call: Call, when: When, fault: Fault) -> Self {
        Self { calls: Calls::One(call), account: None, when, fault }
    }

    /// A rule for a choice of calls of all accounts.
    pub fn of(calls: Calls, when: When, fault: Fault) -> Self {
        Self { calls, account: None, when, fault }
    }

    /// The same for one account only.
    pub fn for_account(mut self, ucc: &str) -> Self {
        self.account = Some(ucc.to_owned());
        self
    }
}

impl When {
    /// Whether there is a call, now or later, at which it strikes.
    pub(crate) fn can_strike(self) -> bool {
        match self {
            Self::Always | Self::After(_) => true,
            Self::Nth(n) | Self::First(n) | Self::Each(n) => n > 0,
            Self::Between { from, until } => from < until,
        }
    }

    fn strikes(self, count: u64, now: Millis) -> bool {
        match self {
            Self::Always => true,
            Self::Nth(n) => count == n,
            Self::First(n) => count <= n,
            Self::After(n) => count > n,
            Self::Each(n) => n > 0 && count.is_multiple_of(n),
            Self::Between { from, until } => (from..until).contains(&now),
        }
    }
}

/// All rules, with how many calls each has seen and struck.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan {
    rules: Vec<Counted>,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    seen: u64,
    struck: u64,
}

impl FaultPlan {
    pub fn add(&mut self, rule: Rule) {
        self.rules.push(Counted { rule, seen: 0, struck: 0 });
    }

    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// Each rule with how often it has struck.
    pub fn struck(&self) -> Vec<(Rule, u64)> {
        self.rules.iter().map(|counted| (counted.rule.clone(), counted.struck)).collect()
    }

    /// The faults that strike this call, in the order of their rules; counts it.
    pub fn strike(&mut self, call: Call, account: Option<&str>, now: Millis) -> Struck {
        let mut struck = Struck::default();
        for counted in &mut self.rules {
            let of_account = counted.rule.account.as_deref().is_none_or(|ucc| Some(ucc) == account);
            if !of_account || !counted.rule.calls.has(call) {
                continue;
            }
            counted.seen += 1;
            if counted.rule.when.strikes(counted.seen, now) {
                counted.struck += 1;
                struck.0.push(counted.rule.fault.clone());
            }
        }
        struck
    }
}

/// The faults that strike one call.
#[derive(Debug, Default)]
pub(crate) struct Struck(pub Vec<Fault>);

impl Struck {
    /// The first of them from which `choose` makes something.
    pub fn find<T>(&self, choose: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(choose)
    }

    pub fn has(&self, fault: &Fault) -> bool {
        self.0.contains(fault)
    }
}
