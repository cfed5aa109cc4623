use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::NaiveTime;
use parking_lot::Mutex;
use prahari_domain::actions::{ActionKind, CorporateAction, Origin, Provenance, Ratio};
use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;

use super::*;
use crate::bars::BarMarket;
use crate::sessions::tests::Weekdays;

/// A source of daily bars that can be down, and counts how often it is asked.
struct Line {
    market: BarMarket,
    down: AtomicBool,
    asked: AtomicUsize,
    told: Mutex<Arc<SourceActions>>,
}

impl Line {
    /// Shares with a bar of one rupee price on each of these days.
    fn of(source: &'static str, shares: &[(&str, i64, &[&str])]) -> Arc<Self> {
        let bar = |day: &&str, price: i64| {
            let price = Paise::rupees(price);
            Candle {
                day: day.parse().unwrap(),
                open: price,
                high: price,
                low: price,
                close: price,
                volume: 9,
            }
        };
        let history = |(symbol, price, days): &(&str, i64, &[&str])| {
            (symbol.parse().unwrap(), days.iter().map(|day| bar(day, *price)).collect())
        };
        let market =
            BarMarket::new(source, shares.iter().map(history).collect(), 1, Arc::new(Weekdays)).unwrap();
        let market = market.moving();
        Arc::new(Self {
            market,
            down: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
            told: Mutex::default(),
        })
    }

    fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::Relaxed);
    }

    /// Tells from now on that a share is split in two.
    fn tell_split(&self, symbol: &str, ex_day: &str) {
        let kind = ActionKind::Split { ratio: Ratio::new(2, 1).unwrap() };
        let provenance = Provenance { origin: Origin::Source, teller: self.source().to_owned() };
        let (symbol, ex_day) = (symbol.parse().unwrap(), ex_day.parse().unwrap());
        let action = CorporateAction::new(symbol, ex_day, kind, provenance, "").unwrap();
        *self.told.lock() = Arc::new(SourceActions { told: vec![action], withdrawn: Vec::new() });
    }

    fn ask(&self) -> Result<&BarMarket, MarketError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let is_down = self.down.load(Ordering::Relaxed);
        if is_down { Err(MarketError::Unavailable("no line".to_owned())) } else { Ok(&self.market) }
    }
}

#[async_trait]
impl MarketData for Line {
    fn source(&self) -> &'static str {
        self.market.source()
    }

    fn price_pushes(&self) -> Option<&dyn PricePushes> {
        self.market.price_pushes()
    }

    fn actions(&self) -> Arc<SourceActions> {
        self.told.lock().clone()
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        self.ask()?.universe().await
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        self.ask()?.quotes(symbols, now).await
    }

    async fn candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Candles, MarketError> {
        self.ask()?.candles(symbol, interval, count, forming, now).await
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        self.ask()?.instruments(symbols, now).await
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        self.ask()?.minute(symbol, instant).await
    }
}

const THURSDAY: &str = "2025-01-02";
const FRIDAY: &str = "2025-01-03";

fn at(day: &str, time: &str) -> Timestamp {
    Timestamp::from_ist(day.parse().unwrap(), NaiveTime::parse_from_str(time, "%H:%M").unwrap())
}

fn symbols(names: &[&str]) -> Vec<Symbol> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn chain(lines: &[&Arc<Line>]) -> Chain {
    let sources = lines.iter().map(|line| Arc::clone(*line) as Arc<dyn MarketData>).collect();
    Chain::new(sources, Arc::new(Weekdays))
}

/// Two sources: both know ABC, each one share more; the second has Friday too.
fn two() -> (Arc<Line>, Arc<Line>, Chain) {
    let first = Line::of("csv", &[("ABC", 100, &[THURSDAY]), ("ONE", 10, &[THURSDAY, FRIDAY])]);
    let second = Line::of("bhavcopy", &[("ABC", 110, &[THURSDAY, FRIDAY]), ("TWO", 20, &[THURSDAY, FRIDAY])]);
    let chain = chain(&[&first, &second]);
    (first, second, chain)
}

async fn told(chain: &Chain, symbol: &str, now: Timestamp) -> Result<(&'static str, usize), MarketError> {
    let candles = chain.candles(&symbol.parse().unwrap(), Interval::Daily, 10, false, now).await?;
    Ok((candles.source(), candles.len()))
}

