"""Counts words and sentences, names the longest word and finds hashtags."""

from docmill_plugin import Annotation, Description, Document, Span, export


@export
class Metadata:
    def describe(self) -> Description:
        return Description("analyze-words-python", "0.1.0", "Counts words and finds hashtags, in Python")


@export
class Analysis:
    def kinds(self) -> list[str]:
        return ["word-count", "sentence-count", "longest-word", "hashtag"]

    def analyze(self, document: Document) -> list[Annotation]:
        words = sentences = words_in_sentence = 0
        longest = ""
        hashtags = []

        text = document.text
        # Python counts characters and the contract counts UTF-8 bytes: `offset` is where `index` is, in bytes.
        index = offset = 0
        while index < len(text):
            if is_word(text[index]):
                end = index + 1
                while end < len(text) and is_word(text[end]):
                    end += 1
                word = text[index:end]
                size = len(word.encode())
                words += 1
                words_in_sentence += 1
                if len(word) > len(longest):
                    longest = word
                if text[index - 1 : index] == "#" and not (index > 1 and is_word(text[index - 2])):
                    hashtags.append(Annotation("hashtag", Span(offset - 1, offset + size), word))
                index, offset = end, offset + size
                continue
            ends = text[index] in ".!?…" and not (index + 1 < len(text) and is_word(text[index + 1]))
            if ends and words_in_sentence > 0:
                sentences += 1
                words_in_sentence = 0
            offset += len(text[index].encode())
            index += 1
        if words_in_sentence > 0:
            sentences += 1

        found = [Annotation("word-count", value=str(words)), Annotation("sentence-count", value=str(sentences))]
        if words > 0:
            found.append(Annotation("longest-word", value=longest))
        return found + hashtags


def is_word(character: str) -> bool:
    """A rule that every language can follow without a table of Unicode."""
    if character < "\x80":
        return character.isalnum()
    return character >= "\u00c0" and not (
        character in "×÷" or "\u2000" <= character <= "\u206f" or "\u3000" <= character <= "\u303f"
    )
