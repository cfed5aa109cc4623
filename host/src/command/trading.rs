//! `prahari trading`: what of a user's orders may be sent, at a running daemon.

use std::process::ExitCode;

use serde::Deserialize;
use serde_json::json;

use super::moment;
use super::remote::Remote;
use crate::cli::{TradingCommand, TradingOptions};
use crate::exit::{Failure, say};

/// Does what a command says, and tells what may be sent then.
pub fn trading(options: &TradingOptions) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1")?;
    let path = match options.user {
        Some(user) => format!("/users/{user}/trading-state"),
        None => "/user/trading-state".to_owned(),
    };
    let (method, body) = match &options.command {
        TradingCommand::Show => ("GET", None),
        TradingCommand::Set { state, reason } => {
            ("PUT", Some(json!({ "state": state.name(), "reason": reason })))
        }
    };
    daemon
        .show(method, &path, body, |state: Trading| state.lines().iter().for_each(|line| say!("{line}")))?;
    Ok(ExitCode::SUCCESS)
}

/// What may be sent, and why not more.
#[derive(Deserialize)]
struct Trading {
    state: String,
    restrictions: Vec<Restriction>,
}

/// One reason for less than everything.
#[derive(Deserialize)]
struct Restriction {
    source: String,
    state: String,
    reason: String,
    since: Option<String>,
    by: Option<String>,
    lifted_by: String,
}

impl Trading {
    /// The state, and a line for each reason.
    fn lines(&self) -> Vec<String> {
        let state = format!("state: {}", self.state);
        std::iter::once(state).chain(self.restrictions.iter().map(Restriction::line)).collect()
    }
}

impl Restriction {
    /// Such as `reduce_only by ravi since 2025-03-10 09:15:02 (own, lifted by the user): results are due`.
    fn line(&self) -> String {
        let Self { source, state, reason, lifted_by, .. } = self;
        let by = self.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let since = self.since.as_ref().map(|since| format!(" since {}", moment(since))).unwrap_or_default();
        let whom = if lifted_by == "admin" { "an admin" } else { "the user" };
        format!("{state}{by}{since} ({source}, lifted by {whom}): {reason}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_a_line_that_says_who_may_lift_it() {
        let answer = json!({
            "state": "halted",
            "restrictions": [
                { "source": "daemon", "state": "halted", "reason": "the switch is on", "since": null, "by": null,
                  "lifted_by": "admin" },
                { "source": "own", "state": "reduce_only", "reason": "results are due",
                  "since": "2025-03-10T09:15:02.000+05:30", "by": "ravi", "lifted_by": "user" },
            ],
        });
        let lines = serde_json::from_value::<Trading>(answer).unwrap().lines();
        let expected = [
            "state: halted",
            "halted (daemon, lifted by an admin): the switch is on",
            "reduce_only by ravi since 2025-03-10 09:15:02 (own, lifted by the user): results are due",
        ];
        assert_eq!(lines, expected);
    }
}
