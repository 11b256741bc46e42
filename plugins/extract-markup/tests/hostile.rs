//! Texts that are made to hurt: each ends soon, and ten times as much takes about ten times as
//! long.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use docmill_plugin::{Error, Extracted, Extractor, Source};
use extract_markup::ExtractMarkup;

/// How much longer ten times as much may take: linear is ten, and a busy machine is granted as much
/// again and more.
const FACTOR: u32 = 60;

const SUBTITLES: &str = "application/x-subrip";
const NOTEBOOK: &str = "application/x-ipynb+json";
const MARKDOWN: &str = "text/markdown";
const RST: &str = "text/x-rst";
const ASCIIDOC: &str = "text/x-asciidoc";
const LATEX: &str = "text/x-tex";
const ORG: &str = "text/x-org";

fn read(text: &str, media_type: &str) -> Result<Vec<Extracted>, Error> {
    ExtractMarkup::extract(Source::of_bytes(text.as_bytes(), media_type))
}

fn timed(text: &str, media_type: &str) -> Duration {
    let (started, before) = (Instant::now(), processor_time());
    let _ = read(text, media_type);
    let elapsed = started.elapsed();
    processor_time().zip(before).map_or(elapsed, |(after, before)| after.saturating_sub(before))
}

/// The processor time of this thread, where the system tells it: other programs may take the
/// processor away for much longer than a case takes.
fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Makes a text of about so many bytes.
type Make = Box<dyn Fn(usize) -> String>;

#[test]
fn what_is_ten_times_as_long_takes_about_ten_times_as_long() {
    let repeated = |what: &'static str| move |size: usize| what.repeat(size / what.len());
    let cases: Vec<(&str, Make)> = vec![
        (MARKDOWN, Box::new(repeated(">"))),
        (MARKDOWN, Box::new(repeated("- "))),
        (MARKDOWN, Box::new(repeated("["))),
        (MARKDOWN, Box::new(repeated("![a](b"))),
        (MARKDOWN, Box::new(repeated("*a **b "))),
        (MARKDOWN, Box::new(repeated("<a "))),
        (MARKDOWN, Box::new(repeated("<b>x"))),
        (MARKDOWN, Box::new(repeated("<div>\n<!--"))),
        (MARKDOWN, Box::new(repeated("<script>x</b>\n"))),
        (MARKDOWN, Box::new(repeated("x[^1]\n\n[^1]: y\n\n"))),
        (MARKDOWN, Box::new(|size| format!("---\n{}\n---\nx", "a: [b, c]\n".repeat(size / 10)))),
        (
            MARKDOWN,
            Box::new(|size| {
                let mut text = String::new();
                (0..size / 20).for_each(|it| {
                    let _ = write!(text, "[^{it}]: x\n\n");
                });
                (0..size / 20).for_each(|it| {
                    let _ = write!(text, "[^{it}] ");
                });
                text
            }),
        ),
        (RST, Box::new(repeated("*a `b "))),
        (RST, Box::new(repeated("- a\n\n "))),
        (RST, Box::new(repeated("a\n=\n"))),
        (RST, Box::new(repeated(".. [1] a\n"))),
        (RST, Box::new(repeated("+-+\n"))),
        (
            RST,
            Box::new(|size| {
                let mut text = String::new();
                (0..).take_while(|it| it * it < 2 * size).for_each(|it| {
                    let _ = writeln!(text, "{}a\n", " ".repeat(it));
                });
                text
            }),
        ),
        (ASCIIDOC, Box::new(repeated("*a _b `c "))),
        (ASCIIDOC, Box::new(repeated("====\n\n"))),
        (ASCIIDOC, Box::new(repeated("|===\n|a"))),
        (ASCIIDOC, Box::new(repeated("footnote:[a <<b {c}"))),
        (
            ASCIIDOC,
            Box::new(|size| format!(":a: {}\n\n{}", "x".repeat(200), "{a}".repeat(size / 3))),
        ),
        (LATEX, Box::new(repeated("{"))),
        (LATEX, Box::new(repeated("\\item{"))),
        (LATEX, Box::new(repeated("\\label{"))),
        (LATEX, Box::new(repeated("\\begin{a}\\end{b}"))),
        (LATEX, Box::new(repeated("\\begin{tabular}{l}&\\\\"))),
        (LATEX, Box::new(repeated("$a \\(b \\[c "))),
        (LATEX, Box::new(repeated("\\def\\a{\\a\\a}\\a"))),
        (ORG, Box::new(repeated("*a /b ="))),
        (ORG, Box::new(repeated("- a\n#+begin_src\n"))),
        (ORG, Box::new(repeated("|a|\n[[a"))),
        (SUBTITLES, Box::new(repeated("1\n00:00:00,000 --> 00:00:01,000\nx\n\n"))),
        (
            SUBTITLES,
            Box::new(|size| format!("1\n00:00:00,000 --> 00:00:01,000\n{}", "<{".repeat(size / 2))),
        ),
        (
            SUBTITLES,
            Box::new(|size| {
                format!("1\n00:00:00,000 --> 00:00:01,000\n{}", "7\n".repeat(size / 2))
            }),
        ),
        (
            NOTEBOOK,
            Box::new(|size| {
                format!("{{\"cells\":[{}{{}}]}}", "{\"cell_type\":\"code\"},".repeat(size / 21))
            }),
        ),
    ];
    for (index, (media_type, make)) in cases.iter().enumerate() {
        let (short, long) = (make(100_000), make(1_000_000));
        let least =
            timed(&short, media_type).min(timed(&short, media_type)).max(Duration::from_millis(2));
        let most = timed(&long, media_type);
        assert!(most <= least * FACTOR, "case {index}: {least:?} for 100 KB, {most:?} for 1 MB");
    }
}

#[test]
fn a_hundred_thousand_levels_lose_no_word() {
    let quoted = format!("{} the bottom", "> ".repeat(100_000));
    let listed = format!("{} the bottom", "- ".repeat(100_000));
    for text in [quoted, listed] {
        let found = read(&text, MARKDOWN).expect("it can be read");
        assert!(found[0].document.text.ends_with("the bottom"), "{:.100}", found[0].document.text);
        assert!(found[0].document.marks.len() <= 100);
    }
}

#[test]
fn what_a_notebook_printed_is_bounded() {
    let output = format!("{{\"text\":[{}\"x\"]}}", "\"0123456789\",".repeat(20_000));
    let cell = format!("{{\"cell_type\":\"code\",\"source\":\"print()\",\"outputs\":[{output}]}}");
    let notebook = format!("{{\"cells\":[{}]}}", vec![cell; 100].join(","));
    let found = read(&notebook, NOTEBOOK).expect("it can be read");
    let kept: usize = found[0].asides.iter().map(|it| it.text.len()).sum();
    assert!((1 << 20..=4 << 20).contains(&kept), "{kept}");
    let deep = format!("{{\"cells\":{}", "[".repeat(100_000));
    assert!(matches!(read(&deep, NOTEBOOK), Err(Error::Malformed(_) | Error::Unsupported(_))));
    assert!(matches!(read("{\"a\": 1}", NOTEBOOK), Err(Error::Unsupported(_))));
}
