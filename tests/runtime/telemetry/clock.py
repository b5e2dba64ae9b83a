"""A clock that tests move by hand."""


class Clock:
    """Gives nanoseconds; starts at an arbitrary reading."""

    def __init__(self) -> None:
        self.now_ns = 5_000_000_000

    def __call__(self) -> int:
        return self.now_ns

    def advance(self, milliseconds: float) -> None:
        """Let time pass."""
        self.now_ns += round(milliseconds * 1_000_000)
