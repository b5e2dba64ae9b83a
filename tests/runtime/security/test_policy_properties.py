"""No path, however built, leads out of the allowed folders."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell.config.places import inside
from llmspell.errors import SecurityError
from llmspell.security.policy import Policy

PARTS = st.sampled_from(
    [
        "..",
        ".",
        "",
        "in",
        "deep",
        "file",
        "new",
        "out",
        "up",
        "abs",
        "loop",
        "cwd",
        "outside",
        "in..",
        "~",
    ]
)
PATHS = st.lists(PARTS, max_size=9).map("/".join)


@pytest.fixture(scope="module")
def tree() -> Iterator[Path]:
    """A working directory full of links: within, out, up, absolute, dangling, circular."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        cwd, outside = root / "cwd", root / "outside"
        (cwd / "deep" / "deep").mkdir(parents=True)
        (root / "cwd-more").mkdir()
        outside.mkdir()
        (outside / "file").write_text("secret")
        (cwd / "file").write_text("own")
        (cwd / "in").symlink_to("deep/deep")
        (cwd / "out").symlink_to("../outside")
        (cwd / "deep" / "up").symlink_to("../..")
        (cwd / "abs").symlink_to(outside / "new")
        (cwd / "loop").symlink_to("loop")
        yield root


def policy(root: Path) -> Policy:
    cwd = str(root / "cwd")
    return Policy(
        "standard", cwd=cwd, script_dir=cwd, environ={}, read_roots=(cwd,), write_roots=(cwd,)
    )


@settings(deadline=None)
@given(path=PATHS, absolute=st.booleans(), write=st.booleans())
def test_what_is_allowed_lies_inside(tree: Path, path: str, absolute: bool, write: bool) -> None:
    cwd = tree / "cwd"
    given_path = f"{cwd}/{path}" if absolute else path
    try:
        allowed = policy(tree).check_path(given_path, "write" if write else "read")
    except SecurityError:
        return
    # No folder on the way is a link, but for the circle, which the system refuses to follow.
    way = [Path(allowed), *Path(allowed).parents]
    assert [place.name for place in way if place.is_symlink()] in ([], ["loop"])
    assert cwd in way


@settings(deadline=None)
@given(path=PATHS)
def test_an_existing_file_outside_is_never_allowed(tree: Path, path: str) -> None:
    cwd = tree / "cwd"
    target = cwd / path
    try:
        same = target.exists() and target.samefile(tree / "outside" / "file")
    except OSError:
        return
    if same:
        with pytest.raises(SecurityError):
            policy(tree).check_path(path, "read")


@settings(deadline=None)
@given(path=PATHS)
def test_a_plain_file_inside_is_always_allowed(tree: Path, path: str) -> None:
    target = tree / "cwd" / path
    try:
        real = target.resolve(strict=True)
    except (OSError, RuntimeError):
        return
    if (tree / "cwd") in real.parents:
        assert policy(tree).check_path(path, "read") == str(real)


NAMES = st.lists(st.sampled_from(["a", "ab", "b"]), min_size=1, max_size=3)


@given(root=NAMES, path=NAMES)
def test_inside_compares_components(root: list[str], path: list[str]) -> None:
    folder, other = "/" + "/".join(root), "/" + "/".join(path)
    assert inside(other, (folder,)) == (path[: len(root)] == root)
    assert inside(other, ("/",))
    assert not inside(other, ())
