//! DocBook 4 and 5.

use docmill_xml::Tag;

use super::{Place, Role, attribute, link};
use crate::facts::Facts;
use crate::header::Element;

pub fn role(name: &str, tag: &Tag, place: Place<'_>) -> Role {
    match name {
        "info" | "articleinfo" | "bookinfo" | "setinfo" | "partinfo" | "chapterinfo"
        | "appendixinfo" | "prefaceinfo" | "sectioninfo" | "sect1info" | "sect2info"
        | "refentryinfo" | "blockinfo" | "objectinfo" => Role::Header,
        "title" | "subtitle" | "abstract" if place.in_header => {
            // Not the title of a book that is quoted, or of an abstract.
            let is_own = place.parent.ends_with("info") || place.parent == "titlegroup";
            match name {
                _ if !is_own => Role::Block,
                "abstract" => Role::Shown,
                _ => Role::ShownTitle,
            }
        }
        "article" | "book" | "set" | "part" | "chapter" | "appendix" | "preface" | "dedication"
        | "section" | "sect1" | "sect2" | "sect3" | "sect4" | "sect5" | "simplesect"
        | "refsection" | "refsect1" | "refsect2" | "refsect3" | "refentry" | "reference"
        | "glossary" | "bibliography" | "colophon" | "partintro" | "acknowledgements" | "topic" => {
            Role::Section
        }
        "title" => match place.parent {
            "figure" | "table" | "example" | "equation" | "informalfigure" => {
                Role::Aside("caption")
            }
            "formalpara" | "note" | "tip" | "warning" | "caution" | "important" | "sidebar"
            | "abstract" | "blockquote" | "itemizedlist" | "orderedlist" | "variablelist"
            | "procedure" | "step" | "qandaset" | "blockinfo" | "objectinfo" | "epigraph" => {
                Role::Block
            }
            _ => Role::Title,
        },
        "subtitle" | "bridgehead" => Role::Heading((place.depth + 1).clamp(2, 6) as u8),
        "refname" => Role::Title,
        "caption" => Role::Aside("caption"),
        "listitem" if place.parent == "varlistentry" => Role::Item,
        "listitem" | "member" | "step" | "substeps" | "callout" | "term" | "question"
        | "answer" | "glossterm" | "glossdef" | "biblioentry" | "bibliomixed" => match place.parent
        {
            // The word is explained somewhere else.
            "para" | "simpara" | "phrase" if matches!(name, "glossterm" | "term") => Role::Inline,
            _ => Role::Item,
        },
        "blockquote" | "epigraph" => Role::Quotation,
        "programlisting" | "screen" | "literallayout" | "synopsis" | "address" => Role::Lines,
        "code" | "literal" | "command" | "filename" | "function" | "option" | "parameter"
        | "varname" | "constant" | "classname" | "methodname" | "computeroutput" | "userinput"
        | "envar" | "type" | "tag" | "sgmltag" | "markup" | "prompt" | "systemitem" | "package"
        | "property" | "uri" => Role::Code,
        "emphasis" | "citetitle" | "firstterm" | "foreignphrase" | "replaceable" => Role::Emphasis,
        "link" | "ulink" => link(attribute(tag, "href").or_else(|| attribute(tag, "url"))),
        "footnote" => Role::Aside("footnote"),
        "footnoteref" => Role::Reference(tag.attribute("linkend").unwrap_or_default().to_owned()),
        "table" | "informaltable" => Role::Table,
        "row" | "tr" | "seglistitem" => Role::Row,
        "entry" | "td" | "th" | "seg" => Role::Cell,
        "superscript" => Role::Superscript,
        "subscript" => Role::Subscript,
        "math" | "inlineequation" | "informalequation" => Role::Formula,
        "mathphrase" => Role::Source,
        "alt" if place.parent.ends_with("equation") => Role::Source,
        "annotation" if tag.attribute("encoding").is_some() => Role::Skip,
        "indexterm" | "imageobject" | "videoobject" | "audioobject" | "alt" | "colspec"
        | "remark" | "co" | "area" | "areaspec" | "index" | "toc" | "script" => Role::Skip,
        "textobject" if place.parent.ends_with("mediaobject") => Role::Skip,
        "firstname" | "surname" | "othername" | "honorific" | "personname" | "affiliation"
        | "author" | "editor" | "publishername" | "pubdate" | "volumenum" | "artpagenums" => {
            Role::Apart
        }
        "para" | "simpara" | "formalpara" | "note" | "tip" | "warning" | "caution"
        | "important" | "sidebar" | "figure" | "example" | "equation" | "itemizedlist"
        | "orderedlist" | "simplelist" | "variablelist" | "varlistentry" | "glosslist"
        | "glossentry" | "procedure" | "qandaset" | "qandaentry" | "abstract" | "refnamediv"
        | "refpurpose" | "refsynopsisdiv" | "cmdsynopsis" | "funcsynopsis" | "mediaobject"
        | "caption-para" | "attribution" | "calloutlist" | "legalnotice" | "bibliodiv"
        | "segmentedlist" => Role::Block,
        _ => Role::Inline,
    }
}

pub fn read(header: &Element, facts: &mut Facts) {
    // The first header is that of the whole.
    let Some(info) = header.children.first() else { return };
    for name in ["title", "titlegroup/title"] {
        info.first(name).iter().for_each(|it| facts.add_first("title", it));
    }
    for author in info.within("author").into_iter().chain(info.within("corpauthor")) {
        let mut parts = Vec::new();
        for name in ["firstname", "othername", "surname"] {
            parts.extend(author.within(name).first().map(|it| it.words()));
        }
        let name = match (parts.is_empty(), author.within("personname").first()) {
            (false, _) => parts.join(" "),
            (true, Some(name)) => name.words(),
            (true, None) => {
                author.within("orgname").first().map_or_else(|| author.words(), |it| it.words())
            }
        };
        facts.add("creator", &name);
    }
    for name in ["pubdate", "date"] {
        info.first(name).iter().for_each(|it| facts.add_date("date", it));
    }
    for publisher in info.within("publishername") {
        facts.add("publisher", &publisher.words());
    }
    for keyword in info.within("keyword").into_iter().chain(info.within("subjectterm")) {
        facts.add("subject", &keyword.words());
    }
    for name in ["isbn", "issn", "biblioid"] {
        info.first(name).iter().for_each(|it| facts.add("identifier", it));
    }
    info.first("abstract").iter().for_each(|it| facts.add_first("description", it));
}
