"""textDocument/completion and completionItem/resolve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve
from lsprotocol import types
from pygls.capabilities import get_capability

from llmspell_server.analysis.completion.candidates import Candidate, Completions
from llmspell_server.analysis.completion.complete import Options, complete
from llmspell_server.analysis.completion.gathering import Budget, attempted, gathered
from llmspell_server.analysis.explaining import Explanation, explained_candidate
from llmspell_server.analysis.spells.completing import complete_string

from .markup import OF_COMPLETION, markdown, suited

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer
    from llmspell_server.subjects import Subject

_KINDS = {
    "class": types.CompletionItemKind.Class,
    "field": types.CompletionItemKind.Field,
    "file": types.CompletionItemKind.File,
    "folder": types.CompletionItemKind.Folder,
    "function": types.CompletionItemKind.Function,
    "global": types.CompletionItemKind.Variable,
    "keyword": types.CompletionItemKind.Keyword,
    "label": types.CompletionItemKind.Reference,
    "local": types.CompletionItemKind.Variable,
    "method": types.CompletionItemKind.Method,
    "module": types.CompletionItemKind.Module,
    "namespace": types.CompletionItemKind.Module,
    "snippet": types.CompletionItemKind.Snippet,
    "tag": types.CompletionItemKind.Keyword,
    "value": types.CompletionItemKind.EnumMember,
}

_FOR_EXPLANATIONS = Budget(seconds=0.03, at_most=0.03)
_ITEM = "text_document.completion.completion_item"


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    options = types.CompletionOptions(
        trigger_characters=[".", ":", '"', "'", "@", "/", "-"], resolve_provider=True
    )
    server.feature(types.TEXT_DOCUMENT_COMPLETION, options)(completion)
    server.feature(types.COMPLETION_ITEM_RESOLVE)(resolve)


def completion(ls: SpellServer, params: types.CompletionParams) -> types.CompletionList | None:
    """Members, names, and the values of strings."""
    subject = ls.subject(params.text_document.uri, params.position)
    if subject is None or _is_minus(subject, params):
        return None
    settings = ls.configuration.of(subject.document.uri)
    spell = ls.spell(subject.document)
    options = Options(
        lambda: ls.world.module_names(subject.file),
        _takes_snippets(ls),
        without=frozenset(ls.rules.elsewhere(subject.file)),
    )
    if settings.completion_auto_require:
        options = evolve(options, to_require=lambda word: ls.world.modules_like(word, subject.file))

    def in_string() -> Completions | None:
        string = ls.strings.at(subject.file, subject.offset, spell.api)
        if string is None:
            return None
        return complete_string(string, subject.offset, spell.sources, options.modules)

    found, left = attempted(in_string, Budget())
    if found is None:
        found = complete(subject, options, left)
        ls.guess_on(subject.document)
    if not left.at_most:
        found = evolve(found, incomplete=True)
    if found.place in ("name", "nothing") and _is_triggered(params):
        return None  # `..`, `::`, or the quote that ends a string
    place = subject.document.range(found.start, found.end)
    calls = settings.completion_call_snippet and _takes_snippets(ls) and not _called(subject, found)
    data = ls.completions.add(subject, found.candidates)
    items = [
        _item(ls, subject, named, candidate, place, calls)
        for named, candidate in zip(data, found.candidates, strict=True)
    ]
    incomplete = found.incomplete
    if not get_capability(ls.client_capabilities, f"{_ITEM}.resolve_support", None):
        explained, more = _explained(subject, found.candidates)
        for number, explanation in explained:
            _explain(ls, items[number], explanation)
        incomplete = incomplete or more
    return types.CompletionList(is_incomplete=incomplete, items=items)


def resolve(ls: SpellServer, item: types.CompletionItem) -> types.CompletionItem:
    """A candidate with what is known of it; also when more of its name has been typed since."""
    offered = ls.completions.find(item.data)
    if offered is None:
        return item
    subject = offered.subject
    explanation = explained_candidate(subject.inference, subject.where, offered.entry.of)
    if explanation is not None:
        _explain(ls, item, explanation)
    return item


def _explain(ls: SpellServer, item: types.CompletionItem, explanation: Explanation) -> None:
    item.detail = item.detail or explanation.title
    item.documentation = _documentation(ls, explanation.text)


def _explained(
    subject: Subject, candidates: Sequence[Candidate]
) -> tuple[tuple[tuple[int, Explanation], ...], bool]:
    """What is known of candidates, by their number, for clients that never ask for one of them.

    As many as there is time for, those that are shown first before others; and whether there may be
    more to say, for which the client is to ask again at the next key.
    """
    order = sorted(range(len(candidates)), key=lambda number: candidates[number].rank)
    found = (
        (number, explanation)
        for number in order
        if (of := candidates[number].of) is not None
        and (explanation := explained_candidate(subject.inference, subject.where, of)) is not None
    )
    return gathered(found, _FOR_EXPLANATIONS)


def _takes_snippets(ls: SpellServer) -> bool:
    return bool(get_capability(ls.client_capabilities, f"{_ITEM}.snippet_support", False))


def _item(
    ls: SpellServer,
    subject: Subject,
    named: dict[str, int],
    candidate: Candidate,
    place: types.Range,
    calls: bool,
) -> types.CompletionItem:
    text, is_snippet = candidate.text or candidate.label, candidate.is_snippet
    if calls and candidate.kind in ("function", "method") and not is_snippet:
        text, is_snippet = f"{text}($0)", True
    edits = [
        types.TextEdit(subject.document.range(start, end), subject.document.text.broken_alike(text))
        for start, end, text in candidate.edits
    ]
    return types.CompletionItem(
        label=candidate.label,
        kind=_KINDS[candidate.kind],
        label_details=_details(ls, candidate),
        detail=candidate.detail or None,
        documentation=_documentation(ls, candidate.description),
        tags=[types.CompletionItemTag.Deprecated] if candidate.deprecated else None,
        sort_text=f"{candidate.rank:03}{candidate.label}",
        filter_text=candidate.label if candidate.text else None,
        insert_text_format=types.InsertTextFormat.Snippet if is_snippet else None,
        text_edit=types.TextEdit(place, text),
        additional_text_edits=edits or None,
        data=named if candidate.of is not None else None,
    )


def _details(ls: SpellServer, candidate: Candidate) -> types.CompletionItemLabelDetails | None:
    """What stands beside the label: parameters right behind it, the detail at the far end."""
    supported = get_capability(ls.client_capabilities, f"{_ITEM}.label_details_support", False)
    if not supported or not (candidate.parameters or candidate.detail):
        return None
    return types.CompletionItemLabelDetails(candidate.parameters or None, candidate.detail or None)


def _called(subject: Subject, found: Completions) -> bool:
    """Whether arguments stand behind the name already."""
    return subject.document.text.source[found.end : found.end + 1] in ("(", "{", '"', "'")


def _documentation(ls: SpellServer, text: str | None) -> types.MarkupContent | str | None:
    return suited(markdown(text), ls, OF_COMPLETION) if text else None


def _is_minus(subject: Subject, params: types.CompletionParams) -> bool:
    """Whether a `-` was typed that begins no annotation."""
    context = params.context
    if context is None or context.trigger_character != "-":
        return False
    return not subject.document.text.source.endswith("---", 0, subject.offset)


def _is_triggered(params: types.CompletionParams) -> bool:
    context = params.context
    return (
        context is not None and context.trigger_kind == types.CompletionTriggerKind.TriggerCharacter
    )
