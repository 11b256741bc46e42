"""Finds years, and terms of a table."""

import re

from docmill_plugin import (
    Annotation,
    Description,
    Document,
    Misconfigured,
    Offsets,
    Setting,
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
            summary="Finds years, and terms of a table",
            settings=[Setting("first", "Years before this one are numbers like others", "1900")],
            tables=[TableUse("terms", "Words to find, and what each stands for")],
        )


@export
class Analysis:
    def kinds(self) -> list[str]:
        # A value that is no number is refused before the first document, and the operator pointed at the setting.
        first_year()
        return ["term", "year"]

    def analyze(self, document: Document) -> list[Annotation]:
        first = first_year()
        # Python counts characters, and the contract counts bytes.
        found = [
            Annotation("year", span, number[0])
            for span, number in Offsets(document.text).matches("[0-9]+")
            if len(number[0]) == 4 and int(number[0]) >= first
        ]
        terms = open_table("terms")
        if terms is not None:
            found += [Annotation("term", it.span, it.value) for it in terms.find(document.text)]
        # The contract wants them in the order of the text.
        return sorted(found, key=place)


def first_year() -> int:
    value = setting("first") or ""
    if not re.fullmatch("[0-9]{1,9}", value):
        raise Misconfigured("first", "it is not a number")
    return int(value)


def place(annotation: Annotation) -> tuple[int, int]:
    """Without a span it concerns the document as a whole, and comes first."""
    span = annotation.span
    return (-1, -1) if span is None else (span.start, span.end)
