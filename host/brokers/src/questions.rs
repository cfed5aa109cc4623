//! What a source may be asked, as an operator says it of each source of a chain.

use std::fmt;
use std::str::FromStr;

/// A question to a source of market data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Which shares there are by their bars, and the bars of closed days.
    Bars,
    /// The prices of the running day: quotes, its minutes, and its bar so far.
    Quotes,
    /// Which shares there are, and what the exchange says of each: ticks, bands, series.
    Instruments,
    /// Which corporate actions are announced.
    Actions,
}

impl Question {
    /// All of them, in the order in which they are named.
    pub const ALL: [Self; 4] = [Self::Bars, Self::Quotes, Self::Instruments, Self::Actions];

    /// Those without an answer to which there is no market. Actions are also brought in by admins.
    const NEEDED: [Self; 3] = [Self::Bars, Self::Quotes, Self::Instruments];

    /// Name of the question, as the command line has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Quotes => "quotes",
            Self::Instruments => "instruments",
            Self::Actions => "actions",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Bars => 1,
            Self::Quotes => 2,
            Self::Instruments => 4,
            Self::Actions => 8,
        }
    }
}

impl FromStr for Question {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|question| question.name() == text);
        named.ok_or_else(|| {
            format!("{text:?} is nothing that a source answers; use bars, quotes, instruments or actions")
        })
    }
}

/// The questions that a source may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answers(u8);

impl Answers {
    /// Everything: what a source may answer of which nothing is said.
    pub const ALL: Self = Self(15);

    /// Returns whether a question may be asked.
    pub const fn may(self, question: Question) -> bool {
        self.0 & question.bit() != 0
    }

    /// The questions, in their order.
    pub fn questions(self) -> impl Iterator<Item = Question> {
        Question::ALL.into_iter().filter(move |question| self.may(*question))
    }

    /// The questions that have to be answered and that none of these sources may answer.
    pub fn missing(sources: impl IntoIterator<Item = Self>) -> Vec<Question> {
        let answered = sources.into_iter().fold(0, |answered, answers| answered | answers.0);
        Question::NEEDED.into_iter().filter(|question| !Self(answered).may(*question)).collect()
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.questions().map(Question::name).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for Answers {
    type Err = String;

    /// Reads names with commas between them, such as `bars,instruments`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut answers = Self(0);
        for name in text.split(',') {
            let question: Question = name.trim().parse()?;
            if answers.may(question) {
                return Err(format!("{} is named twice", question.name()));
            }
            answers.0 |= question.bit();
        }
        Ok(answers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_read_back_as_they_are_written_and_nothing_else_does() {
        for text in
            ["bars", "quotes", "bars,instruments", "instruments,actions", "bars,quotes,instruments,actions"]
        {
            assert_eq!(text.parse::<Answers>().unwrap().to_string(), text);
        }
        assert_eq!(" quotes , bars".parse::<Answers>().unwrap().to_string(), "bars,quotes");
        let wrong = |text: &str| text.parse::<Answers>().unwrap_err();
        assert_eq!(wrong("bars,bars"), "bars is named twice");
        let unknown = "\"prices\" is nothing that a source answers; use bars, quotes, instruments or actions";
        assert_eq!(wrong("prices"), unknown);
        assert!(wrong("").starts_with("\"\" is nothing"));
    }

    #[test]
    fn what_nobody_answers_is_named() {
        let of = |text: &str| text.parse::<Answers>().unwrap();
        assert_eq!(Answers::missing([of("bars"), of("quotes")]), [Question::Instruments]);
        assert_eq!(Answers::missing([of("bars"), Answers::ALL]), []);
        assert_eq!(Answers::missing([]), Question::NEEDED);
        // Whoever takes actions from no source brings them in by hand.
        assert_eq!(Answers::missing([of("bars,quotes,instruments")]), []);
    }
}
