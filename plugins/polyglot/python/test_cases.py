"""Runs the shared cases natively: see README.md."""

import json
import pathlib
import unittest

import analyze_words
import extract_keyvalue
from docmill_plugin import Attribute, Document, Malformed
from docmill_plugin.testing import Bytes

CASES = pathlib.Path(__file__).parent.parent / "cases"


class Cases(unittest.TestCase):
    def test_every_case_of_analyze_words_holds(self):
        for case in json.loads((CASES / "analyze-words.json").read_text()):
            with self.subTest(case["name"]):
                document = Document(case["text"])
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
                    said = [Attribute(name, value) for name, value in case.get("said", [])]
                    extracted = extract_keyvalue.Extraction().extract(Bytes(content, attributes=said))
                except Malformed as error:
                    self.assertEqual({"reason": error.reason, "offset": error.offset}, case["malformed"])
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
