//! The accounts of the fake: who logs in, what is held, what is used.

use std::collections::HashMap;
use std::net::IpAddr;

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};

use crate::session::{TradeSession, ViewSession};
use crate::time::Millis;

/// An account as a test adds it. All of it is invented; amounts in paise.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSpec {
    /// The access token ("consumer key") of the application.
    pub access_token: String,
    /// Mobile number with country code.
    pub mobile: String,
    /// Client code.
    pub ucc: String,
    /// The PAN, which stands in many rows and must not be shown anywhere.
    pub pan: String,
    /// Six digits.
    pub mpin: String,
    /// Secret of the one-time codes, in base 32, 20 bytes; codes are checked at the fake's time, one step to either side.
    pub totp_secret: String,
    /// Cash.
    pub cash: i64,
    /// Haircut value of the settled shares, which can be spent like cash.
    pub collateral: i64,
    /// Settled shares.
    #[serde(default)]
    pub holdings: Vec<HoldingSpec>,
    /// Positions of the days before.
    #[serde(default)]
    pub carried: Vec<CarriedSpec>,
    /// Addresses that orders may come from; empty is any.
    #[serde(default)]
    pub addresses: Vec<IpAddr>,
}

/// Settled shares of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldingSpec {
    /// Symbol to trade by.
    pub symbol: String,
    /// Shares.
    pub quantity: i64,
    /// Average cost in paise; 0 is unknown.
    pub average: i64,
    /// Shares that cannot be sold.
    pub pledged: i64,
}

/// A position of the days before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedSpec {
    /// Symbol to trade by.
    pub symbol: String,
    /// `NRML` or another.
    pub product: String,
    /// Quantity, negative when sold.
    pub net: i64,
    /// Settlement price of the day before in paise.
    pub settlement: i64,
    /// What it cost in truth, in paise.
    pub cost: i64,
}

impl AccountSpec {
    /// An account with made-up names that follow from `number`, a lakh of rupees and nothing else.
    pub fn numbered(number: u32) -> Self {
        let letter = |index: u32| char::from(b'A' + u8::try_from(index % 26).unwrap_or(0));
        Self {
            access_token: format!("00000000-0000-4000-8000-{number:012}"),
            mobile: format!("+91{:010}", 9_000_000_000_u64 + u64::from(number)),
            ucc: format!("Z{number:04}"),
            pan: format!("ZZZP{}{:04}{}", letter(number), number % 10_000, letter(number / 26)),
            mpin: format!("{:06}", number % 1_000_000),
            totp_secret: BASE32_NOPAD.encode(format!("kotak-sim-{number:010}").as_bytes()),
            cash: 10_000_000,
            collateral: 0,
            holdings: Vec::new(),
            carried: Vec::new(),
            addresses: Vec::new(),
        }
    }

    /// The one-time code at a time, as the account's owner would type it; `None` when the secret is no base 32
    /// of 20 bytes.
    pub fn totp(&self, at: Millis) -> Option<String> {
        let seconds = u64::try_from(at.div_euclid(1000)).ok()?;
        Some(self.codes()?.generate(seconds).to_string())
    }

    pub(crate) fn accepts_totp(&self, code: &str, at: Millis) -> bool {
        let seconds = u64::try_from(at.div_euclid(1000)).unwrap_or(0);
        self.codes().is_some_and(|codes| codes.check(code, seconds).is_some())
    }

    fn codes(&self) -> Option<totp_rs::Totp> {
        let secret = BASE32_NOPAD.decode(self.totp_secret.trim_end_matches('=').as_bytes()).ok()?;
        let secret: [u8; 20] = secret.try_into().ok()?;
        let builder = totp_rs::Builder::new().with_algorithm(totp_rs::Algorithm::SHA1).with_digits(6);
        Some(builder.with_skew(1).with_step_duration(30).with_secret(secret).build_noncompliant())
    }
}

/// An attempt to log in, with its outcome.
#[derive(Debug, Clone)]
pub(crate) struct LoginRecord {
    pub at: Millis,
    pub complete: bool,
    pub refusal: Option<String>,
}

/// An account as it stands.
#[derive(Debug)]
pub(crate) struct Account {
    pub spec: AccountSpec,
    pub view: Option<ViewSession>,
    pub sessions: Vec<TradeSession>,
    pub logins: Vec<LoginRecord>,
    /// Tag to the time when it was used.
    pub tags: HashMap<String, Millis>,
    /// Times of the calls of the last second, orders and others.
    pub recent_orders: Vec<Millis>,
    pub recent_calls: Vec<Millis>,
    pub quotes_in_flight: u32,
}

impl Account {
    pub fn new(spec: AccountSpec) -> Self {
        Self {
            spec,
            view: None,
            sessions: Vec::new(),
            logins: Vec::new(),
            tags: HashMap::new(),
            recent_orders: Vec::new(),
            recent_calls: Vec::new(),
            quotes_in_flight: 0,
        }
    }

    pub fn holding(&self, symbol: &str) -> Option<&HoldingSpec> {
        self.spec.holdings.iter().find(|holding| holding.symbol == symbol)
    }
}
