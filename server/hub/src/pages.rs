//! The pages: files of `www/`, the words as JSON, meshes, and the modules of the viewer and of the
//! simulation engine.
//!
//! Files come from the binary, or from a folder when one is given (`--www`, `--meshes`,
//! `--viewer`, `--engine`), where a change is seen at the next request. A request can name nothing outside.
//! Meshes of a folder are of the plants that name them: they go to whoever sees something of that
//! shape there. The built-in ones are part of the program.

mod kept;

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path as UrlPath, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use include_dir::{Dir, include_dir};

use crate::{
    identity::session_token,
    shared::Options,
    view::{As, Door},
};

static WWW: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../www");
static MESHES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../models/meshes");
static VIEWER: Dir<'_> = include_dir!("$OUT_DIR/viewer");
static ENGINE: Dir<'_> = include_dir!("$OUT_DIR/engine");

/// What pages may load: their own site's files and the viewer's module, nothing written inline.
const CONTENT_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Where the pages' files come from.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    www: Source,
    meshes: Source,
    viewer: Source,
    engine: Source,
}

/// Files of the binary or of a folder.
#[derive(Clone, Debug)]
enum Source {
    Embedded(&'static Dir<'static>),
    Folder(PathBuf),
}

impl Pages {
    /// The binary's own files, each kind replaced by a folder where one is given.
    pub(crate) fn new(options: &Options) -> Self {
        let source = |folder: &Option<PathBuf>, embedded: &'static Dir<'static>| match folder {
            Some(folder) => Source::Folder(folder.clone()),
            None => Source::Embedded(embedded),
        };
        Self {
            www: source(&options.www, &WWW),
            meshes: source(&options.meshes, &MESHES),
            viewer: source(&options.viewer, &VIEWER),
            engine: source(&options.engine, &ENGINE),
        }
    }
}

impl Source {
    fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains('\\');
        if !path.split('/').all(plain) {
            return None;
        }
        match self {
            Self::Embedded(dir) => dir.get_file(path).map(|file| Cow::Borrowed(file.contents())),
            Self::Folder(folder) => inside(folder, path).map(Cow::Owned),
        }
    }
}

/// Reads a file only if it lies inside the folder after every link is followed.
fn inside(folder: &Path, path: &str) -> Option<Vec<u8>> {
    let folder = folder.canonicalize().ok()?;
    let file = folder.join(path).canonicalize().ok()?;
    file.starts_with(&folder).then(|| std::fs::read(file).ok()).flatten()
}

/// The routes of the pages. `look_as` is whom the boards open as when the address does not say:
/// a demonstration that opened on an empty page would show nothing. Whoever is signed in begins as
/// who they are.
pub(crate) fn router(pages: Pages, door: Arc<Door>) -> Router {
    let look_as = door.shelf.first_nation();
    let board = |file: &'static str| {
        let look_as = look_as.clone();
        get(move |State(pages): State<Arc<Pages>>, headers: HeaderMap, uri: Uri| async move {
            match look_as.filter(|_| session_token(&headers).is_none()) {
                Some(code) if uri.query().is_none_or(|query| !says_as_whom(query)) => {
                    let query = uri.query().map(|query| format!("&{query}")).unwrap_or_default();
                    Redirect::to(&format!("{}?as={code}{query}", uri.path())).into_response()
                }
                _ => page(&pages, file),
            }
        })
    };
    let pages = Arc::new(pages);
    Router::new()
        .route("/", board("index.html"))
        .route("/plant/{id}", board("plant/index.html"))
        .route("/viewer/", board("viewer/index.html"))
        .route("/words/{file}", get(words))
        .route("/viewer/pkg/{file}", get(viewer))
        .route("/plant/{id}/what-if", board("what-if/index.html"))
        .route("/engine/{file}", get(engine))
        .route("/supplier/worker.js", get(worker))
        .route("/{*path}", get(file))
        .with_state(Arc::clone(&pages))
        .merge(Router::new().route("/meshes/{file}", get(mesh)).with_state((pages, door)))
        .layer(axum::middleware::from_fn(headers))
}

fn says_as_whom(query: &str) -> bool {
    query.split('&').any(|pair| pair.starts_with("as="))
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn file(State(pages): State<Arc<Pages>>, UrlPath(path): UrlPath<String>) -> Response {
    let trimmed = path.strip_suffix('/').unwrap_or(&path);
    if trimmed.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return page(&pages, trimmed);
    }
    page(&pages, &format!("{trimmed}/index.html"))
}

