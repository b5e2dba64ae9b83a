"""What the extension is told by the packages in Python: version, settings, launch.json.

`python vscode-extension/generate.py` rewrites those parts of `package.json`; with `--check` it
only says whether they are current. Everything else in that file is written by hand.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from llmspell.version import __version__
from llmspell_debug_adapter.reference import REQUESTS, schema_of
from llmspell_server.settings import schema

MANIFEST = Path(__file__).parent / "package.json"


def updated(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with its generated parts anew."""
    contributes = manifest["contributes"]
    (debugger,) = contributes["debuggers"]
    own = [each for each in contributes["configuration"] if each["title"] != "llmspell"]
    settings = {"title": "llmspell", "properties": schema()}
    attributes = {request: schema_of(described) for request, described in REQUESTS.items()}
    return {
        **manifest,
        "version": __version__,
        "contributes": {
            **contributes,
            "configuration": [settings, *own],
            "debuggers": [{**debugger, "configurationAttributes": attributes}],
        },
    }


def main() -> int:
    """0 where the manifest is current, or is now."""
    text = MANIFEST.read_text("utf-8")
    new = json.dumps(updated(json.loads(text)), indent=2, ensure_ascii=False) + "\n"
    if "--check" in sys.argv:
        return int(new != text)
    MANIFEST.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
