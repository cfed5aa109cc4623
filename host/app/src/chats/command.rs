//! What somebody wrote, as far as it is a command.

/// A command of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command<'a> {
    /// Connect the chat, with the code of the console.
    Start(Option<&'a str>),
    /// Which commands there are.
    Help,
    /// Services, today's slots, money.
    Status,
    /// What is held.
    Positions,
    /// Today's orders.
    Orders,
    /// Turn the kill switch on; without the code, ask for it.
    Kill(Option<&'a str>),
    /// Anything else.
    Other,
}

impl<'a> Command<'a> {
    /// Reads a message such as `/kill k3vq`, also where the name of the bot stands behind the command.
    pub(super) fn read(text: &'a str) -> Self {
        let mut words = text.split_whitespace();
        let (Some(first), argument) = (words.next(), words.next()) else { return Self::Other };
        let command = first.split_once('@').map_or(first, |(command, _bot)| command);
        match command.to_ascii_lowercase().as_str() {
            "/start" => Self::Start(argument),
            "/help" => Self::Help,
            "/status" => Self::Status,
            "/positions" => Self::Positions,
            "/orders" => Self::Orders,
            "/kill" => Self::Kill(argument),
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_however_it_is_written_and_anything_else_is_none() {
        for (text, command) in [
            ("/start", Command::Start(None)),
            ("/start k3vq-7hdm", Command::Start(Some("k3vq-7hdm"))),
            (" /STATUS@prahari_bot now", Command::Status),
            ("/positions", Command::Positions),
            ("/orders\n", Command::Orders),
            ("/kill", Command::Kill(None)),
            ("/kill  abcd ", Command::Kill(Some("abcd"))),
            ("/help", Command::Help),
            ("", Command::Other),
            ("status", Command::Other),
            ("/killall", Command::Other),
            ("/", Command::Other),
        ] {
            assert_eq!(Command::read(text), command, "{text:?}");
        }
    }
}
