"""The plugin in the Python of this machine: python3 -m unittest"""

import unittest

from docmill_plugin.testing import Bytes, Host

from plugin import Unpacking


class Notes(unittest.TestCase):
    def test_every_note_is_a_member_whatever_its_bytes_are(self) -> None:
        with Host(settings={"separator": "---"}, tables={"names": {"2": "two.txt"}}) as host:
            Unpacking().unpack(Bytes("été\n---\n".encode() + b"\xff"))
        self.assertEqual([it.name for it in host.members], ["note-1.txt", "two.txt"])
        self.assertEqual([it.content for it in host.members], ["été\n".encode(), b"\xff"])
