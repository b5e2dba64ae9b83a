"""Which modules may log (spec lua-globals §16: `addModuleFilter`, `addAdvancedFilter`)."""

from collections.abc import Callable

from llmspell.errors import ValidationError

EXACT = "exact"
WILDCARD = "wildcard"
REGEX = "regex"
HIERARCHICAL = "hierarchical"

MAX_PATTERN_LENGTH = 256
MAX_WILDCARD_NAME_LENGTH = 1024
_MAX_REMEMBERED = 1024


def kind_of(pattern: str) -> str:
    """Return the kind that the text of a pattern implies.

    Ends in `.*`: hierarchical; contains `*`, `?` or `[`: wildcard; else exact.
    """
    if pattern.endswith(".*"):
        return HIERARCHICAL
    return WILDCARD if any(sign in pattern for sign in "*?[") else EXACT


class ModulePattern:
    """A pattern over module names.

    * exact: the name itself;
    * wildcard: `*`, `?`, `[abc]`, `[!abc]` over the whole name, dots included;
    * hierarchical: `a.b.*` (or `a.b`) is the module `a.b` and all below it;
    * regex: found anywhere in the name, within the limits of `safe_regex`.

    :raises ValidationError: the pattern is too long, or no acceptable regular expression.
    """

    __slots__ = ("kind", "matches", "text")

    matches: Callable[[str], bool]
    """Whether a module name matches; no module is the empty name."""

    def __init__(self, text: str, kind: str | None = None) -> None:
        if len(text) > MAX_PATTERN_LENGTH:
            raise ValidationError(
                f"a module filter has at most {MAX_PATTERN_LENGTH} characters, not {len(text)}"
            )
        self.text = text
        self.kind = kind_of(text) if kind is None else kind
        self.matches = _MATCHERS[self.kind](text)


class _Rule:
    __slots__ = ("enabled", "pattern")

    def __init__(self, pattern: ModulePattern, enabled: bool) -> None:
        self.pattern = pattern
        self.enabled = enabled


class ModuleFilters:
    """Rules that let modules log or not.

    Of several rules that match a module the one added last decides; when none matches, the default
    does. A message without a module counts as the module with the empty name. Rules are replaced,
    never changed in place, so that other threads may ask meanwhile.
    """

    __slots__ = ("_default_enabled", "_default_is_implied", "_known", "_rules")

    def __init__(self) -> None:
        self._rules: tuple[_Rule, ...] = ()
        self._default_enabled = True
        self._default_is_implied = False
        self._known: dict[str, bool] = {}

    @property
    def default_enabled(self) -> bool:
        """Whether modules that no rule matches may log."""
        return self._default_enabled

    def set_default_enabled(self, enabled: bool) -> None:
        """Say what happens to modules that no rule matches."""
        self._default_enabled = enabled
        self._default_is_implied = False
        self._known = {}

    def add(self, pattern: str, enabled: bool) -> None:
        """Add a rule whose kind follows from its text; one with the same text and kind goes.

        The first *enabled* rule turns the default into “only matching modules”.

        :raises ValidationError: the pattern is too long.
        """
        self._add(ModulePattern(pattern), enabled)

    def add_of_kind(self, pattern: str, kind: str, enabled: bool) -> bool:
        """Like `add`, with the kind given; False if there is no such kind.

        :raises ValidationError: the pattern is too long, or no acceptable regular expression.
        """
        if kind.lower() not in _MATCHERS:
            return False
        self._add(ModulePattern(pattern, kind.lower()), enabled)
        return True

    def remove(self, pattern: str) -> bool:
        """Remove the rules with this text; False if there are none.

        When the last enabled rule goes, a default that came from the first one is taken back.
        """
        left = tuple(rule for rule in self._rules if rule.pattern.text != pattern)
        if len(left) == len(self._rules):
            return False
        self._rules = left
        if self._default_is_implied and not any(rule.enabled for rule in left):
            self.set_default_enabled(True)
        self._known = {}
        return True

    def clear(self) -> None:
        """Remove all rules; every module may log again."""
        self._rules = ()
        self.set_default_enabled(True)

    def allow(self, module: str | None) -> bool:
        """Whether this module may log."""
        rules = self._rules
        if not rules:
            return self._default_enabled
        name = module or ""
        known = self._known
        answer = known.get(name)
        if answer is None:
            answer = self._decide(name, rules)
            if len(known) < _MAX_REMEMBERED:
                known[name] = answer
        return answer

    def summary(self) -> dict[str, object]:
        """`{default_enabled, total_rules, rules = [{pattern, pattern_type, enabled}]}`.

        Rules stand in the order in which they were added.
        """
        rules = [
            {
                "pattern": rule.pattern.text,
                "pattern_type": rule.pattern.kind,
                "enabled": rule.enabled,
            }
            for rule in self._rules
        ]
        return {
            "default_enabled": self._default_enabled,
            "total_rules": len(rules),
            "rules": rules,
        }

    def _decide(self, name: str, rules: tuple[_Rule, ...]) -> bool:
        for rule in reversed(rules):
            if rule.pattern.matches(name):
                return rule.enabled
        return self._default_enabled

    def _add(self, pattern: ModulePattern, enabled: bool) -> None:
        if enabled and not any(rule.enabled for rule in self._rules):
            self._default_enabled = False
            self._default_is_implied = True
        others = (
            rule
            for rule in self._rules
            if (rule.pattern.text, rule.pattern.kind) != (pattern.text, pattern.kind)
        )
        self._rules = (*others, _Rule(pattern, enabled))
        self._known = {}


def _exact(pattern: str) -> Callable[[str], bool]:
    return pattern.__eq__


def _hierarchical(pattern: str) -> Callable[[str], bool]:
    base = pattern.removesuffix("*").removesuffix(".")
    if not base:
        return lambda _name: True
    below = base + "."
    return lambda name: name == base or name.startswith(below)


def _wildcard(pattern: str) -> Callable[[str], bool]:
    import re
    from fnmatch import translate  # its stars are atomic groups: no exponential backtracking

    match = re.compile(translate(pattern)).match
    return lambda name: len(name) <= MAX_WILDCARD_NAME_LENGTH and match(name) is not None


def _regex(pattern: str) -> Callable[[str], bool]:
    from llmspell.telemetry.safe_regex import compile_regex

    return compile_regex(pattern)


_MATCHERS: dict[str, Callable[[str], Callable[[str], bool]]] = {
    EXACT: _exact,
    WILDCARD: _wildcard,
    REGEX: _regex,
    HIERARCHICAL: _hierarchical,
}
