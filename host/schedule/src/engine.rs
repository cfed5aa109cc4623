//! The evaluator: a Rhai engine that can compute and nothing else.
//!
//! Scripts come from users, so everything is bounded. There is no clock in here to bound time with; instead the number of
//! operations is limited, and the library a script gets has no operation whose cost grows beyond a few microseconds.
//! Together the limits keep the worst script below about 100 ms.

use std::sync::LazyLock;

use rhai::packages::{CorePackage, Package};
use rhai::{Array, Dynamic, Engine, Scope};

use prahari_domain::calendar::TradingDay;

use crate::clock_time;
use crate::day::{EachMinute, ScriptDay};

/// Most operations of one evaluation. A loop over every minute of a day fits.
pub const MAX_OPERATIONS: u64 = 50_000;

/// Longest script, in bytes: a page and a half, and a bound on what the parser has to do.
pub const MAX_SCRIPT_BYTES: usize = 4_096;

/// Deepest nesting of function calls: enough for helpers, far from the end of a thread's stack.
const MAX_CALL_LEVELS: usize = 8;
/// Deepest nesting of expressions, for the same reason.
const MAX_EXPRESSION_DEPTH: usize = 32;
/// Longest text: an array of times is made of short ones. Copying is one operation, so size bounds time.
const MAX_STRING_BYTES: usize = 256;
/// Longest array, nested ones counted: a time every five minutes of a session fits. More asks for a continuous slot.
/// Copying an array is one operation, so this bounds time more than anything else.
const MAX_ARRAY_LENGTH: usize = 100;
/// Largest map: scripts need none, and copying one is one operation too.
const MAX_MAP_SIZE: usize = 32;
/// Most variables at once.
const MAX_VARIABLES: usize = 64;
/// Most functions of one script.
const MAX_FUNCTIONS: usize = 16;

/// What a script answered, checked to lie within its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Minutes since midnight, ascending, each once.
    Times(Vec<i64>),
    /// Stretches in minutes since midnight, ends not included.
    EachMinute(Vec<(i64, i64)>),
}

static ENGINE: LazyLock<Engine> = LazyLock::new(engine);

fn engine() -> Engine {
    // Without the standard library: sorting, splitting or padding in one operation would make operations unequal.
    let mut engine = Engine::new_raw();
    CorePackage::new().register_into_engine(&mut engine);
    ScriptDay::register(&mut engine);
    engine
        .register_fn("push", |array: &mut Array, item: Dynamic| array.push(item))
        .register_fn("len", |array: &mut Array| i64::try_from(array.len()).unwrap_or(i64::MAX))
        .set_max_operations(MAX_OPERATIONS)
        .set_max_call_levels(MAX_CALL_LEVELS)
        .set_max_expr_depths(MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_DEPTH)
        .set_max_string_size(MAX_STRING_BYTES)
        .set_max_array_size(MAX_ARRAY_LENGTH)
        .set_max_map_size(MAX_MAP_SIZE)
        .set_max_variables(MAX_VARIABLES)
        .set_max_functions(MAX_FUNCTIONS)
        .disable_symbol("eval")
        .on_print(|_| {})
        .on_debug(|_, _, _| {});
    engine
}

/// Runs a script for a trading day.
pub(crate) fn evaluate(script: &str, day: &TradingDay) -> Result<Answer, String> {
    if script.len() > MAX_SCRIPT_BYTES {
        return Err(format!("the script has {} bytes, the limit is {MAX_SCRIPT_BYTES}", script.len()));
    }
    let mut scope = Scope::new();
    scope.push_constant("day", ScriptDay::new(day));
    let program = ENGINE.compile_with_scope(&scope, script).map_err(|error| one_line(&error.to_string()))?;
    let answer: Dynamic =
        ENGINE.eval_ast_with_scope(&mut scope, &program).map_err(|error| one_line(&error.to_string()))?;
    read(answer)
}

fn read(answer: Dynamic) -> Result<Answer, String> {
    if let Some(EachMinute(stretches)) = answer.clone().try_cast() {
        let inside =
            stretches.iter().all(|(from, to)| (0..=MINUTES).contains(from) && (0..=MINUTES).contains(to));
        return if inside { Ok(Answer::EachMinute(stretches)) } else { Err(outside()) };
    }
    let items = match answer.try_cast_result::<Array>() {
        Ok(items) => items,
        Err(nothing) if nothing.is_unit() => Vec::new(),
        Err(single) => vec![single],
    };
    let mut times = items.into_iter().map(time).collect::<Result<Vec<_>, _>>()?;
    times.sort_unstable();
    times.dedup();
    Ok(Answer::Times(times))
}

fn time(item: Dynamic) -> Result<i64, String> {
    let minute = match item.as_int() {
        Ok(minute) => minute,
        Err(_) => match item.clone().into_immutable_string() {
            Ok(text) => clock_time::minutes(clock_time::parse(&text)?),
            Err(kind) => return Err(format!("it answered a value of type {kind}, not a time")),
        },
    };
    if (0..MINUTES).contains(&minute) { Ok(minute) } else { Err(outside()) }
}

/// Minutes of a day.
const MINUTES: i64 = 24 * 60;

fn outside() -> String {
    "it answered a time outside its day".to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
