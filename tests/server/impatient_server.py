"""The server without patience: what was edited is always told before the whole document is."""

from __future__ import annotations

from llmspell_server.server import SpellServer
from llmspell_server.serving import serve_stdio


def main() -> None:
    server = SpellServer()
    server.diagnosing.patience = -1.0
    raise SystemExit(serve_stdio(lambda: server))


if __name__ == "__main__":
    main()
