//! Asking the broker for prices: one question at a time for everybody who waits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use prahari_brokers::{MinuteBar, Pace, PriceBoard, Quote, Sessions as Hours};
use prahari_domain::calendar::BAR_SETTLING_MINUTES;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;

use super::figures::Figures;
use super::held::Known;
use super::line::Line;
use super::pushes::Fed;
use super::{KEPT_MS, KotakMarketParts, PriceAccount};
use crate::client::QuoteFilter;
use crate::error::{KotakError, Meaning};
use crate::proof::CallKind;
use crate::scrip::ScripMaster;
use crate::session::{Sessions, UserSession};
use crate::settings::KotakSettings;
use crate::shares::Shares;

/// What is known, and what is still to be asked.
pub(super) struct Bringer {
    pub(super) settings: Arc<KotakSettings>,
    pub(super) pace: Arc<dyn Pace>,
    sessions: Arc<Sessions>,
    shares: Arc<Shares>,
    hours: Arc<dyn Hours>,
    account: Arc<dyn PriceAccount>,
    line: Line,
    pub(super) known: Mutex<Known>,
    /// Shares that somebody waits for and nobody has asked for yet.
    wanted: Mutex<BTreeMap<Symbol, Wanted>>,
    /// Held by the one who asks.
    one_question: tokio::sync::Mutex<()>,
    /// Whose session it was last.
    session: Mutex<Option<Arc<UserSession>>>,
    pub(super) board: PriceBoard,
    pub(super) fed: Mutex<Option<Fed>>,
}

/// A share that somebody waits for.
#[derive(Debug, Clone)]
struct Wanted {
    /// The broker's number of it.
    token: String,
    /// An answer of before serves nobody.
    since: Timestamp,
}

impl Bringer {
    pub fn new(parts: KotakMarketParts) -> Self {
        let KotakMarketParts { settings, pace, sessions, shares, hours, account } = parts;
        Self {
            settings,
            pace,
            sessions,
            shares,
            hours,
            account,
            line: Line::default(),
            known: Mutex::default(),
            wanted: Mutex::default(),
            one_question: tokio::sync::Mutex::default(),
            session: Mutex::default(),
            board: PriceBoard::default(),
            fed: Mutex::default(),
        }
    }

    /// Real time.
    pub fn now(&self) -> Timestamp {
        self.pace.now()
    }

    /// How the broker was asked.
    pub const fn line(&self) -> &Line {
        &self.line
    }

    /// Most questions for prices within a minute.
    pub fn per_minute(&self) -> u32 {
        self.settings.quotes_a_second.saturating_mul(60)
    }

    /// Shares of which something is kept, and those that wait to be asked for.
    pub fn counts(&self) -> (usize, usize) {
        let known = self.known.lock().len();
        (known, self.wanted.lock().len())
    }

    /// The file of all shares of today, if it is there.
    pub fn listed(&self) -> Option<Arc<ScripMaster>> {
        self.shares.kept(self.now().ist_day())
    }

    /// Returns whether the broker's file of today is there and has this share.
    pub fn lists(&self, symbol: &Symbol) -> bool {
        self.listed().is_some_and(|file| file.find(symbol).is_some())
    }

    /// Returns whether the exchange trades continuously at an instant.
    pub fn trades_at(&self, instant: Timestamp) -> bool {
        let session = self.hours.session(instant.ist_day());
        session.is_some_and(|session| session.index_of(instant).is_some())
    }

    /// Returns whether prices change at an instant: from the pre-open session to some minutes after the close.
    pub fn is_day_of_trading(&self, instant: Timestamp) -> bool {
        let session = self.hours.session(instant.ist_day());
        session.is_some_and(|session| {
            (session.pre_open..session.closes().plus_minutes(BAR_SETTLING_MINUTES)).contains(&instant)
        })
    }

    /// Whose session it was last; none before the first question.
    pub fn last_session(&self) -> Option<Arc<UserSession>> {
        self.session.lock().clone()
    }

