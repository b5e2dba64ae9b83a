"""Regular expressions of spells, matched in linear time, and XML without entities.

Both need the extra `tools`: google-re2, whose automata take time in proportion to the text whatever
the pattern is, and defusedxml. `telemetry.safe_regex` serves names of events without any extra, but
takes short patterns and names only.
"""

from typing import Any

from llmspell.errors import ResourceError, ValidationError

MAX_PATTERN_LENGTH = 10_000
MAX_MEMORY = 8 * 1024 * 1024
"""Bytes that a compiled pattern and its automaton may take."""


def compile_pattern(pattern: str, *, ignore_case: bool = False) -> Any:
    """Give a compiled pattern with the methods of `re.Pattern`.

    Raises `ValidationError` for what RE2 does not take (look-around and references back to groups
    among it), and `ResourceError` where the extra is not installed.
    """
    try:
        import re2
    except ImportError:
        raise ResourceError(
            "regular expressions need google-re2: install llmspell[tools]"
        ) from None
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise ValidationError(f"the pattern is longer than {MAX_PATTERN_LENGTH} characters")
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0] if error.args else error
        reason = said.decode(errors="replace") if isinstance(said, bytes) else said
        raise ValidationError(f"the pattern '{pattern[:200]}' is not accepted: {reason}") from None


def parse_xml(text: str | bytes) -> Any:
    """Give the root element of an XML document (`xml.etree.ElementTree`).

    Raises `ValidationError` for what is no XML, or has a document type or entities, which could
    grow without end or name files, and `ResourceError` where the extra is not installed.
    """
    try:
        from defusedxml import ElementTree
        from defusedxml.common import DefusedXmlException
    except ImportError:
        raise ResourceError("XML needs defusedxml: install llmspell[tools]") from None
    try:
        return ElementTree.fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise ValidationError(f"the XML is not accepted: {error}") from None
    except (ElementTree.ParseError, ValueError) as error:
        raise ValidationError(f"this is no XML: {error}") from None
