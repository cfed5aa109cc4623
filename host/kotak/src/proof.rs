//! What proves what: for each call and each answer, error, timeout and silence, what is known afterwards and what may be done.
//!
//! The table is data, and is the one of `docs/brokers/kotak-neo.md`; a test compares both line by line. Nothing else decides:
//! an error becomes a [`prahari_brokers::BrokerError`] by what stands here.

use crate::error::{Call, Meaning};

/// Calls that the table tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// Placing an order.
    Place,
    /// Changing or cancelling an order that stands.
    Change,
    /// Reading: books, holdings, money, prices, files.
    Read,
    /// A step of the login.
    LogIn,
}

/// Answers that the table tells apart: an error by its meaning, or success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The broker took it.
    Taken,
    /// It did not.
    Failed(Meaning),
}

/// What is known after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Known {
    /// The broker has taken the request. Margin, circuit and exchange refuse later, in the book.
    Carried,
    /// It was certainly not carried out.
    NotCarried,
    /// An order with this tag exists at the broker, and has not been seen yet.
    Exists,
    /// It may have been carried out.
    Unknown,
    /// What was read is known.
    Answered,
    /// Nothing was learnt.
    Nothing,
}

/// What may be done after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Next {
    /// Bind the number to the tag, and follow the book.
    Bind,
    /// The same request may be sent once more, or dropped with its reason.
    SendOrDrop,
    /// Send nothing for this symbol and side; look for the order at each comparison, and alarm.
    LookInBook,
    /// Log in, and decide anew: it is not sent again by itself.
    DecideAnew,
    /// Tell the reason: the same request would be refused again.
    Tell,
    /// Tell a person, who has to change something at the broker or on this machine.
    TellPerson,
    /// Read the order: it has ended, or another state than was thought.
    ReadOrder,
    /// Read the order until it shows the change, or that there will be none.
    AwaitChange,
    /// Use it.
    Use,
    /// Take it as empty, and as no proof that anything is gone.
    UseAsWeak,
    /// Log in once, and read once more.
    LogInAndRead,
    /// Wait, and ask again later.
    AskLater,
    /// Keep the session for the day.
    KeepSession,
    /// Let the cool-down pass, and log in again; it does not count towards the lock.
    CoolDown,
    /// Let the cool-down pass; it counts towards the lock, and after some nobody tries again.
    CountRefusal,
}

/// What is known and what may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// What is known.
    pub known: Known,
    /// What may be done.
    pub next: Next,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// The call.
    pub call: CallKind,
    /// The answers that the line is about.
    pub answers: &'static [Answer],
    /// What they prove.
    pub proof: Proof,
    /// Why.
    pub why: &'static str,
}

/// A line of the table.
const fn line(
    call: CallKind,
    answers: &'static [Answer],
    known: Known,
    next: Next,
    why: &'static str,
) -> Line {
    Line { call, answers, proof: Proof { known, next }, why }
}

use Answer::{Failed, Taken};
use CallKind::{Change, LogIn, Place, Read};
use Meaning as M;

