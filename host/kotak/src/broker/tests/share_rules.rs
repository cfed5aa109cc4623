//! What the desk is told of a share: what the broker's file says, once it is here.

use super::*;

#[tokio::test]
async fn what_the_file_says_of_a_share_is_told_from_the_first_order_of_the_day_on() {
    let desk = Desk::new().await;
    let symbol = |symbol: &str| symbol.parse::<Symbol>().unwrap();
    // Nobody logs in to be told it, and nothing is asked of the broker.
    assert_eq!(desk.broker.share_rules(&symbol("DEMO"), NOW), None);
    assert_eq!((desk.fake.logins(), desk.fake.to(".csv").len()), (0, 0));
    desk.will(PLACE, taken());
    desk.place(&limit()).await.unwrap();
    let rules = desk.broker.share_rules(&symbol("DEMO"), NOW).unwrap();
    assert_eq!((rules.series.as_str(), rules.tick, rules.lot), ("EQ", Paise(5), 1));
    assert_eq!(rules.freeze_quantity, Some(999_900));
    assert_eq!((rules.band_low, rules.band_high), (Some(Paise(22_500)), Some(Paise(27_500))));
    assert_eq!(desk.broker.share_rules(&symbol("DEMOT"), NOW).map(|rules| rules.tick), Some(Paise(1)));
    assert_eq!(desk.broker.share_rules(&symbol("NOWHERE"), NOW), None);
    // What the file of a day says is of that day alone; and it is fetched once.
    assert_eq!(desk.broker.share_rules(&symbol("DEMO"), NOW.plus_minutes(24 * 60)), None);
    desk.place(&limit()).await.unwrap();
    assert_eq!((desk.fake.to(".csv").len(), desk.fake.logins()), (1, 1));
}
