"""Where Ollama answers, and what to do where it does not: known without its client.

The client takes longer to import than all else that a list of models needs, and mostly nobody
answers.
"""

from __future__ import annotations

import shutil
import socket
from urllib.parse import urlsplit, urlunsplit

from llmspell.errors import ProviderError

PORT = 11_434
HOME = f"http://localhost:{PORT}"

_OWN = frozenset({"localhost", "127.0.0.1", "::1"})
_SECONDS = 0.5


def address(text: str | None) -> str:
    """An address as `OLLAMA_HOST` may have it: scheme, host and port can be left out.

    Raises ProviderError for what is none.
    """
    if not text:
        return HOME
    try:
        url = urlsplit(text if "://" in text else f"http://{text}")
        port = url.port or PORT
    except ValueError as error:
        raise ProviderError(
            f"'{text}' is no address of Ollama ({error}); it stands in OLLAMA_HOST, or as "
            "`base_url` in [providers.ollama]",
            provider="ollama",
        ) from None
    if "://" in text:
        return text.rstrip("/")
    host = url.hostname or "127.0.0.1"
    host = f"[{host}]" if ":" in host else host
    return urlunsplit(("http", f"{host}:{port}", url.path.rstrip("/"), "", ""))


def absent(url: str) -> str:
    """The sentence for an address at which nobody answers."""
    if shutil.which("ollama"):
        what = "start it with `ollama serve`"
    else:
        what = "install it with `llmspell model install-ollama`, or set OLLAMA_HOST"
    return f"Ollama does not answer at {url}; {what}"


def is_away(url: str) -> bool:
    """Whether nobody listens at an address of this machine; of others nothing is known."""
    parts = urlsplit(url)
    if parts.hostname not in _OWN:
        return False
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname, port), _SECONDS).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False
