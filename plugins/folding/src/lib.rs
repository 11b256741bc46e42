//! Folds case, accents and plurals so that a table finds its keys in real text, and keeps the way
//! back to the original.
//!
//! `table.find` compares byte for byte, so the text has to be brought into the form in which the
//! keys are written. Which differences are noise depends on the language: a French headline drops
//! its accents, but Vietnamese without its marks is another word. Hence two forms, [`Form::Plain`]
//! and [`Form::Marked`].

mod letters;

use std::ops::Range;

/// How far a text is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For French and English: lower case, no accents, and no plural `s` or `x` on words of four
    /// letters or more.
    Plain,
    /// For Vietnamese: lower case with all marks, composed, the tone of `oa`, `oe` and `uy` on the
    /// first vowel (`hóa`).
    Marked,
}

/// A folded text that remembers where each of its bytes came from.
#[derive(Debug, Clone)]
pub struct Folded {
    text: String,
    /// For each byte of `text`, and for its end, the offset in the original of the character it
    /// stands for.
    starts: Vec<usize>,
}

impl Folded {
    /// Folds `text`. In both forms white space becomes one space, or one line feed where a
    /// paragraph ends; a hyphen between letters becomes a space; typographic apostrophes become
    /// `'`; invisible characters disappear.
    pub fn new(text: &str, form: Form) -> Folded {
        let mut folded = Folder {
            text: String::with_capacity(text.len()),
            starts: Vec::with_capacity(text.len() + 1),
            form,
            word: None,
        };
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character.is_ascii_alphanumeric() {
                folded.push_word_part(character.to_ascii_lowercase(), at);
            } else if character.is_whitespace() {
                let mut breaks = paragraph_breaks(character);
                while let Some(&(_, next)) = characters.peek()
                    && next.is_whitespace()
                {
                    breaks += paragraph_breaks(next);
                    characters.next();
                }
                folded.push_separator(if breaks >= 2 { '\n' } else { ' ' }, at);
            } else if letters::is_invisible(character) {
                continue;
            } else if letters::is_combining(character) {
                folded.combine(character, at);
            } else if letters::is_hyphen(character)
                && folded.word.is_some()
                && characters.peek().is_some_and(|(_, next)| next.is_whitespace())
            {
                // A badly extracted page has `semi- conducteurs`; a dash would have white space
                // before it, too.
                continue;
            } else if letters::is_hyphen(character) {
                let inside = folded.word.is_some()
                    && characters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
                folded.push_separator(if inside { ' ' } else { '-' }, at);
            } else if character.is_alphanumeric() {
                folded.push_letter(character, at);
            } else {
                folded.push_separator(letters::plain_apostrophe(character), at);
            }
        }
        folded.end_word();
        folded.starts.push(text.len());
        Folded { text: folded.text, starts: folded.starts }
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a passage of the folded text stands in the original, word endings that were folded
    /// away included.
    pub fn original(&self, folded: Range<usize>) -> Range<usize> {
        let end_of_text = self.starts.last().copied().unwrap_or(0);
        let at = |offset: usize| self.starts.get(offset).copied().unwrap_or(end_of_text);
        at(folded.start)..at(folded.end)
    }
}

struct Folder {
    text: String,
    starts: Vec<usize>,
    form: Form,
    /// Where the word being written begins.
    word: Option<usize>,
}

impl Folder {
    fn push(&mut self, character: char, at: usize) {
        self.text.push(character);
        self.starts.resize(self.text.len(), at);
    }

    fn push_word_part(&mut self, character: char, at: usize) {
        self.word.get_or_insert(self.text.len());
        self.push(character, at);
    }

    fn push_letter(&mut self, letter: char, at: usize) {
        // What lower case appends to a letter is a combining mark: only `İ` does it.
        let lower = letter.to_lowercase().next().unwrap_or(letter);
        match self.form {
            Form::Marked => self.push_word_part(lower, at),
            Form::Plain => match letters::without_accent(lower) {
                Some(plain) => plain.chars().for_each(|it| self.push_word_part(it, at)),
                None => self.push_word_part(lower, at),
            },
        }
    }

    fn push_separator(&mut self, separator: char, at: usize) {
        self.end_word();
        self.push(separator, at);
    }

