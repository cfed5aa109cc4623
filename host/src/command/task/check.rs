//! `prahari task check`: what a component is, or the one sentence why it is refused.

use std::path::{Path, PathBuf};

use prahari_app::grants::Allowance;
use prahari_app::tasks::TaskManifest;
use prahari_domain::numbers::counted;
use prahari_runtime::abi::latest::TaskKind;
use prahari_runtime::{Module, capability_name};

use super::component;
use crate::exit::{Failure, say};
use crate::wiring;

/// Loads the component and prints what it is.
pub async fn check(file: PathBuf) -> Result<(), Failure> {
    let bytes = component::read(&file)?;
    describe(&file, &bytes).await
}

/// Describes a component whose bytes are read already.
pub async fn describe(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let runtime = wiring::runtime()?;
    let module = component::load(&runtime, file, bytes).await?;
    let manifest = module.manifest().map(TaskManifest::read).transpose();
    let manifest = manifest.map_err(|error| Failure::input(format!("{}: {error}", file.display())))?;
    let settings = module
        .described_settings()
        .map_err(|error| Failure::input(format!("{}: {error}", file.display())))?;
    print(&module, bytes);
    say!("settings      {}", list(settings.iter().flat_map(|schema| schema.names())));
    let title = manifest.as_ref().map_or("none", |manifest| manifest.title.as_str());
    say!("manifest      {title}");
    if let Some(own) = manifest.as_ref().filter(|manifest| !manifest.strategy.is_rebound()) {
        say!("strategy      {}", own.strategy);
    }
    say!("to be granted {}", to_be_granted(&module, manifest.as_ref()));
    Ok(())
}

/// Returns what an operator would have to grant for the component to run as a task of its own.
fn to_be_granted(module: &Module, manifest: Option<&TaskManifest>) -> String {
    let Some(manifest) = manifest else {
        let wanted = list(module.info().capabilities.iter().map(|wanted| capability_name(*wanted)));
        return format!(
            "{wanted}; what it may use stands in the manifest that `prahari task add --manifest` takes"
        );
    };
    let allowance = Allowance::default_of(manifest);
    let orders = match manifest.trades() {
        true => format!(", {}", counted(manifest.limits.orders, "order", "orders")),
        false => String::new(),
    };
    format!(
        "{}; in a run {} ms, {} MiB, {}{orders}",
        list(allowance.capabilities.iter().map(String::as_str)),
        allowance.cpu_ms,
        allowance.memory_bytes >> 20,
        counted(allowance.calls, "call", "calls"),
    )
}

fn print(module: &Module, bytes: &[u8]) {
    let info = module.info();
    let kind = match info.kind {
        TaskKind::Scheduled => "scheduled",
        TaskKind::Continuous => "continuous",
    };
    say!("name          {}", info.name);
    say!("version       {}", info.version);
    say!("kind          {kind}");
    say!("schedule      {}", info.default_schedule);
    say!("capabilities  {}", list(info.capabilities.iter().map(|wanted| capability_name(*wanted))));
    say!("imports       {}", list(component::imports(bytes).iter().map(String::as_str)));
    say!("size          {} bytes", bytes.len());
    say!("hash          {}", module.hash());
}

/// Words with commas between them.
pub fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
