//! From the codes of a font to text: by its own map, by the names of its glyphs, by its character
//! collection, or by the map of the font program, whichever there is.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use hayro_font::kurbo::Vec2;
use hayro_font::{
    CMapResolverFn, Font, FontCache, FontGlyph, FontQuery, FontResolverFn, StandardFont,
};
use hayro_syntax::object::dict::keys;
use hayro_syntax::object::{Array, Dict, Name, Stream, String as PdfString};
use unicode_normalization::UnicodeNormalization as _;

use crate::stream;

/// All fonts of a document, each loaded once.
pub struct Fonts<'a> {
    cache: FontCache<'a>,
    programs: FontResolverFn,
    cmaps: CMapResolverFn,
    faces: BTreeMap<Key, Option<Rc<Face<'a>>>>,
}

/// Where a font was found: the number of its object, or the address of a dictionary that is none.
type Key = (i64, usize);

/// The most fonts of one document. A page names a handful; what comes after is not loaded.
const MOST_FONTS: usize = 4096;

/// The most letters that one code may stand for; the longest ligature has eighteen.
const MOST_LETTERS: usize = 32;

impl<'a> Fonts<'a> {
    /// None yet.
    pub fn new() -> Fonts<'a> {
        let programs: FontResolverFn = Arc::new(|query| {
            let font = match query {
                FontQuery::Standard(font) => *font,
                FontQuery::Fallback(query) => query.pick_standard_font(),
            };
            Some(font.get_font_data())
        });
        let cmaps: CMapResolverFn = Arc::new(load_embedded);
        Fonts { cache: FontCache::new(), programs, cmaps, faces: BTreeMap::new() }
    }

    /// The font that this dictionary describes; `None` for one that cannot be read at all.
    pub fn face(&mut self, dict: &Dict<'a>) -> Option<Rc<Face<'a>>> {
        let key = match dict.obj_id() {
            Some(id) => (i64::from(id.obj_number), 0),
            None => (-1, dict.data().as_ptr() as usize),
        };
        if let Some(face) = self.faces.get(&key) {
            return face.clone();
        }
        let room = self.faces.len() < MOST_FONTS;
        let face = room.then(|| self.load(dict)).flatten().map(Rc::new);
        self.faces.insert(key, face.clone());
        face
    }

    fn load(&self, dict: &Dict<'a>) -> Option<Face<'a>> {
        let descendant = descendant(dict);
        let described = descendant.as_ref().unwrap_or(dict);
        let descriptor = described.get::<Dict<'_>>(keys::FONT_DESC).unwrap_or_default();
        let unpacked = [keys::TO_UNICODE, keys::ENCODING];
        let fits = stream::all_fit(dict, &unpacked)
            && stream::all_fit(described, &[keys::CID_TO_GID_MAP])
            && stream::all_fit(&descriptor, &[keys::FONT_FILE, keys::FONT_FILE2, keys::FONT_FILE3]);
        if !fits {
            return None;
        }
        let font = self.cache.font(dict, &self.programs, &self.cmaps);
        let font = match font {
            Some(font) => font,
            // Damaged beyond use, but its codes may be letters.
            None if descendant.is_none() => {
                self.cache.standard_font(StandardFont::Helvetica, &self.programs)?
            }
            None => return None,
        };
        let base = dict.get::<Name<'_>>(keys::BASE_FONT);
        let name = base.map(|it| it.as_str().to_ascii_lowercase()).unwrap_or_default();
        let flags = descriptor.get::<i64>(keys::FLAGS).unwrap_or(0);
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        Some(Face {
            style: Style {
                bold: has(&["bold", "black", "heavy", "semibold", "demi"])
                    || flags & (1 << 18) != 0,
                italic: has(&["italic", "oblique", "slanted"]) || flags & (1 << 6) != 0,
                fixed: has(&["courier", "mono", "consol", "cmtt", "typewriter"]) || flags & 1 != 0,
            },
            is_composite: descendant.is_some(),
            collection: descendant.as_ref().and_then(|it| Collection::of(dict, it, &self.cmaps)),
            font,
            known: Default::default(),
            reverse: Default::default(),
        })
    }
}

fn descendant<'a>(dict: &Dict<'a>) -> Option<Dict<'a>> {
    dict.get::<Array<'a>>(keys::DESCENDANT_FONTS)?.iter::<Dict<'a>>().next()
}

