//! How many letters of a text belong to scripts that tell its language, or nearly.

/// How many letters belong to scripts that (nearly) tell the language.
#[derive(Default)]
pub struct Scripts {
    pub han: u32,
    pub kana: u32,
    hangul: u32,
    thai: u32,
    lao: u32,
    khmer: u32,
    greek: u32,
    cyrillic: u32,
    /// `ы` and `э`, which neither Ukrainian, Bulgarian nor Serbian has.
    russian: u32,
    /// Cyrillic letters that Russian lacks.
    not_russian: u32,
    other: u32,
}

impl Scripts {
    pub fn count(&mut self, character: char) {
        let counter = match character {
            '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => &mut self.greek,
            '\u{400}'..='\u{52F}' => {
                match character {
                    'ы' | 'э' | 'Ы' | 'Э' => self.russian += 1,
                    'А'..='я' | 'ё' | 'Ё' => {}
                    _ => self.not_russian += 1,
                }
                &mut self.cyrillic
            }
            '\u{E01}'..='\u{E5B}' => &mut self.thai,
            '\u{E81}'..='\u{EDF}' => &mut self.lao,
            '\u{1780}'..='\u{17FF}' => &mut self.khmer,
            '\u{3041}'..='\u{30FF}' => &mut self.kana,
            '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}' => {
                &mut self.han
            }
            '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7A3}' => &mut self.hangul,
            _ if character.is_alphabetic() => &mut self.other,
            _ => return,
        };
        *counter += 1;
    }

    pub fn total(&self) -> u32 {
        let known = self.han + self.kana + self.hangul + self.thai + self.lao + self.khmer;
        known + self.greek + self.cyrillic + self.other
    }

    pub fn verdict(&self) -> Option<&'static str> {
        let total = self.total();
        let is_most = |letters: u32| letters >= 4 && letters * 10 >= total * 9;
        if is_most(self.hangul) || (self.hangul * 2 >= total && is_most(self.hangul + self.han)) {
            Some("ko")
        } else if self.kana * 10 >= total && is_most(self.kana + self.han) {
            Some("ja")
        } else if self.kana == 0 && is_most(self.han) {
            Some("zh")
        } else if is_most(self.thai) {
            Some("th")
        } else if is_most(self.lao) {
            Some("lo")
        } else if is_most(self.khmer) {
            Some("km")
        } else if is_most(self.greek) {
            Some("el")
        } else if is_most(self.cyrillic) && self.russian > 0 && self.not_russian == 0 {
            Some("ru")
        } else {
            None
        }
    }
}
