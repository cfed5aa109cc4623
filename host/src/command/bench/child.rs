//! A daemon in a process of its own: this very program, serving a database on a free port.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use prahari_app::clock::{Clock, Stopwatch};
use prahari_domain::time::Timestamp;
use prahari_runtime::process_usage::ProcessUsage;
use serde_json::Value;
use tokio::sync::Notify;

use crate::exit::Failure;

/// Between two questions to a daemon that is at work.
const POLL_MS: i64 = 200;

/// A serving daemon; killed with this value.
pub struct Serving {
    child: Child,
    address: String,
    /// Time from the start of the process to its first successful answer.
    pub ready_after: Duration,
}

impl Serving {
    /// Starts it on a database and waits until it answers that it is well.
    pub fn start(db: &Path, speed: u32) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(Failure::work)?;
        let speed = speed.to_string();
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--from", "2025-03-03"]);
        command.args(["--speed", &speed]).arg("--db").arg(db).stdin(Stdio::null()).stdout(Stdio::piped());
        let stopwatch = Stopwatch::start();
        let mut child = command.spawn().map_err(Failure::work)?;
        let address = announced(&mut child)?;
        let mut serving = Self { child, address, ready_after: Duration::ZERO };
        serving.health()?;
        serving.ready_after = stopwatch.elapsed();
        Ok(serving)
    }

    /// Waits until every instant up to this one is handed out.
    pub async fn wait_until(&self, instant: Timestamp) -> Result<(), Failure> {
        // As the API writes it, but for the offset, which all have.
        let instant = instant.to_string().replace(' ', "T");
        loop {
            let health = self.health()?;
            let reached = health.get("last_instant").and_then(Value::as_str).unwrap_or_default();
            if reached >= instant.as_str() {
                return Ok(());
            }
            Clock::System.wait_until(Clock::System.now().plus_millis(POLL_MS), &Notify::new()).await;
        }
    }

    /// Resident memory in bytes.
    pub fn resident_bytes(&self) -> Result<u64, Failure> {
        let usage = ProcessUsage::of(self.child.id());
        usage
            .map(|usage| usage.memory_bytes)
            .ok_or_else(|| Failure::work("the memory of the daemon is not told"))
    }

    fn health(&self) -> Result<Value, Failure> {
        let answer = self.get("/api/v1/system/health").map_err(Failure::work)?;
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        if !answer.starts_with("HTTP/1.1 200") {
            return Err(Failure::work(format!("the daemon is not well: {body}")));
        }
        serde_json::from_str(body).map_err(Failure::work)
    }

    fn get(&self, path: &str) -> std::io::Result<String> {
        let mut socket = TcpStream::connect(&self.address)?;
        write!(socket, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address)?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The address that the daemon prints when it is wired.
fn announced(child: &mut Child) -> Result<String, Failure> {
    let output = child.stdout.take().ok_or_else(|| Failure::work("the daemon has no output"))?;
    for line in BufReader::new(output).lines() {
        let line = line.map_err(Failure::work)?;
        if let Some(address) = address_in(&line) {
            return Ok(address.to_owned());
        }
    }
    Err(Failure::work("the daemon ended before it said where it listens"))
}

/// The address in the line that says where to open the console; what stands behind it, such as a set-up link, is left out.
fn address_in(line: &str) -> Option<&str> {
    line.split_once("Open http://")?.1.split('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_with_and_without_a_link_for_the_first_admin() {
        let plain = "Prahari trades on paper. Open http://127.0.0.1:8700/";
        let first = "There is no admin yet. Open http://127.0.0.1:8700/#setup=abc";
        assert_eq!((address_in(plain), address_in(first)), (Some("127.0.0.1:8700"), Some("127.0.0.1:8700")));
        assert_eq!(address_in("the daemon has started"), None);
    }
}
