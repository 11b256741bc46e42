//! Finds the article in a page: which subtrees are the author's words.
//!
//! What a template declares (`articleBody`, `article`, `main`) is believed if the prose is there,
//! as `measure` has found it; otherwise the search goes down from the outermost element as long as
//! one child holds nearly all of it. All of it is a few loops over a flat list.

use crate::cards::Cards;
use crate::dom::Page;
use crate::facts::Facts;
use crate::measure::Measure;
use crate::names::Hints;
use crate::page_type::PageType;
use crate::posts::Posts;
use crate::tags::{Classes, Tag};

/// The subtrees that make up the text, in order, none inside another.
#[derive(Debug)]
pub struct Selection {
    /// The indices of their nodes.
    pub nodes: Vec<u32>,
    /// The one that holds the body of the article.
    pub body: u32,
    /// The headline, if it was found.
    pub headline: Option<u32>,
    /// Whether it is the only main heading of the page.
    pub is_headline_main: bool,
    /// The text is all of the page.
    pub is_whole: bool,
}

/// Selects the text: the article, the posts of a discussion, or all of the page.
pub fn select(
    page: &Page,
    measures: &[Measure],
    facts: &Facts<'_>,
    posts: Option<&Posts>,
) -> Selection {
    let titles = &facts.titles;
    let mut chosen = Vec::new();
    let (start, is_declared) = start(page, measures);
    let mut body = if is_declared { start } else { descend(page, measures, start, &mut chosen) };
    let short = beside_headline(page, measures, body, titles);
    if let Some(short) = short {
        chosen.clear();
        body = short;
    }
    if let Some(list) = list_of_posts(measures, posts) {
        chosen.clear();
        body = list;
    }
    let list = match short {
        Some(_) => None,
        None => list_of_cards(page, measures, body, facts),
    };
    if let Some(list) = list {
        chosen.clear();
        body = list;
    }
    /// Beside a page with more than this a text of a few words is a slogan.
    const MOST_AROUND_SHORT: u32 = 1_500;
    let whole = match list {
        Some(_) => list,
        None => whole(page, measures, body, facts.page_type)
            .filter(|all| short.is_none() || measures[*all as usize].chars > MOST_AROUND_SHORT),
    };
    if let Some(whole) = whole {
        chosen.clear();
        body = whole;
    }
    widen(page, measures, body, &mut chosen);
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
    find_leads(page, measures, leads_from, body, facts.description.as_deref(), &mut chosen);
    chosen.sort_unstable();
    let mut nodes: Vec<u32> = Vec::with_capacity(chosen.len());
    for node in chosen {
        if nodes.last().is_none_or(|last| !page.contains(*last, node)) {
            nodes.push(node);
        }
    }
    let mut mains =
        page.headings.iter().filter(|it| page.nodes[**it as usize].tag == Tag::Heading1);
    let is_headline_main = mains.next().copied() == headline && mains.next().is_none();
    Selection {
        nodes,
        body,
        headline,
        is_headline_main: is_headline_main && headline.is_some(),
        is_whole: whole.is_some(),
    }
}

/// Where to look for the body, and whether the page itself declares that this is it.
fn start(page: &Page, measures: &[Measure]) -> (u32, bool) {
    let total = u64::from(measures[0].clean);
    if total == 0 {
        let body = page.nodes.iter().position(|node| node.tag == Tag::Body).unwrap_or(0);
        return (body as u32, true);
    }
    /// An article of three paragraphs above longer teasers still has so many hundredths of the
    /// prose of its page.
    const LEAST_OF_BODY: u64 = 40;
    /// `article` and `main` lie around teasers, too: what is declared so and has less is one of
    /// these.
    const LEAST_OF_FRAME: u64 = 50;
    let has = |clean: u64, hundredths: u64| clean * 100 >= total * hundredths;
    // The best of each kind of declaration: a body, an article, a main part.
    let (mut body, mut article, mut main) = (None, None, None);
    for &index in &page.frames {
        let (node, measure) = (&page.nodes[index as usize], &measures[index as usize]);
        let clean = u64::from(measure.clean);
        if clean == 0 {
            continue;
        }
        if node.hints.any(Hints::ARTICLE_BODY)
            && has(clean, LEAST_OF_BODY)
            && measure.is_mostly_prose()
            && body.is_none_or(|(_, best)| clean > best)
        {
            body = Some((index, clean));
        }
        if node.tag == Tag::Article && has(clean, LEAST_OF_FRAME) {
            article = Some(index);
        }
        if node.tag == Tag::Main && has(clean, LEAST_OF_FRAME) {
            main = Some(index);
        }
    }
    match (body, article.or(main)) {
        (Some((body, _)), _) => (body, true),
        (None, Some(start)) => (start, false),
        (None, None) => (0, false),
    }
}

