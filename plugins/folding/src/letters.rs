//! What is known about single letters: bases, accents, and the tones of Vietnamese.

/// The Vietnamese vowels: one row per vowel; level tone first, then grave, acute, hook above, tilde
/// and dot below.
const VOWELS: [[char; 6]; 12] = [
    ['a', 'à', 'á', 'ả', 'ã', 'ạ'],
    ['ă', 'ằ', 'ắ', 'ẳ', 'ẵ', 'ặ'],
    ['â', 'ầ', 'ấ', 'ẩ', 'ẫ', 'ậ'],
    ['e', 'è', 'é', 'ẻ', 'ẽ', 'ẹ'],
    ['ê', 'ề', 'ế', 'ể', 'ễ', 'ệ'],
    ['i', 'ì', 'í', 'ỉ', 'ĩ', 'ị'],
    ['o', 'ò', 'ó', 'ỏ', 'õ', 'ọ'],
    ['ô', 'ồ', 'ố', 'ổ', 'ỗ', 'ộ'],
    ['ơ', 'ờ', 'ớ', 'ở', 'ỡ', 'ợ'],
    ['u', 'ù', 'ú', 'ủ', 'ũ', 'ụ'],
    ['ư', 'ừ', 'ứ', 'ử', 'ữ', 'ự'],
    ['y', 'ỳ', 'ý', 'ỷ', 'ỹ', 'ỵ'],
];

fn place(vowel: char) -> Option<(usize, usize)> {
    VOWELS
        .iter()
        .enumerate()
        .find_map(|(row, tones)| tones.iter().position(|it| *it == vowel).map(|tone| (row, tone)))
}

/// The letters that remain of a lower-case letter without its accents, or `None` if it has none.
pub fn without_accent(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ' | 'ị' => "i",
        'ł' | 'ĺ' | 'ļ' | 'ľ' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ọ'..='ợ' => "o",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ụ'..='ự' => "u",
        'ý' | 'ÿ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        _ => return None,
    })
}

/// A lower-case letter joined with a combining mark, if Vietnamese has the two as one letter.
pub fn compose(letter: char, mark: char) -> Option<char> {
    let (row, tone) = place(letter)?;
    let tone_mark = match mark {
        '\u{300}' => Some(1),
        '\u{301}' => Some(2),
        '\u{309}' => Some(3),
        '\u{303}' => Some(4),
        '\u{323}' => Some(5),
        _ => None,
    };
    if let Some(new) = tone_mark {
        return (tone == 0).then_some(VOWELS[row][new]);
    }
    let changed = match (VOWELS[row][0], mark) {
        ('a', '\u{306}') => 1,
        ('a', '\u{302}') => 2,
        ('e', '\u{302}') => 4,
        ('o', '\u{302}') => 7,
        ('o', '\u{31b}') => 8,
        ('u', '\u{31b}') => 10,
        _ => return None,
    };
    Some(VOWELS[changed][tone])
}

/// Moves a tone from the last vowel of `oa`, `oe` or `uy` to the first one.
pub fn move_tone(glide: char, last: char) -> Option<(char, char)> {
    let (row, tone) = place(last)?;
    let base = VOWELS[row][0];
    let (glide_row, _) = place(glide)?;
    (tone != 0 && matches!((glide, base), ('o', 'a' | 'e') | ('u', 'y')))
        .then(|| (VOWELS[glide_row][tone], base))
}

/// Whether a character is a mark that belongs to the letter before it.
pub fn is_combining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// Whether a character leaves no trace on paper.
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Whether a character is a hyphen or a dash.
pub fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The plain form of an apostrophe; any other character as it is.
pub fn plain_apostrophe(character: char) -> char {
    match character {
        '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{2b9}' | '`' | '\u{b4}' | '\u{ff07}' => '\'',
        other => other,
    }
}
