//! Rows of JSON: one object per line, objects one after the other, or an array of objects, alone or
//! in an object that says more.
//!
//! Where a value ends is found before it is parsed, since `serde_json` cannot go on after a
//! mistake. That also bounds what is held: one value.

use docmill_plugin::Error;
use memchr::{memchr, memchr3};
use serde_json::{Map, Value};

use crate::LONGEST_ROW;
use crate::rows::Rows;
use crate::text::Text;

/// Reads all rows. `by_lines` is whether the table is said to have one per line.
pub fn unpack(text: &mut Text<'_>, by_lines: bool, rows: &mut Rows) -> Result<(), Error> {
    let mut input = Input { text, held: Vec::new(), start: 0, lines: 0 };
    input.skip_space()?;
    match input.peek()? {
        None => Ok(()),
        Some(b'{') => {
            let line_is_whole = input.line_is_an_object()?;
            if by_lines && line_is_whole {
                lines(&mut input, rows)
            } else {
                values(&mut input, rows)
            }
        }
        Some(b'[') => values(&mut input, rows),
        // One damaged line does not make a table something else.
        Some(_) if by_lines => lines(&mut input, rows),
        Some(_) => {
            Err(Error::Unsupported("it is neither an array of objects nor an object".to_owned()))
        }
    }
}

/// What is left of the text: `held[start..]`, and what can still be read.
struct Input<'r, 'a> {
    text: &'r mut Text<'a>,
    held: Vec<u8>,
    start: usize,
    /// Lines that were skipped so far.
    lines: u64,
}

impl Input<'_, '_> {
    fn rest(&self) -> &[u8] {
        &self.held[self.start..]
    }

    /// Holds more of the text; `false` at its end.
    fn more(&mut self) -> Result<bool, Error> {
        if self.start > 0 {
            self.held.drain(..self.start);
            self.start = 0;
        }
        self.text.append_to(&mut self.held)
    }

    fn peek(&mut self) -> Result<Option<u8>, Error> {
        while self.rest().is_empty() {
            if !self.more()? {
                return Ok(None);
            }
        }
        Ok(self.rest().first().copied())
    }

    fn skip_space(&mut self) -> Result<(), Error> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek()? {
            self.lines += u64::from(self.held[self.start] == b'\n');
            self.start += 1;
        }
        Ok(())
    }

    /// Whether the first line is an object as it stands, or at least no part of a longer one.
    fn line_is_an_object(&mut self) -> Result<bool, Error> {
        let mut searched = 0;
        let end = loop {
            if let Some(at) = memchr(b'\n', &self.rest()[searched..]) {
                break searched + at;
            }
            searched = self.rest().len();
            if searched > LONGEST_ROW || !self.more()? {
                break searched;
            }
        };
        let line = self.rest()[..end].trim_ascii();
        Ok(line.ends_with(b"}"))
    }

    /// Takes up to and with the next of these bytes. What is longer than a row may be is read, and
    /// not returned.
    fn take_until(
        &mut self,
        mut end: impl FnMut(&[u8]) -> Option<usize>,
    ) -> Result<(Option<Vec<u8>>, bool), Error> {
        let mut taken = Vec::new();
        let mut is_too_long = false;
        loop {
            let rest = self.rest();
            let (count, is_end) = match end(rest) {
                Some(count) => (count, true),
                None => (rest.len(), false),
            };
            if taken.len() + count > LONGEST_ROW {
                is_too_long = true;
                taken = Vec::new();
            }
            if !is_too_long {
                taken.extend_from_slice(&rest[..count]);
            }
            self.start += count;
            if is_end || !self.more()? {
                return Ok(((!is_too_long).then_some(taken), is_end));
            }
        }
    }
}

/// One object per line.
fn lines(input: &mut Input<'_, '_>, rows: &mut Rows) -> Result<(), Error> {
    for number in input.lines + 1.. {
        if input.peek()?.is_none() {
            break;
        }
        let (line, _) = input.take_until(|rest| memchr(b'\n', rest).map(|at| at + 1))?;
        let place = format!("line {number}");
        match line {
            None => rows.broken(&place, TOO_LONG),
            Some(line) if line.trim_ascii().is_empty() => {}
            Some(line) => match serde_json::from_slice(&line) {
                Ok(Value::Object(row)) => take(&place, &row, rows)?,
                _ => rows.broken(&place, "is not a JSON object"),
            },
        }
        rows.check()?;
    }
    Ok(())
}

const TOO_LONG: &str = "is longer than 8 MiB";

