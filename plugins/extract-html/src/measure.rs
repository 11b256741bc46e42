//! Measures every subtree of a page by the prose it holds: letters outside of links, in runs long
//! enough to be sentences.

use crate::dom::Page;
use crate::names::Hints;
use crate::page_type::PageType;
use crate::tags::{Classes, Tag};

/// What a subtree holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measure {
    /// Characters other than white space.
    pub chars: u32,
    /// Those of them in links.
    pub linked: u32,
    /// Those of them in emphasis.
    pub emphasized: u32,
    /// Weighted characters of sentences.
    pub prose: u32,
    /// The same without boxes whose names say that they are boilerplate.
    pub clean: u32,
    /// Images.
    pub images: u32,
    /// Links with text.
    pub links: u32,
    /// Tables, quotations and preformatted passages.
    pub solid: u32,
}

impl Measure {
    /// Whether links make up nearly all of the text.
    pub fn is_links(&self) -> bool {
        /// Menus have a word or a date beside their links: so many hundredths are links.
        const NEARLY_ALL: u64 = 80;
        self.links > 0 && u64::from(self.linked) * 100 >= u64::from(self.chars) * NEARLY_ALL
    }

    /// Whether links are a small part of the text.
    pub fn is_mostly_prose(&self) -> bool {
        /// Round-ups and encyclopedias link a word in four, teasers a word in two: the part
        /// between, in hundredths.
        const SMALL_PART: u64 = 33;
        u64::from(self.linked) * 100 <= u64::from(self.chars) * SMALL_PART
    }
}

/// What holds for everything inside an element.
#[derive(Debug, Clone, Copy, Default)]
struct Context {
    /// The number of the nearest block.
    block: u32,
    is_link: bool,
    is_emphasis: bool,
    is_heading: bool,
    is_item: bool,
}

/// A block by itself, without those that lie in it.
#[derive(Debug, Clone, Copy)]
struct Block {
    node: u32,
    context: Context,
    /// The characters outside of links.
    plain: u32,
    /// Those in links.
    linked: u32,
}

/// Measures every node of a page. In a discussion what readers wrote is the text; of a product what
/// buyers wrote is not.
pub fn measure(page: &Page, page_type: Option<PageType>) -> Vec<Measure> {
    let mut each = vec![Measure::default(); page.nodes.len()];
    let blocks = measure_each(page, &mut each);
    /// Less is no text but a line below one: who owns the page, since when.
    const LEAST: u32 = 60;
    // A page without a sentence: a table of results, a notice of five words, a list of links.
    let mut scales = [PROSE, SHORT, LINKS].into_iter();
    loop {
        let mut measures = each.clone();
        let scale = scales.next();
        let total = weigh(&mut measures, &blocks, scale.unwrap_or(PROSE));
        add_up(page, &mut measures, total, page_type);
        if scale.is_none() || measures[0].clean >= LEAST {
            return measures;
        }
    }
}

/// How much the letters of a block count as prose, by how many there are. A block of many thousands
/// of letters is no better an article than one of a few thousand.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// Fewer do not count: labels, buttons, names.
    label: u32,
    /// Fewer count a quarter: headlines, teasers.
    line: u32,
    /// Fewer count half: a short sentence.
    sentence: u32,
    most: u32,
    /// Whether letters in links count.
    links: bool,
}

/// For pages with sentences, which is nearly all of them.
const PROSE: Scale = Scale { label: 25, line: 80, sentence: 140, most: 4_000, links: false };
/// For pages without one.
const SHORT: Scale = Scale { label: 2, line: 2, sentence: 2, most: 400, links: false };
/// For pages whose text is links: round-ups, the front page of a newspaper.
const LINKS: Scale = Scale { label: 25, line: 80, sentence: 140, most: 400, links: true };

impl Scale {
    fn prose(self, block: &Block) -> u32 {
        let letters = match (self.links, block.plain > block.linked) {
            (true, _) => block.plain + block.linked,
            (false, true) => block.plain,
            (false, false) => return 0,
        };
        match letters {
            it if it < self.label => 0,
            it if it < self.line => it / 4,
            it if it < self.sentence => it / 2,
            it => it.min(self.most),
        }
    }
}

