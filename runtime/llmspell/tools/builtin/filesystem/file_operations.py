"""`file-operations` (spec tools §8.19, lua-globals §4.3), on the standard library."""

from __future__ import annotations

import os
import shutil
import stat

from llmspell.errors import LLMSpellError, SecurityError, StorageError, ValidationError
from llmspell.security.opening import open_to_read, write_whole
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import (
    check_extension,
    check_size,
    file_path,
    kind_of,
    storage_errors,
    timestamp,
)
from llmspell.tools.description import Example, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
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
        path = file_path(call)
        with storage_errors("read", path):
            data = _content(call, path)
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
        path = file_path(call, mode="write")
        data = str(call.params["input"]).encode()
        check_size(call, len(data), "content_size")
        with storage_errors("write", path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if call.settings.file_operations.atomic_writes:
                write_whole(call.policy, path, data)
            else:
                _check_regular(path, "write")
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
        path = file_path(call, mode="write")
        data = str(call.params["input"]).encode()
        with storage_errors("append", path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _check_regular(path, "append")
            with open(path, "ab") as file:
                check_size(call, file.tell() + len(data), "total_size")
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
        with storage_errors("delete", path):
            if os.path.isdir(path) and not os.path.islink(path):
                raise StorageError(
                    f"{path} is a folder; only files are deleted", operation="delete"
                )
            os.unlink(path)
        return _done("delete", f"Deleted {path}", {"path": path})

    def do_create_dir(self, call: Call) -> Answer:
        """An existing folder is fine."""
        path, recursive = file_path(call, mode="write"), bool(call.get("recursive"))
        with storage_errors("create_dir", path):
            if recursive:
                os.makedirs(path, exist_ok=True)
            elif not os.path.isdir(path):
                os.mkdir(path)
        return _done("create_dir", f"Created folder {path}", {"recursive": recursive, "path": path})

    def do_list_dir(self, call: Call) -> Answer:
        """The first 1000 entries by name."""
        path = file_path(call)
        with storage_errors("list_dir", path):
            names = sorted(os.listdir(path))
            entries = [_listed(os.path.join(path, name), name) for name in names[:MOST_ENTRIES]]
        result: dict[str, Any] = {"entries": entries, "count": len(entries), "path": path}
        if len(names) > MOST_ENTRIES:
            result["left_out"] = len(names) - MOST_ENTRIES
        return _done("list_dir", f"Listed {len(entries)} entries in {path}", result)

    def do_copy(self, call: Call) -> Answer:
        """Overwrites; makes missing folders. Into a folder it goes under its own name."""
        source = file_path(call, "source_path")
        target = _target(call, source)
        with storage_errors("copy", source):
            data = _content(call, source)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            write_whole(call.policy, target, data)
            shutil.copystat(source, target)
        told = {"source": source, "target": target}
        return _done("copy", f"Copied {source} to {target}", told)

    def do_move(self, call: Call) -> Answer:
        """Also between devices. Into a folder it goes under its own name."""
        source = _entry(call, "source_path")
        target = _target(call, source)
        with storage_errors("move", source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.move(source, target)
        told = {"source": source, "target": target}
        return _done("move", f"Moved {source} to {target}", told)

    def do_metadata(self, call: Call) -> Answer:
        """Times are RFC 3339 in UTC."""
        path = file_path(call)
        with storage_errors("metadata", path):
            found = os.stat(path)
        result = {
            "path": path,
            "type": kind_of(found.st_mode),
            "size": found.st_size,
            "readonly": not found.st_mode & stat.S_IWUSR,
            "created": timestamp(found.st_ctime),
            "modified": timestamp(found.st_mtime),
            "accessed": timestamp(found.st_atime),
        }
        return _done("metadata", f"Metadata of {path}", result)

    def do_exists(self, call: Call) -> Answer:
        """Also folders exist."""
        path = file_path(call)
        exists = os.path.exists(path)
        words = "exists" if exists else "does not exist"
        return _done("exists", f"Path {path} {words}", {"exists": exists, "path": path})


def _entry(call: Call, name: str = "path") -> str:
    """The path of a directory entry that will be gone: a link itself, not what it leads to."""
    folder, last = os.path.split(str(call.need(name)).rstrip("/"))
    if last in {"", ".", ".."}:
        raise ValidationError(f"'{name}' names no file", field=name)
    path = os.path.join(call.policy.check_path(folder or ".", "write"), last)
    call.policy.check_path(path, "write")
    return path


def _target(call: Call, source: str) -> str:
    """Where a file goes: the target, or its own name in the target where that is a folder.

    That path is judged again: such a name may be a link that leads out of the allowed folders.
    """
    target = file_path(call, "target_path", "write")
    if os.path.isdir(target):
        inner = os.path.join(target, os.path.basename(source))
        target = call.policy.check_path(inner, "write")
        check_extension(call, target)
        if os.path.isdir(target):
            raise StorageError(f"{target} is a folder", operation=call.operation)
    return target


def _content(call: Call, path: str) -> bytes:
    if os.path.isdir(path):
        raise StorageError(f"{path} is a folder", operation=call.operation)
    with open_to_read(call.policy, path) as file:
        check_size(call, os.fstat(file.fileno()).st_size, "file_size")
        return file.read()


def _check_regular(path: str, operation: str) -> None:
    """Raises StorageError for a pipe or device, which could take or give without end."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise StorageError(f"{path} is no regular file", operation=operation)


def _listed(path: str, name: str) -> dict[str, Any]:
    found = os.lstat(path)
    return {
        "name": name,
        "path": path,
        "type": kind_of(found.st_mode),
        "size": found.st_size,
        "modified": timestamp(found.st_mtime),
    }


def _done(operation: str, message: str, result: dict[str, Any]) -> Answer:
    path = result.get("path")
    metadata = {"file_path": path} if path else {}
    return Answer(operation, result, message=message, metadata=metadata)
