"""Reads notes: lines of text, of which some are headings."""

from typing import List

from componentize_py_types import Err
from wit_world.exports.extraction import Extracted
from wit_world.exports.metadata import Description, Setting, TableUse
from wit_world.imports import config, lookup
from wit_world.imports.sources import Source
from wit_world.imports.types import Attribute, Defect, Document, Error_Malformed, Mark, Span

# How much is asked of the host at a time; it may give less.
SLICE = 1 << 20


class Metadata:
    def describe(self) -> Description:
        return Description(
            name="@NAME@",
            version="0.1.0",
            summary="Reads notes: lines of text, of which some are headings",
            settings=[Setting("mark", "What a heading begins with", "#")],
            tables=[TableUse("titles", "Titles as they are written, and as they should be", False)],
            reads=[],
            attributes=[],
        )


class Extraction:
    def accepts(self) -> List[str]:
        return ["text/x-note"]

    def extract(self, source: Source) -> List[Extracted]:
        # No `with source:`: the runtime gives the borrowed handle back after the call, and doing so twice traps.
        content = read_all(source)
        try:
            text = content.decode()
        except UnicodeDecodeError as cause:
            raise Err(Error_Malformed(Defect("the text is not UTF-8", cause.start)))
        mark, titles = config.get("mark") or "", lookup.open("titles")
        document = Document(text="", language=None, attributes=[], marks=[])
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
        return [Extracted(document, [])] if content else []


def read_all(source: Source) -> bytes:
    parts, offset = [], 0
    while offset < source.size():
        part = source.read(offset, SLICE)
        if not part:
            break
        parts.append(part)
        offset += len(part)
    return b"".join(parts)
