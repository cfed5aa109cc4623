//! What a module must look like before anything is compiled: cheap checks of its structure, each with a sentence that
//! says what is wrong and what to do about it.

use wasmparser::{ComponentTypeRef, Encoding, FunctionBody, Parser, Payload};
use wasmtime::Engine;

use crate::abi::SUPPORTED_VERSIONS;
use crate::config::ModuleLimits;
use crate::price::Price;

/// The package that a task may import from.
const PACKAGE: &str = "prahari:task/";

/// The packages of WASI that are offered, whatever of them is empty.
const WASI_PACKAGES: [&str; 6] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];

/// Reasons why a file is not a module that this host runs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The file is empty.
    #[error("the file is empty; a task module is a WebAssembly component")]
    Empty,
    /// Readable text, such as WAT, which wasmtime itself would accept.
    #[error("the file is text; a task module is a compiled WebAssembly component (.wasm)")]
    Text,
    /// Machine code, which could do anything.
    #[error("the file is precompiled machine code; upload the WebAssembly component it was made from")]
    Precompiled,
    /// The file is neither WebAssembly nor text.
    #[error("the file is not WebAssembly; a task module is a WebAssembly component")]
    NotWasm,
    /// A module without the component around it.
    #[error(
        "the file is a core WebAssembly module, not a component; turn it into one with `wasm-tools component new`"
    )]
    CoreModule,
    /// The component is malformed.
    #[error("the module is not valid WebAssembly: {0}")]
    Malformed(String),
    /// The component is larger than allowed.
    #[error("the module has {found} bytes; at most {limit} are allowed")]
    TooLarge {
        /// Size of the file, in bytes.
        found: usize,
        /// Largest allowed size, in bytes.
        limit: usize,
    },
    /// Compiling would take too long.
    #[error("the module has {found} functions; at most {limit} are allowed")]
    TooManyFunctions {
        /// Number of functions up to where counting stopped; there may be more.
        found: u64,
        /// Largest allowed number of functions.
        limit: u64,
    },
    /// Compiling one function would take too long.
    #[error("a function of the module has {found} bytes; at most {limit} are allowed")]
    FunctionTooLarge {
        /// Size of the function, in bytes.
        found: u64,
        /// Largest allowed size of a function, in bytes.
        limit: u64,
    },
    /// Compiling all of it would take too long.
    #[error(
        "compiling the module is priced at {found} points or more and at most {limit} are allowed; most of it is for {most}"
    )]
    TooCostly {
        /// Price in points, as far as it was added up.
        found: u64,
        /// Highest allowed price, in points.
        limit: u64,
        /// Name of the part that most of the price is for.
        most: &'static str,
    },
    /// Too many modules inside.
    #[error("the module is made of more than {limit} parts")]
    TooManyParts {
        /// Largest allowed number of core modules and components inside the module.
        limit: u32,
    },
    /// Components are nested deeper than allowed.
    #[error("components are nested more than {limit} deep inside the module")]
    TooDeep {
        /// Largest allowed depth of components inside components.
        limit: u32,
    },
    /// The right package in a version that this host does not have.
    #[error(
        "the module was built against version {found} of prahari:task; this host supports {}",
        SUPPORTED_VERSIONS.join(", ")
    )]
    Version {
        /// The version it names, or `none`.
        found: String,
    },
    /// Anything else it wants.
    #[error("the module imports what a task may not have: {}", imports.join(", "))]
    ForeignImports {
        /// Names of the imports that are refused.
        imports: Vec<String>,
    },
}

/// Checks the structure of a component and prices its compilation; answers the points. It is not validated in full:
/// the compiler does that.
pub fn check(bytes: &[u8], limits: &ModuleLimits) -> Result<u64, CheckError> {
    check_kind(bytes)?;
    if bytes.len() > limits.bytes {
        return Err(CheckError::TooLarge { found: bytes.len(), limit: limits.bytes });
    }
    let mut survey = Survey {
        limits: *limits,
        depth: 0,
        parts: 0,
        functions: 0,
        price: Price::default(),
        imports: Vec::new(),
    };
    for payload in Parser::new(0).parse_all(bytes) {
        survey.see(payload.map_err(malformed)?)?;
    }
    check_imports(survey.imports)?;
    Ok(survey.price.points())
}