/// Objects one after the other, or in arrays.
fn values(input: &mut Input<'_, '_>, rows: &mut Rows) -> Result<(), Error> {
    let mut number = 0_u64;
    let mut depth = 0_u32;
    // After damage, nobody knows which bracket closes what.
    let mut is_lost = false;
    loop {
        input.skip_space()?;
        match input.peek()? {
            None => break,
            Some(b'[') => depth += 1,
            Some(b']') => depth = depth.saturating_sub(1),
            Some(b',') => {}
            Some(_) => {
                number += 1;
                let place = format!("row {number}");
                let mut scan = Scan::default();
                let (value, is_whole) = input.take_until(|piece| scan.end(piece))?;
                let value = value.as_deref().map(serde_json::from_slice);
                match value {
                    None => rows.broken(&place, TOO_LONG),
                    Some(Ok(Value::Object(row))) => {
                        let is_alone = number == 1 && depth == 0 && input.rest_is_blank()?;
                        match is_alone.then(|| array_in(&row, rows)).flatten() {
                            Some(inner) => return array(inner, rows),
                            None => take(&place, &row, rows)?,
                        }
                    }
                    Some(_) if rows.is_untouched() && number == 1 && is_whole => {
                        let reason = "it is neither an array of objects nor an object";
                        return Err(Error::Unsupported(reason.to_owned()));
                    }
                    Some(Ok(_)) => rows.broken(&place, "is not a JSON object"),
                    Some(Err(_)) => {
                        rows.broken(&place, "is not a JSON object");
                        is_lost |= input.skip_to_object()?;
                    }
                }
                rows.check()?;
                continue;
            }
        }
        input.start += 1;
    }
    if depth > 0 && !is_lost {
        let place = format!("the array after row {number}");
        rows.broken(&place, "has no end");
    }
    Ok(())
}

impl Input<'_, '_> {
    /// Passes over what is left of a damaged value: to the next object. Whether anything was passed
    /// over that matters.
    fn skip_to_object(&mut self) -> Result<bool, Error> {
        let mut matters = false;
        loop {
            match memchr(b'{', self.rest()) {
                Some(at) => {
                    matters |= self.rest()[..at].contains(&b']');
                    self.start += at;
                    return Ok(matters);
                }
                None => {
                    matters |= self.rest().contains(&b']');
                    self.start = self.held.len();
                    if !self.more()? {
                        return Ok(matters);
                    }
                }
            }
        }
    }

    fn rest_is_blank(&mut self) -> Result<bool, Error> {
        self.skip_space()?;
        Ok(self.peek()?.is_none())
    }
}

/// Finds where a value ends: an object with its last brace, anything else before the next comma,
/// bracket or line.
#[derive(Default)]
struct Scan {
    depth: u64,
    is_in_string: bool,
    is_escaped: bool,
    has_begun: bool,
}

impl Scan {
    /// How much of this piece belongs to the value, if it ends there.
    fn end(&mut self, piece: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < piece.len() {
            if self.is_in_string {
                if std::mem::take(&mut self.is_escaped) {
                    at += 1;
                    continue;
                }
                let found = memchr3(b'"', b'\\', b'\n', &piece[at..])?;
                at += found + 1;
                match piece[at - 1] {
                    b'\\' => self.is_escaped = true,
                    // A string of JSON has no line end: its quote is missing, and what follows is
                    // not lost.
                    b'\n' => return Some(at),
                    _ => self.is_in_string = false,
                }
                continue;
            }
            match piece[at] {
                b'"' => self.is_in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth == 0 => {
                    // A bracket that closes nothing of the value; never nothing at all.
                    return Some(if self.has_begun { at } else { at + 1 });
                }
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                b',' | b'\n' if self.depth == 0 => return Some(at),
                _ => {}
            }
            self.has_begun = true;
            at += 1;
        }
        None
    }
}

/// The first array of objects with texts in an object that has none itself: `{"articles": […]}`.
fn array_in<'v>(object: &'v Map<String, Value>, rows: &Rows) -> Option<&'v Vec<Value>> {
    let names = |object: &'v Map<String, Value>| -> Vec<&'v str> {
        let texts = object.iter().filter(|(_, value)| value.is_string());
        texts.map(|(name, _)| name.as_str()).collect()
    };
    if rows.columns().has_text(&names(object)) && !object.values().any(Value::is_array) {
        return None;
    }
    object.values().find_map(|value| {
        let array = value.as_array()?;
        let first = array.first()?.as_object()?;
        rows.columns().has_text(&names(first)).then_some(array)
    })
}

fn array(values: &[Value], rows: &mut Rows) -> Result<(), Error> {
    for (number, value) in (1_u64..).zip(values) {
        let place = format!("row {number}");
        match value {
            Value::Object(row) => take(&place, row, rows)?,
            _ => rows.broken(&place, "is not a JSON object"),
        }
    }
    Ok(())
}

/// Takes an object as a row: strings, numbers, truths, lists of them, and the names of people.
fn take(place: &str, row: &Map<String, Value>, rows: &mut Rows) -> Result<(), Error> {
    let mut cells: Vec<(&str, String)> = Vec::new();
    let mut names: Vec<&String> = row.keys().collect();
    // As in a map, whatever features `serde_json` was built with.
    names.sort();
    for name in names {
        match &row[name.as_str()] {
            Value::Array(values) => {
                cells.extend(values.iter().filter_map(scalar).map(|value| (name.as_str(), value)));
            }
            value => cells.extend(scalar(value).map(|value| (name.as_str(), value))),
        }
    }
    rows.take(place, cells.iter().map(|(name, value)| (*name, value.as_str())))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Object(object) => match object.get("name")? {
            Value::String(name) => Some(name.clone()),
            _ => None,
        },
        Value::Null | Value::Array(_) => None,
    }
}
