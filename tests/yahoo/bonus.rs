//! A bonus issue in the middle of weeks: the exchange's daily files, and a folder that is said to be raw, have prices as they
//! were traded, and with the action they lead to the signals of a source whose bars are adjusted. So does that source when it
//! tells the action itself: prices of the days before are computed back then.

use std::path::Path;

use prahari_domain::actions::{ActionKind, CorporateAction, Origin, Provenance};
use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{Durability, SignalFilter, Store};

use crate::bars::Bars;
use crate::simulated::{served, simulated};
use crate::world::{day, symbol};

const WEEKS: [&str; 4] = ["--from", "2024-06-03", "--to", "2024-07-05"];

/// A share that is bought, and bought again lower, in the weeks after its bonus of one for one.
const SHARE: &str = "URDENTIS";
const EX_DAY: &str = "2024-06-12";

/// A signal: of which share, of which kind, of which day.
type Told = (String, String, Day);

fn bonus() -> CorporateAction {
    let provenance = Provenance { origin: Origin::File, teller: "bc.csv".to_owned() };
    let kind = ActionKind::Bonus { new: 1, held: 1 };
    CorporateAction::new(symbol(SHARE), day(EX_DAY), kind, provenance, "").unwrap()
}

/// The signals of a simulation on a market, shared and of its user, in the order in which they were published; `db` is made
/// for it.
async fn signals(market: &str, options: &[String], action: Option<CorporateAction>, db: &Path) -> Vec<Told> {
    let store = Store::open(db, Durability::Off).unwrap();
    if let Some(action) = action {
        let known_at = Timestamp::start_of(day("2024-06-03"));
        assert_eq!(store.system().keep_actions(vec![action], "asha".to_owned(), known_at).await.unwrap(), 1);
    }
    store.close().await.unwrap();
    let fixed = WEEKS.into_iter().chain(["--market", market, "--db", db.to_str().unwrap()]);
    simulated(fixed.map(str::to_owned).chain(options.iter().cloned()).collect()).await;
    let store = Store::open(db, Durability::Off).unwrap();
    let all = SignalFilter::default();
    let mut published = store.system().load_signals(all).await.unwrap();
    published.extend(store.user(UserId(1)).load_signals(all).await.unwrap());
    store.close().await.unwrap();
    published.sort_by_key(|signal| signal.id);
    published.into_iter().map(|signal| (signal.symbol.to_string(), signal.kind, signal.day)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_as_traded_with_their_action_lead_to_the_signals_of_adjusted_ones() {
    let folder = tempfile::tempdir().unwrap();
    let by_day = folder.path().join("by-day");
    std::fs::create_dir(&by_day).unwrap();
    let bars = Bars::made_up_until("2024-07-05").await;
    let (mut traded, mut adjusted) = (bars.clone(), bars);
    traded.split(SHARE, day(EX_DAY), 1, 2);
    adjusted.split(SHARE, day("2018-01-01"), 1, 2);
    let bhavcopy = traded.write_as_published(&by_day);
    let by_share = folder.path().join("by-share");
    std::fs::create_dir(&by_share).unwrap();
    let raw_files = traded.write(&by_share).replace("csv:", "csv-raw:");
    let (_fake, options) = served(&adjusted, folder.path()).await;
    let telling = tempfile::tempdir().unwrap();
    let (fake, telling_options) = served(&adjusted, telling.path()).await;
    fake.set_splits(SHARE, &[(day(EX_DAY), 2, 1)]);

    let [explained, unexplained, raw, of_yahoo, told] = ["explained", "unexplained", "raw", "yahoo", "told"]
        .map(|name| folder.path().join(format!("{name}.db")));
    let (explained, unexplained, raw, of_yahoo, told) = tokio::join!(
        signals(&bhavcopy, &[], Some(bonus()), &explained),
        signals(&bhavcopy, &[], None, &unexplained),
        signals(&raw_files, &[], Some(bonus()), &raw),
        signals("yahoo", &options, None, &of_yahoo),
        signals("yahoo", &telling_options, None, &told),
    );
    assert_eq!(explained, of_yahoo);
    assert_eq!(raw, of_yahoo);
    assert_eq!(told, of_yahoo);
    let after = explained.iter().filter(|(of, _, on)| of == SHARE && *on > day(EX_DAY)).count();
    assert!(after > 1 && explained.len() > after, "there is something to compare: {explained:?}");
    assert_ne!(unexplained, of_yahoo, "without the row half of a price is taken for a fall");
}
