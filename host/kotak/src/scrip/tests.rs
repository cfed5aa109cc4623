use proptest::prelude::*;

use super::*;

/// The header as it was recorded, with its blanks and its semicolon, cut to the columns that are read and some between.
const HEADER: &str = "pSymbol,pGroup,pExchSeg,pInstType,pSymbolName,pTrdSymbol,pISIN,dTickSize ,lLotSize,dStrikePrice;,\
                      pCreditRating,iPermittedToTrade,dHighPriceRange ,dLowPriceRange ,dPriceNum   ,lFreezeQty";

const ROWS: &str = "\
90001,EQ,nse_cm,,DEMO,DEMO-EQ,INE000A00001,5,1,-1,225.00-275.00,0,27500,22500,1,999900
90101,BL,nse_cm,,DEMO,DEMO-BL,INE000A00001,5,1,-1,249.75-250.25,0,25025,24975,1,99999999
90002,EQ,nse_cm,,DEMOS,DEMOS-EQ,INE000A00002,100,1,-1,3000.00-3300.00,0,330000,300000,1,99999999
90003,BE,nse_cm,,DEMOT,DEMOT-BE,INE000A00003,1,1,-1,,0,1050,950,1,999900
90005,EQ,nse_cm,,DEMOETF,DEMOETF-EQ,INF000A00005,1,1,-1,90.00-110.00,0,11000,9000,1,999900
90006,EQ,nse_cm,,JETDEMO,JETDEMO-EQ,INE000A00006,5,1,-1,10.00-12.00,0,1200,1000,1,999900
90007,EQ,nse_cm,,DEMO&CO,DEMO&CO-EQ,INE000A00007,10,1,-1,500.00-600.00,0,60000,50000,1,999900
26999,,nse_cm,,DEMOIDX,DEMOIDX,,5,1,-1,,0,0,0,1,999900
";

const PATH: &str = "/wso2-scripmaster/v1/prod/2026-11-02/transformed-v1/nse_cm-v1.csv";

fn master() -> ScripMaster {
    ScripMaster::read(format!("{HEADER}\n{ROWS}").as_bytes(), PATH, 1).unwrap()
}

fn find<'a>(master: &'a ScripMaster, symbol: &str) -> &'a Scrip {
    master.find(&Symbol::new(symbol).unwrap()).unwrap()
}

#[test]
fn shares_are_read_without_block_windows_and_indices() {
    let master = master();
    let symbols: Vec<&str> = master.all().map(|scrip| scrip.symbol.as_str()).collect();
    assert_eq!(symbols, ["DEMO", "DEMO&CO", "DEMOETF", "DEMOS", "DEMOT", "JETDEMO"]);
    let demo = find(&master, "DEMO");
    assert_eq!((demo.trading_symbol.as_str(), demo.tick, demo.lot), ("DEMO-EQ", Paise(5), 1));
    assert_eq!((demo.band_low, demo.band_high), (Some(Paise(22_500)), Some(Paise(27_500))));
    assert_eq!((demo.freeze_quantity, find(&master, "DEMOS").freeze_quantity), (Some(999_900), None));
    assert_eq!(find(&master, "DEMOS").tick, Paise(100));
    // Without a band in rupees the one in paise counts.
    assert_eq!(find(&master, "DEMOT").band_low, Some(Paise(950)));
    assert_eq!(master.by_token("90007").unwrap().symbol.as_str(), "DEMO&CO");
    assert!(master.by_token("90101").is_none());
    assert_eq!(master.dated, Day::from_ymd_opt(2026, 11, 2));
}

#[test]
fn a_fund_is_known_by_its_isin_and_not_by_its_name() {
    let master = master();
    assert!(find(&master, "DEMOETF").is_fund() && !find(&master, "JETDEMO").is_fund());
}

