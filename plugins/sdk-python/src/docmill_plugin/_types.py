"""The records of the contract, with defaults for whatever is often left empty.

The runtime goes by the names of fields, so these may stand for the classes that `componentize-py` generates.
"""

from dataclasses import dataclass, field


class Record:
    """Looks at values where they are put in: the runtime would stop the plugin without a word of where."""

    def __post_init__(self) -> None:
        for name, types in _FIELDS[type(self)]:
            value = getattr(self, name)
            if not isinstance(value, types):
                wanted = " or ".join("None" if it is type(None) else it.__name__ for it in types)
                shown = repr(value)
                shown = shown if len(shown) <= 60 else shown[:59] + "…"
                raise TypeError(f"`{name}` of {type(self).__name__} has to be {wanted}, and is {shown} ({type(value).__name__})")


@dataclass
class Span(Record):
    """A half-open range of UTF-8 bytes of the text; `Offsets` makes one out of characters."""

    start: int
    end: int


@dataclass
class Attribute(Record):
    name: str
    value: str


def attribute(name: str, value: object) -> Attribute:
    """An attribute whose value is written as text."""
    return Attribute(name, value if isinstance(value, str) else str(value))


def attributes(**values: object) -> list[Attribute]:
    """Attributes by name, without those that are `None`: `attributes(page_count=3)` is `page-count`, with the value `3`."""
    return [attribute(name.replace("_", "-"), value) for name, value in values.items() if value is not None]


@dataclass
class Mark(Record):
    """A piece of the structure of a text, such as a `heading` with a `level`."""

    kind: str
    span: Span
    attributes: list[Attribute] = field(default_factory=list)


@dataclass
class Document(Record):
    text: str
    language: str | None = None
    attributes: list[Attribute] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


@dataclass
class Annotation(Record):
    """Something found in a document; without a span it concerns the document as a whole."""

    kind: str
    span: Span | None = None
    value: str | None = None
    confidence: float | None = None
    attributes: list[Attribute] = field(default_factory=list)


@dataclass
class Label(Record):
    name: str
    confidence: float
    evidence: list[Span] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)


@dataclass
class Aside(Record):
    """A text beside the main one; `position` is where in that it belongs, in bytes."""

    kind: str
    text: str
    position: int
    attributes: list[Attribute] = field(default_factory=list)


@dataclass
class Extracted(Record):
    document: Document
    asides: list[Aside] = field(default_factory=list)


@dataclass
class Member(Record):
    """What an unpacker takes out of a container; `name` is what that calls it, and `media_type` what it claims it to be."""

    name: str
    media_type: str | None
    content: bytes
    attributes: list[Attribute] = field(default_factory=list)


@dataclass
class Rendering(Record):
    segments: list[str]
    attributes: list[Attribute] = field(default_factory=list)


@dataclass
class LanguagePair(Record):
    original: str
    target: str


@dataclass
class Setting(Record):
    """A setting that the operator may choose; without a default, it has to be given."""

    key: str
    summary: str
    default_value: str | None = None


@dataclass
class TableUse(Record):
    name: str
    summary: str
    required: bool = False


@dataclass
class Description(Record):
    name: str
    version: str
    summary: str
    settings: list[Setting] = field(default_factory=list)
    tables: list[TableUse] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)


_NONE = type(None)
_TEXT = (str,)
_LIST = (list,)
_TEXT_OR_NONE = (str, _NONE)

# Spans may be those of `componentize-py` as well, so that of these only the absence of numbers and texts is certain.
_FIELDS: dict[type, list[tuple[str, tuple[type, ...]]]] = {
    Span: [("start", (int,)), ("end", (int,))],
    Attribute: [("name", _TEXT), ("value", _TEXT)],
    Mark: [("kind", _TEXT), ("attributes", _LIST)],
    Document: [("text", _TEXT), ("language", _TEXT_OR_NONE), ("attributes", _LIST), ("marks", _LIST)],
    Annotation: [
        ("kind", _TEXT),
        ("value", _TEXT_OR_NONE),
        ("confidence", (float, int, _NONE)),
        ("attributes", _LIST),
    ],
    Label: [("name", _TEXT), ("confidence", (float, int)), ("evidence", _LIST), ("attributes", _LIST)],
    Aside: [("kind", _TEXT), ("text", _TEXT), ("position", (int,)), ("attributes", _LIST)],
    Extracted: [("asides", _LIST)],
    Member: [("name", _TEXT), ("media_type", _TEXT_OR_NONE), ("content", (bytes,)), ("attributes", _LIST)],
    Rendering: [("segments", _LIST), ("attributes", _LIST)],
    LanguagePair: [("original", _TEXT), ("target", _TEXT)],
    Setting: [("key", _TEXT), ("summary", _TEXT), ("default_value", _TEXT_OR_NONE)],
    TableUse: [("name", _TEXT), ("summary", _TEXT), ("required", (bool,))],
    Description: [
        ("name", _TEXT),
        ("version", _TEXT),
        ("summary", _TEXT),
        ("settings", _LIST),
        ("tables", _LIST),
        ("reads", _LIST),
        ("attributes", _LIST),
    ],
}
