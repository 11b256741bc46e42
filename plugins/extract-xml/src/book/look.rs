//! A look at a chapter before it is read: whether it has words, a heading, or begins with its
//! title.

/// How much of the text at the beginning is compared with a title, in bytes.
const BEGINNING: usize = 400;

/// Whether the title of a chapter has to come from the table of contents: it has words and no
/// heading, and does not begin with it.
pub fn wants_title(bytes: &[u8], title: &str) -> bool {
    let body = position(bytes, b"<body").unwrap_or(0);
    let body = &bytes[body..];
    let mut rest = body;
    while let Some(at) = rest.iter().position(|it| *it == b'<') {
        let name = &rest[at + 1..];
        if matches!(name, [b'h' | b'H', b'1'..=b'6', b' ' | b'>' | b'\t' | b'\n' | b'\r', ..]) {
            return false;
        }
        rest = name;
    }
    let words = beginning(body);
    let (words, title) = (folded(&words), folded(title));
    !words.is_empty() && !words.starts_with(&title)
}

fn position(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|it| it == what)
}

/// The first words outside of tags.
fn beginning(body: &[u8]) -> String {
    let (mut words, mut in_tag) = (Vec::new(), false);
    for byte in body {
        match byte {
            b'<' => in_tag = true,
            b'>' => in_tag = false,
            byte if !in_tag && !byte.is_ascii_whitespace() => words.push(*byte),
            _ => {}
        }
        if words.len() >= BEGINNING {
            break;
        }
    }
    String::from_utf8_lossy(&words).into_owned()
}

fn folded(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