/// How the letters of a font look, as far as it tells something about the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Bold.
    pub bold: bool,
    /// Italic or oblique.
    pub italic: bool,
    /// All letters as wide as each other: a typewriter's.
    pub fixed: bool,
}

/// One font, and what its codes were found to mean.
pub struct Face<'a> {
    font: Font<'a>,
    /// How it looks.
    pub style: Style,
    is_composite: bool,
    collection: Option<Collection>,
    known: std::cell::RefCell<BTreeMap<u32, Meaning>>,
    /// The characters of the glyphs of its program, read once a code needs them.
    reverse: std::cell::OnceCell<BTreeMap<u32, char>>,
}

/// What a code stands for.
#[derive(Debug, Clone)]
pub struct Meaning {
    /// Its text, which may be several letters, or none where nothing tells.
    pub text: Option<Rc<str>>,
    /// How far it moves on, in thousandths of the font's size.
    pub advance: Vec2,
}

impl Face<'_> {
    /// The next code of a string, and how many bytes it takes: at least one.
    pub fn next_code(&self, bytes: &[u8]) -> (u32, usize) {
        let (code, length) = self.font.read_code(bytes, 0);
        (code, length.max(1))
    }

    /// Whether it is written in lines, and not in columns from top to bottom.
    pub fn is_horizontal(&self) -> bool {
        self.font.is_horizontal()
    }

    /// What a code stands for.
    pub fn meaning(&self, code: u32) -> Meaning {
        if let Some(meaning) = self.known.borrow().get(&code) {
            return meaning.clone();
        }
        let text = self.look_up(code).as_deref().and_then(plain).map(Rc::from);
        let meaning = Meaning { text, advance: self.font.code_advance(code) };
        self.known.borrow_mut().insert(code, meaning.clone());
        meaning
    }

    fn look_up(&self, code: u32) -> Option<String> {
        let glyph = self.font.glyph(self.font.map_code(code), code);
        let said = match &glyph {
            FontGlyph::Outline(glyph) => glyph.as_unicode(),
            FontGlyph::Type3(glyph) => glyph.as_unicode(),
        };
        if let Some(said) = said.map(text_of).filter(|it| !it.chars().all(is_nothing)) {
            return Some(said);
        }
        if let Some(character) = self.collection.as_ref().and_then(|it| it.character(code)) {
            return Some(character);
        }
        let FontGlyph::Outline(glyph) = glyph else { return None };
        if glyph.glyph_id().to_u32() == 0 {
            return None;
        }
        let reverse = self.reverse.get_or_init(|| {
            glyph.font_data().map(|it| characters_of((*it.data).as_ref())).unwrap_or_default()
        });
        let id = glyph.glyph_id().to_u32();
        let unnamed = (self.is_composite && reverse.is_empty()).then(|| usual_glyph(id)).flatten();
        let character = reverse.get(&id).copied().or(unnamed);
        // A simple font without any map is one whose codes are letters.
        let code = char::from_u32(code).filter(|it| !self.is_composite && it.is_ascii_graphic());
        character.or(code).map(String::from)
    }
}

fn text_of(said: BfString) -> String {
    match said {
        BfString::Char(character) => character.to_string(),
        BfString::String(text) => text,
    }
}

fn is_nothing(character: char) -> bool {
    matches!(character, '\0' | '\u{FFFD}' | '\u{FFFF}')
}

/// The characters of the glyphs of a font program, by its own table.
fn characters_of(program: &[u8]) -> BTreeMap<u32, char> {
    use skrifa::MetadataProvider as _;
    let mut characters = BTreeMap::new();
    let Ok(font) = skrifa::FontRef::from_index(program, 0) else { return characters };
    for (code, glyph) in font.charmap().mappings() {
        let code = if (0xF020..0xF100).contains(&code) { code - 0xF000 } else { code };
        if let Some(character) = char::from_u32(code) {
            characters.entry(glyph.to_u32()).or_insert(character);
        }
    }
    characters
}