#[tokio::test]
async fn the_first_source_that_is_fresh_answers_and_nobody_else_is_asked() {
    let (_, second, chain) = two();
    assert_eq!(told(&chain, "ABC", at(FRIDAY, "12:00")).await, Ok(("csv", 1)));
    assert_eq!(second.asked.load(Ordering::Relaxed), 0);
    // From 15:40 on the bar of Friday can be expected.
    assert_eq!(told(&chain, "ABC", at(FRIDAY, "15:39")).await, Ok(("csv", 1)));
    assert_eq!(told(&chain, "ABC", at(FRIDAY, "15:40")).await, Ok(("bhavcopy", 2)));
    // Nobody has Monday's: the freshest is taken.
    assert_eq!(told(&chain, "ABC", at("2025-01-06", "18:00")).await, Ok(("bhavcopy", 2)));
    second.set_down(true);
    assert_eq!(told(&chain, "ABC", at("2025-01-06", "18:00")).await, Ok(("csv", 1)));
}

#[tokio::test]
async fn quotes_of_many_shares_come_from_whoever_has_them_fresh() {
    let (_, _, chain) = two();
    let asked = symbols(&["TWO", "ABC", "ONE", "NONE"]);
    let told = async |now| {
        let quotes = chain.quotes(&asked, now).await.unwrap();
        quotes.iter().map(|quote| quote.as_ref().map(|quote| quote.source)).collect::<Vec<_>>()
    };
    let before = [Some("bhavcopy"), Some("csv"), Some("csv"), None];
    assert_eq!(told(at(FRIDAY, "09:00")).await, before);
    // The first source has no Friday of ABC.
    let running = [Some("bhavcopy"), Some("bhavcopy"), Some("csv"), None];
    assert_eq!(told(at(FRIDAY, "12:00")).await, running);
    let minute = chain.minute(&asked[1], at(FRIDAY, "12:00")).await.unwrap().unwrap();
    assert_eq!(minute.close, Paise::rupees(110));
}

