use super::*;

fn calendar() -> Calendar {
    Calendar::embedded().unwrap()
}

fn at(text: &str) -> Timestamp {
    let (date, time) = text.split_once(' ').unwrap();
    Timestamp::from_ist(date.parse().unwrap(), format!("{time}:00").parse().unwrap())
}

fn draft(symbol: &str, kind: SignalKind) -> SignalDraft {
    SignalDraft {
        symbol: symbol.parse().unwrap(),
        kind,
        last_close: Paise(100_000),
        rsi: 24.0,
        ema9: Paise(103_000),
        ema200: Paise(95_000),
        average_volume: 1_000_000,
        strength_score: 15.0,
        backtest_score: 50.0,
        combined_score: 30.0,
        priority_score: 60.0,
        buy_low: Paise(99_500),
        buy_high: Paise(100_500),
        stop: Paise(92_000),
        target: Paise(110_000),
        reasons: vec!["hammer".into()],
    }
}

fn buy(symbol: &str) -> SignalDraft {
    draft(symbol, SignalKind::Buy)
}

/// A signal published at this time, as `merge` would have made it.
fn kept(id: u64, status: SignalStatus, published: &str, draft: SignalDraft) -> Signal {
    let day = calendar().signal_window(at(published)).unwrap();
    let expires_at = expires_at(day, &calendar());
    Signal { id: SignalId(id), status, published_at: at(published), day, expires_at, draft }
}

fn shared(existing: &[Signal], drafts: Vec<SignalDraft>, now: &str) -> Merged {
    merge(existing, drafts, at(now), &calendar(), SignalScope::Shared)
}

fn personal(existing: &[Signal], drafts: Vec<SignalDraft>, now: &str) -> Merged {
    merge(existing, drafts, at(now), &calendar(), SignalScope::Personal(UserId(1)))
}

