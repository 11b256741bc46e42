//! The server: who asks is judged, each address leads to a page and its twin, and connections that
//! say nothing are closed.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::answers::{Wrong, html_answer, json_answer};
use crate::asked::Asked;
use crate::guard::{Guard, Verdict, fence};
use crate::page::STYLE;
use crate::shelf::{Opened, Shelf};
use crate::views::{document, failures, groups, plugins, runs, search, versions};

/// The most connections at a time; further ones wait.
const CONNECTIONS: usize = 256;
/// The most pages that are made at a time; further ones wait.
const PAGES: usize = 8;
/// For so long the head of a request may take.
const LONGEST_HEAD: Duration = Duration::from_secs(10);
/// So often it is looked whether somebody else wants the store.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What every request needs.
#[derive(Clone)]
struct Site {
    shelf: Arc<Shelf>,
    guard: Arc<Guard>,
    pages: Arc<Semaphore>,
}

/// Answers all requests, those of strangers with a refusal.
pub fn router(shelf: Arc<Shelf>, guard: Guard) -> Router {
    let site = Site { shelf, guard: Arc::new(guard), pages: Arc::new(Semaphore::new(PAGES)) };
    let pages = Router::new()
        .route("/", get(|site, query| answer(site, query, Path(String::new()), true, Kind::Search)))
        .route(
            "/api/search",
            get(|site, query| answer(site, query, Path(String::new()), false, Kind::Search)),
        )
        .route(
            "/style.css",
            get(|| async { ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }),
        );
    let pages = [
        ("/groups", Kind::Groups),
        ("/group", Kind::Group),
        ("/failures", Kind::Failures),
        ("/plugins", Kind::Plugins),
        ("/runs", Kind::Runs),
    ]
    .into_iter()
    .fold(pages, |pages, (path, kind)| {
        pages
            .route(
                path,
                get(move |site, query| answer(site, query, Path(String::new()), true, kind)),
            )
            .route(
                &format!("/api{path}"),
                get(move |site, query| answer(site, query, Path(String::new()), false, kind)),
            )
    });
    let pages = [
        ("/document/{id}", Kind::Document),
        ("/document/{id}/versions", Kind::Versions),
        ("/failure/{id}", Kind::Failure),
    ]
    .into_iter()
    .fold(pages, |pages, (path, kind)| {
        pages.route(path, get(move |site, query, id| answer(site, query, id, true, kind))).route(
            &format!("/api{path}"),
            get(move |site, query, id| answer(site, query, id, false, kind)),
        )
    });
    pages
        .fallback(|| async { Wrong::Nothing("page").answer(true) })
        .layer(from_fn_with_state(site.clone(), guarded))
        .with_state(site)
}

/// Judges a request before anything else is done with it.
async fn guarded(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = match site.guard.judge(request.method(), request.uri(), request.headers()) {
        Verdict::Welcome => next.run(request).await,
        Verdict::Answer(response) => response,
    };
    fence(&mut response);
    response
}

/// What is asked for.
#[derive(Clone, Copy)]
enum Kind {
    Search,
    Document,
    Versions,
    Groups,
    Group,
    Failures,
    Failure,
    Plugins,
    Runs,
}

async fn answer(
    State(site): State<Site>,
    RawQuery(query): RawQuery,
    Path(id): Path<String>,
    is_page: bool,
    kind: Kind,
) -> Response {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let Ok(_turn) = site.pages.acquire().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let shelf = Arc::clone(&site.shelf);
    // The store is read by threads that may wait for the disk.
    let made = tokio::task::spawn_blocking(move || {
        let opened = shelf.take().map_err(Wrong::from);
        let made = opened.and_then(|opened| made(&opened, kind, &id, &asked, is_page));
        made.unwrap_or_else(|wrong| {
            if let Wrong::Broken(why) = &wrong {
                tracing::warn!(%why, "a page could not be made");
            }
            wrong.answer(is_page)
        })
    });
    made.await.unwrap_or_else(|_| {
        Wrong::Broken("this page met a bug of docmill".to_owned()).answer(is_page)
    })
}

fn made(
    opened: &Opened,
    kind: Kind,
    id: &str,
    asked: &Asked,
    is_page: bool,
) -> Result<Response, Wrong> {
    macro_rules! twins {
        ($data:expr, $page:expr) => {{
            let data = $data;
            if is_page { html_answer(&$page(&data)) } else { json_answer(&data) }
        }};
    }
    let overview = &opened.overview;
    Ok(match kind {
        Kind::Search => twins!(search::data(opened, asked)?, search::page),
        Kind::Versions => twins!(versions::data(opened, id, asked)?, versions::page),
        Kind::Groups => twins!(groups::all(overview), groups::all_page),
        Kind::Group => twins!(groups::one(opened, asked)?, groups::one_page),
        Kind::Plugins => {
            let data = plugins::data(overview);
            if is_page { html_answer(&plugins::page(&data)) } else { json_answer(&data) }
        }
        Kind::Document => {
            let data = document::data(opened, id, asked)?;
            if is_page { html_answer(&document::page(&data)) } else { json_answer(&data.value()) }
        }
        Kind::Failures if is_page => html_answer(&failures::all_page(overview)),
        Kind::Failures => json_answer(&failures::all(overview)),
        Kind::Failure => {
            let failure = failures::one(opened, id)?;
            if is_page {
                html_answer(&failures::one_page(&failure))
            } else {
                json_answer(&failures::value(&failure))
            }
        }
        Kind::Runs if is_page => html_answer(&runs::page(overview)),
        Kind::Runs => json_answer(&runs::value(overview)),
    })
}

/// Answers until `end`, and gives way to whoever else wants the store.
///
/// # Errors
///
/// If connections cannot be accepted.
pub async fn serve(
    listener: TcpListener,
    shelf: Arc<Shelf>,
    guard: Guard,
    end: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let router = router(Arc::clone(&shelf), guard);
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let giving_way = tokio::spawn(async move {
        loop {
            tokio::time::sleep(BETWEEN_LOOKS).await;
            let shelf = Arc::clone(&shelf);
            let _ = tokio::task::spawn_blocking(move || shelf.give_way()).await;
        }
    });
    tokio::pin!(end);
    let ended = loop {
        let Ok(room) = Arc::clone(&connections).acquire_owned().await else { break Ok(()) };
        let stream = tokio::select! {
            () = &mut end => break Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Too many open files, or a connection that is gone already: others go on.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                    continue;
                }
            },
        };
        let router = router.clone();
        tokio::spawn(async move {
            let served = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(LONGEST_HEAD)
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
            if let Err(error) = served.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(room);
        });
    };
    giving_way.abort();
    ended
}
