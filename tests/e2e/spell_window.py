"""A window of VS Code with the packaged extension, in which a spell is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.built_extension import packaged
from tests.e2e.code_server import code_server
from tests.e2e.workbench import Workbench, workbench


@contextmanager
def spell_window(
    tmp_path: Path, name: str, spell: str, environment: Mapping[str, str] | None = None
) -> Iterator[Workbench]:
    """The window, with the spell as a file of that name in its folder.

    environment: what is added to the variables.
    """
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / name).write_text(spell)
    with (
        code_server(tmp_path, environment=environment, extensions=(packaged(),)) as address,
        workbench() as opened,
    ):
        opened.open(address, folder)
        opened.open_file(name)
        yield opened