/// The table. Each pair of call and answer stands in exactly one line.
pub const TABLE: &[Line] = &[
    line(
        Place,
        &[Taken],
        Known::Carried,
        Next::Bind,
        "taken by the order system only: refusals come later, as a state in the book",
    ),
    line(
        Place,
        &[Failed(M::NotSent)],
        Known::NotCarried,
        Next::SendOrDrop,
        "no connection, or no byte of it was written",
    ),
    line(
        Place,
        &[Failed(M::Lost), Failed(M::Gateway), Failed(M::Unreadable)],
        Known::Unknown,
        Next::LookInBook,
        "it was begun, and what became of it was not said",
    ),
    line(
        Place,
        &[Failed(M::TagTaken)],
        Known::Exists,
        Next::LookInBook,
        "a tag is taken by an order that exists: ours of before, or another installation's",
    ),
    line(
        Place,
        &[Failed(M::Rate)],
        Known::Unknown,
        Next::LookInBook,
        "whether the gateway refuses before the order system sees it is not known",
    ),
    line(
        Place,
        &[Failed(M::Session)],
        Known::NotCarried,
        Next::DecideAnew,
        "the session is checked before the order; prices may be others after the login",
    ),
    line(
        Place,
        &[Failed(M::Address)],
        Known::NotCarried,
        Next::TellPerson,
        "the address is checked before the order",
    ),
    line(
        Place,
        &[Failed(M::Funds), Failed(M::Refused), Failed(M::NotFound)],
        Known::NotCarried,
        Next::Tell,
        "refused for what is in it",
    ),
    line(
        Place,
        &[Failed(M::Finished), Failed(M::Empty), Failed(M::Unlisted)],
        Known::Unknown,
        Next::LookInBook,
        "a code that nobody knows for a placement, or an error from the core without a reason",
    ),
    line(
        Change,
        &[Taken],
        Known::Unknown,
        Next::AwaitChange,
        "it acknowledges receipt: a refused change leaves the order open with the reason beside it",
    ),
    line(
        Change,
        &[Failed(M::NotSent)],
        Known::NotCarried,
        Next::SendOrDrop,
        "no connection, or no byte of it was written",
    ),
    line(
        Change,
        &[
            Failed(M::Lost),
            Failed(M::Gateway),
            Failed(M::Unreadable),
            Failed(M::Rate),
            Failed(M::Empty),
            Failed(M::Unlisted),
            Failed(M::TagTaken),
        ],
        Known::Unknown,
        Next::ReadOrder,
        "it was begun, and what became of it was not said",
    ),
    line(
        Change,
        &[Failed(M::Session)],
        Known::NotCarried,
        Next::DecideAnew,
        "the session is checked before the order",
    ),
    line(
        Change,
        &[Failed(M::Address)],
        Known::NotCarried,
        Next::TellPerson,
        "the address is checked before the order",
    ),
    line(
        Change,
        &[Failed(M::Finished), Failed(M::NotFound)],
        Known::NotCarried,
        Next::ReadOrder,
        "the order has ended, or is another one than was thought",
    ),
    line(
        Change,
        &[Failed(M::Funds), Failed(M::Refused)],
        Known::NotCarried,
        Next::Tell,
        "refused for what is in it; the order stands as it was",
    ),
    line(Read, &[Taken], Known::Answered, Next::Use, "a row that is missing in one answer proves nothing"),
    line(
        Read,
        &[Failed(M::Empty)],
        Known::Answered,
        Next::UseAsWeak,
        "a book that was empty for a whole session is on record",
    ),
    line(Read, &[Failed(M::Session)], Known::Nothing, Next::LogInAndRead, "reading twice does no harm"),
    line(
        Read,
        &[Failed(M::Address)],
        Known::Nothing,
        Next::TellPerson,
        "another address would be refused again",
    ),
    line(
        Read,
        &[
            Failed(M::NotSent),
            Failed(M::Lost),
            Failed(M::Gateway),
            Failed(M::Unreadable),
            Failed(M::Rate),
            Failed(M::TagTaken),
            Failed(M::Funds),
            Failed(M::Finished),
            Failed(M::NotFound),
            Failed(M::Refused),
            Failed(M::Unlisted),
        ],
        Known::Nothing,
        Next::AskLater,
        "absence of data is not absence of orders",
    ),
    line(
        LogIn,
        &[Taken],
        Known::Carried,
        Next::KeepSession,
        "another login, from wherever, takes the session away",
    ),
    line(
        LogIn,
        &[
            Failed(M::NotSent),
            Failed(M::Lost),
            Failed(M::Gateway),
            Failed(M::Unreadable),
            Failed(M::Rate),
            Failed(M::Unlisted),
        ],
        Known::Nothing,
        Next::CoolDown,
        "trouble of the gateway; nothing was refused",
    ),
    line(
        LogIn,
        &[
            Failed(M::Session),
            Failed(M::Refused),
            Failed(M::TagTaken),
            Failed(M::Funds),
            Failed(M::Finished),
            Failed(M::NotFound),
            Failed(M::Empty),
        ],
        Known::NotCarried,
        Next::CountRefusal,
        "the broker locks an account after some refusals",
    ),
    line(
        LogIn,
        &[Failed(M::Address)],
        Known::NotCarried,
        Next::TellPerson,
        "another address would be refused again",
    ),
];

