use super::*;
use crate::instruments::Candle;
use crate::money::Paise;

fn symbol(text: &str) -> Symbol {
    Symbol::new(text).unwrap()
}

fn action(kind: ActionKind) -> Result<CorporateAction, ActionError> {
    let provenance = Provenance { origin: Origin::Admin, teller: "asha".to_owned() };
    CorporateAction::new(symbol("TCS"), "2026-06-05".parse().unwrap(), kind, provenance, "")
}

fn told(text: &str) -> Vec<String> {
    let purpose = read_purpose(text);
    let unreadable = purpose.unreadable.iter().map(|part| format!("?{part}"));
    purpose.actions.iter().map(ToString::to_string).chain(unreadable).collect()
}

#[test]
fn what_the_exchange_writes_is_read() {
    let cases: [(&str, &[&str]); 28] = [
        ("BONUS 2:1", &["bonus of 2 new for 1 held"]),
        ("Bonus 1:1", &["bonus of 1 new for 1 held"]),
        ("FVSPLT FRM RS 10 TO RS 2", &["split, 5 for 1"]),
        ("FV SPLIT RS.10/- TO RE.1/-", &["split, 10 for 1"]),
        (
            "Face Value Split (Sub-Division) - From Rs 10/- Per Share To Re 1/- Per Share",
            &["split, 10 for 1"],
        ),
        ("CONSOLIDATION OF SHARES FROM RE 1 TO RS 10", &["consolidation, 1 for 10"]),
        ("DIV - RS 1.47 PER SH", &["dividend of ₹1.47 a share"]),
        ("AGM/DIV-RS.15 PER SHARE", &["dividend of ₹15.00 a share"]),
        ("INTDIV - RE 0.50 PER SH", &["dividend of ₹0.50 a share"]),
        ("DIV - RS 5 PER SH/SPLDIV - RS 3.250 PER SH", &["dividend of ₹8.25 a share"]),
        ("INTDIV RS 12/- PER SH + SPLDIV RS 1,066 PER SH", &["dividend of ₹1,078.00 a share"]),
        ("RIGHTS 3:8@ PRM RS 14/-", &["right to 3 new for 8 held at a premium of ₹14.00"]),
        ("RGHTS 1:10", &["right to 1 new for 10 held"]),
        ("DEMERGER", &["demerger"]),
        (
            "BONUS 1:1/FVSPLT FRM RS 2 TO RE 1/DIV - RS 9 PER SH",
            &["bonus of 1 new for 1 held", "split, 2 for 1", "dividend of ₹9.00 a share"],
        ),
        ("BONUS NCRPS 4:1", &[]),
        ("BONUS 1:1 PREFERENCE SHARES", &[]),
        ("AGM", &[]),
        ("INTEREST PAYMENT/REDEMPTION", &[]),
        ("BUYBACK", &[]),
        ("BONUS", &["?\"BONUS\": a bonus without its ratio"]),
        (
            "FVSPLT FRM RS 10",
            &["?\"FVSPLT FRM RS 10\": two face values in rupees and whole paise are wanted"],
        ),
        (
            "DIV - RS 0.125 PER SH",
            &["?\"DIV - RS 0.125 PER SH\": the amount of the dividend is not in whole paise"],
        ),
        ("DIVIDEND RS 2.505", &["?\"DIVIDEND RS 2.505\": the amount of the dividend is not in whole paise"]),
        ("DIVIDEND RS 2.500.", &["dividend of ₹2.50 a share"]),
        ("DIVIDEND RS 0", &["?\"DIVIDEND RS 0\": the dividend is out of bounds"]),
        (
            "RIGHTS 3:8 @ PRM RS 0.125",
            &["?\"RIGHTS 3:8 @ PRM RS 0.125\": the premium of the rights is not in whole paise"],
        ),
        (
            "AGM/SCHEME OF ARRANGEMENT",
            &["?\"SCHEME OF ARRANGEMENT\": what becomes of the shares is not said"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), expected, "{text}");
    }
}

