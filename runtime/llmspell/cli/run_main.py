"""`llmspell-run`: run one spell, headless, with as little start-up as possible."""

from __future__ import annotations

import os
import sys

from llmspell.cli.run_options import Malformed, quick_parse


def main() -> None:
    """Entry point; exits with the codes of `llmspell.cli.execution`."""
    try:
        sys.exit(_run(sys.argv[1:]))
    except KeyboardInterrupt:  # outside the run itself
        from llmspell.cli.execution import INTERRUPTED, leave

        leave(INTERRUPTED)


def _run(words: list[str]) -> int:
    try:
        completing = "_LLMSPELL_RUN_COMPLETE" in os.environ
        quick = None if completing else quick_parse(words, os.environ)
    except Malformed:
        quick = None
    if quick is None:
        from llmspell.cli.invoke import invoke
        from llmspell.cli.run import run_command

        return invoke(run_command, "llmspell-run", words)
    options, script, arguments = quick
    from llmspell.cli.execution import internal_error, run_script

    try:
        return run_script(options, script, arguments)
    except BrokenPipeError:
        from llmspell.cli.invoke import silence

        return silence()
    except Exception as error:  # noqa: BLE001 - a defect of ours: said in one line
        return internal_error(error, options["trace"])


if __name__ == "__main__":
    main()
