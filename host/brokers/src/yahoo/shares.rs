//! What is known of the shares, and what is fetched when it is not enough.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Datelike;
use parking_lot::{Mutex, RwLock};
use prahari_domain::actions::ActionFactors;
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::{Day, Timestamp};

use super::SOURCE;
use super::cache::{BarCache, KeptShare};
use super::daily;
use super::events::{self, Event};
use super::flights::{Flight, Flights, Waiting};
use super::held::{Held, Maker};
use super::line::Line;
use super::merge::merge;
use super::news::News;
use super::pack::{History, changed_years, unpack_events, unpack_year};
use super::shelf::Shelf;
use super::tape::Tape;
use super::wire::{Chart, Reply};
use crate::announced::SourceActions;
use crate::as_traded::Seen;
use crate::market::MarketError;
use crate::sessions::Session;

/// Years of history that are fetched before the year of the instant asked about: scans look back five years and need
/// some more.
const YEARS: i32 = 7;

/// Known bars that are fetched again with new ones, to see whether they still say the same.
const OVERLAP: usize = 5;

/// How long it is waited before a bar that should be there and is not is asked for again, in milliseconds: half an hour. After
/// a day it counts as a hole.
const RECHECK_MS: i64 = 30 * 60_000;
const DAY_MS: i64 = 24 * 60 * 60_000;

/// Most days looked back over for one with a session.
const LONGEST_CLOSURE: usize = 16;

/// What is known of the shares, and how more is.
pub(super) struct Shares {
    pub maker: Maker,
    pub line: Line,
    pub news: Arc<News>,
    pub cache: Arc<dyn BarCache>,
    pub shelf: Mutex<Shelf>,
    pub tapes: Mutex<HashMap<Symbol, Arc<Tape>>>,
    /// What companies did, of the shares that were in memory since the start: they may make room, and this stays.
    pub told: Mutex<BTreeMap<Symbol, Arc<[Event]>>>,
    /// The corporate actions that are known, by which prices of past days are computed back.
    pub factors: RwLock<Arc<ActionFactors>>,
    /// Most shares of which the minutes are in memory.
    pub most_tapes: usize,
    pub flights: Arc<Flights>,
    /// Whether nothing is fetched any more.
    pub frozen: AtomicBool,
}

/// What an answer about days tells.
struct Fetched {
    bars: Vec<Candle>,
    events: Vec<Event>,
}

impl Shares {
    /// The closed days of a share, if they are in memory.
    pub fn held(&self, symbol: &Symbol) -> Option<Arc<Held>> {
        self.shelf.lock().get(symbol)
    }

    /// A share in the prices of a day; none of one that the source does not list.
    pub fn seen(&self, held: &Held, symbol: &Symbol, day: Day) -> Option<Seen> {
        let factors = Arc::clone(&self.factors.read());
        held.on(day, symbol, &factors, &self.maker)
    }

    /// The actions that the source tells of shares that were in memory since the start.
    pub fn actions(&self) -> SourceActions {
        let told = self.told.lock();
        let told = told.iter().flat_map(|(symbol, events)| events::actions(symbol, events)).collect();
        SourceActions { told, withdrawn: Vec::new() }
    }

    /// The minutes of a share's day, if they are in memory.
    pub fn tape(&self, symbol: &Symbol, day: Day) -> Option<Arc<Tape>> {
        self.tapes.lock().get(symbol).filter(|tape| tape.day == day).cloned()
    }

