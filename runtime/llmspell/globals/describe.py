"""How a part of the script API is described: in the Python that implements it.

A *namespace* is a class whose exported methods become the functions of a Lua global; an
*instance class* is one whose objects scripts hold (`timer:stop()`). Both are ordinary typed
Python; the marks here only say what is exported and under which Lua name. Everything else is
read from type hints and docstrings when `llmspell.globals.generate` runs, never at start-up:

* parameters by position; keyword-only parameters are fields of a trailing options table;
* `Json` is any plain data, `JsonText` the same kept as JSON text, `LuaFunction` a function;
* `Annotated[str, Kind(...)]` is a string with a subject that editors can complete and check;
* `Annotated[T, TableSchema(...)]` is a table that a JSON Schema describes;
* `Annotated[T, DependentSchema(...)]` is a table whose schema depends on an earlier argument;
* `Annotated[Json, SchemaAt(...)]` is data whose schema the script gives somewhere;
* TypedDicts and attrs classes describe the shape of tables, with a docstring for each field, which
  those that extend them have too; they have these fields only, unless `open_table` says otherwise;
* a result `Annotated[Waiting, Gives(T)]` is waited for: the engine keeps jobs going meanwhile.

The types themselves stand in `llmspell.globals.types`; modules import them under TYPE_CHECKING,
and the generator looks there. This module is imported by every script that uses the API: it
must stay cheap.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any] | property)
    C = TypeVar("C", bound=type)


class Segments:
    """How values of a kind are made of parts, so that editors offer and check one after the other.

    separator: what stands between two parts. wildcards: parts that stand for others, with one line
    about each. In the values of such a kind the part `<name>` (any word in the brackets) stands for
    any one part, and `<…>` for all that follows.
    """

    def __init__(self, separator: str, wildcards: Mapping[str, str] | None = None) -> None:
        self.separator = separator
        self.wildcards = dict(wildcards or {})


class Files:
    """Values that name files: a value is looked for below each root, in each pattern's place.

    patterns: paths in which `?` is the value, with its separators as `/`. extensions: files to
    offer, all when empty. roots: `script` (the folder of the script), `workspace`. folders: whether
    a folder is a value too. must_exist: whether a value that names nothing is a mistake.
    """

    def __init__(
        self,
        *,
        patterns: tuple[str, ...] = ("?",),
        extensions: tuple[str, ...] = (),
        roots: tuple[str, ...] = ("script", "workspace"),
        separator: str = "/",
        folders: bool = False,
        must_exist: bool = False,
    ) -> None:
        self.patterns = patterns
        self.extensions = extensions
        self.roots = roots
        self.separator = separator
        self.folders = folders
        self.must_exist = must_exist


class Background:
    """Values that must be looked for: a function that another process runs for editors.

    function: `module:name`; it gets the folder of the project and gives value -> one line about it,
    or a table with that (`text`), a JSON Schema (`schema`), `details` and a `place` (see `Kind`);
    or all that as `Looked`.
    seconds_to_live: after this time they are looked for anew. budget_seconds: after this time the
    process is ended, and the values that were known stay.
    """

    def __init__(
        self, function: str, *, seconds_to_live: float = 60, budget_seconds: float = 5
    ) -> None:
        self.function = function
        self.seconds_to_live = seconds_to_live
        self.budget_seconds = budget_seconds


class Remedy:
    """What can be done about a remark: a function that another process runs for editors.

    title: what it does, as a menu says it. function: `module:name`; it gets the folder of the
    project and the string, gives how far it is (words, and percent or None) and raises
    LLMSpellError.
    """

    def __init__(self, title: str, function: str) -> None:
        self.title = title
        self.function = function


class Remark:
    """What is to be said of strings on this machine, though nothing is wrong with them as such.

    pattern: what a string matches as a whole (Python's `re`). message: follows the string. code: of
    the diagnostic, one of the kind's `remarks`. severity: `hint`, `information` or `warning`.
    known: strings, in any case, of which it is not said. near: those that may have been meant.
    remedy: a key of the kind's `remedies`. unless: words that make it void where a script has them.
    """

    def __init__(
        self,
        pattern: str,
        message: str,
        *,
        code: str,
        severity: str = "hint",
        known: tuple[str, ...] = (),
        near: tuple[str, ...] = (),
        remedy: str = "",
        unless: tuple[str, ...] = (),
    ) -> None:
        self.pattern = pattern
        self.message = message
        self.code = code
        self.severity = severity
        self.known = known
        self.near = near
        self.remedy = remedy
        self.unless = unless


class Looked:
    """What a background function may give in place of the values alone.

    values: as without it. remarks: the first that matches a string is said of it. until: paths of
    files and folders; when one changes, it is looked anew.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        remarks: Iterable[Remark] = (),
        until: Iterable[str] = (),
    ) -> None:
        self.values = dict(values)
        self.remarks = tuple(remarks)
        self.until = tuple(until)


