//! How the money of a user went from date to date: equity, what was paid in or out, and what was lost since the peak.

use prahari_domain::money::Paise;
use prahari_domain::time::Day;

use super::UserQueries;
use crate::desk::{DailyStatement, Valuation};
use crate::error::AppError;

/// Most points of one curve.
const MOST_POINTS: u32 = 800;

/// The money of a user at the end of a trading date, or at this instant. Amounts in paise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvePoint {
    /// The date (IST); today for the present point.
    pub day: Day,
    /// Cash and market value of what was held.
    pub equity: Paise,
    /// Capital paid in (positive) or out (negative) since the point before.
    pub flow: Paise,
    /// Realised on the date, less its charges.
    pub net: Paise,
    /// Dividends of the date. They went to the bank, so equity does not have them.
    pub income: Paise,
    /// Market value less cost of what was held.
    pub unrealised: Paise,
    /// By how much equity changed since the point before beyond what was paid in or out, with the income of the date.
    pub result: Paise,
    /// The largest equity so far in the range, raised or lowered by each later flow, and lowered by income, which leaves the
    /// account with the price of the share.
    pub peak: Paise,
    /// Whether it is the present and not the end of a date.
    pub present: bool,
}

impl CurvePoint {
    /// Returns by how much equity is below its running peak, zero or more; no flow and no dividend changes it.
    pub fn drawdown(&self) -> Paise {
        self.peak - self.equity
    }
}

/// The figures from which a point is made.
#[derive(Debug, Clone, Copy)]
struct Figures {
    day: Day,
    capital: Option<Paise>,
    cash: Paise,
    invested: Paise,
    market_value: Paise,
    net: Paise,
    income: Paise,
    present: bool,
}

impl UserQueries<'_> {
    /// The points of the trading dates from one through another, oldest first, the newest 800 at most. Today's is made from the
    /// books as they stand and is the last one; it is there whenever today is in the range.
    ///
    /// # Errors
    /// As [`UserQueries::statements`].
    pub async fn pnl_curve(&self, from: Day, through: Day) -> Result<Vec<CurvePoint>, AppError> {
        let today = self.all.clock.now().ist_day();
        let last = today.pred_opt().unwrap_or(today).min(through);
        let mut figures: Vec<Figures> = Vec::new();
        if from <= last {
            let statements = self.statements(from, last, MOST_POINTS.saturating_sub(1)).await?;
            figures.extend(statements.iter().rev().map(Figures::of));
        }
        if (from..=through).contains(&today) {
            figures.push(self.present_figures(today).await);
        }
        let Some(first) = figures.first().map(|figures| figures.day) else { return Ok(Vec::new()) };
        let earlier = match first.pred_opt() {
            Some(before) => self.statements(first_day(), before, 1).await?,
            None => Vec::new(),
        };
        Ok(curve(earlier.first().map(Figures::of), &figures))
    }

    /// The figures of this instant.
    async fn present_figures(&self, today: Day) -> Figures {
        let (mut figures, held) = {
            let desk = self.user.desk.lock().await;
            let book = desk.book();
            let figures = Figures {
                day: today,
                capital: Some(book.capital()),
                cash: book.cash(),
                invested: book.invested(),
                market_value: Paise::ZERO,
                net: book.realised_on(today) - book.charges_on(today),
                income: book.income_on(today),
                present: true,
            };
            (figures, desk.held(self.all.clock.now()))
        };
        let valued = self.all.trading.value(held, self.all.clock.now()).await;
        figures.market_value = valued.iter().map(Valuation::value).sum();
        figures
    }
}

impl Figures {
    fn of(statement: &DailyStatement) -> Self {
        Self {
            day: statement.day,
            capital: statement.capital,
            cash: statement.cash,
            invested: statement.invested,
            market_value: statement.market_value,
            net: statement.realised - statement.charges,
            income: statement.income,
            present: false,
        }
    }

    fn equity(&self) -> Paise {
        self.cash + self.market_value
    }

