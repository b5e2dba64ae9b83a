"""URLs of spells, read so narrowly that every reader agrees on what they name.

Attacks on address checks live from two readers that see different hosts in one text. Browsers
(WHATWG URL Standard), RFC 3986 and the HTTP client agree on what `parse_url` accepts; the rest,
which browsers repair in their own way, is refused: user names before the host, back-slashes,
percent-encoded hosts, addresses written as one number, octal or hexadecimal, control characters.
That needs no parser but the standard library's, so the language server can judge a literal URL
without any extra installed. A property test compares the result with Ada, a WHATWG parser, and
with httpx.
"""

import ipaddress
import re
from urllib.parse import quote

import attrs

from llmspell.errors import SecurityError, ValidationError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_LENGTH = 16_384
"""Characters of the longest URL."""

DEFAULT_PORTS = {"http": 80, "https": 443}

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_AUTHORITY = re.compile(r"//([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_HIDDEN = re.compile(r"%(?:00|0a|0d)", re.IGNORECASE)
_TWICE_ENCODED = re.compile(r"%25[0-9a-f]{2}", re.IGNORECASE)
_KEPT = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>`')


@attrs.frozen
class Target:
    """Where a URL leads.

    url: the URL to ask for, in ASCII, without fragment. host: in lower case; the text of an
    address without brackets. address: the host when it is an address.
    """

    url: str
    scheme: str
    host: str
    port: int
    address: Address | None


def parse_url(text: str) -> Target:
    """Give what an `http` or `https` URL names.

    Raises `ValidationError` for what is no URL, and `SecurityError` for one that readers could
    understand in different ways, or that names another protocol.
    """
    text = text.strip(" ")
    shown = text if len(text) <= 200 else text[:200] + "..."
    if len(text) > MAX_LENGTH:
        raise ValidationError(f"the URL '{shown}' is longer than {MAX_LENGTH} characters")
    if _CONTROL.search(text):
        raise _refused(ascii(shown), "it contains a control character")
    found = _SCHEME.fullmatch(text)
    if found is None:
        raise ValidationError(f"'{shown}' is no URL: it starts with no http:// or https://")
    scheme = found[1].lower()
    if scheme not in DEFAULT_PORTS:
        raise _refused(f"'{shown}'", f"only http and https are allowed, not '{scheme}'")
    parts = _AUTHORITY.fullmatch(found[2])
    if parts is None or not parts[1]:
        raise ValidationError(f"'{shown}' is no URL: it names no host behind '{scheme}://'")
    if "@" in parts[1]:
        raise _refused(
            f"'{shown}'", "a user name or password in a URL is not accepted; send it as a header"
        )
    if "\\" in parts[1]:
        raise _refused(f"'{shown}'", "a \\ stands before or in the host")
    name, port = _split_port(parts[1], shown)
    host, address = parse_host(name)
    path, query = parts[2] or "/", parts[3] or ""
    if _HIDDEN.search(path) or _TWICE_ENCODED.search(path):
        raise _refused(
            f"'{shown}'", "its path has an encoded control character, or is encoded twice"
        )
    number = DEFAULT_PORTS[scheme] if port is None else port
    return Target(
        f"{scheme}://{_written(host, address)}{_port(scheme, number)}{_encoded(path + query)}",
        scheme,
        host,
        number,
        address,
    )


def parse_host(name: str) -> tuple[str, Address | None]:
    """Give a host's name in lower-case ASCII, or the text of its address, and that address.

    Raises `ValidationError` for what names no host, and `SecurityError` for an address that is
    written as one number, in octal or hexadecimal digits, or abbreviated.
    """
    if name.startswith("[") and name.endswith("]"):
        return _version_6(name[1:-1])
    if ":" in name:
        return _version_6(name)
    host = _to_ascii(name).lower().removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            address = ipaddress.IPv4Address(host)
        except ValueError:
            raise _refused(f"'{name}'", "an address is written as in '192.0.2.1'") from None
        return str(address), address
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValidationError(f"'{name}' is no host name")
    return host, None


def _split_port(authority: str, shown: str) -> tuple[str, int | None]:
    host, mark, digits = authority.rpartition(":")
    if not mark or "]" in digits:
        return authority, None
    if re.fullmatch(r"[0-9]{1,5}", digits) is None or not 0 < int(digits) < 65536:
        raise ValidationError(f"'{shown}' is no URL: '{digits}' is no port")
    if ":" in host and not host.startswith("["):
        raise ValidationError(f"'{shown}' is no URL: an address with ':' stands in [ ]")
    return host, int(digits)


def _version_6(text: str) -> tuple[str, Address]:
    if "%" in text:
        raise _refused(f"'{text}'", "an address may not name an interface")
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        raise ValidationError(f"'{text}' is no IPv6 address") from None
    return str(address), address


def _to_ascii(name: str) -> str:
    if name.isascii():
        return name
    try:
        import idna
    except ImportError:
        raise ValidationError(
            f"'{name}' has letters outside ASCII; write its xn-- form, or install llmspell[tools]"
        ) from None
    try:
        return idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise ValidationError(f"'{name}' is no host name: {error}") from None


def _written(host: str, address: Address | None) -> str:
    return f"[{host}]" if isinstance(address, ipaddress.IPv6Address) else host


def _port(scheme: str, port: int) -> str:
    return "" if port == DEFAULT_PORTS[scheme] else f":{port}"


def _encoded(text: str) -> str:
    try:
        return quote(text, safe=_KEPT, encoding="utf-8", errors="strict")
    except UnicodeEncodeError:
        raise ValidationError("the URL is no valid UTF-8") from None


def _refused(shown: str, reason: str) -> SecurityError:
    return SecurityError(f"Network access denied: {shown}: {reason}")
