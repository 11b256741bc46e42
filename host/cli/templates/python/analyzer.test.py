"""The plugin in the Python of this machine: python3 -m unittest"""

import unittest

from docmill_plugin import Document, Misconfigured
from docmill_plugin.testing import Host

from plugin import Analysis


class Years(unittest.TestCase):
    def test_accents_before_a_finding_count_as_bytes(self) -> None:
        with Host(settings={"first": "1900"}, tables={"terms": {"été": "summer"}}):
            found = Analysis().analyze(Document("À l'été 2019, no 1789"))
        self.assertEqual([it.kind for it in found], ["term", "year"])
        self.assertEqual([it.span and it.span.start for it in found], [5, 11])

    def test_a_setting_that_is_no_number_is_refused(self) -> None:
        with Host(settings={"first": "later"}), self.assertRaises(Misconfigured):
            Analysis().kinds()
