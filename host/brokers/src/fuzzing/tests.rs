#[path = "../../../../fuzz/drive.rs"]
#[macro_use]
mod drive;

driven![actions, bhavcopy_bands, bhavcopy_day, bhavcopy_deliveries, csv_bars, yahoo_chart];

#[test]
#[should_panic(expected = "a null byte: fuzz/seeds/actions/")]
fn an_entry_that_fails_is_named_with_what_it_was_given() {
    drive::drive("actions", |bytes| {
        assert!(!bytes.contains(&0), "a null byte");
        super::actions(bytes)
    });
}
