//! The feeds. They are hints: they say when the book is worth a look and what a price was a moment ago; the book decides.

mod bytes;
mod connect;
mod hsm;
mod market_feed;
pub(crate) mod order_feed;
pub(crate) mod order_frame;
mod protocol;
mod sfeed;
mod sfeed_control;
mod silence;
mod tunnel;

pub(crate) use connect::{Socket, connect};
pub use hsm::{Hsm, HsmHeard, connect_frame, hsm_subscription_frames};
pub use market_feed::{Heard, MarketFeed};
pub use sfeed::{Divider, Dividers, Packet, Picture, Segment, decode};
pub use sfeed_control::{Control, auth_frame, subscription_frames};
pub use silence::{Silence, Watch};
