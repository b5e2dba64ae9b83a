"""Fixes of findings about what annotations say, and of tables that do not follow them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from llmspell_server.analysis.annotations.attached import Declared, all_blocks
from llmspell_server.analysis.annotations.nodes import ClassTag, FieldTag, NameNode
from llmspell_server.analysis.checks.context import is_definition_file
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.lexer import is_name
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.display import display
from llmspell_server.analysis.types.fields import members
from llmspell_server.analysis.types.members import field_named

from .action import Action, Change
from .scene import Scene

_DEFAULTS = {
    model.STRING: '""',
    model.NUMBER: "0",
    model.INTEGER: "0",
    model.BOOLEAN: "false",
    model.TABLE: "{}",
}


def _fill(scene: Scene) -> Iterator[Action]:
    """`missing-fields`: all of them, with the plainest values of their types."""
    start = scene.finding.start - scene.begin
    names = [str(name) for name in scene.finding.data.get("names", ())]
    statement = scene.piece.statement
    table = next(
        (
            node
            for node in (tree.walk(statement) if statement is not None else ())
            if isinstance(node, tree.Table) and node.start == start
        ),
        None,
    )
    if table is None or not names:
        yield from _fill_left_out(scene, names)
        return
    expected = scene.inference.functions.expected(scene.where, table)
    if expected is None:
        return
    written = _plainest_fields(scene, expected, names)
    if not table.fields:
        change = scene.replaced(table.start, table.end, f"{{ {', '.join(written)} }}")
    else:
        last = table.fields[-1]
        behind = scene.piece.text[last.end : table.end]
        is_long = "\n" in scene.piece.text[table.start : table.fields[0].start]
        between = f",\n{scene.indent(last)}" if is_long else ", "
        text = "".join(f"{between}{each}" for each in written)
        is_closed = behind.lstrip().startswith((",", ";"))
        at = last.end + behind.index(behind.lstrip()[0]) if is_closed else last.end
        change = scene.inserted(at, text)
    yield Action("Write the fields that are missing", "quickfix", (change,), True)


def _fill_left_out(scene: Scene, names: list[str]) -> Iterator[Action]:
    """The same of a table that a call lacks altogether: it becomes the last argument."""
    start = scene.finding.start - scene.begin
    statement = scene.piece.statement
    for call in tree.walk(statement) if statement is not None else ():
        if not isinstance(call, (tree.Call, tree.MethodCall)) or call.arguments.start != start:
            continue
        values, end = call.arguments.values, call.arguments.end
        expected = scene.inference.described.left_out(scene.where, call, len(values))
        if expected is not None and scene.piece.text[end - 1] == ")":
            fields = ", ".join(_plainest_fields(scene, expected, names))
            text = f"{', ' * bool(values)}{{ {fields} }}"
            change = scene.inserted(end - 1, text)
            yield Action("Write the fields that are missing", "quickfix", (change,), True)


def _plainest_fields(scene: Scene, expected: model.Type, names: list[str]) -> list[str]:
    """Fields of a type as a constructor has them, with the plainest values."""
    written = []
    for name in names:
        field = field_named(expected, name, scene.inference)
        value = plainest_value(scene, field.type) if field is not None else "nil"
        written.append(f"{name} = {value}" if is_name(name) else f'["{name}"] = {value}')
    return written


def plainest_value(scene: Scene, type_: model.Type) -> str:
    """The plainest value of a type."""
    for each in members(type_, scene.inference):
        if isinstance(each, tuple(model.BASE_OF_LITERAL)):
            return display(each)
        if isinstance(each, model.Function):
            names = ", ".join(parameter.name for parameter in each.parameters)
            return f"function({names}) end"
        if isinstance(each, (model.Named, model.Record, model.Array, model.Map, model.Tuple)):
            enum = scene.inference.enum_named(getattr(each, "name", ""))
            return "nil" if enum is not None else "{}"
        if isinstance(each, model.Basic) and each in _DEFAULTS:
            return _DEFAULTS[each]
    return "nil"


def _declare_field(scene: Scene) -> Iterator[Action]:
    """`inject-field`, `undefined-field`: a `@field` for the class, where that is the user's."""
    key = scene.node(tree.Word)
    access = scene.parent(key) if key is not None else None
    if key is None or not isinstance(access, (tree.Member, tree.MethodCall)):
        return
    base = members(scene.inference.type(scene.where, access.base), scene.inference)
    classes = [each for each in base if isinstance(each, model.Named)]
    places = list(_declarations(scene, classes[0])) if len(classes) == 1 else []
    if not places:
        return
    file, declared = places[0]
    snapshot = scene.inference.file(file).snapshot
    fields = [tag for tag in declared.fields if isinstance(tag, FieldTag)]
    begin = snapshot.pieces.start_of[declared.piece]
    last = begin + (fields[-1] if fields else declared.tag).start
    text = snapshot.text
    line = text.line_at(last)
    content = text.source[text.line_start(line) : text.line_end(line)]
    indent = content[: len(content) - len(content.lstrip())]
    type_ = display(_written_type(scene, access))
    change = Change(
        text.line_end(line),
        text.line_end(line),
        f"\n{indent}---@field {key.text} {type_}",
        None if file == scene.place.file else file,
    )
    yield Action(f"Declare `{key.text}` in `{classes[0].name}`", "quickfix", (change,))


