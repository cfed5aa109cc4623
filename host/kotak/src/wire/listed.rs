//! The addresses from which the broker takes an account's orders, as it lists them itself.

use std::net::IpAddr;

use serde_json::Value;

use super::row::{Misread, Row};

const WHAT: &str = "the list of addresses";

/// The fields that hold an address each: the broker lists two at most.
const FIELDS: [&str; 2] = ["primaryIp", "secondaryIp"];

/// What stands as the status of a list that holds.
const IN_FORCE: &str = "A";

/// The list of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedAddresses {
    /// The addresses, two at most.
    pub(crate) addresses: Vec<IpAddr>,
    /// Whether the list holds, as far as the broker says something of that.
    pub(crate) in_force: bool,
}

/// Reads the answer to the question for the list. Everything else in it is left alone, because it is secret.
///
/// # Errors
/// When neither field is there, or what stands in one is no address.
pub(crate) fn listed(answer: &Value) -> Result<ListedAddresses, Misread> {
    let row = Row::new(WHAT, answer.get("data").unwrap_or(&Value::Null))?;
    if FIELDS.iter().all(|field| row.value(field).is_none()) {
        return Err(row.misread("primaryIp", "is missing"));
    }
    let mut addresses = Vec::new();
    for field in FIELDS {
        let Some(text) = row.text(field) else { continue };
        let address: IpAddr = text.parse().map_err(|_| row.misread(field, "is no address"))?;
        if !address.is_unspecified() {
            addresses.push(address);
        }
    }
    let in_force = row.text("status").is_none_or(|status| status.eq_ignore_ascii_case(IN_FORCE));
    Ok(ListedAddresses { addresses, in_force })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(first: &Value, second: &Value, status: &str) -> Result<ListedAddresses, Misread> {
        let data = json!({ "loginId": "ZZ9Z9", "primaryIp": first, "secondaryIp": second, "status": status });
        listed(&json!({ "stat": "ok", "stCode": 200, "data": data }))
    }

    #[test]
    fn a_list_has_two_addresses_one_or_none() {
        let [one, two] = ["192.0.2.7", "2001:db8::1"].map(|text| text.parse::<IpAddr>().unwrap());
        let list =
            |addresses: &[IpAddr]| Ok(ListedAddresses { addresses: addresses.to_vec(), in_force: true });
        assert_eq!(of(&json!("192.0.2.7"), &json!(" 2001:db8::1 "), "A"), list(&[one, two]));
        assert_eq!(of(&json!(null), &json!("2001:db8::1"), "a"), list(&[two]));
        assert_eq!(of(&json!(""), &json!("0.0.0.0"), ""), list(&[]));
        assert_eq!(of(&json!("192.0.2.7"), &json!(""), "P").map(|list| list.in_force), Ok(false));
    }

    #[test]
    fn what_is_no_list_proves_nothing() {
        let odd = of(&json!("here"), &json!(""), "A").unwrap_err();
        assert_eq!(odd.to_string(), "the list of addresses: primaryIp is no address");
        assert!(listed(&json!({ "data": { "status": "A" } })).is_err());
        assert!(listed(&json!({ "data": [] })).is_err());
        assert!(listed(&json!({})).is_err());
    }
}
