"""A process that reads files: paths come in, one a line as JSON, and summaries go out.

Each answer is a line with the number of bytes that follow, `-1` for a file that cannot be read.
Imports the analysis only, so that it begins and stays small.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from typing import BinaryIO

from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text
from llmspell_server.analysis.workspace.occurrences import Live
from llmspell_server.analysis.workspace.summary import Summary, summary_of

from .cache import digest_of, packed


def summary_of_file(path: str) -> tuple[bytes, Summary] | None:
    """The digest of a file's content and its summary; None for a file that cannot be read."""
    try:
        data = Path(path).read_bytes()
    except OSError:
        return None
    return digest_of(data), summary_of(Live(Snapshot.of(Text(data.decode("utf-8", "replace")))))


def main() -> None:
    """Answers until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.nice(5)
    # Trees are garbage in cycles, all at once when their file has been read; looking for some in
    # between took a quarter of the time.
    gc.disable()
    gc.freeze()
    for line in sys.stdin:
        _answer(json.loads(line), answers)
        gc.collect()


def _answer(path: str, answers: BinaryIO) -> None:
    found = summary_of_file(path)
    if found is None:
        answers.write(b"-1\n")
    else:
        digest, summary = found
        body = digest + packed(summary)
        answers.write(b"%d\n" % len(body))
        answers.write(body)
    answers.flush()


if __name__ == "__main__":
    main()
