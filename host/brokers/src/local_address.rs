//! Whether connections can leave from an address of this machine.

use std::io::ErrorKind;
use std::net::{IpAddr, UdpSocket};

/// Refuses an address that no connection of this machine can leave from. A socket is bound to it for a moment, because the
/// system alone knows which those are; nothing is sent.
///
/// # Errors
/// Why not, as the end of a sentence that begins with `it`. The address is not repeated.
pub fn check_local_address(address: IpAddr) -> Result<(), String> {
    // The system lets a socket be bound to the last of them, and no connection leave from it.
    let is_everybody = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    if address.is_unspecified() || address.is_multicast() || is_everybody {
        return Err("it is no address of one machine".to_owned());
    }
    // Every machine has them, also where the protocol is turned off; what cannot leave from one reaches only this machine anyway.
    if address.is_loopback() {
        return Ok(());
    }
    match UdpSocket::bind((address, 0)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
            Err("it is no address of this machine, so nothing can leave from it".to_owned())
        }
        Err(error) => Err(format!("it cannot be left from: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_leave_from_addresses_of_this_machine_only() {
        let check = |text: &str| check_local_address(text.parse().unwrap());
        assert_eq!(check("127.0.0.1"), Ok(()));
        // For documentation, so no machine has it (RFC 5737).
        assert_eq!(
            check("192.0.2.7"),
            Err("it is no address of this machine, so nothing can leave from it".to_owned())
        );
        for many in ["0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1"] {
            assert_eq!(check(many), Err("it is no address of one machine".to_owned()), "{many}");
        }
    }
}