/// What the sight of an order in the broker's lists proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sight {
    /// A row with the order's number, in a state that has not ended.
    Open,
    /// A row with the order's number, in a state that has ended.
    Ended,
    /// A row in a state that nobody knows.
    UnknownState,
    /// A reason for a refusal on a row that has not ended.
    ReasonOnOpenRow,
    /// A row with the order's tag whose number was not known.
    TagOnly,
    /// A row with the number whose tag is another one by now.
    TagRewritten,
    /// No row, in a list that has others.
    Missing,
    /// No row at all, in a list that the broker calls empty.
    EmptyList,
    /// No list: the call failed.
    NoList,
    /// No row, in the list of a later login or in the next day's lists and holdings.
    MissingLater,
    /// Nothing from the feed.
    Silence,
}

/// What may be concluded from a sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Conclusion {
    /// The order is at the broker and works.
    AtBroker,
    /// The order has ended; a cancelled or refused one may hold fills, which the executions tell.
    Over,
    /// Nothing: what was known before is still all that is known.
    Nothing,
    /// Still unknown; a person decides, and the next day's lists may reopen it.
    AskPerson,
}

/// The sights, with what they prove and why.
pub const SIGHTS: &[(Sight, Conclusion, &str)] = &[
    (Sight::Open, Conclusion::AtBroker, "the number is the order's identity"),
    (Sight::Ended, Conclusion::Over, "only the state ends an order; fills come from the executions"),
    (Sight::UnknownState, Conclusion::AtBroker, "a state that nobody knows has not ended"),
    (Sight::ReasonOnOpenRow, Conclusion::AtBroker, "a change was refused; the order stands"),
    (Sight::TagOnly, Conclusion::AtBroker, "the number is bound to the tag at first sight"),
    (Sight::TagRewritten, Conclusion::AtBroker, "a change rewrites the tag, a cancellation adds to it"),
    (
        Sight::Missing,
        Conclusion::Nothing,
        "rows were missing from single answers, and the book lags at the open",
    ),
    (Sight::EmptyList, Conclusion::Nothing, "no data was false for a whole session"),
    (Sight::NoList, Conclusion::Nothing, "absence of data is not absence of orders"),
    (Sight::MissingLater, Conclusion::AskPerson, "what may have been sent is never sent again by the host"),
    (Sight::Silence, Conclusion::Nothing, "feeds are hints; the book decides"),
];

impl Call {
    /// Returns how the table names the call.
    pub const fn kind(self) -> CallKind {
        match self {
            Self::Place => CallKind::Place,
            Self::Modify | Self::Cancel => CallKind::Change,
            Self::LogIn | Self::Validate => CallKind::LogIn,
            _ => CallKind::Read,
        }
    }
}

/// Returns what an answer to a call proves.
pub fn proves(call: CallKind, answer: Answer) -> Proof {
    let found = TABLE.iter().find(|line| line.call == call && line.answers.contains(&answer));
    // The table has every pair, which a test walks; a hole in it would have to mean that nothing is known.
    found.map_or(Proof { known: Known::Unknown, next: Next::LookInBook }, |line| line.proof)
}

/// Returns what a call that failed with this meaning proves.
pub fn proof_of(call: Call, meaning: Meaning) -> Proof {
    proves(call.kind(), Answer::Failed(meaning))
}

/// Returns what the sight of an order in the broker's lists proves.
pub fn concludes(sight: Sight) -> Conclusion {
    let found = SIGHTS.iter().find(|(other, _, _)| *other == sight);
    found.map_or(Conclusion::Nothing, |(_, conclusion, _)| *conclusion)
}

#[cfg(test)]
mod tests;
