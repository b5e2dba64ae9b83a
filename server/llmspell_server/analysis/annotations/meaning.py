"""What annotations mean as types."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from llmspell_server.analysis.syntax.literals import integer_value, string_value
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import (
    Documentation,
    Function,
    Generic,
    Parameter,
    Type,
    Values,
)

from .nodes import (
    ArrayNode,
    Block,
    ChoiceNode,
    FunctionNode,
    GenericTag,
    GuardTag,
    LiteralNode,
    NameNode,
    OptionalNode,
    ParameterNode,
    ParamTag,
    RecordNode,
    ResultNode,
    ReturnTag,
    TextTag,
    TupleNode,
    TypeNode,
    TypesTag,
    UnionNode,
)

Generics = Mapping[str, Generic]
_FLAGS = frozenset(("async", "nodiscard", "deprecated"))
NONE: Generics = {}


def type_of(node: TypeNode | None, generics: Generics = NONE) -> Type:
    """The type that a node writes; `unknown` for what is missing or cannot be read to its end.

    generics: those in scope.
    """
    match node:
        case NameNode():
            return _named(node, generics)
        case LiteralNode(text=text):
            return _literal(text)
        case UnionNode(members=members):
            return model.choice(type_of(each, generics) for each in members)
        case OptionalNode(inner=inner):
            return model.optional(type_of(inner, generics))
        case ArrayNode(item=item):
            return model.Array(type_of(item, generics))
        case TupleNode(items=items):
            return model.Tuple(tuple(type_of(each, generics) for each in items))
        case RecordNode():
            return _record(node, generics)
        case FunctionNode():
            return function_type(node, generics)
    return model.UNKNOWN


def type_of_choice(node: TypeNode, generics: Generics = NONE) -> Type:
    """The type of a line below an alias, where strings may be quoted twice: `'"a"'`."""
    text = node.text if isinstance(node, LiteralNode) else ""
    if len(text) > 3 and text[1] in "\"'" and text[1] == text[-2] != text[0]:
        return _literal(text[1:-1])
    return type_of(node, generics)


def _named(node: NameNode, generics: Generics) -> Type:
    name = node.name.text
    generic = generics.get(name)
    if generic is not None:
        if node.quoted:
            return model.NameOf(generic)
        return Generic(name, generic.constraint, True) if node.variadic else generic
    basic = model.NIL if name == "void" else model.BASICS.get(name)
    if basic is not None and not node.arguments:
        return basic
    if name in ("true", "false"):
        return model.TRUE if name == "true" else model.FALSE
    arguments = tuple(type_of(each, generics) for each in node.arguments)
    if name == "table" and len(arguments) == 2:
        return model.Map(*arguments)
    if name == "table" and len(arguments) == 1:
        return model.Array(arguments[0])
    return model.Named(name, arguments)


def _literal(text: str) -> Type:
    if text[0] in "\"'":
        if len(text) > 3 and text[1] == text[-2] and text[1] in "\"'":
            text = text[1:-1]  # `'"a"'`, as older annotations write "a"
        return model.StringLiteral(string_value(text))
    number = integer_value(text.removeprefix("-"))
    if number is None:
        return model.NumberLiteral(float(text))
    return model.IntegerLiteral(-number if text.startswith("-") else number)


def _record(node: RecordNode, generics: Generics) -> Type:
    fields, indexers = [], []
    for entry in node.entries:
        value = type_of(entry.type, generics)
        if entry.name is not None:
            fields.append(model.RecordField(entry.name.text, value, entry.optional))
        else:
            indexers.append((type_of(entry.index, generics), value))
    if not fields and len(indexers) == 1:
        return model.Map(*indexers[0])
    return model.Record(tuple(fields), tuple(indexers))


def with_choices(
    node: TypeNode | None, choices: tuple[ChoiceNode, ...], generics: Generics = NONE
) -> Type:
    """The type that a node writes, and what is listed below it with `---|`."""
    if not choices:
        return type_of(node, generics)
    written = () if node is None else (type_of(node, generics),)
    return model.choice((*(type_of_choice(each.type, generics) for each in choices), *written))


def generics_of(nodes: tuple[ParameterNode, ...], outer: Generics = NONE) -> dict[str, Generic]:
    """Type parameters by their names, with those around them."""
    found = dict(outer)
    for node in nodes:
        constraint = type_of(node.type, found) if node.type is not None else None
        found[node.name.text] = Generic(node.name.text, constraint, node.variadic)
    return found


def function_type(node: FunctionNode, outer: Generics = NONE) -> Function:
    """The type of `fun(…): …`."""
    generics = generics_of(node.generics, outer)
    parameters, variadic = [], None
    for each in node.parameters:
        type_ = type_of(each.type, generics)
        if each.name.text == "...":
            variadic = type_
        else:
            parameters.append(Parameter(each.name.text, type_, each.optional))
    returns = None if node.results is None else results_of(node.results, generics)
    return Function(
        tuple(parameters),
        variadic,
        returns if returns is not None else model.NO_VALUES,
        tuple(generics[each.name.text] for each in node.generics),
        is_async=node.is_async,
        is_method=bool(parameters) and parameters[0].name == "self",
        return_names=names_of(node.results or ()),
    )


def results_of(results: tuple[ResultNode, ...], generics: Generics) -> Values:
    """The values of results; one called `...`, and a variadic last one, stand for any number."""
    items: list[Type] = []
    rest: Type | None = None
    for position, each in enumerate(results):
        node = each.type
        last = position == len(results) - 1
        name = each.name.text if each.name is not None else ""
        is_variadic = isinstance(node, NameNode) and (
            node.variadic or node.name.text == "..." or _is_pack(node, generics)
        )
        if last and (name == "..." or is_variadic):
            rest = model.ANY if isinstance(node, NameNode) and node.name.text == "..." else None
            rest = rest or type_of(node, generics)
        else:
            items.append(type_of(node, generics))
    return Values(tuple(items), rest)


def _is_pack(node: NameNode, generics: Generics) -> bool:
    generic = generics.get(node.name.text)
    return generic is not None and generic.variadic


def names_of(results: tuple[ResultNode, ...]) -> tuple[str, ...]:
    """The names of results, "" for those without."""
    return tuple(each.name.text if each.name is not None else "" for each in results)


def declared_function(
    block: Block, parameters: tuple[str, ...], is_method: bool, outer: Generics = NONE
) -> Function | None:
    """The type of a function below a block, by its `@param`s, `@return`s and so on.

    parameters: their names as written, `...` included, without an implicit `self`. None if the
    block says nothing of them.
    """
    declared = tuple(
        each for tag in block.tags if isinstance(tag, GenericTag) for each in tag.generics
    )
    generics, own = generics_of(declared, outer), {each.name.text for each in declared}
    tags = {tag.name.text: tag for tag in block.tags if isinstance(tag, ParamTag) and tag.name}
    returns = [tag for tag in block.tags if isinstance(tag, ReturnTag)]
    overloads = tuple(
        _as_method(function_type(node, generics)) if is_method else function_type(node, generics)
        for tag in block.tags
        if isinstance(tag, TypesTag) and tag.word.text == "overload"
        for node in tag.types
        if isinstance(node, FunctionNode)
    )
    flags = {tag.word.text for tag in block.tags if isinstance(tag, TextTag)} & _FLAGS
    guards = tuple(
        model.Guard(
            tag.name.text,
            type_of(tag.type, generics),
            type_of(tag.otherwise, generics) if tag.otherwise is not None else None,
        )
        for tag in block.tags
        if isinstance(tag, GuardTag) and tag.name is not None
    )
    if not (tags or returns or overloads or flags or guards or block.text):
        return None
    found = [_parameter(name, tags.get(name), generics) for name in parameters if name != "..."]
    if is_method:
        found.insert(0, Parameter("self", model.SELF))
    documentation = documentation_of(block)
    plain = tuple(each for tag in returns if tag.word.text == "return" for each in tag.results)
    return Function(
        tuple(found),
        _variadic(block, tags, generics) if "..." in parameters or "..." in tags else None,
        _results(returns, plain, generics) if plain else None,
        tuple(generic for name, generic in generics.items() if name in own or name not in outer),
        overloads,
        tuple(
            results_of(tag.results, generics)
            for tag in returns
            if tag.word.text == "return_overload"
        ),
        guards,
        is_async="async" in flags,
        is_method=is_method or parameters[:1] == ("self",),
        is_nodiscard="nodiscard" in flags,
        return_names=names_of(plain),
        deprecated=documentation.deprecated,
        documentation=documentation,
    )


def _as_method(overload: Function) -> Function:
    """The overload of a method; its object is often left out where it is written."""
    if overload.is_method:
        return overload
    parameters = (Parameter("self", model.SELF), *overload.parameters)
    return evolve(overload, parameters=parameters, is_method=True)


def _results(tags: list[ReturnTag], plain: tuple[ResultNode, ...], generics: Generics) -> Values:
    """The values of all `@return`s; a `---|` list belongs to the last of them."""
    values = results_of(plain, generics)
    choices = tags[-1].choices
    if not choices or not values.items:
        return values
    last = with_choices(plain[-1].type, choices, generics)
    return Values((*values.items[:-1], last), values.rest)


def _parameter(name: str, tag: ParamTag | None, generics: Generics) -> Parameter:
    if tag is None:
        return Parameter(name)
    return Parameter(name, with_choices(tag.type, tag.choices, generics), tag.optional)


def _variadic(block: Block, tags: Mapping[str, ParamTag], generics: Generics) -> Type:
    for tag in block.tags:
        if isinstance(tag, TypesTag) and tag.word.text == "vararg" and tag.types:
            return type_of(tag.types[0], generics)
    tag_of_dots = tags.get("...")
    return model.UNKNOWN if tag_of_dots is None else type_of(tag_of_dots.type, generics)


def documentation_of(block: Block) -> Documentation:
    """What a block says in words."""
    texts: dict[str, list[str]] = {}
    deprecated: str | None = None
    for tag in block.tags:
        if isinstance(tag, TextTag):
            texts.setdefault(tag.word.text, []).append(tag.text)
            if tag.word.text == "deprecated":
                deprecated = tag.text
    return Documentation(
        block.text or block.plain,
        {
            tag.name.text: tag.description
            for tag in block.tags
            if isinstance(tag, ParamTag) and tag.name and tag.description
        },
        tuple(
            each.description
            for tag in block.tags
            if isinstance(tag, ReturnTag)
            for each in tag.results
        ),
        deprecated,
        tuple(texts.get("see", ())),
        tuple(texts.get("source", ())),
        " ".join(texts["version"]) if "version" in texts else None,
    )
