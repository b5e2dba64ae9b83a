"""Threads of ours in a process that debugpy debugs too."""

from __future__ import annotations

import threading


def hide_from_pydevd(thread: threading.Thread) -> threading.Thread:
    """Marks a thread as none of pydevd's business: others freeze at a Python breakpoint."""
    thread.pydev_do_not_trace = True  # type: ignore[attr-defined]
    thread.is_pydev_daemon_thread = True  # type: ignore[attr-defined]
    return thread
