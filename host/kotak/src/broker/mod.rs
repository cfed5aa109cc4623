//! Kotak Neo as the order desk sees it: [`Broker`] of one user, [`Brokerage`] for all.

mod book;
mod change;
mod margin;
mod market_order;
mod memory;
mod readiness;

use std::sync::Arc;

use async_trait::async_trait;
use prahari_brokers::{
    Broker, BrokerError, BrokerLink, BrokerOrder, BrokerSession, Brokerage, Check, Funds, Holding, NewLink,
    Pace, Placed, PriceSeen, Sessions as Hours, ShareRules,
};
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, OrderRequest, OrderState, Variety};
use prahari_domain::time::Timestamp;
use tokio::task::JoinHandle;

use self::memory::{Memory, Standing};
use crate::client::NewOrder;
use crate::error::{KotakError, Meaning};
use crate::feed::order_feed;
use crate::market::{KotakMarket, KotakMarketParts, PriceAccount};
use crate::scrip::Scrip;
use crate::session::{LinkedSession, Sessions, UserSession};
use crate::settings::KotakSettings;
use crate::shares::Shares;

/// Kotak Neo, with which users can be linked.
pub struct KotakBrokerage {
    settings: Arc<KotakSettings>,
    pace: Arc<dyn Pace>,
    sessions: Arc<Sessions>,
    shares: Arc<Shares>,
}

/// One user's account at Kotak Neo.
pub struct KotakBroker {
    settings: Arc<KotakSettings>,
    pace: Arc<dyn Pace>,
    session: Arc<UserSession>,
    shares: Arc<Shares>,
    memory: Memory,
    /// Follows the order feed until the link is dropped.
    feed: Option<JoinHandle<()>>,
}

impl Drop for KotakBroker {
    fn drop(&mut self) {
        if let Some(feed) = &self.feed {
            feed.abort();
        }
    }
}

impl KotakBrokerage {
    /// Creates the broker over the sessions of all users.
    pub fn new(settings: Arc<KotakSettings>, pace: Arc<dyn Pace>, sessions: Arc<Sessions>) -> Self {
        Self { settings, pace, sessions, shares: Arc::default() }
    }

    /// Returns the sessions of all users.
    pub fn sessions(&self) -> &Arc<Sessions> {
        &self.sessions
    }

    /// Creates a source of prices over the same sessions and the same file of shares: nothing logs in twice.
    pub fn market(&self, hours: Arc<dyn Hours>, account: Arc<dyn PriceAccount>) -> KotakMarket {
        KotakMarket::new(KotakMarketParts {
            settings: self.settings.clone(),
            pace: self.pace.clone(),
            sessions: self.sessions.clone(),
            shares: self.shares.clone(),
            hours,
            account,
        })
    }
}

#[async_trait]
impl Brokerage for KotakBrokerage {
    async fn link(&self, new: NewLink) -> Result<BrokerLink, BrokerError> {
        let session = self.sessions.of(new.user);
        if let Err(error) = session.take_up().await {
            // Whoever has to log in reads it first, and does not log in without.
            tracing::error!(user = %new.user, why = %error.said, "what is known of logins at the broker cannot be read");
        }
        let feed = self
            .settings
            .order_feed
            .then(|| tokio::spawn(order_feed::follow(session.clone(), new.pushes, self.pace.clone())));
        let broker = KotakBroker {
            settings: self.settings.clone(),
            pace: self.pace.clone(),
            session: session.clone(),
            shares: self.shares.clone(),
            memory: Memory::default(),
            feed,
        };
        let session = Arc::new(LinkedSession(session));
        Ok(BrokerLink { broker: Arc::new(broker), simulated: None, session: Some(session) })
    }

    async fn admit(&self, user: UserId) -> Result<(), String> {
        self.sessions.of(user).complete().await
    }

    fn session(&self, user: UserId) -> Option<Arc<dyn BrokerSession>> {
        let known = self.sessions.known(user)?;
        Some(Arc::new(LinkedSession(known)))
    }
}

