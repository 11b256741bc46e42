//! From the instructions of a page to its glyphs, each with its text and its place, and to the
//! rules drawn between them.

use std::collections::BTreeSet;
use std::rc::Rc;

use hayro_font::kurbo::{Affine, Point, Vec2};
use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{
    Array, Dict, Name, Number, Object, ObjectIdentifier, Stream, String as PdfString,
};
use hayro_syntax::page::{Page, Resources};

use crate::fonts::{Face, Fonts, Style};
use crate::stream;
use crate::strings::text_string;

/// The most glyphs of one page. A dense page of a newspaper has 30,000.
const MOST_GLYPHS: usize = 400_000;
/// The most rules of one page that are looked at for tables.
const MOST_RULES: usize = 20_000;
/// How deep forms may lie in forms.
const DEEPEST_FORM: usize = 16;
/// How deep the states of the page may be saved.
const DEEPEST_STATE: usize = 512;
/// The most instructions of a document, all pages and forms together: some seconds of work.
pub const MOST_INSTRUCTIONS: u64 = 60_000_000;

/// What stands at one place of a page: usually a letter.
#[derive(Debug, Clone)]
pub struct Glyph {
    /// Its text; empty where nothing tells.
    pub text: Rc<str>,
    /// Where its baseline begins, in points from the upper left corner of the page as it is shown.
    pub origin: Point,
    /// From there to where the next one begins, spaces between letters not counted.
    pub advance: Vec2,
    /// The size of its font, in points.
    pub size: f64,
    /// How it looks.
    pub style: Style,
    /// What the page itself says that it is.
    pub role: Role,
}

/// What marked content says of the glyphs in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Role {
    /// Text, or nothing said.
    #[default]
    Text,
    /// Something of the page and not of the text, such as a header.
    Artifact,
}

/// A straight line along the page, or a thin box that stands for one, in points from the upper left
/// corner.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The left end.
    pub x0: f64,
    /// The upper end.
    pub y0: f64,
    /// The right end.
    pub x1: f64,
    /// The lower end.
    pub y1: f64,
}

/// What a page was found to show.
#[derive(Debug, Default)]
pub struct Shown {
    /// Its glyphs, in the order in which they are drawn.
    pub glyphs: Vec<Glyph>,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// How many images it has.
    pub images: usize,
    /// Glyphs of which nothing tells the text.
    pub unknown: usize,
    /// Whether something was left out, for it was too much.
    pub is_cut: bool,
}

/// What all pages together may cost.
#[derive(Debug)]
pub struct Budget {
    /// Instructions that are left.
    pub instructions: u64,
}

/// What a page shows.
pub fn show<'a>(page: &Page<'a>, fonts: &mut Fonts<'a>, budget: &mut Budget) -> Shown {
    let (width, height) = page.render_dimensions();
    let mut reader = Reader {
        fonts,
        budget,
        shown: Shown::default(),
        width: f64::from(width),
        height: f64::from(height),
        forms: Vec::new(),
        hidden: hidden_layers(page),
        hiding: 0,
        marked: Vec::new(),
    };
    let initial = Affine::new(page.initial_transform(true).as_coeffs());
    let bytes = contents(page);
    reader.shown.is_cut = bytes.is_none();
    let bytes = bytes.unwrap_or_default();
    reader.charge(bytes.len());
    reader.run(&bytes, page.resources(), State::new(initial));
    reader.shown
}

/// The instructions of a page; `None` if they unpack to too much.
fn contents(page: &Page<'_>) -> Option<Vec<u8>> {
    if let Some(stream) = page.raw().get::<Stream<'_>>(b"Contents") {
        return stream::fits(&stream).then(|| stream::unpack(&stream).unwrap_or_default());
    }
    let Some(parts) = page.raw().get::<Array<'_>>(b"Contents") else { return Some(Vec::new()) };
    let mut bytes = Vec::new();
    for part in parts.iter::<Stream<'_>>() {
        if !stream::fits(&part) || bytes.len() as u64 > stream::LARGEST {
            return None;
        }
        bytes.extend(stream::unpack(&part).unwrap_or_default());
        // No instruction goes on in the next part.
        bytes.push(b'\n');
    }
    Some(bytes)
}

