"""Puts the words of a glossary in the place of others."""

import re
from typing import List

from componentize_py_types import Err
from wit_world.exports.metadata import Description, Setting, TableUse
from wit_world.exports.translation import LanguagePair, Rendering
from wit_world.imports import config, lookup
from wit_world.imports.types import Error_Misconfigured, InvalidSetting


class Metadata:
    def describe(self) -> Description:
        return Description(
            name="@NAME@",
            version="0.1.0",
            summary="Puts the words of a glossary in the place of others",
            settings=[Setting("target", "The language of the glossary's words, such as `en`", "en")],
            tables=[TableUse("glossary", "Words in French, and what stands for them", False)],
            reads=[],
            attributes=[],
        )


class Translation:
    def pairs(self) -> List[LanguagePair]:
        target = config.get("target") or ""
        if not re.fullmatch("[a-z]{2,3}", target):
            reason = "a language is two or three small letters, such as `en`"
            raise Err(Error_Misconfigured(InvalidSetting("target", reason)))
        return [LanguagePair("fr", target)]

    def translate(self, segments: List[str], pair: LanguagePair) -> Rendering:
        glossary = lookup.open("glossary")
        # Exactly one segment for each, and an empty one stays empty.
        return Rendering([rendered(glossary, segment) for segment in segments], [])


def rendered(glossary: lookup.Table | None, segment: str) -> str:
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
