//! The time of log lines: that of the daemon's clock, in India, and the system's while there is no daemon.

use std::fmt;

use parking_lot::RwLock;
use prahari_app::clock::Clock;
use prahari_domain::time::Timestamp;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

static CLOCK: RwLock<Clock> = RwLock::new(Clock::System);

/// Has the lines from now on carry the time of this clock.
pub fn follow(clock: Clock) {
    *CLOCK.write() = clock;
}

/// Returns the time of a line that is written now.
pub fn now() -> Timestamp {
    CLOCK.read().now()
}

/// Writes the time of a line.
#[derive(Debug, Clone, Copy)]
pub struct LineTime;

impl FormatTime for LineTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        writer.write_str(&text(now()))
    }
}

/// Returns an instant as a line has it, such as `2026-11-29T09:15:00.000+05:30`.
pub fn text(at: Timestamp) -> String {
    format!("{}T{}+05:30", at.ist_day(), at.ist_time().format("%H:%M:%S%.3f"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_ist_with_its_offset() {
        assert_eq!(text(Timestamp(1_735_789_500_007)), "2025-01-02T09:15:00.007+05:30");
    }
}
