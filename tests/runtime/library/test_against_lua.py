"""The definition files tell the truth about a real Lua 5.4: names, values, literals, arguments."""

import re
from pathlib import Path
from typing import Any

import pytest
from lupa import lua54

from .definitions import PATHS, Definition, Parameter, aliases, definitions

FUNCTIONS = [found for found in definitions() if found.names is not None]

SURVEY = """
local names = {}
local function add(prefix, library)
    for name, value in pairs(library) do names[prefix .. name] = type(value) end
end
local function survey(globals)
    add("", globals)
    for name, value in pairs(globals) do
        if type(value) == "table" and name ~= "_G" then add(name .. ".", value) end
    end
    return names
end
"""

EXECUTE = """
local texts = ...
local globals = {}
for name, text in pairs(texts) do assert(load(text, "=" .. name, "t", globals))() end
"""

# One state for one probe: some functions change what later ones see.
PROBE = """
io.output(io.tmpfile())
io.input(io.tmpfile())

local function value_of(path)
    local value = _G
    for name in path:gmatch("[^.:]+") do
        value = name == "file" and getmetatable(io.stdout).__index or value[name]
    end
    return value
end

return function(path, count, sources)
    local arguments = {}
    for i = 1, count do arguments[i] = load("return " .. sources[i])() end
    local ok, message = pcall(value_of(path), table.unpack(arguments, 1, count))
    debug.sethook()
    return not ok and tostring(message) or ""
end
"""

NOT_PROBED = {
    "debug.debug": "reads standard input",
    "dofile": "reads standard input when called without a name",
    "loadfile": "reads standard input when called without a name",
    "os.exit": "ends the process",
    "os.setlocale": "changes the locale of the process",
    "os.tmpname": "leaves a file behind",
    "print": "writes to the output of the test run",
}

NEVER_COMPLAINS = {
    "debug.gethook": "looks whether the first argument is a coroutine and ignores it otherwise",
    "debug.getuservalue": "gives nil for whatever is no userdata, also for nothing at all",
}

SAMPLES = {
    "any": "{}",
    "boolean": "true",
    "file*": "io.tmpfile()",
    "function": "function() return print end",
    "integer": "1",
    "metatable": "{}",
    "number": "1",
    "osdateparam": "{ year = 2026, month = 1, day = 2 }",
    "string": '""',
    "table": "{}",
    "thread": "coroutine.create(function() end)",
    "userdata": "io.stdout",
}

# Types for which Lua has no wrong value.
TAKES_ANYTHING = {"any", "boolean", "K"}

# Where a value of the right type would end the call before the other arguments are looked at.
FITTING = {
    "debug.traceback": {"message": '""'},
    "io.lines": {"filename": "nil"},
    "os.execute": {"command": '"true"'},
    "string.packsize": {"fmt": '"i4"'},
    "table.sort": {"list": "{ 1, 2 }"},
    "tonumber": {"value": '"1"', "base": "10"},
}


def new_state() -> Any:
    return lua54.LuaRuntime(register_eval=False, register_builtins=False)


def real_names() -> dict[str, str]:
    names = dict(new_state().execute(f"{SURVEY} return survey(_G)"))
    return {n: t for n, t in names.items() if n.split(".")[0] != "python"}  # lupa's own


def defined_names() -> dict[str, str]:
    state = new_state()
    texts = state.table_from({path.name: path.read_text(encoding="utf-8") for path in PATHS})
    chunk = state.eval(f"function(...) {SURVEY} {EXECUTE} return survey(globals) end")
    fields = {f"io.{name}": "userdata" for name in ("stdin", "stdout", "stderr")}
    named = {str(found) for found in definitions()}
    return dict(chunk(texts)) | {name: t for name, t in fields.items() if name in named}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_file_compiles(path: Path) -> None:
    load = new_state().eval('function(text) return select(2, load(text, "=file", "t")) end')
    assert load(path.read_text(encoding="utf-8")) is None


def test_globals_and_library_tables_are_those_of_lua() -> None:
    assert defined_names() == real_names()


def test_what_the_files_define_is_what_the_reader_found() -> None:
    found = {str(found) for found in definitions() if not str(found).startswith("file")}
    assert found == set(defined_names())


def test_methods_of_files_are_those_of_lua() -> None:
    methods = set(new_state().eval("getmetatable(io.stdout).__index"))
    assert {str(f).split(":")[1] for f in FUNCTIONS if ":" in str(f)} == methods


@pytest.mark.parametrize(
    "name",
    ["_VERSION", "math.huge", "math.maxinteger", "math.mininteger", "math.pi", "package.config"],
)
def test_constant_has_its_real_value(name: str) -> None:
    compare = new_state().eval("function(text, name) " + CONSTANT + " end")
    library = name.split(".")[0] if "." in name else "basic"
    text = next(path for path in PATHS if path.stem == library).read_text(encoding="utf-8")
    assert compare(text, name)


CONSTANT = """
    local globals = {}
    load(text, "=file", "t", globals)()
    local defined = load("return " .. name, "=name", "t", globals)()
    local real = load("return " .. name)()
    return defined == real and math.type(defined) == math.type(real)
"""


