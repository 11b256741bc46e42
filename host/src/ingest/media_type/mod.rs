//! Judges what bytes are, by their content first and their name second.
//!
//! Nothing is parsed: magic bytes are looked at, names that lie uncompressed in archives and
//! compound files, and the first lines of texts. Plugins decide the rest, and say `unsupported` of
//! what is not for them.

use file_format::FileFormat;

use crate::model::MediaType;

mod mail;
mod markup;
mod overrides;
mod packed;
mod records;
mod text;

pub use overrides::{GlobError, MediaTypes};

/// How much of the content is looked at, in bytes.
pub const LOOKED_AT: usize = 64 * 1024;

/// What bytes of this name most likely are.
///
/// What the content shows without doubt wins over names, because a name is cheap to get wrong;
/// where it leaves a choice, as between kinds of text, the name's extension (`mime_guess`) decides.
/// `claimed` is what a container or the transport says; it counts like an extension, and of a text
/// it is believed unless the text begins with the mark of something else.
pub fn judge(name: &str, claimed: Option<&MediaType>, bytes: &[u8]) -> MediaType {
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let extension = || by_extension(name);
    let hint = Hint { claimed, named: claimed.cloned().or_else(extension) };
    if let Some(kind) = records::by_mark(start) {
        return kind;
    }
    if let Some(kind) = packed::kind(start, &hint) {
        return kind;
    }
    // With a NUL in it, or no ASCII to begin with, it may only look like text in some encoding.
    let may_be_binary = start.contains(&0) || start.first().is_some_and(|it| !it.is_ascii());
    if may_be_binary && let Some(kind) = binary(start) {
        return kind;
    }
    match text::of(start) {
        Some(text) => kind_of_text(&text, &hint),
        None => binary(start)
            .or_else(|| hint.named.filter(|it| !is_textual(it.as_str())))
            .unwrap_or_else(|| known("application/octet-stream")),
    }
}

/// What others than the content say.
struct Hint<'a> {
    /// What the container or the transport says.
    claimed: Option<&'a MediaType>,
    /// The same, or else what the extension of the name stands for.
    named: Option<MediaType>,
}

impl Hint<'_> {
    fn named(&self) -> &str {
        self.named.as_ref().map_or("", MediaType::as_str)
    }

    /// Whether it is a kind of text because somebody who handed it over says so.
    fn is_claimed_text(&self) -> bool {
        self.claimed.is_some_and(|it| is_textual(it.as_str()))
    }
}

fn kind_of_text(text: &[u8], hint: &Hint<'_>) -> MediaType {
    if let Some(kind) = markup::kind(text, hint) {
        return kind;
    }
    // A part of a mail may begin like another mail, and still be what it is said to be.
    if !hint.is_claimed_text()
        && let Some(kind) = mail::kind(text, hint.named()).or_else(|| records::kind(text, hint))
    {
        return known(kind);
    }
    match &hint.named {
        Some(named) if is_textual(named.as_str()) && !is_refuted(text, named.as_str(), hint) => {
            named.clone()
        }
        _ => known("text/plain"),
    }
}

/// Whether text that shows nothing of this kind of text cannot be of it.
fn is_refuted(text: &[u8], named: &str, hint: &Hint<'_>) -> bool {
    let begins = |with: &[u8]| text.trim_ascii_start().first().is_some_and(|it| with.contains(it));
    match named {
        _ if text.trim_ascii().is_empty() => false,
        "text/html" => hint.claimed.is_none() && !markup::has_tag(text),
        // What is damaged is left to those that can say so.
        "application/json"
        | "application/x-ndjson"
        | "application/feed+json"
        | "application/x-ipynb+json" => !begins(b"{["),
        "text/vtt" | "application/x-subrip" | "text/calendar" | "text/vcard" => {
            hint.claimed.is_none()
        }
        "application/mbox" | "message/rfc822" | "multipart/related" => hint.claimed.is_none(),
        xml if xml.ends_with("/xml") || xml.ends_with("+xml") => !begins(b"<"),
        _ => false,
    }
}

/// What magic bytes say of what is no text.
fn binary(start: &[u8]) -> Option<MediaType> {
    let kind = MediaType::new(FileFormat::from_bytes(start).media_type()).ok()?;
    let says_nothing = is_textual(kind.as_str())
        || matches!(kind.as_str(), "application/octet-stream" | "application/x-empty");
    (!says_nothing).then_some(kind)
}

fn by_extension(name: &str) -> Option<MediaType> {
    // A member's name is a path or an address; only its last part has an extension.
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (_, extension) = last.rsplit_once('.')?;
    let extension = extension.to_ascii_lowercase();
    let kind = match extension.as_str() {
        "ndjson" | "jsonl" => "application/x-ndjson",
        "mbox" | "mbx" => "application/mbox",
        "mht" | "mhtml" => "multipart/related",
        "pages" => "application/vnd.apple.pages",
        "numbers" => "application/vnd.apple.numbers",
        "fodt" => "application/vnd.oasis.opendocument.text-flat-xml",
        "fods" => "application/vnd.oasis.opendocument.spreadsheet-flat-xml",
        "fodp" => "application/vnd.oasis.opendocument.presentation-flat-xml",
        "fodg" => "application/vnd.oasis.opendocument.graphics-flat-xml",
        "parquet" => "application/vnd.apache.parquet",
        "wacz" => "application/x-wacz",
        "rst" => "text/x-rst",
        "adoc" | "asciidoc" => "text/x-asciidoc",
        "tex" | "latex" | "ltx" => "text/x-tex",
        "org" => "text/x-org",
        "srt" => "application/x-subrip",
        "ipynb" => "application/x-ipynb+json",
        "mdx" | "qmd" | "rmd" => "text/markdown",
        "fb2" => "application/x-fictionbook+xml",
        "dbk" | "docbook" => "application/docbook+xml",
        "jats" | "nxml" => "application/jats+xml",
        "tei" => "application/tei+xml",
        extension => mime_guess::from_ext(extension).first_raw()?,
    };
    // Some have capitals, as in `macroEnabled`.
    MediaType::new(kind.to_ascii_lowercase()).ok()
}

fn is_textual(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || media_type.ends_with("+xml")
        || media_type.ends_with("+json")
        || matches!(
            media_type,
            "application/javascript"
                | "application/json"
                | "application/mbox"
                | "application/rtf"
                | "application/warc"
                | "application/x-ndjson"
                | "application/x-subrip"
                | "application/xml"
                | "message/rfc822"
                | "multipart/related"
        )
}

fn known(media_type: &str) -> MediaType {
    // Called with the literals of these modules only, which their tests read.
    MediaType::new(media_type).unwrap_or_else(|_| unreachable!("a media type of this module"))
}

#[cfg(test)]
mod tests;
