"""CSV text as header and rows: which delimiter it has, and what is wrong with it (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice

from llmspell.errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmspell.tools.call import Call

DELIMITERS = (",", ";", "\t", "|")
_CHECK_EVERY = 1000


class CsvTable:
    """A text with a header. Blank header cells are called `Column_<n>`; empty lines are no rows.

    default: the delimiter where none can be recognised; without it that is an error. Raises
    ValidationError for `delimiter`, and for `input` that has no header.
    """

    def __init__(self, call: Call, *, default: str = "") -> None:
        self._call = call
        self.text: str = call.params["input"].removeprefix("\ufeff")
        data = call.settings.data
        if data is not None and len(self.text.encode()) > data.max_csv_size:
            raise ValidationError(
                f"the text is larger than `tools.data.max_csv_size` ({data.max_csv_size}) allows",
                field="input",
            )
        given = call.get("options", {}).get("delimiter")
        self.delimiter: str = given or _delimiter(self.text) or default
        if not self.delimiter:
            raise ValidationError(
                "no delimiter is recognised: there have to be two records of equal width; "
                "or say which in 'options.delimiter'",
                field="delimiter",
            )
        header = next(self._records(), None)
        if header is None:
            raise ValidationError("'input' has no header", field="input")
        self.header = [name.strip() or f"Column_{n}" for n, name in enumerate(header, 1)]

    def rows(self) -> Iterator[list[str]]:
        """The rows after the header; raises ValidationError for a row of another width."""
        for number, row in enumerate(self.all_rows(), 1):
            if len(row) != len(self.header):
                raise ValidationError(self.told_ragged(number, row), field="input")
            yield row

    def all_rows(self) -> Iterator[list[str]]:
        """The rows after the header, of any width."""
        yield from islice(self._records(), 1, None)

    def told_ragged(self, number: int, row: list[str]) -> str:
        """What is wrong with a row of another width."""
        return f"row {number} has {len(row)} fields, the header has {len(self.header)}"

    def index(self, column: str) -> int:
        """Where a column is; raises ValidationError for a name that there is not."""
        try:
            return self.header.index(column)
        except ValueError:
            raise ValidationError(
                f"there is no column '{column}'; there are {', '.join(self.header[:50])}",
                field="column",
            ) from None

    def written(self, rows: Iterable[list[str]], delimiter: str = "") -> str:
        """Rows as CSV text, with this table's delimiter where none is given."""
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter or self.delimiter, lineterminator="\n").writerows(rows)
        return out.getvalue()

    def _records(self) -> Iterator[list[str]]:
        lines = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        try:
            for number, record in enumerate(lines):
                if number % _CHECK_EVERY == 0:
                    self._call.check()
                if record:
                    yield record
        except csv.Error as error:
            raise ValidationError(f"line {lines.line_num}: {error}", field="input") from None


def _delimiter(text: str) -> str:
    """The delimiter that gives most of the first ten records one width, the greatest; or ""."""
    best, found = (1, 1), ""
    for delimiter in DELIMITERS:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = Counter(len(each) for each in islice(filter(None, records), 10))
        except csv.Error:
            continue
        for width, count in widths.items():
            if width > 1 and count > 1 and (count, width) > best:
                best, found = (count, width), delimiter
    return found
