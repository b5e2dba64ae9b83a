"""Writes, or checks, everything that is generated from the API description.

    python -m llmspell.globals.generate [--check]

Border wrappers and definition files go into the package, the reference into `docs/`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from attrs import evolve

from llmspell.generating import write_or_check
from llmspell.globals.catalogue import NAMESPACES, TEST_NAMESPACES, VARIABLES
from llmspell.globals.generator.emit_border import HEADER, lua_border, python_border
from llmspell.globals.generator.emit_json import api_json
from llmspell.globals.generator.emit_luacats import definition_files
from llmspell.globals.generator.emit_markdown import reference
from llmspell.globals.generator.model import Api
from llmspell.globals.generator.read import read_api
from llmspell.globals.kinds import KINDS

PACKAGE = Path(__file__).parent.parent
REPOSITORY = PACKAGE.parent.parent

_MODULES = NAMESPACES | TEST_NAMESPACES


def describe() -> Api:
    """The API of this version, read from its namespaces."""
    modules = [f"llmspell.globals.{module}" for module in _MODULES.values()]
    return read_api(modules, VARIABLES, KINDS)


def of_every_spell(api: Api) -> Api:
    """The part of the API that does not depend on how a spell is run."""
    return evolve(api, namespaces=[each for each in api.namespaces if not each.only])


def of_tests(api: Api) -> Api:
    """The part that only tests of spells have."""
    return evolve(api, namespaces=[each for each in api.namespaces if each.only], variables=[])


def generated_files() -> dict[Path, str]:
    """Path -> text of every generated file."""
    api = describe()
    border = PACKAGE / "globals" / "generated"
    library = PACKAGE / "library"
    files = {
        border / "__init__.py": f'"""{HEADER}"""\n',
        border / "border.lua": lua_border(of_every_spell(api)),
        border / "test_border.lua": lua_border(of_tests(api)),
        library / "api.json": api_json(api),
        REPOSITORY / "docs" / "api.md": reference(api),
    }
    for namespace in api.namespaces:
        files[border / f"{_MODULES[namespace.name]}.py"] = python_border(namespace)
    for name, text in definition_files(api).items():
        files[library / "llmspell" / name] = text
    return files


def main(arguments: list[str]) -> int:
    """Writes the files; with `--check` says which are stale and gives 1 if any is."""
    return write_or_check(generated_files(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
