//! Leaves of a Rust source only what the compiler acts on: comments and literals become blanks.

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, tokenize};

/// The code of a file, with as many lines as the file.
pub fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    for token in tokenize(text, FrontmatterAllowed::No) {
        let (word, after) = rest.split_at(token.len as usize);
        rest = after;
        match token.kind {
            TokenKind::LineComment { .. }
            | TokenKind::BlockComment { .. }
            | TokenKind::Literal { .. } => {
                // A blank in place of what is left out keeps the words around it apart.
                code.push(' ');
                code.extend(word.chars().filter(|it| *it == '\n'));
            }
            _ => code.push_str(word),
        }
    }
    code
}

/// The text within the string literals of a file, each with its line.
pub fn strings(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (text, 1);
    for token in tokenize(text, FrontmatterAllowed::No) {
        let (word, after) = rest.split_at(token.len as usize);
        rest = after;
        if matches!(token.kind, TokenKind::Literal { .. }) && word.contains('"') {
            found.push((line, word));
        }
        line += word.matches('\n').count();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(code(text).split_whitespace().collect::<Vec<_>>().join(" "), expected);
        assert_eq!(code(text).lines().count(), text.lines().count(), "lines of {text:?}");
    }

    #[test]
    fn comments_and_literals_are_left_out() {
        check("a // wasmtime\nb", "a b");
        check("a /* x /* y */ \n z */ b", "a b");
        check("a(\"x \\\" y\", b)", "a( , b)");
        check("a(r#\"x \" y\"#, br\"z\", b)", "a( , , b)");
        check("a('\"', '\\'', 'x', b)", "a( , , , b)");
    }

    #[test]
    fn what_only_looks_like_a_literal_stays() {
        check("fn a<'a>(r: &'a str) -> &'a str { r }", "fn a<'a>(r: &'a str) -> &'a str { r }");
        check("for r#type in b {}", "for r#type in b {}");
    }

    #[test]
    fn strings_are_found_with_their_lines() {
        let found = strings("a(\n\"x\",\n'y', 1, br#\"z\"#) // \"no\"");
        assert_eq!(found, [(2, "\"x\""), (3, "br#\"z\"#")]);
    }
}
