//! The same mistake in other languages and other markup: each line is a page, what its text has and
//! has not, and an attribute.

use super::*;

/// What stands in the page (`¶` for [`PROSE`]), in the text, and not in the text; the name and
/// value of an attribute.
type Variant = (&'static str, &'static str, &'static str, &'static str, &'static str);

const VARIANTS: &[Variant] = &[
    // Exponents, numbers of notes, readings, struck text.
    (
        "<article><h1>Bilan</h1>¶<p>La ville compte 12 000<sup class=reference>[2]</sup> habitants.</p></article>",
        "12 000 habitants",
        "[2]",
        "",
        "",
    ),
    (
        "<article><h1>Bilan</h1>¶<p>La surface est de 300 km<sup>2</sup> environ.</p></article>",
        "300 km² environ",
        "km2",
        "",
        "",
    ),
    (
        "<article><h1>Zahl</h1>¶<p>Es sind 10<sup>9</sup> Zellen je Liter.</p></article>",
        "10⁹ Zellen",
        "109 Zellen",
        "",
        "",
    ),
    (
        "<article><h1>Zahl</h1>¶<p>Das CO<sub>2</sub> steigt.</p></article>",
        "Das CO2 steigt",
        "CO 2",
        "",
        "",
    ),
    (
        "<article><h1>港</h1>¶<p>その<ruby>港<rp>(</rp><rt>みなと</rt><rp>)</rp></ruby>は開いた。</p></article>",
        "その港は開いた",
        "みなと",
        "",
        "",
    ),
    (
        "<article><h1>Preis</h1>¶<p>Er kostet <s>90</s> 70 Euro.</p></article>",
        "kostet 70 Euro",
        "90",
        "",
        "",
    ),
    (
        "<article><h1>Precio</h1>¶<p>Cuesta <del>90</del> 70 euros.</p></article>",
        "Cuesta 70 euros",
        "90",
        "",
        "",
    ),
    (
        "<article><h1>Storia</h1>¶<h2>Origini<span class=mw-editsection>[modifica]</span></h2><p>Il porto nacque qui.</p></article>",
        "Origini",
        "[modifica]",
        "",
        "",
    ),
    // What swallows a page.
    ("<svg><title/><path/></svg><article><h1>Kran</h1>¶</article>", "twice a day", "", "", ""),
    ("<svg><style/></svg><article><h1>Kran</h1>¶</article>", "twice a day", "", "", ""),
    ("<math><mi>x</mi></math><article><h1>Kran</h1>¶</article>", "twice a day", "", "", ""),
    (
        "<harbour-page><template shadowrootmode=open><article><h1>Kran</h1>¶</article></template></harbour-page>",
        "twice a day",
        "",
        "",
        "",
    ),
    // Headings of boxes with other articles.
    (
        "<main><article><h1>Hafen</h1>¶<h3>Mehr zum Thema</h3><ul><li><a href=/1>Der alte Kran</a></li><li><a href=/2>Der neue Kran</a></li></ul></article></main>",
        "twice a day",
        "Der alte Kran",
        "",
        "",
    ),
    (
        "<main><article><h1>Puerto</h1>¶<h3>Te puede interesar</h3><ul><li><a href=/1>La grúa vieja</a></li><li><a href=/2>La grúa nueva</a></li></ul></article></main>",
        "twice a day",
        "La grúa vieja",
        "",
        "",
    ),
    (
        "<main><article><h1>Cảng</h1>¶<h3>Tin liên quan</h3><ul><li><a href=/1>Cần cẩu cũ</a></li><li><a href=/2>Cần cẩu mới</a></li></ul></article></main>",
        "twice a day",
        "Cần cẩu cũ",
        "",
        "",
    ),
    (
        "<main><article><h1>Port</h1>¶<h3>À lire aussi</h3><ul><li><a href=/1>La vieille grue</a></li><li><a href=/2>La grue neuve</a></li></ul></article></main>",
        "twice a day",
        "La vieille grue",
        "",
        "",
    ),
    // Dates in other languages, and by other markup.
    (
        "<article><h1>Hafen</h1><p class=date>3. März 2024</p>¶</article>",
        "twice a day",
        "",
        "date",
        "2024-03-03",
    ),
    (
        "<article><h1>Port</h1><span class=date>1er février 2023</span>¶</article>",
        "twice a day",
        "",
        "date",
        "2023-02-01",
    ),
    (
        "<article><h1>Puerto</h1><div class=date>14 de julio de 2022</div>¶</article>",
        "twice a day",
        "",
        "date",
        "2022-07-14",
    ),
    (
        "<article><h1>Porto</h1><div class=date>9 dicembre 2021</div>¶</article>",
        "twice a day",
        "",
        "date",
        "2021-12-09",
    ),
    (
        "<article><h1>Haven</h1><div class=date>5 mei 2020</div>¶</article>",
        "twice a day",
        "",
        "date",
        "2020-05-05",
    ),
    (
        "<article><h1>Port</h1><div class=date>7 października 2019</div>¶</article>",
        "twice a day",
        "",
        "date",
        "2019-10-07",
    ),
    (
        "<article><h1>Порт</h1><div class=date>12 августа 2018</div>¶</article>",
        "twice a day",
        "",
        "date",
        "2018-08-12",
    ),
    (
        "<article><h1>港口</h1><div class=date>2017年6月8日</div>¶</article>",
        "twice a day",
        "",
        "date",
        "2017-06-08",
    ),
    (
        "<article><h1>항구</h1><div class=date>2016년 4월 2일</div>¶</article>",
        "twice a day",
        "",
        "date",
        "2016-04-02",
    ),
    (
        "<article><h1>Pelabuhan</h1><div class=date>21 Agustus 2015</div>¶</article>",
        "twice a day",
        "",
        "date",
        "2015-08-21",
    ),
    (
        "<article><h1>Port</h1><time datetime=2014-11-30>last autumn</time>¶</article>",
        "twice a day",
        "",
        "date",
        "2014-11-30",
    ),
    (
        "<meta property=article:published_time content=2013-01-09><article><h1>Port</h1>¶</article>",
        "twice a day",
        "",
        "date",
        "2013-01-09",
    ),
    // Authors.
    (
        "<meta name=author content='By Ada Marsh, harbour correspondent'><article><h1>Port</h1>¶</article>",
        "twice a day",
        "",
        "creator",
        "Ada Marsh",
    ),
    (
        "<meta name=author content='https://example.org/u/ada'><article><h1>Port</h1><span class=author>Ada Marsh</span>¶</article>",
        "twice a day",
        "",
        "creator",
        "Ada Marsh",
    ),
    (
        "<script type=application/ld+json>{\"@graph\":[{\"@type\":\"NewsArticle\",\"author\":{\"@id\":\"#a\"}},{\"@type\":\"Person\",\"@id\":\"#a\",\"name\":\"Ada Marsh\"}]}</script><article><h1>Port</h1>¶</article>",
        "twice a day",
        "",
        "creator",
        "Ada Marsh",
    ),
    (
        "<article><h1>Hafen</h1><p class=byline>Von Ada Marsh</p>¶</article>",
        "twice a day",
        "",
        "creator",
        "Ada Marsh",
    ),
    // Titles without the name of the site.
    (
        "<meta property=og:site_name content='Veldmar Courier'><title>Cranes return · Veldmar Courier</title><article>¶</article>",
        "twice a day",
        "",
        "title",
        "Cranes return",
    ),
    (
        "<meta property=og:site_name content='Veldmar Courier'><title>Cranes return » Veldmar Courier</title><article>¶</article>",
        "twice a day",
        "",
        "title",
        "Cranes return",
    ),
    (
        "<meta property=og:site_name content='Veldmar Courier'><title>Veldmar Courier: Cranes return</title><article>¶</article>",
        "twice a day",
        "",
        "title",
        "Cranes return",
    ),
    // Consent and comments beside a declared article.
    (
        "<article><h1>Port</h1>¶</article><div id=cookie-consent><p>We and our 800 partners store and read information on your device, which you can refuse.</p></div>",
        "twice a day",
        "800 partners",
        "",
        "",
    ),
    (
        "<article><h1>Port</h1>¶</article><section id=comments><p>What nonsense, the ferry was never on time in all these years that I took it.</p></section>",
        "twice a day",
        "What nonsense",
        "",
        "",
    ),
];

#[test]
fn the_same_kinds_in_other_languages_and_markup() {
    let mut mistakes = Vec::new();
    for (body, wanted, unwanted, name, value) in VARIANTS {
        let body = body.replace('¶', PROSE);
        let found = read(&if body.contains("<title>") { body.clone() } else { page(&body) });
        let text = &found.document.text;
        if !text.contains(wanted) {
            mistakes.push(format!("{body}\n  lacks {wanted:?}: {text}"));
        }
        if !unwanted.is_empty() && text.contains(unwanted) {
            mistakes.push(format!("{body}\n  has {unwanted:?}: {text}"));
        }
        let told = found.document.attribute(name);
        if !name.is_empty()
            && !told.is_some_and(|it| it == *value || *name == "date" && it.starts_with(value))
        {
            mistakes.push(format!("{body}\n  {name} is {told:?}, not {value:?}"));
        }
    }
    assert!(
        VARIANTS.len() >= 30 && mistakes.is_empty(),
        "{} mistakes:\n{}",
        mistakes.len(),
        mistakes.join("\n")
    );
}
