//! Leaves of a Rust source only what the compiler acts on: comments and literals become blanks.

/// The code of a file, with as many lines as the file.
pub fn code(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let end = token_end(&characters, at);
        if end == at {
            code.push(characters[at]);
            at += 1;
        } else {
            // A blank in place of what is left out keeps the words around it apart.
            code.push(' ');
            code.extend(characters[at..end].iter().filter(|it| **it == '\n'));
            at = end;
        }
    }
    code
}

/// Where a comment or literal that begins here ends; here, if there is none.
fn token_end(text: &[char], at: usize) -> usize {
    let word_before = at > 0 && (text[at - 1].is_alphanumeric() || text[at - 1] == '_');
    match text[at] {
        '/' if text.get(at + 1) == Some(&'/') => find(text, at, |it| it == '\n'),
        '/' if text.get(at + 1) == Some(&'*') => block_comment_end(text, at),
        '"' => string_end(text, at),
        'r' if !word_before || text[at - 1] == 'b' => raw_string_end(text, at),
        '\'' => character_end(text, at),
        _ => at,
    }
}

fn find(text: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    (from..text.len()).find(|it| wanted(text[*it])).unwrap_or(text.len())
}

fn block_comment_end(text: &[char], at: usize) -> usize {
    let (mut depth, mut at) = (0, at);
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

fn string_end(text: &[char], at: usize) -> usize {
    let mut at = at + 1;
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

fn raw_string_end(text: &[char], at: usize) -> usize {
    let quote = find(text, at + 1, |it| it != '#');
    if text.get(quote) != Some(&'"') {
        return at;
    }
    let hashes = quote - at - 1;
    let mut end = quote + 1;
    while end < text.len() {
        end = find(text, end, |it| it == '"') + 1;
        if text[end.min(text.len())..].iter().take_while(|it| **it == '#').count() >= hashes {
            return (end + hashes).min(text.len());
        }
    }
    text.len()
}

/// A character literal; a lifetime has no closing quote where a literal would.
fn character_end(text: &[char], at: usize) -> usize {
    if text.get(at + 1) == Some(&'\\') {
        // The escaped character may itself be a quote.
        return (find(text, at + 3, |it| it == '\'') + 1).min(text.len());
    }
    if text.get(at + 2) == Some(&'\'') { at + 3 } else { at }
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
        check("a(r#\"x \" y\"#, br\"z\", b)", "a( , b , b)");
        check("a('\"', '\\'', 'x', b)", "a( , , , b)");
    }

    #[test]
    fn what_only_looks_like_a_literal_stays() {
        check("fn a<'a>(r: &'a str) -> &'a str { r }", "fn a<'a>(r: &'a str) -> &'a str { r }");
        check("for r#type in b {}", "for r#type in b {}");
    }
}
