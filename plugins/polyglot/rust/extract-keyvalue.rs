//! Reads `key: value` headers, a blank line and a body: the reference for the other languages.

use std::io::Read;

use docmill_plugin::prelude::*;

struct KeyValue;

impl Plugin for KeyValue {
    fn describe() -> Description {
        Description::new("extract-keyvalue-rust", "0.1.0", "Reads headers and a body, in Rust")
    }
}

impl Extractor for KeyValue {
    fn accepts() -> Result<Vec<String>, Error> {
        Ok(vec!["text/x-keyvalue".to_owned()])
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        let mut bytes = Vec::new();
        source.reader().read_to_end(&mut bytes).map_err(|it| Error::Internal(it.to_string()))?;
        let text = str::from_utf8(&bytes).map_err(|cause| {
            Error::malformed_at("the text is not UTF-8", cause.valid_up_to() as u64)
        })?;
        if text.is_empty() {
            return Ok(Vec::new());
        }

        let mut document = Document::new("");
        let mut position = 0;
        while position < text.len() {
            let line_end = text[position..].find('\n').map_or(text.len(), |at| position + at);
            let next = (line_end + 1).min(text.len());
            let line = &text[position..line_end];
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() {
                document.text = text[next..].to_owned();
                break;
            }
            let (key, value) = header(line).ok_or_else(|| {
                Error::malformed_at("a header needs a key, a colon and a value", position as u64)
            })?;
            match key.to_ascii_lowercase().as_str() {
                "language" => document.language = Some(value.to_owned()),
                key => document.attributes.push(Attribute::new(key, value)),
            }
            position = next;
        }
        // What the text says of itself comes first; only of the language the host would not fill
        // the gap.
        document.language = document.language.or_else(|| source.attribute("language"));
        Ok(vec![document.into()])
    }
}

fn header(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let value = value.trim_matches([' ', '\t']);
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (!key.is_empty() && key.bytes().all(known) && !value.is_empty()).then_some((key, value))
}

docmill_plugin::export!(extractor: KeyValue);

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(case: &serde_json::Value) -> Vec<u8> {
        if let Some(source) = case["source"].as_str() {
            return source.as_bytes().to_vec();
        }
        let hex = case["hex"].as_str().unwrap();
        let pairs = hex.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
    }

    #[test]
    fn every_shared_case_holds() {
        let cases = include_str!("../cases/extract-keyvalue.json");
        for case in serde_json::from_str::<Vec<serde_json::Value>>(cases).unwrap() {
            let bytes = bytes_of(&case);
            let said = case["said"].as_array().into_iter().flatten();
            let said =
                said.map(|it| Attribute::new(it[0].as_str().unwrap(), it[1].as_str().unwrap()));
            let source =
                Source::of_bytes(&bytes, "text/x-keyvalue").with_attributes(said.collect());
            let extracted = KeyValue::extract(source);
            match extracted {
                Ok(extracted) => {
                    let attributes = |document: &Document| -> Vec<[String; 2]> {
                        let pairs = document.attributes.iter();
                        pairs.map(|it| [it.name.clone(), it.value.clone()]).collect()
                    };
                    let documents: Vec<_> = extracted
                        .iter()
                        .map(|it| {
                            serde_json::json!({
                                "text": it.document.text,
                                "language": it.document.language,
                                "attributes": attributes(&it.document),
                            })
                        })
                        .collect();
                    assert_eq!(serde_json::json!(documents), case["documents"], "{}", case["name"]);
                }
                Err(Error::Malformed(defect)) => {
                    let defect =
                        serde_json::json!({ "reason": defect.reason, "offset": defect.offset });
                    assert_eq!(defect, case["malformed"], "{}", case["name"]);
                }
                Err(other) => panic!("{}: {other:?}", case["name"]),
            }
        }
    }
}
