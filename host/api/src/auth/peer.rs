//! Where somebody who is not logged in comes from, as a request tells it.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use prahari_app::accounts::Peer;
use prahari_domain::text::one_line;

use super::{identify, origin};
use crate::problem::Problem;
use crate::state::Api;

/// Most characters that are kept of what a browser says it is.
const LONGEST_AGENT: usize = 200;

/// A handler that asks for it refuses what says that it comes from another page.
#[derive(Debug, Clone)]
pub(crate) struct Origin(pub Peer);

impl FromRequestParts<Api> for Origin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        origin::check_told(&parts.headers)?;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self(Peer {
            // Without an address everybody is throttled as one.
            address: identify::address(parts).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            agent: one_line(agent.unwrap_or_default()).chars().take(LONGEST_AGENT).collect(),
        }))
    }
}
