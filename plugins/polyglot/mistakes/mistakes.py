"""Makes the mistake that a text names, one of those that authors make; in any other text it finds names, and counts characters."""

import random
import re
import sys
import time

from docmill_plugin import Annotation, Description, Document, Misconfigured, Setting, Span, export, setting

BUILT = time.time()


@export
class Metadata:
    def describe(self) -> Description:
        return Description(
            "mistakes-python", "0.1.0", "Makes mistakes, in Python", settings=[Setting("unit", "what lengths are given in")]
        )


@export
class Analysis:
    def kinds(self) -> list[str]:
        if setting("unit") != "km":
            raise Misconfigured("unit", "there is only `km`")
        return ["name"]

    def analyze(self, document: Document) -> list[Annotation]:
        mistake = getattr(self, document.text.strip(), None)
        if mistake is not None:
            return mistake()
        matches = re.finditer(r"[A-Z][a-z]+", document.text)
        return [Annotation("name", Span(match.start(), match.end()), match[0]) for match in matches]

    def exception(self) -> list[Annotation]:
        return {}["missing"]

    def undeclared(self) -> list[Annotation]:
        return [Annotation("nom")]

    def value(self) -> list[Annotation]:
        return [Annotation("name", value=7)]

    def nothing(self) -> list[Annotation]:
        return None

    def printed(self) -> list[Annotation]:
        print("seen on standard output")
        print("seen on standard error", file=sys.stderr)
        raise ValueError("after printing")

    def file(self) -> list[Annotation]:
        return [Annotation("name", value=open("words.txt").read())]

    def clock(self) -> list[Annotation]:
        return [Annotation("name", value=str(time.time()))]

    def randomness(self) -> list[Annotation]:
        return [Annotation("name", value=str(random.random()))]

    def network(self) -> list[Annotation]:
        import urllib.request

        return [Annotation("name", value=str(urllib.request.urlopen("http://127.0.0.1").status))]

    def memory(self) -> list[Annotation]:
        return [Annotation("name", value="x" * (1 << 30))]

    def endless(self) -> list[Annotation]:
        while True:
            pass
