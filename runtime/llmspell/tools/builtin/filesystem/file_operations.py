"""`file-operations` (spec tools §8.19, lua-globals §4.3), on the standard library."""

from __future__ import annotations

import os
import stat
from collections import deque

from llmspell.errors import LLMSpellError, SecurityError, StorageError, ValidationError
from llmspell.security.entries import (
    delete_file,
    entries,
    folder_to_change,
    make_folder,
    make_parents,
    move,
    open_to_change,
    status,
)
from llmspell.security.opening import replacing, write_whole
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import (
    check_extension,
    check_size,
    file_path,
    kind_of,
    open_file,
    storage_errors,
    timestamp,
)
from llmspell.tools.description import Example, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from llmspell.tools.call import Call

MOST_ENTRIES = 1000


class FileOperations(Tool):
    """Reads, writes, copies, moves, deletes and lists files and folders."""

    name = "file-operations"
    category = "filesystem"
    security = "privileged"
    permissions = ("read", "write")
    result = "message"
    parameters = (
        Parameter("path", "string", "File or folder.", kind="file-path"),
        Parameter("input", "string", "Content to write.", aliases=("content",)),
        Parameter("source_path", "string", "Copy or move from here.", kind="file-path"),
        Parameter("target_path", "string", "Copy or move to here.", kind="file-path"),
        Parameter(
            "recursive",
            "boolean",
            "Make missing parent folders too; list what is in the folders below, too.",
            default=False,
        ),
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
            "what a folder holds",
            needs=("path",),
            takes=("path", "recursive"),
            aliases=("list", "ls", "dir"),
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

    def operation_of(self, params: Mapping[str, Any]) -> str:
        """`action` is another name of `operation`, which the original's command line asked for."""
        return super().operation_of({"operation": params.get("action"), **params})

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
        done = "written" if call.operation == "write" else "read"
        message = f"{call.get('path')} could not be {done}"
        return Answer(call.operation, told, message=message, error=error)

    def do_read(self, call: Call) -> Answer:
        """`text` is the content."""
        path = file_path(call)
        with storage_errors("read", path):
            data, _ = _content(call, path)
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
            make_parents(call.policy, path)
            if call.settings.file_operations.atomic_writes:
                write_whole(call.policy, path, data)
            else:
                with open_to_change(call.policy, path, append=False) as file:
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
            make_parents(call.policy, path)
            with open_to_change(call.policy, path, append=True) as file:
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
            delete_file(call.policy, path)
        return _done("delete", f"Deleted {path}", {"path": path})

    def do_create_dir(self, call: Call) -> Answer:
        """An existing folder is fine."""
        path, recursive = file_path(call, mode="write"), bool(call.get("recursive"))
        with storage_errors("create_dir", path):
            make_folder(call.policy, path, parents=recursive)
        return _done("create_dir", f"Created folder {path}", {"recursive": recursive, "path": path})

    def do_list_dir(self, call: Call) -> Answer:
        """The first 1000 entries by name; with `recursive` those of the upper folders first.

        `left_out` counts further entries of folders that were read. `unread` names the folders
        below that may not be read.
        """
        path = file_path(call)
        with storage_errors("list_dir", path):
            if call.get("recursive"):
                listed, left_out, unread = _below(call, path)
            else:
                (listed, left_out), unread = _held(call, path, MOST_ENTRIES), []
        result: dict[str, Any] = {"entries": listed, "count": len(listed), "path": path}
        if left_out:
            result["left_out"] = left_out
        if unread:
            result["unread"] = unread
        return _done("list_dir", f"Listed {len(listed)} entries in {path}", result)

    def do_copy(self, call: Call) -> Answer:
        """Overwrites; makes missing folders. Into a folder it goes under its own name."""
        source = file_path(call, "source_path")
        target = _target(call, source)
        with storage_errors("copy", source):
            data, held = _content(call, source)
            make_parents(call.policy, target)
            with replacing(call.policy, target) as (file, _):
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), stat.S_IMODE(held.st_mode))
                os.utime(file.fileno(), ns=(held.st_atime_ns, held.st_mtime_ns))
        told = {"source": source, "target": target}
        return _done("copy", f"Copied {source} to {target}", told)

    def do_move(self, call: Call) -> Answer:
        """Also between devices. Into a folder it goes under its own name."""
        source = _entry(call, "source_path")
        target = _target(call, source)
        with storage_errors("move", source):
            make_parents(call.policy, target)
            move(call.policy, source, target)
        told = {"source": source, "target": target}
        return _done("move", f"Moved {source} to {target}", told)

    def do_metadata(self, call: Call) -> Answer:
        """Times are RFC 3339 in UTC."""
        path = file_path(call)
        with storage_errors("metadata", path):
            found = status(call.policy, path)
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
        try:
            exists = bool(status(call.policy, path))
        except OSError:
            exists = False
        words = "exists" if exists else "does not exist"
        return _done("exists", f"Path {path} {words}", {"exists": exists, "path": path})


def _entry(call: Call, name: str = "path") -> str:
    """The path of a directory entry that will be gone: a link itself, not what it leads to."""
    folder, last = os.path.split(str(call.need(name)).rstrip("/"))
    if last in {"", ".", ".."}:
        raise ValidationError(f"'{name}' names no file", field=name)
    path = os.path.join(folder_to_change(call.policy, folder or "."), last)
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


def _content(call: Call, path: str) -> tuple[bytes, os.stat_result]:
    if os.path.isdir(path):
        raise StorageError(f"{path} is a folder", operation=call.operation)
    with open_file(call, path) as file:
        held = os.fstat(file.fileno())
        check_size(call, held.st_size, "file_size")
        return file.read(), held


def _below(call: Call, root: str) -> tuple[list[dict[str, Any]], int, list[str]]:
    """What is in a folder and in those below it, how much is left out, and what cannot be read.

    Links are told as such and lead nowhere. `tools.file_operations.max_depth` ends the walk, where
    somebody has set it.
    """
    deepest = call.policy.settings.least("file_operations", "max_depth")
    listed: list[dict[str, Any]] = []
    left_out, unread = 0, []
    waiting = deque([(root, 0)])
    while waiting and not left_out:
        call.check()
        folder, depth = waiting.popleft()
        try:
            found, left_out = _held(call, folder, MOST_ENTRIES - len(listed))
        except (OSError, SecurityError):
            if folder == root:
                raise
            unread.append(folder)
            continue
        listed += found
        if deepest is None or depth < deepest:
            inner = [each["path"] for each in found if each["type"] == "directory"]
            waiting.extend((each, depth + 1) for each in inner)
    return listed, left_out, unread


def _held(call: Call, folder: str, most: int) -> tuple[list[dict[str, Any]], int]:
    """The first entries of a folder by name, and how many others there are."""
    held, count = entries(call.policy, folder, most)
    return [_listed(folder, name, found) for name, found in held], max(0, count - most)


def _listed(folder: str, name: str, found: os.stat_result) -> dict[str, Any]:
    return {
        "name": name,
        "path": os.path.join(folder, name),
        "type": kind_of(found.st_mode),
        "size": found.st_size,
        "modified": timestamp(found.st_mtime),
    }


def _done(operation: str, message: str, result: dict[str, Any]) -> Answer:
    path = result.get("path")
    metadata = {"file_path": path} if path else {}
    return Answer(operation, result, message=message, metadata=metadata)