/// The layers that are not shown unless somebody switches them on.
fn hidden_layers(page: &Page<'_>) -> BTreeSet<ObjectIdentifier> {
    let root = page.xref().get::<Dict<'_>>(page.xref().root_id());
    let settings = root.and_then(|it| it.get::<Dict<'_>>(b"OCProperties"));
    let settings = settings.and_then(|it| it.get::<Dict<'_>>(b"D"));
    let hidden = settings.and_then(|it| it.get::<Array<'_>>(b"OFF"));
    let hidden = hidden
        .map(|it| it.raw_iter().filter_map(|it| it.as_obj_ref()).take(1000).collect::<Vec<_>>());
    hidden.unwrap_or_default().into_iter().map(ObjectIdentifier::from).collect()
}

struct Reader<'a, 'r> {
    fonts: &'r mut Fonts<'a>,
    budget: &'r mut Budget,
    shown: Shown,
    width: f64,
    height: f64,
    /// The forms that are being drawn, outermost first.
    forms: Vec<ObjectIdentifier>,
    hidden: BTreeSet<ObjectIdentifier>,
    /// How much of the marked content that has begun is not shown.
    hiding: usize,
    marked: Vec<Marked>,
}

/// Marked content that has begun.
struct Marked {
    role: Role,
    is_hidden: bool,
    /// What is to be read in place of what is drawn, and where in the glyphs that begins.
    actual: Option<(String, usize)>,
}

#[derive(Clone)]
struct State<'a> {
    page: Affine,
    face: Option<Rc<Face<'a>>>,
    size: f64,
    letter_space: f64,
    word_space: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
    line_width: f64,
    text: Affine,
    line: Affine,
}

impl State<'_> {
    fn new(page: Affine) -> Self {
        State {
            page,
            face: None,
            size: 0.0,
            letter_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            line_width: 1.0,
            text: Affine::IDENTITY,
            line: Affine::IDENTITY,
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line *= Affine::translate((x, y));
        self.text = self.line;
    }
}

/// A path while it is drawn: its corners and boxes, as far as they can be rules.
#[derive(Default)]
struct Path {
    lines: Vec<(Point, Point)>,
    start: Point,
    here: Point,
}

impl<'a> Reader<'a, '_> {
    fn run(&mut self, bytes: &[u8], resources: &Resources<'a>, mut state: State<'a>) {
        let mut saved: Vec<State<'a>> = Vec::new();
        let mut path = Path::default();
        let marked_before = self.marked.len();
        let mut instructions = TypedIter::new(bytes);
        while let Some(op) = instructions.next() {
            if self.budget.instructions == 0 || self.shown.glyphs.len() >= MOST_GLYPHS {
                self.shown.is_cut = true;
                break;
            }
            self.budget.instructions -= 1;
            match op {
                Op::SaveState(_) if saved.len() < DEEPEST_STATE => saved.push(state.clone()),
                Op::RestoreState(_) => {
                    if let Some(before) = saved.pop() {
                        state = before;
                    }
                }
                Op::Transform(it) => {
                    state.page *= affine([it.0, it.1, it.2, it.3, it.4, it.5]);
                }
                Op::LineWidth(it) => state.line_width = it.0.as_f64(),
                Op::SetGraphicsState(it) => self.set_graphics_state(it.0, resources, &mut state),
                Op::BeginText(_) => (state.text, state.line) = (Affine::IDENTITY, Affine::IDENTITY),
                Op::TextFont(it) => {
                    state.face = resources.get_font(it.0).and_then(|dict| self.fonts.face(&dict));
                    state.size = it.1.as_f64();
                }
                Op::CharacterSpacing(it) => state.letter_space = it.0.as_f64(),
                Op::WordSpacing(it) => state.word_space = it.0.as_f64(),
                Op::HorizontalScaling(it) => state.stretch = it.0.as_f64() / 100.0,
                Op::TextLeading(it) => state.leading = it.0.as_f64(),
                Op::TextRise(it) => state.rise = it.0.as_f64(),
                Op::NextLine(it) => state.next_line(it.0.as_f64(), it.1.as_f64()),
                Op::NextLineAndSetLeading(it) => {
                    state.leading = -it.1.as_f64();
                    state.next_line(it.0.as_f64(), it.1.as_f64());
                }
                Op::SetTextMatrix(it) => {
                    state.line = affine([it.0, it.1, it.2, it.3, it.4, it.5]);
                    state.text = state.line;
                }
                Op::NextLineUsingLeading(_) => state.next_line(0.0, -state.leading),
                Op::ShowText(it) => self.show_text(it.0.as_bytes(), &mut state),
                Op::NextLineAndShowText(it) => {
                    state.next_line(0.0, -state.leading);
                    self.show_text(it.0.as_bytes(), &mut state);
                }
                Op::ShowTextWithParameters(it) => {
                    (state.word_space, state.letter_space) = (it.0.as_f64(), it.1.as_f64());
                    state.next_line(0.0, -state.leading);
                    self.show_text(it.2.as_bytes(), &mut state);
                }
                Op::ShowTexts(it) => {
                    for part in it.0.iter::<Object<'_>>() {
                        match part {
                            Object::String(text) => self.show_text(text.as_bytes(), &mut state),
                            Object::Number(back) => move_back(&mut state, back.as_f64()),
                            _ => {}
                        }
                    }
                }
                Op::XObject(it) => {
                    if let Some(stream) = resources.get_x_object(it.0) {
                        self.draw(&stream, resources, &state);
                    }
                }
                Op::InlineImage(_) => self.shown.images += 1,
                Op::BeginMarkedContent(it) => self.begin_marked(it.0, None, resources),
                Op::BeginMarkedContentWithProperties(it) => {
                    self.begin_marked(it.0, Some(it.1.clone()), resources);
                }
                Op::EndMarkedContent(_) if self.marked.len() > marked_before => self.end_marked(),
                op => self.draw_path(op, &mut path, &state),
            }
        }
        while self.marked.len() > marked_before {
            self.end_marked();
        }
    }

    /// Unpacking costs, whatever comes of it.
    fn charge(&mut self, bytes: usize) {
        self.budget.instructions = self.budget.instructions.saturating_sub(bytes as u64 / 16);
    }

    fn set_graphics_state(
        &mut self,
        name: &Name<'_>,
        resources: &Resources<'a>,
        state: &mut State<'a>,
    ) {
        let Some(settings) = resources.get_ext_g_state(name) else { return };
        if let Some(font) = settings.get::<Array<'a>>(b"Font") {
            let mut parts = font.flex_iter();
            if let Some(dict) = parts.next::<Dict<'a>>() {
                state.face = self.fonts.face(&dict);
                state.size = parts.next::<f64>().unwrap_or(state.size);
            }
        }
    }

    fn is_hidden(&self) -> bool {
        self.hiding > 0
    }

    /// Draws what has a name: a form, which is a page in the page, or an image.
    fn draw(&mut self, stream: &Stream<'a>, resources: &Resources<'a>, state: &State<'a>) {
        let dict = stream.dict();
        let kind = dict.get::<Name<'_>>(b"Subtype");
        match kind.as_ref().map(|it| it.as_str()) {
            Some("Image") => {
                self.shown.images += 1;
                return;
            }
            Some("Form") => {}
            _ => return,
        }
        let id = stream.obj_id();
        // One that draws itself would never end.
        if self.forms.len() >= DEEPEST_FORM
            || self.forms.contains(&id)
            || self.is_layer_hidden(dict)
        {
            return;
        }
        let Some(bytes) = stream::unpack(stream) else {
            self.shown.is_cut = true;
            return;
        };
        self.charge(bytes.len());
        let mut inner = state.clone();
        if let Some(matrix) = dict.get::<[f64; 6]>(b"Matrix") {
            inner.page *= Affine::new(matrix);
        }
        let own = dict.get::<Dict<'a>>(b"Resources").map(Resources::new);
        self.forms.push(id);
        self.run(&bytes, own.as_ref().unwrap_or(resources), inner);
        self.forms.pop();
    }

    fn is_layer_hidden(&self, dict: &Dict<'_>) -> bool {
        if self.hidden.is_empty() {
            return false;
        }
        let named = dict.get_ref(b"OC").map(ObjectIdentifier::from);
        if named.is_some_and(|it| self.hidden.contains(&it)) {
            return true;
        }
        let group = dict.get::<Dict<'_>>(b"OC");
        let within = group.and_then(|it| it.get_ref(b"OCGs")).map(ObjectIdentifier::from);
        within.is_some_and(|it| self.hidden.contains(&it))
    }

    fn begin_marked(
        &mut self,
        tag: &Name<'_>,
        properties: Option<Object<'_>>,
        resources: &Resources<'a>,
    ) {
        let mut marked = Marked { role: self.role(), is_hidden: false, actual: None };
        let tag = tag.as_str();
        if tag == "Artifact" {
            marked.role = Role::Artifact;
        }
        let actual = |dict: &Dict<'_>| {
            dict.get::<PdfString<'_>>(b"ActualText").map(|it| text_string(it.as_bytes()))
        };
        let text = match properties {
            Some(Object::Dict(dict)) => actual(&dict),
            Some(Object::Name(name)) => {
                if tag == "OC" {
                    let named = resources.properties.get_ref(&name).map(ObjectIdentifier::from);
                    marked.is_hidden = named.is_some_and(|it| self.hidden.contains(&it));
                }
                resources.properties.get::<Dict<'_>>(&name).as_ref().and_then(actual)
            }
            _ => None,
        };
        marked.actual = text.map(|it| (it, self.shown.glyphs.len()));
        // What is not closed goes to the end of the stream; beyond a depth nobody needs, nothing is
        // told apart.
        if self.marked.len() < 4 * DEEPEST_STATE {
            self.hiding += usize::from(marked.is_hidden);
            self.marked.push(marked);
        }
    }

    fn end_marked(&mut self) {
        let Some(marked) = self.marked.pop() else { return };
        self.hiding -= usize::from(marked.is_hidden);
        let Some((text, start)) = marked.actual else { return };
        let Some(glyphs) = self.shown.glyphs.get_mut(start..) else { return };
        // The first glyph stands for all, and is as long as they are together.
        let Some((first, others)) = glyphs.split_first_mut() else { return };
        let text: String = text.chars().filter(|it| !it.is_control()).collect();
        if let Some(last) = others.last() {
            let along = last.origin + last.advance - first.origin;
            // Only on one line: of a text over several, the glyphs know better where it is.
            if along.cross(first.advance).abs() > first.size * first.advance.hypot() {
                return;
            }
            first.advance = along;
        }
        first.text = Rc::from(text);
        self.shown.glyphs.truncate(start + 1);
    }

    fn role(&self) -> Role {
        self.marked.last().map(|it| it.role).unwrap_or_default()
    }

    fn show_text(&mut self, bytes: &[u8], state: &mut State<'a>) {
        let Some(face) = state.face.clone() else { return };
        let is_hidden = self.is_hidden();
        let role = self.role();
        let mut rest = bytes;
        while !rest.is_empty() && self.shown.glyphs.len() < MOST_GLYPHS {
            let (code, length) = face.next_code(rest);
            rest = rest.get(length..).unwrap_or_default();
            let meaning = face.meaning(code);
            let is_space = length == 1 && code == 32;
            let space = state.letter_space + if is_space { state.word_space } else { 0.0 };
            let horizontal = face.is_horizontal();
            let moved = meaning.advance * (state.size / 1000.0);
            let to_page = state.page * state.text;
            let size = height(to_page, state.size).max(1e-3);
            let (advance, step) = if horizontal {
                (
                    Vec2::new(moved.x * state.stretch, 0.0),
                    Vec2::new((moved.x + space) * state.stretch, 0.0),
                )
            } else {
                (Vec2::new(0.0, moved.y), Vec2::new(0.0, moved.y - space))
            };
            // A column runs along the middle of its letters, a line along their feet.
            let place = if horizontal { Point::new(0.0, state.rise) } else { Point::ZERO };
            let origin = to_page * place;
            let advance = to_page * (place + advance) - origin;
            if meaning.text.is_none() {
                self.shown.unknown += 1;
            }
            if !is_hidden && self.is_on_page(origin, size) && advance.is_finite() {
                self.shown.glyphs.push(Glyph {
                    text: meaning.text.unwrap_or_else(|| Rc::from("")),
                    origin,
                    advance,
                    size,
                    style: face.style,
                    role,
                });
            }
            state.text *= Affine::translate(step);
        }
    }

    fn is_on_page(&self, at: Point, size: f64) -> bool {
        let inside =
            |value: f64, end: f64| value.is_finite() && value > -size && value < end + size;
        inside(at.x, self.width) && inside(at.y, self.height)
    }

    fn draw_path(&mut self, op: Op<'_, '_>, path: &mut Path, state: &State<'_>) {
        let point = |x: Number, y: Number| state.page * Point::new(x.as_f64(), y.as_f64());
        match op {
            Op::MoveTo(it) => {
                path.here = point(it.0, it.1);
                path.start = path.here;
            }
            Op::LineTo(it) => {
                let to = point(it.0, it.1);
                path.push(path.here, to);
            }
            Op::CubicTo(it) => path.here = point(it.4, it.5),
            Op::CubicStartTo(it) => path.here = point(it.2, it.3),
            Op::CubicEndTo(it) => path.here = point(it.2, it.3),
            Op::ClosePath(_) => path.push(path.here, path.start),
            Op::RectPath(it) => {
                let (x, y, width, height) =
                    (it.0.as_f64(), it.1.as_f64(), it.2.as_f64(), it.3.as_f64());
                let corner = |x: f64, y: f64| state.page * Point::new(x, y);
                let corners = [
                    corner(x, y),
                    corner(x + width, y),
                    corner(x + width, y + height),
                    corner(x, y + height),
                ];
                path.here = corners[0];
                path.start = corners[0];
                for (from, to) in [(0, 1), (1, 2), (2, 3), (3, 0)] {
                    path.push(corners[from], corners[to]);
                }
            }
            Op::EndPath(_) => path.lines.clear(),
            Op::StrokePath(_)
            | Op::CloseAndStrokePath(_)
            | Op::FillPathNonZero(_)
            | Op::FillPathNonZeroCompatibility(_)
            | Op::FillPathEvenOdd(_)
            | Op::FillAndStrokeNonZero(_)
            | Op::FillAndStrokeEvenOdd(_)
            | Op::CloseFillAndStrokeNonZero(_)
            | Op::CloseFillAndStrokeEvenOdd(_) => {
                let room = MOST_RULES.saturating_sub(self.shown.rules.len());
                let rules = path.lines.drain(..).filter_map(|(from, to)| rule(from, to));
                self.shown.rules.extend(rules.take(room));
            }
            _ => {}
        }
    }
}

