//! What can be set of the client. Every default is below what the broker is known to bear.

use std::net::IpAddr;
use std::time::Duration;

use prahari_secrets::Secret;
use url::Url;

use crate::http::reach::Reach;
use crate::protection::Protection;

/// Address at which everybody logs in; the address for everything else comes with the login.
pub const LOGIN_ADDRESS: &str = "https://mis.kotaksecurities.com/";

/// Address at which the older market feed was.
pub const OLDER_MARKET_FEED: &str = "wss://mlhsm.kotaksecurities.com/";

/// Settings of the client, for all users alike.
#[derive(Debug, Clone)]
pub struct KotakSettings {
    /// Address of the login. Default [`LOGIN_ADDRESS`]; a fake on this machine has another, and then only addresses
    /// of this machine are spoken to.
    pub login: Url,
    /// Longest time for a connection. Default 5 s. Past it nothing was sent.
    pub connect: Duration,
    /// Longest time of a placement, a change or a cancellation, connection included. Default 9 s: the desk waits 10 s,
    /// and what ends here can say why. Past it the outcome is unknown.
    pub send: Duration,
    /// Longest time of a report. Default 9 s, for the same reason.
    pub read: Duration,
    /// Longest time of a step of the login. Default 10 s.
    pub log_in: Duration,
    /// Longest time for what is needed before an order is sent, such as a login. Default 8 s, below the time that the desk
    /// waits: past it the order was certainly not sent, and what was begun goes on for the next.
    pub prepare: Duration,
    /// Longest time for the file of all shares, which has some megabytes. Default 60 s.
    pub file: Duration,
    /// Most placements, changes and cancellations of one user within a second. Default 5: the exchange and the broker
    /// allow 10, and twenty at 9 a second are known to have stalled an account for a minute. 10 or more are cut to 9.
    pub orders_a_second: u32,
    /// Most other calls of one user within a second. Default 8: the broker's pages say 10 and 25.
    pub reads_a_second: u32,
    /// Most questions for prices of one user within a second, beside the other calls. Default 2: with 25 shares in each, and
    /// together with the other calls no more than the broker's older pages allow for everything.
    pub quotes_a_second: u32,
    /// Longest time that a call waits for its turn. Default 3 s. Past it nothing was sent.
    pub longest_turn: Duration,
    /// Most questions for quotes of one user that wait for an answer. Default 4, beyond which the broker refuses.
    pub quotes_in_flight: usize,
    /// Most instruments in one question for quotes. Default 25; the broker refuses 50.
    pub quotes_at_once: usize,
    /// Which list of positions is asked for. Default the present one.
    pub positions: PositionsPath,
    /// After a login that failed nobody tries again for this time. Default 60 s.
    pub cool_down: Duration,
    /// Longest such time; it doubles with each login that helped nothing. Default 30 min.
    pub longest_cool_down: Duration,
    /// Refused logins after which nobody tries again until a person says so. Default 3: the broker locks an account.
    pub refusals: u32,
    /// Most logins of one user within a day that nobody asked for by hand. Default 12.
    pub logins_a_day: u32,
    /// A session that is said to be over within this time of its login was not helped by that login. Default 60 s.
    pub young: Duration,
    /// Pauses before each look at an order that is to show a change. Default 300 ms, 900 ms, 1.8 s: together below
    /// the time that the desk waits.
    pub looks: Vec<Duration>,
    /// Whether the order feed is followed, which says when the book is worth a look. Default yes; without it news of orders
    /// waits for the next look.
    pub order_feed: bool,
    /// Whether the market feed is followed where prices come from the broker. Default yes; without it prices are only told
    /// when they are asked for.
    pub market_feed: bool,
    /// Address of the broker's older market feed (HSM), which is followed in place of the present one. Default none. The broker
    /// declared it dead in September 2026; it is for days on which the present one is silent and the older one is not.
    /// [`OLDER_MARKET_FEED`] is where it was.
    pub older_market_feed: Option<Url>,
    /// How far the limit of a market order is from the last price, at most. Default the broker's own grid, which it would make
    /// the limit by itself. Farther, a market order is executed more surely and may cost more.
    pub protection: Protection,
    /// Oldest price, in minutes of trading, that such a limit is made of. Default 5; the gate lets nobody buy on one of more than
    /// 30. Of an older price the order is sent as a market order, and the broker makes the limit by its own.
    pub market_price_minutes: i64,
    /// Fewest shares in the file of all shares; a file with fewer is half a file. Default 1,000.
    pub fewest_shares: usize,
}

