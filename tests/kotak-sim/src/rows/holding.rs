//! Rows of settled shares.

use serde_json::{Value, json};

use crate::account::HoldingSpec;
use crate::instruments::Instrument;
use crate::rows::{Fields, constant};
use crate::world::World;

const TEXTS: [(&str, &str); 12] = [
    ("scripId", "0000000000000000000000000000000000000000"),
    ("instrumentType", "Equity"),
    ("sector", "Others"),
    ("subType", "EQUITY"),
    ("instrumentStatus", "ACTV"),
    ("expiryDate", ""),
    ("optType", ""),
    ("strikePrice", "0.00"),
    ("securityType", "EQUITY STOCK"),
    ("securitySubType", "EQUITY STOCK"),
    ("logoUrl", ""),
    ("cmotCode", "0"),
];

const NUMBERS: [(&str, i64); 5] =
    [("marketLot", 1), ("sqGainLoss", 0), ("delGainLoss", 0), ("subTotal", 0), ("prevDayLtp", 0)];

impl World {
    /// What an account holds, settled.
    pub fn holding_rows(&self, account: usize) -> Vec<Fields> {
        let Some(of) = self.accounts.get(account) else { return Vec::new() };
        let rows = of.spec.holdings.iter().enumerate().filter_map(|(place, holding)| {
            let index = self.instrument_index(&holding.symbol)?;
            let instrument = self.instruments.get(index)?;
            Some(self.holding_row(place, holding, instrument, self.sellable(account, index, holding)))
        });
        rows.collect()
    }

    /// What of a holding can be sold now.
    pub fn sellable(&self, account: usize, instrument: usize, holding: &HoldingSpec) -> i64 {
        let sold = self.traded(account, instrument, "CNC").sold;
        let open =
            if self.facts.open_sells_lower_sellable { self.open_sells(account, instrument, None) } else { 0 };
        (holding.quantity - holding.pledged - sold - open).max(0)
    }

    fn holding_row(
        &self,
        place: usize,
        holding: &HoldingSpec,
        instrument: &Instrument,
        sellable: i64,
    ) -> Fields {
        let spec = &instrument.spec;
        let mut row = constant(&TEXTS, &NUMBERS);
        let value = holding.quantity * spec.close;
        let cost = holding.quantity * holding.average;
        let gain = if holding.average == 0 { 0 } else { value - cost };
        let own: [(&str, Value); 14] = [
            ("displaySymbol", json!(spec.name)),
            ("symbol", json!(spec.name)),
            ("instrumentName", json!(spec.description)),
            ("commonScripCode", json!(spec.description.replace(' ', "_"))),
            ("series", json!(spec.series)),
            ("exchangeSegment", json!(spec.segment)),
            ("exchangeIdentifier", json!(spec.token)),
            // A number of its own, which is not the token.
            ("instrumentToken", json!(4242 + place)),
            ("isAlternateScrip", json!(false)),
            ("quantity", json!(holding.quantity)),
            ("sellableQuantity", json!(sellable)),
            ("averagePrice", in_rupees(holding.average)),
            ("holdingCost", in_rupees(cost)),
            ("closingPrice", in_rupees(spec.close)),
        ];
        row.extend(own.map(|(name, value)| (name.to_owned(), value)));
        row.insert("mktValue".to_owned(), in_rupees(value));
        row.insert("unrealisedGainLoss".to_owned(), in_rupees(gain));
        if self.facts.holdings_have_isin {
            row.insert("isin".to_owned(), json!(spec.isin));
        }
        row
    }
}

/// A JSON number in rupees; 0 without decimals, as the broker has it.
fn in_rupees(paise: i64) -> Value {
    if paise == 0 { json!(0) } else { json!(paise as f64 / 100.0) }
}
