"""Values that do not fit what they are assigned to, and the fields of table constructors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llmspell_server.analysis.annotations.attached import above
from llmspell_server.analysis.annotations.nodes import ClassTag
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.writes import key_of_field, literal_key
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.definitions import ClassDefinition
from llmspell_server.analysis.types.fields import ancestry, table_of
from llmspell_server.analysis.types.model import Type

from .context import Context, did_you_mean, near, shown
from .fields import known_fields
from .finding import Finding
from .fitting import is_table, misfit, mismatched
from .names import is_shared


def of_local(context: Context, node: tree.LocalStatement) -> Iterator[Finding]:
    """`assign-type-mismatch` where a local with a type is declared."""
    if node.values and not _declares_class(context, node):
        names = [declared.name for declared in node.names]
        yield from _assigned(context, names, node.values, "assign-type-mismatch")


def of_assignment(context: Context, node: tree.Assignment) -> Iterator[Finding]:
    """`assign-type-mismatch`; `cast-local-type` for locals."""
    if not _declares_class(context, node):
        yield from _assigned(context, node.targets, node.values, "cast-local-type")


def _declares_class(context: Context, node: tree.Node) -> bool:
    return any(isinstance(tag, ClassTag) for tag in above(context.piece, node).tags)


def _assigned(
    context: Context, targets: Sequence[tree.Node], values: Sequence[tree.Expression], code: str
) -> Iterator[Finding]:
    for position, target in enumerate(targets):
        wanted = _wanted(context, target)
        if wanted is None or not values:
            continue
        is_own = position < len(values)
        node: tree.Node = values[position] if is_own else target
        if is_own:
            source = context.type(node)
        elif isinstance(values[-1], (tree.Call, tree.MethodCall, tree.Vararg)):
            source = context.inference.expressions.list(context.where, values).at(position)
        else:
            continue
        found = misfit(context, node, source, wanted)
        if found is None:
            continue
        is_local = isinstance(target, tree.Name) and context.local(target) is not None
        text = context.snapshot.source(context.piece, target)
        yield mismatched(
            context,
            code if is_local else "assign-type-mismatch",
            node,
            found,
            f"`{text}`",
            source,
            wanted,
        )


def _wanted(context: Context, target: tree.Node) -> Type | None:
    """The type that annotations give what is assigned to."""
    inference = context.inference
    if isinstance(target, (tree.Member, tree.Index)):
        key = target.key.text if isinstance(target, tree.Member) else literal_key(target.key)
        if key is None:
            return None
        return inference.declared_field(context.type(target.base), key)
    owner = context.owner(target) if isinstance(target, tree.Name) else None
    if owner is None:
        return None
    root = owner.root
    if isinstance(root, str) and is_shared(context, root):
        return None  # that it is overwritten at all is told
    if isinstance(root, Local) and root.kind == "parameter" and context.is_declared(target):
        assert isinstance(root.statement, tree.Function)
        return inference.functions.parameter(context.where, root.statement, root.position)
    return inference.variables.declared(owner)


# Table constructors


def of_table(context: Context, node: tree.Table) -> Iterator[Finding]:
    """`duplicate-index`, `missing-fields`, `unknown-key`, `assign-type-mismatch` in fields."""
    yield from _repeated(context, node)
    parent = context.parents.get(node)
    if parent is not None and _declares_class(context, parent):
        return
    expected = context.inference.functions.expected(context.where, node)
    if expected is None:
        return
    wanted = [each for each in context.members(expected) if is_table(context, each)]
    if not wanted or not context.is_known(model.choice(wanted)):
        return
    yield from _missing(context, node, wanted)
    for field in node.fields:
        yield from _field(context, field, wanted)


def _field(context: Context, field: tree.Field, wanted: list[Type]) -> Iterator[Finding]:
    key = key_of_field(field)
    if key is None and not isinstance(field, tree.Item):
        return
    place = field.key if isinstance(field, (tree.Named, tree.Keyed)) else field
    target = context.inference.field_type(
        model.choice(wanted), model.INTEGER if key is None else key
    )
    if target is None:
        if isinstance(key, str) and key and all(_is_exact(context, each) for each in wanted):
            meant = near(key, known_fields(context, wanted))
            message = f"{shown(model.choice(wanted))} has no `{key}`.{did_you_mean(meant)}"
            yield context.finding("unknown-key", place, message, name=key, near=meant)
        return
    source = context.type(field.value)
    found = misfit(context, field.value, source, target)
    if found is None:
        return
    what = f"`{key}`" if key is not None else "The item"
    yield mismatched(context, "assign-type-mismatch", field.value, found, what, source, target)


def _is_exact(context: Context, type_: Type) -> bool:
    """Whether a table of a type has no other fields than those that are declared."""
    if isinstance(type_, model.Record):
        return not type_.indexers
    definition = table_of(type_, context.inference)
    return isinstance(definition, ClassDefinition) and definition.is_exact


def _missing(context: Context, node: tree.Table, wanted: list[Type]) -> Iterator[Finding]:
    """`missing-fields`: of each type that could be meant, some required field is missing."""
    given = {key_of_field(field) for field in node.fields}
    if not node.closed:
        return
    first: list[str] | None = None
    for each in wanted:
        missing = [name for name in required(context, each) if name not in given]
        if not missing:
            return
        first = first or missing
    assert first is not None
    listed = ", ".join(f"`{name}`" for name in first)
    place = tree.Node(node.start, node.start + 1) if node.fields else node
    message = f"{shown(model.choice(wanted))} needs {listed}."
    yield context.finding("missing-fields", place, message, names=first)


def required(context: Context, type_: Type) -> Iterator[str]:
    """The fields that annotations declare and that must be there."""
    if isinstance(type_, model.Record):
        for each in type_.fields:
            if not each.optional and not _takes_nil(context, each.type):
                yield each.name
        return
    seen: set[str] = set()
    for ancestor in ancestry(type_, context.inference):
        definition = table_of(ancestor, context.inference)
        if not isinstance(definition, ClassDefinition):
            continue
        for name in context.inference.annotated.declared_fields(definition):
            field = definition.fields[name]
            if name not in seen and not field.optional and not _takes_nil(context, field.type):
                yield name
            seen.add(name)


def _takes_nil(context: Context, type_: Type) -> bool:
    return any(each in (model.NIL, model.ANY, model.UNKNOWN) for each in context.members(type_))


def _repeated(context: Context, node: tree.Table) -> Iterator[Finding]:
    seen: dict[str | int, tree.Node] = {}
    for field in node.fields:
        key = key_of_field(field)
        if not isinstance(field, (tree.Named, tree.Keyed)) or key is None or key == "":
            continue
        before = seen.setdefault(key, field.key)
        if before is not field.key:
            related = context.related(before, "the value that is lost")
            message = f"`{key}` stands in this table twice; the later value counts."
            yield context.finding("duplicate-index", field.key, message, related, name=str(key))
