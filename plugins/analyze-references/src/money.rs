//! Amounts of money.

use docmill_plugin::Annotation;

use crate::numbers::{Numeral, Style};
use crate::scan::{Kind, Token};
use crate::{Found, Language};

/// The scale words that one amount may have: `2 nghìn tỷ` has two.
const MOST_SCALES: usize = 2;

/// The amount that begins at `token`; `before` is the token before it.
pub(crate) fn find<'a>(token: Token<'a>, before: Token<'a>, language: Language) -> Found<'a> {
    match token.kind {
        Kind::Number if token.begins_number() => number_first(token, language),
        Kind::Word => currency_first(token, language).or_else(|| in_words(token, before, language)),
        Kind::Sign(_) => currency_first(token, language),
        _ => None,
    }
}

/// `500.000 milliards de dongs`, `1,5 tỷ USD`, `5 M€`
fn number_first(token: Token<'_>, language: Language) -> Found<'_> {
    let (numeral, next) = Numeral::read(token)?;
    let scales = Scales::read(next, language);
    let (power, currency) = match currency(scales.after_link(), scales.read > 0) {
        Some(currency) => (scales.power, currency),
        None => short_scale_and_currency(next)?,
    };
    annotate(numeral.times_ten_to(power, scales.style)?, currency.code, token.start, currency)
}

/// `$2.3 billion`, `US$ 5m`, `EUR 3,2 milliards`
fn currency_first(token: Token<'_>, language: Language) -> Found<'_> {
    let currency = prefix(token)?;
    let (numeral, next) = Numeral::read(currency.next)?;
    let code = currency.code;
    let after = |end, next| Currency { code, end, next };
    let scales = Scales::read(next, language);
    let (power, style, end) = match short_scale(next).filter(|_| next.glued()) {
        Some(power) => (power, Style::English, after(next.end, next.next())),
        None if scales.read > 0 => (scales.power, scales.style, after(scales.end, scales.next)),
        None => (0, Style::Unknown, after(numeral.end(), next)),
    };
    // `$500.000` is a group, in Vietnam as in France; only a scale makes `$2.345 million` a
    // fraction.
    let style = match code {
        "USD" | "GBP" if power > 0 && style == Style::Unknown => Style::English,
        _ => style,
    };
    end.next.ends_number().then_some(())?;
    annotate(numeral.times_ten_to(power, style)?, code, token.start, end)
}

/// `un million de dollars`, `five billion euros`, `hai tỷ đồng`
fn in_words<'a>(token: Token<'a>, before: Token<'a>, language: Language) -> Found<'a> {
    let count = match token.word() {
        "un" | "une" | "one" | "a" | "mot" => "1",
        "deux" | "two" | "hai" => "2",
        "trois" | "three" | "ba" => "3",
        "quatre" | "four" | "bon" => "4",
        "cinq" | "five" | "nam" => "5",
        "six" | "sau" => "6",
        "sept" | "seven" | "bay" => "7",
        "huit" | "eight" | "tam" => "8",
        "neuf" | "nine" | "chin" => "9",
        "dix" | "ten" | "muoi" => "10",
        _ => return None,
    };
    // The last word of a longer number, as in `vingt-deux millions` or `half a million`, says too
    // little by itself.
    let continues = token.glued() && before.is_sign(&['-', '‑'])
        || matches!(
            before.word(),
            "half"
                | "quarter"
                | "et"
                | "cent"
                | "cents"
                | "mille"
                | "vingt"
                | "vingts"
                | "trente"
                | "quarante"
                | "cinquante"
                | "soixante"
                | "hundred"
                | "twenty"
                | "thirty"
                | "forty"
                | "fifty"
                | "sixty"
                | "seventy"
                | "eighty"
                | "ninety"
                | "and"
                | "muoi"
                | "tram"
                | "phay"
                | "point"
                | "virgule"
        )
        || before.kind == Kind::Number;
    let scales = Scales::read(token.next(), language);
    if continues || scales.read == 0 {
        return None;
    }
    let currency = currency(scales.after_link(), true)?;
    let (numeral, _) = Numeral::read(Token::first(count))?;
    annotate(
        numeral.times_ten_to(scales.power, Style::Unknown)?,
        currency.code,
        token.start,
        currency,
    )
}

fn annotate<'a>(amount: String, code: &str, start: usize, last: Currency<'a>) -> Found<'a> {
    let annotation = Annotation::at("money", start..last.end)
        .with_value(format!("{amount} {code}"))
        .with("amount", amount)
        .with("currency", code);
    Some((annotation, last.next))
}

