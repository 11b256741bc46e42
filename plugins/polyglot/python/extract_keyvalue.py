"""Reads `key: value` headers, a blank line and a body."""

import re
from typing import List

from componentize_py_types import Err
from wit_world.exports.extraction import Extracted
from wit_world.exports.metadata import Description
from wit_world.imports.sources import Source
from wit_world.imports.types import Attribute, Defect, Document, Error_Malformed

# How much is asked of the host at a time; it may give less.
SLICE = 4096

HEADER = re.compile(rb"([A-Za-z0-9-]+):[ \t]*(.*?)[ \t]*", re.DOTALL)


class Metadata:
    def describe(self) -> Description:
        return Description(
            name="extract-keyvalue-python",
            version="0.1.0",
            summary="Reads headers and a body, in Python",
            settings=[],
            tables=[],
            reads=[],
            attributes=[],
        )


class Extraction:
    def accepts(self) -> List[str]:
        return ["text/x-keyvalue"]

    def extract(self, source: Source) -> List[Extracted]:
        # No `with source:`: the runtime gives the borrowed handle back after the call, and doing so twice traps.
        content = read_all(source)
        try:
            content.decode()
        except UnicodeDecodeError as cause:
            raise malformed("the text is not UTF-8", cause.start)
        if not content:
            return []

        document = Document(text="", language=None, attributes=[], marks=[])
        # Headers are taken apart as bytes, so that positions are what the contract counts.
        position = 0
        while position < len(content):
            end = content.find(b"\n", position)
            end = len(content) if end < 0 else end
            following = min(end + 1, len(content))
            line = content[position:end].removesuffix(b"\r")
            if not line:
                document.text = content[following:].decode()
                break
            header = HEADER.fullmatch(line)
            if header is None or not header[2]:
                raise malformed("a header needs a key, a colon and a value", position)
            key, value = header[1].decode().lower(), header[2].decode()
            if key == "language":
                document.language = value
            else:
                document.attributes.append(Attribute(name=key, value=value))
            position = following
        if document.language is None:
            # Of the language the host would not fill the gap.
            document.language = next((it.value for it in source.attributes() if it.name == "language"), None)
        return [Extracted(document=document, asides=[])]


def read_all(source: Source) -> bytes:
    parts = []
    offset = 0
    while part := source.read(offset, SLICE):
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


def malformed(reason: str, offset: int) -> Err:
    return Err(Error_Malformed(Defect(reason=reason, offset=offset)))
