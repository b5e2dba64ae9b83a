"""The `Test` global: what test files of spells say. It exists under `llmspell test` only."""

from __future__ import annotations

from llmspell.globals.describe import member, namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Protocol, TypedDict

    from llmspell.globals.kinds import SpellFile
    from llmspell.globals.services import Services
    from llmspell.globals.types import Gives, LuaFunction, LuaValue, Waiting

    class SpellRun(TypedDict):
        """How a spell that a test has run ended.

        Fields:
            success: whether it ended without an error.
            value: what it returned, if it returned something.
            output: what it wrote to stdout.
            errors: what it wrote to stderr.
            error: the message of the error that ended it.
            exit_code: what `llmspell run` would have given.
            seconds: how long it took.
        """

        success: bool
        value: LuaValue | None
        output: str
        errors: str
        error: str | None
        exit_code: int
        seconds: float

    class CaseOptions(TypedDict, total=False):
        """What else is to be said of a case.

        Fields:
            timeout: seconds that it may take, instead of those of `--timeout`.
            skip: why it is not to be run.
        """

        timeout: float
        skip: str

    class Bench(Protocol):
        """What stands behind `Test`; `llmspell.testing` has it."""

        def run(
            self,
            path: str,
            arguments: list[str],
            *,
            stdin: str,
            timeout: float | None,
        ) -> Waiting:
            """Waits for the end of a spell; gives a `SpellRun`."""
            ...

        def mask(self, text: str, word: str) -> None:
            """Has recordings say a word instead of a text."""
            ...

        def folder(self) -> str:
            """A folder for the case at hand."""
            ...


TEST_FILES = ("**/*_test.lua", "**/test_*.lua", "**/tests/**/*.lua")
"""The files that `llmspell test` finds in folders, and those that lie where modules of tests do."""