#[test]
fn what_the_exchange_would_refuse_is_refused_before_it_is_sent() {
    let master = master();
    let refusal = |symbol, side, quantity, kind| find(&master, symbol).refusal(side, quantity, kind);
    let limit = |price| OrderKind::Limit(Paise(price));
    for (symbol, side, quantity, kind, said) in [
        ("DEMOT", Side::Buy, 1, limit(1_001), "DEMOT-BE is traded trade for trade and is not bought"),
        ("DEMO", Side::Buy, 0, limit(25_000), "DEMO-EQ is traded in multiples of 1"),
        ("DEMO", Side::Buy, 999_901, limit(25_000), "an order of DEMO-EQ has at most 999900 shares"),
        ("DEMO", Side::Buy, 1, limit(25_003), "the limit ₹250.03 of DEMO-EQ is not a multiple of ₹0.05"),
        ("DEMO", Side::Sell, 1, limit(0), "the limit is not above zero"),
    ] {
        assert_eq!(refusal(symbol, side, quantity, kind).as_deref(), Some(said));
    }
    // Nobody is kept from selling what became trade for trade after it was bought; a tick may be a paisa.
    assert_eq!(refusal("DEMOT", Side::Sell, 1, limit(1_001)), None);
    assert_eq!(refusal("DEMO", Side::Buy, 4, limit(25_005)), None);
    assert_eq!(refusal("DEMO", Side::Buy, 4, OrderKind::Market), None);
}

#[test]
fn what_orders_have_to_keep_to_is_what_the_file_refuses_them_by() {
    let master = master();
    let rules = find(&master, "JETDEMO").rules(true);
    assert_eq!((rules.series.as_str(), rules.tick, rules.lot), ("EQ", Paise(5), 1));
    assert_eq!(rules.freeze_quantity, Some(999_900));
    assert_eq!((rules.band_low, rules.band_high), (Some(Paise(1_000)), Some(Paise(1_200))));
    // The price of another tick, which the file would refuse, and the one that it takes.
    let refusal = |price| find(&master, "JETDEMO").refusal(Side::Sell, 1, OrderKind::Limit(Paise(price)));
    assert_eq!(refusal(1_157).as_deref(), Some("the limit ₹11.57 of JETDEMO-EQ is not a multiple of ₹0.05"));
    assert_eq!(refusal(Paise(1_157).round_up_to(rules.tick).0), None);
    // A file of an earlier day has the ticks by which the broker refuses, and the band of another close.
    let earlier = find(&master, "JETDEMO").rules(false);
    assert_eq!((earlier.tick, earlier.band_low, earlier.band_high), (Paise(5), None, None));
    let day = |day| Day::from_ymd_opt(2026, 11, day).unwrap();
    assert!(master.is_of(day(2)) && !master.is_of(day(3)));
}

#[test]
fn the_better_series_of_a_name_counts() {
    let both =
        "1,BE,nse_cm,,TWO,TWO-BE,INE1,1,1,-1,,0,0,0,1,1\n2,EQ,nse_cm,,TWO,TWO-EQ,INE1,1,1,-1,,0,0,0,1,1\n";
    let master = ScripMaster::read(format!("{HEADER}\n{both}").as_bytes(), "x", 1).unwrap();
    assert_eq!((find(&master, "TWO").series.as_str(), master.len(), master.dated), ("EQ", 1, None));
}

#[test]
fn half_a_file_is_refused_by_what_is_wrong_with_it() {
    let read = |text: String, fewest| {
        ScripMaster::read(text.as_bytes(), PATH, fewest).map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(read(String::new(), 1), "it has no column pSymbol");
    assert_eq!(read(format!("{HEADER}\n{ROWS}"), 7), "it has 6 shares, and a whole file has at least 7");
    assert_eq!(
        read(format!("{HEADER}\n{ROWS}90008,EQ,nse_cm"), 1),
        "line 10: it has 3 columns instead of 16"
    );
    let no_tick = "90001,EQ,nse_cm,,DEMO,DEMO-EQ,INE1,,1,-1,,0,0,0,1,1\n";
    assert_eq!(read(format!("{HEADER}\n{no_tick}"), 1), "line 2: DEMO has no tick");
    assert_eq!(read(format!("{HEADER}\r\n{no_tick}"), 1), "line 2: DEMO has no tick");
    assert_eq!(read("<html>\n".to_owned(), 1), "it has no column pSymbol");
}

proptest! {
    #[test]
    fn any_file_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), rows in "[0-9A-Z,.&\n-]{0,300}") {
        let _ = ScripMaster::read(&bytes, PATH, 1).is_ok();
        let _ = ScripMaster::read(format!("{HEADER}\n{rows}").as_bytes(), &rows, 1).is_ok();
    }
}
