//! A person says what a jump was.

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_store::PriceJumpRow;

use crate::error::AppError;
use crate::prices::Prices;

/// The most jumps that are looked through.
const MOST_JUMPS: u32 = 10_000;

impl Prices {
    /// Counts every jump of a share that was noticed so far as explained: it may be bought again. Halts of those
    /// who hold it are lifted one by one, because their shares may have to be put right first. Answers how many
    /// there were.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn explain_price_jumps(
        &self,
        symbol: &Symbol,
        by: UserId,
        explanation: &str,
    ) -> Result<usize, AppError> {
        let mut explained = 0;
        let noticed = self.handles.store.system().price_jumps(MOST_JUMPS).await?;
        let open = |row: &PriceJumpRow| row.jump.symbol == *symbol && row.explained_at.is_none();
        for PriceJumpRow { jump, .. } in noticed.into_iter().filter(open) {
            let (key, now) = ((jump.symbol.clone(), jump.day), self.handles.clock.now());
            self.handles.store.system().explain_price_jump(key, by, now, explanation.to_owned()).await?;
            self.trading.jumps.explain(&self.handles.store, symbol, jump.day).await;
            tracing::info!(%symbol, %by, "explained: {jump}: {explanation}");
            explained += 1;
        }
        Ok(explained)
    }
}
