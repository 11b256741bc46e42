"""Finds what a text speaks of most: runs of words between stop words, scored by how often and in which company their stems stand.

The measure is RAKE (Rose and others, 2010); stems are Snowball's, of the library `snowballstemmer`, and stop words of `stop-words`. Both are
pure Python, and read while the component is built: there are no files afterwards.
"""

import re

import snowballstemmer
from stop_words import get_stop_words

from docmill_plugin import (
    Annotation,
    Description,
    Document,
    Misconfigured,
    Offsets,
    Setting,
    attributes,
    export,
    setting,
)

LANGUAGES = {
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
}
STEMMERS = {language: snowballstemmer.stemmer(name) for language, name in LANGUAGES.items()}
STOP_WORDS = {language: frozenset(get_stop_words(language)) for language in LANGUAGES}

# A word, or what ends a phrase: an apostrophe ends an elided article, as in `l’eau`.
TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*['’]?|\d+|[^\w\s]|\n")
LONGEST_PHRASE = 4
# Beyond this a text says no more about what it is about, and it would take long.
MOST_TOKENS = 50_000


@export
class Metadata:
    def describe(self) -> Description:
        return Description(
            "analyze-keyphrases",
            "0.1.0",
            "Finds key phrases in seven languages",
            settings=[Setting("most", "So many phrases of a document are told", "10")],
        )


@export
class Analysis:
    def kinds(self) -> list[str]:
        most()
        return ["key-phrase"]

    def analyze(self, document: Document) -> list[Annotation]:
        language = (document.language or "").split("-")[0]
        if language not in LANGUAGES:
            return []
        phrases = phrases_of(document.text, language)
        stems = {key: [stem for stem in key.split(" ")] for key in phrases}
        frequency: dict[str, int] = {}
        degree: dict[str, int] = {}
        for key, places in phrases.items():
            for stem in stems[key]:
                frequency[stem] = frequency.get(stem, 0) + len(places)
                degree[stem] = degree.get(stem, 0) + len(places) * len(stems[key])
        scores = {key: sum(degree[it] / frequency[it] for it in stems[key]) * len(places) for key, places in phrases.items()}
        # The better score, and then what comes first in the text.
        best = sorted(scores, key=lambda key: (-scores[key], phrases[key][0]))[: most()]
        offsets = Offsets(document.text)
        found = []
        for key in best:
            start, end = phrases[key][0]
            told = attributes(occurrences=len(phrases[key]), score=f"{scores[key]:.2f}")
            value = " ".join(document.text[start:end].split())
            found.append(Annotation("key-phrase", offsets.span(start, end), value, attributes=told))
        return sorted(found, key=lambda it: (it.span.start, it.span.end) if it.span else (-1, -1))


def phrases_of(text: str, language: str) -> dict[str, list[tuple[int, int]]]:
    """Where each phrase stands, in characters, by its stems."""
    stemmer, stop_words = STEMMERS[language], STOP_WORDS[language]
    found: dict[str, list[tuple[int, int]]] = {}
    words: list[re.Match[str]] = []

    def end_phrase() -> None:
        if 0 < len(words) <= LONGEST_PHRASE:
            stems = stemmer.stemWords([word[0].lower() for word in words])
            found.setdefault(" ".join(stems), []).append((words[0].start(), words[-1].end()))
        words.clear()

    for number, token in enumerate(TOKEN.finditer(text)):
        if number == MOST_TOKENS:
            break
        word = token[0].lower()
        if word[0].isalpha() and word[-1] not in "'’" and len(word) > 2 and word not in stop_words:
            words.append(token)
        else:
            end_phrase()
    end_phrase()
    return found


def most() -> int:
    value = setting("most") or ""
    if not re.fullmatch("[0-9]{1,4}", value):
        raise Misconfigured("most", "it is not a number below 10000")
    return int(value)
