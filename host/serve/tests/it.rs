//! Asks the server for every page of a store with hostile documents, and looks at what comes.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use docmill::model::*;
use docmill::store::{Address, Commit, Store, StoreError};
use docmill_serve::{Guard, Shelf, Token, router};
use tower::ServiceExt;

/// What nobody wants to have run, hidden or turned around.
const HOSTILE: &str = "<script>alert(1)</script>\u{202e}\u{1b}[31m\"'><img src=x onerror=alert(1)>";

fn provenance(plugin: &str, role: Role) -> Provenance {
    Provenance {
        plugin: PluginName::new(plugin).unwrap(),
        version: "1.0.0<script>".to_owned(),
        role,
        component: Digest::of(plugin.as_bytes()),
        contract: ContractVersion { major: 0, minor: 1 },
        settings: Digest::of(b""),
        key: Digest::of(plugin.as_bytes()),
        run: RunId(1),
        cost: Cost::default(),
    }
}

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute { name: name.to_owned(), value: value.to_owned() }
}

/// A document that says something hostile wherever it can.
fn commit(name: &str, version: u32, text: &str) -> Commit {
    let source = SourceName::new(name).unwrap();
    let content: Arc<[u8]> = text.as_bytes().into();
    let id = DocumentId::of(&source, 0);
    let end = text.len() as u32;
    let span = Span::of(text, 0, 5).unwrap();
    let label = Label {
        name: "drones<script>".to_owned(),
        confidence: 0.9,
        evidence: vec![span],
        attributes: vec![attribute("rank", "main"), attribute("against", HOSTILE)],
    };
    let annotation = Annotation {
        kind: format!("date{HOSTILE}"),
        span: Some(span),
        value: Some(HOSTILE.to_owned()),
        confidence: None,
        attributes: vec![],
    };
    let translation = Translation {
        target: LanguageTag::new("en").unwrap(),
        text: HOSTILE.to_owned(),
        segments: vec![Segment { original: span, translated: Span::of(HOSTILE, 0, 8).unwrap() }],
        attributes: vec![],
    };
    let finding = |step: &str, role: Role, findings: Findings| {
        let step_name = PluginName::new(step).unwrap();
        (id, version, Finding { step: step_name, findings, provenance: provenance(step, role) })
    };
    let failing = PluginName::new("analyze").unwrap();
    let failure = Failure {
        id: FailureId::of(&source, Some(id), Some(&failing)),
        source: source.clone(),
        original: Some(Digest::of(&content)),
        document: Some(id),
        step: Some(failing),
        component: None,
        attempt: None,
        cost: None,
        class: FailureClass::Trapped,
        causes: vec![format!("it {HOSTILE}"), format!("line {version}: {HOSTILE}")],
        hint: None,
        backtrace: vec![HOSTILE.to_owned()],
        log: vec![LogLine { level: LogLevel::Warn, message: HOSTILE.to_owned() }],
        run: RunId(1),
    };
    Commit {
        documents: vec![StoredDocument {
            id,
            version,
            source: source.clone(),
            original: Digest::of(&content),
            index: 0,
            extracted: Extracted {
                document: Document {
                    text: text.to_owned(),
                    language: LanguageTag::new("vi").ok(),
                    attributes: vec![
                        attribute("title", &format!("Drone {HOSTILE}")),
                        attribute("date", "2025-11-22"),
                        attribute("identifier", "https://evil.example/\"><script>"),
                    ],
                    marks: vec![Mark {
                        kind: "link".to_owned(),
                        span: Span { start: 0, end },
                        attributes: vec![attribute("href", "javascript:alert(1)")],
                    }],
                },
                asides: vec![Aside {
                    kind: "caption".to_owned(),
                    text: HOSTILE.to_owned(),
                    position: 0,
                    attributes: vec![],
                }],
            },
            provenance: provenance("extract", Role::Extractor),
            run: RunId(1),
        }],
        source: StoredSource {
            info: SourceInfo {
                name: source,
                media_type: MediaType::new("text/html").unwrap(),
                size: content.len() as u64,
                digest: Digest::of(&content),
                container: None,
                attributes: vec![],
            },
            version,
            state: SourceState::Failed,
            pipeline: Digest::of(b""),
            documents: vec![id],
            run: RunId(1),
            retired: false,
            is_copied: true,
        },
        original: Some(content),
        findings: vec![
            finding("classify", Role::Classifier, Findings::Labels(vec![label])),
            finding("dates", Role::Analyzer, Findings::Annotations(vec![annotation])),
            finding("translate", Role::Translator, Findings::Translations(vec![translation])),
        ],
        retired: vec![],
        failures: vec![failure],
        walked: false,
    }
}

struct Site {
    address: Address,
    shelf: Arc<Shelf>,
    _folder: tempfile::TempDir,
}

fn site() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let address = Address::folder(folder.path().join("store"));
    let store = address.open().unwrap();
    let text = |words: &str| format!("{words} drone\n{HOSTILE} {}", "x".repeat(1_000_000));
    let name = "a<script>\u{202e}.html";
    store.commit(&[commit(name, 1, &text("first"))]).unwrap();
    store.commit(&[commit(name, 2, &text("second")), commit("b.html", 1, &text("other"))]).unwrap();
    let run = Run {
        id: RunId(0),
        started: std::time::SystemTime::UNIX_EPOCH,
        finished: None,
        pipeline: Digest::of(b""),
        tally: Tally::default(),
    };
    store.begin_run(&run).unwrap();
    drop(store);
    let shelf = Arc::new(Shelf::new(address.clone()).unwrap());
    Site { address, shelf, _folder: folder }
}