/// A text of a few words below the headline, where the prose of a page lies elsewhere: in a notice
/// about cookies, in what a newspaper says about itself.
fn beside_headline(page: &Page, measures: &[Measure], body: u32, titles: &[String]) -> Option<u32> {
    /// Whoever wrote more than this below the headline is found by it.
    const MOST_ELSEWHERE: u32 = 600;
    /// So many letters outside of links are a text.
    const LEAST: u32 = 40;
    /// So far around the headline its text is looked for, in elements.
    const NEAR: usize = 3;
    if measures[body as usize].clean > MOST_ELSEWHERE {
        return None;
    }
    let titles: Vec<String> = titles.iter().map(|title| fold(title)).collect();
    let headline = *page.headings.iter().take(20).find(|&&heading| {
        let folded = fold(&page.line(heading, 400));
        !folded.is_empty()
            && titles.iter().any(|title| title.contains(&folded) && folded.len() >= 8)
    })?;
    // The whole page is the body only because nothing in it is.
    let is_page = matches!(page.nodes[body as usize].tag, Tag::Root | Tag::Html | Tag::Body);
    if page.contains(body, headline) && !is_page {
        return None;
    }
    let own = measures[headline as usize].chars;
    let mut around = page.nodes[headline as usize].parent;
    for _ in 0..NEAR {
        let measure = &measures[around as usize];
        if around == 0 || around == body || page.contains(around, body) {
            return None;
        }
        if measure.chars - measure.linked.min(measure.chars) >= own + LEAST
            && measure.is_mostly_prose()
        {
            return Some(around);
        }
        around = page.nodes[around as usize].parent;
    }
    None
}

/// What lies around the posts of a discussion, if most of what is said on the page is said there.
fn list_of_posts(measures: &[Measure], posts: Option<&Posts>) -> Option<u32> {
    let list = posts?.list;
    (measures[list as usize].prose * 2 >= measures[0].prose).then_some(list)
}

/// What lies around the cards that a page is a list of, and the headline if that stands near them.
fn list_of_cards(page: &Page, measures: &[Measure], body: u32, facts: &Facts<'_>) -> Option<u32> {
    /// What has more prose is an article, whatever it is called.
    const MOST_PROSE: u32 = 6_000;
    let prose = measures[body as usize].clean;
    // Cards have so many times the letters of the prose on a page that does not say that it is a
    // list.
    let share = match facts.page_type {
        Some(PageType::Collection | PageType::Listing) => 0,
        Some(PageType::Service) | None => 2,
        Some(_) => return None,
    };
    let share = match is_short_article(page, measures, body) {
        true => share * 3,
        false => share,
    };
    if prose > MOST_PROSE {
        return None;
    }
    let main = main_part(page, measures);
    let cards = Cards::find(page, measures, main.unwrap_or(0))?;
    if cards.chars < prose.saturating_mul(share) {
        return None;
    }
    if main.is_some() {
        return main;
    }
    let chars = |index: u32| u64::from(measures[index as usize].chars);
    let list = cards.list;
    let Some(headline) = headline(page, measures, list, &facts.titles) else { return Some(list) };
    let mut around = list;
    while !page.contains(around, headline) {
        around = page.nodes[around as usize].parent;
    }
    if chars(around) <= chars(list) * 2 {
        return Some(around);
    }
    // Cards far from the headline lead to other pages, unless the page is one of cards.
    (share == 0).then_some(list)
}

/// The main part of the page, where no passage of it is the text: lists of products, of services,
/// of courses.
fn whole(page: &Page, measures: &[Measure], body: u32, page_type: Option<PageType>) -> Option<u32> {
    /// What has less prose is no article: a slogan above products, what a shop says about itself.
    const LEAST_OF_ARTICLE: u32 = 550;
    /// The description of a category has a smaller part of the main part than this, in hundredths.
    const SMALL_PART: u64 = 30;
    let chars = |index: u32| u64::from(measures[index as usize].chars);
    let main = largest_main(page, measures);
    let is_small = main.is_some_and(|main| {
        page.contains(main, body) && chars(body) * 100 < chars(main) * SMALL_PART
    });
    let is_article = page_type == Some(PageType::Article)
        || measures[body as usize].clean > LEAST_OF_ARTICLE
        || is_short_article(page, measures, body);
    if is_article && !is_small && page_type != Some(PageType::Collection) {
        return None;
    }
    let main = main.filter(|_| is_small).or_else(|| main_part(page, measures));
    let all = || page.nodes.iter().position(|node| node.tag == Tag::Body).unwrap_or(0) as u32;
    Some(main.unwrap_or_else(all)).filter(|main| chars(*main) > 0)
}

