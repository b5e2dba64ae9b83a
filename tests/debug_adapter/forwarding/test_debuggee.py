from __future__ import annotations

import io
import os

import pytest

from llmspell_debug_adapter.forwarding.debuggee import Debuggee
from llmspell_debug_adapter.protocol.framing import Connection
from llmspell_debug_adapter.protocol.messages import LATE, Refused, Request


def test_what_comes_when_the_debuggee_has_just_gone_is_refused_without_a_word_to_the_user() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as sink, pytest.raises(Refused) as refused:
        debuggee = Debuggee(Connection(io.BytesIO(), sink, lambda: None))
        debuggee.request(Request(1, "cancel"), lambda _: None)
    assert (refused.value.code, refused.value.show) == (LATE, False)
