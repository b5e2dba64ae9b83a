"""What a field means to a user.

What a `launch.json` may say is declared once, by the class that it is read into; its description
for editors and for the documentation comes from there (`llmspell_debug_adapter.reference`).
"""

from __future__ import annotations


def means(text: str) -> dict[str, str]:
    """Metadata of a field: its meaning, half a sentence in Markdown."""
    return {"meaning": text}
