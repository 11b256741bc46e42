"""Prints PAGES/NAME.jsonl with the HTML of PAGES/html in the place of the texts, for fit.sh: `pages_to_sources.py PAGES NAME`."""

import json
import sys
from pathlib import Path

pages, name = Path(sys.argv[1]), sys.argv[2]
for line in (pages / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
    case = json.loads(line)
    source = pages / "html" / f"{case['id']}.html"
    if source.exists():
        del case["text"]
        case["source"] = str(source)
    print(json.dumps(case, ensure_ascii=False))
