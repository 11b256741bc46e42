//! What kind of page this is: an article, a discussion, a product, a list, documentation.

use crate::dom::Page;
use crate::head::MetaName;
use crate::json_ld::JsonLd;
use crate::measure::Measure;
use crate::names::Hints;
use crate::select::Selection;
use crate::tags::Tag;

/// A kind of page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageType {
    /// News, a blog post, an essay.
    Article,
    /// A discussion, or questions and answers: what readers wrote is the text.
    Forum,
    /// One product with its description.
    Product,
    /// Many products, or pages of a category.
    Collection,
    /// Many articles, courses, places: what leads to other pages.
    Listing,
    /// What somebody offers, other than a product: the pages of companies.
    Service,
    /// A reference, a manual, a tutorial.
    Documentation,
}

impl PageType {
    /// The value of the attribute `page-type`.
    pub fn name(self) -> &'static str {
        match self {
            PageType::Article => "article",
            PageType::Forum => "forum",
            PageType::Product => "product",
            PageType::Collection => "collection",
            PageType::Listing => "listing",
            PageType::Service => "service",
            PageType::Documentation => "documentation",
        }
    }

    /// Whether what readers wrote is the text.
    pub fn is_discussion(self) -> bool {
        self == PageType::Forum
    }
}

/// What in an address says what kind of page it leads to: a label of the host or a folder of the
/// path.
const ADDRESSES: [(&str, PageType); 22] = [
    ("forum", PageType::Forum),
    ("forums", PageType::Forum),
    ("community", PageType::Forum),
    ("thread", PageType::Forum),
    ("threads", PageType::Forum),
    ("topic", PageType::Forum),
    ("questions", PageType::Forum),
    ("viewtopic.php", PageType::Forum),
    ("showthread.php", PageType::Forum),
    ("discussion", PageType::Forum),
    ("product", PageType::Product),
    ("products", PageType::Product),
    ("dp", PageType::Product),
    ("collections", PageType::Collection),
    ("collection", PageType::Collection),
    ("category", PageType::Collection),
    ("categories", PageType::Collection),
    ("shop", PageType::Collection),
    ("docs", PageType::Documentation),
    ("documentation", PageType::Documentation),
    ("developer", PageType::Documentation),
    ("wiki", PageType::Documentation),
];

/// Programs that write documentation name themselves in `generator`.
const GENERATORS: [&str; 7] =
    ["sphinx", "docusaurus", "mkdocs", "gitbook", "vitepress", "mediawiki", "antora"];

/// So do programs for discussions.
const BOARDS: [&str; 8] =
    ["discourse", "vbulletin", "phpbb", "xenforo", "nodebb", "flarum", "mybb", "simple machines"];

/// The type of a page, as far as it says so itself, and how: to machines, by its address, or by
/// what its boxes are called.
pub fn of(page: &Page, json: &JsonLd, address: Option<&str>) -> Option<(PageType, &'static str)> {
    let told = |kind: Option<PageType>, source| kind.map(|kind| (kind, source));
    told(stated(page, json), "stated")
        .or_else(|| told(of_address(address?), "address"))
        .or_else(|| told(of_frames(page), "markup"))
}

/// What kind of page it is by the shape of what was read from it, where it does not say so itself.
/// A page that names its author or its date is signed.
pub fn of_shape(
    page: &Page,
    measures: &[Measure],
    selection: &Selection,
    text: &str,
    is_signed: bool,
) -> PageType {
    /// An article has so many paragraphs of some sentences, wherever its headline stands.
    const PARAGRAPHS: usize = 8;
    /// A paragraph of some sentences.
    const PARAGRAPH: u32 = 140;
    /// A reference quotes code so often.
    const CODE: usize = 20;
    /// A shop names so many prices.
    const PRICES: usize = 5;
    let body = selection.body;
    let measure = &measures[body as usize];
    let inner = body..page.nodes[body as usize].end;
    let count = |is_wanted: &dyn Fn(u32) -> bool| inner.clone().filter(|it| is_wanted(*it)).count();
    let tag = |index: u32| page.nodes[index as usize].tag;
    let paragraphs =
        count(&|it| tag(it) == Tag::Paragraph && measures[it as usize].chars >= PARAGRAPH);
    let is_of_links = u64::from(measure.linked) * 3 > u64::from(measure.chars);
    if count(&|it| matches!(tag(it), Tag::Code | Tag::Preformatted)) >= CODE {
        PageType::Documentation
    } else if paragraphs >= PARAGRAPHS || is_signed && !selection.is_whole {
        PageType::Article
    } else if prices(text) >= PRICES {
        PageType::Collection
    } else if is_of_links {
        PageType::Listing
    } else if selection.is_whole || selection.headline.is_some_and(|it| page.contains(body, it)) {
        PageType::Service
    } else {
        PageType::Article
    }
}

