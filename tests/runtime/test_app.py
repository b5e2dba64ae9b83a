"""The runtime as Python programs use it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import llmspell
from llmspell.errors import ConfigError, SecurityError
from llmspell.globals.arguments import script_arguments
from llmspell.lua.engine import EngineLost, ResourceError, ScriptError, TimedOut
from tests.runtime.conftest import MakeProject, Project


def test_the_package_gives_the_runtime_by_name() -> None:
    from llmspell.app import Runtime

    assert llmspell.Runtime is Runtime
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = llmspell.Nothing


def test_python_and_spells_share_the_services(project: Project) -> None:
    project.runtime.state.set("global", "answer", 42)
    assert project.value("return State.load('global', 'answer')") == 42


def test_a_script_file_runs_with_its_arguments(project: Project) -> None:
    script = project.folder / "main.lua"
    script.write_text(
        "#!/usr/bin/env llmspell-run\nprint(ARGS.name, ARGS[1], ARGS['1'], arg[1], arg[0], ...)"
    )
    project.runtime.run_file(str(script), ["--name", "Ada", "file"])
    assert project.output == "Ada\tfile\tfile\tfile\tmain.lua\t--name\tAda\tfile\n"


@pytest.mark.parametrize(
    ("words", "named", "positional"),
    [
        ([], {}, {}),
        (["--key", "value"], {"key": "value"}, {}),
        (["--key=value=more"], {"key": "value=more"}, {}),
        (["--flag", "--other"], {"flag": "true", "other": "true"}, {}),
        (["--flag"], {"flag": "true"}, {}),
        (["-x", "a"], {}, {1: "-x", 2: "a"}),
        (["--key", "-5", "b"], {"key": "-5"}, {1: "b"}),
        (["--a", "1", "--a", "2"], {"a": "2"}, {}),
        (["line\nbreak", 'quo"te\\'], {}, {1: "line\nbreak", 2: 'quo"te\\'}),
        (["--key", ""], {"key": ""}, {}),
        (["----deep", "v"], {"deep": "v"}, {}),
    ],
)
def test_script_arguments(
    words: list[str], named: dict[str, str], positional: dict[int, str]
) -> None:
    args, arg = script_arguments("/some/folder/spell.lua", words)
    assert arg == {0: "spell.lua", **positional}
    expected: dict[str | int, str] = {str(number): word for number, word in arg.items()}
    expected.update(named)
    expected.update(arg)
    assert args == expected


def test_arguments_reach_the_spell_unchanged(project: Project) -> None:
    result = project.runtime.run("return ARGS.x", ["--x", 'a\n"b"\\'])
    assert result.value == 'a\n"b"\\'


def test_the_configured_limits_hold(make_project: MakeProject) -> None:
    project = make_project("[engines.lua]\ntimeout_ms = 50\nmax_memory_bytes = 20000000\n")
    with pytest.raises(TimedOut):
        project.runtime.run("while true do end")
    with pytest.raises((ResourceError, ScriptError), match="memory"):
        project.runtime.run("local t = {} for i = 1, 1e9 do t[i] = { i } end", timeout=0)


def test_documented_limits_do_not_count_unless_set(project: Project) -> None:
    assert project.runtime._time_limit() is None
    assert project.runtime._memory_limit() is None


def test_a_project_that_is_not_trusted_cannot_widen(make_project: MakeProject) -> None:
    project = make_project(
        "[security]\nlevel = 'trusted'\n[runtime.security]\nallow_process_spawn = true\n"
        "[tools.file_operations]\nallowed_paths = ['*']\n"
    )
    assert project.runtime.policy.level == "standard"
    assert "not allowed" in project.error("os.execute('true')")
    assert project.value("return io.open('/etc/passwd') == nil") is True
    assert any("llmspell config trust" in note.message for note in project.runtime.notes)


def test_a_project_that_is_not_trusted_can_narrow(make_project: MakeProject) -> None:
    project = make_project("[security]\nlevel = 'safe'\n")
    assert project.value("return io.open('x.txt', 'w') == nil") is True


def test_invalid_configuration_is_an_error_at_once(make_project: MakeProject) -> None:
    with pytest.raises(ConfigError, match="TOML parsing error"):
        make_project("not toml")


def test_an_unknown_security_level_is_refused(make_project: MakeProject) -> None:
    with pytest.raises(SecurityError, match="Unknown security level"):
        make_project(security="everything")


def test_a_lost_engine_is_replaced(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmspell.lua.engine._LIMIT_GRACE", 0.1)
    project.value("State.save('global', 'k', 1)")
    with pytest.raises(EngineLost):
        project.runtime.run("('a'):rep(24):find(('a?'):rep(24) .. ('a'):rep(24))", timeout=0.02)
    assert project.value("return State.load('global', 'k')") == 1


def test_a_runtime_can_be_closed_twice(project: Project) -> None:
    project.value("return 1")
    project.runtime.close()
    project.runtime.close()


def test_two_runtimes_run_side_by_side(make_project: MakeProject) -> None:
    first, second = make_project(), make_project()
    first.value("shared = 1")
    assert second.value("return shared == nil") is True


def test_every_module_of_the_runtime_imports_alone() -> None:
    """No room leans on another one having been imported before."""
    package = Path(llmspell.__file__).parent
    names = [
        ".".join(path.relative_to(package.parent).with_suffix("").parts)
        for path in sorted(package.rglob("*.py"))
        if path.name != "__init__.py"
    ]
    code = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    for start in range(0, len(names), 40):
        subprocess.run(
            [sys.executable, "-c", code, *reversed(names[start : start + 40])], check=True
        )


def test_a_spell_run_from_elsewhere_has_its_own_project(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    project = make_project("[security]\nlevel = 'safe'\n")
    assert project.runtime.policy.level == "safe"
    assert project.runtime.config.project == project.folder
