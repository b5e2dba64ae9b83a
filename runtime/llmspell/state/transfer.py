"""Export to and import from a JSON or TOML file that people can read and edit.

The file holds::

    llmspell_state = 1                    the version of this form
    scopes = { <scope>: { <key>: value } }
    expires = { <scope>: { <key>: seconds since 1970 } }      only where an entry has a time to live

TOML knows no null: `{ "$null" = true }` stands for it there (and a table that looks like that
stand-in gets one more `$`).
"""

from __future__ import annotations

import json

from llmspell.errors import StorageError, ValidationError
from llmspell.state import values
from llmspell.state.keys import checked_address
from llmspell.state.scope import Scope, as_scope
from llmspell.state.whole_file import write_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, Final, Literal, TypeAlias

    from llmspell.state.store import StateStore
    from llmspell.state.values import Json

    Form: TypeAlias = Literal["json", "toml"]

FORM_VERSION: Final = 1

_NULL: Final = "$null"


def export_document(store: StateStore, scope: Scope | str | None = None) -> dict[str, Any]:
    """Return all entries, or those of one scope, as plain data in the form above."""
    scopes: dict[str, dict[str, Json]] = {}
    expires: dict[str, dict[str, float]] = {}
    for row in store.rows(scope):
        value = values.decode(row.text, f"key {row.key!r}")
        scopes.setdefault(row.scope.text, {})[row.key] = value
        if row.expires_at is not None:
            expires.setdefault(row.scope.text, {})[row.key] = row.expires_at
    document: dict[str, Any] = {"llmspell_state": FORM_VERSION, "scopes": scopes}
    if expires:
        document["expires"] = expires
    return document


def import_document(
    store: StateStore, document: object, mode: Literal["merge", "replace"] = "merge"
) -> int:
    """Write all entries of a document, or none; return how many there are.

    `merge` keeps the entries that the document does not name, `replace` removes them.

    Raises:
        ValidationError: the document does not have the form, or `mode` is unknown.
        StorageError: a key or value is refused, or the storage fails.

    """
    if mode not in {"merge", "replace"}:
        raise ValidationError(f"Unknown import mode {mode!r}; there are 'merge' and 'replace'")
    entries = _entries(document)
    with store.transaction() as transaction:
        if mode == "replace":
            kept = {(scope, key) for scope, key, _, _ in entries}
            for row in transaction.rows():
                if (row.scope, row.key) not in kept:
                    transaction.delete(row.scope, row.key)
        for scope, key, text, expires_at in entries:
            transaction.set_text(scope, key, text, expires_at=expires_at)
    return len(entries)


def export_file(store: StateStore, path: Path, scope: Scope | str | None = None) -> int:
    """Write all entries, or those of one scope, to a `.json` or `.toml` file; return how many.

    The file appears complete or not at all, readable by its owner only.

    Raises:
        ValidationError: the file name has another ending.
        StorageError: the store cannot be read, or the file not be written.

    """
    document = export_document(store, scope)
    text = _written(document, _form_of(path))
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
    return sum(map(len, document["scopes"].values()))


def export_text(store: StateStore, form: Form, scope: Scope | str | None = None) -> str:
    """Return all entries, or those of one scope, as `json` or `toml` text."""
    return _written(export_document(store, scope), form)


def import_text(
    store: StateStore, text: str, form: Form, mode: Literal["merge", "replace"] = "merge"
) -> int:
    """Write all entries of `json` or `toml` text; return how many there are.

    Raises:
        ValidationError: the text is not well formed; nothing is changed.
        StorageError: a key or value is refused, or the storage fails; nothing is changed.

    """
    try:
        document = _read(text, form)
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"not well formed: {error}") from error
    return import_document(store, document, mode)


def import_file(store: StateStore, path: Path, mode: Literal["merge", "replace"] = "merge") -> int:
    """Write all entries of a `.json` or `.toml` file; return how many there are.

    Raises:
        ValidationError: the file is not well formed; nothing is changed.
        StorageError: the file cannot be read, a key or value is refused, or the storage fails;
            nothing is changed.

    """
    form = _form_of(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValidationError(f"{path} is not UTF-8 text: {error}") from error
    try:
        document = _read(text, form)
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"{path} is not well formed: {error}") from error
    try:
        return import_document(store, document, mode)
    except ValidationError as error:
        raise ValidationError(f"{path}: {error}") from error


def _form_of(path: Path) -> Form:
    suffix = path.suffix.lower()
    if suffix == ".json":
        return "json"
    if suffix == ".toml":
        return "toml"
    raise ValidationError(f"{path} should end in .json or .toml, which chooses the format")


def _written(document: dict[str, Any], form: Form) -> str:
    if form == "json":
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    import tomli_w

    return tomli_w.dumps({name: _without_nulls(part) for name, part in document.items()})


def _read(text: str, form: Form) -> object:
    if form == "json":
        document: object = json.loads(text, parse_constant=_refuse_constant)
        return document
    import tomllib

    return _with_nulls(tomllib.loads(text))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _entries(document: object) -> list[tuple[Scope, str, str, float | None]]:
    """Check the form of a document and return scope, key, JSON text and expiry of each entry."""
    if not isinstance(document, dict) or "llmspell_state" not in document:
        raise ValidationError("this is not an export of llmspell state: no `llmspell_state`")
    if document["llmspell_state"] != FORM_VERSION:
        raise ValidationError(
            f"the form version is {document['llmspell_state']!r}; this llmspell reads "
            f"{FORM_VERSION}"
        )
    expires = _tables(document, "expires")
    entries = []
    for scope_text, table in _tables(document, "scopes").items():
        scope = as_scope(scope_text)
        for key, value in table.items():
            expires_at = expires.get(scope_text, {}).get(key)
            if isinstance(expires_at, bool) or not isinstance(expires_at, int | float | None):
                raise ValidationError(f"`expires` of {scope_text}:{key} must be a number")
            checked = checked_address(scope, key)
            entries.append((scope, checked, values.encode(value), expires_at))
    return entries


def _tables(document: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    tables = document.get(name, {})
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise ValidationError(f"`{name}` must be a table of tables: scope, then key")
    return tables


def _without_nulls(value: object) -> object:
    if value is None:
        return {_NULL: True}
    if isinstance(value, dict):
        if _is_stand_in(value):
            return {"$" + next(iter(value)): True}
        return {key: _without_nulls(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value


def _with_nulls(value: object) -> object:
    if isinstance(value, dict):
        if _is_stand_in(value):
            (key,) = value
            return None if key == _NULL else {key[1:]: True}
        return {key: _with_nulls(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_nulls(inner) for inner in value]
    if hasattr(value, "isoformat"):  # dates and times, which only TOML has
        return value.isoformat()
    return value


def _is_stand_in(value: dict[str, Any]) -> bool:
    """Tell whether a table is `{"$null": true}` with one or more `$`."""
    if len(value) != 1:
        return False
    ((key, inner),) = value.items()
    return inner is True and key.startswith("$") and key.lstrip("$") == "null"
