"""Plays the host in unit tests, which run in the Python of your machine."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from ._host import Level, host
from ._types import Annotation, Attribute, Label, Member, Span

__all__ = ["Bytes", "Host", "Table"]


class Bytes:
    """A source of these bytes, which gives less than it is asked for, as a host may."""

    def __init__(
        self,
        content: bytes,
        media_type: str = "application/octet-stream",
        attributes: Sequence[Attribute] = (),
        longest_read: int = 7,
    ) -> None:
        self._content, self._media_type = content, media_type
        self._attributes, self._longest_read = list(attributes), longest_read

    def media_type(self) -> str:
        return self._media_type

    def size(self) -> int:
        return len(self._content)

    def read(self, offset: int, length: int) -> bytes:
        return self._content[offset : offset + min(length, self._longest_read)]

    def attributes(self) -> list[Attribute]:
        return list(self._attributes)


class Table:
    """A table of these entries."""

    def __init__(self, entries: dict[str, str]) -> None:
        self._entries = dict(sorted(entries.items(), key=lambda entry: entry[0].encode()))

    def size(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> str | None:
        return self._entries.get(key)

    def get_many(self, keys: list[str]) -> list[str | None]:
        return [self._entries.get(key) for key in keys]

    def entries(self, start: int, count: int) -> list[Any]:
        rows = list(self._entries.items())[start : start + count]
        return [SimpleNamespace(key=key, value=value) for key, value in rows]

    def find(self, text: str) -> list[Any]:
        content = text.encode()
        found = []
        for key, value in self._entries.items():
            wanted = key.encode()
            at = content.find(wanted) if wanted else -1
            while at >= 0:
                found.append(SimpleNamespace(span=Span(at, at + len(wanted)), value=value))
                at = content.find(wanted, at + 1)
        return sorted(found, key=lambda it: (it.span.start, -it.span.end))


class _Pieces:
    """A member while it is written."""

    def __init__(self, name: str, media_type: str | None, attributes: list[Attribute]) -> None:
        self.member = Member(name, media_type, b"", attributes)

    def write(self, content: bytes) -> None:
        self.member.content += content

    def __exit__(self, *_: object) -> None:
        """It is dropped."""


class Host:
    """What a plugin is given, and what it said and did: `log` has the level and the words of each message, `members` what it emitted."""

    def __init__(
        self,
        settings: dict[str, str] | None = None,
        tables: dict[str, dict[str, str]] | None = None,
        labels: dict[str, list[Label]] | None = None,
        annotations: dict[str, list[Annotation]] | None = None,
        translations: dict[tuple[str, str], str] | None = None,
    ) -> None:
        self.log: list[tuple[str, str]] = []
        self.members: list[Member] = []
        granted = {name: Table(entries) for name, entries in (tables or {}).items()}
        self._interfaces: dict[str, Any] = {
            "types": None,
            "log": SimpleNamespace(Level=Level, write=self._write),
            "config": SimpleNamespace(get=(settings or {}).get),
            "lookup": SimpleNamespace(open=granted.get),
            "findings": SimpleNamespace(
                labels=(labels or {}).get,
                annotations=(annotations or {}).get,
                translation=lambda translator, target: (translations or {}).get((translator, target)),
            ),
            "members": SimpleNamespace(emit=self.members.append, begin=_Pieces, end=lambda it: self.members.append(it.member)),
        }

    def _write(self, level: Level, message: str, fields: list[Attribute]) -> None:
        words = [message, *(f"{field.name}={field.value}" for field in fields)]
        self.log.append((level.name.lower(), " ".join(words)))

    def __enter__(self) -> "Host":
        self._before = host.interfaces
        host.interfaces = self._interfaces
        return self

    def __exit__(self, *_: object) -> None:
        host.interfaces = self._before
