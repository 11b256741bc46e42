"""Measures the same plugin in every language, and prints the table that the guide has.

    python3 plugins/polyglot/languages.py --docmill target/debug/docmill

To be run from the folder of the workspace, after `cargo xtask guests`. Each plugin is built again, with tools that are there already, and
then measured by `docmill plugin bench` beside the one in Rust, call by call in turn: so the ratio says more than the times, which are
those of this machine and of whatever else it did.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TARGET = pathlib.Path("target")
WORK = TARGET / "polyglot"
RUST = TARGET / "wasm32-wasip2" / "plugin" / "examples"
# So many bytes of text a call is measured on.
DOCUMENT = 50 << 10

# What there is of QuickJS beside StarlingMonkey: `jco` brings it along. The guard fills in what the plugin leaves out.
QUICKJS = """
import { componentize } from 'componentize-qjs';
import { build } from 'esbuild';
import { writeFile } from 'node:fs/promises';
const [source, wit, output] = process.argv.slice(2);
const contents = `import * as plugin from ${JSON.stringify(source)};
import { guarded } from 'docmill-plugin/guard';
export const metadata = guarded(plugin.metadata);
export const analysis = guarded(plugin.analysis);`;
const bundle = await build({
  stdin: { contents, resolveDir: process.cwd() }, bundle: true, write: false, format: 'esm', target: 'es2022', platform: 'neutral',
});
const { component } = await componentize({ witPath: wit, world: 'analyzer', jsSource: bundle.outputFiles[0].text, sync: true });
await writeFile(output, component);
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the same plugin in every language.")
    parser.add_argument("--docmill", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", default="20")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        document = folder / "document.txt"
        document.write_text(text_of_cases())
        builds = {"Rust": rust, "C": of_script("c"), "Python": of_script("python"), "JavaScript": of_script("javascript"), "JavaScript, QuickJS": quickjs}
        components, times = {}, {}
        for language, build in builds.items():
            begun = time.monotonic()
            components[language] = build(folder)
            times[language] = time.monotonic() - begun
        print("| | Component | Build | Compile | Instantiate | Call | Memory | Call, of Rust |")
        print("|---|---|---|---|---|---|---|---|")
        for language, component in components.items():
            measured = bench(options, component, components["Rust"], document, folder)
            new = measured["new"]
            cells = [
                language,
                size(new["size"]),
                f"{times[language]:.0f} s",
                duration(new["compile_us"]),
                duration(new["instantiate_us"]),
                duration(new["call_us"]),
                size(new["peak_memory"]),
                f"{measured['ratios']['call']:.1f}",
            ]
            print(f"| {' | '.join(cells)} |", flush=True)


def text_of_cases() -> str:
    cases = json.loads((HERE / "cases" / "analyze-words.json").read_text())
    texts = " ".join(case["text"] for case in cases if len(case["text"]) < 1_000)
    return (texts + "\n") * (DOCUMENT // len(texts.encode()) + 1)


def rust(folder: pathlib.Path) -> pathlib.Path:
    (HERE / "rust" / "analyze-words.rs").touch()
    command = ["cargo", "build", "--quiet", "--profile", "plugin", "--target", "wasm32-wasip2", "--package", "docmill-plugin"]
    run(*command, "--example", "analyze-words-rust")
    built = [path for path in RUST.glob("analyze?words?rust.wasm")]
    return pathlib.Path(shutil.copy(max(built, key=lambda it: it.stat().st_mtime), folder / "rust.wasm"))


def of_script(language: str):
    def build(folder: pathlib.Path) -> pathlib.Path:
        tools = TARGET / "debug" / "contract-tools"
        command = [sys.executable, HERE / "build.py", "--wit", "wit", "--work", WORK, "--only", language, "--plugins", "analyze-words"]
        run(*command, "--out", folder / "built", "--wit-bindgen", tools, "--wasm-tools", tools)
        return folder / "built" / f"analyze-words-{language}.wasm"

    return build


def quickjs(folder: pathlib.Path) -> pathlib.Path:
    tools = WORK.resolve() / "javascript"
    script = tools / "quickjs.mjs"
    script.write_text(QUICKJS)
    output = folder / "quickjs.wasm"
    run("node", script, HERE / "javascript" / "analyze-words.js", pathlib.Path("wit").resolve(), output, cwd=tools)
    return output


def bench(options: argparse.Namespace, component: pathlib.Path, rust: pathlib.Path, document: pathlib.Path, folder: pathlib.Path) -> dict:
    command = [options.docmill.resolve(), "plugin", "bench", component, document, "--against", rust, "--rounds", options.rounds]
    limits = ["--deadline", "1m", "--memory", "256MiB", "--output", "json"]
    finished = subprocess.run([str(it) for it in [*command, *limits]], capture_output=True, text=True, check=False, cwd=folder)
    if finished.returncode != 0:
        sys.exit(finished.stderr)
    return json.loads(finished.stdout)


def run(*command: object, cwd: pathlib.Path | None = None) -> None:
    finished = subprocess.run([str(it) for it in command], capture_output=True, text=True, check=False, cwd=cwd)
    if finished.returncode != 0:
        sys.exit(f"`{command[0]}` ended with status {finished.returncode}\n{finished.stdout}{finished.stderr}")


def size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB" if count >= 2**20 else f"{count / 2**10:.0f} KiB"


def duration(micros: float) -> str:
    if micros >= 1e6:
        return f"{micros / 1e6:.1f} s"
    return f"{micros / 1e3:.1f} ms" if micros >= 1e3 else f"{micros:.0f} µs"


if __name__ == "__main__":
    main()
