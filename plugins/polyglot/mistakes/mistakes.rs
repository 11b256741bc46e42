//! Makes the mistake that a text names, one of those that authors make; in any other text it finds
//! names, and counts characters.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is one of the mistakes")]

use std::hint::black_box;
use std::time::SystemTime;

use docmill_plugin::prelude::*;

struct Mistakes;

impl Plugin for Mistakes {
    fn describe() -> Description {
        Description::new("mistakes-rust", "0.1.0", "Makes mistakes, in Rust")
            .required_setting("unit", "what lengths are given in")
    }
}

impl Analyzer for Mistakes {
    fn kinds() -> Result<Vec<String>, Error> {
        match setting("unit").as_deref() {
            Some("km") => Ok(vec!["name".to_owned()]),
            _ => Err(Error::misconfigured("unit", "there is only `km`")),
        }
    }

    fn analyze(document: Document) -> Result<Vec<Annotation>, Error> {
        let name = |value: String| Ok(vec![Annotation::of_document("name").with_value(value)]);
        match document.text.trim() {
            "exception" => name(["a", "b"][black_box(7)].to_owned()),
            "undeclared" => Ok(vec![Annotation::of_document("nom")]),
            "value" => {
                let sure = Annotation { confidence: Some(7.0), ..Annotation::of_document("name") };
                Ok(vec![sure])
            }
            "printed" => {
                println!("seen on standard output");
                eprintln!("seen on standard error");
                panic!("after printing")
            }
            "file" => name(std::fs::read_to_string("words.txt").unwrap()),
            "network" => {
                let connected = std::net::TcpStream::connect("127.0.0.1:80");
                name(format!("{connected:?}"))
            }
            "clock" => name(format!("{:?}", SystemTime::now())),
            "thread" => name(format!("{:?}", std::thread::spawn(|| 1).join())),
            "recursion" => name(depth(1).to_string()),
            "memory" => name(black_box(vec![1_u8; 1 << 30]).len().to_string()),
            "endless" => loop {
                black_box(&document);
            },
            _ => Ok(names(&document.text)),
        }
    }
}

fn depth(level: u64) -> u64 {
    if level == 0 { 0 } else { depth(black_box(level + 1)) + depth(black_box(level + 2)) }
}

/// Where each name is, in characters: they have to be bytes.
fn names(text: &str) -> Vec<Annotation> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let is_lower = |letter: &&char| letter.is_ascii_lowercase();
        let more = letters[at + 1..].iter().take_while(is_lower).count();
        if letters[at].is_ascii_uppercase() && more > 0 {
            let value: String = letters[at..=at + more].iter().collect();
            found.push(Annotation::at("name", at..at + more + 1).with_value(value));
            at += more;
        }
        at += 1;
    }
    found
}

docmill_plugin::export!(analyzer: Mistakes);