#[test]
fn two_of_a_kind_on_one_day_are_told_and_not_guessed() {
    assert_eq!(
        told("BONUS 1:1/BONUS 2:1"),
        ["bonus of 1 new for 1 held", "?\"BONUS 2:1\": a second one of its kind on one day"]
    );
    assert_eq!(told("BONUS 1:1/BONUS 1:1").len(), 1);
    assert!(told(&"DIV/".repeat(MOST_PARTS + 1))[0].contains("more than 20"));
    assert!(told(&"x".repeat(LONGEST_PURPOSE + 1))[0].contains("more than 500 characters"));
}

#[test]
fn figures_out_of_bounds_are_refused_with_share_and_day() {
    let ratio = |new, old| Ratio::new(new, old).unwrap();
    let wrong = [
        ActionKind::Split { ratio: ratio(1, 5) },
        ActionKind::Consolidation { ratio: ratio(5, 1) },
        ActionKind::Bonus { new: 0, held: 1 },
        ActionKind::Bonus { new: LARGEST_PART + 1, held: 1 },
        ActionKind::Bonus { new: LARGEST_PART, held: 1 },
        ActionKind::Demerger { child: Some(symbol("TCS")), ratio: Ratio::ONE, parent_share: None },
        ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share: Some(0) },
        ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share: Some(WHOLE_SHARE) },
        ActionKind::SymbolChange { to: symbol("TCS") },
        ActionKind::Dividend { per_share: Paise(0) },
        ActionKind::Dividend { per_share: Paise(MOST_DIVIDEND.0 + 1) },
        ActionKind::Rights { new: 1, held: 0, premium: None },
    ];
    for kind in wrong {
        let error = action(kind.clone()).expect_err("out of bounds").to_string();
        assert!(error.contains("of TCS on 2026-06-05 cannot be: "), "{kind:?}: {error}");
    }
    assert!(Ratio::new(1_001, 1).is_err() && Ratio::new(0, 1).is_err() && Ratio::new(1, 0).is_err());
    assert!(Ratio::new(10_000, 2_000).is_ok(), "5 for 1");
}

#[test]
fn an_action_reads_back_what_it_writes_and_a_wrong_one_is_refused() {
    let kind = ActionKind::Demerger { child: Some(symbol("TCSX")), ratio: Ratio::ONE, parent_share: None };
    let demerger = action(kind).unwrap();
    let json = serde_json::to_string(&demerger).unwrap();
    assert_eq!(serde_json::from_str::<CorporateAction>(&json).unwrap(), demerger);
    assert_eq!(demerger.to_string(), "TCS on 2026-06-05: demerger of TCSX, 1 for 1 held");
    assert!(serde_json::from_str::<CorporateAction>(&json.replace("TCSX", "TCS")).is_err());
    let isin: Isin = "INE467B01029".parse().unwrap();
    assert_eq!(serde_json::to_string(&isin).unwrap(), "\"INE467B01029\"");
    for wrong in ["", "INE467B0102", "INE467B0102X", "1NE467B01029", "ine467b01029", "INE467B0102é"] {
        assert!(wrong.parse::<Isin>().is_err(), "{wrong}");
    }
    for name in ActionName::ALL {
        assert_eq!(name.name().parse(), Ok(name));
    }
}

#[test]
fn opens_of_real_actions_match_their_factor_and_others_do_not() {
    let bonus = |new, held| ActionKind::Bonus { new, held };
    let split = |from, to| ActionKind::of_face_values(Paise::rupees(from), Paise::rupees(to)).unwrap();
    // RELIANCE 2024-10-28.
    let reliance = bonus(1, 1).price_factor().unwrap();
    assert!(reliance.matches(Paise(265_570), Paise(133_435)));
    assert_eq!(reliance.apply(Paise(265_570)), Some(Paise(132_785)));
    assert!(!bonus(2, 1).price_factor().unwrap().matches(Paise(265_570), Paise(133_435)));
    assert!(!split(10, 2).price_factor().unwrap().matches(Paise(265_570), Paise(133_435)));
    // Just within and just beyond five percent of 100.00 after 200.00.
    for (open, matches) in [(9_500, true), (10_500, true), (9_499, false), (10_501, false)] {
        assert_eq!(reliance.matches(Paise(20_000), Paise(open)), matches, "{open}");
    }
    assert!(!reliance.matches(Paise(0), Paise(0)) && !reliance.matches(Paise(-5), Paise(-2)));
}