/// The lists of positions that the broker has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PositionsPath {
    /// `/portfolio/v2/positions`, which the broker's own client asks since October 2026.
    Portfolio,
    /// `/quick/user/positions`, which its pages name.
    Quick,
}

/// How a user's calls leave this machine. Login and orders share it: the broker compares the addresses.
#[derive(Debug, Clone, Default)]
pub enum Outbound {
    /// As the system routes them.
    #[default]
    Direct,
    /// From this address of this machine.
    Address(IpAddr),
    /// Through an HTTP proxy, whose address may hold a password.
    Proxy(Secret),
}

impl Outbound {
    /// Returns how calls leave, as the end of a sentence that begins with `calls leave`. Of a proxy its name and port are told, and
    /// never the password in its address.
    pub fn shown(&self) -> String {
        match self {
            Self::Direct => "as this machine routes them".to_owned(),
            Self::Address(address) => format!("from {address}"),
            Self::Proxy(proxy) => {
                let url = Url::parse(proxy.expose()).ok();
                let place =
                    url.as_ref().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
                place.map_or_else(
                    || "through a proxy".to_owned(),
                    |(host, port)| format!("through the proxy {host}:{port}"),
                )
            }
        }
    }
}

impl KotakSettings {
    /// Returns the defaults for a login at this address.
    pub fn at(login: Url) -> Self {
        let seconds = Duration::from_secs;
        Self {
            login,
            connect: seconds(5),
            send: seconds(9),
            read: seconds(9),
            log_in: seconds(10),
            prepare: seconds(8),
            file: seconds(60),
            orders_a_second: 5,
            reads_a_second: 8,
            quotes_a_second: 2,
            longest_turn: seconds(3),
            quotes_in_flight: 4,
            quotes_at_once: 25,
            positions: PositionsPath::Portfolio,
            cool_down: seconds(60),
            longest_cool_down: seconds(30 * 60),
            refusals: 3,
            logins_a_day: 12,
            young: seconds(60),
            looks: vec![Duration::from_millis(300), Duration::from_millis(900), Duration::from_millis(1_800)],
            order_feed: true,
            market_feed: true,
            older_market_feed: None,
            protection: Protection::Grid,
            market_price_minutes: 5,
            fewest_shares: 1_000,
        }
    }

    /// Returns the defaults for a login at the address that somebody wrote.
    ///
    /// # Errors
    /// One sentence, when it is no address, or neither the broker's nor of this machine.
    pub fn for_login(address: &str) -> Result<Self, String> {
        let login = Url::parse(address).map_err(|error| format!("{address:?} is no address: {error}"))?;
        let reach = Reach::of(&login)?;
        let settings = Self::at(login);
        // A fake lists a few shares only.
        let fewest_shares = if reach == Reach::ThisMachine { 1 } else { settings.fewest_shares };
        Ok(Self { fewest_shares, ..settings })
    }

    /// Returns whether everything stays on this machine, where only a fake of the broker answers.
    pub fn stays_here(&self) -> bool {
        Reach::of(&self.login) == Ok(Reach::ThisMachine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_out_is_shown_without_its_password() {
        let proxy = |text: &str| Outbound::Proxy(Secret::new(text.to_owned())).shown();
        assert_eq!(proxy("http://name:word@192.0.2.9:3128/"), "through the proxy 192.0.2.9:3128");
        assert_eq!(proxy("http://name:word@proxy.example:80"), "through the proxy proxy.example:80");
        assert_eq!(proxy("name:word"), "through a proxy");
        assert_eq!(Outbound::Address("192.0.2.7".parse().unwrap()).shown(), "from 192.0.2.7");
        assert_eq!(Outbound::Direct.shown(), "as this machine routes them");
    }

    #[test]
    fn a_login_is_at_the_broker_or_on_this_machine() {
        assert!(!KotakSettings::for_login(LOGIN_ADDRESS).unwrap().stays_here());
        let fake = KotakSettings::for_login("http://127.0.0.1:18080").unwrap();
        assert!(fake.stays_here());
        let broker = KotakSettings::for_login(LOGIN_ADDRESS).unwrap();
        assert_eq!((fake.fewest_shares, broker.fewest_shares), (1, 1_000));
        let refused = KotakSettings::for_login("https://example.org/").unwrap_err();
        assert_eq!(refused, "the address of the login is neither the broker's nor of this machine");
        assert!(KotakSettings::for_login("nowhere").unwrap_err().starts_with("\"nowhere\" is no address"));
    }
}
