from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import pytest

from llmspell_server.analysis.pace import Cancelled, checkpoint
from llmspell_server.work.jobs import Job, Outcome, Priority, Result, Stale
from llmspell_server.work.worker import Worker

SOON = 20  # seconds to wait for what comes at once, so that a failing test ends


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


class Log:
    """What happened, in order."""

    def __init__(self) -> None:
        self._entries: SimpleQueue[object] = SimpleQueue()

    def __call__(self, entry: object) -> None:
        self._entries.put(entry)

    def next(self) -> object:
        return self._entries.get(timeout=SOON)


def spin() -> None:
    while True:
        checkpoint()


def job(run: Callable[[], object], priority: Priority = Priority.ASKED, **options: object) -> Job:
    return Job(run, priority, **options)  # type: ignore[arg-type]


def test_a_job_gives_its_result(worker: Worker) -> None:
    log = Log()
    worker.submit(job(lambda: 7, done=log))
    assert log.next() == Result(7)


def test_a_job_that_fails_gives_the_error_and_the_next_one_runs(worker: Worker) -> None:
    log = Log()
    worker.submit(job(lambda: 1 / 0, done=log))
    worker.submit(job(lambda: 7, done=log))
    assert isinstance(log.next(), ZeroDivisionError)
    assert log.next() == Result(7)


def test_the_most_urgent_job_is_first_and_then_the_oldest(worker: Worker) -> None:
    log = Log()
    with worker.held():
        for name, priority in [
            ("view 1", Priority.VIEW),
            ("view 2", Priority.VIEW),
            ("typing", Priority.TYPING),
        ]:
            worker.submit(job(lambda name=name: log(name), priority))  # type: ignore[misc]
    assert [log.next() for _ in range(3)] == ["typing", "view 1", "view 2"]


def test_of_what_was_edited_the_newest_is_first(worker: Worker) -> None:
    log = Log()
    with worker.held():
        for name in ("old", "new"):
            worker.submit(job(lambda name=name: log(name), Priority.FRESH))  # type: ignore[misc]
    assert [log.next() for _ in range(2)] == ["new", "old"]


def test_a_running_job_ends_at_its_next_checkpoint(worker: Worker) -> None:
    log = Log()

    def run() -> None:
        log("began")
        try:
            spin()
        except Cancelled:
            log("ended")
            raise

    running = worker.submit(job(run, done=log))
    assert log.next() == "began"
    running.end(Cancelled())
    assert {type(log.next()), type(log.next())} == {Cancelled, str}


def test_a_running_job_ends_when_its_subject_changes(worker: Worker) -> None:
    log, changed = Log(), threading.Event()

    def run() -> None:
        changed.set()
        spin()

    worker.submit(job(run, done=log, is_stale=changed.is_set))
    assert isinstance(log.next(), Stale)


def test_a_job_whose_subject_has_changed_is_not_begun(worker: Worker) -> None:
    log = Log()
    worker.submit(job(lambda: log("began"), done=log, is_stale=lambda: True))
    assert isinstance(log.next(), Stale)


def interrupted(worker: Worker, log: Log, gives_way: bool) -> None:
    urgent_waits = threading.Event()

    def run() -> None:
        log("began")
        assert urgent_waits.wait(SOON)
        for _ in range(100_000):
            checkpoint()
        log("finished")

    worker.submit(job(run, Priority.VIEW, gives_way=gives_way))
    assert log.next() == "began"
    worker.submit(job(lambda: log("urgent"), Priority.TYPING))
    urgent_waits.set()


def test_a_running_job_gives_way_and_begins_anew(worker: Worker) -> None:
    log = Log()
    interrupted(worker, log, gives_way=True)
    assert [log.next() for _ in range(3)] == ["urgent", "began", "finished"]


def test_a_job_that_gave_way_is_still_before_those_that_came_later(worker: Worker) -> None:
    log = Log()
    interrupted(worker, log, gives_way=True)
    worker.submit(job(lambda: log("later"), Priority.VIEW))
    assert [log.next() for _ in range(4)] == ["urgent", "began", "finished", "later"]


def test_a_job_may_refuse_to_give_way(worker: Worker) -> None:
    log = Log()
    interrupted(worker, log, gives_way=False)
    assert [log.next() for _ in range(2)] == ["finished", "urgent"]


def always_interrupted(worker: Worker, priority: Priority, **options: object) -> Log:
    """Where the outcome is told of a job that more urgent ones interrupt each time."""
    log = Log()

    def run() -> None:
        worker.submit(job(lambda: None, Priority.TYPING))
        for _ in range(100_000):
            checkpoint()

    worker.submit(job(run, priority, done=log, **options))
    return log


def test_a_job_is_finished_however_often_it_is_interrupted(worker: Worker) -> None:
    assert always_interrupted(worker, Priority.VIEW).next() == Result(None)


def test_a_job_that_nobody_needs_is_given_up_when_it_is_always_interrupted(worker: Worker) -> None:
    log = always_interrupted(worker, Priority.BACKGROUND, is_needed=False)
    assert isinstance(log.next(), Cancelled)


def test_a_delayed_job_is_begun_after_those_that_came_later(worker: Worker) -> None:
    log = Log()
    worker.submit(job(lambda: log("delayed")), delay=0.01)
    worker.submit(job(lambda: log("at once")))
    assert [log.next(), log.next()] == ["at once", "delayed"]


def test_a_job_cancelled_while_it_waits_is_never_begun(worker: Worker) -> None:
    log = Log()
    with worker.held():
        waiting = worker.submit(job(lambda: log("began"), done=lambda outcome: log(type(outcome))))
        worker.submit(job(lambda: log("next")))
        waiting.end(Cancelled())
    assert [log.next(), log.next()] == [Cancelled, "next"]


def test_closing_cancels_all(worker: Worker) -> None:
    log = Log()

    def done(outcome: Outcome) -> None:
        log(type(outcome))

    def run() -> None:
        log("began")
        spin()

    worker.submit(job(run, done=done))
    assert log.next() == "began"
    worker.submit(job(run, done=done))
    worker.submit(job(run, done=done), delay=1000)
    worker.close()
    worker.submit(job(run, done=done))
    assert [log.next() for _ in range(4)] == [Cancelled] * 4


def test_only_the_job_itself_is_current(worker: Worker) -> None:
    log = Log()
    asked = worker.submit(job(lambda: log(worker.current)))
    assert log.next() is asked
    assert worker.current is None


def test_it_tidies_up_once_when_there_was_nothing_to_do_for_a_while() -> None:
    log = Log()
    worker = Worker(tidy=lambda: log("tidy"), rest=0.01)
    for name in ("first", "second"):
        worker.submit(job(lambda name=name: log(name)))  # type: ignore[misc]
        assert [log.next(), log.next()] == [name, "tidy"]
    worker.close()
