//! References to legal acts: decisions, resolutions, laws, decrees, directives, circulars and their
//! like.

use docmill_plugin::Annotation;

use crate::scan::{Kind, Token, without_accents};
use crate::{Found, Language, dates, money};

/// The parts that a number such as `13/2023/ND-CP` may have after the first.
const MOST_PARTS: usize = 6;
/// The words that the name of a Vietnamese law may have before its year.
const MOST_NAME_WORDS: usize = 7;

/// What an act is called, and how careful to be about it.
struct Act<'a> {
    kind: &'static str,
    /// Whether a number may follow without a word such as `n°` in between: `Résolution 57`.
    bare: bool,
    next: Token<'a>,
}

/// The reference that begins at `token`.
pub(crate) fn find(token: Token<'_>) -> Found<'_> {
    match token.kind {
        Kind::Word => introduced(token),
        Kind::Number => standing_alone(token),
        _ => None,
    }
}

/// `décision n° 1131/QD-TTg`, `Resolution 57`, `Luật Đất đai 2024`.
fn introduced(token: Token<'_>) -> Found<'_> {
    let act = act(token)?;
    if let Some(number) = after_number_word(act.next) {
        let symbol = Symbol::read(number)?;
        return symbol.next.ends_number().then(|| symbol.annotate(act.kind, token.start));
    }
    if act.next.kind == Kind::Number && !act.next.glued() {
        let symbol = Symbol::read(act.next)?;
        let bare = act.bare && token.capitalized() && !is_something_else(act.kind, act.next);
        return (symbol.next.ends_number() && (bare || !symbol.codes.is_empty()))
            .then(|| symbol.annotate(act.kind, token.start));
    }
    if act.kind == "law" && token.accented { named_law(token, act.next) } else { None }
}

/// `57-NQ/TW` says by itself what it is.
fn standing_alone(token: Token<'_>) -> Found<'_> {
    if !token.begins_number() {
        return None;
    }
    let symbol = Symbol::read(token)?;
    let kind = symbol.codes.iter().find_map(|code| kind_of_code(code))?;
    (symbol.codes.len() > 1 && symbol.next.ends_number())
        .then(|| symbol.annotate(kind, token.start))
}

fn act(token: Token<'_>) -> Option<Act<'_>> {
    let one = |kind, bare| Some(Act { kind, bare, next: token.next() });
    let two = |second, kind| {
        let next = token.next();
        (next.word() == second).then(|| Act { kind, bare: true, next: next.next() })
    };
    match token.word() {
        "quyet" => two("dinh", "decision"),
        "nghi" => two("quyet", "resolution").or_else(|| two("dinh", "decree")),
        "chi" => two("thi", "directive"),
        "thong" => two("tu", "circular"),
        "ket" => two("luan", "conclusion"),
        "phap" => two("lenh", "ordinance"),
        "decision" => one("decision", true),
        "resolution" => one("resolution", true),
        "decret" | "decree" => one("decree", true),
        "directive" => one("directive", true),
        "circulaire" | "circular" => one("circular", true),
        // `lời` and `lỗi` are Vietnamese words of another meaning.
        "loi" if !token.accented => one("law", true),
        "law" => one("law", true),
        "luat" if token.accented => one("law", true),
        "ordonnance" | "ordinance" => one("ordinance", true),
        "reglement" | "regulation" => one("regulation", true),
        // These are words of many uses; only `n°` makes them acts.
        "act" => one("law", false),
        "arrete" => one("order", false),
        "conclusion" => one("conclusion", false),
        _ => None,
    }
}

/// The number after `n°`, `No.`, `số` and the like.
fn after_number_word(token: Token<'_>) -> Option<Token<'_>> {
    let number = match token.word() {
        "n" | "no" => {
            let sign = token.next();
            if sign.is_sign(&['°', 'º', '˚', '.', 'o']) && sign.glued() {
                sign.next()
            } else {
                (token.word() == "no").then_some(sign)?
            }
        }
        "so" | "numero" | "number" => token.next(),
        _ if token.is_sign(&['№']) => token.next(),
        _ => return None,
    };
    (number.kind == Kind::Number).then_some(number)
}

/// Whether a number right after the name of an act is a date, an amount or a year rather than the
/// number of the act.
fn is_something_else(kind: &str, number: Token<'_>) -> bool {
    let year = number.number(4).is_some_and(|year| (1900..2100).contains(&year));
    (kind == "law" && year)
        || dates::find(number, number, Language::Other).is_some()
        || money::find(number, number, Language::Other).is_some()
}

/// The number of an act with everything glued to it.
struct Symbol<'a> {
    start: usize,
    end: usize,
    text: &'a str,
    /// The part before the letters, without the year.
    number: String,
    year: Option<&'a str>,
    /// The letters: type of act and issuer, in the order of the source.
    codes: Vec<String>,
    next: Token<'a>,
}

impl<'a> Symbol<'a> {
    fn read(first: Token<'a>) -> Option<Symbol<'a>> {
        let digits = first.digits().filter(|digits| digits.len() <= 6)?;
        let mut symbol = Symbol {
            start: first.start,
            end: first.end,
            text: first.text(),
            number: digits.to_owned(),
            year: None,
            codes: Vec::new(),
            next: first.next(),
        };
        for _ in 0..MOST_PARTS {
            let separator = symbol.next;
            if !separator.is_sign(&['/', '-', '–']) || !separator.glued() {
                break;
            }
            let part = separator.next();
            if !part.glued() {
                break;
            }
            if let Some(digits) = part.digits().filter(|digits| digits.len() <= 6) {
                if !symbol.codes.is_empty() {
                    break;
                }
                if digits.len() == 4 && separator.is_sign(&['/']) {
                    symbol.year = Some(digits);
                } else {
                    // `2019-486`, as French laws are numbered.
                    symbol.number.push_str(separator.source());
                    symbol.number.push_str(digits);
                }
                symbol.extend_to(part);
            } else if is_code(part) {
                let mut code = without_accents(part.source());
                symbol.extend_to(part);
                // `QH15`: the legislature belongs to the issuer.
                let term = symbol.next;
                if let Some(digits) = term.digits().filter(|it| term.glued() && it.len() <= 3) {
                    code.push_str(digits);
                    symbol.extend_to(term);
                }
                symbol.codes.push(code);
            } else {
                break;
            }
        }
        Some(symbol)
    }

    fn extend_to(&mut self, token: Token<'a>) {
        self.end = token.end;
        self.next = token.next();
    }

    fn annotate(self, kind: &str, start: usize) -> (Annotation, Token<'a>) {
        let as_written = without_accents(&self.text[self.start..self.end]).replace('–', "-");
        let mut annotation = Annotation::at("legal-reference", start..self.end)
            .with_value(format!("{kind} {as_written}"))
            .with("type", kind)
            .with("number", &self.number);
        if let Some(year) = self.year {
            annotation = annotation.with("year", year);
        }
        let issuer: Vec<_> =
            self.codes.iter().filter(|code| kind_of_code(code).is_none()).map(|it| &**it).collect();
        if !issuer.is_empty() {
            annotation = annotation.with("issuer", issuer.join("-"));
        }
        (annotation, self.next)
    }
}

/// `TTg` and `NQ` are codes, `related` in `57-related` is none.
fn is_code(token: Token<'_>) -> bool {
    let mut letters = token.source().chars();
    token.kind == Kind::Word
        && token.end - token.start <= 16
        && letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_none_or(char::is_uppercase)
}

/// What the codes in the numbers of Vietnamese acts stand for.
fn kind_of_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "QD" => "decision",
        "NQ" => "resolution",
        "ND" => "decree",
        "CT" => "directive",
        "TT" => "circular",
        "KL" => "conclusion",
        "PL" => "ordinance",
        _ => return None,
    })
}

/// `Luật Đất đai 2024`, `Luật Dữ liệu năm 2024`: a name that begins with a capital and ends with a
/// year.
fn named_law<'a>(token: Token<'a>, name: Token<'a>) -> Found<'a> {
    if !name.capitalized() || name.kind != Kind::Word {
        return None;
    }
    let mut end = name;
    let mut next = name.next();
    for _ in 0..MOST_NAME_WORDS {
        let year = if dates::is_nam(next) { next.next() } else { next };
        if let Some(number) = year.number(4) {
            if !(1900..2100).contains(&number) || !year.next().ends_number() {
                return None;
            }
            let title = &token.text()[name.start..end.end];
            let annotation = Annotation::at("legal-reference", token.start..year.end)
                .with_value(format!("law {title} {number}"))
                .with("type", "law")
                .with("title", title)
                .with("year", number);
            return Some((annotation, year.next()));
        }
        // A verb or a conjunction ends the name, and with it the hope for a year that belongs to
        // it.
        let ends_name = matches!(next.word(), "duoc" | "do" | "da" | "se" | "va" | "co" | "tu");
        if next.kind != Kind::Word || ends_name {
            return None;
        }
        end = next;
        next = next.next();
    }
    None
}
