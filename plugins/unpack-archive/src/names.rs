//! What names are written in: UTF-8, or what the systems of their time had.

use std::str::FromStr;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS};

/// What names that are not in UTF-8 are written in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Names {
    /// What the systems of East Asia had where they read like it, Shift_JIS first, else CP437.
    Auto,
    /// The code page of DOS, which ZIP falls back to.
    Cp437,
    /// Another one.
    In(&'static Encoding),
}

impl FromStr for Names {
    type Err = String;

    fn from_str(text: &str) -> Result<Names, String> {
        match text.to_ascii_lowercase().as_str() {
            "auto" => Ok(Names::Auto),
            "cp437" | "ibm437" => Ok(Names::Cp437),
            label => Encoding::for_label(label.as_bytes()).map(Names::In).ok_or_else(|| {
                "it is `auto`, `cp437`, or a label of the WHATWG such as `gbk`".to_owned()
            }),
        }
    }
}

impl Names {
    /// A name as text, with slashes between its parts.
    pub fn read(self, bytes: &[u8]) -> String {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return text.to_owned();
        }
        match self.settle([bytes]) {
            Names::In(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            _ => bytes.iter().map(|byte| cp437(*byte)).collect(),
        }
    }

    /// The decision for many names, once and for all: one that is short may read like anything.
    pub fn settle<'a>(self, names: impl IntoIterator<Item = &'a [u8]>) -> Names {
        if self != Names::Auto {
            return self;
        }
        let odd = names.into_iter().filter(|it| std::str::from_utf8(it).is_err());
        let all = odd.collect::<Vec<_>>().join(&b"\n"[..]);
        let is = |encoding: &&'static Encoding| has_runs(&all, encoding);
        let found = Some(SHIFT_JIS).filter(is).or_else(|| {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            detector.feed(&all, true);
            let guess = detector.guess(None, Utf8Detection::Deny);
            Some(guess).filter(|it| [GBK, BIG5, EUC_KR, EUC_JP].contains(it)).filter(is)
        });
        found.map_or(Names::Cp437, Names::In)
    }
}

/// Whether bytes read like text of East Asia in this encoding.
///
/// The letters of European languages in CP437 are the first bytes of its characters, and the
/// letters behind them their second ones; but accents seldom stand side by side, and these
/// characters do.
fn has_runs(bytes: &[u8], encoding: &'static Encoding) -> bool {
    let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) else {
        return false;
    };
    let (mut in_runs, mut alone, mut run) = (0, 0, 0);
    let mut close = |run: &mut usize| match std::mem::take(run) {
        1 => alone += 1,
        length => in_runs += length,
    };
    for it in text.chars() {
        if matches!(it, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff66}'..='\u{ff9f}')
        {
            run += 1;
        } else {
            close(&mut run);
        }
    }
    close(&mut run);
    in_runs > alone
}

/// A character of code page 437, whose upper half this is.
fn cp437(byte: u8) -> char {
    const UPPER: [char; 128] = [
        'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', 'É', 'æ',
        'Æ', 'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', 'á', 'í', 'ó', 'ú',
        'ñ', 'Ñ', 'ª', 'º', '¿', '⌐', '¬', '½', '¼', '¡', '«', '»', '░', '▒', '▓', '│', '┤', '╡',
        '╢', '╖', '╕', '╣', '║', '╗', '╝', '╜', '╛', '┐', '└', '┴', '┬', '├', '─', '┼', '╞', '╟',
        '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧', '╨', '╤', '╥', '╙', '╘', '╒', '╓', '╫', '╪', '┘',
        '┌', '█', '▄', '▌', '▐', '▀', 'α', 'ß', 'Γ', 'π', 'Σ', 'σ', 'µ', 'τ', 'Φ', 'Θ', 'Ω', 'δ',
        '∞', 'φ', 'ε', '∩', '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈', '°', '∙', '·', '√', 'ⁿ', '²',
        '■', '\u{a0}',
    ];
    match byte {
        0..=127 => char::from(byte),
        upper => UPPER[usize::from(upper) - 128],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_cp437(text: &str) -> Vec<u8> {
        text.chars().map(|it| (0..=255).find(|byte| cp437(*byte) == it).unwrap()).collect()
    }

    #[test]
    fn names_of_every_system_are_read() {
        for name in
            ["Crème brûlée.txt", "Übergröße.txt", "Año ñandú.txt", "Ångström.txt", "café.txt"]
        {
            assert_eq!(Names::Auto.read(&in_cp437(name)), name);
            assert_eq!(Names::Auto.read(name.as_bytes()), name);
        }
        for name in [
            "日本語のファイル.txt",
            "資料/会議メモ.txt",
            "ﾃｽﾄ.txt",
            "新しいテキスト ドキュメント.txt",
        ] {
            assert_eq!(Names::Auto.read(&SHIFT_JIS.encode(name).0), name);
        }
        let chinese = "国家税务总局电子发票公共服务平台.doc";
        assert_eq!(Names::Auto.read(&GBK.encode(chinese).0), chinese);
        let russian: Names = "ibm866".parse().unwrap();
        assert_eq!(russian.read(b"\x84\xae\xaa.txt"), "Док.txt");
        assert!("klingon".parse::<Names>().is_err());
    }

    #[test]
    fn a_short_name_is_read_as_its_neighbours_are() {
        let names = ["資料/会議メモ.txt", "資料/議事録.txt", "表.txt"];
        let bytes: Vec<_> = names.iter().map(|it| SHIFT_JIS.encode(it).0.into_owned()).collect();
        let settled = Names::Auto.settle(bytes.iter().map(Vec::as_slice));
        let read: Vec<_> = bytes.iter().map(|it| settled.read(it)).collect();
        assert_eq!(read, names);
        assert_eq!(Names::Auto.settle([&b"a"[..]]), Names::Cp437);
    }
}