/// How many amounts of money a text names by the sign of their currency.
fn prices(text: &str) -> usize {
    /// More change nothing.
    const MOST: usize = 20;
    let signs = text.match_indices(['$', '€', '£', '¥', '₹', '₩', '₫']);
    let is_digit = |it: Option<char>| it.is_some_and(|it| it.is_ascii_digit());
    let prices = signs.filter(|(at, sign)| {
        is_digit(text[at + sign.len()..].trim_start_matches([' ', '\u{a0}']).chars().next())
            || is_digit(text[..*at].trim_end_matches([' ', '\u{a0}']).chars().next_back())
    });
    prices.take(MOST).count()
}

fn stated(page: &Page, json: &JsonLd) -> Option<PageType> {
    let of_json = json.subjects().flat_map(|object| json.types(object));
    let mut types: Vec<&str> = of_json.collect();
    types.extend(page.head.item_types.iter().map(String::as_str));
    // Questions that the owner of a page answers himself are a part of a page of any kind.
    if types.contains(&"FAQPage") {
        types.retain(|kind| *kind != "Question");
    }
    let is = |wanted: fn(&str) -> bool| types.iter().any(|it| wanted(it));
    if is(|kind| matches!(kind, "DiscussionForumPosting" | "QAPage" | "Question")) {
        return Some(PageType::Forum);
    }
    // An article about products describes each of them.
    let is_article =
        |kind: &str| kind.ends_with("Article") || kind == "BlogPosting" || kind == "Report";
    if is(|kind| matches!(kind, "Product" | "ProductGroup"))
        && !types.iter().any(|it| is_article(it))
    {
        return Some(PageType::Product);
    }
    if is(|kind| matches!(kind, "TechArticle" | "APIReference")) {
        return Some(PageType::Documentation);
    }
    if is(is_article) {
        return Some(PageType::Article);
    }
    if is(|kind| matches!(kind, "CollectionPage" | "OfferCatalog")) {
        return Some(PageType::Collection);
    }
    let generator = page.head.meta(MetaName::Generator).unwrap_or_default().to_lowercase();
    if BOARDS.iter().any(|it| generator.starts_with(it)) {
        return Some(PageType::Forum);
    }
    if GENERATORS.iter().any(|it| generator.starts_with(it)) {
        return Some(PageType::Documentation);
    }
    match page.head.meta(MetaName::OgType)?.to_lowercase().as_str() {
        "article" => page.head.meta(MetaName::Published).map(|_| PageType::Article),
        "product" | "og:product" | "product.item" => Some(PageType::Product),
        "product.group" => Some(PageType::Collection),
        _ => None,
    }
}

fn of_address(address: &str) -> Option<PageType> {
    let rest = address.split_once("://")?.1;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let words = path.split('/').chain(host.split('.').take(1));
    // A later folder is nearer to the page: `/collections/shoes/products/runner`.
    words
        .filter_map(|word| ADDRESSES.iter().find(|(known, _)| *known == word))
        .last()
        .map(|it| it.1)
}

/// A page with an `article` that declares its body is one.
fn of_frames(page: &Page) -> Option<PageType> {
    let is_article = |index: &u32| {
        let node = &page.nodes[*index as usize];
        node.tag == Tag::Article && node.hints.any(Hints::BODY)
            || node.hints.any(Hints::ARTICLE_BODY)
    };
    let articles = page.frames.iter().filter(|index| is_article(index)).count();
    (articles == 1).then_some(PageType::Article)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_tell_what_they_lead_to() {
        let check = |address, expected| assert_eq!(of_address(address), expected, "{address}");
        check("https://forum.example.org/x", Some(PageType::Forum));
        check("https://a.example/collections/all/products/shoe?x=1", Some(PageType::Product));
        check("https://a.example/docs/intro", Some(PageType::Documentation));
        check("https://a.example/2024/05/article", None);
    }
}
