"""`llmspell-run`: run one spell, headless, with as little start-up as possible."""

from __future__ import annotations

import os
import sys

from llmspell.cli.run_options import Malformed, quick_parse


def main() -> None:
    """Entry point; exits with the codes of `llmspell.cli.execution`."""
    try:
        if "_LLMSPELL_RUN_COMPLETE" in os.environ:
            raise Malformed
        options, script, arguments = quick_parse(sys.argv[1:], os.environ)
    except Malformed:
        from llmspell.cli.run import run_command

        run_command(prog_name="llmspell-run")
        return
    from llmspell.cli.execution import run_script

    sys.exit(run_script(options, script, arguments))


if __name__ == "__main__":
    main()
