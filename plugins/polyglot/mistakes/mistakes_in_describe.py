"""Makes a mistake where nothing can be logged."""

from docmill_plugin import Description, export


@export
class Metadata:
    def describe(self) -> Description:
        return Description("mistakes-python", 1, "Makes mistakes, in Python")


@export
class Analysis:
    def kinds(self) -> list[str]:
        return []

    def analyze(self, document: object) -> list[object]:
        return []
