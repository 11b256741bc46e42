"""Builds the plugins written in Python, JavaScript and C into components.

    python3 build.py --wit ../../wit --out OUT --work WORK [--only python,javascript,c]
                     [--plugins analyze-words,…] [--wit-bindgen PATH] [--wasm-tools PATH]

Tools of each language are installed below WORK, in the versions pinned beside the sources, through `pip` and `npm`. A component is
rebuilt only if one of its inputs changed. Needs Python 3.11 and nothing else; JavaScript needs `node` and `npm`, C needs `wit-bindgen`
and `wasm-tools`.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent

# What plugins are written with; `pip install` and `npm install` would do as well.
SDK_PYTHON = HERE.parent / "sdk-python" / "src"
SDK_JAVASCRIPT = HERE.parent / "sdk-javascript"

# The plugins, which every language has, and the worlds they target.
PLUGINS = {"analyze-words": "analyzer", "extract-keyvalue": "extractor"}

# What these two have besides, in `mistakes`: plugins that do what authors get wrong.
MISTAKES = {"mistakes": "analyzer", "mistakes-in-describe": "analyzer"}
WITH_MISTAKES = ("python", "javascript")

# Plugins to keep, in `useful`, with libraries of the language's registry: each in one language.
USEFUL = {"python": {"analyze-keyphrases": "analyzer"}, "javascript": {"analyze-dates": "analyzer"}}
IS_USEFUL = {plugin for plugins in USEFUL.values() for plugin in plugins}


def folder_of(language: str, plugin: str) -> pathlib.Path:
    return HERE / ("mistakes" if plugin in MISTAKES else "useful" if plugin in IS_USEFUL else language)


def main() -> int:
    options = parse_options()
    # Tools run in other folders than this script does.
    options.wit, options.out, options.work = options.wit.resolve(), options.out.resolve(), options.work.resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    options.work.mkdir(parents=True, exist_ok=True)
    failed = []
    for language in options.only:
        try:
            build_language(language, options)
        except Trouble as trouble:
            print(f"polyglot: {language} failed: {trouble}", file=sys.stderr)
            failed.append(language)
    return 1 if failed else 0


class Trouble(Exception):
    """What a person can do something about."""


def parse_options() -> argparse.Namespace:
    def languages(value: str) -> list[str]:
        chosen = value.split(",")
        unknown = [language for language in chosen if language not in LANGUAGES]
        if unknown:
            raise argparse.ArgumentTypeError(f"no such language: {', '.join(unknown)}; there are {', '.join(LANGUAGES)}")
        return chosen

    parser = argparse.ArgumentParser(description="Build the plugins written in Python, JavaScript and C.")
    parser.add_argument("--wit", type=pathlib.Path, required=True, help="folder of the contract")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="where components go")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="where tools and intermediate files go")
    parser.add_argument("--only", type=languages, default=list(LANGUAGES), help="comma-separated; default: all")
    parser.add_argument("--plugins", type=lambda it: it.split(","), help="comma-separated; default: all")
    parser.add_argument("--wit-bindgen", default="wit-bindgen", help="path of the tool, for C")
    parser.add_argument("--wasm-tools", default="wasm-tools", help="path of the tool, for C")
    return parser.parse_args()


def build_language(language: str, options: argparse.Namespace) -> None:
    prepare, build = LANGUAGES[language]
    stale = []
    of_language = {**PLUGINS, **(MISTAKES if language in WITH_MISTAKES else {}), **USEFUL.get(language, {})}
    for plugin, world in of_language.items():
        if options.plugins and plugin not in options.plugins:
            continue
        output = options.out / f"{plugin}-{language}.wasm"
        stamp = options.work / "stamps" / output.name
        digest = digest_of(language, plugin, options)
        current = f"{digest} {file_digest(output)}" if output.exists() else None
        if current and stamp.exists() and stamp.read_text() == current:
            print(f"polyglot: {output.name} is up to date", flush=True)
        else:
            stale.append((plugin, world, output, stamp, digest))
    if not stale:
        return
    tools = prepare(options)
    for plugin, world, output, stamp, digest in stale:
        print(f"polyglot: building {output.name}", flush=True)
        # A component appears under its name only once it is whole.
        unfinished = output.with_suffix(".unfinished")
        build(tools, plugin, world, unfinished, options)
        unfinished.replace(output)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(f"{digest} {file_digest(output)}")
        print(f"polyglot: built {output.name}, {output.stat().st_size:,} bytes", flush=True)


# Python


def prepare_python(options: argparse.Namespace) -> pathlib.Path:
    return install_with_pip("python", options)


def build_python(bin_: pathlib.Path, plugin: str, world: str, output: pathlib.Path, options: argparse.Namespace) -> None:
    # Sources are copied, so that neither byte code nor a neighbor's module ends up in the component.
    app = fresh_folder(options.work / "python" / plugin)
    module = plugin.replace("-", "_")
    sdk = fresh_folder(options.work / "python" / "sdk")
    shutil.copytree(SDK_PYTHON / "docmill_plugin", sdk / "docmill_plugin", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(folder_of("python", plugin) / f"{module}.py", app)
    libraries = ["--python-path", libraries_of_python(bin_, options)] if plugin in IS_USEFUL else []
    run(
        bin_ / "componentize-py", "--quiet", "--wit-path", options.wit, "--world", world,
        # The interpreter imports WASI, of which docmill closes every door but the standard error, on which it says why it gives up.
        "componentize", "--python-path", app, "--python-path", sdk, *libraries, "--output", output, module,
        cwd=app,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


def libraries_of_python(bin_: pathlib.Path, options: argparse.Namespace) -> pathlib.Path:
    requirements = HERE / "useful" / "libraries.txt"
    folder = options.work / "python" / f"libraries-{file_digest(requirements)[:16]}"
    if not folder.exists():
        unfinished = fresh_folder(folder.with_suffix(".unfinished"))
        pip = [bin_ / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        run(*pip, "--only-binary=:all:", "--target", unfinished, "--requirement", requirements)
        unfinished.rename(folder)
    return folder


# JavaScript


def prepare_javascript(options: argparse.Namespace) -> pathlib.Path:
    npm = require("npm")
    require("node")
    folder = options.work / "javascript"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "javascript" / "package.json", folder)
    mark = folder / "installed"
    wanted = file_digest(folder / "package.json")
    if not mark.exists() or mark.read_text() != wanted:
        print("polyglot: installing the tools for JavaScript with npm", flush=True)
        # A lock file would record the host of whatever registry wrote it.
        run(npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", cwd=folder)
        mark.write_text(wanted)
    # As `npm install ../sdk-javascript` would lay it.
    sdk = fresh_folder(folder / "node_modules" / "docmill-plugin")
    for path in sdk_javascript():
        (sdk / path.relative_to(SDK_JAVASCRIPT)).parent.mkdir(exist_ok=True)
        shutil.copy(path, sdk / path.relative_to(SDK_JAVASCRIPT))
    return folder


def sdk_javascript() -> list[pathlib.Path]:
    return [SDK_JAVASCRIPT / "package.json", SDK_JAVASCRIPT / "build.mjs", *sorted((SDK_JAVASCRIPT / "src").iterdir())]


def build_javascript(folder: pathlib.Path, plugin: str, world: str, output: pathlib.Path, options: argparse.Namespace) -> None:
    source = folder / f"{plugin}.js"
    shutil.copy(folder_of("javascript", plugin) / source.name, source)
    builder = folder / "node_modules" / "docmill-plugin" / "build.mjs"
    run(require("node"), builder, source.name, "--world", world, "--wit", options.wit, "--output", output, cwd=folder)


# C


def prepare_c(options: argparse.Namespace) -> pathlib.Path:
    return install_with_pip("c", options)


def build_c(bin_: pathlib.Path, plugin: str, world: str, output: pathlib.Path, options: argparse.Namespace) -> None:
    wit_bindgen, wasm_tools = require(options.wit_bindgen), require(options.wasm_tools)
    folder = fresh_folder(options.work / "c" / plugin)
    run(wit_bindgen, "c", "--world", world, "--out-dir", folder, options.wit)
    core = folder / "core.wasm"
    run(
        bin_ / "python", "-m", "ziglang", "cc", "-target", "wasm32-wasi", "-mexec-model=reactor", "-std=c11", "-O2",
        "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wl,--strip-debug", f"-I{folder}",
        HERE / "c" / f"{plugin}.c", folder / f"{world}.c", folder / f"{world}_component_type.o", "-o", core,
        cwd=folder,
        env={"ZIG_GLOBAL_CACHE_DIR": str(options.work / "c" / "cache")},
    )  # fmt: skip
    # Without an adapter for WASI this fails if the plugin imports any, which is the point.
    run(wasm_tools, "component", "new", core, "-o", output)


LANGUAGES = {
    "python": (prepare_python, build_python),
    "javascript": (prepare_javascript, build_javascript),
    "c": (prepare_c, build_c),
}


# Tools


def install_with_pip(language: str, options: argparse.Namespace) -> pathlib.Path:
    """The `bin` folder of a virtual environment that has what the language's requirements.txt pins."""
    folder = options.work / language / "venv"
    requirements = HERE / language / "requirements.txt"
    bin_ = folder / ("Scripts" if os.name == "nt" else "bin")
    mark = folder / "installed"
    wanted = file_digest(requirements)
    if not mark.exists() or mark.read_text() != wanted:
        print(f"polyglot: installing the tools for {language} with pip", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        run(bin_ / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements)
        mark.write_text(wanted)
    return bin_


def require(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        raise Trouble(f"`{tool}` is not installed")
    return str(pathlib.Path(found).resolve()) if os.sep in tool else found


def run(*command: object, cwd: pathlib.Path | None = None, env: dict[str, str] | None = None) -> None:
    """Runs a tool, and shows what it says only if it fails."""
    words = [str(word) for word in command]
    finished = subprocess.run(
        words, cwd=cwd, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if finished.returncode != 0:
        sys.stderr.buffer.write(finished.stdout)
        raise Trouble(f"`{' '.join(words)}` ended with status {finished.returncode}")


# What a component is made of


def digest_of(language: str, plugin: str, options: argparse.Namespace) -> str:
    """A hash of everything that goes into one component: its source, the contract, the pinned tools and this script."""
    contract = sorted(options.wit.glob("*.wit"))
    # Of the two plugins in the folder only one matters; everything else there is configuration of the tools.
    others = [other for other in PLUGINS if other != plugin]
    own = [
        path
        for path in sorted((HERE / language).iterdir())
        if path.is_file()
        and path.suffix != ".md"
        and not path.stem.startswith("test")
        and path.stem.replace("_", "-") not in others
    ]
    if plugin in MISTAKES:
        suffix = {"python": ".py", "javascript": ".js"}[language]
        own = [path for path in own if path.suffix in (".txt", ".json")]
        own += [path for path in (HERE / "mistakes").iterdir() if path.suffix == suffix and path.stem.replace("_", "-") == plugin]
    if plugin in IS_USEFUL:
        own = [path for path in own if path.suffix in (".txt", ".json")]
        source = plugin.replace("-", "_") + ".py" if language == "python" else f"{plugin}.js"
        own += [HERE / "useful" / "libraries.txt", HERE / "useful" / source]
    if language == "python":
        own += sorted(SDK_PYTHON.rglob("*.py"))
    if language == "javascript":
        own += sdk_javascript()
    hasher = hashlib.sha256()
    for path in [pathlib.Path(__file__), *contract, *own]:
        hasher.update(f"{path.name}\0{file_digest(path)}\n".encode())
    if language == "c":
        for tool in (options.wit_bindgen, options.wasm_tools):
            found = shutil.which(tool)
            version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout if found else ""
            hasher.update(version.encode())
    return hasher.hexdigest()


def file_digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fresh_folder(path: pathlib.Path) -> pathlib.Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


if __name__ == "__main__":
    sys.exit(main())
