//! The list of the addresses of the feeds.

use serde_json::Value;

use super::row::Row;

/// The feeds that have an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feed {
    /// Prices.
    Market,
    /// Orders.
    Orders,
}

/// What the list calls the older market feed, which speaks otherwise.
const OLDER: &str = "hs";

/// Reads the address of a feed of a data centre, such as `E99`; none where the list does not have it.
pub(crate) fn place(list: &Value, centre: &str, feed: Feed) -> Option<String> {
    let list = Row::new("the list of feeds", list.get("data")?.get("configs")?).ok()?;
    let source = list.text(&format!("{centre}_broadcast_source"))?;
    let end = match feed {
        Feed::Market if source == OLDER => return None,
        Feed::Market => "broadcast_endpoint",
        Feed::Orders => "interactive_endpoint",
    };
    list.text(&format!("{centre}_{source}_{end}")).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_data_centre_has_the_addresses_of_its_own_source() {
        let list = json!({ "data": { "configs": {
            "E99_broadcast_source": "sh",
            "E99_sh_broadcast_endpoint": "https://sfeed-e99.example/apifeed",
            "E99_sh_interactive_endpoint": "e99.example/realtime",
            "E99_ks_broadcast_endpoint": "https://other.example/apifeed",
            "E990_broadcast_source": "hs",
            "E990_hs_broadcast_endpoint": "https://older.example",
            "E990_hs_interactive_endpoint": "https://e990.example/realtime",
        } } });
        let find = |centre, feed| place(&list, centre, feed);
        assert_eq!(find("E99", Feed::Market).as_deref(), Some("https://sfeed-e99.example/apifeed"));
        assert_eq!(find("E99", Feed::Orders).as_deref(), Some("e99.example/realtime"));
        // The older feed is none that is followed by itself.
        assert_eq!(find("E990", Feed::Market), None);
        assert_eq!(find("E990", Feed::Orders).as_deref(), Some("https://e990.example/realtime"));
        assert_eq!((find("E9", Feed::Orders), place(&json!({}), "E99", Feed::Orders)), (None, None));
    }
}
