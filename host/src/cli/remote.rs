//! How commands find a running daemon, and show who asks.

use std::path::PathBuf;

use clap::Args;

/// A running daemon, and who asks it.
#[derive(Debug, Args)]
pub struct AtDaemon {
    /// Address of the daemon, such as http://127.0.0.1:8080; on another machine https, as of a proxy before it.
    #[arg(long, env = "PRAHARI_URL", default_value = "http://127.0.0.1:8700", global = true)]
    pub url: String,
    /// A file with an API token, of scope admin where other users are concerned; without it the environment variable
    /// PRAHARI_TOKEN.
    #[arg(long, global = true)]
    pub token_file: Option<PathBuf>,
    /// Print the daemon's answer as JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// A running daemon, and a person who logs in for one command: what no API token may do.
#[derive(Debug, Args)]
pub struct AsPerson {
    /// Address of the daemon, such as http://127.0.0.1:8080; on another machine https, as of a proxy before it.
    #[arg(long, env = "PRAHARI_URL", default_value = "http://127.0.0.1:8700", global = true)]
    pub url: String,
    /// The name to log in with.
    #[arg(long, default_value = "admin", global = true)]
    pub login: String,
    /// A file with the password; without it the environment variable PRAHARI_PASSWORD.
    #[arg(long, global = true)]
    pub password_file: Option<PathBuf>,
    /// The code of the authenticator, where the user has one.
    #[arg(long, global = true)]
    pub code: Option<String>,
    /// Print the daemon's answer as JSON.
    #[arg(long, global = true)]
    pub json: bool,
}
