//! Schedule scripts: Rhai with hard limits, nothing of the host inside.
//!
//! A script defines `slots(day)` and answers an array of times such as `"09:30"`. `day` is a map: `date`
//! (`"2025-01-02"`), `weekday` (1 for Monday to 7), `special` (whether it is a special session), `note`, `opens` and
//! `closes` (`"09:15"`, of continuous trading). It is called for trading days only.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveTime};
use prahari_domain::calendar::TradingDay;
use prahari_domain::time::Timestamp;
use rhai::{AST, Array, Dynamic, Engine, Map, Scope};

/// What a script may use. Each bound refuses the script with a reason; together they keep one evaluation far below
/// the 100 ms that a person waits without noticing.
pub struct Limits {
    /// Bytes of source.
    pub source_bytes: usize,
    /// Operations of one evaluation. A year of 250 days then costs at most some seconds.
    pub operations: u64,
    /// Functions within functions.
    pub call_depth: usize,
    /// Nesting of expressions, so that parsing cannot exhaust the stack.
    pub expression_depth: usize,
    /// Bytes of one text.
    pub text_bytes: usize,
    /// Entries of one array or map, and slots of one day: one a minute.
    pub entries: usize,
}

/// The limits in force.
pub const LIMITS: Limits = Limits {
    source_bytes: 16 << 10,
    operations: 50_000,
    call_depth: 16,
    expression_depth: 32,
    text_bytes: 4 << 10,
    entries: 1_440,
};

/// Compiles a script.
pub fn check(source: &str) -> Result<(), String> {
    compile(&engine(), source).map(|_| ())
}

/// Evaluates a script for a day.
pub fn run(source: &str, day: &TradingDay) -> Result<Vec<Timestamp>, String> {
    let engine = engine();
    let ast = compile(&engine, source)?;
    let answer: Array = engine
        .call_fn(&mut Scope::new(), &ast, "slots", (facts(day),))
        .map_err(|error| error.to_string())?;
    if answer.len() > LIMITS.entries {
        return Err(format!("{} slots in one day are more than {}", answer.len(), LIMITS.entries));
    }
    let times: BTreeSet<Timestamp> =
        answer.into_iter().map(|value| instant(value, day)).collect::<Result<_, _>>()?;
    Ok(times.into_iter().collect())
}

fn compile(engine: &Engine, source: &str) -> Result<AST, String> {
    if source.len() > LIMITS.source_bytes {
        return Err(format!("its {} bytes are more than {}", source.len(), LIMITS.source_bytes));
    }
    let ast = engine.compile(source).map_err(|error| error.to_string())?;
    let found = ast.iter_functions().any(|function| function.name == "slots" && function.params.len() == 1);
    if found { Ok(ast) } else { Err("it defines no function slots(day)".to_owned()) }
}

fn engine() -> Engine {
    let mut engine = Engine::new();
    engine
        .set_max_operations(LIMITS.operations)
        .set_max_call_levels(LIMITS.call_depth)
        .set_max_expr_depths(LIMITS.expression_depth, LIMITS.expression_depth)
        .set_max_string_size(LIMITS.text_bytes)
        .set_max_array_size(LIMITS.entries)
        .set_max_map_size(LIMITS.entries)
        .set_max_variables(64)
        .set_max_functions(32)
        .on_print(|_| {})
        .on_debug(|_, _, _| {})
        .disable_symbol("eval");
    engine
}

fn facts(day: &TradingDay) -> Map {
    let (opens, closes) = day.hours().unwrap_or(day.usual_hours);
    let clock = |at: Timestamp| at.ist_time().format("%H:%M").to_string();
    let facts: [(&str, Dynamic); 6] = [
        ("date", day.day.to_string().into()),
        ("weekday", i64::from(day.day.weekday().number_from_monday()).into()),
        ("special", day.special.into()),
        ("note", day.note.clone().into()),
        ("opens", clock(opens).into()),
        ("closes", clock(closes).into()),
    ];
    facts.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn instant(value: Dynamic, day: &TradingDay) -> Result<Timestamp, String> {
    let kind = value.type_name();
    let text = value.into_string().map_err(|_| format!("it answers a {kind} where a time such as \"09:30\" belongs"))?;
    let time = NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| format!("{text:?} is not a time of the day"))?;
    Ok(Timestamp::from_ist(day.day, time))
}

#[cfg(test)]
mod tests;
