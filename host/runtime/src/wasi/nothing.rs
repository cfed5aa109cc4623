//! The answer of a function that has nothing to give.

use wasmtime::component::types::Type;
use wasmtime::component::{LinkerInstance, Val};
use wasmtime::{Error, Result};

use crate::state::RunState;

/// How the errors of WASI say that something may not be had, in this order of preference: those of sockets and of
/// files.
const REFUSALS: [&str; 2] = ["access-denied", "access"];

/// Defines a function that answers with nothing: an empty list, none or an error. It stops the run when it has no such
/// answer, and when it takes a handle: one of a file or a socket was never given.
pub(super) fn define(instance: &mut LinkerInstance<'_, RunState>, interface: &str, name: &str) -> Result<()> {
    let function = format!("{interface} {name}");
    instance.func_new(name, move |_, ty, arguments, results| {
        if results.is_empty() || arguments.iter().any(|it| matches!(it, Val::Resource(_))) {
            return Err(missing(&function));
        }
        for (result, ty) in results.iter_mut().zip(ty.results()) {
            *result = nothing(&ty).ok_or_else(|| missing(&function))?;
        }
        Ok(())
    })
}

fn missing(function: &str) -> Error {
    Error::msg(format!("the module called {function}, which a task does not have"))
}

fn nothing(ty: &Type) -> Option<Val> {
    match ty {
        Type::List(_) => Some(Val::List(Vec::new())),
        Type::Option(_) => Some(Val::Option(None)),
        Type::Result(ty) => refusal(ty.err()).map(|error| Val::Result(Err(error))),
        _ => None,
    }
}

/// The error that a result holds, which may be one without a value.
fn refusal(error: Option<Type>) -> Option<Option<Box<Val>>> {
    let value = match error {
        None => return Some(None),
        Some(Type::Enum(error)) => Val::Enum(preferred(error.names())?),
        Some(Type::Variant(error)) => {
            let empty = error.cases().filter(|case| case.ty.is_none()).map(|case| case.name);
            Val::Variant(preferred(empty)?, None)
        }
        Some(_) => return None,
    };
    Some(Some(Box::new(value)))
}

fn preferred<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let names: Vec<&str> = names.collect();
    REFUSALS.iter().find(|refusal| names.contains(refusal)).map(|&refusal| refusal.to_owned())
}
