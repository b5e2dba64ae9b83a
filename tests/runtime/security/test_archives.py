"""Archives that somebody hostile made."""

import contextlib
import io
import itertools
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmspell.errors import ResourceError, ValidationError
from llmspell.security.archives import Quota, Unpacked, inner_path, unpack

from .conftest import Site


def zipped(site: Site, entries: dict[str, bytes], mode: int = 0o100644) -> str:
    with zipfile.ZipFile(site.cwd / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            packed.writestr(info, data, zipfile.ZIP_DEFLATED)
    return "a.zip"


def tarred(site: Site, *members: tuple[str, bytes, str]) -> str:
    with tarfile.open(site.cwd / "a.tar.gz", "w:gz") as bundle:
        for name, kind, link in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, link
            info.size = 4 if kind == tarfile.REGTYPE else 0
            bundle.addfile(info, io.BytesIO(b"data"))
    return "a.tar.gz"


def unpacked(site: Site, archive: str, quota: Quota | None = None) -> Unpacked:
    return unpack(site.policy(), archive, "out", quota)


def names(site: Site) -> set[str]:
    out = site.cwd / "out"
    return {str(path.relative_to(out)) for path in out.rglob("*") if not path.is_dir()}


def test_files_and_folders_are_unpacked(site: Site) -> None:
    done = unpacked(site, zipped(site, {"a.txt": b"one", "in/b.txt": b"two"}))
    assert (done.size, done.skipped, names(site)) == (6, (), {"a.txt", "in/b.txt"})
    assert Path(done.files[1]).read_bytes() == b"two"


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "..\\evil", "C:\\evil"])
def test_names_that_lead_out_are_skipped(site: Site, name: str) -> None:
    done = unpacked(site, zipped(site, {name: b"x", "good": b"y"}))
    assert names(site) == {"good"}
    assert len(done.skipped) == 1
    assert not (site.cwd / "evil").exists()


def test_links_and_devices_are_skipped(site: Site) -> None:
    archive = tarred(
        site,
        ("link", tarfile.SYMTYPE, str(site.outside)),
        ("link/evil", tarfile.REGTYPE, ""),
        ("hard", tarfile.LNKTYPE, "../file.txt"),
        ("pipe", tarfile.FIFOTYPE, ""),
        ("device", tarfile.CHRTYPE, ""),
    )
    assert set(unpacked(site, archive).skipped) == {"link", "hard", "pipe", "device"}
    assert names(site) == {"link/evil"}
    assert not (site.outside / "evil").exists()


def test_a_link_in_a_zip_is_skipped(site: Site) -> None:
    assert unpacked(site, zipped(site, {"link": b"/etc"}, 0o120777)).skipped == ("link",)


def test_a_bomb_ends_at_the_ratio(site: Site) -> None:
    with pytest.raises(ResourceError, match="unpacks to more than"):
        unpacked(site, zipped(site, {"bomb": bytes(20_000_000)}))
    assert names(site) == set()


@pytest.mark.parametrize("quota", [Quota(entry=5), Quota(total=15), Quota(count=1)])
def test_quotas_hold(site: Site, quota: Quota) -> None:
    archive = zipped(site, {"a": bytes(10), "b": bytes(10)})
    with pytest.raises(ResourceError):
        unpacked(site, archive, quota)


def test_what_is_no_archive_is_said_to_be_none(site: Site) -> None:
    with pytest.raises(ValidationError, match="cannot be unpacked"):
        unpacked(site, "file.txt")


def test_an_entry_without_a_name_is_skipped(site: Site) -> None:
    archive = zipped(site, {"": b"nameless", "named.txt": b"data"})
    done = unpack(site.policy(), archive, "out")
    assert done.skipped == ("",)
    assert [Path(path).name for path in done.files] == ["named.txt"]


@given(st.lists(st.sampled_from(["..", ".", "", "a", "\\", "/", "..\\", "C:", "\0"])).map("/".join))
def test_no_name_leads_out(name: str) -> None:
    parts = inner_path(name)
    if parts is not None:
        assert Path("/target", *parts).resolve().is_relative_to("/target")
        assert not {"..", "", "."} & set(parts)


ENTRY_NAMES = st.lists(
    st.sampled_from(["..", ".", "", "a", "b", "link", "/", "..\\", "C:"]), min_size=1, max_size=4
).map("/".join)
KINDS = st.sampled_from(
    [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)
LINKS = st.sampled_from(["..", "../..", "/", "a", "link", "../outside"])
FOLDERS = itertools.count()


@given(st.lists(st.tuples(ENTRY_NAMES, KINDS, LINKS), max_size=6), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_an_archive_holds_only_files_below_the_target_are_made(
    site: Site, members: list[tuple[str, bytes, str]], as_zip: bool
) -> None:
    """Entries with the names of earlier ones, through links, up, from the root, of any kind."""
    target = site.cwd / f"out{next(FOLDERS)}"
    if as_zip:
        archive = zipped(site, {name: b"data" for name, _, _ in members})
    else:
        archive = tarred(site, *members)
    before = {path: path.lstat().st_mtime_ns for path in everything(site, target)}
    with contextlib.suppress(OSError, ResourceError):  # as where a file has the name of a folder
        done = unpack(site.policy(), archive, target.name, Quota(count=5))
        assert all(Path(path).is_relative_to(target) for path in done.files)
    assert {path: path.lstat().st_mtime_ns for path in everything(site, target)} == before
    assert all(path.is_dir() or path.is_file() for path in target.rglob("*"))
    assert not any(path.is_symlink() for path in target.rglob("*"))


def everything(site: Site, target: Path) -> list[Path]:
    """All files that there are, but for those below the target."""
    found = site.cwd.parent.rglob("*")
    return [path for path in found if not path.is_relative_to(target) and not path.is_dir()]
