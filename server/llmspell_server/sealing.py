"""Bytes with a checksum before them, so that what was damaged on the disk is known."""

from __future__ import annotations

import hashlib

_SIZE = 16  # bytes


def sealed(body: bytes, purpose: bytes) -> bytes:
    """Bytes as they are stored. purpose: what they are; those of another one count as damaged."""
    return _checksum(body, purpose) + body


def unsealed(data: bytes, purpose: bytes) -> bytes | None:
    """What was sealed; None if it is damaged."""
    body = data[_SIZE:]
    return body if data[:_SIZE] == _checksum(body, purpose) else None


def _checksum(body: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_SIZE, key=purpose).digest()
