"""What stands between the host and the author's functions."""

import functools
import io
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from . import _frozen
from ._errors import Internal, Malformed, Misconfigured, PluginError, Unsupported
from ._host import Level, host, log
from ._tracebacks import keep_sources, short, without_sdk, words

_Class = TypeVar("_Class", bound=type)

_DECLARATIONS = {"accepts", "pairs", "labels", "kinds"}
_LISTS = _DECLARATIONS | {"extract", "classify", "analyze"}
# What the host calls; the other functions of a class are the author's own.
_FUNCTIONS = _LISTS | {"describe", "unpack", "translate"}

# In a component, the exception that carries an error of the contract; in a unit test there is none.
_Err: "type[BaseException] | None"
try:
    from componentize_py_types import Err as _Err  # type: ignore[import-not-found, no-redef]
except ImportError:
    _Err = None


def export(exported: _Class) -> _Class:
    """Guards the functions of a class that the component exports.

    What they raise becomes an error of the contract, with its place in the source, and the whole traceback goes to the log; so does
    what they print. Decorate the classes last in their module, so that everything it uses was imported.
    """
    keep_sources()
    warnings = _frozen.found(exported.__module__)
    for name, function in list(vars(exported).items()):
        if callable(function) and name in _FUNCTIONS:
            setattr(exported, name, _guarded(name, function, warnings))
    return exported


def _guarded(name: str, function: Callable[..., Any], warnings: list[str]) -> Callable[..., Any]:
    is_sealed = name == "describe"

    @functools.wraps(function)
    def guarded(*arguments: Any) -> Any:
        if is_sealed:
            # It may call nothing of the host: what it raises is told by the runtime.
            try:
                return function(*arguments)
            except BaseException as error:
                raise error.with_traceback(without_sdk(error.__traceback__))
        if name in _DECLARATIONS:
            for warning in warnings:
                log(warning, Level.WARN)
        with _PrintingToLog():
            try:
                result = function(*arguments)
                if name in _LISTS and not isinstance(result, list):
                    code = function.__code__
                    place = f"{short(code.co_filename)}:{code.co_firstlineno}"
                    raise TypeError(f"`{name}` returned {result!r:.60} ({type(result).__name__}) instead of a list ({place})")
                return result
            except PluginError as error:
                raise _of_contract(error) from None
            except Exception as error:
                if not _has_host() or (_Err is not None and isinstance(error, _Err)):
                    raise
                line, whole = words(error)
            except SystemExit as error:
                if not _has_host():
                    raise
                line, whole = words(error)
        log(whole, Level.ERROR)
        raise _of_contract(Internal(line)) from None

    return guarded


def _of_contract(error: PluginError) -> BaseException:
    """The exception for which the runtime returns an error of the contract."""
    types = host.interfaces["types"]
    if _Err is None or types is None:
        return error
    value: Any
    match error:
        case Unsupported():
            value = types.Error_Unsupported(error.reason)
        case Malformed():
            value = types.Error_Malformed(types.Defect(error.reason, error.offset))
        case Misconfigured():
            value = types.Error_Misconfigured(types.InvalidSetting(error.key, error.reason))
        case _:
            value = types.Error_Internal(str(error))
    return _Err(value)


class _Lines(io.TextIOBase):
    """Passes every line on to the log."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._log(line)
        # A line without an end would grow for ever.
        if len(self._rest) > 4000:
            self.end()
        return len(text)

    def end(self) -> None:
        rest, self._rest = self._rest, ""
        self._log(rest)

    def _log(self, line: str) -> None:
        if line.strip():
            log(line, self._level)


def _has_host() -> bool:
    """Without one, in a plain unit test, exceptions and prints stay what they are."""
    return host.interfaces["log"] is not None


class _PrintingToLog:
    """While it is entered, what is printed goes to the log."""

    def __enter__(self) -> None:
        self._before = sys.stdout, sys.stderr
        self._lines: list[_Lines] = []
        if _has_host():
            out, error = _Lines(Level.INFO), _Lines(Level.WARN)
            sys.stdout, sys.stderr = out, error
            self._lines = [out, error]

    # The runtime's exception for errors of the contract is frozen: what `contextlib` makes would set its traceback, and fail.
    def __exit__(self, *_: object) -> None:
        sys.stdout, sys.stderr = self._before
        for lines in self._lines:
            lines.end()
