//! What each trading date brought, and a stretch of them together.

use std::collections::BTreeMap;

use prahari_domain::money::Paise;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Day;

use super::UserQueries;
use crate::desk::{DailyStatement, StrategyStatement};
use crate::error::AppError;

/// Most trading dates that one summary adds up: forty years.
const MOST_DATES: u32 = 10_000;

/// Result of one trading date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayNet {
    /// Trading date (IST).
    pub day: Day,
    /// Realised profit or loss and income, less charges, in paise.
    pub net: Paise,
}

/// A stretch of trading dates together, each by its statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PnlSummary {
    /// The first date with a statement; none when there is none.
    pub from: Option<Day>,
    /// The last date with a statement; none when there is none.
    pub through: Option<Day>,
    /// Number of dates with a statement.
    pub days: usize,
    /// Realised on all of them, before charges.
    pub realised: Paise,
    /// Charges of all of them.
    pub charges: Paise,
    /// Dividends of all of them, which went to the bank.
    pub income: Paise,
    /// Market value less cost of what was held at the end.
    pub unrealised: Paise,
    /// Fills of all of them.
    pub trades: u64,
    /// Dates that brought more than they cost.
    pub days_up: usize,
    /// Dates that cost more than they brought.
    pub days_down: usize,
    /// The date that brought most.
    pub best_day: Option<DayNet>,
    /// The date that brought least.
    pub worst_day: Option<DayNet>,
    /// The part of each strategy, by name; they add up to the whole.
    pub strategies: Vec<StrategyPnl>,
}

/// What one strategy brought on a stretch of trading dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrategyPnl {
    /// The strategy.
    pub strategy: StrategyName,
    /// Realised, before charges.
    pub realised: Paise,
    /// Its charges.
    pub charges: Paise,
    /// Dividends of what it held.
    pub income: Paise,
    /// Market value less cost of what it held at the end.
    pub unrealised: Paise,
    /// Its fills.
    pub trades: u64,
}

impl UserQueries<'_> {
    /// The statements of the user from one trading date through another, newest first, `limit` at most.
    ///
    /// # Errors
    /// When the database cannot be read, or a statement in it does not read back.
    pub async fn statements(
        &self,
        from: Day,
        through: Day,
        limit: u32,
    ) -> Result<Vec<DailyStatement>, AppError> {
        let rows = self.scope.statements_between(from, through, limit).await?;
        rows.into_iter().map(|(_, text)| Ok(serde_json::from_str(&text)?)).collect()
    }

    /// Profit and loss of the user from one trading date through another.
    ///
    /// # Errors
    /// As [`UserQueries::statements`].
    pub async fn pnl_summary(&self, from: Day, through: Day) -> Result<PnlSummary, AppError> {
        Ok(summary(&self.statements(from, through, MOST_DATES).await?))
    }
}

impl PnlSummary {
    /// Returns what the dates brought together: realised and income, less charges.
    pub fn net(&self) -> Paise {
        self.realised + self.income - self.charges
    }
}

impl StrategyPnl {
    /// Returns what the strategy brought: realised and income, less charges.
    pub fn net(&self) -> Paise {
        self.realised + self.income - self.charges
    }
}

/// The sum of statements, which stand newest first.
fn summary(statements: &[DailyStatement]) -> PnlSummary {
    let count = |wanted: fn(Paise) -> bool| statements.iter().filter(|day| wanted(day.net())).count();
    let day_net = |statement: &DailyStatement| DayNet { day: statement.day, net: statement.net() };
    PnlSummary {
        from: statements.last().map(|statement| statement.day),
        through: statements.first().map(|statement| statement.day),
        days: statements.len(),
        realised: statements.iter().map(|statement| statement.realised).sum(),
        charges: statements.iter().map(|statement| statement.charges).sum(),
        income: statements.iter().map(|statement| statement.income).sum(),
        unrealised: statements.first().map_or(Paise::ZERO, |statement| statement.unrealised),
        trades: statements.iter().map(|statement| u64::from(statement.fills)).sum(),
        days_up: count(|net| net > Paise::ZERO),
        days_down: count(|net| net < Paise::ZERO),
        best_day: statements.iter().max_by_key(|statement| statement.net()).map(day_net),
        worst_day: statements.iter().min_by_key(|statement| statement.net()).map(day_net),
        strategies: by_strategy(statements),
    }
}

