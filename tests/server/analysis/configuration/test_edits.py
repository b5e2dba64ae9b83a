from __future__ import annotations

import tomllib

import pytest

from llmspell_server.analysis.configuration.edits import adding, applied, setting

PATH = ("tools", "file_operations", "allowed_paths")


def added(source: str, item: str = "/new") -> str:
    return applied(source, adding(source, PATH, item))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", '[tools.file_operations]\nallowed_paths = ["/new"]\n'),
        ("x = 1\n", 'x = 1\n\n[tools.file_operations]\nallowed_paths = ["/new"]\n'),
        (
            "[tools.file_operations]\nenabled = true # yes\n\n[debug]\n",
            '[tools.file_operations]\nenabled = true # yes\nallowed_paths = ["/new"]\n\n[debug]\n',
        ),
        (
            '[tools.file_operations]\nallowed_paths = [ "/a" ] # mine\n',
            '[tools.file_operations]\nallowed_paths = [ "/a", "/new" ] # mine\n',
        ),
        (
            "[tools.file_operations]\nallowed_paths = []\n",
            '[tools.file_operations]\nallowed_paths = ["/new"]\n',
        ),
        (
            '[tools.file_operations]\nallowed_paths = [\n    "/a", # first\n    "/b", # second\n]\n',
            '[tools.file_operations]\nallowed_paths = [\n    "/a", # first\n    "/b", # second\n    "/new",\n]\n',
        ),
        (
            '[tools.file_operations]\nallowed_paths = [\n  "/a" # first\n]\n',
            '[tools.file_operations]\nallowed_paths = [\n  "/a", # first\n  "/new"\n]\n',
        ),
        (
            '[tools.file_operations]\nallowed_paths = "/a, /b"\n',
            '[tools.file_operations]\nallowed_paths = ["/a", "/b", "/new"]\n',
        ),
        (
            "[tools]\nfile_operations.enabled = true\n",
            '[tools]\nfile_operations.enabled = true\nfile_operations.allowed_paths = ["/new"]\n',
        ),
        (
            "tools = { file_operations = { enabled = true } }\n",
            'tools = { file_operations = { enabled = true, allowed_paths = ["/new"] } }\n',
        ),
        (
            "[tools]\nfile_operations = {}\n",
            '[tools]\nfile_operations = { allowed_paths = ["/new"] }\n',
        ),
        ('[tools.file_operations]\nallowed_paths = ["/new"]\n', None),
        ("[tools.file_operations]\nallowed_paths = 3\n", None),
    ],
)  # fmt: skip
def test_adding_to_an_array(source: str, expected: str | None) -> None:
    assert added(source) == (source if expected is None else expected)
    if expected is not None:
        paths = tomllib.loads(added(source))["tools"]["file_operations"]["allowed_paths"]
        assert paths[-1] == "/new"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[debug]\nlevel = 'info' # now\n", '[debug]\nlevel = "warn" # now\n'),
        ("[debug]\nlevel =\n", '[debug]\nlevel = "warn"\n'),
        ("[debug]", '[debug]\nlevel = "warn"\n'),
        ("[debug.output]\n", '[debug.output]\n\n[debug]\nlevel = "warn"\n'),
    ],
)
def test_setting_a_value(source: str, expected: str) -> None:
    assert applied(source, setting(source, ("debug", "level"), "warn")) == expected


def test_setting_a_value_of_the_root() -> None:
    source = "# mine\n[debug]\n"
    changed = applied(source, setting(source, ("default_engine",), "lua"))
    assert tomllib.loads(changed) == {"default_engine": "lua", "debug": {}}
