"""Builds `@NAME@.wasm`: python3 build.py

`zig cc` and `wasm-tools` are installed below `.build`, in the versions that `requirements.txt` names. `wit-bindgen`, which writes the header
of the contract, has to be there: `docmill doctor --language c` says how to get it. Needs Python 3.10 or later with `venv`.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
# Several plugins may share tools: name one folder for all of them.
BUILD = pathlib.Path(os.environ.get("DOCMILL_BUILD", HERE / ".build"))
WIT_BINDGEN = os.environ.get("WIT_BINDGEN", "wit-bindgen")
WORLD = "@ROLE@"
# Libraries in C stand beside the plugin: name their files here.
SOURCES = ["plugin.c"]


def main() -> None:
    programs = installed("tools", HERE / "requirements.txt")
    if shutil.which(WIT_BINDGEN) is None:
        sys.exit("build: there is no `wit-bindgen`; `docmill doctor --language c` says how to get it")
    bindings = HERE / "bindings"
    run(WIT_BINDGEN, "c", "--world", WORLD, "--out-dir", bindings, HERE / "docmill" / "wit")
    core = BUILD / "@MODULE@.core.wasm"
    run(
        programs / "python", "-m", "ziglang", "cc", "-target", "wasm32-wasi", "-mexec-model=reactor", "-std=c11", "-O2",
        "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-unused-function", "-Wl,--strip-debug", f"-I{bindings}", f"-I{HERE}",
        *[HERE / source for source in SOURCES], bindings / f"{WORLD}.c", bindings / f"{WORLD}_component_type.o", "-o", core,
    )  # fmt: skip
    # Without an adapter for WASI this fails if the plugin imports any, which is the point.
    run(programs / "wasm-tools", "component", "new", core, "-o", HERE / "@NAME@.wasm")


def installed(name: str, requirements: pathlib.Path) -> pathlib.Path:
    """The folder of programs of a virtual environment that has what the requirements name."""
    folder = BUILD / name
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    mark, wanted = folder / "installed", hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not mark.exists() or mark.read_text() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        run(programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements)
        mark.write_text(wanted)
    return programs


def run(*command: object) -> None:
    environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(BUILD / "zig")}
    finished = subprocess.run([str(word) for word in command], env=environment, check=False)
    if finished.returncode != 0:
        sys.exit(f"build: `{command[0]}` ended with status {finished.returncode}; `docmill doctor` says what is missing")


if __name__ == "__main__":
    main()
