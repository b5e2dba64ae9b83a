"""textDocument/codeAction and codeAction/resolve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.capabilities import get_capability

from llmspell_server.analysis.actions.action import Action
from llmspell_server.analysis.actions.extracting import extractions
from llmspell_server.analysis.actions.fixing import Reported, fixes, missing_tokens
from llmspell_server.analysis.actions.foreign import continues, translations
from llmspell_server.analysis.actions.mending import SAFE, all_at_once, mendings
from llmspell_server.analysis.actions.rewriting import rewritings
from llmspell_server.analysis.actions.suppressing import suppressions
from llmspell_server.analysis.completion.names import place_for_require
from llmspell_server.analysis.navigation.places import Place

from . import host_rules
from .commands import REMEDY
from .edits import workspace_edit

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer
    from llmspell_server.subjects import Subject

_FIX_ALL = "source.fixAll.llmspell"
_KINDS = (
    *("quickfix", "refactor.extract", "refactor.inline", "refactor.rewrite"),
    *("source.fixAll", _FIX_ALL),
)
_SOURCE = "llmspell"


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    options = types.CodeActionOptions(code_action_kinds=list(_KINDS), resolve_provider=True)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(code_action)
    server.feature(types.CODE_ACTION_RESOLVE)(resolve)


def code_action(ls: SpellServer, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """What can be done at a place: fixes of what is reported there, and rewritings."""
    subject = ls.subject(params.text_document.uri, params.range.start)
    if subject is None:
        return None
    offered = [
        (action, diagnostic)
        for action, diagnostic in _offered(ls, subject, params)
        if _is_wanted(action.kind, params.context.only)
    ]
    data = ls.actions.add(subject, [action for action, _ in offered])
    lazily = "edit" in get_capability(
        ls.client_capabilities, "text_document.code_action.resolve_support.properties", ()
    )
    found = [
        types.CodeAction(
            action.title,
            kind=action.kind,
            diagnostics=[diagnostic] if diagnostic is not None else None,
            is_preferred=action.preferred or None,
            edit=None if lazily else _edit(ls, subject, action),
            data=named,
        )
        for named, (action, diagnostic) in zip(data, offered, strict=True)
    ]
    if _is_wanted("quickfix", params.context.only):
        for diagnostic in params.context.diagnostics:
            found += host_rules.code_actions(ls, subject.document, diagnostic)
            found += _remedies(subject.document.uri, diagnostic)
    return found


def _remedies(uri: str, diagnostic: types.Diagnostic) -> Iterator[types.CodeAction]:
    """What the server can do about a remark, by a command of its own."""
    data = diagnostic.data if isinstance(diagnostic.data, dict) else {}
    offered = data.get("remedy")
    if isinstance(offered, dict):
        title, kind, value = (str(offered.get(key)) for key in ("title", "kind", "value"))
        yield types.CodeAction(
            title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic],
            command=types.Command(title, REMEDY, arguments=[kind, value, uri]),
        )


def resolve(ls: SpellServer, action: types.CodeAction) -> types.CodeAction:
    """An action with what it changes, as long as its document has not changed."""
    found = ls.actions.find(action.data)
    if found is not None and found.subject.document is ls.open_document(found.subject.document.uri):
        action.edit = _edit(ls, found.subject, found.entry)
    return action


def _offered(
    ls: SpellServer, subject: Subject, params: types.CodeActionParams
) -> Iterator[tuple[Action, types.Diagnostic | None]]:
    for diagnostic in params.context.diagnostics:
        if diagnostic.source == _SOURCE and isinstance(diagnostic.code, str):
            for action in _mending(ls, subject, diagnostic, diagnostic.code):
                yield action, diagnostic
    if params.context.only and _is_wanted(_FIX_ALL, params.context.only):
        together = all_at_once(_safe(ls, subject))
        if together is not None:
            yield together, None
    if not ls.answers_all(subject.document.uri):
        return
    end = subject.document.offset(params.range.end)
    for action in extractions(subject.snapshot, subject.offset, end):
        yield action, None
    for action in rewritings(subject):
        yield action, None


def _safe(ls: SpellServer, subject: Subject) -> Iterator[Action]:
    """The fixes of all that is reported in a document and whose fix changes nothing else."""
    for diagnostic in ls.diagnosing.report(subject.document).items:
        if diagnostic.source == _SOURCE and diagnostic.code in SAFE:
            found = _mending(ls, subject, diagnostic, str(diagnostic.code))
            yield from (action for action in list(found)[:1] if action.preferred)


def _mending(
    ls: SpellServer, subject: Subject, diagnostic: types.Diagnostic, code: str
) -> Iterator[Action]:
    """What mends something that was reported, then what switches it off."""
    document, snapshot = subject.document, subject.snapshot
    start, end = (document.offset(each) for each in (diagnostic.range.start, diagnostic.range.end))
    data: Mapping[str, Any] = diagnostic.data if isinstance(diagnostic.data, dict) else {}
    reported = Reported(code, start, end, data)
    modules, top = _modules(ls, subject, reported), place_for_require(snapshot)
    yield from continues(snapshot, start)
    yield from fixes(document.text, reported, modules, top)
    there = ls.subject(document.uri, diagnostic.range.start)
    if there is not None:
        yield from mendings(there, reported)
    if code == "syntax-error":
        known = list(translations(document.text, start, end))
        yield from known or missing_tokens(snapshot, start, end)
    else:
        yield from suppressions(document.text, code, start)


def _modules(ls: SpellServer, subject: Subject, reported: Reported) -> dict[str, str]:
    """The modules that may mend something, where modules can."""
    if reported.code == "undefined-global":
        word = subject.document.text.source[reported.start : reported.end]
        return ls.world.modules_called(word, subject.file)
    if reported.code in ("unresolved-require", "different-requires"):
        word = str(reported.data.get("name", "")).rpartition(".")[2]
        near = ls.world.modules_near(subject.file)
        return ls.world.modules_called(word, subject.file) | near
    return {}


def _is_wanted(kind: str, only: object) -> bool:
    """Whether a kind, or one above it, is asked for."""
    if not isinstance(only, (list, tuple)) or not only:
        return True
    asked = [str(getattr(each, "value", each)) for each in only]
    return any(kind == each or kind.startswith(f"{each}.") or not each for each in asked)


def _edit(ls: SpellServer, subject: Subject, action: Action) -> types.WorkspaceEdit:
    return workspace_edit(
        ls,
        (
            (Place(each.file or subject.file, each.start, each.end), each.text)
            for each in action.changes
        ),
    )
