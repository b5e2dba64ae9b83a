"""Which models are in memory."""

from __future__ import annotations

from pathlib import Path

from llmspell.models.local.loading import LoadOptions
from llmspell.models.local.pool import Pool

OPTIONS = LoadOptions()


def _used(pool: Pool, *names: str, most: int = 2, idle: float = 0) -> None:
    for name in names:
        with pool.using(Path(name), OPTIONS, most=most, idle=idle):
            pass


def _kept(pool: Pool) -> list[str]:
    return [each.path.name for each in pool.kept()]


def test_a_model_is_shared_by_those_who_use_it() -> None:
    pool = Pool()
    with (
        pool.using(Path("a"), OPTIONS, most=1, idle=0) as one,
        pool.using(Path("a"), OPTIONS, most=1, idle=0) as other,
    ):
        assert one is other


def test_links_to_a_file_are_that_file(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    pool = Pool()
    _used(pool, str(tmp_path / "a"), str(tmp_path / "b"))
    assert _kept(pool) == ["a"]


def test_the_one_unused_for_longest_makes_room() -> None:
    pool = Pool()
    _used(pool, "a", "b", "a", "c")
    assert sorted(_kept(pool)) == ["a", "c"]


def test_one_that_is_in_use_stays() -> None:
    pool = Pool()
    with pool.using(Path("a"), OPTIONS, most=1, idle=0):
        _used(pool, "b", most=1)
        assert _kept(pool) == ["a", "b"]
    _used(pool, "c", most=1)
    assert _kept(pool) == ["c"]


def test_an_idle_one_gives_its_memory_back() -> None:
    pool = Pool()
    _used(pool, "a")
    with pool.using(Path("b"), OPTIONS, most=2, idle=0):
        pool.unload_idle(0)
        assert _kept(pool) == ["b"]


def test_a_real_one_is_loaded_once_and_unloaded(real_model: str) -> None:
    import asyncio

    pool, path = Pool(), Path(real_model.removeprefix("local/"))
    with pool.using(path, OPTIONS, most=1, idle=0) as loaded:
        first = asyncio.run(loaded.run(id))
        assert asyncio.run(loaded.run(id)) == first
        assert pool.loaded(path)
    thread = loaded._thread
    pool.unload()
    thread.shutdown(wait=True)
    assert not loaded.in_memory
