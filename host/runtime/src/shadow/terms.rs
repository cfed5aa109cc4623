//! What a candidate may do in a shadow run.

use std::collections::BTreeSet;

use prahari_domain::money;

use super::trade::Trade;
use crate::abi::latest::broker::{OrderKind, OrderRequest};
use crate::abi::latest::types::Paise;
use crate::abi::latest::{Refusal, RefusalCode, Side};
use crate::grant::Grant;

/// What the candidate may do; by default what the recorded run might. How many orders a task places on a day is not
/// among them: that depends on what the candidate would have done in the day's other runs.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Capabilities of the candidate; none for those of the recorded run.
    pub grant: Option<Grant>,
    /// The only symbols that it may buy; none for any.
    pub symbols: Option<BTreeSet<String>>,
    /// The most money in one buy, in paise; none for any. An order at market has its price from what the recording does
    /// not show, so it is taken as it was answered then.
    pub max_order_value: Option<Paise>,
}

impl Terms {
    /// Returns why a trade is not granted, if it is not. What is held may always be left, so sells are granted.
    pub(super) fn refusal(&self, trade: &Trade) -> Option<Refusal> {
        let Trade::Place(request) = trade else { return None };
        if request.side == Side::Sell {
            return None;
        }
        self.outside_symbols(request).or_else(|| self.above_value(request))
    }

    fn outside_symbols(&self, OrderRequest { symbol, .. }: &OrderRequest) -> Option<Refusal> {
        let symbols = self.symbols.as_ref()?;
        let refusal =
            || Refusal { code: RefusalCode::Symbol, detail: format!("{symbol} is not in the grant") };
        (!symbols.contains(symbol)).then(refusal)
    }

    fn above_value(&self, request: &OrderRequest) -> Option<Refusal> {
        let (most, OrderKind::Limit(price)) = (self.max_order_value?, request.kind) else { return None };
        let value = price.saturating_mul(i64::from(request.quantity));
        let told = |paise| money::rupees(money::Paise(paise));
        let detail =
            || format!("buys of {} at most are in the grant, and this one is {}", told(most), told(value));
        (value > most).then(|| Refusal { code: RefusalCode::OrderValue, detail: detail() })
    }
}
