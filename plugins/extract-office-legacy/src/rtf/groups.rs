//! Groups of RTF: what the text in each is for, and how it looks.

use encoding_rs::Encoding;

/// What the text in a group is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The text, or that of a note.
    Text,
    /// Nothing that is read.
    Nothing,
    Fonts,
    Styles,
    /// What the document says of itself.
    Info,
    /// One thing of that.
    Property(&'static str),
    /// A date of that.
    Date(&'static str),
    /// What a field is told to do.
    Instruction,
    /// Who wrote the comment that follows.
    CommentAuthor,
}

/// How text looks, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    pub destination: Destination,
    pub encoding: &'static Encoding,
    /// How many characters stand for a Unicode one, for those that do not know it.
    pub fallbacks: usize,
    pub is_bold: bool,
    pub is_italic: bool,
    pub is_hidden: bool,
    pub is_deleted: bool,
    pub is_inserted: bool,
    /// Text of a page in RTF within the one in HTML.
    pub is_of_html: bool,
    /// Paragraph: style, level of the outline from 0, list and its level, whether it lies in a
    /// table.
    pub style: i32,
    pub outline: Option<u8>,
    pub list: i32,
    pub list_level: u8,
    pub in_table: bool,
    pub nesting: i32,
    /// A link ends with this group.
    pub ends_link: bool,
    /// A note ends with this group.
    pub ends_note: bool,
    /// Nothing of the group was read yet.
    pub is_new: bool,
    /// The group began with `\*`.
    pub is_optional: bool,
}

impl Group {
    /// The outermost group.
    pub fn new() -> Group {
        Group {
            destination: Destination::Text,
            encoding: encoding_rs::WINDOWS_1252,
            fallbacks: 1,
            is_bold: false,
            is_italic: false,
            is_hidden: false,
            is_deleted: false,
            is_inserted: false,
            is_of_html: false,
            style: -1,
            outline: None,
            list: 0,
            list_level: 0,
            in_table: false,
            nesting: 1,
            ends_link: false,
            ends_note: false,
            is_new: true,
            is_optional: false,
        }
    }

    /// A group within this one.
    pub fn inner(&self) -> Group {
        Group { ends_link: false, ends_note: false, is_new: true, is_optional: false, ..*self }
    }

    /// Begins paragraphs as they are by default.
    pub fn plain_paragraph(&mut self) {
        self.style = -1;
        self.outline = None;
        self.list = 0;
        self.list_level = 0;
        self.in_table = false;
        self.nesting = 1;
    }

    /// Begins words as they are by default.
    pub fn plain_words(&mut self, encoding: &'static Encoding) {
        self.is_bold = false;
        self.is_italic = false;
        self.is_hidden = false;
        self.is_deleted = false;
        self.is_inserted = false;
        self.encoding = encoding;
    }
}

/// What a group is for that begins with this word; `None` if the word begins none.
pub fn destination(word: &str) -> Option<Destination> {
    Some(match word {
        "fonttbl" => Destination::Fonts,
        "stylesheet" => Destination::Styles,
        "info" => Destination::Info,
        "title" => Destination::Property("title"),
        "author" => Destination::Property("creator"),
        "subject" => Destination::Property("subject"),
        "keywords" => Destination::Property("keywords"),
        "doccomm" => Destination::Property("description"),
        "creatim" => Destination::Date("date"),
        "revtim" => Destination::Date("modified"),
        "fldinst" => Destination::Instruction,
        "atnauthor" => Destination::CommentAuthor,
        "colortbl" | "pict" | "nonshppict" | "objdata" | "listtable" | "listoverridetable"
        | "filetbl" | "revtbl" | "rsidtbl" | "ftnsep" | "ftnsepc" | "ftncn" | "aftnsep"
        | "aftnsepc" | "aftncn" | "xe" | "tc" | "tcn" | "template" | "bkmkstart" | "bkmkend"
        | "sp" | "pntxta" | "pntxtb" | "pn" | "atnid" | "atnref" | "atndate" | "atnicn"
        | "atntime" | "objclass" | "objname" | "objalias" | "printim" | "buptim" | "operator"
        | "manager" | "company" | "category" | "hlinkbase" | "comment" | "upr" | "listname"
        | "htmltag" | "mhtmltag" | "generator" | "latentstyles" | "themedata" | "datastore"
        | "colorschememapping" | "xmlnstbl" | "wgrffmtfilter" | "falt" | "panose" | "private"
        | "docvar" | "formfield" | "datafield" | "pnseclvl" | "ffdeftext" | "ffname"
        | "blipuid" | "picprop" | "shprslt" | "levelnumbers" | "leveltext" => Destination::Nothing,
        _ => return None,
    })
}