/// The largest `main`.
fn largest_main(page: &Page, measures: &[Measure]) -> Option<u32> {
    let chars = |index: u32| measures[index as usize].chars;
    let mains =
        page.frames.iter().copied().filter(|index| page.nodes[*index as usize].tag == Tag::Main);
    mains.max_by_key(|index| (chars(*index), std::cmp::Reverse(*index)))
}

/// The largest `main`, if it is a good part of the page.
fn main_part(page: &Page, measures: &[Measure]) -> Option<u32> {
    /// What a template declares to be the main part, and has less of the page than this, in
    /// hundredths, is not all of it.
    const LEAST_OF_MAIN: u64 = 25;
    let all = page.nodes.iter().position(|node| node.tag == Tag::Body).unwrap_or(0);
    let chars = |index: usize| u64::from(measures[index].chars);
    largest_main(page, measures)
        .filter(|main| chars(*main as usize) * 100 >= chars(all) * LEAST_OF_MAIN)
}

/// Whether a text of few sentences is an article, such as a piece of news: by its paragraphs, or
/// because it is little else than sentences and a good part of the page.
fn is_short_article(page: &Page, measures: &[Measure], body: u32) -> bool {
    /// So many paragraphs of some sentences are no slogan.
    const PARAGRAPHS: usize = 2;
    const PARAGRAPH: u32 = 100;
    /// So much prose without paragraphs, as old pages have it, is none either.
    const PROSE: u32 = 150;
    /// A good part of a page are so many hundredths.
    const GOOD_PART: u64 = 20;
    let is_paragraph = |index: &u32| {
        page.nodes[*index as usize].tag == Tag::Paragraph
            && measures[*index as usize].chars >= PARAGRAPH
    };
    let inner = body..page.nodes[body as usize].end;
    if inner.filter(is_paragraph).take(PARAGRAPHS).count() == PARAGRAPHS {
        return true;
    }
    let (measure, all) = (&measures[body as usize], &measures[0]);
    measure.clean >= PROSE
        && measure.clean * 2 >= measure.chars
        && u64::from(measure.chars) * 100 >= u64::from(all.chars) * GOOD_PART
}

/// Adds what stands beside the body in the same frame and is text like it: a standfirst, an update,
/// a table, a list.
fn widen(page: &Page, measures: &[Measure], body: u32, chosen: &mut Vec<u32>) {
    /// So far around the body, in elements.
    const NEAR: usize = 4;
    let Some(frame) = page.frames.iter().copied().rev().find(|frame| {
        let tag = page.nodes[*frame as usize].tag;
        *frame != body && matches!(tag, Tag::Article | Tag::Main) && page.contains(*frame, body)
    }) else {
        return;
    };
    let mut inner = body;
    for _ in 0..NEAR {
        let outer = page.nodes[inner as usize].parent;
        if outer < frame {
            return;
        }
        for child in page.children(outer) {
            if child != inner && is_text(page, measures, child) {
                chosen.push(child);
            }
        }
        inner = outer;
    }
}

/// Whether a subtree beside the body is text, and neither a menu, a form, a byline nor a row of
/// teasers.
fn is_text(page: &Page, measures: &[Measure], index: u32) -> bool {
    /// A passage has so much prose, a box of several passages so much.
    const PASSAGE: u32 = 20;
    const BOX: u32 = 100;
    /// Without any link fewer letters are enough: buttons have less, and dates.
    const PLAIN_PASSAGE: u32 = 20;
    const PLAIN_BOX: u32 = 60;
    /// A teaser has fewer letters for each of its links.
    const TEASER: u32 = 200;
    let (node, measure) = (&page.nodes[index as usize], &measures[index as usize]);
    let is_passage = matches!(
        node.tag,
        Tag::Text
            | Tag::Paragraph
            | Tag::Quotation
            | Tag::Preformatted
            | Tag::List
            | Tag::Table
            | Tag::Definitions
    );
    let (prose, letters) = match node.tag {
        _ if is_passage => (PASSAGE, PLAIN_PASSAGE),
        Tag::Div | Tag::Section => (BOX, PLAIN_BOX),
        _ => return false,
    };
    let names_author_or_date = {
        let first = page.bylines.partition_point(|it| *it < index);
        page.bylines.get(first).is_some_and(|it| *it < node.end)
    };
    let is_enough = measure.clean >= prose || measure.links == 0 && measure.chars >= letters;
    is_enough
        && !node.hints.any(Hints::BOILERPLATE)
        && !names_author_or_date
        && measure.is_mostly_prose()
        // Three or more links with a sentence or two each are teasers.
        && (measure.links < 3 || measure.chars > measure.links.saturating_mul(TEASER))
}