def _written_type(scene: Scene, access: tree.Member | tree.MethodCall) -> model.Type:
    """The type of what is assigned to a field; any type where it is only read."""
    parent = scene.parent(access)
    if isinstance(parent, tree.Assignment) and access in parent.targets:
        place = parent.targets.index(access)
        if place < len(parent.values):
            found = model.widened(scene.inference.type(scene.where, parent.values[place]))
            return model.TABLE if isinstance(found, model.Shape) else _known(found)
    if isinstance(parent, tree.FunctionStatement):
        return _known(scene.inference.type(scene.where, parent.function))
    return model.FUNCTION if isinstance(access, tree.MethodCall) else model.ANY


def _known(type_: model.Type) -> model.Type:
    return model.ANY if type_ in (model.UNKNOWN, model.NIL, model.NEVER) else type_


def _make_public(scene: Scene) -> Iterator[Action]:
    """`invisible`: the `@field` without `private` and the like, where the class is the user's."""
    key = scene.node(tree.Word)
    access = scene.parent(key) if key is not None else None
    if key is None or not isinstance(access, (tree.Member, tree.MethodCall)):
        return
    for holder in members(scene.inference.type(scene.where, access.base), scene.inference):
        for file, declared in _declarations(scene, holder):
            begin = scene.inference.file(file).snapshot.pieces.start_of[declared.piece]
            for tag in declared.fields:
                if not isinstance(tag, FieldTag) or tag.name is None or tag.visibility == "public":
                    continue
                if tag.name.text == key.text:
                    start, end = begin + tag.word.end, begin + tag.name.start
                    change = Change(start, end, " ", None if file == scene.place.file else file)
                    title = f"Make `{key.text}` public in `{display(holder)}`"
                    yield Action(title, "quickfix", (change,))


def _declarations(scene: Scene, holder: model.Type) -> Iterator[tuple[str, Declared]]:
    """The files that declare a class and how, without those that are no files of the user."""
    definition = scene.inference.class_named(getattr(holder, "name", ""))
    for place in definition.places if definition is not None else ():
        assert isinstance(place, tuple)
        file, declared = place
        assert isinstance(declared, Declared)
        if not is_definition_file(scene.inference.file(file).snapshot):
            yield file, declared


