use super::*;

const CALLS: [CallKind; 4] = [Place, Change, Read, LogIn];

const MEANINGS: [Meaning; 14] = [
    M::NotSent,
    M::Lost,
    M::Gateway,
    M::Unreadable,
    M::Session,
    M::Address,
    M::Rate,
    M::TagTaken,
    M::Funds,
    M::Finished,
    M::NotFound,
    M::Empty,
    M::Refused,
    M::Unlisted,
];

fn answers() -> Vec<Answer> {
    std::iter::once(Taken).chain(MEANINGS.map(Failed)).collect()
}

#[test]
fn each_answer_to_each_call_stands_in_exactly_one_line() {
    for call in CALLS {
        for answer in answers() {
            let lines = TABLE.iter().filter(|line| line.call == call && line.answers.contains(&answer));
            assert_eq!(lines.count(), 1, "{call:?} {answer:?}");
        }
    }
    let pairs: usize = TABLE.iter().map(|line| line.answers.len()).sum();
    assert_eq!(pairs, CALLS.len() * answers().len());
}

/// Nothing that may have been sent is ever called not carried out, and only what never left may be sent again.
#[test]
fn only_what_never_left_may_be_sent_again() {
    for call in [Place, Change] {
        for answer in answers() {
            let proof = proves(call, answer);
            let again = proof.next == Next::SendOrDrop;
            assert_eq!(again, answer == Failed(M::NotSent), "{call:?} {answer:?}");
        }
        for unclear in [M::Lost, M::Gateway, M::Unreadable, M::Rate, M::Unlisted, M::Empty] {
            assert_eq!(proves(call, Failed(unclear)).known, Known::Unknown, "{call:?} {unclear:?}");
        }
    }
    assert_eq!(proves(Place, Failed(M::TagTaken)).known, Known::Exists);
    assert_eq!(proves(Place, Failed(M::Session)).next, Next::DecideAnew);
}

/// The document has the same lines, in the same order.
#[test]
fn the_document_has_the_table() {
    let document = include_str!("../../../../docs/brokers/kotak-neo.md");
    let names = |answers: &[Answer]| -> Vec<&str> { answers.iter().map(|answer| name(*answer)).collect() };
    let lines = TABLE.iter().map(|line| {
        let Proof { known, next } = line.proof;
        let answers = names(line.answers).join("; ");
        format!(
            "| {} | {answers} | {} | {} | {} |",
            call(line.call),
            self::known(known),
            self::next(next),
            line.why
        )
    });
    let sights = SIGHTS
        .iter()
        .map(|(sight, found, why)| format!("| {} | {} | {why} |", self::sight(*sight), conclusion(*found)));
    let mut missing = Vec::new();
    let mut rest = document;
    for line in lines.chain(sights) {
        match rest.split_once(&format!("{line}\n")) {
            Some((_, after)) => rest = after,
            None => missing.push(line),
        }
    }
    assert!(
        missing.is_empty(),
        "docs/brokers/kotak-neo.md lacks, or has in another order:\n{}",
        missing.join("\n")
    );
    let rows = document.lines().filter(|line| line.starts_with("| ")).count();
    // Two headings beside the lines.
    assert_eq!(
        rows,
        TABLE.len() + SIGHTS.len() + 2,
        "docs/brokers/kotak-neo.md has lines that the code has not"
    );
}

#[test]
fn no_sight_of_absence_ends_an_order() {
    for absent in [Sight::Missing, Sight::EmptyList, Sight::NoList, Sight::MissingLater, Sight::Silence] {
        assert!(!matches!(concludes(absent), Conclusion::Over | Conclusion::AtBroker), "{absent:?}");
    }
    assert_eq!(concludes(Sight::ReasonOnOpenRow), Conclusion::AtBroker);
    assert_eq!(concludes(Sight::UnknownState), Conclusion::AtBroker);
}

fn call(call: CallKind) -> &'static str {
    match call {
        Place => "place",
        Change => "change, cancel",
        Read => "read",
        LogIn => "log in",
    }
}

fn name(answer: Answer) -> &'static str {
    match answer {
        Taken => "taken",
        Failed(M::NotSent) => "never sent",
        Failed(M::Lost) => "timeout, broken connection",
        Failed(M::Gateway) => "408, 424, 5xx",
        Failed(M::Unreadable) => "a body that cannot be read",
        Failed(M::Session) => "session over",
        Failed(M::Address) => "address refused",
        Failed(M::Rate) => "429",
        Failed(M::TagTaken) => "tag taken",
        Failed(M::Funds) => "no money",
        Failed(M::Finished) => "order completed",
        Failed(M::NotFound) => "not found",
        Failed(M::Empty) => "no data",
        Failed(M::Refused) => "refused",
        Failed(M::Unlisted) => "any other code",
    }
}

fn known(known: Known) -> &'static str {
    match known {
        Known::Carried => "carried out",
        Known::NotCarried => "not carried out",
        Known::Exists => "exists, not seen",
        Known::Unknown => "unknown",
        Known::Answered => "answered",
        Known::Nothing => "nothing",
    }
}

fn next(next: Next) -> &'static str {
    match next {
        Next::Bind => "bind number and tag, follow the book",
        Next::SendOrDrop => "may be sent, or dropped with its reason",
        Next::LookInBook => "send nothing for symbol and side; look for it, alarm",
        Next::DecideAnew => "log in, decide anew",
        Next::Tell => "tell the reason",
        Next::TellPerson => "tell a person",
        Next::ReadOrder => "read the order",
        Next::AwaitChange => "read the order until it shows",
        Next::Use => "use it",
        Next::UseAsWeak => "an empty list that proves nothing",
        Next::LogInAndRead => "log in once, read once more",
        Next::AskLater => "ask later",
        Next::KeepSession => "keep the session for the day",
        Next::CoolDown => "cool down, log in again",
        Next::CountRefusal => "cool down; some of them end it",
    }
}

fn sight(sight: Sight) -> &'static str {
    match sight {
        Sight::Open => "a row that has not ended",
        Sight::Ended => "a row that has ended",
        Sight::UnknownState => "a row in a state that nobody knows",
        Sight::ReasonOnOpenRow => "a reason on a row that has not ended",
        Sight::TagOnly => "a row with the tag, number not known",
        Sight::TagRewritten => "a row with the number, another tag",
        Sight::Missing => "no row, others are there",
        Sight::EmptyList => "an empty list",
        Sight::NoList => "no list",
        Sight::MissingLater => "no row after a later login, or on the next day",
        Sight::Silence => "a silent feed",
    }
}

fn conclusion(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::AtBroker => "it is at the broker",
        Conclusion::Over => "it has ended",
        Conclusion::Nothing => "nothing",
        Conclusion::AskPerson => "still unknown; a person decides",
    }
}