class Kind:
    """A kind of string with a subject, such as a tool name or an event pattern.

    All of it is data, which editors read without knowing any subject.

    name: words with hyphens, `tool-name`. values: what is known beforehand, with one line about
    each. sources: where further values come from: `"config:<dotted path>"` (the tables in that
    table of the project's configuration), `"config-paths:<seen>=<written>"` (all keys that it
    sets; those below one are seen under another name), `"entry-points:<group>"` (names),
    `"script:<Global.member>"` (literals given to that function in scripts; to a method in a
    chain: `"script:<Global.member>().<method>"`).
    defined_by: the functions of scripts, in the same form, whose literal of this kind is its
    definition: rename is possible for these. definition: `text` and `schema` -> keys of the table
    beside that literal with a line about the value, and with the JSON Schema of the table that goes
    with it, or a list of `{ name, type, description, required }`; `function` -> the key of the
    function that gets the name, if it is not the next argument. background: values that must be
    looked for. used: whether values from `sources` and `background` are known only because somebody
    wrote them: one that looks like a slip of a value known beforehand may be one.
    segments: how values are made of parts. files: values that name files. closed:
    whether other strings are mistakes. looked_up: whether they name what must be there when the
    script runs: then one that looks like a slip of a known one is a mistake, though others may be
    made at run time. pattern: what every value matches as a whole (Python's `re`).
    message: what to say of a string that does not, after the string itself (`"is not a level"`).
    applies_to:
    `"<function>:<number of the parameter>"` for functions that are described elsewhere, such as
    those of Lua's library; `"<Class>.<field>"` for values of keys. schemas: value -> the JSON
    Schema of the table that goes with it. tables: where such a table is given,
    `"<function>:<number of the string's parameter>:<number of the table's parameter>"`, where the
    number 0 means the string by which an object was got that has the function, and
    `"<Class>.<field of the table>:<field of the string>"` for fields side by side. code: of
    the diagnostics, by default `unknown-<name>`. link: where more is written, below `docs/`.
    aliases: other spelling -> the value that it stands for. alike: character -> the one that it may
    stand for (`{"_": "-"}`). endings: patterns of what may stand behind a value and changes nothing
    of what is said about it (`"-latest"`). remarks: code -> what is said with it of strings, by
    what the background function finds. remedies: name -> what can be done about it. details: value
    -> what more is to be said of it, in Markdown. places: value -> where it is defined, as
    `module:Class`; found without importing the module.
    """

    def __init__(
        self,
        name: str,
        description: str,
        values: Mapping[str, str] | None = None,
        *,
        sources: tuple[str, ...] = (),
        defined_by: tuple[str, ...] = (),
        definition: Mapping[str, str] | None = None,
        background: Background | None = None,
        used: bool = False,
        segments: Segments | None = None,
        files: Files | None = None,
        closed: bool = False,
        looked_up: bool = False,
        pattern: str | None = None,
        message: str = "",
        applies_to: tuple[str, ...] = (),
        schemas: Mapping[str, Any] | None = None,
        tables: tuple[str, ...] = (),
        code: str = "",
        link: str = "",
        aliases: Mapping[str, str] | None = None,
        alike: Mapping[str, str] | None = None,
        endings: tuple[str, ...] = (),
        remarks: Mapping[str, str] | None = None,
        remedies: Mapping[str, Remedy] | None = None,
        details: Mapping[str, str] | None = None,
        places: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.description = description
        self.values = dict(values or {})
        self.sources = sources
        self.defined_by = defined_by
        self.definition = dict(definition or {})
        self.background = background
        self.used = used
        self.segments = segments
        self.files = files
        self.closed = closed
        self.looked_up = looked_up
        self.pattern = pattern
        self.message = message
        self.applies_to = applies_to
        self.schemas = dict(schemas or {})
        self.tables = tables
        self.code = code
        self.link = link
        self.aliases = dict(aliases or {})
        self.alike = dict(alike or {})
        self.endings = endings
        self.remarks = dict(remarks or {})
        self.remedies = dict(remedies or {})
        self.details = dict(details or {})
        self.places = dict(places or {})

    def described(self) -> dict[str, Any]:
        """The kind as plain data, as it stands in `api.json`."""
        parts = {"background": self.background, "segments": self.segments, "files": self.files}
        return {
            **vars(self),
            **{name: None if part is None else dict(vars(part)) for name, part in parts.items()},
            "remedies": {name: dict(vars(each)) for name, each in self.remedies.items()},
        }


class TableSchema:
    """The JSON Schema of a table argument."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = dict(schema)


class DependentSchema:
    """The JSON Schema of a table argument, chosen by the value of an earlier argument.

    argument: name of the earlier parameter. schemas: value of that argument -> JSON Schema.
    kind: whose values have the schemas that are not listed (`schemas` of a `Kind`, or what its
    background function gives). empty_without: whether a table that is left out counts as an empty
    one, which then has to have what the schema requires.
    """

    def __init__(
        self,
        argument: str,
        schemas: Mapping[str, Any] | None = None,
        *,
        kind: str | None = None,
        empty_without: bool = False,
    ) -> None:
        self.argument = argument
        self.schemas = dict(schemas or {})
        self.kind = kind
        self.empty_without = empty_without


class SchemaAt:
    """Plain data that has the JSON Schema which a script gives somewhere.

    places: `"<function>:<number of the parameter>"`, with `.<key>` behind it where the schema is a
    field of the table there. They count in the call that gives the data, and in those by which the
    object was got whose function that is (`builder():schema({…}):build():ask()`).
    """

    def __init__(self, *places: str) -> None:
        self.places = places


class MemberMark:
    """What `member` knows of an exported function."""

    def __init__(
        self,
        name: str,
        *,
        lua: bool,
        private: bool,
        deprecated: str | None,
        orders: tuple[tuple[str, ...], ...] = (),
        adds: bool = False,
    ) -> None:
        self.name = name
        self.orders = orders
        self.adds = adds
        self.lua = lua
        self.private = private
        self.deprecated = deprecated


def member(
    name: str | None = None,
    *,
    lua: bool = False,
    private: bool = False,
    deprecated: str | None = None,
    orders: tuple[tuple[str, ...], ...] = (),
    adds: bool = False,
) -> Callable[[F], F]:
    """Exports a method (or, above it, a property of an instance class) to scripts.

    name: the Lua name, by default the Python one. lua: the body is in the namespace's prelude
    (`globals/prelude/*.lua`), because a Python callback cannot yield or hold Lua values; the
    Python method is its signature and documentation. private: for that prelude only, not for
    scripts. deprecated: what to use instead. orders: further orders in which the parameters may
    stand; the prelude makes them the usual one. adds: of a builder, whether a second call adds to
    what the first has set rather than replacing it.
    """

    def mark(function: F) -> F:
        target: Any = function.fget if isinstance(function, property) else function
        target.__lua_member__ = MemberMark(
            name or target.__name__,
            lua=lua,
            private=private,
            deprecated=deprecated,
            orders=orders,
            adds=adds,
        )
        return function

    return mark


def namespace(name: str, *, only: str = "", files: tuple[str, ...] = ()) -> Callable[[C], C]:
    """Makes a class the Lua global `name`.

    only: under which command it exists, if not in every spell. files: patterns of the files that
    are run so, for editors (`*` stands for any characters but `/`, `**/` for any folders).
    """

    def mark(cls: C) -> C:
        setattr(cls, "__lua_namespace__", name)  # noqa: B010 - mypy knows no such attribute
        setattr(cls, "__lua_only__", (only, files))  # noqa: B010
        return cls

    return mark


def instance(name: str, *, debug_view: tuple[str, ...] = ()) -> Callable[[C], C]:
    """Makes objects of a class tables of the Lua class `name`.

    debug_view: the exported properties that show what such a value means (debugger, REPL).
    """

    def mark(cls: C) -> C:
        setattr(cls, "__lua_instance__", name)  # noqa: B010
        setattr(cls, "__lua_debug_view__", debug_view)  # noqa: B010
        return cls

    return mark


def open_table(others: str) -> Callable[[C], C]:
    """Makes a class the shape of tables that may have further keys.

    others: what those are.
    """

    def mark(cls: C) -> C:
        setattr(cls, "__lua_others__", others)  # noqa: B010
        return cls

    return mark


def like_string(cls: C) -> C:
    """Makes a class the shape of tables that may also be used like strings."""
    setattr(cls, "__lua_extends__", "string")  # noqa: B010
    return cls


class Variable:
    """A global that is a plain value: its name, its type in LuaCATS terms, and what it holds."""

    def __init__(self, name: str, type_: str, description: str) -> None:
        self.name = name
        self.type = type_
        self.description = description
