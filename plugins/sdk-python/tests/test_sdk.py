"""What the package does where there is no component: spans, records, tracebacks, the host of unit tests.

    PYTHONPATH=src python3 -m unittest discover -s tests
"""

import random
import time
import unittest

from docmill_plugin import Annotation, Attribute, Internal, Malformed, Member, MemberWriter, Offsets, Span
from docmill_plugin import attributes, emit, export, log, open_table, read_all, setting
from docmill_plugin import _frozen, _tracebacks
from docmill_plugin.testing import Bytes, Host

TEXTS = ["", "plain", "été à Łódź", "a👩‍👩‍👧b🇻🇳c", "日本語 " * 200, "x" * 255 + "é" * 3 + "y" * 300]


class Spans(unittest.TestCase):
    def test_both_ways_of_counting_agree_at_every_character(self):
        for text in TEXTS:
            offsets = Offsets(text)
            for character in range(len(text) + 1):
                byte = len(text[:character].encode())
                self.assertEqual(offsets.byte(character), byte, text[:20])
                self.assertEqual(offsets.character(byte), character, text[:20])

    def test_what_lies_outside_or_within_a_character_is_refused(self):
        offsets = Offsets("é" * 300)
        for wrong in [1, 511, 601, -1]:
            with self.assertRaises(ValueError):
                offsets.character(wrong)
        for wrong in [-1, 301]:
            with self.assertRaises(ValueError):
                offsets.byte(wrong)

    def test_a_span_covers_what_its_characters_do(self):
        offsets = Offsets("écrivez à jérôme")
        self.assertEqual(offsets.span(0, 7), Span(0, 8))
        self.assertEqual(offsets.text(Span(9, 11)), "à")
        self.assertEqual([(span.start, match[0]) for span, match in offsets.matches(r"\w+")], [(0, "écrivez"), (9, "à"), (12, "jérôme")])

    def test_a_hundred_thousand_questions_take_no_quadratic_time(self):
        text = "é " * 200_000
        begun = time.process_time()
        offsets = Offsets(text)
        for character in range(0, len(text), 4):
            offsets.byte(character)
        # Encoding each prefix would take minutes.
        self.assertLess(time.process_time() - begun, 5)


class Records(unittest.TestCase):
    def test_a_value_of_another_type_is_refused_where_it_is_put_in(self):
        with self.assertRaisesRegex(TypeError, r"`value` of Annotation has to be str or None, and is 7 \(int\)"):
            Annotation("year", value=7)
        with self.assertRaisesRegex(TypeError, r"`start` of Span has to be int, and is 1.5"):
            Span(1.5, 2)

    def test_attributes_are_named_as_the_contract_wants(self):
        self.assertEqual(attributes(page_count=3, title=None), [Attribute("page-count", "3")])


@export
class Mistakes:
    def extract(self, document):
        return self.malformed()

    def analyze(self, document):
        return {
            "raise": lambda: {}["key"],
            "malformed": lambda: self.malformed(),
            "print": lambda: print("one\ntwo", end=""),
        }[document]()

    def malformed(self):
        raise Malformed("no number", 3)


class Guard(unittest.TestCase):
    def test_an_exception_is_told_with_its_lines_and_without_those_of_the_package(self):
        with Host() as host, self.assertRaises(Internal) as raised:
            Mistakes().analyze("raise")
        self.assertRegex(str(raised.exception), r"^KeyError: 'key' \(.*test_sdk.py:\d+, in <lambda>\)$")
        [(level, words)] = host.log
        self.assertEqual(level, "error")
        self.assertIn('"raise": lambda: {}["key"]', words)
        self.assertNotIn("_export.py", words)

    def test_an_error_of_the_contract_stays_one(self):
        with Host() as host, self.assertRaises(Malformed) as raised:
            Mistakes().extract("")
        self.assertEqual((raised.exception.offset, host.log), (3, []))

    def test_what_is_printed_goes_to_the_log(self):
        with Host() as host, self.assertRaises(Internal) as raised:
            Mistakes().analyze("print")
        self.assertEqual(host.log[:2], [("info", "one"), ("info", "two")])
        self.assertRegex(str(raised.exception), "`analyze` returned None .NoneType. instead of a list")

    def test_a_traceback_has_a_longest(self):
        def recurse(number):
            return recurse(number + 1) if number < 300 else "é" * 9_000 + 1

        try:
            recurse(0)
        except TypeError as error:
            line, whole = _tracebacks.words(error)
        self.assertLess(len(line), 1_000)
        self.assertLess(len(whole.encode()), 4_096)
        try:
            raise ValueError("é" * 9_000)
        except ValueError as error:
            line, whole = _tracebacks.words(error)
        self.assertLess(len(line), 1_000)
        self.assertLess(len(whole.encode()), 4_096)
        self.assertTrue(whole.startswith("Traceback"))


class HostOfTests(unittest.TestCase):
    def test_it_gives_what_it_was_given(self):
        with Host(settings={"unit": "km"}, tables={"places": {"Łódź": "PL", "ó": "-"}}) as host:
            self.assertEqual(setting("unit"), "km")
            found = open_table("places").find("à Łódź")
            self.assertEqual([(it.span.start, it.span.end, it.value) for it in found], [(3, 10, "PL"), (5, 7, "-")])
            self.assertIsNone(open_table("others"))
            log("seen", count=2)
        self.assertEqual(host.log, [("info", "seen count=2")])
        with self.assertRaisesRegex(RuntimeError, "docmill_plugin.testing.Host"):
            setting("unit")

    def test_a_source_gives_less_than_it_is_asked_for(self):
        source, content = Bytes(b"0123456789"), b""
        while part := source.read(len(content), 4_096):
            content += part
        self.assertEqual(content, b"0123456789")
        self.assertEqual(read_all(source), b"0123456789")
        self.assertEqual(read_all(Bytes(b"")), b"")

    def test_members_come_whole_or_in_pieces_and_what_is_left_by_an_exception_is_none(self):
        with Host() as host:
            emit(Member("a", None, b"1"))
            with MemberWriter("b", "text/plain", attributes(date="2025-01-01")) as member:
                member.write(b"2")
                member.write(b"3")
            with self.assertRaises(KeyError), MemberWriter("c") as member:
                member.write(b"4")
                raise KeyError("broken")
        self.assertEqual([(it.name, it.content) for it in host.members], [("a", b"1"), ("b", b"23")])
        with self.assertRaisesRegex(TypeError, "`content` of Member has to be bytes, and is 'text'"):
            Member("d", None, "text")


FROZEN = time.time()


class Frozen(unittest.TestCase):
    def test_a_clock_that_is_asked_while_the_component_is_built_is_found(self):
        found = "\n".join(_frozen.found(__name__))
        self.assertRegex(found, r"`time.time\(\)` at .*test_sdk.py:\d+ runs while the component is built")
        self.assertRegex(found, r"`random.random\(\)` at .*test_sdk.py:\d+: a plugin has no randomness")
        self.assertNotIn("random.Random", found.replace("use `random.Random` with", ""))

    def never(self):
        return random.random() + random.Random(3).random()


if __name__ == "__main__":
    unittest.main()
