"""The words that annotations have, and what they mean."""

from __future__ import annotations

SCOPES = {
    "package": "is for this file only",
    "private": "is for the class only",
    "protected": "is for the class and what is made from it",
    "public": "is for everybody",
}
TAGS = {
    **SCOPES,
    "alias": "names a type",
    "as": "says the type of the expression before",
    "async": "marks a function that may yield",
    "cast": "says the type of a variable from here on",
    "class": "declares a class",
    "deprecated": "marks what is better not used",
    "diagnostic": "switches diagnostics off and on",
    "enum": "makes the values of a table a type",
    "field": "declares a field of the class above",
    "generic": "declares type parameters",
    "meta": "marks a file of definitions",
    "module": "says which module a value is",
    "nodiscard": "marks results that must be used",
    "operator": "declares an operator of the class above",
    "overload": "declares a further signature",
    "param": "describes a parameter",
    "return": "describes results",
    "return_cast": "says what a true result means for an argument",
    "return_overload": "declares results that come together",
    "see": "points to something else",
    "source": "says where it comes from",
    "type": "says the type of a variable",
    "vararg": "describes what `...` takes",
    "version": "says for which versions of Lua it is",
}
ATTRIBUTES = {
    "exact": "has no other fields",
    "partial": "adds to a class",
    "key": "means the keys",
}
OPERATORS = [
    "add",
    "sub",
    "mul",
    "div",
    "mod",
    "pow",
    "unm",
    "idiv",
    "band",
    "bor",
    "bxor",
    "bnot",
    "shl",
    "shr",
    "concat",
    "len",
    "eq",
    "lt",
    "le",
    "call",
    "index",
]
LOCAL_ATTRIBUTES = {
    "const": "is never assigned again",
    "close": "is closed at the end of its block",
}
"""What may stand between `<` and `>` behind a local of Lua."""
