//! The file of all shares, and tags.

use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, Side};

use super::rows::is_price;
use super::{masker, rows};
use crate::scrip::{Scrip, ScripMaster};
use crate::wire::tag::{Tag, is_sendable};

/// The path that the file is said to have.
const PATH: &str = "/scripmaster/2026-11-02/nse_cm-v1.csv";

/// The file of all shares.
pub fn scrip_master(bytes: &[u8]) -> usize {
    let master = match ScripMaster::read(bytes, PATH, 1) {
        Ok(master) => master,
        Err(error) => {
            assert!(!error.to_string().contains('\n'), "{error}");
            return 0;
        }
    };
    for scrip in master.all() {
        share(scrip);
        assert!(master.by_token(&scrip.token).is_some() && master.find(&scrip.symbol) == Some(scrip));
    }
    master.len()
}

fn share(scrip: &Scrip) {
    assert!(is_price(scrip.tick) && scrip.lot > 0, "{scrip:?}");
    assert!(
        !scrip.token.is_empty() && !scrip.trading_symbol.is_empty() && !scrip.isin.is_empty(),
        "{scrip:?}"
    );
    assert!([scrip.band_low, scrip.band_high].into_iter().flatten().all(is_price), "{scrip:?}");
    // What is sent is of whole lots, on a tick, and not above the freeze quantity.
    for (quantity, price) in [(0, 1), (1, 0), (1, 25_075), (u32::MAX, i64::MAX), (1, i64::MIN)] {
        let refusal = scrip.refusal(Side::Sell, quantity, OrderKind::Limit(Paise(price)));
        let fits = quantity > 0
            && quantity.is_multiple_of(scrip.lot)
            && scrip.freeze_quantity.is_none_or(|freeze| quantity <= freeze)
            && price > 0
            && price % scrip.tick.0 == 0;
        assert_eq!(refusal.is_none(), fits, "{scrip:?} {quantity} {price}");
    }
}

/// The tag of an order. A tag as it was sent is still known after the broker has put a second behind it.
pub fn tag(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let masker = masker();
    let read = Tag::read(Some(&text), &masker);
    rows::tag(&read);
    if let Tag::Plain(sent) = &read {
        let suffixed = Tag::read(Some(&format!("{}-1793592911", text.trim())), &masker);
        assert_eq!(suffixed.sent(), Some(sent.as_str()), "{text:?}");
    }
    if is_sendable(&text) {
        assert!((1..=20).contains(&text.len()) && text.is_ascii());
    }
    usize::from(read.sent().is_some())
}
