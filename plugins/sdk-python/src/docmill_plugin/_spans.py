"""Offsets: the contract counts UTF-8 bytes, and Python counts characters."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from ._types import Span

# So many characters lie between two places whose offset is remembered.
_STEP = 256


class Offsets:
    """Counts one text in both ways. Made in one pass over the text; each question after that costs the same wherever it is asked."""

    def __init__(self, text: str) -> None:
        self._text = text
        # Where every 256th character begins, in bytes; for a text of ASCII alone the two are the same.
        self._places: list[int] | None = None
        if not text.isascii():
            places, offset = [], 0
            for start in range(0, len(text), _STEP):
                places.append(offset)
                offset += len(text[start : start + _STEP].encode())
            self._places = places
            self._size = offset
        else:
            self._size = len(text)

    def byte(self, character: int) -> int:
        """The byte at which a character begins; one past the end is allowed."""
        if not 0 <= character <= len(self._text):
            raise ValueError(f"character {character} of a text of {len(self._text)}")
        if self._places is None:
            return character
        if character == len(self._text):
            return self._size
        place = character // _STEP
        return self._places[place] + len(self._text[place * _STEP : character].encode())

    def character(self, byte: int) -> int:
        """The character that begins at a byte; one past the end is allowed."""
        if not 0 <= byte <= self._size:
            raise ValueError(f"byte {byte} of a text of {self._size}")
        if self._places is None:
            return byte
        if byte == self._size:
            return len(self._text)
        place = bisect_right(self._places, byte) - 1
        first = place * _STEP
        piece = self._text[first : first + _STEP].encode()[: byte - self._places[place]]
        try:
            return first + len(piece.decode())
        except UnicodeDecodeError:
            raise ValueError(f"byte {byte} lies within a character") from None

    def span(self, start: int, end: int) -> Span:
        """The span of the characters from `start` to before `end`, as in `text[start:end]`."""
        return Span(self.byte(start), self.byte(end))

    def text(self, span: Span) -> str:
        """The text that a span covers."""
        return self._text[self.character(span.start) : self.character(span.end)]

    def matches(self, pattern: "str | re.Pattern[str]") -> Iterator[tuple[Span, "re.Match[str]"]]:
        """Every match of a regular expression, with its span."""
        for match in re.finditer(pattern, self._text):
            yield self.span(match.start(), match.end()), match
