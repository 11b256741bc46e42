//! Writes small PDF files.

use std::fmt::Write as _;
use std::io::Write as _;

/// A file while it is written: objects by their number, from 1.
#[derive(Default)]
pub struct Builder {
    objects: Vec<Vec<u8>>,
    trailer: String,
}

/// The objects that every file of [`Builder::new`] begins with.
pub const ROOT: usize = 1;
pub const PAGES: usize = 2;

impl Builder {
    /// A file with two fonts, `F1` (Helvetica) and `F2` (its bold), and no pages yet.
    pub fn new() -> Builder {
        let mut builder = Builder::default();
        builder.add("<< /Type /Catalog /Pages 2 0 R >>");
        builder.add("");
        for font in ["Helvetica", "Helvetica-Bold"] {
            builder.add(format!(
                "<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>"
            ));
        }
        builder
    }

    /// Adds an object.
    pub fn add(&mut self, body: impl Into<Vec<u8>>) -> usize {
        self.objects.push(body.into());
        self.objects.len()
    }

    /// Sets what an object is.
    pub fn set(&mut self, number: usize, body: impl Into<Vec<u8>>) {
        self.objects[number - 1] = body.into();
    }

    /// Adds a stream; `entries` are those of its dictionary but for its length.
    pub fn stream(&mut self, entries: &str, data: &[u8]) -> usize {
        let mut body = format!("<< {entries} /Length {} >>\nstream\n", data.len()).into_bytes();
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.add(body)
    }

    /// Adds a page of 612 by 792 points that shows this; `entries` are more of its dictionary.
    pub fn page(&mut self, content: &str, entries: &str) -> usize {
        let content = self.stream("", content.as_bytes());
        let resources = "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>";
        let resources = if entries.contains("/Resources") { "" } else { resources };
        self.add(format!(
            "<< /Type /Page /Parent {PAGES} 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R {resources} {entries} >>"
        ))
    }

    /// Adds entries to the trailer.
    pub fn trailer(&mut self, entries: &str) {
        self.trailer.push_str(entries);
    }

    /// The file with these pages.
    pub fn with_pages(mut self, pages: &[usize]) -> Vec<u8> {
        let kids: String = pages.iter().map(|it| format!("{it} 0 R ")).collect();
        self.set(PAGES, format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", pages.len()));
        self.finish()
    }

    /// The file as it is.
    pub fn finish(self) -> Vec<u8> {
        let mut file = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.objects.len() + 1);
        for (index, object) in self.objects.iter().enumerate() {
            let _ = writeln!(table, "{:010} 00000 n ", file.len());
            let _ = writeln!(file, "{} 0 obj", index + 1);
            file.extend_from_slice(object);
            file.extend_from_slice(b"\nendobj\n");
        }
        let start = file.len();
        let size = self.objects.len() + 1;
        let _ = write!(
            file,
            "{table}trailer\n<< /Size {size} /Root {ROOT} 0 R {} >>\nstartxref\n{start}\n%%EOF\n",
            self.trailer
        );
        file
    }
}

/// A file whose pages show these contents.
pub fn file(contents: &[String]) -> Vec<u8> {
    let mut builder = Builder::new();
    let pages: Vec<usize> = contents.iter().map(|it| builder.page(it, "")).collect();
    builder.with_pages(&pages)
}

/// Shows a line of text in 10 points from here, counted from the lower left corner.
pub fn line(x: i32, y: i32, text: &str) -> String {
    sized(x, y, 10, text)
}

/// The same in another size.
pub fn sized(x: i32, y: i32, size: i32, text: &str) -> String {
    format!("BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n")
}

/// Lines below each other.
pub fn lines(x: i32, top: i32, texts: &[&str]) -> String {
    texts.iter().enumerate().map(|(index, text)| line(x, top - 12 * index as i32, text)).collect()
}
