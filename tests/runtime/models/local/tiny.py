"""A GGUF file of some hundred kilobytes that llama.cpp loads: Llama with one layer and chance weights.

It writes nonsense. It is for what a whole model is too large for: how files are loaded.
"""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import Any

from attrs import frozen

WIDTH, INNER, HEADS, CONTEXT = 32, 64, 2, 512
_UINT32, _FLOAT32, _STRING, _ARRAY, _INT32 = 4, 6, 8, 9, 5
_ALIGNED = 32


@frozen
class Tokens:
    """A vocabulary of bytes. They are texts, scores and types, as SentencePiece has them."""

    texts: tuple[str, ...] = ("<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)))

    def keys(self) -> dict[str, Any]:
        """What a file says of them."""
        types = [2, 3, 3, *[6] * 256]
        return {
            "llama.vocab_size": len(self.texts),
            "tokenizer.ggml.model": "llama",
            "tokenizer.ggml.tokens": list(self.texts),
            "tokenizer.ggml.scores": [0.0] * len(self.texts),
            "tokenizer.ggml.token_type": types,
            "tokenizer.ggml.bos_token_id": 1,
            "tokenizer.ggml.eos_token_id": 2,
        }


def write(path: Path, *, tokenizer: bool = True, template: str = "") -> Path:
    """Writes such a file, with or without a tokenizer and a template for chats."""
    tokens = Tokens()
    keys: dict[str, Any] = {
        "general.architecture": "llama",
        "general.file_type": 0,
        "llama.context_length": CONTEXT,
        "llama.embedding_length": WIDTH,
        "llama.block_count": 1,
        "llama.feed_forward_length": INNER,
        "llama.attention.head_count": HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": WIDTH // HEADS,
        **(tokens.keys() if tokenizer else {}),
        **({"tokenizer.chat_template": template} if template else {}),
    }
    shapes = {
        "token_embd.weight": (WIDTH, len(tokens.texts)),
        "output.weight": (WIDTH, len(tokens.texts)),
        "output_norm.weight": (WIDTH,),
        "blk.0.attn_norm.weight": (WIDTH,),
        **{f"blk.0.attn_{each}.weight": (WIDTH, WIDTH) for each in ("q", "k", "v", "output")},
        "blk.0.ffn_norm.weight": (WIDTH,),
        "blk.0.ffn_gate.weight": (WIDTH, INNER),
        "blk.0.ffn_up.weight": (WIDTH, INNER),
        "blk.0.ffn_down.weight": (INNER, WIDTH),
    }
    head = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(keys))
    head += b"".join(_text(key) + _value(value) for key, value in keys.items())
    weights, chance = b"", random.Random(1)
    for name, shape in shapes.items():
        dimensions = struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
        head += _text(name) + dimensions + struct.pack("<IQ", 0, len(weights))
        size = shape[0] * (shape[1] if len(shape) > 1 else 1)
        weights += struct.pack(f"<{size}f", *(chance.uniform(-1, 1) for _ in range(size)))
        weights += bytes(-len(weights) % _ALIGNED)
    path.write_bytes(head + bytes(-len(head) % _ALIGNED) + weights)
    return path


def _value(value: Any) -> bytes:
    kind, packed = _packed(value)
    return struct.pack("<I", kind) + packed


def _packed(value: Any) -> tuple[int, bytes]:
    if isinstance(value, list):
        kinds, items = zip(*(_packed(each) for each in value), strict=True)
        kind = _INT32 if kinds[0] == _UINT32 else kinds[0]
        return _ARRAY, struct.pack("<IQ", kind, len(value)) + b"".join(items)
    if isinstance(value, str):
        return _STRING, _text(value)
    if isinstance(value, float):
        return _FLOAT32, struct.pack("<f", value)
    return _UINT32, struct.pack("<I", value)


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()
