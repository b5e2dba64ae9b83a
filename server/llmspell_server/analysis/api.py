"""What spells can call: the described globals, their members, and the kinds of strings they take.

The one source is the description that the runtime ships as `api.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import cattrs
from attrs import Factory, field, frozen

from llmspell.globals.generator.emit_luacats import kind_alias, type_text
from llmspell.globals.generator.model import Type

from .pace import checkpoint
from .spells.kind import StringKind, TableChoice, applied, read_kind, tables
from .types.schemas import SchemaPlace

SymbolKind = Literal["namespace", "function", "variable"]


@frozen
class Parameter:
    """A parameter.

    type: in LuaCATS notation, may be empty. string_kind: the name of a kind. table: what is said of
    a table beyond its type.
    """

    name: str
    type: str = ""
    description: str = ""
    optional: bool = False
    string_kind: str | None = None
    table: TableChoice | None = None

    @property
    def label(self) -> str:
        """Name and type as a signature shows them."""
        name = self.name + "?" * self.optional
        return f"{name}: {self.type}" if self.type else name


@frozen
class Symbol:
    """A described name, with dots (`State.save`). parameters: None for what is no function."""

    name: str
    kind: SymbolKind
    summary: str
    details: str = ""
    parameters: tuple[Parameter, ...] | None = None
    result: str = ""
    raises: tuple[str, ...] = ()
    deprecated: str | None = None

    @property
    def signature(self) -> str:
        """The call with its types, or the bare name."""
        if self.parameters is None:
            return self.name
        call = f"{self.name}({', '.join(parameter.label for parameter in self.parameters)})"
        return f"{call}: {self.result}" if self.result else call


@frozen
class Elsewhere:
    """Where a global exists that is not in every spell: under a command, in files of patterns."""

    command: str
    patterns: tuple[re.Pattern[str], ...]

    def has(self, path: str) -> bool:
        """Whether a file, by its path with `/`, is one of those."""
        return any(pattern.fullmatch(path) for pattern in self.patterns)


@frozen
class Api:
    """All described names by their full name, and the kinds by theirs.

    elsewhere: the globals that are not in every spell, by their names. schemas_at: class -> field
    -> where scripts give the schema of what it holds. adding: methods of builders (`Class.method`)
    of which a second call adds to what the first has set.
    """

    symbols: dict[str, Symbol] = field(factory=dict)
    kinds: Mapping[str, StringKind] = field(factory=dict)
    elsewhere: Mapping[str, Elsewhere] = field(factory=dict)
    schemas_at: Mapping[str, Mapping[str, tuple[SchemaPlace, ...]]] = field(factory=dict)
    adding: frozenset[str] = frozenset()
    _applied: Mapping[tuple[str, int], str] = field(
        default=Factory(lambda self: applied(self.kinds.values()), takes_self=True), init=False
    )

    _tables: Mapping[tuple[str, int], TableChoice] = field(
        default=Factory(lambda self: tables(self.kinds.values()), takes_self=True), init=False
    )
    kinds_by_alias: Mapping[str, StringKind] = field(
        default=Factory(
            lambda self: {kind_alias(kind.name): kind for kind in self.kinds.values()},
            takes_self=True,
        ),
        init=False,
        eq=False,
    )
    """The kinds by the names that types have for them."""

    def kind_of(self, function: str, parameter: int) -> StringKind | None:
        """The kind of string that a function takes at a place, from 0; -1: that a field holds."""
        symbol = self.symbols.get(function)
        parameters = symbol.parameters or () if symbol else ()
        name = parameters[parameter].string_kind if 0 <= parameter < len(parameters) else None
        name = name or self._applied.get((function, parameter))
        return self.kinds.get(name) if name else None

    def table_of(self, function: str, parameter: int) -> TableChoice | None:
        """What is said of the table that a function takes at a place, from 0; -1: a field holds."""
        symbol = self.symbols.get(function)
        parameters = symbol.parameters or () if symbol else ()
        own = parameters[parameter].table if 0 <= parameter < len(parameters) else None
        return own or self._tables.get((function, parameter))

    def globals(self) -> Iterator[Symbol]:
        """The names that stand by themselves."""
        return (symbol for name, symbol in self.symbols.items() if "." not in name)

    def members(self, owner: str) -> dict[str, Symbol]:
        """The members of a global table by their own name."""
        prefix = f"{owner}."
        return {
            name.removeprefix(prefix): symbol
            for name, symbol in self.symbols.items()
            if name.startswith(prefix)
        }


def read_api(described: dict[str, Any]) -> Api:
    """The content of `api.json` as an `Api`."""
    symbols = {}
    for namespace in described["namespaces"]:
        checkpoint()
        own = namespace["name"]
        symbols[own] = Symbol(own, "namespace", namespace["summary"], namespace.get("details", ""))
        for member in namespace["members"]:
            name = f"{own}.{member['name']}"
            symbols[name] = _function(name, member)
    for variable in described["variables"]:
        summary, _, details = variable["description"].partition("\n\n")
        symbols[variable["name"]] = Symbol(variable["name"], "variable", summary, details)
    kinds = []
    for kind in described["kinds"]:
        checkpoint()
        kinds.append(read_kind(kind))
    elsewhere = {
        each["name"]: Elsewhere(each["only"], tuple(map(_pattern, each["files"])))
        for each in described["namespaces"]
        if each.get("only")
    }
    schemas_at = {
        each["name"]: places
        for namespace in described["namespaces"]
        for each in namespace.get("classes", ())
        if (places := _schemas_at(each))
    }
    adding = frozenset(
        f"{each['name']}.{method['name']}"
        for namespace in described["namespaces"]
        for each in namespace.get("classes", ())
        for method in each.get("methods", ())
        if method.get("adds")
    )
    return Api(symbols, {kind.name: kind for kind in kinds}, elsewhere, schemas_at, adding)


def _schemas_at(described: dict[str, Any]) -> dict[str, tuple[SchemaPlace, ...]]:
    """The fields of a class whose schemas scripts give."""
    said = ((each["name"], each["type"].get("schema_at")) for each in described.get("fields", ()))
    return {name: tuple(map(SchemaPlace.read, places)) for name, places in said if places}


def _pattern(text: str) -> re.Pattern[str]:
    """The expression for a pattern of files (`globals.describe.namespace`)."""
    folders = (re.escape(each).replace(r"\*", "[^/]*") for each in text.split("**/"))
    return re.compile("(?:.*/)?".join(folders))


def _function(name: str, member: dict[str, Any]) -> Symbol:
    described = member.get("parameters", ())
    places = {parameter["name"]: place for place, parameter in enumerate(described)}
    parameters = [_parameter(parameter, places) for parameter in described]
    if member.get("options"):
        parameters.append(Parameter("options", f"{name}.options", optional=True))
    result = _type(member["result"])
    text = "" if result.name == "nil" else type_text(result) + "?" * result.optional
    return Symbol(
        name,
        "function",
        member["summary"],
        member.get("details", ""),
        tuple(parameters),
        text,
        tuple(member.get("raises", ())),
        member.get("deprecated"),
    )


def _parameter(parameter: dict[str, Any], places: Mapping[str, int]) -> Parameter:
    """A parameter. places: of all of them, from 0."""
    type_ = _type(parameter["type"])
    said, table = type_.schema, None
    if said:
        argument = places.get(said["argument"] or "", -1)
        table = TableChoice(
            argument,
            said.get("schemas", {}),
            said.get("kind"),
            empty_without=said.get("empty_without", False),
        )
    return Parameter(
        parameter["name"],
        type_text(type_),
        parameter.get("description", ""),
        type_.optional,
        type_.kind or next((each.kind for each in type_.members if each.kind), None),
        table,
    )


def _type(described: dict[str, Any]) -> Type:
    return cattrs.structure(described, Type)