/// Whether a word is one of those that multiply a number.
pub(crate) fn is_scale(token: Token<'_>) -> bool {
    scale(token, Language::Other).is_some()
}

/// The words that multiply a number.
struct Scales<'a> {
    power: usize,
    style: Style,
    read: usize,
    end: usize,
    next: Token<'a>,
}

impl<'a> Scales<'a> {
    fn read(first: Token<'a>, language: Language) -> Scales<'a> {
        let mut scales =
            Scales { power: 0, style: Style::Unknown, read: 0, end: first.start, next: first };
        while scales.read < MOST_SCALES {
            let Some((power, style)) = scale(scales.next, language) else { break };
            scales.power += power;
            scales.style = if style == Style::Unknown { scales.style } else { style };
            scales.read += 1;
            scales.end = scales.next.end;
            scales.next = scales.next.next();
        }
        scales
    }

    /// The token where the currency should be: French puts `de` or `d'` before it.
    fn after_link(&self) -> Token<'a> {
        let apostrophe = self.next.next();
        match self.next.word() {
            _ if self.read == 0 => self.next,
            "de" => apostrophe,
            "d" if apostrophe.is_sign(&['\'', '’', 'ʼ']) => apostrophe.next(),
            _ => self.next,
        }
    }
}

fn scale(token: Token<'_>, language: Language) -> Option<(usize, Style)> {
    let french = || language == Language::French || matches!(token.next().word(), "de" | "d");
    Some(match token.word() {
        "mille" => (3, Style::Continental),
        "thousand" => (3, Style::English),
        "nghin" | "ngan" if token.accented => (3, Style::Continental),
        "million" | "millions" => (6, Style::Unknown),
        "trieu" => (6, Style::Continental),
        "milliard" | "milliards" => (9, Style::Continental),
        "ty" | "ti" if token.accented => (9, Style::Continental),
        // Long scale in French, short scale in English.
        "billion" | "billions" if french() => (12, Style::Continental),
        "billion" | "billions" => (9, Style::English),
        "trillion" | "trillions" if french() => (18, Style::Continental),
        "trillion" | "trillions" => (12, Style::English),
        _ => return None,
    })
}

/// `k`, `m`, `bn`: one letter could be anything, so a currency has to stand next to it.
fn short_scale(token: Token<'_>) -> Option<usize> {
    if token.accented {
        return None;
    }
    Some(match token.word() {
        "k" => 3,
        "m" | "mn" => 6,
        "bn" | "b" | "md" | "mds" => 9,
        "tn" => 12,
        _ => return None,
    })
}

/// `M€`, `Md USD`
fn short_scale_and_currency(token: Token<'_>) -> Option<(usize, Currency<'_>)> {
    let power = short_scale(token)?;
    let sign = token.next();
    let sure = (sign.glued() && matches!(sign.kind, Kind::Sign(_))) || is_code(sign);
    sure.then(|| currency(sign, false)).flatten().map(|currency| (power, currency))
}

/// A currency in a text.
#[derive(Clone, Copy)]
struct Currency<'a> {
    code: &'static str,
    end: usize,
    next: Token<'a>,
}

