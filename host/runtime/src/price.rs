//! What compiling a component costs, priced from its structure before anything is compiled.
//!
//! Bytes alone say little: a few kilobytes of nested loops over many variables keep the compiler busy for a minute.
//! So each thing that a component has is priced by what it was seen to cost the compiler at worst, in points of
//! about a microsecond of one core. The price is an estimate from above and only ever compared with its limit; the
//! compiler's own limits on time and memory stand behind it.

use std::ops::Range;

use wasmparser::{BinaryReaderError, BlockType, FuncType, FunctionBody, Operator, Payload, TypeRef};

/// A function, however empty: its own code, and the code by which it is entered from outside.
const FUNCTION: u64 = 200;
/// A byte of a function's code.
const CODE_BYTE: u64 = 1;
/// A type of functions, for which code to enter and leave is made.
const TYPE: u64 = 140;
/// A byte of what a component says of its own types and connections.
const COMPONENT_BYTE: u64 = 2;
/// An entry of a core module's other tables: imports, exports, globals, tables, segments.
const ENTRY: u64 = 3;
/// A module or a component inside.
const PART: u64 = 200;
/// A variable of a function.
const LOCAL: u64 = 5;
/// A variable in each block of its function, since its value may differ from block to block.
const LOCAL_IN_BLOCK: u64 = 1;
/// A variable in each loop of its function: its value has to be known before that of the loop's own end is.
const LOCAL_IN_LOOP: u64 = 35;
/// A loop is interrupted at each turn.
const LOOP: u64 = 165;
/// A block that is entered or left.
const BLOCK: u64 = 14;
/// Number of enclosing blocks that cost one point.
const NESTED_BLOCKS: u64 = 100;
/// A value that a block takes or leaves, a loop, and a call.
const VALUE_OF_BLOCK: u64 = 2;
const VALUE_OF_LOOP: u64 = 35;
const VALUE_OF_CALL: u64 = 10;
/// A call, and one through a table.
const CALL: u64 = 6;
const INDIRECT_CALL: u64 = 100;
/// Growing, filling and copying of memories, and reading of tables.
const BULK: u64 = 90;
/// Growing, filling and copying of tables.
const TABLE_BULK: u64 = 240;

/// Parts of a price, for the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Functions,
    Code,
    Variables,
    Calls,
    Types,
    Structure,
}

impl Part {
    const ALL: [Self; 6] =
        [Self::Functions, Self::Code, Self::Variables, Self::Calls, Self::Types, Self::Structure];

    const fn name(self) -> &'static str {
        match self {
            Self::Functions => "its number of functions",
            Self::Code => "its code",
            Self::Variables => "variables and values in blocks and loops",
            Self::Calls => "calls and bulk instructions",
            Self::Types => "its types",
            Self::Structure => "imports, exports, segments and other parts",
        }
    }
}

/// The price so far.
#[derive(Debug, Default)]
pub(crate) struct Price {
    functions: u64,
    code: u64,
    variables: u64,
    calls: u64,
    types: u64,
    structure: u64,
    module: Module,
}

/// What of the core module that is being looked at its functions refer to.
#[derive(Debug, Default)]
struct Module {
    /// Parameters and results of each type.
    types: Vec<Values>,
    /// The type of each function, imported ones first.
    functions: Vec<u32>,
    /// The next function whose code comes.
    next: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Values {
    parameters: u64,
    results: u64,
}

impl Values {
    fn of(kind: &FuncType) -> Self {
        Self { parameters: kind.params().len() as u64, results: kind.results().len() as u64 }
    }

    fn all(self) -> u64 {
        self.parameters.saturating_add(self.results)
    }
}

impl Module {
    fn of_type(&self, index: u32) -> Values {
        usize::try_from(index).ok().and_then(|index| self.types.get(index)).copied().unwrap_or_default()
    }

    fn of_function(&self, index: u32) -> Values {
        let kind = usize::try_from(index).ok().and_then(|index| self.functions.get(index));
        kind.map(|kind| self.of_type(*kind)).unwrap_or_default()
    }

    fn of_block(&self, block: BlockType) -> u64 {
        match block {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(index) => self.of_type(index).all(),
        }
    }
}

impl Price {
    /// Returns the whole price, in points.
    pub(crate) fn points(&self) -> u64 {
        Part::ALL.iter().fold(0, |sum: u64, part| sum.saturating_add(self.of(*part)))
    }

    /// Returns what most of it is for.
    pub(crate) fn most(&self) -> &'static str {
        Part::ALL.into_iter().max_by_key(|part| self.of(*part)).unwrap_or(Part::Code).name()
    }

