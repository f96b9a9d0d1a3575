//! What every refused request is answered: a status, a stable word, and what to do about it.

use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use wire::plan::Refused;

/// Why a request is refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    reason: Cow<'static, str>,
    /// Seconds to wait before another try, where that helps.
    retry_after: Option<u64>,
}

/// A browser adds its cookie for any site's page, and says for which.
pub(crate) const FOREIGN_PAGE: Refusal = Refusal::fixed(
    StatusCode::FORBIDDEN,
    "foreign_page",
    "this hub answers pages of its own site only",
);
/// The file of the keys cannot be read.
pub(crate) const KEYS_UNREADABLE: Refusal = Refusal::fixed(
    StatusCode::SERVICE_UNAVAILABLE,
    "not_ready",
    "the keys cannot be read; see /readyz",
);

impl Refusal {
    /// With words that are always the same.
    pub(crate) const fn fixed(
        status: StatusCode,
        code: &'static str,
        reason: &'static str,
    ) -> Self {
        Self { status, code, reason: Cow::Borrowed(reason), retry_after: None }
    }

    /// With words that say what it is about.
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, code, reason: reason.into(), retry_after: None }
    }

    /// Its stable word.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// What cannot be answered at this moment.
    pub(crate) fn busy(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", reason)
    }

    /// The same, to be tried again after so many seconds; one unless it is said.
    pub(crate) fn after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// What was refused by others in their own words, as a refusal like all others.
    pub(crate) fn in_other_words(status: StatusCode, text: &str) -> Self {
        let code = match status {
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
            StatusCode::PAYLOAD_TOO_LARGE => "too_large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "not_json",
            status if status.is_client_error() => "malformed",
            _ => "internal",
        };
        let text = text.trim();
        let reason = if text.is_empty() {
            let said = status.canonical_reason().unwrap_or("refused");
            format!("{}; /api/v1/openapi.json lists what there is", said.to_lowercase())
        } else {
            text.to_owned()
        };
        Self::new(status, code, reason)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, code, reason, retry_after } = self;
        let body = Refused { code: code.to_owned(), reason: reason.into_owned() };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, retry_after.unwrap_or(1).into());
            }
            _ => {}
        }
        response
    }
}
