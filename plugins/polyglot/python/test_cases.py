"""Runs the shared cases natively, against the bindings in PYTHONPATH: see README.md."""

import json
import pathlib
import unittest

import analyze_words
import extract_keyvalue
from componentize_py_types import Err
from wit_world.imports.types import Attribute, Document

CASES = pathlib.Path(__file__).parent.parent / "cases"


class Source:
    """Plays the host's source, and gives less than asked for."""

    def __init__(self, content: bytes, said: list):
        self.content = content
        self.said = said

    def attributes(self) -> list:
        return [Attribute(name=name, value=value) for name, value in self.said]

    def read(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + min(length, 7)]


class Cases(unittest.TestCase):
    def test_every_case_of_analyze_words_holds(self):
        for case in json.loads((CASES / "analyze-words.json").read_text()):
            with self.subTest(case["name"]):
                document = Document(text=case["text"], language=None, attributes=[], marks=[])
                found = [
                    {"kind": it.kind, "span": it.span and [it.span.start, it.span.end], "value": it.value}
                    for it in analyze_words.Analysis().analyze(document)
                ]
                self.assertEqual(found, case["annotations"])

    def test_every_case_of_extract_keyvalue_holds(self):
        for case in json.loads((CASES / "extract-keyvalue.json").read_text()):
            with self.subTest(case["name"]):
                content = bytes.fromhex(case["hex"]) if "hex" in case else case["source"].encode()
                try:
                    extracted = extract_keyvalue.Extraction().extract(Source(content, case.get("said", [])))
                except Err as error:
                    defect = error.value.value
                    self.assertEqual({"reason": defect.reason, "offset": defect.offset}, case["malformed"])
                    continue
                documents = [
                    {
                        "text": it.document.text,
                        "language": it.document.language,
                        "attributes": [[at.name, at.value] for at in it.document.attributes],
                    }
                    for it in extracted
                ]
                self.assertEqual(documents, case["documents"])


if __name__ == "__main__":
    unittest.main()
