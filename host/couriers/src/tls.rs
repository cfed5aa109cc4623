//! TLS to the outside: by what it is spoken, and what a refused certificate means.

use std::error::Error;
use std::io;
use std::sync::Arc;

use prahari_domain::time::Timestamp;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::UnixTime;
use rustls::{CertificateError, ClientConfig, RootCertStore};

use crate::courier::Undelivered;

/// Most errors within errors that are looked at: the one that says why is the innermost of four.
const MOST_CAUSES: usize = 16;

/// Trusts nobody: for connections without TLS, whose client has to be given something all the same.
///
/// # Errors
/// When the library for cryptography does not do what TLS needs.
pub(crate) fn trusting_nobody() -> Result<ClientConfig, Undelivered> {
    trusting(RootCertStore::empty())
}

/// Trusts these authorities.
///
/// # Errors
/// As [`trusting_nobody`].
pub(crate) fn trusting(roots: RootCertStore) -> Result<ClientConfig, Undelivered> {
    let versions = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions();
    let versions = versions.map_err(|error| unusable(&error.to_string()))?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

/// TLS cannot be spoken at all.
pub(crate) fn unusable(why: &str) -> Undelivered {
    Undelivered::not_sent(format!("TLS cannot be used: {why}"))
}

/// What is wrong with the certificate that the other side showed, in a sentence; none when a connection failed for another
/// reason.
pub(crate) fn refused_certificate(error: &(dyn Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    for _ in 0..MOST_CAUSES {
        let error = next?;
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            return Some(sentence(why));
        }
        // What an error of input and output wraps is not its source.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

fn sentence(why: &CertificateError) -> String {
    match why {
        // An issuer of the same name as a trusted one, with another key, is another issuer.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate is from an issuer that this machine does not trust".to_owned()
        }
        CertificateError::NotValidForName => "its certificate is for another name".to_owned(),
        CertificateError::NotValidForNameContext { expected, .. } => {
            format!("its certificate is for another name than {}", expected.to_str())
        }
        CertificateError::Expired => "its certificate has expired".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("its certificate expired on {}", day_of(*not_after))
        }
        CertificateError::NotValidYet => "its certificate is not valid yet".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("its certificate is not valid before {}", day_of(*not_before))
        }
        other => format!("its certificate is refused: {other}"),
    }
}

/// The IST date of an instant of a certificate, such as `2 Jan 2025`.
fn day_of(at: UnixTime) -> String {
    let millis = i64::try_from(at.as_secs()).unwrap_or(i64::MAX).saturating_mul(1_000);
    Timestamp(millis).ist_day().format("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests;
