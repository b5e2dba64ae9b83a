"""A process that lets debuggers attach to its spell, as `llmspell-run --debug` does.

`python -m tests.debug_adapter.attachable SPELL [--wait]`; prints its port and token first.
"""

from __future__ import annotations

import sys

from llmspell.app import Runtime
from llmspell.debugger.debugger import Debugger
from llmspell.errors import LLMSpellError
from llmspell.lua.streams import Streams, fd_writer
from llmspell_debug_adapter.serving import serve_attach


def main() -> None:
    path, *options = sys.argv[1:]
    streams = Streams(fd_writer(1), fd_writer(2), lambda _: b"", line_buffered=True)
    runtime = Runtime(streams=streams)
    debugger = Debugger.attach_to(runtime)
    server = serve_attach(debugger, name=path, engine=runtime.engine, streams=streams)
    print(server.address.port, server.address.token, flush=True)
    if "--wait" in options:
        server.wait()
    code = 0
    try:
        runtime.run_file(path)
    except LLMSpellError as error:
        print(error, file=sys.stderr)
        code = 1
    runtime.close()
    server.close(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
