use super::*;

/// An eventful morning, with a restart before each of these instants.
async fn morning(restarts: &[&str]) -> (Vec<BrokerOrder>, Funds, Vec<(Symbol, u32)>) {
    let mut bench = Bench::new().await;
    for minute in 15..59 {
        let low = 10_000 - minute * 3;
        bench.market.set(TODAY, &format!("09:{minute}"), [low + 12, low + 30, low, low + 6], 35);
    }
    bench.place(&after_market(1, Side::Buy, 12, OrderKind::Market), at(TODAY, "08:00")).await.unwrap();
    bench
        .place(&after_market(2, Side::Buy, 9, OrderKind::Limit(Paise(9_850))), at(TODAY, "08:00"))
        .await
        .unwrap();
    for minute in 0..=60 {
        let now = at(TODAY, "09:00").plus_minutes(minute);
        if restarts.contains(&clock(now).as_str()) {
            bench = bench.restarted(PaperSettings::default()).await;
        }
        bench.advance(now).await;
        match clock(now).as_str() {
            "09:20" => {
                bench.place(&limit(3, Side::Sell, 5, 10_050), now).await.unwrap();
                bench.place(&market(4, Side::Buy, 20), now).await.unwrap();
            }
            "09:30" => {
                bench
                    .broker
                    .modify(USER, &limit(3, Side::Sell, 5, 10_050), 4, OrderKind::Limit(Paise(9_930)), now)
                    .await
                    .unwrap();
            }
            "09:40" => bench
                .broker
                .cancel(USER, &after_market(2, Side::Buy, 9, OrderKind::Market), now)
                .await
                .unwrap(),
            _ => {}
        }
    }
    bench.advance(at(TODAY, "15:30")).await;
    let book = bench.broker.book(USER).await.unwrap();
    (book, bench.broker.funds(USER).await.unwrap(), bench.shares().await)
}

#[tokio::test]
async fn a_restart_at_any_moment_changes_nothing() {
    let undisturbed = morning(&[]).await;
    assert!(undisturbed.0.iter().map(|order| order.fills.len()).sum::<usize>() >= 8, "{:?}", undisturbed.0);
    let moments = ["09:00", "09:08", "09:15", "09:16", "09:21", "09:25", "09:31", "09:41", "09:59"];
    for moment in moments {
        assert_eq!(morning(&[moment]).await, undisturbed, "{moment}");
    }
    assert_eq!(morning(&moments).await, undisturbed);
}

#[tokio::test]
async fn after_a_restart_the_book_shows_what_was_not_reported() {
    let bench = Bench::new().await;
    bench.place(&limit(1, Side::Buy, 10, 10_000), at(TODAY, "10:00")).await.unwrap();
    assert_eq!(bench.advance(at(TODAY, "10:01")).await.len(), 1);
    let restarted = bench.restarted(PaperSettings::default()).await;
    assert!(!restarted.broker.has_open(USER));
    assert_eq!(restarted.broker.book(USER).await.unwrap(), bench.broker.book(USER).await.unwrap());
    assert_eq!(restarted.broker.book(USER).await.unwrap()[0].fills.len(), 1);
    let again = restarted.place(&limit(1, Side::Buy, 10, 10_000), at(TODAY, "10:02")).await;
    assert_eq!(again, Err(BrokerError::TagInUse));
    let book = restarted.broker.book(USER).await.unwrap();
    let [known] = book.as_slice() else { panic!("{book:?}") };
    assert_eq!(known.broker_id, "P-U7-20250102-0001");
}

#[tokio::test]
async fn damaged_rows_are_named() {
    let bench = Bench::new().await;
    bench.store.save(USER, Vec::new(), vec![255; 3]).await.unwrap();
    let calendar = CalendarHandle::embedded().unwrap();
    let broker =
        PaperBroker::new(PaperSettings::default(), bench.market.clone(), calendar, bench.store.clone())
            .unwrap();
    let error = broker.open_account(USER, Paise::ZERO).await.unwrap_err();
    assert!(error.to_string().starts_with("the paper account of user 7 is damaged: "), "{error}");
}

/// Refuses every write.
struct Full;

#[async_trait]
impl PaperStore for Full {
    async fn save(&self, _: UserId, _: Vec<PaperRow>, _: Vec<u8>) -> Result<(), PaperStoreError> {
        Err(PaperStoreError("the disk is full".into()))
    }
    async fn load(&self, _: UserId) -> Result<(Vec<PaperRow>, Option<Vec<u8>>), PaperStoreError> {
        Ok((Vec::new(), None))
    }
    async fn order(&self, _: UserId, _: &str) -> Result<Option<PaperRow>, PaperStoreError> {
        Ok(None)
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_kept_has_no_clear_answer() {
    let calendar = CalendarHandle::embedded().unwrap();
    let market = Arc::new(Script::default());
    let broker = PaperBroker::new(PaperSettings::default(), market, calendar, Arc::new(Full)).unwrap();
    broker.open_account(USER, Paise::rupees(100_000)).await.unwrap();
    let answer = broker.place(USER, &limit(1, Side::Buy, 1, 10_000), at(TODAY, "10:00")).await;
    let reason = "the paper broker's book cannot be kept: the disk is full".to_owned();
    assert_eq!(answer, Err(BrokerError::Unclear(reason)));
}

#[tokio::test]
async fn money_is_paid_in_and_out_and_a_payment_that_was_not_told_before_a_restart_is_told_at_the_next() {
    let bench = Bench::new().await;
    let before = bench.broker.funds(USER).await.unwrap().cash;
    let more = Paise::rupees(100_000) + Paise(12_345);
    for _ in 0..2 {
        bench.broker.set_capital(USER, more, at(TODAY, "10:00")).await.unwrap();
        assert_eq!(bench.broker.funds(USER).await.unwrap().cash, before + Paise(12_345));
    }
    // The account was saved with the payment; whoever opens it knows of another one.
    let restarted = bench.restarted(PaperSettings::default()).await;
    assert_eq!(restarted.broker.funds(USER).await.unwrap().cash, before);
}
