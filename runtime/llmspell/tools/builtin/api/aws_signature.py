"""Signature Version 4 of Amazon Web Services, for a request whose whole body is known.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs

if TYPE_CHECKING:
    from datetime import datetime

ALGORITHM = "AWS4-HMAC-SHA256"


@attrs.frozen
class AwsKey:
    """Who asks, and in which region."""

    id: str
    secret: str = attrs.field(repr=False)
    region: str


def signed(
    key: AwsKey, service: str, method: str, url: str, body: bytes, moment: datetime
) -> dict[str, str]:
    """The headers that sign a request without a query. moment: now, in UTC."""
    parts = urlsplit(url)
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{key.region}/{service}/aws4_request"
    canonical = (
        f"{method}\n{parts.path or '/'}\n\nhost:{parts.netloc}\nx-amz-date:{stamp}\n\n"
        f"host;x-amz-date\n{hashlib.sha256(body).hexdigest()}"
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    derived = f"AWS4{key.secret}".encode()
    for part in (stamp[:8], key.region, service, "aws4_request"):
        derived = _hmac(derived, part)
    signature = _hmac(derived, f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}").hex()
    return {
        "X-Amz-Date": stamp,
        "Authorization": f"{ALGORITHM} Credential={key.id}/{scope}, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}",
    }


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
