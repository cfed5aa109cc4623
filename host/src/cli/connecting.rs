//! The limits of connections, on the command line of `prahari serve`.

use std::time::Duration;

use clap::Args;
use prahari_api::ConnectionLimits;

/// Limits of connections. What each is for, and why it is what it is by default, stands in docs/OPERATIONS.md.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connections")]
pub struct Connecting {
    /// Most connections altogether; fewer when the system gives too few descriptors.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    connections: u32,
    /// Most connections from one address of which nobody is signed in.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    connections_per_address: u32,
    /// Most connections of one signed-in user, live streams not counted.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    connections_per_user: u32,
    /// Most live streams of one user.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    streams_per_user: u32,
    /// Seconds within which a connection has to bring its first request.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    first_request_within: u32,
    /// Seconds from an answer within which the next request has to come.
    #[arg(long, value_name = "SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    idle_at_most: u32,
    /// Seconds that a request's body may pause.
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    body_pause_at_most: u32,
    /// Seconds within which a request's body has to be complete.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    body_within: u32,
    /// Seconds that a client may take nothing of its answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    stalled_at_most: u32,
}

impl Connecting {
    /// Returns the limits for the server, with no more connections than there are file descriptors.
    pub fn limits(&self, descriptors: usize) -> ConnectionLimits {
        let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        ConnectionLimits {
            most: count(self.connections).min(descriptors),
            per_address: count(self.connections_per_address),
            per_user: count(self.connections_per_user),
            streams_per_user: count(self.streams_per_user),
            first_request: seconds(self.first_request_within),
            idle: seconds(self.idle_at_most),
            body_pause: seconds(self.body_pause_at_most),
            body: seconds(self.body_within),
            stalled: seconds(self.stalled_at_most),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        connections: Connecting,
    }

    #[test]
    fn the_defaults_of_the_command_line_are_those_of_the_server() {
        let line = Line::try_parse_from(["serve"]).unwrap();
        assert_eq!(line.connections.limits(100_000), ConnectionLimits::default());
        assert_eq!(line.connections.limits(100).most, 100);
    }
}