#[async_trait]
impl Broker for KotakBroker {
    async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        let tag = order.broker_tag();
        match self.memory.standing(&tag) {
            Some(standing) => return self.sent_before(order, standing).await,
            // After a restart only the journal remembers.
            None if order.state == OrderState::Unknown => return self.find_sent(order).await,
            None => {}
        }
        let scrip = self.prepare(order, now).await?;
        let request = &order.request;
        let new = NewOrder {
            tag,
            trading_symbol: scrip.trading_symbol.clone(),
            side: request.side,
            quantity: request.quantity,
            kind: request.kind,
            product: request.product,
            after_market: request.variety == Variety::AfterMarket,
        };
        // From here on it may be at the broker, also when whoever waits for the answer gives up.
        let begun = self.memory.begin(order, self.pace.now().ist_day());
        let answer = self.session.once(|client, session| {
            let new = new.clone();
            async move { client.place(&session, &new).await }
        });
        match answer.await {
            Ok(number) => {
                begun.bind(&number);
                Ok(Placed { broker_id: number })
            }
            Err(error) if error.meaning == Meaning::TagTaken => {
                tracing::warn!(order = %order.id, "the broker has an order with this tag already");
                // Whose it is, its book tells.
                Err(BrokerError::TagInUse)
            }
            Err(error) => {
                let error = BrokerError::from(error);
                if !matches!(error, BrokerError::Unclear(_)) {
                    begun.never_left();
                }
                Err(error)
            }
        }
    }

    async fn modify(
        &self,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        let scrip = self.scrip(&order.request.symbol, now).await?;
        // The side is that of a sell: the order stands already, and only its numbers are looked at.
        if let Some(reason) = scrip.refusal(prahari_domain::orders::Side::Sell, quantity, kind) {
            return Err(BrokerError::Refused { reason, retryable: false });
        }
        self.change(order, quantity, kind).await
    }

    async fn cancel(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        self.end(order, now).await
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.whole_book().await
    }

    async fn market_limit(&self, request: &OrderRequest, seen: &PriceSeen, now: Timestamp) -> Option<Paise> {
        self.limit_for(request, seen, now).await
    }

    fn share_rules(&self, symbol: &Symbol, now: Timestamp) -> Option<ShareRules> {
        let day = now.ist_day();
        let shares = self.shares.kept(day)?;
        shares.find(symbol).map(|scrip| scrip.rules(shares.is_of(day)))
    }

    /// Since April 2026, of each of them.
    fn shows_market_as_limit(&self) -> bool {
        true
    }

    async fn holdings(&self) -> Result<Vec<Holding>, BrokerError> {
        self.shares_held().await
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        let limits = self.session.limits().await?;
        // What the trades of today hold is spent, and what open buys hold is reserved; the broker does not tell them
        // apart, and neither is there to be spent.
        Ok(Funds { cash: limits.cash, reserved: limits.used })
    }

    async fn readiness(&self, now: Timestamp) -> Vec<Check> {
        self.checks(now).await
    }

    fn way_out(&self) -> Option<String> {
        self.session.in_use().map(|(_, client)| client.way_out())
    }

    async fn margin(&self, buys: &[Order], now: Timestamp) -> Option<Check> {
        self.margin_of(buys, now).await
    }
}

impl KotakBroker {
    /// Answers for an order whose tag is known here. Nothing is sent again, whoever asks: what became of it is in the
    /// broker's book.
    ///
    /// # Errors
    /// [`BrokerError::TagInUse`] when another order was sent under the tag; as [`KotakBroker::find_sent`].
    async fn sent_before(&self, order: &Order, standing: Standing) -> Result<Placed, BrokerError> {
        match (standing, self.memory.is_same(order)) {
            (Standing::Number(number), Some(true)) => Ok(Placed { broker_id: number }),
            (Standing::Number(_), Some(false)) => Err(BrokerError::TagInUse),
            _ => self.find_sent(order).await,
        }
    }

    /// What is needed before an order is sent: a session, the file of shares, and that the share allows the order. Whoever
    /// gives up during it has sent nothing.
    ///
    /// # Errors
    /// When something of it is not there in time, or the share does not allow the order.
    async fn prepare(&self, order: &Order, now: Timestamp) -> Result<Scrip, BrokerError> {
        let within = self.settings.prepare;
        let prepared = tokio::time::timeout(within, async {
            self.session.ready().await?;
            self.scrip(&order.request.symbol, now).await
        });
        let late = || {
            let within = within.as_secs_f32();
            let reason =
                format!("login and file of shares took longer than {within} s; the order was not sent");
            Err(BrokerError::Unavailable(reason))
        };
        let scrip = prepared.await.unwrap_or_else(|_| late())?;
        let request = &order.request;
        match scrip.refusal(request.side, request.quantity, request.kind) {
            Some(reason) => Err(BrokerError::Refused { reason, retryable: false }),
            None => Ok(scrip),
        }
    }

    /// The share of a symbol on the day of `now`.
    ///
    /// # Errors
    /// When the file of shares cannot be had, or the share is not in it.
    async fn scrip(&self, symbol: &Symbol, now: Timestamp) -> Result<Scrip, BrokerError> {
        let shares = self.shares.of(now.ist_day(), &self.session).await;
        // Whatever went wrong with the file: nothing was sent of what it was needed for.
        let shares = shares.map_err(|error: KotakError| BrokerError::Unavailable(error.to_string()))?;
        let unknown = || BrokerError::Refused {
            reason: format!("{symbol} is no share that the broker lets us trade"),
            retryable: false,
        };
        shares.find(symbol).cloned().ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests;
