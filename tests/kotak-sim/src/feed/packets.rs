//! The binary packets of the market feed: little-endian, prices in paise, several end to end in one message.

/// Number of a segment in packets, with the divider of its prices.
pub(crate) const EXCHANGES: [(&str, u8, i64); 10] = [
    ("nse_cm", 1, 100),
    ("nse_fo", 2, 100),
    ("cde_fo", 3, 10_000_000),
    ("nse_com", 4, 10_000),
    ("bse_cm", 5, 100),
    ("bse_fo", 6, 100),
    ("bse_cd", 7, 10_000_000),
    ("bse_co", 8, 10_000),
    ("mcx_fo", 9, 100),
    ("ncd_co", 10, 1),
];

const PRICES: u16 = 7208;
const INDEX: u16 = 7207;
const STATUS: u16 = 105;

/// What all packets begin with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub exchange: u8,
    pub sequence: u8,
}

/// The last trade of an instrument.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trade {
    pub token: u32,
    /// Seconds since the epoch.
    pub at: i64,
    pub price: i64,
    pub quantity: i64,
    pub close: i64,
    pub lot: u32,
}

/// The day of an instrument, beside its last trade.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    pub open: i64,
    pub high: i64,
    pub low: i64,
    pub volume: i64,
    pub average: i64,
    pub total_buy: i64,
    pub total_sell: i64,
    pub upper: i64,
    pub lower: i64,
    pub year_high: i64,
    pub year_low: i64,
}

/// A row of depth: quantity, price, orders.
pub(crate) type DepthRow = (i64, i64, i32);

/// The mini packet (54 bytes): level 1.
pub(crate) fn mini(header: Header, trade: Trade) -> Vec<u8> {
    let mut packet = Packet::begin(PRICES, header, 1);
    packet.u32(trade.token).i64(trade.at).price(trade.price).i64(trade.quantity).price(trade.close);
    packet.i32(percent(trade)).i32(narrow(trade.price - trade.close)).u32(trade.lot).u8(2).u32(1);
    packet.end()
}

/// The picture (144 bytes and 16 for each row): level 2, 4, 8 or 16 says how much depth.
pub(crate) fn picture(
    header: Header,
    level: u8,
    trade: Trade,
    day: Day,
    bids: &[DepthRow],
    asks: &[DepthRow],
) -> Vec<u8> {
    let mut packet = Packet::begin(PRICES, header, level);
    packet
        .u32(trade.token)
        .i64(day.total_buy)
        .i64(day.total_sell)
        .i64(day.volume)
        .i64(trade.at)
        .i64(trade.at + 1);
    packet.price(day.open).price(trade.close).price(day.high).price(day.low).price(trade.price);
    packet.i64(trade.quantity).price(day.average).u32(0);
    packet.u32(u32::try_from(bids.len()).unwrap_or(0)).u32(u32::try_from(asks.len()).unwrap_or(0)).u16(2);
    packet.i32(percent(trade)).u32(0).f64((day.volume * day.average) as f64);
    packet.i32(narrow(trade.price - trade.close));
    packet.price(day.upper).price(day.lower).price(day.year_high).price(day.year_low);
    packet.u32(trade.lot).u8(2).u32(1);
    for (quantity, price, orders) in bids.iter().chain(asks) {
        packet.i64(*quantity).i32(narrow(*price)).i32(*orders);
    }
    packet.end()
}

/// The index packet (87 bytes).
pub(crate) fn index(header: Header, trade: Trade, day: Day, name: &str) -> Vec<u8> {
    let mut packet = Packet::begin(INDEX, header, 0);
    packet.u32(trade.token);
    for price in [day.open, trade.close, day.high, day.low, trade.price] {
        packet.i32(narrow(price));
    }
    packet.i64(trade.at).i32(narrow(day.year_high)).i32(narrow(day.year_low)).i32(percent(trade));
    packet.f64(0.0).u8(2).i32(100).text(name, 21);
    packet.end()
}

/// The status of a market (16 bytes): 1 open, 2 closed, 3 pre-open.
pub(crate) fn status(header: Header, code: u16, text: &str) -> Vec<u8> {
    let mut packet = Packet::begin(STATUS, header, 0);
    packet.u16(code).text(text, 5);
    packet.end()
}

