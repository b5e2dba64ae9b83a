"""Fixes of findings that take more than their own text: values, calls, locals, loops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.inference.writes import key_of_field
from llmspell_server.analysis.navigation.described import descriptions
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.lexer import is_name
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.display import quoted
from llmspell_server.analysis.types.fields import members

from .action import Action, Change, Kind
from .fixing import Reported
from .indentation import indentation
from .mending_annotations import OF_ANNOTATIONS
from .mending_promises import OF_PROMISES
from .naming import free_name
from .scene import Scene

if TYPE_CHECKING:
    from llmspell_server.analysis.completion.complete import Place

_MOST_CHOICES = 4
SAFE = frozenset(
    (
        "redundant-return",
        "trailing-space",
        "unbalanced-assignments",
        "unused-label",
        "unused-vararg",
    )
)
"""Codes whose preferred fix leaves what a program does as it is."""


def mendings(place: Place, finding: Reported) -> Iterator[Action]:
    """What mends a finding at a place."""
    mend, scene = _BY_CODE.get(finding.code), Scene(place, finding)
    if mend is not None and scene.is_sound:
        yield from mend(scene)


def all_at_once(actions: Iterable[Action]) -> Action | None:
    """What fixes do together; those that would change a place twice are left for the next time."""
    changes: list[Change] = []
    for action in actions:
        if not any(_meet(new, old) for new in action.changes for old in changes):
            changes += action.changes
    kind: Kind = "source.fixAll.llmspell"
    return Action("Fix all that is safe to fix", kind, tuple(changes)) if changes else None


def _meet(one: Change, other: Change) -> bool:
    return one.file == other.file and one.start <= other.end and other.start <= one.end


def _fix(title: str, *changes: Change, preferred: bool = True) -> Action:
    return Action(title, "quickfix", changes, preferred)


# Globals and locals


def _make_local(scene: Scene) -> Iterator[Action]:
    """`lowercase-global`, `assign-injected-global`: where the statement makes nothing else."""
    name = scene.node(tree.Name)
    statement = scene.parent(name) if name is not None else None
    if isinstance(statement, tree.Assignment):
        targets = statement.targets
        if all(isinstance(each, tree.Name) and each.local is None for each in targets):
            yield _fix("Make it local", scene.inserted(statement.start, "local "))
    elif isinstance(statement, tree.FunctionStatement):
        yield _fix("Make it local", scene.inserted(statement.start, "local "))


def _declare(scene: Scene) -> Iterator[Action]:
    """`undefined-global` and the like: a local before the statement that reads it."""
    name = scene.node(tree.Name)
    statement = scene.statement(name) if name is not None else None
    if name is None or statement is None:
        return
    line = f"local {name.text}"
    if scene.begins_line(statement):
        change = scene.line_above(statement, line)
    else:
        change = scene.inserted(statement.start, f"{line} ")
    yield _fix(f"Declare `{name.text}` as a local here", change, preferred=False)


def _remove_unused(scene: Scene) -> Iterator[Action]:
    """`unused-local`, `unused-function`: the whole statement, where that does nothing else."""
    name = scene.node(tree.Name)
    statement = scene.statement(name) if name is not None else None
    if name is None or name.local is None or name.local.writes:
        return
    if isinstance(statement, tree.LocalFunction) and statement.name is name:
        yield _fix("Remove it", scene.without(statement), preferred=False)
    if isinstance(statement, tree.LocalStatement) and len(statement.names) == 1:
        acts = (tree.Call, tree.MethodCall, tree.Index, tree.Member, tree.Binary, tree.Unary)
        functions = [each for each in statement.values if isinstance(each, tree.Function)]
        values = [each for each in statement.values if each not in functions]
        if not any(isinstance(node, acts) for each in values for node in tree.walk(each)):
            yield _fix("Remove it", scene.without(statement), preferred=False)


def _underscore(scene: Scene) -> Iterator[Action]:
    """`unused-local`: a name that says so, wherever the local is written."""
    name = scene.finding.data.get("name")
    if isinstance(name, str) and is_name(name):
        yield from _renamed(scene, f"_{name}")


def _other_name(scene: Scene) -> Iterator[Action]:
    """`redefined-local`: a name that nothing else has there."""
    name = str(scene.finding.data.get("name", ""))
    if is_name(name):
        yield from _renamed(scene, free_name(scene.snapshot, name, scene.finding.end))


def _renamed(scene: Scene, name: str) -> Iterator[Action]:
    declaration = scene.node(tree.Name)
    local = declaration.local if declaration is not None else None
    if declaration is None or local is None:
        return
    snapshot = scene.snapshot
    changes = [scene.replaced(declaration.start, declaration.end, name)]
    for piece, use in snapshot.uses(local, scene.piece):
        changes.append(Change(*snapshot.span(piece, use), name))
    changes += [Change(*span, name) for span in descriptions(snapshot, local, scene.piece)]
    yield _fix(f"Rename to `{name}`", *changes, preferred=False)


def _remove_vararg(scene: Scene) -> Iterator[Action]:
    """`unused-vararg`: with the comma before it."""
    vararg = scene.node(tree.Vararg)
    function = scene.parent(vararg) if vararg is not None else None
    if vararg is not None and isinstance(function, tree.Function):
        before = function.parameters[-1].end if function.parameters else vararg.start
        yield _fix("Remove it", scene.replaced(before, vararg.end, ""))


def _unused_local(scene: Scene) -> Iterator[Action]:
    yield from _underscore(scene)
    yield from _remove_unused(scene)


def _remove_attribute(scene: Scene) -> Iterator[Action]:
    """`local-const-reassign`, `close-non-object`: without `<const>` or `<close>`."""
    node = scene.node(tree.Expression)
    if node is None:
        return
    snapshot, piece, begin = scene.snapshot, scene.piece, scene.begin
    attribute: tree.Attribute | None = None
    if isinstance(node, tree.Name):
        local = snapshot.local(piece, node)
        statement = local.statement if local is not None else None
        if local is not None and isinstance(statement, tree.LocalStatement):
            attribute = statement.names[local.position]
            begin = snapshot.pieces.start_of[snapshot.piece_of(local, piece)]
    if scene.finding.code == "close-non-object":
        around = scene.parent(node)
        if isinstance(around, tree.LocalStatement) and node in around.values:
            attribute, begin = around.names[around.values.index(node)], scene.begin
    if attribute is not None and attribute.attribute is not None:
        change = Change(begin + attribute.name.end, begin + attribute.end, "")
        yield _fix(f"Remove `<{attribute.attribute.text}>`", change, preferred=False)


# Values


def _remove_values(scene: Scene) -> Iterator[Action]:
    """`redundant-value`, `redundant-return-value`."""
    value = scene.node(tree.Expression)
    parent = scene.parent(value) if value is not None else None
    if isinstance(parent, (tree.LocalStatement, tree.Assignment, tree.Return)):
        place = parent.values.index(value)
        yield _fix("Remove it", scene.without_item(parent.values, place, place + 1))


def _write_nil(scene: Scene) -> Iterator[Action]:
    """`unbalanced-assignments`: nil where it is taken anyway."""
    target = scene.node(tree.Node)
    statement = scene.statement(target) if target is not None else None
    if isinstance(statement, tree.LocalStatement):
        missing = len(statement.names) - len(statement.values)
    elif isinstance(statement, tree.Assignment):
        missing = len(statement.targets) - len(statement.values)
    else:
        return
    change = scene.inserted(statement.values[-1].end, ", nil" * missing)
    yield _fix("Write `nil` for what is missing", change)


def _other_value(scene: Scene) -> Iterator[Action]:
    """A value of the wrong type: one of those that are wanted, or the same converted."""
    data, value = scene.finding.data, scene.node(tree.Expression)
    if value is None:
        return
    start, end = value.start, value.end
    for number, name in enumerate(data.get("near") or data.get("choices", ())[:_MOST_CHOICES]):
        text = quoted(str(name))
        if isinstance(value, tree.String) and value.text[0] == "'" and "\\" not in text:
            text = f"'{text[1:-1]}'"
        preferred = number == 0 and bool(data.get("near"))
        yield _fix(f"Change to `{text}`", scene.replaced(start, end, text), preferred=preferred)
    expected = scene.inference.functions.expected(scene.where, value)
    if expected is None:
        return
    wanted = members(expected, scene.inference)
    given = {
        model.widened(each)
        for each in members(scene.inference.type(scene.where, value), scene.inference)
    }
    source = scene.text(value)
    if model.STRING in wanted and given and given <= {model.NUMBER, model.INTEGER, model.BOOLEAN}:
        change = scene.replaced(start, end, f"tostring({source})")
        yield _fix("Convert with `tostring`", change, preferred=False)
    if {model.NUMBER, model.INTEGER} & set(wanted) and given == {model.STRING}:
        change = scene.replaced(start, end, f"tonumber({source})")
        yield _fix("Convert with `tonumber`", change, preferred=False)


def _keep_result(scene: Scene) -> Iterator[Action]:
    """`discard-returns`, `builder-result-unused`."""
    node = scene.node(tree.Node)
    statement = scene.statement(node) if node is not None else None
    if isinstance(statement, tree.ExpressionStatement):
        change = scene.inserted(statement.start, "local result = ")
        yield _fix("Put the result into a local", change)


def _check_nil(scene: Scene) -> Iterator[Action]:
    """`need-check-nil`."""
    value = scene.node(tree.Expression)
    statement = scene.statement(value) if value is not None else None
    if value is None or statement is None or not isinstance(value, (tree.Name, tree.Member)):
        return
    if any(isinstance(each, tree.Function) for each in _between(scene, value, statement)):
        return
    source, indent = scene.text(value), scene.indent(statement)
    is_plain = isinstance(statement, (tree.ExpressionStatement, tree.Assignment))
    if is_plain and not any(_is_long_string(each) for each in tree.walk(statement)):
        step = indentation(scene.snapshot.text.source)
        body = scene.text(statement).replace("\n", f"\n{step}")
        text = f"if {source} then\n{indent}{step}{body}\n{indent}end"
        change = scene.replaced(statement.start, statement.end, text)
        yield _fix(f"Do this only if there is `{source}`", change)
    if scene.begins_line(statement):
        change = scene.line_above(statement, f"assert({source})")
        yield _fix(f"Make sure of `{source}` with `assert`", change, preferred=False)


def _is_long_string(node: tree.Node) -> bool:
    return isinstance(node, tree.String) and "\n" in node.text


def _between(scene: Scene, node: tree.Node, statement: tree.Node) -> Iterator[tree.Node]:
    for each in scene.around(node):
        if each is statement:
            return
        yield each


# Calls and tables


def _remove_arguments(scene: Scene) -> Iterator[Action]:
    """`redundant-parameter`: the arguments that nobody takes."""
    start, end = scene.finding.start - scene.begin, scene.finding.end - scene.begin
    for node in tree.walk(scene.piece.statement) if scene.piece.statement is not None else ():
        if isinstance(node, tree.Arguments):
            chosen = [i for i, each in enumerate(node.values) if start <= each.start < end]
            if chosen and node.values[chosen[0]].start == start and node.values[-1].end == end:
                change = scene.without_item(node.values, chosen[0], chosen[-1] + 1)
                yield _fix("Remove what is too much", change)
                return


def _remove_earlier(scene: Scene) -> Iterator[Action]:
    """`duplicate-index`: the entry whose value is lost."""
    key = scene.node(tree.Node)
    parent = scene.parent(key) if key is not None else None
    field = parent if isinstance(parent, tree.Field) else key
    table = scene.parent(field) if field is not None else None
    if not isinstance(field, tree.Field) or not isinstance(table, tree.Table):
        return
    same = [each for each in table.fields if key_of_field(each) == key_of_field(field)]
    place = table.fields.index(same[0])
    change = scene.without_item(table.fields, place, place + 1)
    yield _fix(f"Remove the earlier `{key_of_field(field)}`", change, preferred=False)


def _separate(scene: Scene) -> Iterator[Action]:
    """`newfield-call`: a comma behind what stands above."""
    arguments = scene.node(tree.Arguments)
    call = scene.parent(arguments) if arguments is not None else None
    if isinstance(call, tree.Call):
        yield _fix("Write `,` on the line above", scene.inserted(call.callee.end, ","))


def _remove_call(scene: Scene) -> Iterator[Action]:
    """`builder-set-twice`: the call that has no effect."""
    method = scene.node(tree.Word)
    call = scene.parent(method) if method is not None else None
    if isinstance(call, tree.MethodCall):
        yield _fix("Remove this call", scene.replaced(call.base.end, call.end, ""))


def _uncall(scene: Scene) -> Iterator[Action]:
    """`call-non-callable`: the value that is there, where nothing is given to it."""
    node = scene.node(tree.Node)
    for call in (node, *scene.around(node)) if node is not None else ():
        if isinstance(call, tree.Statement):
            return
        if isinstance(call, (tree.Call, tree.MethodCall)):
            if not call.arguments.values and not isinstance(
                scene.parent(call), tree.ExpressionStatement
            ):
                changes = [scene.replaced(call.arguments.start, call.arguments.end, "")]
                if isinstance(call, tree.MethodCall):
                    colon = scene.piece.text.rindex(":", call.base.end, call.method.start)
                    changes.append(scene.replaced(colon, colon + 1, "."))
                yield _fix("Take the value, without a call", *changes, preferred=False)
            return


# Operators and loops


def _remove_empty(scene: Scene) -> Iterator[Action]:
    """`empty-block`: all of it, where nothing is called to decide."""
    block = scene.node(tree.Statement)
    calls = (tree.Call, tree.MethodCall)
    if block is not None and not any(isinstance(each, calls) for each in tree.walk(block)):
        yield _fix("Remove it", scene.without(block), preferred=False)


def _parentheses(scene: Scene) -> Iterator[Action]:
    """`ambiguity-1`: around the default, as it looks; around what is computed, as it is."""
    node = scene.node(tree.Binary)
    if node is None:
        return
    first = scene.finding.data.get("first")
    if first == [node.left.start, node.left.end] and isinstance(node.left, tree.Binary):
        computed, meant = node.left, (node.left.right.start, node.right.end)
    elif isinstance(node.right, tree.Binary):
        computed, meant = node.right, (node.left.start, node.right.left.end)
    else:
        return
    for (start, end), preferred in ((meant, True), ((computed.start, computed.end), False)):
        text = f"({scene.piece.text[start:end]})"
        yield _fix(f"Write `{text}`", scene.replaced(start, end, text), preferred=preferred)


def _count_down(scene: Scene) -> Iterator[Action]:
    """`count-down-loop`: with a step that leads to the end."""
    step = scene.finding.data.get("step")
    if not isinstance(step, int):
        return
    written = scene.node(tree.Expression)
    start, end = scene.finding.start, scene.finding.end
    if written is not None:
        yield _fix(f"Count by {step}", Change(start, end, str(step)))
    else:
        yield _fix(f"Count by {step}", Change(end, end, f", {step}"))


_BY_CODE: dict[str, Callable[[Scene], Iterator[Action]]] = {
    "undefined-global": _declare,
    "global-in-nil-env": _declare,
    "undefined-env-child": _declare,
    "lowercase-global": _make_local,
    "assign-injected-global": _make_local,
    "unused-local": _unused_local,
    "unused-vararg": _remove_vararg,
    "redefined-local": _other_name,
    "unused-function": _remove_unused,
    "local-const-reassign": _remove_attribute,
    "close-non-object": _remove_attribute,
    "redundant-value": _remove_values,
    "redundant-return-value": _remove_values,
    "unbalanced-assignments": _write_nil,
    **dict.fromkeys(
        (
            *("param-type-mismatch", "assign-type-mismatch", "return-type-mismatch"),
            *("cast-local-type", "enum-value-mismatch"),
        ),
        _other_value,
    ),
    "discard-returns": _keep_result,
    "builder-result-unused": _keep_result,
    "need-check-nil": _check_nil,
    "redundant-parameter": _remove_arguments,
    "duplicate-index": _remove_earlier,
    "newfield-call": _separate,
    "builder-set-twice": _remove_call,
    "call-non-callable": _uncall,
    "empty-block": _remove_empty,
    "ambiguity-1": _parentheses,
    "count-down-loop": _count_down,
    **OF_ANNOTATIONS,
    **OF_PROMISES,
}
