//! The evaluator: a Rhai engine that can compute and nothing else.
//!
//! Scripts come from people, so everything is bounded. There is no clock in here to bound time with; instead the
//! number of operations is limited, and the library a script gets has no operation whose cost grows beyond a few
//! microseconds. Together the limits keep the worst script far below 100 ms, which `hostile_tests.rs` measures.

use std::sync::LazyLock;

use rhai::packages::{ArithmeticPackage, BasicIteratorPackage, Package};
use rhai::{AST, Array, CallFnOptions, Dynamic, Engine, Scope};

use prahari_domain::calendar::TradingDay;
use prahari_domain::text;

use crate::clock_time;
use crate::day::{EachMinute, ScriptDay};

/// Most operations of one evaluation. A loop over every minute of a day fits.
pub const MAX_OPERATIONS: u64 = 20_000;

/// Longest script, in bytes: a page and a half, and a bound on what the parser has to do.
pub const MAX_SCRIPT_BYTES: usize = 4_096;

/// Most times of one day: a time every five minutes of a session fits. More asks for a continuous slot.
pub const MAX_TIMES: usize = 100;

/// Deepest nesting of function calls: enough for helpers, far from the end of a thread's stack.
const MAX_CALL_LEVELS: usize = 8;
/// Deepest nesting of expressions and blocks, for the same reason.
const MAX_EXPRESSION_DEPTH: usize = 32;
/// Longest text: an array of times is made of short ones. Copying is one operation, so size bounds time.
const MAX_STRING_BYTES: usize = 256;
/// Longest array, nested ones counted; a little more than may be answered, so that a script may choose among its times.
/// Copying an array is one operation, so this bounds time more than anything else.
const MAX_ARRAY_LENGTH: usize = 128;
/// Most variables at once.
const MAX_VARIABLES: usize = 64;
/// Most functions of one script.
const MAX_FUNCTIONS: usize = 16;
/// Longest sentence about what is wrong with a script: the script's own words may stand in it.
const MAX_DETAIL_CHARS: usize = 300;

/// The function that a script has to define, with one parameter.
const ENTRY: &str = "slots";

/// What the engine gives to scripts by name. A script that defines one of them again would read as if it used ours.
const GIVEN: [&str; 6] = ["moved", "hourly", "each_minute", "push", "len", "range"];

/// Parts of the language that a schedule has no use for; the parser refuses them. A map can grow without its size being
/// checked, and copying it is one operation; with `try` a script could run into the other limits again and again.
const DISABLED: [&str; 10] =
    ["eval", "Fn", "call", "curry", "print", "debug", "import", "export", "#{", "try"];

/// What a script answered, checked to lie within its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Minutes since midnight, ascending, each once.
    Times(Vec<i64>),
    /// Stretches in minutes since midnight, ends not included.
    EachMinute(Vec<(i64, i64)>),
}

/// A script that defines `slots(day)`, ready to be asked for one day after the other.
#[derive(Debug)]
pub(crate) struct Program(AST);

static ENGINE: LazyLock<Engine> = LazyLock::new(engine);

fn engine() -> Engine {
    // Without the standard library: sorting, splitting or padding in one operation would make operations unequal,
    // and the core of the language can sleep.
    let mut engine = Engine::new_raw();
    ArithmeticPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    ScriptDay::register(&mut engine);
    engine
        .register_fn("push", |array: &mut Array, item: Dynamic| array.push(item))
        .register_fn("len", |array: &mut Array| i64::try_from(array.len()).unwrap_or(i64::MAX))
        .set_max_operations(MAX_OPERATIONS)
        .set_max_call_levels(MAX_CALL_LEVELS)
        .set_max_expr_depths(MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_DEPTH)
        .set_max_string_size(MAX_STRING_BYTES)
        .set_max_array_size(MAX_ARRAY_LENGTH)
        .set_max_variables(MAX_VARIABLES)
        .set_max_functions(MAX_FUNCTIONS)
        .set_strict_variables(true)
        .set_allow_shadowing(false)
        .set_allow_anonymous_fn(false);
    for word in DISABLED {
        engine.disable_symbol(word);
    }
    engine
}

impl Program {
    /// Reads a script.
    ///
    /// # Errors
    /// One sentence: it is too long, cannot be parsed, or is not made of functions with `slots(day)` among them.
    pub fn read(script: &str) -> Result<Self, String> {
        if script.len() > MAX_SCRIPT_BYTES {
            return Err(format!("the script has {} bytes, the limit is {MAX_SCRIPT_BYTES}", script.len()));
        }
        let program = ENGINE.compile(script).map_err(|error| one_line(&error.to_string()))?;
        let statements: &[_] = program.as_ref();
        if !statements.is_empty() {
            return Err("the script has statements outside its functions".to_owned());
        }
        let functions = || program.iter_functions();
        if let Some(again) = functions().find(|function| GIVEN.contains(&function.name)) {
            return Err(format!("the script defines {} again, which has a meaning already", again.name));
        }
        if !functions().any(|function| function.name == ENTRY && function.params.len() == 1) {
            return Err(format!("the script does not define fn {ENTRY}(day)"));
        }
        Ok(Self(program))
    }

    /// Asks for the times of a trading day.
    ///
    /// # Errors
    /// One sentence: it failed, ran into a limit, or answered something that is no time of that day.
    pub fn answer(&self, day: &TradingDay) -> Result<Answer, String> {
        let options = CallFnOptions::new().eval_ast(false);
        let answer: Dynamic = ENGINE
            .call_fn_with_options(options, &mut Scope::new(), &self.0, ENTRY, (ScriptDay::new(day),))
            .map_err(|error| one_line(&error.to_string()))?;
        read(answer)
    }
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
    if items.len() > MAX_TIMES {
        return Err(format!("it answered {} times, the limit is {MAX_TIMES}", items.len()));
    }
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
            Err(_) => return Err(format!("it answered a value of type {}, not a time", short_name(&item))),
        },
    };
    if (0..MINUTES).contains(&minute) { Ok(minute) } else { Err(outside()) }
}

/// A type as a script's author knows it.
fn short_name(item: &Dynamic) -> String {
    let name = if item.is_array() { "array" } else { item.type_name() };
    name.rsplit("::").next().unwrap_or(name).to_owned()
}

/// Minutes of a day.
pub(crate) const MINUTES: i64 = 24 * 60;

fn outside() -> String {
    "it answered a time outside its day".to_owned()
}

/// One line that nothing obeys: a script chooses some of the words of its own errors.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text::one_line(&line).chars().take(MAX_DETAIL_CHARS).collect()
}
