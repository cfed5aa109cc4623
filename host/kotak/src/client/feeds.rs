//! Where the feeds are, and the connections to them.

use reqwest::header::ACCEPT;
use url::Url;

use super::KotakClient;
use crate::error::{Call, KotakError};
use crate::feed::{Socket, connect};
use crate::http::reach::{Reach, below};
use crate::session::Session;
use crate::wire::feeds::{Feed, place};

/// Address of the market feed where nothing else is said.
const MARKET_FEED: &str = "wss://sfeed.kotaksecurities.com/apifeed";

/// Where everybody is told the addresses of the feeds of each data centre.
const PLACES: &str = "https://lapi.kotaksecurities.com/5config/config";

impl KotakClient {
    /// Connects to the order feed, whose address the login named, or the broker's list; or which is beside everything else.
    ///
    /// # Errors
    /// One sentence, without the address.
    pub(crate) async fn order_feed(&self, session: &Session) -> Result<Socket, String> {
        let url = match &session.orders {
            Some(url) => url.clone(),
            None => self.listed(session, Feed::Orders).await.unwrap_or_else(|| {
                let mut beside = session.base.clone();
                beside.set_path("/realtime");
                beside
            }),
        };
        connect(&url, &self.outbound, self.tls.clone(), self.settings.connect).await
    }

    /// Returns whether the broker's older market feed is followed.
    pub(crate) fn follows_older_feed(&self) -> bool {
        self.settings.older_market_feed.is_some()
    }

    /// Connects to the market feed, whose address the login named, or the broker's list; or which is where it has been. Or to the
    /// older one, where that is followed.
    ///
    /// # Errors
    /// One sentence, without the address.
    pub(crate) async fn market_feed(&self, session: &Session) -> Result<Socket, String> {
        let url = match (&self.settings.older_market_feed, &session.feed) {
            (Some(older), _) if !self.reach.allows(older) => {
                return Err("the older market feed is neither at the broker nor on this machine".to_owned());
            }
            (Some(url), _) | (None, Some(url)) => Some(url.clone()),
            (None, None) => {
                let listed = self.listed(session, Feed::Market).await;
                listed.or_else(|| self.reach.read(MARKET_FEED))
            }
        };
        let url = url.ok_or("nobody says where the market feed is")?;
        connect(&url, &self.outbound, self.tls.clone(), self.settings.connect).await
    }

    /// The address of a feed in the broker's list, by the data centre of the session; none where it has none, or cannot be had.
    async fn listed(&self, session: &Session, feed: Feed) -> Option<Url> {
        let centre = session.data_centre.as_deref()?;
        let mut list = match self.reach {
            Reach::Broker => Url::parse(PLACES).ok()?,
            Reach::ThisMachine => below(&self.settings.login, "5config/config"),
        };
        list.set_query(Some("appVersion=1&platform=api&environment=prod"));
        // Without any key: the list is open to everybody.
        let request = self.http.reading.get(list).header(ACCEPT, "application/json");
        let told = |error: &KotakError| tracing::debug!(%error, "the feeds are not looked up");
        let answer = self.ask(Call::Feeds, request).await.inspect_err(told).ok()?;
        self.reach.read(&place(&answer, centre, feed)?)
    }
}
