//! What the operating system says that a process uses. The one place that reads `/proc`; a platform without it answers none.

use std::time::Duration;

use nix::unistd::Pid;

/// Processor time and memory of a process, its host code included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessUsage {
    /// Processor time of all its threads since it was started.
    pub cpu: Duration,
    /// Resident memory in bytes, now.
    pub memory_bytes: u64,
}

impl ProcessUsage {
    /// Returns what a process uses now; none when there is no such process, or the platform does not tell.
    pub fn of(pid: u32) -> Option<Self> {
        let cpu = cpu_of(Pid::from_raw(i32::try_from(pid).ok()?))?;
        Some(Self { cpu, memory_bytes: status_bytes(&pid.to_string(), "VmRSS:")? })
    }
}

/// Returns the most resident memory that this process ever had, in bytes; none when the platform does not tell.
pub fn peak_memory_bytes() -> Option<u64> {
    status_bytes("self", "VmHWM:")
}

/// The processor clock of a process, which is finer than the ticks in `/proc/PID/stat` and counts the same.
#[cfg(target_os = "linux")]
fn cpu_of(pid: Pid) -> Option<Duration> {
    let clock = nix::time::ClockId::pid_cpu_clock_id(pid).ok()?;
    clock.now().ok().map(Duration::from)
}

#[cfg(not(target_os = "linux"))]
fn cpu_of(_: Pid) -> Option<Duration> {
    None
}

/// A field of `/proc/PROCESS/status` that is given in kilobytes.
fn status_bytes(process: &str, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_computes_and_holds_memory_uses_more_of_both() {
        let own = || ProcessUsage::of(std::process::id()).unwrap();
        let before = own();
        let held = vec![7_u8; 64 << 20];
        while own().cpu < before.cpu + Duration::from_millis(20) {
            std::hint::black_box(held.iter().fold(0_u64, |sum, byte| sum.wrapping_add(u64::from(*byte))));
        }
        assert!(own().memory_bytes >= before.memory_bytes + (32 << 20), "{before:?}, {:?}", own());
        std::hint::black_box(&held);
        assert!(peak_memory_bytes().unwrap() >= own().memory_bytes / 2);
    }

    #[test]
    fn a_process_that_has_ended_uses_nothing_that_could_be_told() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert_eq!((ProcessUsage::of(pid), ProcessUsage::of(u32::MAX)), (None, None));
    }
}
