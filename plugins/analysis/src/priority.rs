//! The order in which buys are taken (reference: priority, without price/earnings and models).

/// What is ranked.
#[derive(Debug, Clone, Copy)]
pub struct Ranked {
    /// What may be won over what may be lost.
    pub risk_reward: f64,
    /// RSI of the session.
    pub rsi: f64,
    /// The session's volume over the mean volume.
    pub volume_ratio: f64,
    /// Alignment, 0 to 10.
    pub alignment: u32,
    /// Backtest score, 0 to 100.
    pub backtest_score: f64,
    /// Chart score, 0 to 100.
    pub chart_score: f64,
}

/// Points from which value on, highest first.
type Steps<const N: usize> = [(f64, f64); N];

const RISK_REWARD: Steps<4> = [(4.0, 40.0), (3.0, 30.0), (2.0, 20.0), (1.5, 10.0)];
const VOLUME: Steps<4> = [(4.0, 20.0), (2.0, 15.0), (1.5, 10.0), (1.2, 5.0)];
const BACKTEST: Steps<3> = [(40.0, 15.0), (30.0, 10.0), (20.0, 5.0)];
const CHART: Steps<3> = [(80.0, 10.0), (70.0, 7.0), (60.0, 5.0)];
/// Points up to which RSI, lowest first.
const RSI: Steps<4> = [(15.0, 25.0), (20.0, 20.0), (25.0, 15.0), (30.0, 10.0)];
/// The most that alignment adds.
const MOST_ALIGNMENT: u32 = 10;

/// Points of a buy; higher is taken first. 0 to 120.
pub fn score(ranked: &Ranked) -> f64 {
    let from = |value: f64, steps: &[(f64, f64)]| points(steps, |limit| value >= limit);
    from(ranked.risk_reward, &RISK_REWARD)
        + points(&RSI, |limit| ranked.rsi <= limit)
        + from(ranked.volume_ratio, &VOLUME)
        + f64::from(ranked.alignment.min(MOST_ALIGNMENT))
        + from(ranked.backtest_score, &BACKTEST)
        + from(ranked.chart_score, &CHART)
}

fn points(steps: &[(f64, f64)], reached: impl Fn(f64) -> bool) -> f64 {
    steps.iter().find(|(limit, _)| reached(*limit)).map_or(0.0, |(_, points)| *points)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Ranked = Ranked {
        risk_reward: 1.0,
        rsi: 50.0,
        volume_ratio: 1.0,
        alignment: 0,
        backtest_score: 0.0,
        chart_score: 50.0,
    };

    #[test]
    fn every_part_adds_its_own_points() {
        assert_eq!(score(&NOTHING), 0.0);
        assert_eq!(
            [4.0, 3.5, 2.0, 1.5].map(|risk_reward| score(&Ranked { risk_reward, ..NOTHING })),
            [40.0, 30.0, 20.0, 10.0]
        );
        assert_eq!(
            [15.0, 20.0, 25.0, 30.0, 30.1].map(|rsi| score(&Ranked { rsi, ..NOTHING })),
            [25.0, 20.0, 15.0, 10.0, 0.0]
        );
        assert_eq!(
            [4.0, 2.0, 1.5, 1.2].map(|volume_ratio| score(&Ranked { volume_ratio, ..NOTHING })),
            [20.0, 15.0, 10.0, 5.0]
        );
        assert_eq!([3, 12].map(|alignment| score(&Ranked { alignment, ..NOTHING })), [3.0, 10.0]);
        assert_eq!(
            [40.0, 30.0, 20.0].map(|backtest_score| score(&Ranked { backtest_score, ..NOTHING })),
            [15.0, 10.0, 5.0]
        );
        assert_eq!(
            [80.0, 70.0, 60.0].map(|chart_score| score(&Ranked { chart_score, ..NOTHING })),
            [10.0, 7.0, 5.0]
        );
    }

    #[test]
    fn parts_add_up() {
        let best = Ranked {
            risk_reward: 4.0,
            rsi: 10.0,
            volume_ratio: 5.0,
            alignment: 10,
            backtest_score: 90.0,
            chart_score: 100.0,
        };
        assert_eq!(score(&best), 120.0);
    }
}