def test_character_pattern_has_its_real_value() -> None:
    state = lua54.LuaRuntime(register_eval=False, register_builtins=False, encoding=None)
    text = next(path for path in PATHS if path.stem == "utf8").read_bytes()
    compare = state.eval(b"function(text, name) " + CONSTANT.encode() + b" end")
    assert compare(text, b"utf8.charpattern")


@pytest.mark.parametrize(
    ("alias", "call"),
    [
        ("gcoptions", "collectgarbage(VALUE)"),
        ("gcmode", "collectgarbage(VALUE)"),
        ("loadmode", 'load("", "x", VALUE)'),
        ("infowhat", "debug.getinfo(print, VALUE)"),
        ("hookmask", "debug.sethook(print, VALUE)"),
        ("openmode", 'io.open("", VALUE)'),
        ("readmode", "io.tmpfile():read(VALUE)"),
        ("seekwhence", "io.tmpfile():seek(VALUE)"),
        ("vbuf", "io.tmpfile():setvbuf(VALUE)"),
        ("dateformat", "os.date(VALUE)"),
        ("localecategory", "assert(os.setlocale(nil, VALUE))"),
    ],
)
def test_literals_are_accepted_by_the_function_and_others_are_not(alias: str, call: str) -> None:
    attempt = new_state().eval("function(text) return (pcall(load(text))) end")
    for literal in aliases()[alias].literals:
        assert attempt(call.replace("VALUE", literal)), literal
    takes_anything = alias in {"loadmode", "hookmask", "dateformat"}
    assert takes_anything or not attempt(call.replace("VALUE", '"?"'))


def test_fields_of_getinfo_are_those_of_lua() -> None:
    given = new_state().eval('debug.getinfo(load("return 1"), "nSltufrL")')
    text = next(path for path in PATHS if path.stem == "debug").read_text(encoding="utf-8")
    assert set(re.findall(r"---@field (\w+)", text)) == set(given) | {"name"}


def test_fields_of_a_date_are_those_of_lua() -> None:
    text = next(path for path in PATHS if path.stem == "os").read_text(encoding="utf-8")
    block = text[text.index("---@class osdate:") :].split("\n\n")[0]
    assert set(re.findall(r"---@field (\w+)", block)) == set(new_state().eval('os.date("*t")'))


PROBED = [f for f in FUNCTIONS if str(f) not in NOT_PROBED | NEVER_COMPLAINS]


@pytest.mark.parametrize("found", PROBED, ids=str)
def test_lua_insists_on_every_required_parameter(found: Definition) -> None:
    for count in range(len(least(found))):
        assert missing(probe(found, least(found)[:count])), f"{count} arguments were enough"


@pytest.mark.parametrize("found", PROBED, ids=str)
def test_lua_is_content_with_the_required_parameters(found: Definition) -> None:
    assert not missing(probe(found, least(found)))


@pytest.mark.parametrize("found", PROBED, ids=str)
def test_lua_looks_at_every_optional_parameter(found: Definition) -> None:
    for at, parameter in enumerate(found.parameters):
        if parameter.optional and parameter.type not in TAKES_ANYTHING:
            given = samples(found, found.parameters[:at])
            message = probe(found, [*given, misfit(parameter)])
            assert f"bad argument #{len(given) + 1}" in message, parameter.name


@pytest.mark.parametrize("found", PROBED, ids=str)
def test_lua_looks_at_no_parameter_beyond(found: Definition) -> None:
    longest = max(found.signatures, key=len)
    if all(parameter.name != "..." for signature in found.signatures for parameter in signature):
        given = samples(found, longest)
        message = probe(found, [*given, "{}"])
        assert f"bad argument #{len(given) + 1}" not in message


def probe(found: Definition, arguments: list[str]) -> str:
    """Calls the function and gives the error message, empty when all went well."""
    state = new_state()
    call = state.execute(PROBE)
    return str(call(found.name, len(arguments), state.table_from(arguments)))


def missing(message: str) -> bool:
    """Whether Lua complains about an argument that is not there."""
    return bool(re.search(r"no value|value expected|wrong number|of a nil value", message))


def least(found: Definition) -> list[str]:
    """Lua expressions for the fewest arguments that a signature allows."""
    required = [
        [parameter for parameter in signature if not parameter.optional and parameter.name != "..."]
        for signature in found.signatures
    ]
    return samples(found, min(required, key=len))


def samples(found: Definition, parameters: list[Parameter]) -> list[str]:
    """Lua expressions for the parameters, with the file of a method in front."""
    fitting = FITTING.get(found.name, {})
    given = [
        fitting.get(parameter.name) or sample(found, parameter.type) for parameter in parameters
    ]
    return ["io.tmpfile()", *given] if ":" in found.name else given


def sample(found: Definition, declared: str) -> str:
    for generic in found.tags("generic"):
        for name, _, bound in (part.strip().partition(": ") for part in generic.split(",")):
            declared = re.sub(rf"^{name}$", bound or "any", declared)
    declared = declared.removesuffix("?")
    if declared.endswith("[]") or declared.startswith(("table<", "T[]", "V[]")):
        return "{}"
    if declared.startswith(("fun(", "async fun(")):
        return "function() end"
    first = declared.split("|")[0]
    known = aliases()
    return known[first].literals[0] if first in known else SAMPLES.get(first, first)


def misfit(parameter: Parameter) -> str:
    """A value that cannot be meant."""
    return "true" if parameter.type.endswith("[]") or parameter.type == "osdateparam" else "{}"
