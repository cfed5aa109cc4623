//! Place, modify, cancel: what is refused at once. What is refused later, the exchange says in the book.

use serde_json::{Map, Value, json};

use crate::exchange::{CancelRequest, ModifyRequest, NewOrder, PRODUCTS};
use crate::fault::Struck;
use crate::incoming::Incoming;
use crate::instruments::paise;
use crate::order::Side;
use crate::reply::{self, Reply};
use crate::sensible::{HIGHEST, MOST_SHARES};
use crate::world::World;

const SEGMENTS: [&str; 6] = ["nse_cm", "bse_cm", "nse_fo", "bse_fo", "mcx_fo", "cde_fo"];

pub(crate) fn place(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    answer(world.authorise_order(incoming).and_then(|account| {
        let fields = Form::of(incoming)?;
        let new = read_order(world, &fields)?;
        let new = check_tag(world, account, new)?;
        Ok(world.take(account, new, struck))
    }))
}

pub(crate) fn modify(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    answer(world.authorise_order(incoming).and_then(|account| {
        let fields = Form::of(incoming)?;
        let kind = fields.one_of("pt", &["L", "MKT", "SL", "SL-M"])?;
        let request = ModifyRequest {
            number: fields.text("no")?,
            price: fields.price("pr", kind != "MKT" && kind != "SL-M")?,
            trigger: fields.price("tp", kind.starts_with("SL"))?,
            quantity: fields.quantity(1)?,
            validity: fields.text("vd").or_else(|_| fields.text("rt"))?,
            amo: fields.text("am").is_ok_and(|amo| amo == "YES"),
            kind,
        };
        fields.disclosed()?;
        world.modify(account, request, struck)
    }))
}

pub(crate) fn cancel(world: &mut World, incoming: &Incoming, _: &Struck) -> Reply {
    answer(world.authorise_order(incoming).and_then(|account| {
        let fields = Form::of(incoming)?;
        let request = CancelRequest {
            number: fields.text("on")?,
            amo: fields.one_of("am", &["YES", "NO"])? == "YES",
            symbol: fields.text("ts").ok(),
        };
        world.cancel(account, request)
    }))
}

fn answer(outcome: Result<String, Reply>) -> Reply {
    match outcome {
        Ok(number) => Reply::ok(json!({"nOrdNo": number, "stat": "Ok", "stCode": 200})),
        Err(refusal) => refusal,
    }
}

fn read_order(world: &World, fields: &Form) -> Result<NewOrder, Reply> {
    let amo = fields.one_of("am", &["YES", "NO"])? == "YES";
    let segment = fields.text("es")?;
    if !SEGMENTS.contains(&segment.as_str()) {
        return Err(Reply::code(1006, "please provide valid exchange segment"));
    }
    let product = fields.one_of("pc", &PRODUCTS)?;
    let kind = fields.one_of("pt", &["L", "MKT", "SL", "SL-M"])?;
    let side = if fields.one_of("tt", &["B", "S"])? == "B" { Side::Buy } else { Side::Sell };
    let validity = fields.one_of("rt", &["DAY", "IOC"])?;
    let symbol = fields.text("ts")?;
    let found =
        world.instrument_index(&symbol).and_then(|index| Some((index, world.instruments.get(index)?)));
    let Some((instrument, of)) = found.filter(|(_, of)| of.spec.segment == segment && !of.is_index()) else {
        return Err(Reply::code(1007, "please provide valid trading symbol"));
    };
    fields.disclosed()?;
    let protection = fields.text("mp")?;
    if protection != "0" && !world.facts.market_protection_taken {
        return Err(Reply::code(1007, "please provide valid market protection"));
    }
    let needs_price = matches!(kind.as_str(), "L" | "SL") && !world.facts.zero_limit_gets_default_price;
    Ok(NewOrder {
        tag: fields.text("ig").ok().filter(|tag| !tag.trim().is_empty()),
        instrument,
        side,
        product,
        validity,
        quantity: fields.quantity(of.spec.lot)?,
        price: fields.price("pr", needs_price)?,
        trigger: fields.price("tp", kind.starts_with("SL"))?,
        kind,
        amo,
        from_app: false,
    })
}

fn check_tag(world: &World, account: usize, new: NewOrder) -> Result<NewOrder, Reply> {
    match &new.tag {
        None if world.facts.blank_tag_refused => {
            Err(Reply::code(5204, "please provide valid client order id"))
        }
        Some(tag) if tag.len() > world.facts.longest_tag => {
            Err(Reply::code(5204, "please provide valid client order id"))
        }
        Some(tag) if world.tag_is_used(account, tag) => Err(reply::tag_refused(world.facts.duplicate_tag)),
        _ => Ok(new),
    }
}

/// The fields of a request that trades: each value must be a text.
struct Form(Map<String, Value>);

impl Form {
    fn of(incoming: &Incoming) -> Result<Self, Reply> {
        let fields = incoming.fields().ok_or_else(reply::body_invalid)?;
        if fields.values().all(Value::is_string) { Ok(Self(fields)) } else { Err(reply::body_invalid()) }
    }

    fn text(&self, name: &str) -> Result<String, Reply> {
        self.0.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(reply::body_invalid)
    }

    fn one_of(&self, name: &str, values: &[&str]) -> Result<String, Reply> {
        let value = self.text(name)?;
        if values.contains(&value.as_str()) { Ok(value) } else { Err(reply::body_invalid()) }
    }

    /// `""` and `"0.0"` are refused where `"0"` is meant.
    fn price(&self, name: &str, needed: bool) -> Result<i64, Reply> {
        let text = self.text(name)?;
        let taken = |price: &i64| (1..=HIGHEST).contains(price) || (text == "0" && !needed);
        let price = paise(&text).filter(taken);
        price.ok_or_else(|| reply::price_invalid(name))
    }

    fn quantity(&self, lot: i64) -> Result<i64, Reply> {
        let quantity = self.text("qt")?.parse::<i64>().ok();
        let fits = |quantity: &i64| (1..=MOST_SHARES).contains(quantity) && quantity % lot.max(1) == 0;
        quantity.filter(fits).ok_or_else(reply::quantity_invalid)
    }

    fn disclosed(&self) -> Result<(), Reply> {
        match self.text("dq")?.as_str() {
            "0" => Ok(()),
            _ => Err(Reply::code(5202, "invalid request")),
        }
    }
}
