//! Bringing a list of actions: first what it would change, then the change.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, header};
use prahari_app::actions::{MOST_LIST_BYTES, ToldActions};
use prahari_domain::actions::{CorporateAction, ImportPreview, LONGEST_TELLER, Origin, Provenance};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::ActionTerms;
use crate::caller::Admin;
use crate::extract::{Json, Query, read_body};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::sentence;

/// Most rows of each kind that are listed in the answer.
const MOST_LISTED: usize = 400;

/// Kinds of bodies that are read: by what they hold it is told which list it is.
const KINDS: [&str; 3] = ["text/csv", "application/json", "text/plain"];

/// Returns the route, which reads longer bodies than others.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(import)).layer(DefaultBodyLimit::max(MOST_LIST_BYTES + 1))
}

/// Options of an import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActionsImportQuery {
    /// Only say what it would change.
    #[serde(default)]
    #[param(default = false)]
    dry_run: bool,
    /// Whether actions count that bars, calendar or market speak against; they are left out otherwise.
    #[serde(default)]
    #[param(default = false)]
    confirm: bool,
    /// Name of the list, which is kept as the source of its actions, such as `bc28102024.csv`.
    #[param(min_length = 1, max_length = 200)]
    name: Option<String>,
}

/// A list of corporate actions: the exchange's (`bc28102024.csv`, or the table that its site lets people save), a CSV with
/// the fields of an action as its columns, or JSON with them.
#[derive(ToSchema)]
#[schema(value_type = String)]
pub struct ActionsList(#[expect(dead_code, reason = "it stands for the body in the document")] String);

/// The body of a request.
pub struct ListBytes(Bytes);

/// What a list changes, or would change. Of each kind the first 400 rows are listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedActions {
    /// Whether it was only looked at, and nothing was changed.
    dry_run: bool,
    /// Number of actions that are not known yet.
    new_count: usize,
    /// The actions that are not known yet.
    new: Vec<ActionTerms>,
    /// Number of actions that get other figures.
    changed_count: usize,
    /// The actions that are known and not applied, and get other figures.
    changed: Vec<ChangedAction>,
    /// Number of actions that are known exactly so.
    known: u32,
    /// Actions that stay as they are although the list says something else, each in one sentence that names the row of the list and the
    /// action that stands: they are applied or undone. One that is wrong is undone first and brought anew.
    refused: Vec<String>,
    /// Number of those.
    refused_count: usize,
    /// Number of actions that are left out because bars, calendar or market speak against them.
    doubted_count: usize,
    /// These actions and what speaks against them, each in one sentence that names the row of the list; with `confirm` they count.
    doubted: Vec<String>,
    /// Number of rows that cannot be used.
    unreadable_count: usize,
    /// The rows that cannot be used; they keep no other row from being imported.
    unreadable: Vec<UnreadableLine>,
    /// Number of rows that tell an action again that an earlier row tells, with the same figures.
    repeated: usize,
    /// Number of rows that change no share, such as meetings and the interest of bonds.
    passed_over: usize,
    /// What the rows of the list are counted by: `line`, or `action` of JSON.
    places: &'static str,
}

/// An action that gets other figures.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedAction {
    /// Its id.
    id: u64,
    /// As it is known.
    before: ActionTerms,
    /// As the list has it.
    after: ActionTerms,
}

/// A row that cannot be used.
#[derive(Debug, Serialize, ToSchema)]
struct UnreadableLine {
    /// Line of the list, the header being line 1; of JSON the number of the action.
    line: u64,
    /// What is wrong.
    reason: String,
}

impl FromRequest<Api> for ListBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        if !is_list(request.headers()) {
            let sentence = "the list is said to be none of text/csv, application/json and text/plain";
            return Err(Problem::new(Code::UnsupportedMediaType, sentence));
        }
        match read_body(request, api, "the list").await {
            Ok((_, bytes)) if bytes.len() <= MOST_LIST_BYTES => Ok(Self(bytes)),
            Err(problem) if problem.code() != Code::TooLarge => Err(problem),
            _ => Err(Problem::new(Code::TooLarge, format!("a list has at most {MOST_LIST_BYTES} bytes"))),
        }
    }
}

