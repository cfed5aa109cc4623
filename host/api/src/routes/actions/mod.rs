//! `/api/v1/system/actions`: corporate actions, as admins keep them; and what they changed of a user's shares.

mod add;
mod applied;
mod doubted;
mod import;
mod list;
mod undo;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::Api;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::actions, add::add))
        .routes(routes!(undo::undo))
        .routes(routes!(doubted::doubted))
        .routes(routes!(doubted::confirm))
        .routes(routes!(doubted::reject))
        .routes(routes!(applied::applied))
        .merge(import::routes())
}
