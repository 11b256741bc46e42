"""Reads `key: value` headers, a blank line and a body."""

import re

from docmill_plugin import Attribute, Description, Document, Extracted, Malformed, Source, export

# How much is asked of the host at a time; it may give less.
SLICE = 4096

HEADER = re.compile(rb"([A-Za-z0-9-]+):[ \t]*(.*?)[ \t]*", re.DOTALL)


@export
class Metadata:
    def describe(self) -> Description:
        return Description("extract-keyvalue-python", "0.1.0", "Reads headers and a body, in Python")


@export
class Extraction:
    def accepts(self) -> list[str]:
        return ["text/x-keyvalue"]

    def extract(self, source: Source) -> list[Extracted]:
        # No `with source:`: the runtime gives the borrowed handle back after the call, and doing so twice traps.
        content = read_all(source)
        try:
            content.decode()
        except UnicodeDecodeError as cause:
            raise Malformed("the text is not UTF-8", cause.start) from None
        if not content:
            return []

        document = Document("")
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
                raise Malformed("a header needs a key, a colon and a value", position)
            key, value = header[1].decode().lower(), header[2].decode()
            if key == "language":
                document.language = value
            else:
                document.attributes.append(Attribute(key, value))
            position = following
        if document.language is None:
            # Of the language the host would not fill the gap.
            document.language = next((it.value for it in source.attributes() if it.name == "language"), None)
        return [Extracted(document)]


def read_all(source: Source) -> bytes:
    parts = []
    offset = 0
    while part := source.read(offset, SLICE):
        parts.append(part)
        offset += len(part)
    return b"".join(parts)
