"""Builds `@NAME@.wasm`: python3 build.py

Tools and libraries are installed below `.build`, in the versions that `requirements.txt` and `libraries.txt` name. Needs Python 3.10 or
later with `venv`, and nothing else.
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
WORLD = "@ROLE@"


def main() -> None:
    tools = installed("tools", HERE / "requirements.txt")
    componentize = tools / "componentize-py"
    contract = ["--quiet", "--wit-path", HERE / "docmill" / "wit", "--world", WORLD]
    # Copies, so that neither byte code nor a neighbor's module ends up in the component. The plugin's own modules lie apart from others,
    # so that what is told of them is told of no library.
    app = BUILD / "app" / "@MODULE@"
    shutil.rmtree(app, ignore_errors=True)
    (app / "own").mkdir(parents=True)
    shutil.copy(HERE / "plugin.py", app / "own")
    others = shutil.ignore_patterns("__pycache__", "bin", "*.pyc")
    shutil.copytree(HERE / "docmill_plugin", app / "libraries" / "docmill_plugin", ignore=others)
    libraries = bundled(tools, HERE / "libraries.txt")
    if libraries.exists():
        shutil.copytree(libraries, app / "libraries", dirs_exist_ok=True, ignore=others)
    paths = ["--python-path", app / "own", "--python-path", app / "libraries"]
    # The interpreter imports WASI, of which docmill closes every door but the standard error, on which it says why it gives up.
    run(componentize, *contract, "componentize", *paths, "--output", HERE / "@NAME@.wasm", "plugin")


def installed(name: str, requirements: pathlib.Path) -> pathlib.Path:
    """The folder of programs of a virtual environment that has what the requirements name."""
    folder = BUILD / name
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    if is_new(folder / "installed", requirements):
        venv.create(folder, with_pip=True, clear=True)
        pip(programs, "--requirement", requirements)
        note(folder / "installed", requirements)
    return programs


def bundled(tools: pathlib.Path, requirements: pathlib.Path) -> pathlib.Path:
    """A folder with the libraries that go into the component."""
    folder = BUILD / f"libraries-{digest(requirements)[:16]}"
    names = [line for line in requirements.read_text().splitlines() if line.strip() and not line.startswith("#")]
    if names and not folder.exists():
        pip(tools, "--only-binary=:all:", "--target", folder, "--requirement", requirements)
    return folder


def pip(programs: pathlib.Path, *arguments: object) -> None:
    run(programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def is_new(mark: pathlib.Path, file: pathlib.Path) -> bool:
    return not mark.exists() or mark.read_text() != digest(file)


def note(mark: pathlib.Path, file: pathlib.Path) -> None:
    mark.write_text(digest(file))


def digest(file: pathlib.Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def run(*command: object) -> None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    finished = subprocess.run([str(word) for word in command], env=environment, check=False)
    if finished.returncode != 0:
        sys.exit(f"build: `{command[0]}` ended with status {finished.returncode}; `docmill doctor` says what is missing")


if __name__ == "__main__":
    main()
