"""Which file a name means, and what files say of themselves."""

from __future__ import annotations

import asyncio
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from llmspell.config.schema import Models, Provider
from llmspell.errors import ProviderError
from llmspell.models.local.files import find, installed
from llmspell.models.local.gguf import check_whole, metadata
from llmspell.models.local.provider import LocalProvider
from llmspell.models.provider import Setup
from tests.runtime.models.local import tiny


def gguf(*pairs: tuple[str, int, bytes]) -> bytes:
    """A file with such keys, types and values."""
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs))
    return head + b"".join(
        struct.pack("<Q", len(key)) + key.encode() + struct.pack("<I", kind) + value
        for key, kind, value in pairs
    )


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """A store with a file and a folder."""
    (tmp_path / "small-q4_k_m.gguf").write_bytes(b"GGUF")
    (tmp_path / "tiny:Q8_0").mkdir()
    (tmp_path / "tiny:Q8_0" / "model.gguf").write_bytes(b"GGUF")
    (tmp_path / "empty").mkdir()
    return Setup(
        name="local",
        settings=Provider(provider_type="local"),
        models=Models(directory=str(tmp_path)),
        folder=str(tmp_path),
    )


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("small-q4_k_m", "small-q4_k_m.gguf"),
        ("Small:Q4_K_M", "small-q4_k_m.gguf"),
        ("small", "small-q4_k_m.gguf"),
        ("tiny:Q8_0", "tiny:Q8_0/model.gguf"),
        ("tiny", "tiny:Q8_0/model.gguf"),
        ("./small-q4_k_m.gguf", "small-q4_k_m.gguf"),
        ("small-q4_k_m.gguf", "small-q4_k_m.gguf"),
        ("smal", None),
        ("empty", None),
        ("/nowhere/a.gguf", None),
    ],
)
def test_a_name_means_a_file(setup: Setup, tmp_path: Path, name: str, file: str | None) -> None:
    assert find(name, setup) == (None if file is None else tmp_path / file)


def test_the_store_lists_what_has_a_file(setup: Setup) -> None:
    assert [name for name, _ in installed(setup)] == ["small-q4_k_m", "tiny:Q8_0"]


def test_the_usual_store_is_in_the_home_folder(tmp_path: Path) -> None:
    folder = tmp_path / ".llmspell" / "models" / "candle"
    folder.mkdir(parents=True)
    (folder / "a.gguf").write_bytes(b"GGUF")
    settings = Provider(provider_type="local")
    assert find("a", Setup(name="l", settings=settings, environ={"HOME": str(tmp_path)}))


def test_a_missing_model_is_an_error_with_the_command(setup: Setup) -> None:
    with pytest.raises(ProviderError, match=r"installed: small-q4_k_m, tiny:Q8_0.*model pull big"):
        asyncio.run(LocalProvider(setup).capabilities("big"))


def test_a_file_of_another_kind_is_refused(setup: Setup, tmp_path: Path) -> None:
    (tmp_path / "not.gguf").write_bytes(b"PK")
    with pytest.raises(ProviderError, match="no GGUF file"):
        asyncio.run(LocalProvider(setup).capabilities("not"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GGUF",
        b"GGUF" + b"\xff" * 40,
        gguf(("general.file_type", 99, b"")),
        gguf(("general.file_type", 9, struct.pack("<IQ", 9, 1) * 5000)),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(content)
    with pytest.raises(ProviderError, match="damaged"):
        metadata(path)


def test_what_a_file_tells_behind_its_tokenizer_is_found_too(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    strings = struct.pack("<IQ", 8, 2) + 2 * (struct.pack("<Q", 3) + b"abc")
    late = ("general.file_type", 4, struct.pack("<I", 15))
    path.write_bytes(gguf(("tokenizer.ggml.tokens", 9, strings), late))
    assert metadata(path) == {"general.file_type": 15}


def test_a_store_is_listed_without_llama_cpp_and_without_the_clients_of_hubs(
    tmp_path: Path, real_model: str
) -> None:
    (tmp_path / "m.gguf").symlink_to(real_model.removeprefix("local/"))
    program = f"""
import asyncio, sys
from llmspell.config.schema import Models, Provider
from llmspell.models.local.provider import LocalProvider
from llmspell.models.provider import Setup
settings = Provider(provider_type="local")
setup = Setup(name="local", settings=settings, models=Models(directory={str(tmp_path)!r}))
[model] = asyncio.run(LocalProvider(setup).models())
assert asyncio.run(LocalProvider(setup).health()).version
print(model.quantization, *{{"llama_cpp", "numpy", "huggingface_hub", "httpx2"}} & {{*sys.modules}})
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "Q4_K_M\n", done.stderr


def test_a_file_says_what_it_is(real_model: str, setup: Setup) -> None:
    path = real_model.removeprefix("local/")
    assert metadata(Path(path))["general.size_label"] == "0.5B"
    info = asyncio.run(LocalProvider(setup).info(path))
    assert info is not None
    assert (info.architecture, info.quantization, info.size_bytes) == (
        "qwen2",
        "Q4_K_M",
        491_400_064,
    )
    assert info.capabilities.context_length == 32_768
    assert info.capabilities.tools


def test_a_model_is_whole_when_its_last_weights_are_there(tmp_path: Path) -> None:
    path = tiny.write(tmp_path / "tiny.gguf")
    check_whole(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-64])
    with pytest.raises(ProviderError, match=f"it has {len(whole) - 64} bytes, and its weights end"):
        check_whole(path)
    path.write_bytes(whole[:300])
    with pytest.raises(ProviderError, match="it ends in the middle; fetch the model again"):
        check_whole(path)