    /// The price of a share, unless it is long ago that the broker was heard of it.
    pub fn quote(&self, symbol: &Symbol, now: Timestamp) -> Option<Quote> {
        let real = self.now();
        let (quote, asked_at) = {
            let known = self.known.lock();
            let held = known.get(symbol)?;
            (held.figures.quote(symbol, now), held.asked_at)
        };
        let is_kept = asked_at.is_some_and(|asked| real.millis_since(asked) < KEPT_MS);
        let is_told = || {
            let file = self.listed();
            let scrip = file.as_ref().and_then(|file| file.find(symbol));
            scrip.is_some_and(|scrip| self.is_fed(symbol, &scrip.token))
        };
        quote.filter(|_| is_kept || is_told())
    }

    /// Returns whether anything is known of a share.
    pub fn has_seen(&self, symbol: &Symbol) -> bool {
        self.known.lock().get(symbol).is_some()
    }

    /// The price of a share as it was known at an instant.
    pub fn quote_as_of(&self, symbol: &Symbol, instant: Timestamp) -> Option<Quote> {
        let known = self.known.lock();
        let held = known.get(symbol)?;
        let then = held.tape.as_of(instant)?.quote(symbol, instant)?;
        Some(then).filter(|quote| quote.at.ist_day() == instant.ist_day())
    }

    /// The minute of a share, as far as it was seen.
    pub fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Option<MinuteBar> {
        self.known.lock().get(symbol)?.tape.minute(instant)
    }

    /// Returns whether all of these that the broker lists were asked for at this time or later, or are told by the feed.
    pub fn has_all(&self, symbols: &[Symbol], since: Timestamp) -> bool {
        self.listed().is_some_and(|file| {
            symbols
                .iter()
                .filter_map(|symbol| file.find(symbol))
                .all(|scrip| !self.lacks(&scrip.symbol, &scrip.token, since))
        })
    }

    /// Returns whether a share has to be asked for.
    fn lacks(&self, symbol: &Symbol, token: &str, since: Timestamp) -> bool {
        let asked_at = self.known.lock().get(symbol).and_then(|held| held.asked_at);
        let Some(asked_at) = asked_at else { return true };
        let now = self.now();
        let is_kept = (0..KEPT_MS).contains(&now.millis_since(asked_at));
        let is_new = asked_at >= since && asked_at <= now;
        !(is_new || is_kept && self.is_fed(symbol, token))
    }

    /// Asks for what is missing of these shares.
    ///
    /// # Errors
    /// One sentence, when the broker cannot be asked; what was answered before it is kept.
    pub async fn bring(self: &Arc<Self>, symbols: &[Symbol], since: Timestamp) -> Result<(), String> {
        let file = self.file().await?;
        let listed = symbols.iter().filter_map(|symbol| file.find(symbol));
        let missing = listed.filter(|scrip| self.lacks(&scrip.symbol, &scrip.token, since));
        let mut mine = BTreeSet::new();
        {
            let missing: Vec<_> = missing.collect();
            let mut wanted = self.wanted.lock();
            for scrip in missing {
                mine.insert(scrip.symbol.clone());
                let new = || Wanted { token: scrip.token.clone(), since };
                let wanted = wanted.entry(scrip.symbol.clone()).or_insert_with(new);
                wanted.since = wanted.since.max(since);
            }
        }
        let brought = self.bring_wanted(&mut mine).await;
        if brought.is_err() {
            self.wanted.lock().retain(|symbol, _| !mine.contains(symbol));
        }
        brought
    }

