//! One question about many shares on its way through the sources.

use prahari_domain::instruments::Symbol;

use crate::market::MarketError;

/// The sources that could not be asked.
#[derive(Debug, Default)]
pub(super) struct Down(Vec<String>);

impl Down {
    /// Notes a source that is down.
    pub fn add(&mut self, source: &str, error: &MarketError) {
        let reason = match error {
            MarketError::Unavailable(reason) => reason.clone(),
            other => other.to_string(),
        };
        self.0.push(format!("{source}: {reason}"));
    }

    /// Returns whether any is.
    pub fn is_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Says who is down and why.
    pub fn error(&self) -> MarketError {
        MarketError::Unavailable(self.0.join("; "))
    }
}

/// The answers so far, in the order asked.
pub(super) struct Asked<T> {
    answers: Vec<Option<T>>,
    /// Who could not be asked.
    pub down: Down,
}

impl<T> Asked<T> {
    /// A question about these shares.
    pub fn new(symbols: &[Symbol]) -> Self {
        Self { answers: symbols.iter().map(|_| None).collect(), down: Down::default() }
    }

    /// The places of the shares that have no answer, or one that is not good enough.
    pub fn open(&self, is_poor: impl Fn(&T) -> bool) -> Vec<usize> {
        let is_open = |answer: &Option<T>| answer.as_ref().is_none_or(&is_poor);
        self.answers.iter().enumerate().filter(|(_, answer)| is_open(answer)).map(|(at, _)| at).collect()
    }

    /// Takes the answers of a source for these places; one that is there is replaced by a better one only.
    pub fn take(&mut self, places: &[usize], answers: Vec<Option<T>>, is_better: impl Fn(&T, &T) -> bool) {
        for (at, answer) in places.iter().zip(answers) {
            let (Some(kept), Some(answer)) = (self.answers.get_mut(*at), answer) else { continue };
            if kept.as_ref().is_none_or(|kept| is_better(&answer, kept)) {
                *kept = Some(answer);
            }
        }
    }

    /// The answers: empty for shares that nobody lists.
    ///
    /// # Errors
    /// When there is no answer at all and a source was down.
    pub fn finish(self) -> Result<Vec<Option<T>>, MarketError> {
        let is_unanswered = !self.answers.is_empty() && self.answers.iter().all(Option::is_none);
        if is_unanswered && self.down.is_any() { Err(self.down.error()) } else { Ok(self.answers) }
    }
}
