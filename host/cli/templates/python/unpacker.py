"""Takes files of notes apart, which stand between lines of their own."""

from typing import List

from wit_world.exports.metadata import Description, Setting, TableUse
from wit_world.imports import config, lookup, members
from wit_world.imports.members import Member
from wit_world.imports.sources import Source

# How much is asked of the host at a time; it may give less.
SLICE = 1 << 20


class Metadata:
    def describe(self) -> Description:
        return Description(
            name="@NAME@",
            version="0.1.0",
            summary="Takes files of notes apart",
            settings=[Setting("separator", "The line between two notes", "---")],
            tables=[TableUse("names", "What a note is called, by its number", False)],
            reads=[],
            attributes=[],
        )


class Unpacking:
    def accepts(self) -> List[str]:
        return ["application/x-notes"]

    def unpack(self, container: Source) -> None:
        separator, names = (config.get("separator") or "").encode(), lookup.open("names")
        notes: List[List[bytes]] = [[]]
        for line in lines_of(read_all(container)):
            if line.rstrip() == separator:
                notes.append([])
            else:
                notes[-1].append(line)
        number = 0
        for note in map(b"".join, notes):
            if note.strip():
                number += 1
                called = names.get(str(number)) if names else None
                members.emit(Member(called or f"note-{number}.txt", "text/plain", note, []))


def lines_of(content: bytes) -> List[bytes]:
    """With the line feed that ends each."""
    *whole, rest = content.split(b"\n")
    return [line + b"\n" for line in whole] + [rest]


def read_all(source: Source) -> bytes:
    parts, offset = [], 0
    while offset < source.size():
        part = source.read(offset, SLICE)
        if not part:
            break
        parts.append(part)
        offset += len(part)
    return b"".join(parts)
