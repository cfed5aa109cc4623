//! Task components with a fault planted: the real ones, with a function put before one of their imports.
//!
//! The core module is taken out of the component, every call of the import goes to the new function instead, which
//! changes the arguments in the guest's memory and then calls the import; then it is a component again. Nothing
//! faulty is built from the sources, so nothing faulty can ship.

#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, Function, FunctionSection, InstructionSink, MemArg, Module, ValType,
};
use wasmparser::{Parser, Payload, TypeRef};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What is wrong with a component.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// It sells where it should buy, and the other way round.
    WrongSide,
    /// It orders twice as much.
    DoubledQuantity,
    /// Its limits are this many paise too high.
    Price(i64),
    /// It orders another company: the first letter of the symbol is a Z.
    OtherSymbol,
    /// It never comes back when it wants to order at this limit, in paise.
    LoopsAtLimit(i64),
    /// Nothing, but it logs an empty line before it reads its settings.
    Talks,
    /// It says that the order tries this one again: sixteen characters, such as those of an order's id.
    RetryOf(&'static str),
}

/// Places in an order request, by the canonical layout of its record.
mod offset {
    pub const SYMBOL: u64 = 0;
    pub const SIDE: u64 = 8;
    pub const QUANTITY: u64 = 12;
    pub const LIMIT: u64 = 24;
    pub const RETRY_OF: u64 = 80;
}

/// The component of a task with a fault.
pub fn faulty(task: &str, fault: Fault) -> Vec<u8> {
    let core = core_of(&component(task));
    let imports = Imports::of(&core);
    let (from, log) = match fault {
        Fault::Talks => (imports.find("config", "get"), imports.find("log", "write")),
        _ => (imports.find("broker", "place"), 0),
    };
    let mut planted = Planting {
        from: u32::try_from(from).unwrap(),
        to: imports.functions,
        type_index: imports.rows[from].2,
        body: Some(body(fault, u32::try_from(from).unwrap(), u32::try_from(log).unwrap())),
    };
    let mut module = Module::new();
    planted.parse_core_module(&mut module, Parser::new(0), &core).unwrap();
    encode(module.finish(), &imports.version)
}

/// The component of a task as it ships.
pub fn component(task: &str) -> Vec<u8> {
    let components = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/components");
    std::fs::read(components.join(task).with_extension("wasm")).unwrap()
}

/// The new function: what the fault does to the first request, then the import.
fn body(fault: Fault, import: u32, log: u32) -> Function {
    // One local more, for an address.
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    match fault {
        Fault::WrongSide => {
            code.local_get(0).local_get(0).i32_load8_u(at(offset::SIDE, 0));
            code.i32_const(1).i32_xor().i32_store8(at(offset::SIDE, 0));
        }
        Fault::DoubledQuantity => {
            code.local_get(0).local_get(0).i32_load(at(offset::QUANTITY, 2));
            code.i32_const(2).i32_mul().i32_store(at(offset::QUANTITY, 2));
        }
        Fault::Price(more) => {
            code.local_get(0).local_get(0).i64_load(at(offset::LIMIT, 3));
            code.i64_const(more).i64_add().i64_store(at(offset::LIMIT, 3));
        }
        Fault::OtherSymbol => {
            code.local_get(0).i32_load(at(offset::SYMBOL, 2));
            code.i32_const(i32::from(b'Z')).i32_store8(at(0, 0));
        }
        Fault::LoopsAtLimit(limit) => {
            code.local_get(0).i64_load(at(offset::LIMIT, 3)).i64_const(limit).i64_eq();
            code.if_(BlockType::Empty).loop_(BlockType::Empty).br(0).end().end();
        }
        Fault::RetryOf(text) => {
            let bytes: [u8; 16] = text.as_bytes().try_into().unwrap();
            let halves = u128::from_le_bytes(bytes);
            // The text goes to a page of memory of its own.
            code.i32_const(1).memory_grow(0).i32_const(16).i32_shl().local_set(3);
            for (place, half) in [(0, halves as u64), (8, (halves >> 64) as u64)] {
                code.local_get(3).i64_const(half.cast_signed()).i64_store(at(place, 3));
            }
            code.local_get(0).i32_const(1).i32_store8(at(offset::RETRY_OF, 0));
            code.local_get(0).local_get(3).i32_store(at(offset::RETRY_OF + 4, 2));
            code.local_get(0).i32_const(16).i32_store(at(offset::RETRY_OF + 8, 2));
        }
        Fault::Talks => {
            code.i32_const(1).local_get(0).i32_const(0).call(log);
        }
    }
    call_on(&mut code, if matches!(fault, Fault::Talks) { 1 } else { 3 }, import);
    function
}

fn call_on(code: &mut InstructionSink<'_>, parameters: u32, import: u32) {
    (0..parameters).for_each(|parameter| {
        code.local_get(parameter);
    });
    code.call(import).end();
}

fn at(offset: u64, align: u32) -> MemArg {
    MemArg { offset, align, memory_index: 0 }
}

/// Writes a module anew with one function more, to which all references to an import go.
struct Planting {
    from: u32,
    to: u32,
    type_index: u32,
    body: Option<Function>,
}

impl Reencode for Planting {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Self::Error>> {
        Ok(if index == self.from { self.to } else { index })
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_function_section(self, functions, section)?;
        functions.function(self.type_index);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        utils::parse_code_section(self, code, section)?;
        code.function(&self.body.take().unwrap());
        Ok(())
    }
}

/// The imported functions of a core module: interface, name, type; and how many functions it has in all.
struct Imports {
    rows: Vec<(String, String, u32)>,
    functions: u32,
    version: String,
}

impl Imports {
    fn of(core: &[u8]) -> Self {
        let (mut rows, mut defined, mut version) = (Vec::new(), 0, String::new());
        for payload in Parser::new(0).parse_all(core) {
            match payload.unwrap() {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.unwrap();
                        let TypeRef::Func(index) = import.ty else { continue };
                        let (interface, found) = import.module.split_once('@').unwrap();
                        found.clone_into(&mut version);
                        let interface = interface.trim_start_matches("prahari:task/");
                        rows.push((interface.to_owned(), import.name.to_owned(), index));
                    }
                }
                Payload::FunctionSection(section) => defined = section.count(),
                _ => {}
            }
        }
        let functions = u32::try_from(rows.len()).unwrap() + defined;
        Self { rows, functions, version }
    }

    fn find(&self, interface: &str, name: &str) -> usize {
        self.rows.iter().position(|row| row.0 == interface && row.1 == name).unwrap()
    }
}

/// The first core module of a component, which is the one that was written.
fn core_of(component: &[u8]) -> Vec<u8> {
    let module = Parser::new(0).parse_all(component).find_map(|payload| match payload.unwrap() {
        Payload::ModuleSection { unchecked_range, .. } => Some(unchecked_range),
        _ => None,
    });
    let range = module.unwrap();
    component[range].to_vec()
}

fn encode(mut core: Vec<u8>, version: &str) -> Vec<u8> {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../wit/prahari-task@{version}"));
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).unwrap();
    let world = resolve.select_world(&[package], Some("task-with-manifest")).unwrap();
    embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&core).unwrap().validate(true).encode().unwrap()
}