#[test]
fn factors_multiply_exactly_and_undo_each_other() {
    let split = PriceFactor::of_shares(Ratio::new(5, 1).unwrap());
    let bonus = PriceFactor::of_shares(Ratio::new(3, 2).unwrap());
    let both = split.times(bonus).unwrap();
    assert_eq!(both.to_string(), "2/15");
    assert!(both.times(both.inverse()).unwrap().is_one());
    assert_eq!(split.apply_to_volume(100), 500);
    assert_eq!(PriceFactor::observed(Paise(50_000), Paise(30_000)).unwrap().to_string(), "3/5");
    assert_eq!(PriceFactor::observed(Paise(0), Paise(1)), None);
    assert_eq!(PriceFactor::new(u64::MAX, 1).unwrap().times(PriceFactor::new(2, 1).unwrap()), None);
    assert_eq!(PriceFactor::new(u64::MAX, 1).unwrap().apply(Paise(i64::MAX)), None);
}

fn row(symbol_text: &str, day: &str, kind: ActionKind) -> ActionRow {
    let provenance = Provenance { origin: Origin::File, teller: "bc.csv".to_owned() };
    let action =
        CorporateAction::new(symbol(symbol_text), day.parse().unwrap(), kind, provenance, "").unwrap();
    let at = crate::time::Timestamp(0);
    ActionRow {
        id: crate::ids::ActionId(1),
        action,
        state: ActionState::Announced,
        open_factor: None,
        known_at: at,
        changed_at: at,
        changed_by: "asha".to_owned(),
        reason: String::new(),
    }
}

fn night(previous_close: i64, open: i64) -> Overnight {
    Overnight {
        previous_day: "2024-10-25".parse().unwrap(),
        previous_close: Paise(previous_close),
        day: "2024-10-28".parse().unwrap(),
        open: Paise(open),
    }
}

#[test]
fn a_gap_is_an_action_only_with_a_row_of_the_day_and_the_matching_ratio() {
    let bonus = |new, held| ActionKind::Bonus { new, held };
    let reliance = symbol("RELIANCE");
    let gap = night(265_570, 133_435);
    let is_jump = |rows: &[ActionRow], night, raw| ActionFactors::of(rows).is_jump(&reliance, night, raw);
    assert!(is_jump(&[], gap, true));
    assert!(!is_jump(&[row("RELIANCE", "2024-10-28", bonus(1, 1))], gap, true));
    assert!(is_jump(&[row("RELIANCE", "2024-10-29", bonus(1, 1))], gap, true), "another day");
    assert!(is_jump(&[row("TCS", "2024-10-28", bonus(1, 1))], gap, true), "another share");
    assert!(is_jump(&[row("RELIANCE", "2024-10-28", bonus(2, 1))], gap, true), "another ratio");
    let undone = ActionRow { state: ActionState::Undone, ..row("RELIANCE", "2024-10-28", bonus(1, 1)) };
    assert!(is_jump(&[undone], gap, true));
    // A row without its gap: the figures are wrong where prices are raw, and nothing where they are adjusted.
    let rows = [row("RELIANCE", "2024-10-28", bonus(1, 1))];
    assert!(is_jump(&rows, night(265_570, 265_000), true));
    assert!(!is_jump(&rows, night(265_570, 265_000), false));
    // A small bonus leads to no gap beyond the band, and an ordinary night does not contradict it.
    assert!(!is_jump(&[row("RELIANCE", "2024-10-28", bonus(1, 10))], night(265_570, 226_000), true));
    // Of a demerger the open says the ratio, but it takes away.
    let demerger = ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share: None };
    let rows = [row("RELIANCE", "2024-10-28", demerger)];
    assert!(!is_jump(&rows, night(265_570, 133_435), true));
    assert!(is_jump(&rows, night(133_435, 265_570), true));
}

