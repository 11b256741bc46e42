//! Finds the article in a page: which subtrees are the author's words.
//!
//! Every block is measured by the prose it holds: letters outside of links, in runs long enough to be sentences. What a template
//! declares (`articleBody`, `article`, `main`) is believed if the prose is there; otherwise the search goes down from the
//! outermost element as long as one child holds nearly all of it. All of it is a few loops over a flat list.

use crate::dom::Page;
use crate::names::Hints;
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
        self.links > 0 && u64::from(self.linked) * 5 >= u64::from(self.chars) * 4
    }

    /// Whether links are a small part of the text.
    fn is_mostly_prose(&self) -> bool {
        u64::from(self.linked) * 3 <= u64::from(self.chars)
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

/// Measures every node of a page.
pub fn measure(page: &Page) -> Vec<Measure> {
    let mut measures = vec![Measure::default(); page.nodes.len()];
    let blocks = measure_each(page, &mut measures);
    let total = weigh(&mut measures, &blocks);
    add_up(page, &mut measures, total);
    measures
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
fn weigh(measures: &mut [Measure], blocks: &[Block]) -> u32 {
    let mut total = 0_u32;
    for &Block { node, context, plain, linked } in blocks {
        if plain <= linked || context.is_heading {
            continue;
        }
        let prose = match plain {
            0..25 => 0,
            25..80 => plain / 4,
            80..140 => plain / 2,
            // A block of many thousands of letters is no better an article than one of a few thousand.
            _ => plain.min(4_000),
        };
        let prose = if context.is_item { prose / 2 } else { prose };
        let measure = &mut measures[node as usize];
        (measure.prose, measure.clean) = (prose, prose);
        total += prose;
    }
    total
}

/// Adds to every node what lies in it. `total` is the prose of the page. No sum overflows: a page has 250,000 nodes at most.
fn add_up(page: &Page, measures: &mut [Measure], total: u32) {
    // In this order every node comes after all that lies in it.
    for (index, node) in page.nodes.iter().enumerate().skip(1).rev() {
        if is_boilerplate(node.hints, measures[index].prose, total) {
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

/// Whether a box is what its name says. One that holds most of the prose of the page is not: some templates call the
/// whole page `sidebar-right`. Readers, however, do write more than journalists.
fn is_boilerplate(hints: Hints, prose: u32, total: u32) -> bool {
    let (prose, total) = (u64::from(prose), u64::from(total));
    if hints.any(Hints::COMMENTS) {
        return prose * 10 <= total * 9;
    }
    hints.any(Hints::BOILERPLATE) && (prose * 2 <= total)
}

/// How many characters of a text are no white space.
fn count(text: &[u8]) -> u32 {
    text.iter().map(|byte| u32::from(*byte > b' ' && (byte & 0xc0) != 0x80)).sum()
}

/// The subtrees that make up the text, in order, none inside another.
#[derive(Debug)]
pub struct Selection {
    /// The indices of their nodes.
    pub nodes: Vec<u32>,
    /// The one that holds the body of the article.
    pub body: u32,
    /// The headline, if it was found.
    pub headline: Option<u32>,
}

/// Selects the article. `titles` are what the page calls itself for machines, `description` how it sums itself up.
pub fn select(
    page: &Page,
    measures: &[Measure],
    titles: &[String],
    description: Option<&str>,
) -> Selection {
    let mut chosen = Vec::new();
    let (start, is_declared) = start(page, measures);
    let body = if is_declared { start } else { descend(page, measures, start, &mut chosen) };
    chosen.push(body);
    let headline = headline(page, measures, body, titles);
    let leads_from = match headline {
        Some(headline) if headline < body => {
            if !page.contains(headline, body) {
                chosen.push(headline);
            }
            page.nodes[headline as usize].end
        }
        Some(_) => body,
        None => {
            let parent = page.nodes[body as usize].parent;
            page.nodes[parent as usize].parent
        }
    };
    find_leads(page, measures, leads_from, body, description, &mut chosen);
    chosen.sort_unstable();
    let mut nodes: Vec<u32> = Vec::with_capacity(chosen.len());
    for node in chosen {
        if nodes.last().is_none_or(|last| !page.contains(*last, node)) {
            nodes.push(node);
        }
    }
    Selection { nodes, body, headline }
}

/// Where to look for the body, and whether the page itself declares that this is it.
fn start(page: &Page, measures: &[Measure]) -> (u32, bool) {
    let total = u64::from(measures[0].clean);
    if total == 0 {
        let body = page.nodes.iter().position(|node| node.tag == Tag::Body).unwrap_or(0);
        return (body as u32, true);
    }
    // The best of each kind of declaration: a body, an article, a main part.
    let (mut body, mut article, mut main) = (None, None, None);
    for &index in &page.frames {
        let (node, measure) = (&page.nodes[index as usize], &measures[index as usize]);
        let clean = u64::from(measure.clean);
        if clean == 0 {
            continue;
        }
        if node.hints.any(Hints::ARTICLE_BODY)
            && clean * 5 >= total * 2
            && measure.is_mostly_prose()
            && body.is_none_or(|(_, best)| clean > best)
        {
            body = Some((index, clean));
        }
        if node.tag == Tag::Article && clean * 2 >= total {
            article = Some(index);
        }
        if node.tag == Tag::Main && clean * 2 >= total {
            main = Some(index);
        }
    }
    match (body, article.or(main)) {
        (Some((body, _)), _) => (body, true),
        (None, Some(start)) => (start, false),
        (None, None) => (0, false),
    }
}

/// Goes down as long as one child holds nearly all of the prose. Paragraphs left beside the way are kept.
fn descend(page: &Page, measures: &[Measure], start: u32, chosen: &mut Vec<u32>) -> u32 {
    let mut here = start;
    loop {
        let clean = |index: u32| u64::from(measures[index as usize].clean);
        let best = page
            .children(here)
            .filter(|child| !is_holder(page.nodes[*child as usize].tag))
            .max_by_key(|child| (clean(*child), std::cmp::Reverse(*child)));
        let Some(best) = best.filter(|best| clean(*best) * 20 >= clean(here) * 17) else {
            return here;
        };
        for child in page.children(here).filter(|child| *child != best) {
            let node = &page.nodes[child as usize];
            let measure = &measures[child as usize];
            let is_named = (node.hints.any(Hints::LEAD) || node.hints.any(Hints::BODY))
                && measure.clean >= 100;
            if measure.clean > 0
                && measure.is_mostly_prose()
                && (matches!(node.tag, Tag::Paragraph | Tag::Quotation) || is_named)
            {
                chosen.push(child);
            }
        }
        here = best;
    }
}

/// Elements that are part of a text and never the frame around it.
fn is_holder(tag: Tag) -> bool {
    !tag.is_block() && tag != Tag::Inline
        || matches!(tag, Tag::Paragraph | Tag::Quotation | Tag::Item | Tag::Preformatted)
        || tag.is(Classes::HEADING)
}

/// The headline: the first heading that says what the page calls itself, or else the main heading nearest to the body.
fn headline(page: &Page, measures: &[Measure], body: u32, titles: &[String]) -> Option<u32> {
    let titles: Vec<String> = titles.iter().map(|title| fold(title)).collect();
    let end = page.nodes[body as usize].end;
    let mut fallback = None;
    let mut tried = 0;
    for &index in page.headings.iter().take_while(|heading| **heading < end) {
        let level = page.nodes[index as usize].tag.heading_level();
        let measure = &measures[index as usize];
        tried += 1;
        if measure.chars < 3 || measure.chars > 400 || tried > 200 {
            continue;
        }
        let folded = fold(&page.line(index, 1_000));
        let is_title = !folded.is_empty()
            && titles.iter().any(|title| {
                *title == folded || (folded.len() >= 20 && title.contains(folded.as_str()))
            });
        if is_title {
            return Some(index);
        }
        if level == Some(1) && measure.chars >= 10 && (index < body || fallback.is_none()) {
            fallback = Some(index);
        }
    }
    fallback
}

/// A title without what two spellings of it differ in.
pub fn fold(title: &str) -> String {
    title.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The paragraphs between headline and body that sum the article up.
fn find_leads(
    page: &Page,
    measures: &[Measure],
    from: u32,
    body: u32,
    description: Option<&str>,
    chosen: &mut Vec<u32>,
) {
    let description = description.map(fold).filter(|it| it.len() >= 30);
    let mut compared = 0;
    let mut index = from;
    while index < body {
        let node = &page.nodes[index as usize];
        let measure = &measures[index as usize];
        let fits = (20..2_000).contains(&measure.chars)
            && measure.is_mostly_prose()
            && !page.contains(index, body)
            && !node.hints.any(Hints::BOILERPLATE)
            && node.tag != Tag::Text;
        let mut is_lead = fits && node.hints.any(Hints::LEAD);
        if fits
            && !is_lead
            && node.tag.is_block()
            && compared < 100
            && let Some(description) = &description
        {
            compared += 1;
            let folded = fold(&page.line(index, 600));
            is_lead = folded.len() >= 30
                && (description.starts_with(folded.as_str())
                    || folded.starts_with(description.as_str()))
                // The box around the lead and everything else begins with it, too.
                && folded.len() < description.len() * 2;
        }
        let is_boilerplate = node.hints.any(Hints::BOILERPLATE) && !page.contains(index, body);
        if is_lead {
            chosen.push(index);
        }
        index = if is_lead || is_boilerplate { node.end } else { index + 1 };
    }
}