/// The changes as letters with the ids: `I0 U7 E3`.
fn letters(merged: &Merged) -> String {
    let letter = |change: &SignalChange| match change {
        SignalChange::Insert(signal) => format!("I{}", signal.id),
        SignalChange::Update(signal) => format!("U{}", signal.id),
        SignalChange::Expire(id) => format!("E{id}"),
    };
    merged.changes.iter().map(letter).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_signal_ends_with_trading_on_the_next_trading_day() {
    let ends = |day: &str| expires_at(day.parse().unwrap(), &calendar());
    assert_eq!(ends("2025-01-02"), at("2025-01-03 15:30"));
    assert_eq!(ends("2025-01-03"), at("2025-01-06 15:30"), "over a weekend");
    assert_eq!(ends("2024-10-31"), at("2024-11-01 19:00"), "an evening session");
    assert_eq!(ends("2026-12-31"), at("2027-01-01 15:30"), "past the published calendar");
}

#[test]
fn the_first_finding_is_inserted_into_its_window() {
    let merged = shared(&[], vec![buy("TCS")], "2025-01-02 16:00");
    let [SignalChange::Insert(signal)] = merged.changes.as_slice() else { panic!("{merged:?}") };
    assert_eq!((signal.status, signal.day), (SignalStatus::Active, "2025-01-02".parse().unwrap()));
    assert_eq!((signal.published_at, signal.expires_at), (at("2025-01-02 16:00"), at("2025-01-03 15:30")));
}

#[test]
fn publishing_the_same_again_changes_nothing() {
    let existing = [kept(7, SignalStatus::Active, "2025-01-02 16:00", buy("TCS"))];
    let again = shared(&existing, vec![buy("TCS")], "2025-01-03 08:00");
    assert_eq!((letters(&again).as_str(), again.skipped), ("", 1));
}

#[test]
fn a_better_or_later_finding_updates_the_active_signal_in_place() {
    let existing = [kept(7, SignalStatus::Active, "2025-01-02 16:00", buy("TCS"))];
    let stronger = shared(&existing, vec![draft("TCS", SignalKind::StrongBuy)], "2025-01-02 17:00");
    assert_eq!(letters(&stronger), "U7");
    let existing = [kept(7, SignalStatus::Active, "2025-01-03 08:00", buy("TCS"))];
    let next_window = shared(&existing, vec![buy("TCS")], "2025-01-03 16:00");
    assert_eq!(letters(&next_window), "E7 I0", "its time was over at 15:30");
}

#[test]
fn an_active_signal_that_is_not_found_again_expires() {
    let existing = [kept(7, SignalStatus::Active, "2025-01-02 16:00", buy("TCS"))];
    assert_eq!(letters(&shared(&existing, vec![buy("INFY")], "2025-01-02 18:00")), "E7 I0");
}

#[test]
fn what_was_acted_on_is_not_published_again_within_its_window() {
    for status in [SignalStatus::Traded, SignalStatus::Rejected, SignalStatus::Failed] {
        let existing = [kept(7, status, "2025-01-02 16:00", buy("TCS"))];
        let same_window = shared(&existing, vec![buy("TCS")], "2025-01-03 08:00");
        assert_eq!((letters(&same_window).as_str(), same_window.skipped), ("", 1), "{status:?}");
        assert_eq!(letters(&shared(&existing, vec![buy("TCS")], "2025-01-03 16:00")), "I0", "{status:?}");
    }
    let existing = [kept(7, SignalStatus::Expired, "2025-01-02 16:00", buy("TCS"))];
    assert_eq!(letters(&shared(&existing, vec![buy("TCS")], "2025-01-02 18:00")), "I0");
}

#[test]
fn an_analysis_during_the_day_writes_what_ends_with_that_day() {
    let existing = [kept(7, SignalStatus::Active, "2025-01-03 16:00", buy("TCS"))];
    for now in ["2025-01-06 08:00", "2025-01-06 09:00", "2025-01-06 10:00", "2025-01-06 15:29"] {
        assert_eq!(
            letters(&shared(&existing, vec![buy("TCS")], now)),
            "",
            "{now}: the same bars say the same"
        );
        let merged = shared(&existing, vec![buy("TCS"), buy("INFY")], now);
        let [SignalChange::Insert(signal)] = merged.changes.as_slice() else { panic!("{now}: {merged:?}") };
        assert_eq!(signal.expires_at, at("2025-01-06 15:30"), "{now}: it rests on Friday's bars");
        assert_eq!(letters(&shared(&existing, vec![], now)), "E7", "{now}: it is not confirmed");
        let stronger = vec![draft("TCS", SignalKind::StrongBuy)];
        let merged = shared(&existing, stronger, now);
        let [SignalChange::Update(signal)] = merged.changes.as_slice() else { panic!("{now}: {merged:?}") };
        // What users said of it in its window holds.
        assert_eq!((signal.id, signal.day), (SignalId(7), "2025-01-03".parse().unwrap()), "{now}");
    }
}

#[test]
fn what_was_found_in_the_day_is_updated_in_the_evening_of_its_window() {
    let merged = shared(&[], vec![buy("TCS")], "2025-01-06 10:00");
    let [SignalChange::Insert(found)] = merged.changes.as_slice() else { panic!("{merged:?}") };
    let existing = [Signal { id: SignalId(7), ..found.clone() }];
    assert_eq!(existing[0].day, "2025-01-06".parse().unwrap());
    let evening = shared(&existing, vec![buy("TCS")], "2025-01-06 16:00");
    let [SignalChange::Update(signal)] = evening.changes.as_slice() else { panic!("{evening:?}") };
    assert_eq!((signal.id, signal.published_at), (SignalId(7), at("2025-01-06 16:00")));
    assert_eq!(signal.expires_at, at("2025-01-07 15:30"), "it rests on Monday's bars now");
    assert_eq!(letters(&shared(&existing, vec![], "2025-01-06 16:00")), "E7");
    assert_eq!(letters(&shared(&existing, vec![buy("TCS")], "2025-01-07 10:00")), "E7 I0", "a later window");
}

#[test]
fn what_was_acted_on_is_not_published_again_on_the_same_bars() {
    for status in [SignalStatus::Traded, SignalStatus::Rejected, SignalStatus::Failed] {
        let existing = [kept(7, status, "2025-01-03 16:00", buy("TCS"))];
        assert_eq!(letters(&shared(&existing, vec![buy("TCS")], "2025-01-06 10:00")), "", "{status:?}");
    }
}

#[test]
fn the_analysis_leaves_signals_untouched_on_closed_days_and_while_bars_are_incomplete() {
    let existing = [kept(7, SignalStatus::Active, "2025-01-03 16:00", buy("TCS"))];
    for now in
        ["2025-01-06 15:30", "2025-01-06 15:39", "2025-01-04 18:00", "2025-12-25 18:00", "2027-01-02 18:00"]
    {
        assert!(untouched(at(now), &calendar()).is_some(), "{now}");
        let merged = shared(&existing, vec![buy("INFY")], now);
        assert_eq!((letters(&merged).as_str(), merged.skipped), ("", 1), "{now}");
    }
}

#[test]
fn the_first_of_several_drafts_counts_and_foreign_kinds_are_skipped() {
    let exit = draft("TCS", SignalKind::Exit("rsi_exit".into()));
    let merged = shared(&[], vec![buy("TCS"), draft("TCS", SignalKind::StrongBuy), exit], "2025-01-02 16:00");
    assert_eq!((letters(&merged).as_str(), merged.skipped), ("I0", 2));
    let merged = personal(&[], vec![buy("TCS")], "2025-01-02 10:30");
    assert_eq!((letters(&merged).as_str(), merged.skipped), ("", 1));
}

#[test]
fn personal_findings_are_written_during_the_day_and_end_by_time_only() {
    let reentry = |level| draft("TCS", SignalKind::Reentry { level, cycle: 1 });
    let existing = [kept(7, SignalStatus::Active, "2025-01-02 10:30", reentry(30))];
    assert_eq!(letters(&personal(&existing, vec![reentry(20)], "2025-01-02 11:30")), "I0");
    assert_eq!(letters(&personal(&existing, vec![], "2025-01-02 11:30")), "");
    assert_eq!(letters(&personal(&existing, vec![], "2025-01-03 15:30")), "E7");
    let exits = [kept(
        8,
        SignalStatus::Active,
        "2025-01-02 10:30",
        draft("TCS", SignalKind::Exit("rsi_exit".into())),
    )];
    let other_reason = vec![draft("TCS", SignalKind::Exit("ema9_target".into()))];
    assert_eq!(letters(&personal(&exits, other_reason, "2025-01-02 11:30")), "U8");
}