    async fn bring_wanted(self: &Arc<Self>, mine: &mut BTreeSet<Symbol>) -> Result<(), String> {
        if mine.is_empty() {
            return Ok(());
        }
        loop {
            let _one = self.one_question.lock().await;
            let part = {
                let mut wanted = self.wanted.lock();
                // What somebody else has asked for meanwhile is there, or the broker did not tell it.
                wanted.retain(|symbol, wanted| self.lacks(symbol, &wanted.token, wanted.since));
                mine.retain(|symbol| wanted.contains_key(symbol));
                if mine.is_empty() {
                    break;
                }
                let others = wanted.keys().filter(|symbol| !mine.contains(*symbol));
                let most = self.settings.quotes_at_once.max(1);
                let part: Vec<Symbol> = mine.iter().chain(others).take(most).cloned().collect();
                let taken = part.into_iter().filter_map(|symbol| wanted.remove_entry(&symbol));
                taken.map(|(symbol, wanted)| (symbol, wanted.token)).collect::<Vec<_>>()
            };
            self.ask(&part).await?;
        }
        // Whoever asked for them may have had no answer.
        self.line.down().map_or(Ok(()), Err)
    }

    /// Asks for some shares, with one question.
    async fn ask(self: &Arc<Self>, part: &[(Symbol, String)]) -> Result<(), String> {
        self.check_open()?;
        let session = self.user_session().await?;
        let tokens: Vec<String> = part.iter().map(|(_, token)| token.clone()).collect();
        let rows = session.quotes(&tokens, QuoteFilter::All).await;
        self.count(&rows);
        let now = self.now();
        let rows = rows.map_err(|error| self.failed(&error))?;
        self.line.answered(now);
        {
            let mut known = self.known.lock();
            for row in rows.iter().filter(|row| row.segment == "nse_cm") {
                let asked = part.iter().find(|(_, token)| *token == row.token);
                if let (Some((symbol, _)), Some(figures)) = (asked, Figures::of_row(row)) {
                    known.take(symbol, figures, Some(now), now);
                }
            }
        }
        self.follow_feed(&session);
        Ok(())
    }

    /// Returns the file of all shares of today, and fetches it if it is not there.
    ///
    /// # Errors
    /// One sentence, when it cannot be had.
    pub async fn file(self: &Arc<Self>) -> Result<Arc<ScripMaster>, String> {
        if let Some(file) = self.listed() {
            return Ok(file);
        }
        let _one = self.one_question.lock().await;
        if let Some(file) = self.listed() {
            return Ok(file);
        }
        self.check_open()?;
        let session = self.user_session().await?;
        let file = self.shares.of(self.now().ist_day(), &session).await;
        self.count(&file);
        let file = file.map_err(|error| self.failed(&error))?;
        self.line.answered(self.now());
        Ok(file)
    }

    fn check_open(&self) -> Result<(), String> {
        self.line.closed(self.now()).map_or(Ok(()), Err)
    }

    /// Counts a question that left this machine.
    fn count<T>(&self, answer: &Result<T, KotakError>) {
        let was_sent = answer.as_ref().err().is_none_or(|error| error.meaning != Meaning::NotSent);
        if was_sent {
            self.line.asked(self.now());
        }
    }

    /// Notes why there was no answer. What the session manager did not send, it has its own pauses for.
    fn failed(&self, error: &KotakError) -> String {
        let (now, reason) = (self.now(), error.to_string());
        match error.meaning {
            Meaning::NotSent if error.call.kind() == CallKind::LogIn => self.line.not_asked(now, &reason),
            _ => self.line.failed(now, &reason),
        }
        reason
    }

    /// The user whose session it is. Nobody logs in by that.
    async fn user_session(&self) -> Result<Arc<UserSession>, String> {
        let session = match self.account.user().await {
            Ok(user) => Ok(self.sessions.of(user)),
            Err(reason) => {
                self.line.not_asked(self.now(), &reason);
                Err(reason)
            }
        };
        let mut last = self.session.lock();
        let is_same = matches!((&*last, &session), (Some(last), Ok(session)) if Arc::ptr_eq(last, session));
        if !is_same {
            if let Some(last) = last.take() {
                last.lend(false);
            }
            *self.fed.lock() = None;
        }
        let session = session?;
        session.lend(true);
        *last = Some(session.clone());
        Ok(session)
    }
}
