"""Takes files of notes apart, which stand between lines of their own."""

from docmill_plugin import (
    Description,
    Member,
    Setting,
    Source,
    TableUse,
    emit,
    export,
    open_table,
    read_all,
    setting,
)


@export
class Metadata:
    def describe(self) -> Description:
        return Description(
            name="@NAME@",
            version="0.1.0",
            summary="Takes files of notes apart",
            settings=[Setting("separator", "The line between two notes", "---")],
            tables=[TableUse("names", "What a note is called, by its number")],
        )


@export
class Unpacking:
    def accepts(self) -> list[str]:
        return ["application/x-notes"]

    def unpack(self, container: Source) -> None:
        separator, names = (setting("separator") or "").encode(), open_table("names")
        # Bytes stay bytes: a note need not be UTF-8.
        notes: list[list[bytes]] = [[]]
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
                emit(Member(called or f"note-{number}.txt", "text/plain", note))


def lines_of(content: bytes) -> list[bytes]:
    """With the line feed that ends each."""
    *whole, rest = content.split(b"\n")
    return [line + b"\n" for line in whole] + [rest]
