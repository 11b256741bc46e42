//! What a document says of itself: in its XMP packet, or else in its information dictionary.

use std::collections::BTreeMap;

use docmill_plugin::Attribute;
use docmill_xml::{Piece, Pieces, rfc_3339};
use hayro_syntax::Pdf;
use hayro_syntax::object::{DateTime, Dict, Name, Stream, String as PdfString};

use crate::stream;
use crate::strings::one_line;

/// The longest value that is kept, in bytes.
const LONGEST: usize = 4 << 10;
/// The largest XMP packet that is read; most have a few thousand bytes.
const LARGEST_PACKET: usize = 1 << 20;

/// What a document says of itself.
#[derive(Debug, Default)]
pub struct Info {
    /// Attributes, by name; a title only if it is one.
    pub attributes: Vec<Attribute>,
    /// The languages that it says.
    pub languages: Vec<String>,
}

impl Info {
    /// Reads what `pdf` says of itself.
    pub fn of(pdf: &Pdf) -> Info {
        let packet = packet(pdf);
        let said = pdf.metadata();
        let text = |value: &Option<Box<[u8]>>| value.as_deref().map(one_line).unwrap_or_default();
        let date = |value: Option<DateTime>| value.and_then(written).unwrap_or_default();
        let mut info = Info::default();
        let pairs = [
            ("title", "dc:title", text(&said.title)),
            ("creator", "dc:creator", text(&said.author)),
            ("date", "xmp:createdate", date(said.creation_date)),
            ("modified", "xmp:modifydate", date(said.modification_date)),
            ("description", "dc:description", text(&said.subject)),
            ("subject", "dc:subject", text(&said.keywords)),
            ("publisher", "dc:publisher", String::new()),
            ("generator", "xmp:creatortool", text(&said.creator)),
            ("producer", "pdf:producer", text(&said.producer)),
        ];
        for (name, key, other) in pairs {
            let mut values = packet.get(key).cloned().unwrap_or_default();
            if matches!(name, "date" | "modified") {
                values = values.iter().filter_map(|it| rfc_3339(it)).collect();
            }
            if name == "title" {
                values.truncate(1);
                values.retain(|it| is_title(it));
            }
            let other =
                Some(other).filter(|it| !it.is_empty() && (name != "title" || is_title(it)));
            if values.is_empty() {
                values.extend(other);
            }
            for mut value in values.into_iter().take(32) {
                value.truncate(value.floor_char_boundary(LONGEST));
                if !value.is_empty() {
                    info.attributes.push(Attribute::new(name, value));
                }
            }
        }
        let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
        let lang =
            root.and_then(|it| it.get::<PdfString<'_>>(b"Lang")).map(|it| one_line(it.as_bytes()));
        let languages = packet.get("dc:language").and_then(|it| it.first()).cloned();
        info.languages = lang.into_iter().chain(languages).collect();
        info
    }

    /// The title that it says, where it is one.
    pub fn title(&self) -> Option<&str> {
        self.attributes.iter().find(|it| it.name == "title").map(|it| it.value.as_str())
    }
}

/// Whether what stands as a title is one, and not the name of a file or what a program puts there
/// by itself.
fn is_title(title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    let of_program = [
        "microsoft word",
        "microsoft powerpoint",
        "microsoft excel",
        "untitled",
        "slide 1",
        "powerpoint presentation",
    ];
    let endings = [
        ".doc", ".docx", ".rtf", ".odt", ".xls", ".xlsx", ".ppt", ".pptx", ".pdf", ".tex", ".dvi",
        ".ps", ".indd", ".qxd", ".qxp", ".fm", ".pmd", ".p65", ".wpd", ".txt", ".html", ".htm",
        ".cdr", ".ai",
    ];
    lower.chars().any(char::is_alphanumeric)
        && !of_program.iter().any(|it| lower.starts_with(it))
        && !endings.iter().any(|it| lower.ends_with(it))
        && !lower.starts_with("file:")
}

fn written(date: DateTime) -> Option<String> {
    let DateTime { year, month, day, hour, minute, second, utc_offset_hour, utc_offset_minute } =
        date;
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let sign = if utc_offset_hour < 0 { '-' } else { '+' };
    let offset = match (utc_offset_hour.unsigned_abs(), utc_offset_minute) {
        (0, 0) => "Z".to_owned(),
        (hours, minutes) => format!("{sign}{hours:02}:{minutes:02}"),
    };
    rfc_3339(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{offset}"))
}

/// The properties of the XMP packet, by their name with its usual prefix in lower case.
fn packet(pdf: &Pdf) -> BTreeMap<String, Vec<String>> {
    let mut properties = BTreeMap::new();
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let Some(stream) = root.and_then(|it| it.get::<Stream<'_>>(b"Metadata")) else {
        return properties;
    };
    let is_packet = stream.dict().get::<Name<'_>>(b"Subtype").is_none_or(|it| it.as_str() == "XML");
    let Some(bytes) = stream::unpack(&stream).filter(|it| is_packet && it.len() <= LARGEST_PACKET)
    else {
        return properties;
    };
    let Ok(mut pieces) = Pieces::of(bytes.as_slice(), None) else { return properties };
    // The elements that are open, and the text of the innermost.
    let (mut path, mut value): (Vec<String>, String) = Default::default();
    while let Ok(Some(piece)) = pieces.next_piece() {
        match piece {
            Piece::Start(tag) => {
                if tag.name == "rdf:description" {
                    for (name, value) in &tag.attributes {
                        keep(&mut properties, name, value);
                    }
                }
                value.clear();
                if path.len() < 64 {
                    path.push(tag.name);
                }
            }
            Piece::Text { text, .. } => value.push_str(&text),
            Piece::End { name, .. } => {
                let inner = path.iter().rposition(|it| *it == name);
                if let Some(at) = inner {
                    // What lies in a list of alternatives belongs to the property around it.
                    let within = path[..=at].iter().rfind(|it| !it.starts_with("rdf:"));
                    if let Some(property) = within {
                        keep(&mut properties, property, &value);
                    }
                    path.truncate(at);
                }
                value.clear();
            }
        }
    }
    properties
}

fn keep(properties: &mut BTreeMap<String, Vec<String>>, name: &str, value: &str) {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if !value.is_empty() && properties.len() < 1000 {
        let values = properties.entry(name.to_owned()).or_default();
        if values.len() < 64 && !values.contains(&value) {
            values.push(value);
        }
    }
}
