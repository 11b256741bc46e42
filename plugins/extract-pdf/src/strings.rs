//! The strings of a PDF as text: UTF-16, UTF-8, or the encoding that is the format's own.

/// A text string, as titles, outlines and forms have: what cannot be told is left out.
pub fn text_string(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xFE, 0xFF, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // Programs that never heard of the format's own encoding write UTF-8.
        _ if bytes.iter().any(|it| *it >= 0x80) && std::str::from_utf8(bytes).is_ok() => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        _ => bytes.iter().filter_map(|it| pdf_doc(*it)).collect(),
    };
    let text: String =
        text.chars().filter(|it| !matches!(it, '\0' | '\u{FFFD}' | '\u{FEFF}')).collect();
    docmill_text::compose(&text).into_owned()
}

/// The same on one line, for a value of an attribute.
pub fn one_line(bytes: &[u8]) -> String {
    text_string(bytes)
        .split(|it: char| it.is_whitespace() || it.is_control())
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|it| unit(*it));
    let text: String = char::decode_utf16(units).map(|it| it.unwrap_or('\u{FFFD}')).collect();
    // An escape within it says the language of what follows.
    match text.contains('\u{1B}') {
        true => text.split('\u{1B}').step_by(2).collect(),
        false => text,
    }
}

/// PDFDocEncoding (ISO 32000-1, annex D.2), which is Latin-1 but for two rows.
fn pdf_doc(byte: u8) -> Option<char> {
    const ROW_18: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const ROW_80: [char; 32] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚',
        '™', 'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '\0',
    ];
    match byte {
        0x18..=0x1F => Some(ROW_18[usize::from(byte - 0x18)]),
        0x80..=0x9F => Some(ROW_80[usize::from(byte - 0x80)]),
        0xA0 => Some('€'),
        0xAD | 0x7F => None,
        _ => Some(char::from(byte)),
    }
}
