//! Every route, by resource.

mod alerts;
mod audit;
mod auth;
mod brokers;
mod calendar;
mod connections;
mod credentials;
mod execution_totals;
mod executions;
mod grants;
mod halts;
mod live;
mod logs;
mod modules;
mod notifications;
mod orders;
mod overview;
mod pnl;
mod positions;
mod price_jumps;
mod replays;
mod retention;
mod schedules;
mod service;
mod settings;
mod signal_status;
mod signals;
mod slots;
mod system;
mod tasks;
mod users;

use axum::Router;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::layers;
use crate::openapi::Base;
use crate::page;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// The routes of the API with their documentation: one line for each resource.
pub(crate) fn documented() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Base::openapi())
        .merge(alerts::routes())
        .merge(audit::routes())
        .merge(auth::routes())
        .merge(brokers::routes())
        .merge(calendar::routes())
        .merge(connections::routes())
        .merge(credentials::routes())
        .merge(execution_totals::routes())
        .merge(executions::routes())
        .merge(grants::routes())
        .merge(halts::routes())
        .merge(live::routes())
        .merge(logs::routes())
        .merge(modules::routes())
        .merge(notifications::routes())
        .merge(orders::routes())
        .merge(overview::routes())
        .merge(pnl::routes())
        .merge(positions::routes())
        .merge(price_jumps::routes())
        .merge(replays::routes())
        .merge(retention::routes())
        .merge(schedules::routes())
        .merge(service::routes())
        .merge(settings::routes())
        .merge(signal_status::routes())
        .merge(signals::routes())
        .merge(slots::routes())
        .merge(system::routes())
        .merge(tasks::routes())
        .merge(users::routes())
}

/// Everything that the daemon answers.
pub fn router(api: Api) -> Router {
    let (routes, _document) = documented().split_for_parts();
    let routes = routes
        .route("/api/v1/openapi.json", get(async || axum::Json(crate::openapi::document())))
        .merge(page::routes())
        .method_not_allowed_fallback(async || {
            Problem::new(Code::MethodNotAllowed, "this path does not answer this method")
        })
        .fallback(async || Problem::new(Code::NotFound, "there is nothing at this path"));
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
