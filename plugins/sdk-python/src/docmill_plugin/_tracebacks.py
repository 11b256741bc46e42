"""Exceptions in words: what was raised, and the author's own lines."""

import linecache
import os
import sys
import traceback
from collections.abc import Iterator
from types import ModuleType, TracebackType

# How much is told of one exception. The host keeps messages of 4 KiB.
_LONGEST = 3600
_LONGEST_MESSAGE = 400
_MOST_FRAMES = 16

# How much source is kept within the component, so that lines can be shown where there is no file.
_LARGEST_FILE = 256 << 10
_MOST_SOURCE = 2 << 20

_SDK = os.path.dirname(os.path.abspath(__file__))
_LIBRARY = os.path.dirname(os.path.abspath(os.__file__))


def is_of_sdk(path: str) -> bool:
    # What `dataclass` writes, such as the `__init__` of a record, has no file.
    return path.startswith(_SDK) or path == "<string>"


def short(path: str) -> str:
    """A path as the author knows it, without the folder that the build put it into."""
    for folder in sorted(filter(None, sys.path), key=len, reverse=True):
        if path.startswith(folder.rstrip("/") + "/"):
            return path[len(folder.rstrip("/")) + 1 :]
    return path


def without_sdk(found: TracebackType | None) -> TracebackType | None:
    """The same traceback from the first frame on that is not this package's."""
    while found is not None and is_of_sdk(found.tb_frame.f_code.co_filename):
        found = found.tb_next
    return found


def words(error: BaseException) -> tuple[str, str]:
    """An exception as one line with its place, and whole."""
    told = traceback.TracebackException(type(error), error, without_sdk(error.__traceback__), compact=True)
    last = None
    for each in _chain(told):
        frames = [frame for frame in each.stack if not is_of_sdk(frame.filename)]
        if len(frames) > _MOST_FRAMES:
            frames = frames[: _MOST_FRAMES // 4] + frames[-(_MOST_FRAMES - _MOST_FRAMES // 4) :]
        for frame in frames:
            frame.filename = short(frame.filename)
        each.stack[:] = frames
    if told.stack:
        last = told.stack[-1]
    what = "".join(told.format_exception_only()).strip()
    line = _cut(" ".join(what.split()), _LONGEST_MESSAGE).rstrip(".")
    if last is not None:
        line = f"{line} ({last.filename}:{last.lineno}, in {last.name})"
    whole = "".join(told.format()).rstrip()
    if len(whole.encode(errors="replace")) > _LONGEST:
        # The end says most.
        kept = whole.encode(errors="replace")[-_LONGEST:].decode(errors="ignore")
        whole = f"Traceback (most recent call last):\n  …\n{kept[kept.find(chr(10)) + 1 :]}"
    return line, whole


def _chain(told: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    seen: set[int] = set()
    waiting = [told]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting.extend(it for it in (each.__cause__, each.__context__) if it is not None)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def own_modules(of: str) -> list[ModuleType]:
    """The modules that came out of the same folder as the one of this name: those of the author."""
    module = sys.modules.get(of)
    path = getattr(module, "__file__", None)
    if module is None or not path:
        return []
    folder = os.path.dirname(path)
    found = [it for it in list(sys.modules.values()) if _lies_in(getattr(it, "__file__", None), folder)]
    return found


def _lies_in(path: object, folder: str) -> bool:
    return isinstance(path, str) and path.startswith(folder + "/") and "/site-packages/" not in path[len(folder) :]


def keep_sources() -> None:
    """Remembers the source of every module that is no part of Python's library, while its file can still be read."""
    room = _MOST_SOURCE
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if not isinstance(path, str) or not path.endswith(".py") or path in linecache.cache:
            continue
        is_library = path.startswith(_LIBRARY + "/") and "/site-packages/" not in path
        if is_library or is_of_sdk(path):
            continue
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read(_LARGEST_FILE + 1)
        except OSError:
            continue
        if len(text) > min(room, _LARGEST_FILE):
            continue
        room -= len(text)
        # Without a time of change, nobody looks for the file again.
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
