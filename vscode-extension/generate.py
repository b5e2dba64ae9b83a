"""What the extension is told by the packages in Python, and the lists of its own texts.

`python vscode-extension/generate.py` writes, and with `--check` only says whether they are current:

- in `package.json`: version, settings, the attributes of `launch.json`, the names of configuration
  files, and the matchers for errors of runs; everything else there is written by hand;
- in `package.nls.json`: the texts of those parts, under `setting.` and `debug.`;
- `snippets/globals.json`: a snippet for each function of the script API;
- `l10n/bundle.l10n.json`: the texts of the sources, which a translation is a copy of.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import resources
from pathlib import Path
from typing import Any

from llmspell.config.discovery import PROJECT_NAMES, endings
from llmspell.generating import write_or_check
from llmspell.version import __version__
from llmspell_debug_adapter.reference import REQUESTS, schema_of
from llmspell_server.settings import schema

EXTENSION = Path(__file__).parent
DESCRIPTIONS = ("description", "markdownDescription")
GENERATED = ("setting.", "debug.")
LONGEST_ERROR = 8
"""Lines of an error that a task still finds; VS Code's matchers know no "any number of lines"."""
_CONTAINS = "workspaceContains:"
_RUN_MATCHER = "llmspell-run"
_TEXT = re.compile(r'\bl10n\.t\(\s*("(?:[^"\\]|\\.)*")')


def generated_files() -> dict[Path, str]:
    """Path -> text of every file that is written here, at least in parts."""
    manifest = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    texts = json.loads((EXTENSION / "package.nls.json").read_text("utf-8"))
    texts = {key: text for key, text in texts.items() if not key.startswith(GENERATED)}
    manifest = updated(manifest, texts)
    contents = {
        "package.json": manifest,
        "package.nls.json": texts,
        "snippets/globals.json": snippets(),
        "l10n/bundle.l10n.json": {text: text for text in sorted(source_texts())},
    }
    return {
        EXTENSION / name: json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        for name, content in contents.items()
    }


def updated(manifest: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    """The manifest with its generated parts anew; their texts are added to the given ones."""
    contributes = manifest["contributes"]
    (debugger,) = contributes["debuggers"]
    own = [each for each in contributes["configuration"] if each["title"] != "llmspell"]
    settings = {
        name: _translatable(described, f"setting.{name.removeprefix('llmspell.')}", texts)
        for name, described in schema().items()
    }
    attributes = {
        request: _translatable(schema_of(described), f"debug.{request}", texts)
        for request, described in REQUESTS.items()
    }
    events = [each for each in manifest["activationEvents"] if not each.startswith(_CONTAINS)]
    matchers = [
        each for each in contributes["problemMatchers"] if not each["name"].startswith(_RUN_MATCHER)
    ]
    (toml,) = contributes["languages"]
    return {
        **manifest,
        "version": __version__,
        "activationEvents": [*events, *(f"{_CONTAINS}{name}" for name in PROJECT_NAMES)],
        "contributes": {
            **contributes,
            "languages": [{**toml, "filenamePatterns": [f"**{ending}" for ending in endings()]}],
            "problemMatchers": [*matchers, *map(_run_matcher, range(1, LONGEST_ERROR + 1))],
            "configuration": [{"title": "llmspell", "properties": settings}, *own],
            "debuggers": [{**debugger, "configurationAttributes": attributes}],
        },
    }


def _run_matcher(lines: int) -> dict[str, Any]:
    """Finds an error of so many lines that ends a spell; its first line is the message.

    VS Code (code-server 4.139) gives each line of a terminal to the matchers twice, so what it
    would put together of several lines has each twice. Only their number may differ.
    """
    more = {"regexp": "^(?! *--> )"}
    return {
        "name": _RUN_MATCHER if lines == 1 else f"{_RUN_MATCHER}-{lines}",
        "label": "%matcher.run%",
        "owner": "llmspell-run",
        "source": "llmspell run",
        "severity": "error",
        "fileLocation": ["autoDetect", "${workspaceFolder}"],
        "pattern": [
            {"regexp": "^Error: Script execution failed: (?:.+?:\\d+: )?(.*)$", "message": 1},
            *[more] * (lines - 1),
            {"regexp": "^ *--> (.+):(\\d+)$", "file": 1, "line": 2},
        ],
    }


def _translatable(value: Any, key: str, texts: dict[str, str]) -> Any:
    """A schema with keys of texts in place of its descriptions."""
    if isinstance(value, list):
        return [_translatable(each, key, texts) for each in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for name, member in value.items():
        if name in DESCRIPTIONS and isinstance(member, str):
            texts[key] = member
            result[name] = f"%{key}%"
        else:
            below = key if name in ("properties", "items") else f"{key}.{name}"
            result[name] = _translatable(member, below, texts)
    return result


def snippets() -> dict[str, Any]:
    """VS Code's snippets for the functions of the globals, by name."""
    described = resources.files("llmspell").joinpath("library", "api.json").read_text("utf-8")
    return {
        name: {
            "prefix": name,
            "body": member["snippet"].split("\n"),
            "description": member["summary"],
        }
        for namespace in json.loads(described)["namespaces"]
        for member in namespace["members"]
        for name in [f"{namespace['name']}.{member['name']}"]
    }


def source_texts() -> set[str]:
    """What the sources give to `vscode.l10n.t`, which takes a literal only."""
    found: set[str] = set()
    for path in sorted((EXTENSION / "src").rglob("*.ts")):
        source = path.read_text("utf-8")
        literals = _TEXT.findall(source)
        if len(literals) != source.count("l10n.t("):
            raise SystemExit(f"{path}: l10n.t is not given a literal text in double quotes")
        found.update(json.loads(literal) for literal in literals)
    return found


def main() -> int:
    """0 where everything is current, or is now."""
    return write_or_check(generated_files(), sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
