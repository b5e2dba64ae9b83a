"""VS Code's window, used by keyboard and mouse."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.e2e.extension_host import page_of_browser

PICTURES = Path(__file__).parents[2] / "build/pictures"


class Workbench:
    """A window of VS Code in a page of a browser; whatever is awaited is awaited for a minute."""

    def __init__(self, page: Any) -> None:
        self.page = page
        page.set_default_timeout(60_000)

    def open(self, address: str, folder: Path) -> None:
        """Opens a folder, or the folders of a `.code-workspace`."""
        kind = "workspace" if folder.is_file() else "folder"
        self.page.goto(f"{address}/?{kind}={folder}")
        self.page.locator(".monaco-workbench").wait_for()
        self.page.locator(".explorer-folders-view, .pane-header").first.wait_for()

    def picture(self, name: str) -> None:
        """Keeps a picture of the window among `build/pictures`."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")

    def loaded(self) -> None:
        """Waits until no view of the side bar is asking for what it shows."""
        moving = "document.querySelectorAll('.sidebar .monaco-progress-container.active').length"
        self.page.wait_for_function(f"{moving} === 0")

    def press(self, *keys: str) -> None:
        """Presses keys, one after the other: `Control+End`, `F9`."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str, delay: int = 30) -> None:
        """Types as a person does; delay: milliseconds between keys."""
        self.page.keyboard.type(text, delay=delay)

    def command(self, title: str) -> None:
        """Chooses a command in the palette."""
        self.press("F1")
        box = self.page.locator(".quick-input-widget input.input")
        box.fill(f">{title}")
        self.page.locator(".quick-input-list .monaco-list-row", has_text=title).first.click()

    def new_file(self, name: str) -> None:
        """Makes a file in the open folder by the button of the explorer."""
        self.page.locator(".explorer-folders-view").hover()
        self.page.get_by_role("button", name="New File...").first.click()
        self.page.locator(".explorer-item input").wait_for()
        self.type(name)
        self.press("Enter")
        self.page.locator(".tab.active", has_text=name).wait_for()
        self.lines.first.click()

    def open_file(self, name: str) -> None:
        """Opens a file of the folder by its name."""
        self.press("Control+p")
        self.page.locator(".quick-input-widget input.input").fill(name)
        self.page.locator(".quick-input-list .monaco-list-row", has_text=name).first.click()
        self.page.locator(".tab.active", has_text=name).first.wait_for()
        self.lines.first.wait_for()

    def go_to(self, line: int) -> None:
        """Puts the cursor into a line; a click may meet one of those that stick to the top."""
        self.press("Control+g")
        self.page.locator(".quick-input-widget input.input").fill(f":{line}")
        self.press("Enter")
        self.page.locator(".quick-input-widget").wait_for(state="hidden")

    def console(self, text: str) -> None:
        """Waits for an output in the debug console."""
        self.page.locator(".repl .monaco-list-row", has_text=text).first.wait_for()

    def lens(self, title: str) -> Any:
        """A word above the code; it is there once the language server has answered."""
        return self.page.get_by_role("button", name=title).first

    @property
    def lines(self) -> Any:
        """The lines that the editor shows."""
        return self.page.locator(".monaco-editor .view-lines .view-line")

    def suggestion(self, label: str) -> Any:
        """A row of the list of completions."""
        rows = ".suggest-widget.visible .monaco-list-row"
        return self.page.locator(rows, has_text=label).first

    def suggested(self, label: str) -> None:
        """Waits for a completion; asks for it again where a busy editor has closed the list."""
        for _ in range(6):
            with suppress(Exception):
                self.suggestion(label).wait_for(timeout=10_000)
                return
            self.press("Escape", "Control+Space")
        self.suggestion(label).wait_for()

    def choose(self, item: str) -> None:
        """Chooses from an open menu; a click just after the menu opens is one that VS Code ignores."""
        items = self.page.get_by_role("menuitem").filter(has_text=item)
        items.first.hover()
        self.page.locator(".action-item.focused", has_text=item).first.wait_for()
        self.press("Enter")

    def variable(self, name: str) -> Any:
        """A row of the view of variables."""
        return self.page.locator(".debug-variables .monaco-list-row", has_text=name).first

    def expand(self, scope: str) -> None:
        """Opens a scope in the view of variables, which does not always open the first itself."""
        row = self.variable(scope)
        row.wait_for()
        if row.get_attribute("aria-expanded") == "false":
            row.click()

    def stopped(self) -> None:
        """Waits until the debugger stands in a line that is shown."""
        self.page.locator(".debug-top-stack-frame-line").first.wait_for()

    def ended(self) -> None:
        """Waits until no debugger runs."""
        self.page.locator(".debug-toolbar").wait_for(state="hidden")


@contextmanager
def workbench() -> Iterator[Workbench]:
    """A window without anything in it yet."""
    with page_of_browser() as page:
        window = Workbench(page)
        try:
            yield window
        except Exception:
            test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition("::")[2].partition(" ")[0]
            window.picture(f"failed-{test}")
            raise
