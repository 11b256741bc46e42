"""Finds years, and terms of a table."""

import re
from typing import List

from componentize_py_types import Err
from wit_world.exports.metadata import Description, Setting, TableUse
from wit_world.imports import config, lookup
from wit_world.imports.types import Annotation, Document, Error_Misconfigured, InvalidSetting, Span

# Patterns over bytes find what the contract counts: offsets in UTF-8.
NUMBER = re.compile(rb"[0-9]+")


class Metadata:
    def describe(self) -> Description:
        return Description(
            name="@NAME@",
            version="0.1.0",
            summary="Finds years, and terms of a table",
            settings=[Setting("first", "Years before this one are numbers like others", "1900")],
            tables=[TableUse("terms", "Words to find, and what each stands for", False)],
            reads=[],
            attributes=[],
        )


class Analysis:
    def kinds(self) -> List[str]:
        # A value that is no number is refused before the first document, and the operator pointed at the setting.
        first_year()
        return ["term", "year"]

    def analyze(self, document: Document) -> List[Annotation]:
        first = first_year()
        found = [
            annotation("year", Span(*number.span()), number[0].decode())
            for number in NUMBER.finditer(document.text.encode())
            if len(number[0]) == 4 and int(number[0]) >= first
        ]
        terms = lookup.open("terms")
        if terms is not None:
            found += [annotation("term", it.span, it.value) for it in terms.find(document.text)]
        # The contract wants them in the order of the text.
        return sorted(found, key=lambda it: (it.span.start, it.span.end))


def first_year() -> int:
    value = config.get("first") or ""
    if not re.fullmatch("[0-9]{1,9}", value):
        raise Err(Error_Misconfigured(InvalidSetting("first", "it is no number")))
    return int(value)


def annotation(kind: str, span: Span, value: str) -> Annotation:
    return Annotation(kind=kind, span=span, value=value, confidence=None, attributes=[])