/// Measures every node by itself; returns the blocks.
fn measure_each(page: &Page, measures: &mut [Measure]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::with_capacity(page.nodes.len());
    let mut contexts: Vec<Context> = vec![Context::default(); page.nodes.len()];
    for (index, node) in page.nodes.iter().enumerate() {
        let mut context = contexts[node.parent as usize];
        let measure = &mut measures[index];
        if node.tag == Tag::Text {
            let chars = count(page.bytes(node));
            measure.chars = chars;
            if context.is_emphasis {
                measure.emphasized = chars;
            }
            let block = &mut blocks[context.block as usize];
            if context.is_link {
                measure.linked = chars;
                block.linked += chars;
            } else {
                block.plain += chars;
            }
            continue;
        }
        match node.tag {
            // A link to nowhere is an anchor, and its text is text.
            Tag::Link if node.to > node.from => context.is_link = true,
            Tag::Emphasis => context.is_emphasis = true,
            Tag::Image => measure.images = 1,
            Tag::Table | Tag::Quotation | Tag::Preformatted => measure.solid = 1,
            Tag::Item => context.is_item = true,
            tag if tag.is(Classes::HEADING) => context.is_heading = true,
            _ => {}
        }
        // The page itself is the first one.
        if node.tag.is_block() {
            context.block = blocks.len() as u32;
            blocks.push(Block { node: index as u32, context, plain: 0, linked: 0 });
        }
        contexts[index] = context;
    }
    blocks
}

/// Weighs the prose of every block; returns that of the page.
fn weigh(measures: &mut [Measure], blocks: &[Block], scale: Scale) -> u32 {
    let mut total = 0_u32;
    for block in blocks {
        if block.context.is_heading {
            continue;
        }
        let prose = scale.prose(block);
        // Items of lists are more often menus and teasers than paragraphs.
        let prose = if block.context.is_item { prose / 2 } else { prose };
        let measure = &mut measures[block.node as usize];
        (measure.prose, measure.clean) = (prose, prose);
        total += prose;
    }
    total
}

/// Adds to every node what lies in it. `total` is the prose of the page. No sum overflows: a page
/// has 250,000 nodes at most.
fn add_up(page: &Page, measures: &mut [Measure], total: u32, page_type: Option<PageType>) {
    let is_discussion = page_type.is_some_and(PageType::is_discussion);
    let is_product = page_type == Some(PageType::Product);
    // In this order every node comes after all that lies in it.
    for (index, node) in page.nodes.iter().enumerate().skip(1).rev() {
        let mut hints = node.hints;
        if is_discussion {
            // What readers wrote is the text, and their names above it lead to other pages as the
            // headlines of cards do.
            hints.remove(Hints::COMMENTS);
            hints.remove(Hints::CARD);
        }
        if is_product && hints.any(Hints::REVIEWS) {
            hints.add(Hints::COMMENTS);
        }
        if hints.any(Hints::CARD) || is_boilerplate(hints, measures[index].prose, total) {
            measures[index].clean = 0;
        }
        let inner = measures[index];
        let outer = &mut measures[node.parent as usize];
        outer.chars += inner.chars;
        outer.linked += inner.linked;
        outer.emphasized += inner.emphasized;
        outer.prose += inner.prose;
        outer.clean += inner.clean;
        outer.images += inner.images;
        outer.links += inner.links;
        outer.solid += inner.solid;
        outer.links += u32::from(node.tag == Tag::Link && inner.linked > 0);
    }
}

/// Whether a box is what its name says. One that holds most of the prose of the page is not: some
/// templates call the whole page `sidebar-right`. Readers, however, do write more than journalists.
fn is_boilerplate(hints: Hints, prose: u32, total: u32) -> bool {
    let (prose, total) = (u64::from(prose), u64::from(total));
    /// A notice of two sentences under which readers wrote a hundred, in hundredths of the page.
    const MOST_COMMENTS: u64 = 90;
    /// A template that calls the whole page `sidebar-right` has more than this in it.
    const MOST_BOILERPLATE: u64 = 50;
    let is_at_most = |hundredths: u64| prose * 100 <= total * hundredths;
    if hints.any(Hints::COMMENTS) {
        return is_at_most(MOST_COMMENTS);
    }
    hints.any(Hints::BOILERPLATE) && is_at_most(MOST_BOILERPLATE)
}

/// How many characters of a text are no white space.
fn count(text: &[u8]) -> u32 {
    text.iter().map(|byte| u32::from(*byte > b' ' && (byte & 0xc0) != 0x80)).sum()
}
