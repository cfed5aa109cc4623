#[path = "../../../../fuzz/drive.rs"]
#[macro_use]
mod drive;

driven![
    errors,
    holdings,
    limits,
    listed,
    login,
    margin,
    market_feed,
    older_market_feed,
    order_book,
    order_feed,
    positions,
    quotes,
    scrip_master,
    tag,
    trades,
];
