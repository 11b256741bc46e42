"""Tells short documents from long ones, and those that are on the topic of a table."""

import re

from docmill_plugin import (
    Description,
    Document,
    Label,
    Misconfigured,
    Setting,
    TableUse,
    attributes,
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
            summary="Tells short documents from long ones, and those on a topic",
            settings=[Setting("long-from", "Documents with at least as many words are long", "100")],
            tables=[TableUse("terms", "Words that speak for the topic, and why")],
        )


@export
class Classification:
    def labels(self) -> list[str]:
        # A value that is no number is refused before the first document, and the operator pointed at the setting.
        long_from()
        return ["short", "long", "on-topic"]

    def classify(self, document: Document) -> list[Label]:
        least = long_from()
        words = len(document.text.split())
        found = []
        if words > 0:
            name = "short" if words < least else "long"
            found.append(Label(name, 1.0, attributes=attributes(word_count=words)))
        terms = open_table("terms")
        occurrences = [] if terms is None else terms.find(document.text)
        if occurrences:
            # The most confident label comes first, and evidence in the order of the text.
            found.append(Label("on-topic", 0.75, [it.span for it in occurrences]))
        return found


def long_from() -> int:
    value = setting("long-from") or ""
    if not re.fullmatch("[0-9]{1,9}", value):
        raise Misconfigured("long-from", "it is not a number")
    return int(value)
