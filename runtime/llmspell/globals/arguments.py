"""The `ARGS` and `arg` globals (spec lua-globals §19, cli §6.1)."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

Arguments = dict["str | int", str]


def script_arguments(script: str, words: Sequence[str]) -> tuple[Arguments, Arguments]:
    """`ARGS` and `arg` for a script and the words after it on the command line.

    `--key value`, `--key=value` and `--flag` (which is `"true"`) become names; a repeated name
    keeps its last value. Everything else is positional, under its number both as an integer and
    as a string; number 0 is the script's file name. `arg` has the positional ones only.
    """
    named: Arguments = {}
    positional = [os.path.basename(script)]  # noqa: PTH119 - pathlib costs start-up time
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            positional.append(word)
            continue
        key, equals, value = word.lstrip("-").partition("=")
        if equals:
            named[key] = value
        elif rest and not rest[0].startswith("--"):
            named[key] = rest.pop(0)
        else:
            named[key] = "true"
    numbered: Arguments = dict(enumerate(positional))
    spelled: Arguments = {str(number): value for number, value in numbered.items()}
    return {**named, **spelled, **numbered}, numbered
