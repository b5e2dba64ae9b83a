"""Required modules."""

from __future__ import annotations

import pytest

from .checking import check


@pytest.mark.parametrize(
    "marked",
    [
        "local x = require(⟦'nothing'⟧)",
        "local x = require 'other'",
        "local ok, x = pcall(require, 'nothing')",
        "local ok = pcall(function() return require('nothing') end)",
        "local require = print\nrequire('nothing')",
        "local x = require(name)",
        "local d = require('debug')",
        "local load_module = require\nload_module(⟦'nothing'⟧)",
        "local load_module = print\nload_module('nothing')",
    ],
)
def test_unresolved_require(marked: str) -> None:
    check("unresolved-require", marked, other="return 1")


def test_different_requires() -> None:
    check(
        "different-requires",
        "local a = require('a.b')\nlocal b = require(⟦'a/b'⟧)\nlocal c = require('a.b')",
        **{"a/b": "return 1"},
    )
