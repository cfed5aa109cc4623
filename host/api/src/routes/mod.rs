//! Every route, by resource.

mod actions;
mod alerts;
mod analytics;
mod audit;
mod auth;
mod broker_session;
mod brokers;
mod calendar;
mod carriers;
mod channels;
mod chaos;
mod chat_codes;
mod closed_positions;
mod connections;
mod credentials;
mod decisions;
mod deliveries;
mod differences;
mod doctor;
mod execution_calls;
mod execution_totals;
mod executions;
mod executions_of_all;
mod fills;
mod grants;
mod halts;
mod jobs;
mod lanes;
mod live;
mod logs;
mod mail_server;
mod mailboxes;
mod market;
mod market_quotes;
mod market_sources;
mod market_warming;
mod metrics;
mod modules;
mod notifications;
mod order_cancel;
mod order_entry;
mod order_selection;
mod order_summary;
mod orders;
mod orders_of_all;
mod pnl;
mod pnl_charges;
mod pnl_curve;
mod positions;
mod positions_of_all;
mod price_jumps;
mod replays;
mod restatements;
mod retention;
mod run_allowance;
mod schedules;
mod service;
mod settings;
mod signal_status;
mod signals;
mod slots;
mod system;
mod task_manifest;
mod tasks;
mod unknown_orders;
mod user_list;
mod users;
mod why_no_trade;

use axum::Router;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::console;
use crate::layers;
use crate::openapi::Base;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// The routes of the API with their documentation: one line for each resource.
pub(crate) fn documented() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Base::openapi())
        .merge(actions::routes())
        .merge(alerts::routes())
        .merge(analytics::routes())
        .merge(audit::routes())
        .merge(auth::routes())
        .merge(broker_session::routes())
        .merge(brokers::routes())
        .merge(chaos::routes())
        .merge(calendar::routes())
        .merge(carriers::routes())
        .merge(channels::routes())
        .merge(chat_codes::routes())
        .merge(closed_positions::routes())
        .merge(connections::routes())
        .merge(credentials::routes())
        .merge(decisions::routes())
        .merge(deliveries::routes())
        .merge(differences::routes())
        .merge(doctor::routes())
        .merge(execution_calls::routes())
        .merge(execution_totals::routes())
        .merge(executions::routes())
        .merge(executions_of_all::routes())
        .merge(fills::routes())
        .merge(grants::routes())
        .merge(halts::routes())
        .merge(jobs::routes())
        .merge(lanes::routes())
        .merge(live::routes())
        .merge(logs::routes())
        .merge(mail_server::routes())
        .merge(mailboxes::routes())
        .merge(market::routes())
        .merge(market_quotes::routes())
        .merge(market_sources::routes())
        .merge(market_warming::routes())
        .merge(metrics::routes())
        .merge(modules::routes())
        .merge(notifications::routes())
        .merge(order_cancel::routes())
        .merge(order_summary::routes())
        .merge(orders::routes())
        .merge(orders_of_all::routes())
        .merge(pnl::routes())
        .merge(pnl_charges::routes())
        .merge(pnl_curve::routes())
        .merge(positions::routes())
        .merge(positions_of_all::routes())
        .merge(price_jumps::routes())
        .merge(replays::routes())
        .merge(restatements::routes())
        .merge(retention::routes())
        .merge(schedules::routes())
        .merge(service::routes())
        .merge(settings::routes())
        .merge(signal_status::routes())
        .merge(signals::routes())
        .merge(slots::routes())
        .merge(system::routes())
        .merge(tasks::routes())
        .merge(unknown_orders::routes())
        .merge(user_list::routes())
        .merge(users::routes())
        .merge(why_no_trade::routes())
}

/// Everything that the daemon answers.
pub fn router(api: Api) -> Router {
    let (routes, _document) = documented().split_for_parts();
    let routes = routes
        .route("/api/v1/openapi.json", get(async || axum::Json(crate::openapi::document())))
        .merge(console::routes())
        .method_not_allowed_fallback(async || {
            Problem::new(Code::MethodNotAllowed, "this path does not answer this method")
        })
        .fallback(console::fallback);
    layers::around(routes, &api).with_state(api)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// `PRAHARI_UPDATE_OPENAPI=1` writes the document instead, as `prahari openapi > docs/openapi.json` does.
    #[test]
    fn the_committed_document_is_the_served_one() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
        let served = crate::openapi::document().to_pretty_json().unwrap() + "\n";
        if std::env::var_os("PRAHARI_UPDATE_OPENAPI").is_some_and(|value| value == "1") {
            std::fs::write(&path, &served).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap();
        assert!(
            committed == served,
            "the routes changed: write docs/openapi.json anew with `prahari openapi`, and review it"
        );
    }
}