/// Hundredths of a percent, cut off.
fn percent(trade: Trade) -> i32 {
    narrow((trade.price - trade.close) * 10_000 / trade.close.max(1))
}

fn narrow(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

struct Packet(Vec<u8>);

impl Packet {
    fn begin(code: u16, header: Header, level: u8) -> Self {
        let mut packet = Self(Vec::new());
        // The length is written at the end; the flag and the length of the bitmask are 0.
        packet.u16(0).u16(code).u8(header.exchange).u8(level).u8(0).u8(header.sequence).u8(0);
        packet
    }

    fn end(mut self) -> Vec<u8> {
        let length = u16::try_from(self.0.len()).unwrap_or(u16::MAX).to_le_bytes();
        for (place, byte) in self.0.iter_mut().zip(length) {
            *place = byte;
        }
        self.0
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u8(&mut self, value: u8) -> &mut Self {
        self.bytes(&[value])
    }

    fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn i32(&mut self, value: i32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn i64(&mut self, value: i64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn f64(&mut self, value: f64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    fn price(&mut self, paise: i64) -> &mut Self {
        self.u32(u32::try_from(paise).unwrap_or(0))
    }

    fn text(&mut self, text: &str, length: usize) -> &mut Self {
        let bytes = text.as_bytes();
        let padded = bytes.iter().copied().chain(std::iter::repeat(0)).take(length);
        self.0.extend(padded);
        self
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    const TRADE: Trade =
        Trade { token: 90_001, at: 1_790_000_000, price: 25_075, quantity: 40, close: 25_000, lot: 1 };

    const DAY: Day = Day {
        open: 24_900,
        high: 25_200,
        low: 24_850,
        volume: 55_000,
        average: 25_010,
        total_buy: 1_200,
        total_sell: 1_300,
        upper: 27_500,
        lower: 22_500,
        year_high: 30_000,
        year_low: 18_000,
    };

    fn hex(packet: &[u8]) -> String {
        HEXLOWER.encode(packet)
    }

    // Packets with invented values that the broker's own library decoded as expected.

    #[test]
    fn the_mini_packet_is_as_the_brokers_library_reads_it() {
        let expected = "3600281c0101000700915f0100803bb16a00000000f36100002800000000000000a86100001e0000004b00\
            0000010000000201000000";
        assert_eq!(hex(&mini(Header { exchange: 1, sequence: 7 }, TRADE)), expected);
    }

    #[test]
    fn the_picture_is_as_the_brokers_library_reads_it() {
        let expected = "b000281c0104000800915f0100b0040000000000001405000000000000d8d6000000000000803bb16a0000\
            0000813bb16a0000000044610000a86100007062000012610000f36100002800000000000000b2610000000000000100000001\
            00000002001e000000000000000000008c4e7fd4414b0000006c6b0000e4570000307500005046000001000000020100000064\
            00000000000000ee610000030000005000000000000000f861000002000000";
        let header = Header { exchange: 1, sequence: 8 };
        let packet = picture(header, 4, TRADE, DAY, &[(100, 25_070, 3)], &[(80, 25_080, 2)]);
        assert_eq!(hex(&packet), expected);
    }

    #[test]
    fn the_packet_of_an_index_is_as_the_brokers_library_reads_it() {
        let expected = "5700271c01000000007769000040420f00104a0f00c8550f00583e0f001e500f00803bb16a00000000e0c8\
            100000350c000f0000000000000000000000026400000044656d6f2035300000000000000000000000000000";
        let trade = Trade { token: 26_999, price: 1_003_550, close: 1_002_000, ..TRADE };
        let day = Day {
            open: 1_000_000,
            high: 1_005_000,
            low: 999_000,
            year_high: 1_100_000,
            year_low: 800_000,
            ..DAY
        };
        assert_eq!(hex(&index(Header { exchange: 1, sequence: 0 }, trade, day, "Demo 50")), expected);
    }

    #[test]
    fn the_status_of_a_market_is_as_the_brokers_library_reads_it() {
        let packet = status(Header { exchange: 2, sequence: 0 }, 1, "OPEN");
        assert_eq!(hex(&packet), "10006900020000000001004f50454e00");
    }
}
