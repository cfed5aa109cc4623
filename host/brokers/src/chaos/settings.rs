//! How a link misbehaves, in which bounds, and how long.

use prahari_domain::time::Timestamp;

/// Longest time by which answers may be late, in milliseconds: half as long again as the deadline of a call (10 s), so that
/// a call that is not answered in time can be practised, and no more.
pub const MOST_LATE_MS: u32 = 15_000;

/// Longest time by which the order book may lag, in milliseconds: five minutes. What happens at the close of the market is
/// told before the tasks of the evening run.
pub const MOST_LAG_MS: u32 = 300_000;

/// The rarest loss: one answer in a thousand.
pub const MOST_LOSE_EVERY: u32 = 1_000;

/// Ways in which a link misbehaves; any of them together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChaosModes {
    /// Every answer comes this many milliseconds late, when the call is carried out already; 1 to [`MOST_LATE_MS`].
    pub late_ms: Option<u32>,
    /// Each so-many-th answer to an order, a change or a cancellation that was taken is lost; 1 (all of them) to
    /// [`MOST_LOSE_EVERY`].
    pub lose_every: Option<u32>,
    /// Order book and reports show orders, fills and ends this many milliseconds after they happened; 1 to [`MOST_LAG_MS`].
    pub lag_ms: Option<u32>,
    /// No call arrives, and each is told so.
    pub down: bool,
}

impl ChaosModes {
    /// Returns what of it makes no sense, in one sentence, if anything does not.
    pub fn fault(&self) -> Option<String> {
        let Self { late_ms, lose_every, lag_ms, down } = *self;
        if (late_ms, lose_every, lag_ms, down) == (None, None, None, false) {
            return Some(
                "nothing is to go wrong: name at least one of late_ms, lose_every, lag_ms, down".into(),
            );
        }
        let bounded = [
            ("late_ms", late_ms, MOST_LATE_MS),
            ("lose_every", lose_every, MOST_LOSE_EVERY),
            ("lag_ms", lag_ms, MOST_LAG_MS),
        ];
        let beyond = |&(_, given, most): &(_, Option<u32>, u32)| given.is_some_and(|it| it == 0 || it > most);
        let (name, given, most) = bounded.into_iter().find(beyond)?;
        Some(format!("{name}: {} is not between 1 and {most}", given.unwrap_or(0)))
    }

    /// Says it in words, such as `answers come 2000 ms late, one answer to an order in 3 is lost`.
    pub fn sentence(&self) -> String {
        let Self { late_ms, lose_every, lag_ms, down } = *self;
        let said = [
            down.then(|| "no call arrives".to_owned()),
            late_ms.map(|ms| format!("answers come {ms} ms late")),
            lose_every.map(|every| match every {
                1 => "every answer to an order is lost".to_owned(),
                _ => format!("one answer to an order in {every} is lost"),
            }),
            lag_ms.map(|ms| format!("the order book lags by {ms} ms")),
        ];
        said.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Misbehaviour in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chaos {
    /// What goes wrong.
    pub modes: ChaosModes,
    /// Time at which it began, by the daemon's clock.
    pub since: Timestamp,
    /// Time at which it ends, by the daemon's clock.
    pub until: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: ChaosModes = ChaosModes { late_ms: None, lose_every: None, lag_ms: None, down: false };

    #[test]
    fn each_number_has_a_bound_that_its_sentence_names() {
        let said = |modes: ChaosModes| modes.fault().unwrap_or_default();
        let beyond = said(ChaosModes { late_ms: Some(MOST_LATE_MS + 1), ..NONE });
        assert_eq!(beyond, "late_ms: 15001 is not between 1 and 15000");
        assert_eq!(
            said(ChaosModes { lose_every: Some(0), ..NONE }),
            "lose_every: 0 is not between 1 and 1000"
        );
        let beyond = said(ChaosModes { down: true, lag_ms: Some(MOST_LAG_MS + 1), ..NONE });
        assert_eq!(beyond, "lag_ms: 300001 is not between 1 and 300000");
        assert!(said(NONE).starts_with("nothing is to go wrong"));
        let most = ChaosModes {
            late_ms: Some(MOST_LATE_MS),
            lose_every: Some(MOST_LOSE_EVERY),
            lag_ms: Some(MOST_LAG_MS),
            down: true,
        };
        assert_eq!(most.fault(), None);
    }

    #[test]
    fn what_goes_wrong_is_one_sentence() {
        let all = ChaosModes { late_ms: Some(5), lose_every: Some(3), lag_ms: Some(7), down: true };
        let said = "no call arrives, answers come 5 ms late, one answer to an order in 3 is lost, the order book lags by 7 ms";
        assert_eq!(all.sentence(), said);
        assert_eq!(ChaosModes { lose_every: Some(1), ..NONE }.sentence(), "every answer to an order is lost");
    }
}