    /// Adds a piece of the component. Functions are looked at instruction by instruction.
    pub(crate) fn add(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        let entries = |count: u32| u64::from(count).saturating_mul(ENTRY);
        let bytes = |range: Range<usize>| length(&range).saturating_mul(COMPONENT_BYTE);
        let structure = match payload {
            Payload::CodeSectionEntry(body) => return self.add_function(body),
            Payload::Version { .. } => {
                self.module = Module::default();
                PART
            }
            Payload::TypeSection(section) => {
                for kind in section.clone().into_iter_err_on_gc_types() {
                    self.module.types.push(Values::of(&kind?));
                    self.types = self.types.saturating_add(TYPE);
                }
                0
            }
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    if let TypeRef::Func(kind) = import?.ty {
                        self.module.functions.push(kind);
                    }
                }
                self.module.next = self.module.functions.len();
                entries(section.count())
            }
            Payload::FunctionSection(section) => {
                for kind in section.clone() {
                    self.module.functions.push(kind?);
                }
                0
            }
            Payload::TableSection(section) => entries(section.count()),
            Payload::MemorySection(section) => entries(section.count()),
            Payload::TagSection(section) => entries(section.count()),
            Payload::GlobalSection(section) => entries(section.count()),
            Payload::ExportSection(section) => entries(section.count()),
            Payload::DataSection(section) => entries(section.count()),
            // An entry may hold any number of references.
            Payload::ElementSection(section) => bytes(section.range()),
            Payload::InstanceSection(section) => bytes(section.range()),
            Payload::CoreTypeSection(section) => bytes(section.range()),
            Payload::ComponentTypeSection(section) => bytes(section.range()),
            Payload::ComponentInstanceSection(section) => bytes(section.range()),
            Payload::ComponentAliasSection(section) => bytes(section.range()),
            Payload::ComponentCanonicalSection(section) => bytes(section.range()),
            Payload::ComponentImportSection(section) => bytes(section.range()),
            Payload::ComponentExportSection(section) => bytes(section.range()),
            _ => 0,
        };
        self.structure = self.structure.saturating_add(structure);
        Ok(())
    }

    fn of(&self, part: Part) -> u64 {
        match part {
            Part::Functions => self.functions,
            Part::Code => self.code,
            Part::Variables => self.variables,
            Part::Calls => self.calls,
            Part::Types => self.types,
            Part::Structure => self.structure,
        }
    }

    fn add_function(&mut self, body: &FunctionBody<'_>) -> Result<(), BinaryReaderError> {
        let own = u32::try_from(self.module.next).unwrap_or(u32::MAX);
        self.module.next = self.module.next.saturating_add(1);
        let mut variables = self.module.of_function(own).parameters;
        for group in body.get_locals_reader()? {
            variables = variables.saturating_add(u64::from(group?.0));
        }
        let mut seen = Seen::default();
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            seen.add(&operators.read()?, &self.module);
        }
        let Seen { blocks, loops, nesting, values, calls, bulk, .. } = seen;
        let code = [
            length(&body.range()).saturating_mul(CODE_BYTE),
            variables.saturating_mul(LOCAL),
            blocks.saturating_mul(BLOCK),
            loops.saturating_mul(LOOP),
            nesting / NESTED_BLOCKS,
        ];
        let in_blocks = variables.saturating_mul(blocks.saturating_mul(LOCAL_IN_BLOCK));
        let in_loops = variables.saturating_mul(loops.saturating_mul(LOCAL_IN_LOOP));
        self.functions = self.functions.saturating_add(FUNCTION);
        self.code = code.into_iter().fold(self.code, u64::saturating_add);
        self.variables = [in_blocks, in_loops, values].into_iter().fold(self.variables, u64::saturating_add);
        self.calls = [calls, bulk].into_iter().fold(self.calls, u64::saturating_add);
        Ok(())
    }
}

/// What was seen of one function's code; `values`, `calls` and `bulk` are priced already.
#[derive(Debug, Default)]
struct Seen {
    blocks: u64,
    loops: u64,
    depth: u64,
    /// The sum of how deep each block is.
    nesting: u64,
    values: u64,
    calls: u64,
    bulk: u64,
}

impl Seen {
    fn add(&mut self, operator: &Operator<'_>, module: &Module) {
        match operator {
            Operator::Loop { blockty } => {
                self.loops = self.loops.saturating_add(1);
                self.enter(module.of_block(*blockty).saturating_mul(VALUE_OF_LOOP));
            }
            Operator::Block { blockty } | Operator::If { blockty } => {
                self.blocks = self.blocks.saturating_add(1);
                self.enter(module.of_block(*blockty).saturating_mul(VALUE_OF_BLOCK));
            }
            Operator::End => self.depth = self.depth.saturating_sub(1),
            Operator::Else | Operator::BrIf { .. } => self.blocks = self.blocks.saturating_add(1),
            Operator::BrTable { targets } => self.blocks = self.blocks.saturating_add(targets.len().into()),
            Operator::Call { function_index } => {
                self.call(CALL, module.of_function(*function_index));
            }
            Operator::CallIndirect { type_index, .. } => {
                self.call(INDIRECT_CALL, module.of_type(*type_index))
            }
            Operator::MemoryGrow { .. }
            | Operator::MemoryFill { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryInit { .. }
            | Operator::TableGet { .. }
            | Operator::TableSet { .. } => self.bulk = self.bulk.saturating_add(BULK),
            Operator::TableGrow { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. } => self.bulk = self.bulk.saturating_add(TABLE_BULK),
            _ => {}
        }
    }

    fn enter(&mut self, values: u64) {
        self.depth = self.depth.saturating_add(1);
        self.nesting = self.nesting.saturating_add(self.depth);
        self.values = self.values.saturating_add(values);
    }

    fn call(&mut self, price: u64, values: Values) {
        let price = price.saturating_add(values.all().saturating_mul(VALUE_OF_CALL));
        self.calls = self.calls.saturating_add(price);
    }
}

fn length(range: &Range<usize>) -> u64 {
    u64::try_from(range.len()).unwrap_or(u64::MAX)
}