#[tokio::test]
async fn a_source_that_is_down_is_told_apart_from_a_share_that_is_not_listed() {
    let (first, second, chain) = two();
    let now = at(FRIDAY, "18:00");
    assert_eq!(told(&chain, "NONE", now).await, Ok(("chain", 0)));
    assert_eq!(chain.quotes(&symbols(&["NONE"]), now).await, Ok(vec![None]));
    second.set_down(true);
    // What the other one has is still had.
    assert_eq!(told(&chain, "ONE", now).await, Ok(("csv", 2)));
    assert_eq!(chain.universe().await.unwrap().to_vec(), symbols(&["ABC", "ONE"]));
    let down = MarketError::Unavailable("bhavcopy: no line".to_owned());
    assert_eq!(told(&chain, "TWO", now).await, Err(down.clone()));
    assert_eq!(chain.quotes(&symbols(&["TWO"]), now).await, Err(down.clone()));
    assert_eq!(chain.instruments(&symbols(&["TWO"]), now).await, Err(down.clone()));
    assert_eq!(chain.minute(&symbols(&["TWO"])[0], at(FRIDAY, "12:00")).await, Err(down));
    let both = chain.quotes(&symbols(&["ONE", "TWO"]), now).await.unwrap();
    assert_eq!(both.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    first.set_down(true);
    let message = chain.universe().await.unwrap_err().to_string();
    assert_eq!(message, "market data cannot be had: csv: no line; bhavcopy: no line");
}

#[tokio::test]
async fn all_shares_of_all_sources_are_the_universe_and_instruments_come_from_the_first() {
    let (_, _, chain) = two();
    assert_eq!(chain.universe().await.unwrap().to_vec(), symbols(&["ABC", "ONE", "TWO"]));
    let found = chain.instruments(&symbols(&["ABC", "TWO", "NONE"]), at(FRIDAY, "08:00")).await.unwrap();
    let bands: Vec<_> = found.iter().map(|found| found.as_ref().map(|found| found.band_high)).collect();
    assert_eq!(bands, [Some(Paise::rupees(120)), Some(Paise::rupees(24)), None]);
    assert_eq!(chain.report(), None);
}

fn restricted(lines: &[(&Arc<Line>, &str)]) -> Chain {
    let link = |(line, answers): &(&Arc<Line>, &str)| {
        (Arc::clone(*line) as Arc<dyn MarketData>, answers.parse::<Answers>().unwrap())
    };
    Chain::of(lines.iter().map(link), Arc::new(Weekdays))
}

#[tokio::test]
async fn a_source_is_asked_only_for_what_it_may_answer() {
    let first = Line::of("csv", &[("ABC", 100, &[THURSDAY, FRIDAY])]);
    let second = Line::of("yahoo", &[("ABC", 110, &[THURSDAY, FRIDAY]), ("TWO", 20, &[THURSDAY, FRIDAY])]);
    let chain = restricted(&[(&first, "bars"), (&second, "quotes,instruments")]);
    let (now, names) = (at(FRIDAY, "12:00"), symbols(&["ABC", "TWO"]));
    assert_eq!(told(&chain, "ABC", now).await, Ok(("csv", 1)));
    // Whoever tells no bars has none of a share that only they know, and is not asked.
    second.set_down(true);
    assert_eq!(told(&chain, "TWO", now).await, Ok(("chain", 0)));
    second.set_down(false);
    let quotes = chain.quotes(&names, now).await.unwrap();
    assert!(quotes.iter().all(|quote| quote.as_ref().is_some_and(|quote| quote.source == "yahoo")));
    assert_eq!(chain.minute(&names[0], now).await.unwrap().unwrap().close, Paise::rupees(110));
    let found = chain.instruments(&names[..1], now).await.unwrap().remove(0).unwrap();
    assert_eq!(found.band_high, Paise::rupees(132));
    assert_eq!(chain.universe().await.unwrap().to_vec(), names);
    let states = chain.sources();
    let told: Vec<_> = states.iter().map(|state| (state.source, state.answers.to_string())).collect();
    let expected = [("csv", "bars".to_owned()), ("yahoo", "quotes,instruments".to_owned())];
    assert_eq!(told, expected);
}

#[test]
fn a_source_that_may_not_tell_actions_tells_none() {
    let first = Line::of("csv", &[("ABC", 100, &[THURSDAY, FRIDAY])]);
    let second = Line::of("yahoo", &[("ABC", 110, &[THURSDAY, FRIDAY])]);
    first.tell_split("ABC", FRIDAY);
    second.tell_split("ABC", "2025-01-06");
    let days = |chain: &Chain| {
        let told = chain.actions();
        told.told.iter().map(|action| action.ex_day().to_string()).collect::<Vec<_>>()
    };
    let all = Chain::new(vec![first.clone(), second.clone()], Arc::new(Weekdays));
    assert_eq!(days(&all), [FRIDAY, "2025-01-06"]);
    assert_eq!(
        days(&restricted(&[(&first, "bars,quotes,instruments"), (&second, "actions")])),
        ["2025-01-06"]
    );
    assert!(days(&restricted(&[(&first, "bars,quotes"), (&second, "instruments")])).is_empty());
}

#[tokio::test]
async fn a_source_of_bars_without_quotes_tells_closed_days_and_one_of_quotes_lists_nothing() {
    let bars = Line::of("csv", &[("ABC", 100, &[THURSDAY, FRIDAY])]);
    let quotes = Line::of("yahoo", &[("ABC", 110, &[THURSDAY, FRIDAY]), ("TWO", 20, &[THURSDAY, FRIDAY])]);
    let chain = restricted(&[(&bars, "bars,instruments"), (&quotes, "quotes")]);
    let now = at(FRIDAY, "12:00");
    let running = async |chain: &Chain| {
        let candles = chain.candles(&symbols(&["ABC"])[0], Interval::Daily, 9, true, now).await.unwrap();
        (candles.source(), candles.len(), candles.running().is_some())
    };
    assert_eq!(running(&chain).await, ("csv", 1, false));
    assert_eq!(chain.universe().await.unwrap().to_vec(), symbols(&["ABC"]));
    // Where another source tells bars too, the running one comes from it, with the days before.
    let chain = restricted(&[(&bars, "bars,instruments"), (&quotes, "bars,quotes")]);
    assert_eq!(running(&chain).await, ("yahoo", 2, true));
}

#[tokio::test]
async fn a_share_is_pushed_by_the_first_source_that_pushes_it_and_by_no_other() {
    let days: &[&str] = &["2025-01-02", "2025-01-03"];
    let one = Line::of("one", &[("ABC", 100, days)]);
    let two = Line::of("two", &[("ABC", 200, days), ("XYZ", 300, days)]);
    let chain = Chain::new(vec![one, two], Arc::new(Weekdays));
    let pushes = chain.price_pushes().unwrap();
    let time = NaiveTime::from_hms_opt(10, 15, 7).unwrap();
    let now = Timestamp::from_ist("2025-01-03".parse().unwrap(), time);
    let shares = ["XYZ", "ABC", "NONE"].map(|name| Symbol::new(name).unwrap());
    assert_eq!((pushes.newest(&shares, now), pushes.next_after(now)), (vec![None; 3], None));
    let followed: Vec<String> = pushes.follow(&shares).iter().map(ToString::to_string).collect();
    assert_eq!(followed, ["ABC", "XYZ"]);
    let newest = pushes.newest(&shares, now);
    let told: Vec<_> =
        newest.iter().map(|push| push.as_ref().map(|push| (push.source, push.last, push.at))).collect();
    let at = now.plus_millis(-2_000);
    assert_eq!(told, [Some(("two", Paise::rupees(300), at)), Some(("one", Paise::rupees(100), at)), None]);
    assert_eq!(pushes.next_after(now), Some(now.plus_millis(3_000)));
    pushes.follow(&[]);
    assert_eq!(pushes.next_after(now), None);
}
