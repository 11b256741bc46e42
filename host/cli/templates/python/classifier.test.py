"""The plugin in the Python of this machine: python3 -m unittest"""

import unittest

from docmill_plugin import Document, Misconfigured, Span
from docmill_plugin.testing import Host

from plugin import Classification


class Labels(unittest.TestCase):
    def test_a_short_text_on_the_topic_has_both_labels(self) -> None:
        with Host(settings={"long-from": "5"}, tables={"terms": {"loi": "law"}}):
            short, on_topic = Classification().classify(Document("À la loi"))
        self.assertEqual((short.name, on_topic.name), ("short", "on-topic"))
        # In bytes: the accent before it counts two.
        self.assertEqual(on_topic.evidence, [Span(6, 9)])

    def test_a_text_without_words_is_neither_long_nor_short(self) -> None:
        with Host(settings={"long-from": "5"}):
            self.assertEqual(Classification().classify(Document("")), [])

    def test_a_setting_that_is_no_number_is_refused(self) -> None:
        with Host(settings={"long-from": "many"}), self.assertRaises(Misconfigured):
            Classification().labels()
