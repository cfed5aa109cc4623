//! `prahari task check`: what a component is, or the one sentence why it is refused.

use std::path::{Path, PathBuf};

use prahari_app::tasks::TaskManifest;
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
    print(&module, bytes);
    say!("manifest      {}", manifest.as_ref().map_or("none", |manifest| manifest.title.as_str()));
    if let Some(own) = manifest.filter(|manifest| !manifest.strategy.is_rebound()) {
        say!("strategy      {}", own.strategy);
    }
    Ok(())
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
