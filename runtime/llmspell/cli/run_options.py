"""The options of `llmspell-run` and `llmspell run`, declared once.

`llmspell-run` reads well-formed command lines itself, because importing click would cost more
than running a short spell. Everything else (help, completion, mistakes) it leaves to click, whose
options are made from the same table (`cli/run.py`).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any


class Malformed(Exception):
    """A value or a command line that the quick parser does not understand."""


class Option:
    """One option: its spellings, what it holds, and a line of help.

    convert is None for flags; it raises ValueError with a sentence for a bad value. The last
    spelling names it.
    """

    __slots__ = ("choices", "convert", "default", "envvar", "help", "metavar", "name", "spellings")

    def __init__(
        self,
        *spellings: str,
        help: str,  # noqa: A002 - click's name for it
        convert: Callable[[str], Any] | None = str,
        metavar: str | None = None,
        choices: tuple[str, ...] = (),
        default: Any = None,
        envvar: str | None = None,
    ) -> None:
        self.spellings = spellings
        self.name = spellings[-1].lstrip("-").replace("-", "_")
        self.help = help
        self.convert = convert
        self.metavar = metavar
        self.choices = choices
        self.default = False if convert is None else default
        self.envvar = envvar

    @property
    def is_flag(self) -> bool:
        """Whether the option takes no value."""
        return self.convert is None

    def value(self, text: str) -> Any:
        """The value that a word stands for; raises ValueError with a sentence."""
        assert self.convert is not None
        if self.choices and text not in self.choices:
            raise ValueError(f"invalid value '{text}'; one of {', '.join(self.choices)}")
        return self.convert(text)


def dollars(text: str) -> float:
    """An amount of US dollars from `2`, `0.50`, `$1`; raises ValueError."""
    return _quantity(text.strip().removeprefix("$"), {}, "an amount of US dollars such as 0.50")


def whole(text: str) -> int:
    """A number of tokens from `5000`; raises ValueError."""
    if not text.strip().isdecimal():
        raise ValueError(f"'{text}' is no whole number")
    return int(text)


_TIME_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE_UNITS = {
    "kb": 1 << 10,
    "mb": 1 << 20,
    "gb": 1 << 30,
    "k": 1 << 10,
    "m": 1 << 20,
    "g": 1 << 30,
    "b": 1,
}


def seconds(text: str) -> float:
    """Seconds from `30`, `1.5s`, `500ms`, `2m`, `1h`; raises ValueError."""
    return _quantity(text, _TIME_UNITS, "a duration such as 30, 500ms or 2m")


def size(text: str) -> int:
    """Bytes from `64MB`, `1g`, `1048576`; raises ValueError."""
    return int(_quantity(text, _SIZE_UNITS, "a size such as 64MB or 1g"))


def _quantity(text: str, units: dict[str, Any], wanted: str) -> float:
    stripped = text.strip().lower()
    digits = stripped.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = stripped[len(digits) :].strip()
    try:
        number = float(digits)
        factor = units[unit] if unit else 1
    except (ValueError, KeyError):
        raise ValueError(f"'{text}' is not {wanted}") from None
    if not 0 <= number < float("inf"):
        raise ValueError(f"'{text}' is not {wanted}")
    return float(number * factor)


OUTPUTS = ("text", "json", "pretty")
LEVELS = ("off", "error", "warn", "info", "debug", "trace")
SECURITY = ("safe", "standard", "trusted")
ENGINES = ("lua", "javascript", "js", "python")

GLOBAL_OPTIONS = (
    Option(
        "-c",
        "--config",
        metavar="PATH",
        envvar="LLMSPELL_CONFIG",
        help="Configuration file to use.",
    ),
    Option(
        "--profile",
        "--config-profile",
        metavar="NAME",
        envvar="LLMSPELL_PROFILE",
        help="Profile of the configuration to use.",
    ),
    Option("--strict-config", convert=None, help="Treat unknown configuration keys as errors."),
    Option(
        "--trace",
        choices=LEVELS,
        default="warn",
        help="How much the program itself says, on stderr.",
    ),
    Option("--output", choices=OUTPUTS, default="text", help="Form of the output."),
)

RUN_OPTIONS = (
    Option(
        "--timeout",
        convert=seconds,
        metavar="TIME",
        help="End the spell after this time (30, 500ms, 2m; 0: no limit).",
    ),
    Option(
        "--max-memory",
        convert=size,
        metavar="SIZE",
        help="Limit its memory (64MB, 1g; 0: no limit).",
    ),
    Option("--security", choices=SECURITY, help="What the spell may touch."),
    Option(
        "--engine", choices=ENGINES, default="lua", envvar="LLMSPELL_ENGINE", help="Script engine."
    ),
    Option(
        "--offline",
        convert=None,
        help="Use local models only; connect to no other machine.",
    ),
    Option(
        "--max-cost",
        convert=dollars,
        metavar="DOLLARS",
        help="End agents once their answers have cost so much; models without a known price are "
        "refused.",
    ),
    Option(
        "--max-total-tokens",
        convert=whole,
        metavar="N",
        help="End agents once their answers have taken so many tokens, read and written.",
    ),
    Option("--stream", convert=None, help="Hand over output at once, unbuffered."),
    Option("--watch", convert=None, help="Run again whenever the spell or a module of it changes."),
)


def address(text: str) -> tuple[str, int]:
    """Host and port from `[HOST:]PORT`; raises ValueError."""
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise ValueError(f"'{text}' is not [HOST:]PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def graph_file(text: str) -> str:
    """The file of a flame graph; raises ValueError.

    The suffix is held to be one of two, because `--profile NAME` is a profile of the
    configuration in another place of the command line.
    """
    if not text.endswith((".svg", ".txt")):
        raise ValueError(
            f"'{text}' ends neither with .svg nor with .txt "
            "(a profile of the configuration is chosen with --config-profile)"
        )
    return text


SCRIPT_OPTIONS = (
    Option(
        "--profile",
        convert=graph_file,
        metavar="FILE",
        help="Write where the time went: a flame graph (.svg) or collapsed stacks (.txt).",
    ),
    Option("--coverage", metavar="FILE", help="Write which lines were executed (lcov tracefile)."),
    Option(
        "--debug",
        convert=address,
        metavar="[HOST:]PORT",
        help="Let a debugger (DAP) attach at this port; 0 takes a free one.",
    ),
    Option("--wait", convert=None, help="With --debug: wait for the debugger, then run."),
)
"""Options of what runs a script, beside RUN_OPTIONS."""

_ONE_OF = ("profile", "coverage", "debug", "watch")


def conflict(chosen: Mapping[str, Any]) -> str | None:
    """Why options do not go together; None if they do."""
    given = [f"--{name}" for name in _ONE_OF if chosen.get(name)]
    if len(given) > 1:
        return f"{given[0]} and {given[1]} cannot be combined"
    if chosen.get("wait") and not chosen.get("debug"):
        return "--wait needs --debug"
    return None


def quick_parse(words: Sequence[str], environ: Any) -> tuple[dict[str, Any], str, list[str]]:
    """Options by name, the script, and the words after it.

    The first word that is no option is the script (`-` is standard input); all that follows
    belongs to the script, except one leading `--`. Raises Malformed for what needs click.
    """
    options = (*GLOBAL_OPTIONS, *RUN_OPTIONS, *SCRIPT_OPTIONS)
    table = {spelling: option for option in options for spelling in option.spellings}
    chosen = {option.name: option.default for option in table.values()}
    for option in table.values():
        text = environ.get(option.envvar) if option.envvar else None
        if text:
            chosen[option.name] = _checked(option, text)
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--" and rest:
            word = rest.pop(0)
        elif word != "-" and word.startswith("-"):
            _take(word, rest, table, chosen)
            continue
        if rest[:1] == ["--"]:
            rest.pop(0)
        if conflict(chosen):
            break
        return chosen, word, rest
    raise Malformed


def _take(word: str, rest: list[str], table: dict[str, Option], chosen: dict[str, Any]) -> None:
    spelling, equals, text = word.partition("=")
    option = table.get(spelling)
    if option is None or (option.is_flag and equals):
        raise Malformed
    if option.is_flag:
        chosen[option.name] = True
        return
    if not equals:
        if not rest:
            raise Malformed
        text = rest.pop(0)
    chosen[option.name] = _checked(option, text)


def _checked(option: Option, text: str) -> Any:
    try:
        return option.value(text)
    except ValueError:
        raise Malformed from None
