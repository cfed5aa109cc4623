//! Lists of corporate actions that people write themselves: a CSV with a row for each, or JSON.

use csv::{ReaderBuilder, StringRecord};
use prahari_domain::actions::Provenance;
use prahari_domain::json::Unread;
use prahari_domain::numbers::counted;
use serde_json::{Map, Value};

use super::broken::broken_action;
use super::plain::PlainAction;
use super::{MOST_ANNOUNCED, ToldActions};
use crate::line_number::line_of;

/// The columns of a list: the fields of [`PlainAction`].
const COLUMNS: [&str; 12] = [
    "symbol",
    "ex_day",
    "kind",
    "new",
    "held",
    "to",
    "from_isin",
    "to_isin",
    "parent_share",
    "per_share_paise",
    "premium_paise",
    "note",
];

/// What a list that was downloaded says beside these, which only tells.
const TOLD: [&str; 10] =
    ["id", "text", "origin", "teller", "state", "known_at", "changed_at", "changed_by", "reason", "before"];

/// Most characters of a name of a field that a sentence repeats.
const NAME_SHOWN: usize = 40;

/// Those that every list has.
const NEEDED: [&str; 3] = ["symbol", "ex_day", "kind"];

/// Reads a CSV. Columns are found by their names; those that only tell are passed over, so that a list which was downloaded can
/// be brought again.
///
/// # Errors
/// When it is no such list as a whole, in one sentence.
pub(super) fn csv(text: &[u8], provenance: &Provenance) -> Result<ToldActions, String> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
    let header = reader.headers().map_err(|_| "the list is not UTF-8 text".to_owned())?;
    let (places, fields) = (places(header)?, header.len());
    let mut told = ToldActions::default();
    let mut record = StringRecord::new();
    let mut rows = 0;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(told),
            Err(error) => {
                let line = line_of(text, error.position());
                return Err(format!("line {line} is not UTF-8 text"));
            }
        }
        rows += 1;
        if rows > MOST_ANNOUNCED {
            return Err(format!("it has more than {MOST_ANNOUNCED} rows"));
        }
        let line = line_of(text, record.position());
        let cell = |place: Option<usize>| {
            place.and_then(|at| record.get(at)).map(str::trim).filter(|cell| !cell.is_empty())
        };
        let read = same_length(record.len(), fields)
            .and_then(|()| plain(|field| cell(place_of(&places, field))))
            .and_then(|row| row.read(provenance.clone()));
        told.add(line, read);
    }
}

/// Reads JSON: a list of actions, or an object with `items`, as `GET /api/v1/system/actions` answers. Actions are
/// numbered from 1 in the place of lines.
///
/// # Errors
/// When it is no such list as a whole, in one sentence.
pub(super) fn json(text: &[u8], provenance: &Provenance) -> Result<ToldActions, String> {
    let value: Value = serde_json::from_slice(text).map_err(|error| {
        let of = broken_action(text).map_or_else(String::new, |number| format!(" of action {number}"));
        format!("it is not JSON: line {}, column {}{of} cannot be read", error.line(), error.column())
    })?;
    let items = match value {
        Value::Array(items) => items,
        Value::Object(mut object) => match object.remove("items") {
            Some(Value::Array(items)) => items,
            _ => return Err("it is an object without a list of actions in items".to_owned()),
        },
        _ => return Err("it is neither a list of actions nor an object with one in items".to_owned()),
    };
    if items.len() > MOST_ANNOUNCED {
        return Err(format!("it has more than {MOST_ANNOUNCED} actions"));
    }
    let mut told = ToldActions { is_json: true, ..ToldActions::default() };
    for (item, number) in items.into_iter().zip(1..) {
        let read = match item {
            Value::Object(fields) => known(fields)
                .and_then(|fields| plain_of(&Value::Object(fields)))
                .and_then(|row| row.read(provenance.clone())),
            _ => Err("an action is an object".to_owned()),
        };
        told.add(number, read);
    }
    Ok(told)
}

