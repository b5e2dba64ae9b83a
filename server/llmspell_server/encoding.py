"""How what is sent is made plain data.

That of a long answer takes tens of milliseconds, in which its job can be ended like everywhere
else: what there are many of in an answer is a range or has one.
"""

from __future__ import annotations

from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.protocol import default_converter

from .analysis.pace import checkpoint


def make_converter() -> Converter:
    """The converter of pygls, with a checkpoint at each range."""
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]
    for kind in (types.Range, types.FoldingRange):
        _pace(converter, kind)
    return converter


def _pace(converter: Converter, kind: type) -> None:
    plain = converter.get_unstructure_hook(kind)

    def paced(value: object) -> Any:
        checkpoint()
        return plain(value)

    converter.register_unstructure_hook(kind, paced)
