"""Tells short documents from long ones, and those that are on the topic of a table."""

import re
from typing import List

from componentize_py_types import Err
from wit_world.exports.metadata import Description, Setting, TableUse
from wit_world.imports import config, lookup
from wit_world.imports.types import Attribute, Document, Error_Misconfigured, InvalidSetting, Label


class Metadata:
    def describe(self) -> Description:
        return Description(
            name="@NAME@",
            version="0.1.0",
            summary="Tells short documents from long ones, and those on a topic",
            settings=[Setting("long-from", "Documents with at least as many words are long", "100")],
            tables=[TableUse("terms", "Words that speak for the topic, and why", False)],
            reads=[],
            attributes=[],
        )


class Classification:
    def labels(self) -> List[str]:
        # A value that is no number is refused before the first document, and the operator pointed at the setting.
        long_from()
        return ["short", "long", "on-topic"]

    def classify(self, document: Document) -> List[Label]:
        least = long_from()
        words = len(document.text.split())
        labels = []
        if words > 0:
            name = "short" if words < least else "long"
            labels.append(Label(name, 1.0, [], [Attribute("word-count", str(words))]))
        terms = lookup.open("terms")
        occurrences = [] if terms is None else terms.find(document.text)
        if occurrences:
            # The most confident label comes first, and evidence in the order of the text.
            labels.append(Label("on-topic", 0.75, [it.span for it in occurrences], []))
        return labels


def long_from() -> int:
    value = config.get("long-from") or ""
    if not re.fullmatch("[0-9]{1,9}", value):
        raise Err(Error_Misconfigured(InvalidSetting("long-from", "it is no number")))
    return int(value)