fn is_list(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    KINDS.iter().any(|known| kind.eq_ignore_ascii_case(known))
}

/// Brings a list of corporate actions, or says what it would change. A row that cannot be used is named and keeps no
/// other one away; an action that is known stays one.
#[utoipa::path(post, path = "/api/v1/system/actions/import", operation_id = "import_corporate_actions", tag = "actions",
    params(ActionsImportQuery), request_body(content = ActionsList, content_type = "text/csv"),
    responses((status = OK, body = ImportedActions)))]
pub async fn import(
    State(api): State<Api>,
    Admin(caller): Admin,
    Query(query): Query<ActionsImportQuery>,
    ListBytes(bytes): ListBytes,
) -> Result<Json<ImportedActions>, Problem> {
    let login = api.user_name(caller.0.user);
    let teller = match &query.name {
        Some(name) => sentence("name", name)?.chars().take(LONGEST_TELLER).collect(),
        None => format!("a list of {login}"),
    };
    let told = ToldActions::read(&bytes, &Provenance { origin: Origin::Import, teller: teller.clone() });
    let told = told.map_err(|reason| Problem::invalid(format!("the list cannot be read: {reason}")))?;
    if told.actions.is_empty() && told.unreadable.is_empty() && told.passed_over == 0 {
        return Err(Problem::invalid("the list cannot be read: it has no rows"));
    }
    let actions = told.actions.iter().map(|told| told.action.clone()).collect();
    if query.dry_run {
        let preview = if query.confirm {
            api.daemon.actions.preview_confirmed(actions).await?
        } else {
            api.daemon.actions.preview(actions).await?
        };
        return Ok(Json(ImportedActions::of(true, &told, &preview)));
    }
    let details = json!({ "list": teller, "actions": told.actions.len(), "unreadable": told.unreadable.len(),
            "confirm": query.confirm });
    api.audit(&caller, "action.import", "corporate actions", details).await?;
    let changed = if query.confirm {
        api.daemon.actions.import_confirmed(actions, &login).await?
    } else {
        api.daemon.actions.import(actions, &login).await?
    };
    Ok(Json(ImportedActions::of(false, &told, &changed)))
}

impl ImportedActions {
    fn of(dry_run: bool, told: &ToldActions, preview: &ImportPreview) -> Self {
        let changed = preview.changed.iter().take(MOST_LISTED).map(|change| ChangedAction {
            id: change.id.0,
            before: ActionTerms::from(&change.was),
            after: ActionTerms::from(&change.becomes),
        });
        let unreadable = told.unreadable.iter().take(MOST_LISTED);
        let at = |action: &CorporateAction, said: String| match told.place_of(action) {
            Some(place) => format!("{place}: {said}"),
            None => said,
        };
        let refused = preview.refused.iter().take(MOST_LISTED);
        let doubted = preview.doubted.iter().take(MOST_LISTED);
        Self {
            dry_run,
            new_count: preview.new.len(),
            new: preview.new.iter().take(MOST_LISTED).map(ActionTerms::from).collect(),
            changed_count: preview.changed.len(),
            changed: changed.collect(),
            known: preview.same,
            refused: refused.map(|refused| at(&refused.action, refused.to_string())).collect(),
            refused_count: preview.refused.len(),
            doubted_count: preview.doubted.len(),
            doubted: doubted.map(|doubt| at(&doubt.action, doubt.to_string())).collect(),
            unreadable_count: told.unreadable.len(),
            unreadable: unreadable
                .map(|row| UnreadableLine { line: row.line, reason: row.reason.clone() })
                .collect(),
            repeated: told.repeated,
            passed_over: told.passed_over,
            places: told.places(),
        }
    }
}
