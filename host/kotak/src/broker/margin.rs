//! What the buys that wait for the next session need, as the broker reckons it. An after-market order is taken without money and
//! dropped at its release, so it is worth a question while somebody can still pay in.

use std::time::Duration;

use prahari_brokers::Check;
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Order, Variety};
use prahari_domain::time::Timestamp;

use super::KotakBroker;
use crate::client::NewOrder;
use crate::wire::margin::Margin;

/// Most buys that are asked about: each costs a call, of which a user has some a second.
const MOST_ASKED: usize = 10;

/// Longest time for all questions: below the time that the host gives a look.
const LONGEST: Duration = Duration::from_secs(8);

impl KotakBroker {
    /// Asks with the session of today, if there is one; nobody logs in for it.
    pub(super) async fn margin_of(&self, buys: &[Order], now: Timestamp) -> Option<Check> {
        if buys.is_empty() {
            return None;
        }
        let asked = tokio::time::timeout(self.settings.read.min(LONGEST), self.ask_margins(buys, now)).await;
        let late = || Err("the broker did not say in time what they need".to_owned());
        let count = buys.len();
        Some(match asked.unwrap_or_else(|_| late()) {
            Ok(asked) => check(&asked, count),
            Err(why) => {
                let said = format!("what the {} is not known: {why}", buys_need(count));
                Check::not_known("margin", said, "look again once somebody has logged in")
            }
        })
    }

    /// The answers, one for each of the first buys.
    ///
    /// # Errors
    /// One sentence, when something is missing for a question, or it has no answer.
    async fn ask_margins(&self, buys: &[Order], now: Timestamp) -> Result<Vec<Margin>, String> {
        let (session, client) = self.session.in_use().ok_or("there is no session of today")?;
        let shares = self.shares.kept(now.ist_day()).ok_or("the broker's file of shares is not here yet")?;
        let mut answers = Vec::new();
        for order in buys.iter().take(MOST_ASKED) {
            let symbol = &order.request.symbol;
            let scrip = shares.find(symbol).ok_or_else(|| format!("{symbol} is not in the broker's file"))?;
            let new = new_order(&order.as_sent(), &scrip.trading_symbol);
            let answer = client.margin(&session, &new, &scrip.token).await;
            answers.push(answer.map_err(|error| error.to_string())?);
        }
        Ok(answers)
    }
}

/// The rest of an order as it would be placed now.
fn new_order(order: &Order, trading_symbol: &str) -> NewOrder {
    let request = &order.request;
    NewOrder {
        tag: order.broker_tag(),
        trading_symbol: trading_symbol.to_owned(),
        side: request.side,
        quantity: order.remaining(),
        kind: request.kind,
        product: request.product,
        after_market: request.variety == Variety::AfterMarket,
    }
}

/// Who needs money, in words.
fn buys_need(count: usize) -> String {
    counted(count, "buy that waits for the next session needs", "buys that wait for the next session need")
}

/// What the answers say together. Whether the broker has put money aside for such an order before its release is not known:
/// what is in use counts as there.
fn check(asked: &[Margin], count: usize) -> Check {
    let needed: Paise = asked.iter().map(|margin| margin.needed).sum();
    let there =
        asked.iter().filter_map(|margin| Some(margin.cash? + margin.used.unwrap_or(Paise::ZERO))).min();
    let what = match count.saturating_sub(asked.len()) {
        0 => format!("the {}", buys_need(count)),
        more => format!(
            "the first {} of the buys that wait for the next session, {more} more not counted, need",
            asked.len()
        ),
    };
    let Some(there) = there else {
        let said = format!("{what} {}, and the broker does not say what is there", rupees(needed));
        return Check::not_known("margin", said, "see the broker's own page");
    };
    let said = format!("{what} {}, and {} is there, says the broker", rupees(needed), rupees(there));
    if needed <= there {
        return Check::ok("margin", said);
    }
    let advice = "pay in, or cancel some of them: the broker drops at the release what it has no money for";
    Check::warning("margin", said, advice)
}
