"""The plugin in the Python of this machine: python3 -m unittest"""

import unittest

from docmill_plugin import LanguagePair, Misconfigured
from docmill_plugin.testing import Host

from plugin import Translation

FRENCH = LanguagePair("fr", "en")


class Segments(unittest.TestCase):
    def test_every_segment_has_one_and_an_empty_one_stays_empty(self) -> None:
        with Host(settings={"target": "en"}, tables={"glossary": {"été": "summer"}}):
            rendering = Translation().translate(["À l'été", ""], FRENCH)
        self.assertEqual(rendering.segments, ["À l'summer", ""])

    def test_what_is_no_language_is_refused(self) -> None:
        with Host(settings={"target": "English"}), self.assertRaises(Misconfigured):
            Translation().pairs()
