"""`file-operations` (spec tools §8.19, lua-globals §4.3), on the standard library."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from datetime import UTC, datetime

from llmspell.errors import LLMSpellError, SecurityError, StorageError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.description import Example, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from llmspell.tools.call import Call

MOST_ENTRIES = 1000


class FileOperations(Tool):
    """Reads, writes, copies, moves, deletes and lists files and folders."""

    name = "file-operations"
    category = "filesystem"
    security = "privileged"
    result = "message"
    parameters = (
        Parameter("path", "string", "File or folder.", kind="file-path"),
        Parameter("input", "string", "Content to write.", aliases=("content",)),
        Parameter("source_path", "string", "Copy or move from here.", kind="file-path"),
        Parameter("target_path", "string", "Copy or move to here.", kind="file-path"),
        Parameter("recursive", "boolean", "Make missing parent folders too.", default=False),
    )
    operations = {
        "read": Operation("the text of a file", needs=("path",), takes=("path",)),
        "write": Operation(
            "writes a file, with its folders", needs=("path", "input"), takes=("path", "input")
        ),
        "append": Operation(
            "adds to a file, which may be new", needs=("path", "input"), takes=("path", "input")
        ),
        "delete": Operation("deletes a file", needs=("path",), takes=("path",)),
        "create_dir": Operation(
            "makes a folder", needs=("path",), takes=("path", "recursive"), aliases=("mkdir",)
        ),
        "list_dir": Operation(
            "what a folder holds", needs=("path",), takes=("path",), aliases=("list", "ls", "dir")
        ),
        "copy": Operation(
            "copies a file",
            needs=("source_path", "target_path"),
            takes=("source_path", "target_path"),
            aliases=("cp",),
        ),
        "move": Operation(
            "moves or renames",
            needs=("source_path", "target_path"),
            takes=("source_path", "target_path"),
            aliases=("mv", "rename"),
        ),
        "metadata": Operation(
            "type, size and times", needs=("path",), takes=("path",), aliases=("stat", "info")
        ),
        "exists": Operation("whether there is such a path", needs=("path",), takes=("path",)),
    }
    examples = (
        Example(
            {"operation": "write", "path": "@/notes/a.txt", "input": "héllo"},
            {"success": True, "result": {"size": 6, "bytes_written": 6}},
        ),
        Example(
            {"operation": "read", "path": "@/a.txt"},
            {"text": "hello", "result": {"content": "hello", "size": 5}},
            files={"a.txt": "hello"},
        ),
        Example({"operation": "exists", "path": "@/none"}, {"result": {"exists": False}}),
        Example({"operation": "read", "path": "/etc/passwd"}, fails="not in allowed"),
    )

    def failed(self, call: Call, error: LLMSpellError) -> Answer | None:
        """Writing gives its failure instead of raising, and so does reading what is not there."""
        missing = call.operation == "read" and error.details.get("missing")
        if call.operation != "write" and not missing:
            return None
        if isinstance(error, SecurityError):
            kind = "security_violation"
        else:
            invalid = isinstance(error, ValidationError)
            kind = "validation_error" if invalid else "execution_error"
        told = {"path": call.get("path"), "error_type": kind}
        return Answer(call.operation, told, error=error)

    def do_read(self, call: Call) -> Answer:
        """`text` is the content."""
        path = _path(call)
        with _failing("read", path):
            _check_size(call, os.stat(path).st_size, "file_size")
            with open(path, "rb") as file:
                data = file.read()
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise StorageError(
                f"{path} is no UTF-8 text (byte {error.start + 1})", operation="read"
            ) from error
        size = len(data)
        result = {"input": text, "content": text, "text": text, "path": path, "size": size}
        return Answer("read", result, text=text, metadata={"file_path": path, "file_size": size})

    def do_write(self, call: Call) -> Answer:
        """Writes beside the file and renames, so that nobody ever sees half of it."""
        path = _path(call, mode="write")
        data = str(call.params["input"]).encode()
        _check_size(call, len(data), "content_size")
        with _failing("write", path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if call.settings.file_operations.atomic_writes:
                _replace(path, data)
            else:
                with open(path, "wb") as file:
                    file.write(data)
        return Answer(
            "write",
            {"path": path, "size": len(data), "bytes_written": len(data)},
            message=f"Wrote {len(data)} bytes to {path}",
            metadata={"file_path": path, "file_size": len(data)},
        )

    def do_append(self, call: Call) -> Answer:
        """Adds to the end."""
        path = _path(call, mode="write")
        data = str(call.params["input"]).encode()
        with _failing("append", path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "ab") as file:
                _check_size(call, file.tell() + len(data), "total_size")
                file.write(data)
        return Answer(
            "append",
            {"appended_size": len(data), "path": path},
            message=f"Appended {len(data)} bytes to {path}",
            metadata={"file_path": path},
        )

    def do_delete(self, call: Call) -> Answer:
        """Deletes a file or a link, never a folder."""
        path = _entry(call)
        with _failing("delete", path):
            if os.path.isdir(path) and not os.path.islink(path):
                raise StorageError(
                    f"{path} is a folder; only files are deleted", operation="delete"
                )
            os.unlink(path)
        return _done("delete", f"Deleted {path}", {"path": path})

    def do_create_dir(self, call: Call) -> Answer:
        """An existing folder is fine."""
        path, recursive = _path(call, mode="write"), bool(call.get("recursive"))
        with _failing("create_dir", path):
            if recursive:
                os.makedirs(path, exist_ok=True)
            elif not os.path.isdir(path):
                os.mkdir(path)
        return _done("create_dir", f"Created folder {path}", {"recursive": recursive, "path": path})

    def do_list_dir(self, call: Call) -> Answer:
        """The first 1000 entries by name."""
        path = _path(call)
        with _failing("list_dir", path):
            names = sorted(os.listdir(path))
            entries = [_listed(os.path.join(path, name), name) for name in names[:MOST_ENTRIES]]
        result: dict[str, Any] = {"entries": entries, "count": len(entries), "path": path}
        if len(names) > MOST_ENTRIES:
            result["left_out"] = len(names) - MOST_ENTRIES
        return _done("list_dir", f"Listed {len(entries)} entries in {path}", result)

    def do_copy(self, call: Call) -> Answer:
        """Overwrites; makes missing folders."""
        source = _path(call, "source_path")
        target = _path(call, "target_path", mode="write")
        with _failing("copy", source):
            _check_size(call, os.stat(source).st_size, "file_size")
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)
        told = {"source": source, "target": target}
        return _done("copy", f"Copied {source} to {target}", told)

    def do_move(self, call: Call) -> Answer:
        """Also between devices."""
        source = _entry(call, "source_path")
        target = _path(call, "target_path", mode="write")
        with _failing("move", source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.move(source, target)
        told = {"source": source, "target": target}
        return _done("move", f"Moved {source} to {target}", told)

    def do_metadata(self, call: Call) -> Answer:
        """Times are RFC 3339 in UTC."""
        path = _path(call)
        with _failing("metadata", path):
            found = os.stat(path)
        result = {
            "path": path,
            "type": _type(found.st_mode),
            "size": found.st_size,
            "readonly": not found.st_mode & stat.S_IWUSR,
            "created": _time(found.st_ctime),
            "modified": _time(found.st_mtime),
            "accessed": _time(found.st_atime),
        }
        return _done("metadata", f"Metadata of {path}", result)

    def do_exists(self, call: Call) -> Answer:
        """Also folders exist."""
        path = _path(call)
        exists = os.path.exists(path)
        words = "exists" if exists else "does not exist"
        return _done("exists", f"Path {path} {words}", {"exists": exists, "path": path})


def _path(call: Call, name: str = "path", *, mode: Any = "read") -> str:
    path = call.path(name, mode)
    _check_extension(call, path)
    return path


def _entry(call: Call, name: str = "path") -> str:
    """The path of a directory entry that will be gone: a link itself, not what it leads to."""
    folder, last = os.path.split(str(call.need(name)).rstrip("/"))
    if last in {"", ".", ".."}:
        raise ValidationError(f"'{name}' names no file", field=name)
    path = os.path.join(call.policy.check_path(folder or ".", "write"), last)
    call.policy.check_path(path, "write")
    return path


def _check_extension(call: Call, path: str) -> None:
    """Raises SecurityError for an extension that the configuration does not allow."""
    settings = call.settings.file_operations
    extension = os.path.splitext(path)[1].lstrip(".").lower()
    allowed = {each.lstrip(".").lower() for each in settings.allowed_extensions}
    blocked = {each.lstrip(".").lower() for each in settings.blocked_extensions}
    if extension in blocked or (allowed and extension not in allowed):
        raise SecurityError(
            f"File extension blocked: '.{extension}'; see "
            "`tools.file_operations.allowed_extensions` and `blocked_extensions`"
        )


def _check_size(call: Call, size: int, field: str) -> None:
    most = call.settings.file_operations.max_file_size
    if size > most:
        raise ValidationError(
            f"{size} bytes are more than `tools.file_operations.max_file_size` ({most}) allows",
            field=field,
        )


@contextlib.contextmanager
def _failing(operation: str, path: str) -> Iterator[None]:
    """Tells what the system refuses as a StorageError; `missing` where there is no such path."""
    try:
        yield
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise StorageError(
            f"{error.filename or path}: {error.strerror or error}",
            operation=operation,
            **({"missing": True} if missing else {}),
        ) from error


def _replace(path: str, data: bytes) -> None:
    """Writes a file in one step, keeping its permissions."""
    handle, beside = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".llmspell-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
        except FileNotFoundError:
            mode = 0o666 & ~_umask()
        os.chmod(beside, mode)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise


def _umask() -> int:
    """The process's mask, read without setting it where the system tells (Linux)."""
    with contextlib.suppress(OSError), open("/proc/self/status") as file:
        for line in file:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    return 0o022


def _listed(path: str, name: str) -> dict[str, Any]:
    found = os.lstat(path)
    return {
        "name": name,
        "path": path,
        "type": _type(found.st_mode),
        "size": found.st_size,
        "modified": _time(found.st_mtime),
    }


def _type(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "directory"
    if stat.S_ISLNK(mode):
        return "symlink"
    return "file" if stat.S_ISREG(mode) else "unknown"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _done(operation: str, message: str, result: dict[str, Any]) -> Answer:
    path = result.get("path")
    metadata = {"file_path": path} if path else {}
    return Answer(operation, result, message=message, metadata=metadata)
