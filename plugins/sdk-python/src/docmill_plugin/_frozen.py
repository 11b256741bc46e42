"""Finds what has one value for ever: a clock and randomness that are asked while the component is built."""

import ast
import linecache
from collections.abc import Iterator

from ._tracebacks import own_modules, short

_CLOCKS = {
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.perf_counter_ns",
    "time.localtime",
    "time.gmtime",
    "time.ctime",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "uuid.uuid1",
}
_RANDOM = {"os.urandom", "uuid.uuid4"} | {
    f"random.{it}"
    for it in (
        "random",
        "randint",
        "randrange",
        "uniform",
        "choice",
        "choices",
        "sample",
        "shuffle",
        "getrandbits",
        "randbytes",
        "gauss",
        "normalvariate",
    )
}
_RANDOM_MODULE = "secrets."


def found(module_name: str) -> list[str]:
    """A sentence for each place in the author's modules that asks for what a plugin does not have."""
    told = []
    for module in own_modules(module_name):
        path = module.__file__ or ""
        text = "".join(linecache.getlines(path))
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for name, line, at_import in _asked(tree):
            told.append(_sentence(name, f"{short(path)}:{line}", at_import))
    return told


def _sentence(name: str, place: str, at_import: bool) -> str:
    is_clock = name in _CLOCKS
    if at_import:
        return (
            f"`{name}()` at {place} runs while the component is built, and its value stays the same for ever: "
            "take such a value from a setting"
        )
    if is_clock:
        return f"`{name}()` at {place}: a plugin has no clock, it is always 1970 there; take a date from a setting"
    return (
        f"`{name}()` at {place}: a plugin has no randomness, and what there is differs from build to build; "
        "use `random.Random` with a seed of your own"
    )


def _asked(tree: ast.Module) -> Iterator[tuple[str, int, bool]]:
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for it in node.names:
                names[it.asname or it.name.split(".")[0]] = it.name if it.asname else it.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for it in node.names:
                names[it.asname or it.name] = f"{node.module}.{it.name}"
    waiting: list[tuple[ast.AST, bool]] = [(tree, True)]
    while waiting:
        node, at_import = waiting.pop()
        if isinstance(node, ast.Call):
            name = _dotted(node.func, names)
            if name in _CLOCKS or name in _RANDOM or name.startswith(_RANDOM_MODULE):
                # With an argument, these are about a moment that the caller has.
                if not (name in ("time.localtime", "time.gmtime", "time.ctime") and node.args):
                    yield name, node.lineno, at_import
        is_later = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.iter_child_nodes(node):
            waiting.append((child, at_import and not is_later))


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return ""
    return ".".join([names[node.id], *reversed(parts)])
