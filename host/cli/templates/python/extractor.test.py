"""The plugin in the Python of this machine: python3 -m unittest"""

import unittest

from docmill_plugin import Malformed, Span
from docmill_plugin.testing import Bytes, Host

from plugin import Extraction


class Notes(unittest.TestCase):
    def test_a_heading_after_accents_has_its_place_in_bytes(self) -> None:
        with Host(settings={"mark": "#"}):
            [read] = Extraction().extract(Bytes("été\n# Hà Nội\n".encode()))
        self.assertEqual(read.document.text, "été\nHà Nội\n")
        self.assertEqual([it.span for it in read.document.marks], [Span(6, 15)])

    def test_damage_is_told_with_its_place(self) -> None:
        with Host(settings={"mark": "#"}), self.assertRaises(Malformed) as raised:
            Extraction().extract(Bytes(b"ab\xff"))
        self.assertEqual(raised.exception.offset, 2)

    def test_an_empty_source_has_no_document(self) -> None:
        with Host(settings={"mark": "#"}):
            self.assertEqual(Extraction().extract(Bytes(b"")), [])