/// The character of a glyph by its place alone, where the font program has lost its table: TrueType
/// fonts begin with the letters of the Macintosh in their order, and cutting a font down leaves
/// each glyph its place.
fn usual_glyph(id: u32) -> Option<char> {
    let byte = match id {
        3..=97 => u8::try_from(id + 29).ok()?,
        98..=171 => u8::try_from(id + 30).ok()?,
        // Without the space of the Macintosh that may not break.
        172..=224 => u8::try_from(id + 31).ok()?,
        _ => return None,
    };
    let byte = [byte];
    let (text, _) = encoding_rs::MACINTOSH.decode_without_bom_handling(&byte);
    text.chars().next()
}

/// The character collection of a font: what its codes select, and which characters that is.
struct Collection {
    /// From codes to characters of the collection; `None` where the codes are characters of Unicode
    /// already.
    codes: Option<CMap>,
    /// From characters of the collection to those of Unicode.
    characters: Option<CMap>,
}

impl Collection {
    fn of(dict: &Dict<'_>, descendant: &Dict<'_>, cmaps: &CMapResolverFn) -> Option<Collection> {
        let parse = |data: &[u8]| {
            let cmaps = cmaps.clone();
            CMap::parse(data, move |name| cmaps(name))
        };
        let name = dict.get::<Name<'_>>(keys::ENCODING);
        if name
            .as_ref()
            .is_some_and(|it| it.as_str().contains("UCS2") || it.as_str().contains("UTF16"))
        {
            return Some(Collection { codes: None, characters: None });
        }
        let codes = match &name {
            Some(name) => parse(load_embedded(CMapName::from_bytes(name.as_ref()))?)?,
            None => parse(&stream::unpack(&dict.get::<Stream<'_>>(keys::ENCODING)?)?)?,
        };
        let info = descendant.get::<Dict<'_>>(b"CIDSystemInfo")?;
        let word = |key: &[u8]| info.get::<PdfString<'_>>(key).map(|it| it.as_bytes().to_vec());
        let family = CidFamily::from_registry_ordering(&word(b"Registry")?, &word(b"Ordering")?);
        let family =
            codes.metadata().character_collection.as_ref().map_or(family.clone(), |said| {
                if said.family == CidFamily::AdobeIdentity { family } else { said.family.clone() }
            });
        let characters = parse(load_embedded(family.ucs2_cmap()?)?);
        Some(Collection { codes: Some(codes), characters })
    }

    fn character(&self, code: u32) -> Option<String> {
        let Some(codes) = &self.codes else { return char::from_u32(code).map(String::from) };
        let character = (1..=4).find_map(|bytes| codes.lookup_cid_code(code, bytes))?;
        let characters = self.characters.as_ref()?;
        if let Some(said) = characters.lookup_bf_string(character) {
            return Some(text_of(said));
        }
        let code = (1..=4).find_map(|bytes| characters.lookup_cid_code(character, bytes))?;
        char::from_u32(code).map(String::from)
    }
}

/// A text as one would type it: ligatures taken apart, bullets of symbol fonts as bullets, no
/// control characters.
fn plain(text: &str) -> Option<String> {
    let mut plain = String::new();
    for character in text.chars().take(MOST_LETTERS) {
        match character {
            '\u{FB00}' => plain.push_str("ff"),
            '\u{FB01}' => plain.push_str("fi"),
            '\u{FB02}' => plain.push_str("fl"),
            '\u{FB03}' => plain.push_str("ffi"),
            '\u{FB04}' => plain.push_str("ffl"),
            '\u{FB05}' | '\u{FB06}' => plain.push_str("st"),
            '\u{F0B7}' => plain.push('•'),
            '\u{F0A7}' => plain.push('▪'),
            '\u{F0D8}' => plain.push('➢'),
            '\u{F0FC}' => plain.push('✓'),
            // Letters of a symbol font that say their code and no more.
            '\u{F020}'..='\u{F07E}' => plain.push(char::from(character as u8)),
            '\t' | '\n' | '\r' => plain.push(' '),
            it if is_nothing(it) || it.is_control() => {}
            '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' => {}
            // Letters of Arabic in the shape that they have within a word, as the letters they are.
            it @ ('\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}') => plain.extend(it.nfkc()),
            it => plain.push(it),
        }
    }
    (!plain.is_empty()).then_some(plain)
}
