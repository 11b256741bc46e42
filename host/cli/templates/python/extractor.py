"""Reads notes: lines of text, of which some are headings."""

from docmill_plugin import (
    Attribute,
    Description,
    Document,
    Extracted,
    Malformed,
    Mark,
    Setting,
    Source,
    Span,
    TableUse,
    export,
    open_table,
    read_all,
    setting,
)


@export
class Metadata:
    def describe(self) -> Description:
        return Description(
            name="@NAME@",
            version="0.1.0",
            summary="Reads notes: lines of text, of which some are headings",
            settings=[Setting("mark", "What a heading begins with", "#")],
            tables=[TableUse("titles", "Titles as they are written, and as they should be")],
        )


@export
class Extraction:
    def accepts(self) -> list[str]:
        return ["text/x-note"]

    def extract(self, source: Source) -> list[Extracted]:
        content = read_all(source)
        try:
            text = content.decode()
        except UnicodeDecodeError as cause:
            raise Malformed("the text is not UTF-8", cause.start)
        mark, titles = setting("mark") or "", open_table("titles")
        document = Document("")
        # Where the next line begins, in bytes.
        lines, start = [], 0
        for line in text.removesuffix("\n").split("\n") if text else []:
            line = line.removesuffix("\r")
            if mark and line.startswith(mark):
                line = line[len(mark) :].strip()
                if line:
                    span = Span(start, start + len(line.encode()))
                    document.marks.append(Mark("heading", span, [Attribute("level", "1")]))
                    if not document.attributes:
                        title = titles.get(line) if titles else None
                        document.attributes.append(Attribute("title", title or line))
            lines.append(line + "\n")
            start += len(line.encode()) + 1
        document.text = "".join(lines)
        return [Extracted(document)] if content else []
