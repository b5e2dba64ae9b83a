"""`markdown-converter`, on markdown-it-py, markdownify and nh3.

markdown-it-py follows CommonMark; its extensions here are those of GitHub (tables, task lists,
struck text) and footnotes. nh3 reads HTML as browsers do and lets only harmless elements pass.
"""

from __future__ import annotations

from llmspell.security.opening import write_whole
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.inputs import INPUT_FILE, text_or_file
from llmspell.tools.builtin.filesystem.paths import file_path, storage_errors
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

LONGEST = 5 * MIB
_WORK = "llmspell.tools.builtin.utility.markdown_work"
_FILES = ("input", "input_file", "output_file")


class MarkdownConverter(Tool):
    """Converts Markdown to HTML and back; tells its table of contents and its front matter."""

    name = "markdown-converter"
    permissions = ("read", "write")
    aliases = ("markdown", "html-to-markdown")
    limits = Limits(seconds=30, output_bytes=20 * MIB)
    requires = ("bs4", "markdown_it", "markdownify", "mdit_py_plugins", "nh3", "yaml")
    parameters = (
        Parameter("input", "string", "The text.", aliases=("text", "markdown", "html", "content")),
        INPUT_FILE,
        Parameter("output_file", "string", "Write the result to this file.", kind="file-path"),
        Parameter(
            "sanitize",
            "boolean",
            "Leave out scripts, styles, handlers and unsafe links.",
            default=True,
        ),
        Parameter(
            "max_level",
            "integer",
            "Headings down to this level are in the table of contents.",
            default=6,
            schema={"minimum": 1, "maximum": 6},
        ),
    )
    operations = {
        "to_html": Operation(
            "Markdown to HTML",
            takes=(*_FILES, "sanitize", "max_level"),
            aliases=("markdown_to_html",),
        ),
        "to_markdown": Operation("HTML to Markdown", takes=_FILES, aliases=("html_to_markdown",)),
        "toc": Operation("the headings of Markdown", takes=(*_FILES, "max_level")),
        "front_matter": Operation(
            "what stands between `---` (YAML) or `+++` (TOML) before the text", takes=_FILES
        ),
    }
    examples = (
        Example(
            {"operation": "to_html", "input": "# Hi\n\n*a* <script>steal()</script>"},
            {
                "result": {
                    "output": '<h1 id="hi">Hi</h1>\n<p><em>a</em> </p>\n',
                    "title": "Hi",
                    "toc": [{"level": 1, "text": "Hi", "anchor": "hi"}],
                }
            },
        ),
        Example(
            {"operation": "to_markdown", "input": "<h2>A</h2><ul><li><b>x</b></ul>"},
            {"result": {"output": "## A\n\n- **x**\n"}},
        ),
        Example(
            {"operation": "front_matter", "input": "---\ntags: [x, y]\n---\nText\n"},
            {"result": {"front_matter": {"tags": ["x", "y"]}, "output": "Text\n"}},
        ),
        Example(
            {"operation": "front_matter", "input": "---\na: [\n---\n"},
            fails="front matter is no YAML",
        ),
    )

    def do_to_html(self, call: Call) -> Answer:
        """`result.output` is HTML, with `toc`, `title` and `front_matter` beside it."""
        options = [call.get("sanitize", True), call.get("max_level", 6)]
        return _answer(call, isolated(call, f"{_WORK}:to_html", [_input(call), *options]))

    def do_to_markdown(self, call: Call) -> Answer:
        """`result.output` is Markdown, without scripts, styles and unsafe links."""
        return _answer(call, isolated(call, f"{_WORK}:to_markdown", _input(call)))

    def do_toc(self, call: Call) -> Answer:
        """`result.toc` has `level`, `text` and `anchor` of each; `output` is a list with links."""
        request = [_input(call), call.get("max_level", 6)]
        return _answer(call, isolated(call, f"{_WORK}:contents", request))

    def do_front_matter(self, call: Call) -> Answer:
        """`result.front_matter`, nil where there is none, and the rest of the text in `output`."""
        return _answer(call, isolated(call, f"{_WORK}:front_matter", _input(call)))


def _input(call: Call) -> str:
    return text_or_file(call, LONGEST)


def _answer(call: Call, result: dict[str, Any]) -> Answer:
    output = result["output"]
    if not call.get("output_file"):
        return Answer(call.operation, result, text=output)
    path = file_path(call, "output_file", "write")
    data = output.encode()
    with storage_errors("write", path):
        write_whole(call.policy, path, data)
    told = {"file_path": path, "file_size": len(data)}
    return Answer(
        call.operation, result, message=f"Wrote {len(data)} bytes to {path}", metadata=told
    )
