"""Where chunks come from: files, through the security policy, as source text.

The one place that every chunk of a file passes: byte order mark and `#!` line are dropped
here (their line stays, so that line numbers hold), and chunk names are made here.
"""

from __future__ import annotations

import os

from llmspell.errors import SecurityError
from llmspell.lua.outcome import ChunkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.security.policy import Policy

_BOM = b"\xef\xbb\xbf"
_BINARY_HINTS = (b"\x1bLua", b"\x7fELF", b"MZ", b"\x89PNG", b"PK\x03\x04")


def source_text(data: bytes, name: str) -> bytes:
    """The Lua text in a file's bytes; raises `ChunkError` for what is no text.

    A leading byte order mark goes, a first line that starts with `#` is emptied.
    """
    data = data.removeprefix(_BOM)
    if data.startswith(_BINARY_HINTS[0]):
        raise ChunkError(f"{name}: compiled Lua code is not accepted, only source text")
    if data.startswith(_BINARY_HINTS) or b"\x00" in data[:8192]:
        raise ChunkError(f"{name}: this is a binary file, not Lua source text")
    if data.startswith(b"#"):
        end = data.find(b"\n")
        data = b"" if end < 0 else data[end:]
    return data


def read_source(path: str) -> bytes:
    """The Lua text of a file; raises `ChunkError` that says what is wrong with it."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs start-up time
            data = file.read()
    except FileNotFoundError:
        raise ChunkError(f"Script file not found: {path}") from None
    except IsADirectoryError:
        raise ChunkError(f"{path} is a directory, not a script") from None
    except OSError as error:
        raise ChunkError(f"{path}: {error.strerror}") from error
    return source_text(data, path)


def chunk_name(path: str) -> str:
    """`@` and the absolute path: what a debugger and a traceback know a file by."""
    return "@" + os.path.abspath(path)  # noqa: PTH100


def package_path(script_dir: str | None, extra: tuple[str, ...] = ()) -> str:
    """`package.path`: beside the script, the configured folders, the working directory."""
    folders = [folder for folder in (script_dir, *extra, ".") if folder]
    return ";".join(f"{folder}/?.lua;{folder}/?/init.lua" for folder in dict.fromkeys(folders))


class Loader:
    """What Lua's `loadfile`, `dofile` and `require` ask (see prelude/loader.lua)."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def read_chunk(self, path: bytes) -> tuple[bytes | None, bytes]:
        """Source text and chunk name of a file, or None and a sentence."""
        try:
            text = os.fsdecode(path)
            resolved = self._policy.check_path(text, "read")
            return read_source(resolved), os.fsencode(chunk_name(text))
        except ChunkError as error:
            message = str(error).replace("Script file not found", "cannot open")
            return None, message.encode("utf-8", "replace")
        except (SecurityError, ValueError) as error:
            return None, f"{os.fsdecode(path)}: {error}".encode("utf-8", "replace")

    def search_path(
        self, name: bytes, templates: bytes, separator: bytes, replacement: bytes
    ) -> tuple[bytes | None, bytes]:
        """The first existing file of `package.path`, or None and the list of what was tried."""
        wanted = name.replace(separator, replacement) if separator else name
        tried = []
        for template in templates.split(b";"):
            candidate = template.replace(b"?", wanted)
            if not candidate:
                continue
            try:
                resolved = self._policy.check_path(os.fsdecode(candidate), "read")
            except (SecurityError, ValueError) as error:
                tried.append(b"not allowed '" + candidate + b"' (" + str(error).encode() + b")")
                continue
            if os.path.isfile(resolved):  # noqa: PTH113
                return candidate, b""
            tried.append(b"no file '" + candidate + b"'")
        return None, b"\n\t".join(tried)
