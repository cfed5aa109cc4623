//! What was found when bars were read, as the log tells it.

use prahari_brokers::BarsReport;

/// Writes it into the log: what somebody has to look at as warnings, and which jumps a known action explains beside them.
pub fn log_bars(report: &BarsReport) {
    for note in report.open_shown() {
        tracing::warn!(note, "the bars are not quite as they should be");
    }
    for note in report.explained_shown() {
        tracing::info!(note, "the bars have jumps that corporate actions explain");
    }
}
