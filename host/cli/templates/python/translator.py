"""Puts the words of a glossary in the place of others."""

import re

from docmill_plugin import (
    Description,
    LanguagePair,
    Misconfigured,
    Rendering,
    Setting,
    Table,
    TableUse,
    export,
    open_table,
    setting,
)


@export
class Metadata:
    def describe(self) -> Description:
        return Description(
            name="@NAME@",
            version="0.1.0",
            summary="Puts the words of a glossary in the place of others",
            settings=[Setting("target", "The language of the glossary's words, such as `en`", "en")],
            tables=[TableUse("glossary", "Words in French, and what stands for them")],
        )


@export
class Translation:
    def pairs(self) -> list[LanguagePair]:
        target = setting("target") or ""
        if not re.fullmatch("[a-z]{2,3}", target):
            raise Misconfigured("target", "a language is two or three small letters, such as `en`")
        return [LanguagePair("fr", target)]

    def translate(self, segments: list[str], pair: LanguagePair) -> Rendering:
        glossary = open_table("glossary")
        # Exactly one segment for each, and an empty one stays empty.
        return Rendering([rendered(glossary, segment) for segment in segments])


def rendered(glossary: Table | None, segment: str) -> str:
    """Of words that overlap, the first and longest counts."""
    if glossary is None:
        return segment
    # Spans count bytes, so the segment is taken apart as bytes.
    content, parts, done = segment.encode(), [], 0
    for occurrence in glossary.find(segment):
        if occurrence.span.start >= done:
            parts += [content[done : occurrence.span.start], occurrence.value.encode()]
            done = occurrence.span.end
    return b"".join([*parts, content[done:]]).decode()