    /// Returns what was paid in or out since other figures; all that was ever paid in when there are none.
    fn flow_since(&self, before: Option<&Self>) -> Paise {
        // What fills do not explain of cash and lots was paid: for statements that do not know the capital.
        let unexplained =
            |cash: Paise, invested: Paise| self.cash - cash + self.invested - invested - self.net;
        match (before, before.map(|before| before.capital), self.capital) {
            (None, _, Some(capital)) => capital,
            (None, _, None) => unexplained(Paise::ZERO, Paise::ZERO),
            (Some(_), Some(Some(earlier)), Some(capital)) => capital - earlier,
            (Some(before), ..) => unexplained(before.cash, before.invested),
        }
    }
}

/// The points of figures in the order of their dates, after those of the date before, if there is one.
fn curve(before: Option<Figures>, figures: &[Figures]) -> Vec<CurvePoint> {
    let mut previous = before;
    let mut peak = before.map_or(Paise::ZERO, |before| before.equity());
    let mut points = Vec::with_capacity(figures.len());
    for of in figures {
        let (equity, flow) = (of.equity(), of.flow_since(previous.as_ref()));
        let earlier = previous.map_or(Paise::ZERO, |previous| previous.equity());
        peak = (peak + flow - of.income).max(equity);
        points.push(CurvePoint {
            day: of.day,
            equity,
            flow,
            net: of.net,
            income: of.income,
            unrealised: of.market_value - of.invested,
            result: equity - earlier - flow + of.income,
            peak,
            present: of.present,
        });
        previous = Some(*of);
    }
    points
}

/// The first day whose text sorts.
fn first_day() -> Day {
    Day::from_ymd_opt(1, 1, 1).unwrap_or(Day::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(day: &str, capital: Option<i64>, cash: i64, (invested, market_value): (i64, i64)) -> Figures {
        Figures {
            day: day.parse().unwrap(),
            capital: capital.map(Paise),
            cash: Paise(cash),
            invested: Paise(invested),
            market_value: Paise(market_value),
            net: Paise::ZERO,
            income: Paise::ZERO,
            present: false,
        }
    }

    #[test]
    fn a_dividend_makes_up_for_the_price_that_falls_by_it() {
        let ex_date = Figures { income: Paise(40), ..figures("2025-01-03", Some(1_000), 400, (600, 660)) };
        let points = curve(Some(figures("2025-01-02", Some(1_000), 400, (600, 700))), &[ex_date]);
        assert_eq!((points[0].equity, points[0].result), (Paise(1_060), Paise::ZERO));
        assert_eq!((points[0].drawdown(), points[0].income), (Paise::ZERO, Paise(40)));
    }

    #[test]
    fn a_deposit_is_a_flow_and_changes_neither_the_result_nor_the_drawdown() {
        let points = curve(
            None,
            &[
                figures("2025-01-02", Some(1_000), 400, (600, 700)),
                figures("2025-01-03", Some(1_000), 400, (600, 550)),
                figures("2025-01-06", Some(6_000), 5_400, (600, 550)),
                figures("2025-01-07", Some(5_000), 4_400, (600, 800)),
            ],
        );
        let of = |point: &CurvePoint| (point.equity.0, point.flow.0, point.result.0, point.drawdown().0);
        let found: Vec<_> = points.iter().map(of).collect();
        assert_eq!(
            found,
            [(1_100, 1_000, 100, 0), (950, 0, -150, 150), (5_950, 5_000, 0, 150), (5_200, -1_000, 250, 0)]
        );
        assert_eq!(points.last().unwrap().peak, Paise(5_200));
    }

    #[test]
    fn a_statement_that_does_not_know_the_capital_tells_the_flow_by_cash_and_lots() {
        let before = figures("2025-01-02", None, 400, (600, 700));
        // Sold for 150 what cost 100, paid 3 in charges, and 2,000 came in.
        let after = Figures { net: Paise(47), ..figures("2025-01-03", None, 2_547, (500, 510)) };
        let points = curve(Some(before), &[after]);
        assert_eq!((points[0].flow, points[0].equity), (Paise(2_000), Paise(3_057)));
        assert_eq!(points[0].result, Paise(-43));
        assert_eq!(points[0].drawdown(), Paise(43));
    }

    #[test]
    fn a_loss_of_the_first_date_is_a_drawdown_from_what_was_paid_in() {
        let points = curve(None, &[figures("2025-01-02", Some(1_000), 380, (600, 590))]);
        assert_eq!((points[0].peak, points[0].drawdown()), (Paise(1_000), Paise(30)));
        assert!(curve(None, &[]).is_empty());
    }
}
