"""What the host offers, whether it is docmill or the one of a unit test."""

import importlib
from collections.abc import Iterable
from enum import Enum
from types import ModuleType
from typing import Any, Protocol

from ._types import Attribute, Span


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
    def attributes(self) -> list[Any]: ...


class Occurrence(Protocol):
    span: Span
    value: str


class Table(Protocol):
    """A table that the operator granted."""

    def size(self) -> int: ...
    def get(self, key: str) -> str | None: ...
    def get_many(self, keys: list[str]) -> list[str | None]: ...
    def find(self, text: str) -> list[Any]: ...


def _imported(name: str) -> ModuleType | None:
    """An interface that the world of this component imports; what is imported while the component is built stays there."""
    try:
        return importlib.import_module(f"wit_world.imports.{name}")
    except ImportError:
        return None


class Host:
    """What stands behind the functions below: in a component the contract, in a unit test what `testing` puts there."""

    def __init__(self) -> None:
        names = ("types", "log", "config", "lookup", "findings")
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


def labels(classifier: str) -> list[Any] | None:
    """What the named classifier found in the document at hand."""
    found: Iterable[Any] | None = host.interface("findings").labels(classifier)
    return None if found is None else list(found)


def annotations(analyzer: str) -> list[Any] | None:
    """What the named analyzer found in the document at hand."""
    found: Iterable[Any] | None = host.interface("findings").annotations(analyzer)
    return None if found is None else list(found)


def translation(translator: str, target: str) -> str | None:
    """The text of the document at hand as the named translator rendered it."""
    text: str | None = host.interface("findings").translation(translator, target)
    return text