/// The sums of each strategy, by name; of what is held, only the newest statement counts.
fn by_strategy(statements: &[DailyStatement]) -> Vec<StrategyPnl> {
    let mut sums: BTreeMap<StrategyName, StrategyPnl> = BTreeMap::new();
    for (number, statement) in statements.iter().enumerate() {
        for part in statement.by_strategy() {
            let StrategyStatement { strategy, realised, charges, fills, income, .. } = part;
            let none = StrategyPnl {
                strategy,
                realised: Paise::ZERO,
                charges: Paise::ZERO,
                income: Paise::ZERO,
                unrealised: Paise::ZERO,
                trades: 0,
            };
            let sum = sums.entry(strategy).or_insert(none);
            sum.realised += realised;
            sum.charges += charges;
            sum.income += income;
            sum.trades += u64::from(fills);
            if number == 0 {
                sum.unrealised = part.unrealised();
            }
        }
    }
    sums.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(day: &str, realised: i64, charges: i64) -> DailyStatement {
        DailyStatement {
            day: day.parse().unwrap(),
            cash: Paise(0),
            invested: Paise(0),
            market_value: Paise(realised * 2),
            realised: Paise(realised),
            unrealised: Paise(realised * 2),
            charges: Paise(charges),
            income: Paise::ZERO,
            orders_placed: 1,
            fills: 2,
            orders_expired: 0,
            open_positions: 0,
            unpriced: Vec::new(),
            capital: None,
            strategies: Vec::new(),
            note: None,
        }
    }

    #[test]
    fn a_summary_adds_up_what_the_dates_brought_and_names_the_best_and_the_worst() {
        let dates = [
            statement("2025-03-07", 50, 60),
            statement("2025-03-06", 900, 100),
            statement("2025-03-05", 0, 0),
        ];
        let found = summary(&dates);
        assert_eq!((found.from, found.through), (Some(dates[2].day), Some(dates[0].day)));
        assert_eq!((found.days, found.days_up, found.days_down, found.trades), (3, 1, 1, 6));
        assert_eq!((found.realised, found.charges, found.unrealised), (Paise(950), Paise(160), Paise(100)));
        assert_eq!(found.best_day, Some(DayNet { day: dates[1].day, net: Paise(800) }));
        assert_eq!(found.worst_day, Some(DayNet { day: dates[0].day, net: Paise(-10) }));
    }

    #[test]
    fn a_dividend_is_a_part_of_what_a_date_brought() {
        let dates = [
            DailyStatement { income: Paise(70), ..statement("2025-03-07", 50, 60) },
            statement("2025-03-06", 50, 60),
        ];
        let found = summary(&dates);
        assert_eq!((found.income, found.net()), (Paise(70), Paise(50)));
        assert_eq!((found.days_up, found.days_down), (1, 1));
        assert_eq!(found.best_day, Some(DayNet { day: dates[0].day, net: Paise(60) }));
    }

    #[test]
    fn the_parts_of_the_strategies_add_up_to_the_whole() {
        let part = |strategy, realised, charges| StrategyStatement {
            strategy,
            realised: Paise(realised),
            charges: Paise(charges),
            fills: 1,
            invested: Paise(0),
            market_value: Paise(realised * 2),
            open_positions: 0,
            income: Paise(7),
        };
        let momentum = StrategyName::literal("momentum");
        let mut both = DailyStatement { income: Paise(14), ..statement("2025-03-07", 50, 60) };
        both.strategies = vec![part(momentum, 80, 20), part(StrategyName::REBOUND, -30, 40)];
        let found = summary(&[both, statement("2025-03-06", 900, 100)]);
        let [theirs, rebound] = found.strategies[..] else { panic!("{:?}", found.strategies) };
        assert_eq!((theirs.strategy, theirs.realised, theirs.trades), (momentum, Paise(80), 1));
        assert_eq!((rebound.realised, rebound.charges, rebound.trades), (Paise(870), Paise(140), 3));
        assert_eq!(theirs.realised + rebound.realised, found.realised);
        assert_eq!(theirs.charges + rebound.charges, found.charges);
        assert_eq!((theirs.income + rebound.income, found.income), (found.income, Paise(14)));
        assert_eq!(theirs.net() + rebound.net(), found.net());
        assert_eq!(theirs.unrealised + rebound.unrealised, found.unrealised);
        assert_eq!(theirs.trades + rebound.trades, found.trades);
    }

    #[test]
    fn no_dates_make_a_summary_of_nothing() {
        let found = summary(&[]);
        assert_eq!((found.from, found.best_day, found.days), (None, None, 0));
        assert_eq!((found.realised, found.unrealised), (Paise::ZERO, Paise::ZERO));
    }
}
