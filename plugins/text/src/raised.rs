//! Characters that are raised or lowered: as signs of their own where Unicode has them.

/// The sign that a character is as an exponent, where Unicode has one: `2` is `²`.
pub fn superscript(character: char) -> Option<char> {
    Some(match character {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32('⁴' as u32 + (character as u32 - '4' as u32))?,
        '+' => '⁺',
        '-' | '−' | '–' => '⁻',
        '(' => '⁽',
        ')' => '⁾',
        'n' => 'ⁿ',
        _ => return None,
    })
}

/// The sign that a digit is as an index: `2` is `₂`.
pub fn subscript(character: char) -> Option<char> {
    match character {
        '0'..='9' => char::from_u32('₀' as u32 + (character as u32 - '0' as u32)),
        _ => None,
    }
}
