//! The routes of REST, and which handler answers each.

mod files;
mod funds;
mod login;
mod orders;
mod portfolio;
mod quotes;
mod reports;

/// The figures that quotes and the market feed show alike.
pub(crate) mod quote_figures {
    pub(crate) use super::quotes::{ASK, BID, TOTAL_BUY, TOTAL_SELL, year_high, year_low};
}

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::routing::{MethodRouter, get, post};

use crate::calls::Call;
use crate::feed;
use crate::net::Connection;
use crate::serve::{Handler, serve};
use crate::sim::Shared;

/// All routes; those below `baseUrl` behind the path that the facts give it.
pub(crate) fn router(shared: Shared, base_path: &str) -> Router {
    let base = base_path.trim_end_matches('/');
    let trading = trading();
    let root = if base.is_empty() { trading } else { Router::new().nest(base, trading) };
    let routes = root
        .route("/login/1.0/tradeApiLogin", posted(Call::Login, login::login))
        .route("/login/1.0/tradeApiValidate", posted(Call::Validate, login::validate))
        .route("/login/1.0/get-client-ip", asked(Call::ClientAddress, login::client_address))
        .route("/apim/login/2.0/logout", posted(Call::Logout, login::logout))
        .route("/5config/config", asked(Call::FeedConfig, files::feed_config))
        .route("/scripmaster/{*file}", asked(Call::File, files::file))
        .route("/apifeed", get(feed::market_feed))
        .route("/hsm", get(feed::older_market_feed))
        .route("/realtime", get(feed::order_feed));
    routes.fallback(|| async { StatusCode::NOT_FOUND }).with_state(shared)
}

fn trading() -> Router<Shared> {
    let quotes = || asked(Call::Quotes, quotes::quotes);
    Router::new()
        .route("/quick/order/rule/ms/place", posted(Call::Place, orders::place))
        .route("/quick/order/vr/modify", posted(Call::Modify, orders::modify))
        .route("/quick/order/cancel", posted(Call::Cancel, orders::cancel))
        .route("/quick/user/orders", asked(Call::Book, reports::book))
        .route("/quick/user/orders/{number}", asked(Call::Book, reports::one_order))
        .route("/quick/order/history", posted(Call::History, reports::history))
        .route("/quick/user/trades", asked(Call::Trades, reports::trades))
        .route("/quick/user/positions", asked(Call::Positions, portfolio::positions))
        .route("/portfolio/v2/positions", asked(Call::Positions, portfolio::positions_v2))
        .route("/portfolio/v1/holdings", asked(Call::Holdings, portfolio::holdings))
        .route("/quick/user/limits", posted(Call::Limits, funds::limits))
        .route("/quick/user/check-margin", posted(Call::Margin, funds::margin))
        .route("/registration/subscription", asked(Call::Subscription, login::subscription))
        .route("/script-details/1.0/quotes/neosymbol/{query}", quotes())
        .route("/script-details/1.0/quotes/neosymbol/{query}/{filter}", quotes())
        .route("/script-details/1.0/masterscrip/file-paths", asked(Call::FilePaths, files::file_paths))
        .route("/market-data/1.0/historical/details", asked(Call::Candles, quotes::candles))
}

fn asked(call: Call, handler: Handler) -> MethodRouter<Shared> {
    get(move |State(shared): State<Shared>, ConnectInfo(from): ConnectInfo<Connection>, request: Request| {
        serve(shared, from, call, handler, request)
    })
}

fn posted(call: Call, handler: Handler) -> MethodRouter<Shared> {
    post(move |State(shared): State<Shared>, ConnectInfo(from): ConnectInfo<Connection>, request: Request| {
        serve(shared, from, call, handler, request)
    })
}