impl Path {
    fn push(&mut self, from: Point, to: Point) {
        // A drawing may have more corners than any table.
        if self.lines.len() < MOST_RULES {
            self.lines.push((from, to));
        }
        self.here = to;
    }
}

/// A line as a rule, where it runs along the page or is too short for that to matter.
fn rule(from: Point, to: Point) -> Option<Rule> {
    let (x0, x1) = (from.x.min(to.x), from.x.max(to.x));
    let (y0, y1) = (from.y.min(to.y), from.y.max(to.y));
    let along = (x1 - x0 < 1.0) != (y1 - y0 < 1.0);
    let finite = [x0, x1, y0, y1].iter().all(|it| it.is_finite());
    (along && finite).then_some(Rule { x0, y0, x1, y1 })
}

fn move_back(state: &mut State<'_>, thousandths: f64) {
    let amount = -thousandths / 1000.0 * state.size;
    let horizontal = state.face.as_ref().is_none_or(|it| it.is_horizontal());
    let step =
        if horizontal { Vec2::new(amount * state.stretch, 0.0) } else { Vec2::new(0.0, amount) };
    state.text *= Affine::translate(step);
}

fn affine(numbers: [Number; 6]) -> Affine {
    Affine::new(numbers.map(|it| it.as_f64()))
}

/// How high what is this high in the text is on the page.
fn height(to_page: Affine, height: f64) -> f64 {
    let [_, _, x, y, _, _] = to_page.as_coeffs();
    Vec2::new(x, y).hypot() * height.abs()
}
