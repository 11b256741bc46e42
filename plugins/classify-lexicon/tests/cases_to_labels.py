"""Prints the cases of tests/cases.tsv and tests/traps.tsv as a file of labels, for fit.sh."""

import json
from pathlib import Path

for name in ("cases", "traps"):
    lines = Path(__file__).with_name(f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            continue
        language, labels, text = line.split("\t")[:3]
        main, *secondary = [label for label in labels.split(" ") if label != "-"] or [None]
        case = {
            "id": f"{name}-{number}",
            "main": main,
            "secondary": secondary,
            "text": text.replace("\\n", "\n"),
        }
        if language:
            case["language"] = language
        print(json.dumps(case, ensure_ascii=False))