def _open_circle(scene: Scene) -> Iterator[Action]:
    """`circle-doc-class`: without the parents that lead back to the class."""
    start = scene.finding.start - scene.begin
    for block in all_blocks(scene.piece):
        for tag in block.tags:
            if not isinstance(tag, ClassTag) or tag.name is None or tag.name.start != start:
                continue
            kept = [
                scene.text(each)
                for each in tag.parents
                if not (isinstance(each, NameNode) and _leads_to(scene, each, tag.name.text))
            ]
            first, last = tag.parents[0].start, tag.parents[-1].end
            colon = scene.piece.text.rindex(":", start, first)
            text = f": {', '.join(kept)}" if kept else ""
            title = "Leave out what leads back to the class"
            yield Action(title, "quickfix", (scene.replaced(colon, last, text),), preferred=True)


def _leads_to(scene: Scene, parent: NameNode, name: str) -> bool:
    """Whether a class is another one or made from it."""
    seen: set[str] = set()
    waiting = [parent.name.text]
    while waiting:
        each = waiting.pop()
        if each == name:
            return True
        definition = None if each in seen else scene.inference.class_named(each)
        seen.add(each)
        above = definition.parents if definition is not None else ()
        waiting += [one.name for one in above if isinstance(one, model.Named)]
    return False


def _write_symbol(scene: Scene) -> Iterator[Action]:
    """`luadoc-syntax`: the bracket that is missing, behind what was read."""
    symbol = scene.finding.data.get("missing")
    if isinstance(symbol, str):
        at = len(scene.piece.text[: scene.finding.start - scene.begin].rstrip())
        text = f" {symbol}" if symbol == "}" else symbol
        change = scene.inserted(at, text)
        yield Action(f"Write `{symbol}`", "quickfix", (change,), preferred=True)


def _declare_class(scene: Scene) -> Iterator[Action]:
    """`undefined-doc-name`, `undefined-doc-class`: a class of that name, above the annotations."""
    start = scene.finding.start - scene.begin
    name = str(scene.finding.data.get("name", ""))
    comments = [each for each in scene.piece.comments if each.start <= start <= each.end]
    if not comments or not re.fullmatch(r"[A-Za-z_][\w.]*", name):
        return
    first = _first_line(scene, comments[0].start)
    at = scene.piece.text.rfind("\n", 0, first) + 1
    indent = scene.indent(comments[0])
    change = scene.inserted(at, f"{indent}---@class {name}\n\n")
    yield Action(f"Declare the class `{name}`", "quickfix", (change,))


def _first_line(scene: Scene, comment: int) -> int:
    """The first of the comment lines that go on without a gap down to one."""
    starts = sorted(each.start for each in scene.piece.comments if each.start <= comment)
    first = starts.pop()
    while starts:
        between = scene.piece.text[starts[-1] : first]
        if between.count("\n") != 1 or not _stands_alone(scene, starts[-1]):
            break
        first = starts.pop()
    return first


def _stands_alone(scene: Scene, offset: int) -> bool:
    return not scene.piece.text[:offset].rpartition("\n")[2].strip()


def _remove_line(scene: Scene) -> Iterator[Action]:
    """Annotations that say nothing, or say it again: their line."""
    offset = scene.finding.start - scene.begin
    for comment in scene.piece.comments:
        if comment.start <= offset <= comment.end and comment.text.startswith("---"):
            yield Action("Remove this line", "quickfix", (scene.without(comment),))
            return


OF_ANNOTATIONS: dict[str, Callable[[Scene], Iterator[Action]]] = {
    "missing-fields": _fill,
    "inject-field": _declare_field,
    "undefined-field": _declare_field,
    "invisible": _make_public,
    "circle-doc-class": _open_circle,
    "luadoc-syntax": _write_symbol,
    "undefined-doc-name": _declare_class,
    "undefined-doc-class": _declare_class,
    **dict.fromkeys(
        (
            *("undefined-doc-param", "duplicate-doc-param", "duplicate-doc-field"),
            *("duplicate-doc-alias", "doc-field-no-class", "unknown-cast-variable"),
            *("unknown-operator", "cast-type-mismatch"),
        ),
        _remove_line,
    ),
}