    fn combine(&mut self, mark: char, at: usize) {
        if self.form == Form::Plain {
            return;
        }
        let composed = self.text.chars().next_back().and_then(|last| {
            letters::compose(last, mark).map(|composed| (last.len_utf8(), composed))
        });
        let Some((length, composed)) = composed else { return self.push_word_part(mark, at) };
        let kept = self.text.len() - length;
        let started = self.starts[kept];
        self.text.truncate(kept);
        self.starts.truncate(kept);
        self.push(composed, started);
    }

    fn end_word(&mut self) {
        let Some(start) = self.word.take() else { return };
        match self.form {
            Form::Plain => self.drop_plural(start),
            Form::Marked => self.place_tone(start),
        }
    }

    fn drop_plural(&mut self, start: usize) {
        let word = self.text.as_bytes()[start..].as_ref();
        let plural = match word {
            [rest @ .., before, b's' | b'x'] => rest.len() >= 2 && *before != b's',
            _ => false,
        };
        if plural && word.iter().all(u8::is_ascii_alphabetic) {
            self.text.pop();
            self.starts.pop();
        }
    }

    /// `hoá` and `hóa` are two spellings of one word.
    fn place_tone(&mut self, start: usize) {
        let mut backwards = self.text[start..].char_indices().rev();
        let (Some((last_at, last)), Some((glide_at, glide))) = (backwards.next(), backwards.next())
        else {
            return;
        };
        // In `quý` the `u` belongs to the consonant.
        if backwards.next().is_some_and(|(_, before)| before == 'q') {
            return;
        }
        let Some((glide, last)) = letters::move_tone(glide, last) else { return };
        let (glide_at, last_at) = (start + glide_at, start + last_at);
        let (glide_from, last_from) = (self.starts[glide_at], self.starts[last_at]);
        self.text.truncate(glide_at);
        self.starts.truncate(glide_at);
        self.push(glide, glide_from);
        self.push(last, last_from);
    }
}

fn paragraph_breaks(space: char) -> u32 {
    match space {
        '\n' => 1,
        '\u{2029}' | '\u{c}' => 2,
        _ => 0,
    }
}

/// Whether no letter or digit stands right before `start`.
pub fn begins_word(text: &str, start: usize) -> bool {
    !text[..start].chars().next_back().is_some_and(is_word_part)
}

/// Whether no letter or digit stands right after `end`.
pub fn ends_word(text: &str, end: usize) -> bool {
    !text[end..].chars().next().is_some_and(is_word_part)
}

fn is_word_part(character: char) -> bool {
    character.is_alphanumeric() || letters::is_combining(character)
}

/// The words of a text: runs of letters and digits.
pub fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, _) = characters.by_ref().find(|(_, it)| is_word_part(*it))?;
        while characters.next_if(|(_, it)| is_word_part(*it)).is_some() {}
        let end = characters.peek().map_or(text.len(), |(at, _)| *at);
        Some(start..end)
    })
}

/// Cuts a text at white space into pieces of at most about `size` bytes, each with its offset.
///
/// The host limits how many occurrences one `find` may return; pieces keep a book below a limit
/// that is meant for pages. A cut is preferably made between paragraphs, where no phrase is lost.
pub fn pieces(text: &str, size: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        if rest.is_empty() {
            return None;
        }
        let piece = &rest[..cut(rest, size.max(4))];
        let start = at;
        at += piece.len();
        Some((start, piece))
    })
}