    /// Returns whether nothing is fetched any more.
    pub fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::Acquire)
    }

    /// Begins to fetch what of the closed days of a share is missing at an instant; `None` when nothing is.
    ///
    /// # Errors
    /// When too much is being fetched.
    pub fn begin_days(
        self: &Arc<Self>,
        symbol: &Symbol,
        now: Timestamp,
    ) -> Result<Option<Waiting>, MarketError> {
        if self.held(symbol).is_some_and(|held| self.suffices(&held, now)) {
            return Ok(None);
        }
        let (shares, wanted) = (Arc::clone(self), symbol.clone());
        let start = move || async move { shares.fetch_days(&wanted, now).await };
        self.flights.join(Flight::Days(symbol.clone()), start).map(Some)
    }

    /// Begins to fetch the minutes of a share's day that are missing at an instant of it; `None` when nothing is, or the day
    /// is not the running one of the real clock.
    ///
    /// # Errors
    /// When too much is being fetched.
    pub fn begin_minutes(
        self: &Arc<Self>,
        symbol: &Symbol,
        now: Timestamp,
    ) -> Result<Option<Waiting>, MarketError> {
        let day = now.ist_day();
        let Some(session) = self.maker.sessions.session(day).filter(|session| now >= session.opens()) else {
            return Ok(None);
        };
        let is_running = !self.is_frozen() && self.line.now().ist_day() == day;
        let is_told = self.held(symbol).is_none_or(|held| held.market.is_none() || held.has(day));
        let reached = self.tape(symbol, day).is_some_and(|tape| tape.reaches(now.min(session.closes())));
        if !is_running || is_told || reached || self.line.closed().is_some() {
            return Ok(None);
        }
        let (shares, wanted) = (Arc::clone(self), symbol.clone());
        let start = move || async move { shares.fetch_minutes(&wanted, &session).await };
        self.flights.join(Flight::Minutes(symbol.clone()), start).map(Some)
    }

    /// Returns whether what is known of a share has every bar that can be had and was final at `now`.
    pub fn suffices(&self, held: &Held, now: Timestamp) -> bool {
        if self.is_frozen() {
            return true;
        }
        let age = self.line.now().millis_since(held.fetched_at);
        if held.market.is_none() {
            return age < DAY_MS;
        }
        if !reaches_back(held, now) {
            return false;
        }
        let Some((day, final_at)) = self.last_final(now) else { return true };
        let was_final = held.fetched_at >= final_at;
        let can_be_final = self.line.now() >= final_at;
        held.last() >= Some(day)
            || held.fetched_at >= final_at.plus_millis(DAY_MS)
            || (age < RECHECK_MS && (was_final || !can_be_final))
    }

    /// The last day whose bar is final at `now`, and since when.
    fn last_final(&self, now: Timestamp) -> Option<(Day, Timestamp)> {
        let days = now.ist_day().iter_days().rev().take(LONGEST_CLOSURE);
        let mut finals =
            days.filter_map(|day| Some((day, daily::final_at(day, self.maker.sessions.as_ref())?)));
        finals.find(|(_, final_at)| *final_at <= now)
    }

    async fn fetch_days(&self, symbol: &Symbol, now: Timestamp) -> Result<(), MarketError> {
        let known = match self.held(symbol) {
            Some(known) => Some(known),
            None => self.read_cache(symbol).await,
        };
        if known.as_ref().is_some_and(|known| self.suffices(known, now)) {
            return Ok(());
        }
        let first = first_day(now);
        if self.is_frozen() {
            // Nobody fetched it before: then it is not part of this market.
            let nothing = Held::unlisted(first, self.line.now());
            self.shelf.lock().put(symbol.clone(), Arc::new(nothing));
            return Ok(());
        }
        let bars = known.as_ref().map(|known| Arc::clone(&known.bars)).unwrap_or_else(|| Arc::from([]));
        let reaches = known.as_ref().is_some_and(|known| reaches_back(known, now));
        let all_from = match &known {
            Some(known) if reaches => known.from,
            Some(known) => known.from.min(first),
            None => first,
        };
        let overlap = bars.len().checked_sub(OVERLAP).and_then(|at| bars.get(at)).map(|bar| bar.day);
        let recent = overlap.filter(|_| reaches);
        let mut from = recent.unwrap_or(all_from);
        let (mut asked_at, mut fetched) = self.ask_days(symbol, from).await?;
        let mut merged = merge(symbol, &bars, bars_of(fetched.as_ref()));
        if merged.is_rewritten && recent.is_some() {
            from = all_from;
            (asked_at, fetched) = self.ask_days(symbol, from).await?;
            merged = merge(symbol, &bars, bars_of(fetched.as_ref()));
        }
        if let Some(rewritten) = fetched.as_ref().filter(|of| merged.is_rewritten && !of.bars.is_empty()) {
            // A bar that is known and no longer there would stand at a price of before.
            merged.bars.clone_from(&rewritten.bars);
        }
        self.news.restated(symbol, &merged.restated);
        // What had bars was listed: that it is not any more takes nothing away.
        let is_listed = fetched.is_some() || !bars.is_empty();
        let known_events =
            known.as_ref().map(|known| Arc::clone(&known.events)).unwrap_or_else(|| Arc::from([]));
        let events = match fetched {
            Some(Fetched { events, .. }) => events::merge(&known_events, events, from),
            None => known_events.to_vec(),
        };
        let before = History { bars: &bars, events: &known_events };
        self.keep(symbol, before, (merged.bars, events), is_listed, (all_from, asked_at)).await;
        Ok(())
    }

    /// Takes over what was fetched of a share, in the cache and in memory.
    async fn keep(
        &self,
        symbol: &Symbol,
        before: History<'_>,
        (bars, events): (Vec<Candle>, Vec<Event>),
        listed: bool,
        (from, fetched_at): (Day, Timestamp),
    ) {
        let saved = match changed_years(before, History { bars: &bars, events: &events }) {
            Ok(years) => {
                let share = KeptShare { listed, from, fetched_at, years };
                self.cache.save(SOURCE, symbol, share).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = saved {
            tracing::warn!(%symbol, %error, "bars are fetched again after the next start");
        }
        let is_news = before.events != events;
        let held = if listed {
            self.maker.held(symbol, (bars, events), from, fetched_at)
        } else {
            Held::unlisted(from, fetched_at)
        };
        self.tell(symbol, &held);
        self.shelf.lock().put(symbol.clone(), Arc::new(held));
        if is_news {
            self.news.actions();
        }
    }

    fn tell(&self, symbol: &Symbol, held: &Held) {
        let mut told = self.told.lock();
        if held.events.is_empty() {
            told.remove(symbol);
        } else {
            told.insert(symbol.clone(), Arc::clone(&held.events));
        }
    }

    /// Brings what the cache has of a share into memory. A cache that cannot be read is one that has nothing.
    pub async fn read_cache(&self, symbol: &Symbol) -> Option<Arc<Held>> {
        let read = match self.cache.load(SOURCE, symbol).await {
            Ok(kept) => kept?,
            Err(error) => {
                tracing::warn!(%symbol, %error, "bars are fetched again");
                return None;
            }
        };
        let KeptShare { listed, from, fetched_at, years } = read;
        let (mut bars, mut events) = (Vec::new(), Vec::new());
        for year in &years {
            match unpack_year(&year.bytes).and_then(|bars| Ok((bars, unpack_events(&year.bytes)?))) {
                Ok((of_year, events_of_year)) => {
                    bars.extend(of_year);
                    events.extend(events_of_year);
                }
                Err(error) => {
                    tracing::warn!(%symbol, year = year.year, %error, "bars are fetched again");
                    return None;
                }
            }
        }
        let held = if listed {
            self.maker.held(symbol, (bars, events), from, fetched_at)
        } else {
            Held::unlisted(from, fetched_at)
        };
        self.tell(symbol, &held);
        let held = Arc::new(held);
        self.shelf.lock().put(symbol.clone(), Arc::clone(&held));
        Some(held)
    }

    /// Fetches the final bars of a share from a day on, and what the company did since, with the real time at which it was
    /// asked; nothing when it is not listed.
    async fn ask_days(
        &self,
        symbol: &Symbol,
        from: Day,
    ) -> Result<(Timestamp, Option<Fetched>), MarketError> {
        let asked_at = self.line.now();
        let times = (Timestamp::start_of(from), asked_at.plus_millis(DAY_MS));
        let Some(chart) = self.ask(symbol, "1d", times).await? else { return Ok((asked_at, None)) };
        if !chart.splits.is_empty() {
            tracing::debug!(%symbol, splits = ?chart.splits, "its prices are adjusted for these splits");
        }
        let bars = daily::bars(&chart, self.maker.sessions.as_ref(), asked_at);
        Ok((asked_at, Some(Fetched { bars, events: events::of(&chart, asked_at) })))
    }

    async fn fetch_minutes(&self, symbol: &Symbol, session: &Session) -> Result<(), MarketError> {
        let asked_at = self.line.now();
        let times = (session.opens(), session.closes().plus_minutes(1));
        let chart = self.ask(symbol, "1m", times).await?.unwrap_or_default();
        let mut tapes = self.tapes.lock();
        tapes.retain(|_, tape| tape.day == session.day);
        // A share that is there already needs no room.
        if tapes.len() >= self.most_tapes && !tapes.contains_key(symbol) {
            let oldest = tapes.iter().min_by_key(|(_, tape)| tape.asked_at).map(|(symbol, _)| symbol.clone());
            if let Some(oldest) = oldest {
                tapes.remove(&oldest);
            }
        }
        tapes.insert(symbol.clone(), Arc::new(Tape::of(&chart, session, asked_at)));
        Ok(())
    }

    /// Asks for the bars of a share between two times; `None` when the source does not list it.
    async fn ask(
        &self,
        symbol: &Symbol,
        interval: &str,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Option<Chart>, MarketError> {
        let named = format!("{symbol}.NS");
        let path = format!(
            "/v8/finance/chart/{}?period1={}&period2={}&interval={interval}&events=div%2Csplits%2CcapitalGains&includePrePost=false",
            named.replace('&', "%26"),
            from.0.div_euclid(1_000),
            to.0.div_euclid(1_000),
        );
        match self.line.ask(&path, &named).await? {
            Reply::NotListed => Ok(None),
            Reply::Chart(chart) if chart.rows.is_empty() || chart.granularity == interval => Ok(Some(chart)),
            Reply::Chart(chart) => Err(MarketError::Unavailable(format!(
                "it answers with bars of {:?} where {interval} was asked",
                chart.granularity
            ))),
        }
    }
}

/// The bars of an answer; none of a share that is not listed.
fn bars_of(fetched: Option<&Fetched>) -> &[Candle] {
    fetched.map(|fetched| fetched.bars.as_slice()).unwrap_or_default()
}

/// The first day of history that is fetched at an instant: the same through a whole year, so that it is not asked for each day
/// anew.
fn first_day(now: Timestamp) -> Day {
    first_of(now.ist_day().year().saturating_sub(YEARS))
}

/// Returns whether enough of a share's history is known at an instant. A year less than is fetched does, so that a look back
/// into the year before fetches nothing.
fn reaches_back(held: &Held, now: Timestamp) -> bool {
    held.from <= first_of(now.ist_day().year().saturating_sub(YEARS - 1))
}

fn first_of(year: i32) -> Day {
    Day::from_ymd_opt(year, 1, 1).unwrap_or(Day::MIN)
}
