//! Bringing a component.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use prahari_app::modules::Upload;
use prahari_app::queries::ModuleOrigin;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path, read_body};
use crate::per_user::Permit;
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::TaskName;

use super::view::ModuleVersion;

/// Most bytes of a component: the runtime's own limit, and a byte more so that its sentence is the one that is read.
pub(in crate::routes) const MAX_COMPONENT_BYTES: usize = (32 << 20) + 1;

/// A component, as its bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(in crate::routes) struct ComponentBytes(
    #[expect(dead_code, reason = "it stands for the body in the document")] Vec<u8>,
);

/// The body of an upload.
pub(in crate::routes) struct Component(pub Bytes);

impl FromRequest<Api> for Component {
    type Rejection = Problem;

    /// Reads no more than a component may have.
    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let too_large = || {
            Problem::new(Code::TooLarge, format!("a component has at most {} bytes", MAX_COMPONENT_BYTES - 1))
        };
        match read_body(request, api, "the component").await {
            Ok((_, bytes)) => Ok(Self(bytes)),
            Err(problem) if problem.code() == Code::TooLarge => Err(too_large()),
            Err(problem) => Err(problem),
        }
    }
}

/// An admin who brings a component, and has a permit for it: it is given before anything of the body is read.
pub(in crate::routes) struct Uploader {
    /// Admin who uploads the module.
    pub caller: Caller,
    _permit: Permit,
}

impl FromRequestParts<Api> for Uploader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Admin(caller) = Admin::from_request_parts(parts, api).await?;
        let permit = api.uploads.begin(caller.0.user).ok_or_else(|| {
            let sentence = "two uploads of yours are under way; wait until one of them has ended";
            Problem::new(Code::TooManyUploads, sentence)
        })?;
        Ok(Self { caller, _permit: permit })
    }
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::max(MAX_COMPONENT_BYTES))
}

/// Brings a component as a new version of a task's module. It is checked, compiled and asked what it is, and does
/// not run before it is activated. Bytes that the task has already are the version that they were.
#[utoipa::path(post, path = "/api/v1/modules/{task}", operation_id = "upload_module", tag = "modules", params(("task" = TaskName, Path)),
    request_body(content = ComponentBytes, content_type = "application/octet-stream"),
    responses((status = CREATED, body = ModuleVersion)))]
async fn upload(
    State(api): State<Api>,
    uploader: Uploader,
    Path(TaskName(task)): Path<TaskName>,
    Component(bytes): Component,
) -> Result<(StatusCode, Json<ModuleVersion>), Problem> {
    let caller = &uploader.caller;
    let details = json!({ "bytes": bytes.len() });
    api.audit(caller, "module.upload", format!("module {task}"), details).await?;
    api.daemon.tasks.manifest(task)?;
    let upload =
        Upload { task, bytes: bytes.to_vec(), origin: ModuleOrigin::Uploaded, by: Some(caller.0.user) };
    let row = api.daemon.modules.upload(upload, api.daemon.clock.now()).await?;
    let version = api.daemon.queries.module_version(row).await?;
    Ok((StatusCode::CREATED, Json(ModuleVersion::of(&api, version))))
}
