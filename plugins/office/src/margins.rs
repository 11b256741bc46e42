//! Headers and footers of sheets, as all editions of Excel write them.

/// A header without the codes for its place, font and fields: `&L&"Arial"&12Report&RPage &P`.
pub fn without_codes(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        shown.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(code) = rest.chars().next() else { break };
        rest = &rest[code.len_utf8()..];
        match code {
            '&' => shown.push('&'),
            'L' | 'C' | 'R' => shown.push(' '),
            '"' => rest = rest.split_once('"').map_or("", |(_, rest)| rest),
            '0'..='9' => rest = rest.trim_start_matches(|it: char| it.is_ascii_digit()),
            'K' => rest = rest.get(6..).unwrap_or_default(),
            _ => {}
        }
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_left_out() {
        let header = "&L&\"Arial,Bold\"&12 Report &&Co&RPage &P";
        assert_eq!(without_codes(header), "  Report &Co Page ");
        assert_eq!(without_codes("&K12&"), "");
        assert_eq!(without_codes("&\"é"), "");
    }
}