@namespace("Test", only="llmspell test", files=TEST_FILES)
class Test:
    """Says what a spell has to do: cases, and assertions in them.

    A test file is a Lua file that `llmspell test` runs: `*_test.lua`, `test_*.lua`, or any Lua file
    in a folder `tests`. What it asks of models and, by tools, of web servers is recorded once
    beside it, and played back from then on.

    An assertion that fails ends the case, and says what was there instead, and on which line.
    """

    # What is private in the name of a class must not be collected by pytest as a test.
    __test__ = False

    def __init__(self, services: Services) -> None:
        assert services.bench is not None
        self._bench: Bench = services.bench

    @member(lua=True)
    def case(self, name: str, body: LuaFunction, options: CaseOptions | None = None) -> None:
        """Adds a case; it is run once the whole file was read.

        Args:
            name: what is to be true, in words; unique within its `describe`.
            body: fails the case by raising an error, as assertions do.
            options: a time limit, or why it is skipped.

        Example:
            Test.case("a number can be doubled", function()
              Test.equal(2 * 21, 42)
            end)
        """

    @member(lua=True)
    def describe(self, name: str, body: LuaFunction) -> None:
        """Groups cases under a name; groups can stand in groups.

        Args:
            name: what the cases are about.
            body: adds cases, groups, and what is to be done before and after them.
        """

    @member(lua=True)
    def before_each(self, body: LuaFunction) -> None:
        """Has a function run before each case of this group and of those in it.

        Args:
            body: fails the case if it raises an error.
        """

    @member(lua=True)
    def after_each(self, body: LuaFunction) -> None:
        """Has a function run after each case of this group and of those in it, also after failures.

        Args:
            body: fails the case if it raises an error.
        """

    @member(lua=True)
    def before_all(self, body: LuaFunction) -> None:
        """Has a function run once, before the first case of this group that is run.

        Args:
            body: fails all cases of the group if it raises an error.
        """

    @member(lua=True)
    def after_all(self, body: LuaFunction) -> None:
        """Has a function run once, after the last case of this group that is run.

        Args:
            body: fails that case if it raises an error.
        """

    @member(lua=True)
    def equal(self, actual: LuaValue, expected: LuaValue, message: str | None = None) -> None:
        """Fails unless two values are equal; tables are if all that is in them is.

        Args:
            actual: what there is.
            expected: what there should be.
            message: said first if they differ.
        """

    @member(lua=True)
    def not_equal(self, actual: LuaValue, other: LuaValue, message: str | None = None) -> None:
        """Fails if two values are equal, in the sense of `Test.equal`.

        Args:
            actual: what there is.
            other: what should not be there.
            message: said first if they are equal.
        """

    @member(lua=True)
    def truthy(self, value: LuaValue, message: str | None = None) -> None:
        """Fails if a value is nil or false.

        Args:
            value: what should be there.
            message: said first if it is not.
        """

    @member(lua=True)
    def falsy(self, value: LuaValue, message: str | None = None) -> None:
        """Fails unless a value is nil or false.

        Args:
            value: what should not be there.
            message: said first if it is.
        """

    @member(lua=True)
    def near(
        self, actual: float, expected: float, within: float = 1e-6, message: str | None = None
    ) -> None:
        """Fails unless two numbers are about the same.

        Args:
            actual: what there is.
            expected: what there should be.
            within: how far they may be from each other.
            message: said first if they are farther.
        """

    @member(lua=True)
    def matches(self, text: str, pattern: str, message: str | None = None) -> None:
        """Fails unless a pattern of Lua is found in a text.

        Args:
            text: where it is looked for.
            pattern: as `string.find` takes it.
            message: said first if it is not there.
        """

    @member(lua=True)
    def contains(self, whole: LuaValue, part: LuaValue, message: str | None = None) -> None:
        """Fails unless something is in something else.

        A text has to contain the part as it is written. A list has to have an element that is
        equal to the part or, if that is a table, contains it; a part that is a list itself has to
        have all its elements there. Any other table has to have all fields of the part, with values
        that are equal or contain it.

        Args:
            whole: a text or a table.
            part: what should be in it.
            message: said first if it is not.

        Example:
            Test.case("the answer names its sender", function()
              local answer = { from = { name = "Ada", id = 7 }, text = "Hello, world" }
              Test.contains(answer, { from = { name = "Ada" } })
              Test.contains(answer.text, "world")
            end)
        """

    @member(lua=True)
    def raises(self, body: LuaFunction, text: str | None = None, message: str | None = None) -> str:
        """Fails unless a function raises an error; gives the message of that error.

        Args:
            body: what should raise it. An assertion that fails in it still fails the case.
            text: what the message has to contain, as it is written.
            message: said first if there is no such error.
        """
        raise NotImplementedError

    @member(lua=True)
    def fail(self, message: str) -> None:
        """Fails the case.

        Args:
            message: why.
        """

    @member(lua=True)
    def skip(self, reason: str) -> None:
        """Ends the case as one that could not be tested.

        Args:
            reason: why not.
        """

    @member()
    def run(
        self,
        path: SpellFile,
        arguments: list[str] = (),  # type: ignore[assignment]
        *,
        stdin: str = "",
        timeout: float | None = None,
    ) -> Annotated[Waiting, Gives(SpellRun)]:
        """Runs a spell in an engine of its own, and gives how it ended, whether well or not.

        What it asks of models and servers is recorded with the test. Its State is that of the test
        file, which begins empty.

        Args:
            path: the spell; looked for beside the test file, then in the folders above it, up to
                the working directory.
            arguments: words as on a command line, such as `{ "--name", "Ada" }`.
            stdin: what it reads from standard input.
            timeout: seconds that it may take; by default as long as the case.

        Example:
            Test.case("it greets", function()
              local greeting = Test.run("examples/getting-started/hello.lua")
              Test.truthy(greeting.success, greeting.error)
              Test.contains(greeting.output, "Hello")
            end)
        """
        return self._bench.run(path, list(arguments), stdin=stdin, timeout=timeout)

    @member()
    def mask(self, text: str, word: str) -> None:
        """Has recordings say `<WORD>` wherever a text stands that is different each time.

        Where an answer is played back, the text that is masked then takes the place of the word.

        Args:
            text: such as a date or an identifier; at least four characters.
            word: letters, digits and underscores, such as `TODAY`.
        """
        self._bench.mask(text, word)

    @member()
    def folder(self) -> str:
        """Gives an empty folder, which is removed after the case; recordings say `<FOLDER>`."""
        return self._bench.folder()