fn cut(text: &str, size: usize) -> usize {
    if text.len() <= size {
        return text.len();
    }
    let head = &text[..text.floor_char_boundary(size)];
    // Separators are one byte long, and a piece ends after its separator.
    head.rfind('\n').or_else(|| head.rfind(' ')).map_or(head.len(), |separator| separator + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: Form, text: &str, expected: &str) {
        let folded = Folded::new(text, form);
        assert_eq!(folded.text(), expected, "{text:?}");
        assert_eq!(
            folded.starts.len(),
            folded.text.len() + 1,
            "one offset for each byte and one for the end"
        );
        assert!(folded.starts.is_sorted(), "offsets never go back");
        assert!(
            folded.starts.iter().all(|&it| text.is_char_boundary(it)),
            "offsets lie between characters"
        );
        let again = Folded::new(expected, form);
        if form == Form::Marked {
            assert_eq!(again.text(), expected, "folding twice changes nothing");
        }
    }

    #[track_caller]
    fn check_origin(form: Form, text: &str, phrase: &str, expected: &str) {
        let folded = Folded::new(text, form);
        let start = folded.text().find(phrase).expect("the phrase occurs");
        assert_eq!(&text[folded.original(start..start + phrase.len())], expected);
    }

    #[test]
    fn plain_text_loses_case_accents_and_plurals() {
        check(Form::Plain, "Énergies RENOUVELABLES", "energie renouvelable");
        check(Form::Plain, "les réseaux de jumeaux numériques", "les reseau de jumeau numerique");
        check(Form::Plain, "le cœur de l’été", "le coeur de l'ete");
        check(Form::Plain, "Nguyễn Đình Thi", "nguyen dinh thi");
    }

    #[test]
    fn short_words_and_double_s_keep_their_ending() {
        check(Form::Plain, "GPS, access, UAVs, pays, 2000s", "gps, access, uav, pay, 2000s");
    }

    #[test]
    fn hyphens_join_words_but_dashes_part_them() {
        check(Form::Plain, "semi\u{2011}conducteurs – puces", "semi conducteur - puce");
    }

    #[test]
    fn a_hyphen_before_white_space_is_dropped() {
        check(
            Form::Plain,
            "semi- conducteurs, semi-\nconducteurs - fin",
            "semi conducteur, semi conducteur - fin",
        );
    }

    #[test]
    fn paragraphs_stay_apart_and_wrapped_lines_do_not() {
        check(Form::Plain, "big\ndata\r\n\r\nnext\u{a0}\t one", "big data\nnext one");
    }

    #[test]
    fn marked_text_keeps_marks_and_settles_spellings() {
        check(Form::Marked, "Tự động HOÁ, tự động hóa", "tự động hóa, tự động hóa");
        check(
            Form::Marked,
            "Thuỷ điện quý giá, hoàn toàn, khoẻ",
            "thủy điện quý giá, hoàn toàn, khỏe",
        );
        check(
            Form::Marked,
            "tri\u{301} tue\u{323}\u{302} nha\u{302}n ta\u{323}o",
            "trí tuệ nhân tạo",
        );
        check(Form::Marked, "d\u{111}ie\u{302}\u{323}n", "dđiện");
    }

    #[test]
    fn a_passage_finds_its_way_back() {
        check_origin(Form::Plain, "Des PUCES d’État", "puce", "PUCES");
        check_origin(Form::Plain, "les cœurs", "coeur", "cœurs");
        check_origin(Form::Plain, "e\u{301}toile\u{301} x", "etoile", "e\u{301}toile\u{301}");
        check_origin(Form::Marked, "tự động hoá!", "tự động hóa", "tự động hoá");
        check_origin(Form::Plain, "zéro", "zero", "zéro");
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let text = "l'IA, 5G : e\u{301}té—fin";
        let found: Vec<_> = words(text).map(|it| &text[it]).collect();
        assert_eq!(found, ["l", "IA", "5G", "e\u{301}té", "fin"]);
        assert_eq!(words("").count() + words(" , ").count(), 0);
    }

    #[test]
    fn pieces_cover_the_text_and_end_at_white_space() {
        for size in 0..40 {
            let text = "première ligne\nseconde ligne sans fin ni accenté-été";
            let mut at = 0;
            for (start, piece) in pieces(text, size) {
                assert_eq!(start, at);
                assert!(!piece.is_empty());
                at += piece.len();
            }
            assert_eq!(at, text.len());
        }
        let found: Vec<_> = pieces("un deux\ntrois quatre", 12).collect();
        assert_eq!(found, [(0, "un deux\n"), (8, "trois quatre")]);
    }

    #[test]
    fn strange_characters_fold_without_a_panic() {
        for text in [
            "\u{301}",
            "\u{301}\u{302}a",
            "İİİ",
            "ß-ß",
            "-",
            "--a--",
            "\u{0}\u{fffd}👩‍🚀s",
            "’’s",
            "ǅ",
            "oạ\u{301}",
            "\u{feff}x",
        ] {
            for form in [Form::Plain, Form::Marked] {
                let folded = Folded::new(text, form);
                for (at, _) in folded.text().char_indices() {
                    assert!(text.get(folded.original(at..folded.text().len())).is_some());
                }
            }
        }
    }
}