async fn asked(site: &Site, request: Request<Body>) -> (StatusCode, String, String) {
    let listen = "127.0.0.1:8770".parse().unwrap();
    let guard = Guard::new(listen, Token::new().unwrap(), Vec::new());
    let router = router(Arc::clone(&site.shelf), guard);
    let answer = router.oneshot(request).await.unwrap();
    let status = answer.status();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let body = to_bytes(answer.into_body(), 64 << 20).await.unwrap();
    (status, policy, String::from_utf8(body.to_vec()).unwrap())
}

async fn got(site: &Site, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).header("host", "127.0.0.1:8770").body(Body::empty()).unwrap();
    let (status, policy, body) = asked(site, request).await;
    assert!(policy.contains("default-src 'none'") && !policy.contains("script"), "{policy}");
    (status, body)
}

fn pages() -> Vec<String> {
    let name = SourceName::new("a<script>\u{202e}.html").unwrap();
    let id = DocumentId::of(&name, 0);
    let failing = PluginName::new("analyze").unwrap();
    let failure = FailureId::of(&name, Some(id), Some(&failing));
    let label = "drones%3Cscript%3E";
    [
        "/",
        "/?q=drone",
        "/?q=drone&sort=date&from=1",
        "/?q=%3Cscript%3E&label=%22%3E%3Cscript%3E&since=%22%3E",
        "/groups",
        "/failures",
        "/plugins",
        "/runs",
        &format!("/group?label={label}"),
        &format!("/document/{id}"),
        &format!("/document/{id}?label={label}"),
        &format!("/document/{id}?q=script+drone&version=1"),
        &format!("/document/{id}/versions?old=1&new=2"),
        &format!("/failure/{failure}"),
    ]
    .map(str::to_owned)
    .to_vec()
}

#[tokio::test]
async fn hostile_text_stays_text_on_every_page_and_in_its_twin() {
    let site = site();
    for path in pages() {
        let (status, page) = got(&site, &path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        for bad in
            ["<script", "<img", "javascript:", "\u{202e}", "\u{1b}", " style=", " onerror=\""]
        {
            assert!(!page.contains(bad), "{path} has {bad:?}");
        }
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{path}");
        assert_eq!(page.matches("<h1>").count(), 1, "{path}");
        let twin = match path.split_once('?') {
            Some(("/", query)) => format!("/api/search?{query}"),
            None if path == "/" => "/api/search".to_owned(),
            _ => format!("/api{path}"),
        };
        let (status, json) = got(&site, &twin).await;
        assert_eq!(status, StatusCode::OK, "{twin}: {json}");
        assert!(!json.contains(['\u{202e}', '\u{1b}']), "{twin}");
        serde_json::from_str::<serde_json::Value>(&json).expect(&twin);
    }
    let store = site.shelf.clone();
    drop(store);
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let site = site();
    for (path, expected) in [
        ("/nothing", 404),
        ("/document/zzzz", 404),
        ("/document/%00", 404),
        ("/document/", 404),
        ("/failure/nothing", 404),
        ("/group?label=nothing", 404),
        ("/group", 404),
        ("/?q=(", 400),
        ("/?q=titel:a", 400),
        ("/api/search?q=%22", 400),
    ] {
        let (status, page) = got(&site, path).await;
        assert_eq!(status.as_u16(), expected, "{path}: {page}");
    }
    let request =
        Request::get("/").header("host", "evil.example:8770").body(Body::empty()).unwrap();
    let (status, policy, body) = asked(&site, request).await;
    assert_eq!((status.as_u16(), body.as_str()), (421, "this server is not called so\n"));
    assert!(policy.contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn a_store_that_somebody_wants_is_given_up_and_taken_back() {
    let site = site();
    assert_eq!(got(&site, "/").await.0, StatusCode::OK);
    let shelf = Arc::clone(&site.shelf);
    let giving_way = std::thread::spawn(move || {
        for _ in 0..200 {
            shelf.give_way();
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    });
    // Nobody waits for ever: the store is locked while a page needs it, and then it is not.
    let store = loop {
        match site.address.open() {
            Err(StoreError::Locked(_)) => {}
            opened => break opened.unwrap(),
        }
    };
    let (status, page) = got(&site, "/").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
    store.commit(&[commit("c.html", 1, "zeppelin drone")]).unwrap();
    drop(store);
    giving_way.join().unwrap();
    loop {
        let (status, page) = got(&site, "/?q=zeppelin").await;
        if status == StatusCode::OK {
            assert!(page.contains("1 document"), "what came in meanwhile is found");
            break;
        }
    }
}

#[test]
fn a_report_is_one_page_without_anything_to_load() {
    let site = site();
    drop(site.shelf);
    let store = site.address.open().unwrap();
    let page = docmill_serve::report(&store, HOSTILE, std::time::SystemTime::now()).unwrap();
    for bad in ["<script", "<img", "<link", "href=", "\u{202e}", "\u{1b}", "@import", "url("] {
        assert!(!page.contains(bad), "{bad:?}");
    }
    assert!(page.contains("drones&lt;script&gt;") && page.contains("<style>:root"));
}