fn check_kind(bytes: &[u8]) -> Result<(), CheckError> {
    if bytes.is_empty() {
        return Err(CheckError::Empty);
    }
    if Engine::detect_precompiled(bytes).is_some() || bytes.starts_with(b"\x7fELF") {
        return Err(CheckError::Precompiled);
    }
    if Parser::is_component(bytes) {
        return Ok(());
    }
    if Parser::is_core_wasm(bytes) {
        return Err(CheckError::CoreModule);
    }
    if bytes.starts_with(b"\0asm") {
        return Err(CheckError::Malformed("its header names no known version".to_owned()));
    }
    Err(if std::str::from_utf8(bytes).is_ok() { CheckError::Text } else { CheckError::NotWasm })
}

/// What was seen of a component so far: its depth, counts, price and imports.
struct Survey {
    limits: ModuleLimits,
    depth: u32,
    parts: u32,
    functions: u64,
    price: Price,
    imports: Vec<String>,
}

impl Survey {
    fn see(&mut self, payload: Payload<'_>) -> Result<(), CheckError> {
        if let Payload::CodeSectionEntry(body) = &payload {
            self.check_size(body)?;
        }
        self.price.add(&payload).map_err(malformed)?;
        // At once, so that pricing ends where the limit is.
        self.check_price()?;
        match payload {
            Payload::Version { encoding, .. } => self.enter(encoding),
            Payload::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(())
            }
            Payload::CodeSectionStart { count, .. } => self.count_functions(count),
            Payload::ComponentImportSection(imports) if self.depth == 1 => {
                for import in imports {
                    let import = import.map_err(malformed)?;
                    // Types named in the world itself arrive as imports too; they bring no function with them.
                    if !matches!(import.ty, ComponentTypeRef::Type(_)) {
                        // A name may be written with its version apart.
                        let version = import.name.version_suffix.unwrap_or_default();
                        self.imports.push(format!("{}{version}", import.name.name));
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, encoding: Encoding) -> Result<(), CheckError> {
        self.depth += 1;
        self.parts += 1;
        if self.parts > self.limits.parts.saturating_add(1) {
            return Err(CheckError::TooManyParts { limit: self.limits.parts });
        }
        if encoding == Encoding::Component && self.depth > self.limits.nesting.saturating_add(1) {
            return Err(CheckError::TooDeep { limit: self.limits.nesting });
        }
        Ok(())
    }

    fn check_size(&self, body: &FunctionBody<'_>) -> Result<(), CheckError> {
        let (range, limit) = (body.range(), self.limits.function_bytes);
        let found = u64::try_from(range.len()).unwrap_or(u64::MAX);
        if found > limit { Err(CheckError::FunctionTooLarge { found, limit }) } else { Ok(()) }
    }

    fn check_price(&self) -> Result<(), CheckError> {
        let (found, limit) = (self.price.points(), self.limits.points);
        if found <= limit {
            return Ok(());
        }
        Err(CheckError::TooCostly { found, limit, most: self.price.most() })
    }

    fn count_functions(&mut self, count: u32) -> Result<(), CheckError> {
        self.functions = self.functions.saturating_add(u64::from(count));
        if self.functions > self.limits.functions {
            return Err(CheckError::TooManyFunctions { found: self.functions, limit: self.limits.functions });
        }
        Ok(())
    }
}

/// Foreign imports are named before a version, because they cannot be helped by another build.
fn check_imports(imports: Vec<String>) -> Result<(), CheckError> {
    let (ours, others): (Vec<_>, Vec<_>) = imports.into_iter().partition(|name| name.starts_with(PACKAGE));
    let foreign: Vec<_> = others.into_iter().filter(|name| !is_of_wasi(name)).collect();
    if !foreign.is_empty() {
        return Err(CheckError::ForeignImports { imports: foreign });
    }
    for name in ours {
        let version = name.split_once('@').map_or("none", |(_, version)| version);
        if !SUPPORTED_VERSIONS.contains(&version) {
            return Err(CheckError::Version { found: version.to_owned() });
        }
    }
    Ok(())
}

/// Returns whether this is the full name of an interface of WASI that is offered, such as `wasi:io/streams@0.2.6`.
fn is_of_wasi(import: &str) -> bool {
    let of_our_version = import.split_once('@').is_some_and(|(_, version)| version.starts_with("0.2."));
    of_our_version && WASI_PACKAGES.iter().any(|package| import.starts_with(package))
}

fn malformed(error: wasmparser::BinaryReaderError) -> CheckError {
    CheckError::Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<(), CheckError> {
        check(&wat::parse_str(text).unwrap(), &ModuleLimits::default()).map(|_| ())
    }

    fn importing(name: &str) -> String {
        format!(r#"(component (import "{name}" (instance)))"#)
    }

    #[test]
    fn files_that_are_no_component_are_told_apart() {
        let check = |bytes: &[u8]| check(bytes, &ModuleLimits::default()).map(|_| ());
        assert_eq!(check(b""), Err(CheckError::Empty));
        assert_eq!(check(b"(component)"), Err(CheckError::Text));
        assert_eq!(check(b"\x7fELF\x02"), Err(CheckError::Precompiled));
        assert_eq!(check(&[0xff, 0xfe, 0x00]), Err(CheckError::NotWasm));
        assert_eq!(checked("(module)"), Err(CheckError::CoreModule));
        assert!(matches!(check(b"\0asm\x63\0\0\0"), Err(CheckError::Malformed(_))));
    }

    #[test]
    fn a_truncated_component_is_malformed() {
        let bytes = wat::parse_str(importing("prahari:task/market@1.0.0")).unwrap();
        let cut = &bytes[..bytes.len() - 3];
        assert!(matches!(check(cut, &ModuleLimits::default()), Err(CheckError::Malformed(_))));
    }

    #[test]
    fn imports_of_the_task_package_are_accepted() {
        for version in SUPPORTED_VERSIONS {
            assert_eq!(checked(&importing(&format!("prahari:task/market@{version}"))), Ok(()));
        }
    }

    #[test]
    fn only_the_packages_of_wasi_that_can_be_empty_are_offered() {
        assert!(is_of_wasi("wasi:io/streams@0.2.0"));
        assert!(is_of_wasi("wasi:filesystem/types@0.2.12"));
        for other in
            ["wasi:http/types@0.2.6", "wasi:io/streams@0.3.0", "wasi:io/streams", "wasix:io/streams@0.2.0"]
        {
            assert!(!is_of_wasi(other), "{other}");
        }
    }

    #[test]
    fn foreign_imports_are_listed() {
        let text = r#"(component
            (import "wasi:http/types@0.2.0" (instance))
            (import "prahari:task/market@1.0.0" (instance))
            (import "wasi:random/random@0.2.0" (instance))
            (import "wasi:random/random@0.3.0" (instance)))"#;
        let error = checked(text).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the module imports what a task may not have: wasi:http/types@0.2.0, wasi:random/random@0.3.0"
        );
    }

    #[test]
    fn another_version_of_the_boundary_is_named_with_the_supported_ones() {
        for version in ["0.9.0", "1.0.1", "1.4.0", "2.0.0"] {
            let error = checked(&importing(&format!("prahari:task/market@{version}"))).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "the module was built against version {version} of prahari:task; this host supports 1.0.0, 1.1.0, 1.2.0, 1.3.0"
                )
            );
        }
    }

    #[test]
    fn sizes_are_limited() {
        let limits = ModuleLimits {
            bytes: 200,
            functions: 2,
            function_bytes: 40,
            parts: 2,
            nesting: 1,
            ..ModuleLimits::default()
        };
        let check = |text: &str| check(&wat::parse_str(text).unwrap(), &limits).map(|_| ());
        assert_eq!(check("(component (core module (func) (func)))"), Ok(()));
        let functions = check("(component (core module (func) (func)) (core module (func)))");
        assert_eq!(functions, Err(CheckError::TooManyFunctions { found: 3, limit: 2 }));
        let function = check(&format!("(component (core module (func {})))", "nop ".repeat(39)));
        assert_eq!(function, Err(CheckError::FunctionTooLarge { found: 41, limit: 40 }));
        let parts = check("(component (core module) (core module) (core module))");
        assert_eq!(parts, Err(CheckError::TooManyParts { limit: 2 }));
        let nesting = check("(component (component (component)))");
        assert_eq!(nesting, Err(CheckError::TooDeep { limit: 1 }));
        let large = check(&format!("(component (core module (data \"{}\")))", "x".repeat(300)));
        assert!(matches!(large, Err(CheckError::TooLarge { .. })));
    }
}