fn sign(token: Token<'_>) -> Option<&'static str> {
    let Kind::Sign(sign) = token.kind else { return None };
    Some(match sign {
        '$' => "USD",
        '€' => "EUR",
        '£' => "GBP",
        '₫' => "VND",
        '₩' => "KRW",
        '฿' => "THB",
        // `¥` is two currencies.
        _ => return None,
    })
}

const CODES: [&str; 16] = [
    "USD", "EUR", "GBP", "VND", "JPY", "CNY", "CHF", "KRW", "SGD", "THB", "AUD", "CAD", "HKD",
    "INR", "NZD", "TWD",
];

fn code(token: Token<'_>) -> Option<&'static str> {
    if token.end - token.start > 4 {
        return None;
    }
    if token.source() == "VNĐ" {
        return Some("VND");
    }
    CODES.into_iter().find(|code| *code == token.source())
}

fn is_code(token: Token<'_>) -> bool {
    code(token).is_some()
}

/// A currency before its number: a sign, a code, or letters and a sign as in `US$`.
fn prefix(token: Token<'_>) -> Option<Currency<'_>> {
    if let Some(code) = sign(token).or_else(|| code(token)) {
        return Some(Currency { code, end: token.end, next: token.next() });
    }
    let code = match token.source() {
        "US" => "USD",
        "A" | "AU" => "AUD",
        "C" | "CA" => "CAD",
        "S" => "SGD",
        "HK" => "HKD",
        "NZ" => "NZD",
        "NT" => "TWD",
        _ => return None,
    };
    let next = token.next();
    (next.is_sign(&['$']) && next.glued()).then(|| Currency {
        code,
        end: next.end,
        next: next.next(),
    })
}

/// A currency after its number. Words of other meanings count only after a scale, `scaled`.
fn currency(token: Token<'_>, scaled: bool) -> Option<Currency<'_>> {
    let next = token.next();
    let one = |code| Some(Currency { code, end: token.end, next });
    let two = |code| Some(Currency { code, end: next.end, next: next.next() });
    if sign(token).is_some() || prefix(token).is_some() {
        return prefix(token).filter(|it| it.next.kind != Kind::Number || !it.next.glued());
    }
    match (token.word(), next.word()) {
        ("dollar" | "dollars", "canadiens" | "canadien") => two("CAD"),
        ("dollar" | "dollars", "australiens" | "australien") => two("AUD"),
        ("dollar" | "dollars", "singapouriens" | "singapourien") => two("SGD"),
        ("dollar" | "dollars", "hongkongais") => two("HKD"),
        ("dollar" | "dollars", "americains" | "americain") => two("USD"),
        ("dollar" | "dollars", "neo" | "taiwanais") => None,
        ("dollar" | "dollars", _) => one("USD"),
        ("us" | "american", "dollar" | "dollars") => two("USD"),
        ("canadian", "dollar" | "dollars") => two("CAD"),
        ("australian", "dollar" | "dollars") => two("AUD"),
        ("singapore", "dollar" | "dollars") => two("SGD"),
        ("euro" | "euros", _) => one("EUR"),
        ("dong" | "dongs", _) if !token.accented || token.is_spelled(DONG) => one("VND"),
        ("d", _) if token.is_spelled(&["đ"]) => one("VND"),
        ("do", "la") if token.accented => do_la(next),
        ("yuan" | "yuans", _) => one("CNY"),
        ("yen" | "yens", _) => one("JPY"),
        ("baht" | "bahts", _) => one("THB"),
        ("won" | "wons", _) if scaled => one("KRW"),
        ("livre" | "livres" | "pound" | "pounds", "sterling") => two("GBP"),
        ("franc" | "francs", "suisse" | "suisses") | ("swiss", "franc" | "francs") => two("CHF"),
        _ => None,
    }
}

/// The Vietnamese currency, composed and not; with other accents the letters make "line", "east" or
/// "move".
const DONG: &[&str] = &["đồng", "đo\u{302}\u{300}ng"];

/// `đô la`, `đô la Mỹ`, `đô la Úc`
fn do_la(la: Token<'_>) -> Option<Currency<'_>> {
    let country = la.next();
    let code = match country.word() {
        "my" => "USD",
        "uc" => "AUD",
        "canada" => "CAD",
        "singapore" => "SGD",
        _ => return Some(Currency { code: "USD", end: la.end, next: country }),
    };
    Some(Currency { code, end: country.end, next: country.next() })
}