/// The fields of an action that say something of it. A name that nobody knows is a mistyped one, whose figure would be missed.
fn known(fields: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let is_known = |name: &str| COLUMNS.contains(&name) || TOLD.contains(&name);
    if let Some(name) = fields.keys().find(|name| !is_known(name)) {
        return Err(unknown("field of an action", name));
    }
    let says = |(name, value): &(String, Value)| COLUMNS.contains(&name.as_str()) && !value.is_null();
    Ok(fields.into_iter().filter(says).collect())
}

fn unknown(what: &str, name: &str) -> String {
    let name: String = name.chars().take(NAME_SHOWN).collect();
    format!("{name:?} is not a {what}: those are {}", COLUMNS.join(", "))
}

/// Refuses a row that is longer or shorter than the header: its fields may stand under other names than they are meant for.
/// An amount such as `1,250` without quotes is two fields.
fn same_length(fields: usize, header: usize) -> Result<(), String> {
    if fields == header {
        return Ok(());
    }
    let hint = if fields > header { "; a field with a comma stands in quotes" } else { "" };
    let fields = counted(fields, "field", "fields");
    Err(format!("the row has {fields} and the header {header}{hint}"))
}

fn plain_of(value: &Value) -> Result<PlainAction, String> {
    prahari_domain::json::read(&value.to_string()).map_err(|Unread { entry, sentence }| {
        if entry.is_empty() { sentence } else { format!("{entry}: {sentence}") }
    })
}

fn places(header: &StringRecord) -> Result<Vec<(&'static str, usize)>, String> {
    let (mut places, mut mistyped) = (Vec::new(), None);
    for (at, shown) in header.iter().enumerate() {
        let shown = shown.trim_start_matches('\u{feff}').trim();
        let name = shown.to_lowercase();
        let Some(column) = COLUMNS.into_iter().find(|column| *column == name) else {
            // Spreadsheets end lines with columns that have no name.
            if !name.is_empty() && !TOLD.contains(&name.as_str()) {
                mistyped = mistyped.or(Some(shown));
            }
            continue;
        };
        if place_of(&places, column).is_some() {
            return Err(format!("the column {column} is there twice"));
        }
        places.push((column, at));
    }
    // A figure under a name that nobody knows would be missed. Without any of the names that are needed it is another kind of list.
    let is_one = NEEDED.into_iter().any(|column| place_of(&places, column).is_some());
    if let Some(name) = mistyped.filter(|_| is_one) {
        return Err(unknown("column of a list of actions", name));
    }
    match NEEDED.into_iter().find(|column| place_of(&places, column).is_none()) {
        Some(column) => Err(format!(
            "the column {column} is missing: a list has {}, or is one of the exchange's with SYMBOL, SERIES, EX_DT and PURPOSE",
            NEEDED.join(", ")
        )),
        None => Ok(places),
    }
}

fn place_of(places: &[(&'static str, usize)], column: &str) -> Option<usize> {
    places.iter().find(|(name, _)| *name == column).map(|(_, at)| *at)
}

fn plain<'a>(cell: impl Fn(&str) -> Option<&'a str>) -> Result<PlainAction, String> {
    let text = |field| cell(field).map(str::to_owned);
    Ok(PlainAction {
        symbol: text("symbol").unwrap_or_default(),
        ex_day: text("ex_day").unwrap_or_default(),
        kind: text("kind").unwrap_or_default(),
        new: number("new", cell("new"))?,
        held: number("held", cell("held"))?,
        to: text("to"),
        from_isin: text("from_isin"),
        to_isin: text("to_isin"),
        parent_share: number("parent_share", cell("parent_share"))?,
        per_share_paise: number("per_share_paise", cell("per_share_paise"))?,
        premium_paise: number("premium_paise", cell("premium_paise"))?,
        note: text("note").unwrap_or_default(),
    })
}

fn number<T: std::str::FromStr>(field: &str, text: Option<&str>) -> Result<Option<T>, String> {
    let shown = |text: &str| text.chars().take(40).collect::<String>();
    text.map(|text| text.parse().map_err(|_| format!("{field}: {:?} is not a whole number", shown(text))))
        .transpose()
}
