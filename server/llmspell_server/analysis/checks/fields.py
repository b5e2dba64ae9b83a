"""Fields: those that do not exist, that may be of nil, that are not to be used or added here."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.annotations.attached import above
from llmspell_server.analysis.annotations.nodes import ClassTag, EnumTag, TextTag
from llmspell_server.analysis.inference.flow import conditioned
from llmspell_server.analysis.inference.sources import Owner, Source, constructor_of
from llmspell_server.analysis.inference.writes import literal_key
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.definitions import (
    ClassDefinition,
    FieldDefinition,
    Visibility,
)
from llmspell_server.analysis.types.fields import OPEN, ancestry, table_of
from llmspell_server.analysis.types.model import Type

from . import builders
from .context import Context, did_you_mean, is_definition_file, near, shown
from .finding import Finding

Access = tree.Member | tree.Index | tree.MethodCall
_NAMES_SHOWN = 400  # of a table with more fields, none is proposed


def of_access(context: Context, node: Access) -> Iterator[Finding]:
    """`undefined-field`, `inject-field`, `invisible`."""
    key = key_of(node)
    if key is None or not isinstance(key[0], str) or not key[0]:
        return
    name, place = key[0], key[1]
    base = context.type(node.base)
    members = [each for each in context.members(base) if each is not model.NIL]
    if len(members) == 1:
        yield from _visible(context, node, members[0], name, place)
    if not members or not _is_all_known(context, node, members):
        return
    exists = any(context.inference.field_type(each, name) is not None for each in members)
    if exists and _is_slip(context, node, members, name):
        yield _undefined(context, node, members, name, place)
        return
    if not _is_written(context, node):
        if not exists:
            yield _undefined(context, node, members, name, place)
    elif not _may_be_added(context, node, members, name, exists):
        meant = [] if exists else near(name, known_fields(context, members))
        message = f"{shown(base)} declares no field `{name}`.{did_you_mean(meant)}"
        yield context.finding("inject-field", place, message, name=name, near=meant)


def _is_slip(context: Context, node: Access, members: list[Type], name: str) -> bool:
    """Whether a call names a function that is nearly one of those beside an indexer."""
    parent = context.parents.get(node)
    if not (isinstance(node, tree.MethodCall) or isinstance(parent, tree.Call)):
        return False
    if isinstance(parent, tree.Call) and parent.callee is not node:
        return False
    names = known_fields(context, members)
    return name not in names and bool(near(name, names)) and _is_all_known(context, node, members)


def _undefined(
    context: Context, node: Access, members: list[Type], name: str, place: tree.Node
) -> Finding:
    meant = near(name, known_fields(context, members))
    shown_as = _table_shown(context, node, model.choice(members))
    hint = did_you_mean(meant)
    if builders.is_built_first(context, model.choice(members), name):
        hint = f" What `:build()` makes has one.{hint}"
    message = f"There is no field `{name}` in {shown_as}.{hint}"
    return context.finding("undefined-field", place, message, name=name, near=meant)


def _is_all_known(context: Context, node: Access, members: list[Type]) -> bool:
    """Whether it is known which fields the value at the left has."""
    if not all(_is_closed(context, each) for each in members):
        return _is_enum_table(context, node.base)
    return all(isinstance(each, model.Named) for each in members) or context.is_certain(node.base)


def _may_be_added(
    context: Context, node: Access, members: list[Type], name: str, exists: bool
) -> bool:
    """Whether a field may be written."""
    if exists:
        return len(members) > 1 or _is_declared(context, node, members[0], name)
    return _belongs(context, node, members)


def _table_shown(context: Context, node: Access, base: Type) -> str:
    if isinstance(base, model.Shape):
        return f"`{context.snapshot.source(context.piece, node.base)}`"
    return shown(base)


def key_of(node: Access) -> tuple[str | int, tree.Node] | None:
    """The key of a field, and what names it; None for computed keys."""
    if isinstance(node, tree.Member):
        return node.key.text, node.key
    if isinstance(node, tree.MethodCall):
        return node.method.text, node.method
    key = literal_key(node.key)
    return None if key is None else (key, node.key)


def known_fields(context: Context, members: list[Type]) -> list[str]:
    """The names of the fields that types have."""
    names: dict[str, None] = {}
    for member in members:
        if isinstance(member, model.Record):
            names |= dict.fromkeys(each.name for each in member.fields)
        for each in ancestry(member, context.inference):
            definition = table_of(each, context.inference)
            if definition is not None:
                names |= dict.fromkeys(definition.fields)
    return list(names) if len(names) <= _NAMES_SHOWN else []


def _is_closed(context: Context, type_: Type) -> bool:
    """Whether all fields of a type are known, because annotations say so."""
    if isinstance(type_, (model.Record, model.StringLiteral)) or type_ is model.STRING:
        return True
    if not isinstance(type_, model.Named):
        return False
    inference = context.inference
    if inference.enum_named(type_.name) is not None:
        return False
    for each in ancestry(type_, inference):
        if isinstance(each, model.Named) and inference.class_named(each.name) is None:
            return False
        if isinstance(each, (model.Function, model.Generic)) or each in (
            model.UNKNOWN,
            model.ANY,
            model.FUNCTION,
        ):
            return False
        definition = table_of(each, inference)
        if isinstance(definition, ClassDefinition) and definition.is_partial:
            return False
    return True


def _is_enum_table(context: Context, node: tree.Node) -> bool:
    """Whether an expression names the table of an enum."""
    owner = context.owner(node)
    if owner is None:
        return False
    sources = context.inference.values_of(owner)
    return len(sources) == 1 and any(
        isinstance(tag, EnumTag) for tag in above(sources[0].piece, sources[0].statement).tags
    )


def _is_written(context: Context, node: Access) -> bool:
    parent = context.parents.get(node)
    if isinstance(parent, tree.Assignment):
        return any(target is node for target in parent.targets)
    return isinstance(parent, tree.FunctionStatement) and parent.target is node


def _is_declared(context: Context, node: Access, type_: Type, name: str) -> bool:
    """Whether a field that exists may be written: not if only such writes make it exist.

    That is so for exact classes, and for those of which a definition file tells, unless they are
    said to have any string as a key.
    """
    if not isinstance(type_, model.Named):
        return True
    inference = context.inference
    definition = inference.class_named(type_.name)
    if definition is None or inference.annotated.class_field(type_.name, name) is not None:
        return True
    if _has_any_name(context, type_):
        return True
    if definition.is_exact:
        return False
    file = definition.places[0][0]  # type: ignore[index]
    if not is_definition_file(inference.file(file).snapshot):
        return True
    owner = context.owner(node)
    sources = inference.values_of(owner) if owner is not None else ()
    return not sources or any(source.file == file for source in sources)


def _has_any_name(context: Context, type_: Type) -> bool:
    """Whether it is declared that any string is a key: `---@field [string] any`."""
    tables = (table_of(each, context.inference) for each in ancestry(type_, context.inference))
    return any(
        indexer.key is model.STRING
        for table in tables
        if table is not None
        for indexer in table.indexers
    )


def _belongs(context: Context, node: Access, members: list[Type]) -> bool:
    """Whether a field is written into the class itself, or into an object that is being made."""
    owner = context.owner(node.base)
    if owner is None:
        return False
    declared = context.inference.variables.declared(owner)
    if declared is not None and declared in members and not owner.keys:
        definition = context.inference.class_named(getattr(declared, "name", ""))
        if definition is not None and not definition.is_exact:
            return _holds_class(context, owner)
        return False
    sources = context.inference.values_of(owner)
    return any(constructor_of(source.value) is not None for source in sources)


def _holds_class(context: Context, owner: Owner) -> bool:
    """Whether a variable is the table of its class, or `self` in a method."""
    return any(
        isinstance(tag, ClassTag)
        for source in context.inference.values_of(owner)
        for tag in above(source.piece, source.statement).tags
    )


# Nil


def may_be_nil(
    context: Context, node: tree.Member | tree.Index | tree.MethodCall | tree.Call
) -> Iterator[Finding]:
    """`need-check-nil`: something is done with what an annotation says may be nil."""
    base = node.callee if isinstance(node, tree.Call) else node.base
    type_ = context.type(base)
    if not model.is_optional(type_):
        return
    if type_ is model.NIL or any(each in OPEN for each in context.members(type_)):
        return  # of what is not known at all, nobody has said that it may be nil
    if _says_nil(context, base):
        source = context.snapshot.source(context.piece, base)
        what = f"`{source}`" if len(source) <= 40 and "\n" not in source else "This"
        message = f"{what} may be nil here."
        yield context.finding("need-check-nil", base, message, name=source)


def _says_nil(context: Context, node: tree.Node) -> bool:
    """Whether it is declared that the value at a place may be nil."""
    while isinstance(node, tree.Paren):
        node = node.inner
    if isinstance(node, (tree.Call, tree.MethodCall)):
        return context.has_declared_results(node)
    if not isinstance(node, tree.Name):
        return False
    local = context.local(node)
    if local is None:
        return False
    if context.is_declared(node):
        return True
    owner = context.owner(node)
    if owner is None or not context.is_certain(node):
        return False
    sources = context.inference.values_of(owner)
    reached = context.inference.expressions.reached(context.where, node, sources)
    return reached is not None and all(_may_say_nil(context, each) for each in reached)


def _may_say_nil(context: Context, source: Source) -> bool:
    """Whether a value that arrives is declared, and not looked at already.

    Results that come together with others which the code has looked at are left alone.
    """
    if source.value is None or _looks_at_others(context, source):
        return False
    return _brings_nil(context.within(source.piece), source.value)


def _brings_nil(context: Context, value: tree.Expression) -> bool:
    """Whether the nil of a value is its own, rather than that of a condition: `is_new and {}`."""
    match value:
        case tree.Paren(inner=inner):
            return _brings_nil(context, inner)
        case tree.Binary(operator="and", right=right):
            return model.is_optional(context.type(right)) and _brings_nil(context, right)
        case tree.Binary(operator="or", right=right):
            return _brings_nil(context, right)
    return True


def _looks_at_others(context: Context, source: Source) -> bool:
    statement = source.statement
    names: list[tree.Expression] = []
    if isinstance(statement, tree.LocalStatement):
        names += [declared.name for declared in statement.names]
    elif isinstance(statement, tree.Assignment):
        names += statement.targets
    roots = conditioned(context.piece)
    for name in names:
        if name is source.key or not isinstance(name, tree.Name):
            continue
        is_of_chunk = name.local is None or name.local.is_of_chunk
        if name.local in roots or (is_of_chunk and name.text in roots):
            return True
        if is_of_chunk and context.inference.guards_on(source.file, name.text):
            return True
    return False


# Visibility


def _visible(
    context: Context, node: Access, type_: Type, name: str, place: tree.Node
) -> Iterator[Finding]:
    """`invisible`: a private, protected or package field is used from elsewhere."""
    if not isinstance(type_, model.Named):
        return
    found = field_definition(context, type_, name)
    if found is None:
        return
    holder, field = found
    visibility = _visibility(field)
    if visibility in (Visibility.PUBLIC, Visibility.INTERNAL):
        return
    if _is_inside(context, node, holder, visibility, field):
        return
    message = f"The field `{name}` of {shown(holder)} is {visibility.value}."
    yield context.finding("invisible", place, message, name=name)


def field_definition(
    context: Context, type_: Type, name: str
) -> tuple[model.Named, FieldDefinition] | None:
    """The declared class that has a field, with the field."""
    for each in ancestry(type_, context.inference):
        definition = table_of(each, context.inference)
        if isinstance(each, model.Named) and isinstance(definition, ClassDefinition):
            field = definition.fields.get(name)
            if field is not None:
                return each, field
    return None


def _visibility(field: FieldDefinition) -> Visibility:
    if field.visibility is not Visibility.PUBLIC or not isinstance(field.place, Source):
        return field.visibility
    marks = {visibility.value: visibility for visibility in Visibility}
    for tag in above(field.place.piece, field.place.statement).tags:
        if isinstance(tag, TextTag) and tag.word.text in marks:
            return marks[tag.word.text]
    return Visibility.PUBLIC


def _is_inside(
    context: Context,
    node: Access,
    holder: model.Named,
    visibility: Visibility,
    field: FieldDefinition,
) -> bool:
    """Whether a place belongs to the class (protected: or to one made from it; package: file)."""
    file = context.where.file.file
    if visibility is Visibility.PACKAGE:
        place = field.place
        of_field = place.file if isinstance(place, Source) else place[0]  # type: ignore[index]
        return bool(of_field == file)
    for class_ in _classes_around(context, node):
        if class_ == holder:
            return True
        if visibility is Visibility.PROTECTED and holder in ancestry(class_, context.inference):
            return True
    return False


def _classes_around(context: Context, node: Access) -> Iterator[Type]:
    """The classes whose code surrounds a place: of methods, and of the table that is named."""
    around: tree.Node | None = node
    while around is not None:
        target: tree.Node | None = None
        if isinstance(around, tree.FunctionStatement):
            target = around.target
        elif isinstance(around, tree.Assignment):
            target = around.targets[0]
        if isinstance(target, (tree.Member, tree.Index)):
            yield context.type(target.base)
        around = context.parents.get(around)
    owner = context.owner(node.base)
    if owner is not None and _holds_class(context, owner):
        yield context.type(node.base)