#[test]
fn bars_are_adjusted_by_what_came_after_them_and_up_to_the_day_asked() {
    let split = ActionKind::Split { ratio: Ratio::new(5, 1).unwrap() };
    let rows =
        [row("TCS", "2026-06-05", split), row("TCS", "2026-06-10", ActionKind::Bonus { new: 1, held: 1 })];
    let factors = ActionFactors::of(&rows);
    let of = |text: &str, until: &str| {
        let bar = Candle {
            day: text.parse().unwrap(),
            open: Paise(100_000),
            high: Paise(101_000),
            low: Paise(99_000),
            close: Paise(100_505),
            volume: 7,
        };
        let bar = factors.adjust(&symbol("TCS"), bar, until.parse().unwrap());
        (bar.close.0, bar.volume)
    };
    assert_eq!(of("2026-06-04", "2026-06-04"), (100_505, 7), "not before the ex-date");
    assert_eq!(of("2026-06-04", "2026-06-05"), (20_101, 35));
    assert_eq!(of("2026-06-04", "2026-06-10"), (10_051, 70));
    assert_eq!(of("2026-06-05", "2026-06-10"), (50_253, 14));
    assert_eq!(of("2026-06-10", "2026-06-30"), (100_505, 7));
    let many = PriceFactor::new(u64::MAX - 1, u64::MAX).unwrap();
    assert!(many.times_nearly(many).apply(Paise(100_000)).unwrap().0.abs_diff(100_000) <= 1);
}

#[test]
fn a_share_begins_on_the_ex_date_of_its_demerger_or_of_its_newest_name() {
    let child =
        || ActionKind::Demerger { child: Some(symbol("TCSX")), ratio: Ratio::ONE, parent_share: None };
    let rows = [
        row("TCS", "2026-06-05", child()),
        row("TCS", "2026-06-09", child()),
        row("TCSX", "2026-06-10", ActionKind::SymbolChange { to: symbol("TCSY") }),
        ActionRow { state: ActionState::Undone, ..row("TCS", "2026-06-01", child()) },
    ];
    let factors = ActionFactors::of(&rows);
    let began = |of: &str, until: &str| {
        factors.began_on(&symbol(of), until.parse().unwrap()).map(|day| day.to_string())
    };
    assert_eq!((began("TCSX", "2026-06-04"), began("TCS", "2026-06-30")), (None, None));
    assert_eq!(began("TCSX", "2026-06-05").as_deref(), Some("2026-06-05"));
    assert_eq!(began("TCSX", "2026-06-30").as_deref(), Some("2026-06-05"));
    assert_eq!((began("TCSY", "2026-06-09"), began("TCSY", "2026-06-10").is_some()), (None, true));
    let last: Day = "2026-06-30".parse().unwrap();
    assert_eq!(factors.demerged_on(&symbol("TCSY"), last), "2026-06-05".parse().ok());
    let named = |day: &str| factors.name_on(&symbol("TCSY"), day.parse().unwrap(), last).to_string();
    assert_eq!((named("2026-06-09"), named("2026-06-10")), ("TCSX".to_owned(), "TCSY".to_owned()));
}

#[test]
fn what_is_held_keeps_its_worth_across_a_demerger_that_names_no_company() {
    let demerger = |child| ActionKind::Demerger { child, ratio: Ratio::ONE, parent_share: Some(6_000) };
    let split = ActionKind::Split { ratio: Ratio::new(5, 1).unwrap() };
    let rows = |child| [row("TCS", "2026-06-05", demerger(child)), row("TCS", "2026-06-10", split.clone())];
    let of_held = |child, day: &str, until: &str| {
        let factors = ActionFactors::of(&rows(child));
        let (day, until) = (day.parse().unwrap(), until.parse().unwrap());
        let (share, held) = (symbol("TCS"), factors.factor_of_held(&symbol("TCS"), day, until));
        (factors.factor(&share, day, until).to_string(), held.to_string())
    };
    let found = |factor: &str, held: &str| (factor.to_owned(), held.to_owned());
    assert_eq!(of_held(None, "2026-06-04", "2026-06-05"), found("3/5", "1/1"));
    assert_eq!(of_held(None, "2026-06-04", "2026-06-10"), found("3/25", "1/5"));
    assert_eq!(of_held(None, "2026-06-05", "2026-06-10"), found("1/5", "1/5"));
    // With its company the books have the rest.
    assert_eq!(of_held(Some(symbol("TCSX")), "2026-06-04", "2026-06-05"), found("3/5", "3/5"));
}
