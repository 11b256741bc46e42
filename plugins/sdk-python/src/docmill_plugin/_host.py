"""What the host offers, whether it is docmill or the one of a unit test."""

import importlib
from collections.abc import Iterable
from enum import Enum
from types import ModuleType, TracebackType
from typing import Any, Protocol

from ._types import Annotation, Attribute, Label, Member, Span

# How much is asked of the host at a time; it may give less.
_SLICE = 1 << 20


class Level(Enum):
    TRACE = 0
    DEBUG = 1
    INFO = 2
    WARN = 3
    ERROR = 4


class Source(Protocol):
    """The bytes of a source, and what came with it. Use it without `with`: the runtime gives it back itself."""

    def media_type(self) -> str: ...
    def size(self) -> int: ...
    def read(self, offset: int, length: int) -> bytes: ...
    def attributes(self) -> list[Attribute]: ...


def read_all(source: Source) -> bytes:
    """All bytes of a source, for a format that has to be read whole."""
    parts, offset, size = [], 0, source.size()
    while offset < size:
        part = source.read(offset, _SLICE)
        if not part:
            break
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


class Occurrence(Protocol):
    """A key of a table in a text, and what it stands for."""

    span: Span
    value: str


class Table(Protocol):
    """A table that the operator granted."""

    def size(self) -> int: ...
    def get(self, key: str) -> str | None: ...
    def get_many(self, keys: list[str]) -> list[str | None]: ...
    def find(self, text: str) -> list[Occurrence]: ...


def _imported(name: str) -> ModuleType | None:
    """An interface that the world of this component imports; what is imported while the component is built stays there."""
    try:
        return importlib.import_module(f"wit_world.imports.{name}")
    except ImportError:
        return None


class Host:
    """What stands behind the functions below: in a component the contract, in a unit test what `testing` puts there."""

    def __init__(self) -> None:
        names = ("types", "log", "config", "lookup", "findings", "members")
        self.interfaces: dict[str, Any] = {name: _imported(name) for name in names}

    def interface(self, name: str) -> Any:
        found = self.interfaces[name]
        if found is None:
            raise RuntimeError(
                f"there is no `{name}` here: a plugin of another role has it, or in a unit test `docmill_plugin.testing.Host`"
            )
        return found


host = Host()


def log(message: str, level: Level = Level.INFO, **fields: object) -> None:
    """Tells the operator something. It never influences a result."""
    interface = host.interfaces["log"]
    if interface is None:
        return
    written = [Attribute(name.replace("_", "-"), str(value)) for name, value in fields.items()]
    interface.write(interface.Level[level.name], message, written)


def setting(key: str) -> str | None:
    """The value of a setting that the plugin declares."""
    value: str | None = host.interface("config").get(key)
    return value


def open_table(name: str) -> Table | None:
    """A table that the plugin declares, if the operator granted it."""
    table: Table | None = host.interface("lookup").open(name)
    return table


def labels(classifier: str) -> list[Label] | None:
    """What the named classifier found in the document at hand."""
    found: Iterable[Label] | None = host.interface("findings").labels(classifier)
    return None if found is None else list(found)


def annotations(analyzer: str) -> list[Annotation] | None:
    """What the named analyzer found in the document at hand."""
    found: Iterable[Annotation] | None = host.interface("findings").annotations(analyzer)
    return None if found is None else list(found)


def translation(translator: str, target: str) -> str | None:
    """The text of the document at hand as the named translator rendered it."""
    text: str | None = host.interface("findings").translation(translator, target)
    return text


def emit(member: Member) -> None:
    """Hands a member over to the host, which takes it through the pipeline as a source of its own."""
    host.interface("members").emit(member)


class MemberWriter:
    """A member that is handed over in pieces, because it may be larger than the plugin's memory. One at a time.

    It becomes a member where the `with` ends; what leaves it by an exception is none.
    """

    def __init__(self, name: str, media_type: str | None = None, attributes: "list[Attribute] | None" = None) -> None:
        self._begun = (name, media_type, list(attributes or []))

    def __enter__(self) -> "MemberWriter":
        self._handle = host.interface("members").begin(*self._begun)
        return self

    def write(self, content: bytes) -> None:
        self._handle.write(content)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            host.interface("members").end(self._handle)
        else:
            self._handle.__exit__(kind, error, trace)