fn page(pages: &Pages, path: &str) -> Response {
    match pages.www.read(path) {
        Some(bytes) => content(path, bytes),
        None => missing(path),
    }
}

/// What keeps the supplier's page in a browser.
async fn worker(State(pages): State<Arc<Pages>>) -> Response {
    let path = "supplier/worker.js";
    match kept::worker(&pages.www) {
        Some(text) => content(path, Cow::Owned(text)),
        None => missing(path),
    }
}

fn missing(path: &str) -> Response {
    let path: String = path.chars().take(120).collect();
    (StatusCode::NOT_FOUND, format!("there is no page {path:?}; start at /")).into_response()
}

async fn mesh(
    State((pages, door)): State<(Arc<Pages>, Arc<Door>)>,
    UrlPath(file): UrlPath<String>,
    Query(wish): Query<As>,
    headers: HeaderMap,
) -> Response {
    let Some(name) = file.strip_suffix(".glb") else { return missing(&file) };
    let source = match &pages.meshes {
        Source::Embedded(_) => &pages.meshes,
        Source::Folder(_) => {
            let audience = match door.audience(&wish, &headers) {
                Ok(offer) => offer.id,
                Err(refusal) => return refusal.into_response(),
            };
            door.shelf.fresh(audience).await;
            let is_shown = door.shelf.shows_mesh(audience, name);
            if is_shown { &pages.meshes } else { &Source::Embedded(&MESHES) }
        }
    };
    match source.read(&file) {
        Some(bytes) => content(&file, bytes),
        None => missing(&file),
    }
}

/// `/words/en.json`: the words file as one flat object with dotted keys.
async fn words(State(pages): State<Arc<Pages>>, UrlPath(file): UrlPath<String>) -> Response {
    let Some(language) = file.strip_suffix(".json") else { return missing(&file) };
    let Some(bytes) = pages.www.read(&format!("words/{language}.toml")) else {
        return missing(&file);
    };
    let parsed = std::str::from_utf8(&bytes)
        .map_err(|error| error.to_string())
        .and_then(|text| text.parse::<toml::Table>().map_err(|error| error.to_string()));
    match parsed {
        Ok(table) => {
            let mut flat = serde_json::Map::new();
            flatten("", &table, &mut flat);
            axum::Json(flat).into_response()
        }
        Err(error) => {
            tracing::error!(%error, language, "the words file is not TOML");
            (StatusCode::INTERNAL_SERVER_ERROR, "the words file is broken").into_response()
        }
    }
}

fn flatten(
    prefix: &str,
    table: &toml::Table,
    flat: &mut serde_json::Map<String, serde_json::Value>,
) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, flat),
            toml::Value::String(text) => {
                flat.insert(path, text.clone().into());
            }
            // Words are texts; anything else in the file is no word.
            _ => {}
        }
    }
}

async fn viewer(
    State(pages): State<Arc<Pages>>,
    UrlPath(file): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    let text = "the viewer is not built yet: run `just wasm`, or wait for `just run`";
    built(&pages.viewer, &file, &headers, text)
}

async fn engine(
    State(pages): State<Arc<Pages>>,
    UrlPath(file): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    let text = "the simulation engine is not built yet: run `just wasm`, or wait for `just run`";
    built(&pages.engine, &file, &headers, text)
}

/// A file of a built module, compressed when the browser takes it so.
fn built(source: &Source, file: &str, headers: &HeaderMap, missing: &'static str) -> Response {
    let takes_brotli = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|accepted| accepted.to_str().ok())
        .is_some_and(|accepted| accepted.split(',').any(|coding| coding.trim().starts_with("br")));
    if takes_brotli && let Some(bytes) = source.read(&format!("{file}.br")) {
        let mut response = content(file, bytes);
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        return response;
    }
    match source.read(file) {
        Some(bytes) => content(file, bytes),
        None => (StatusCode::NOT_FOUND, missing).into_response(),
    }
}

fn content(path: &str, bytes: Cow<'static, [u8]>) -> Response {
    let kind = match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "toml" | "txt" | "md" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "glb" => "model/gltf-binary",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    };
    let body = match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let fresh = (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    ([kind, fresh], body).into_response()
}