/// Goes down as long as one child holds nearly all of the prose. Paragraphs left beside the way are
/// kept.
fn descend(page: &Page, measures: &[Measure], start: u32, chosen: &mut Vec<u32>) -> u32 {
    /// A body beside which only a standfirst or a note stands has so many hundredths of the prose
    /// around it.
    const NEARLY_ALL: u64 = 85;
    /// A box that is named like a text has this much prose, which is two short sentences.
    const NAMED: u32 = 100;
    let mut here = start;
    loop {
        let clean = |index: u32| u64::from(measures[index as usize].clean);
        let best = page
            .children(here)
            .filter(|child| !is_holder(page.nodes[*child as usize].tag))
            .max_by_key(|child| (clean(*child), std::cmp::Reverse(*child)));
        let Some(best) = best.filter(|best| clean(*best) * 100 >= clean(here) * NEARLY_ALL) else {
            return here;
        };
        for child in page.children(here).filter(|child| *child != best) {
            let node = &page.nodes[child as usize];
            let measure = &measures[child as usize];
            let is_named = (node.hints.any(Hints::LEAD) || node.hints.any(Hints::BODY))
                && measure.clean >= NAMED;
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

/// The headline: the first heading that says what the page calls itself, or else the main heading
/// nearest to the body.
fn headline(page: &Page, measures: &[Measure], body: u32, titles: &[String]) -> Option<u32> {
    /// Shorter headings are icons and initials, longer ones whole texts in a heading.
    const LETTERS: std::ops::RangeInclusive<u32> = 3..=400;
    /// A heading of fewer bytes is in many titles by chance.
    const PART_OF_TITLE: usize = 20;
    /// The front page of a newspaper has hundreds of headings; an article has its own among the
    /// first.
    const MOST: usize = 200;
    let titles: Vec<String> = titles.iter().map(|title| fold(title)).collect();
    let end = page.nodes[body as usize].end;
    let mut fallback = None;
    let mut tried = 0;
    for &index in page.headings.iter().take_while(|heading| **heading < end) {
        let level = page.nodes[index as usize].tag.heading_level();
        let measure = &measures[index as usize];
        tried += 1;
        if !LETTERS.contains(&measure.chars) || tried > MOST {
            continue;
        }
        let folded = fold(&page.line(index, 1_000));
        let is_title = !folded.is_empty()
            && titles.iter().any(|title| {
                *title == folded
                    || (folded.len() >= PART_OF_TITLE && title.contains(folded.as_str()))
            });
        if is_title {
            return Some(index);
        }
        if level == Some(1) && (index < body || fallback.is_none()) {
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
    /// A standfirst is longer than a label and shorter than an article.
    const LETTERS: std::ops::Range<u32> = 20..2_000;
    /// A description of fewer bytes is a slogan that may stand anywhere.
    const DESCRIPTION: usize = 30;
    /// So many blocks are compared with the description; between headline and body there are few.
    const MOST: usize = 100;
    let description = description.map(fold).filter(|it| it.len() >= DESCRIPTION);
    let mut compared = 0;
    let mut index = from;
    while index < body {
        let node = &page.nodes[index as usize];
        let measure = &measures[index as usize];
        let fits = LETTERS.contains(&measure.chars)
            && measure.is_mostly_prose()
            && !page.contains(index, body)
            && !node.hints.any(Hints::BOILERPLATE)
            && node.tag != Tag::Text;
        let mut is_lead = fits && node.hints.any(Hints::LEAD);
        if fits
            && !is_lead
            && node.tag.is_block()
            && compared < MOST
            && let Some(description) = &description
        {
            compared += 1;
            let folded = fold(&page.line(index, 600));
            is_lead = folded.len() >= DESCRIPTION
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
