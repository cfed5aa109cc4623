//! A source that pushes prices and says nothing any more: told after some minutes of trading, and so is its end.

use prahari_store::{AlertCode, NewAlert};

use crate::error::AppError;
use crate::prices::Prices;

/// After how many minutes of trading without a price a source that pushes is said to be silent.
const SILENT_MINUTES: u32 = 3;

/// Subject of the alert about a silent source.
pub(super) const SUBJECT: &str = "pushed prices";

/// How long the source has pushed nothing.
#[derive(Debug, Default)]
pub(super) struct Silence {
    /// Whether something was pushed since the last minute.
    pub heard: bool,
    minutes: u32,
    /// Whether it was last said to be silent; nothing before the first word, because the last process may have left an alert.
    told: Option<bool>,
}

impl Silence {
    /// A minute of trading is over: whether it is silent, where that is news. Of one that nobody listens to nobody can tell.
    pub fn minute(&mut self, is_promised: bool) -> Option<bool> {
        let heard = std::mem::take(&mut self.heard);
        self.minutes = if heard || !is_promised { 0 } else { self.minutes.saturating_add(1) };
        let is_silent = match self.minutes {
            SILENT_MINUTES.. => true,
            _ if heard => false,
            _ => return None,
        };
        (self.told.replace(is_silent) != Some(is_silent)).then_some(is_silent)
    }
}

impl Prices {
    /// Tells when a source that pushes has said nothing for some minutes of trading, and when it speaks again. Asked at the
    /// pulse of the market.
    ///
    /// # Errors
    /// When the alert cannot be written down.
    pub(crate) async fn look_for_silence(&self) -> Result<(), AppError> {
        if !self.is_trading(self.handles.clock.now()) {
            return Ok(());
        }
        let news = {
            let mut state = self.changes.state.lock();
            let is_promised = !state.pushed.is_empty();
            state.silence.minute(is_promised)
        };
        let (code, subject) = (AlertCode::SourceDown, SUBJECT.to_owned());
        match news {
            None => Ok(()),
            Some(false) => {
                self.notices.clear(code, None, SUBJECT, "prices are pushed again").await.map(|_| ())
            }
            Some(true) => {
                let source = self.trading.market.source();
                let detail = format!(
                    "the source of prices {source} has pushed none for {SILENT_MINUTES} minutes of trading, so no task runs on a change of price; ticks go on by the minute"
                );
                self.notices.raise(NewAlert { code, user: None, subject, detail }).await.map(|_| ())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_told_after_three_minutes_once_and_its_end() {
        let mut silence = Silence::default();
        let mut minute = |heard, promised| {
            silence.heard = heard;
            silence.minute(promised)
        };
        assert_eq!(minute(true, true), Some(false), "an alert of before may stand");
        assert_eq!([true, false, false].map(|heard| minute(heard, true)), [None; 3]);
        assert_eq!(minute(false, true), Some(true));
        assert_eq!(minute(false, true), None);
        assert_eq!(minute(true, true), Some(false));
        assert_eq!([false; 5].map(|heard| minute(heard, false)), [None; 5], "nothing was promised");
    }
}
