"""From wishes to calls: understands their expressions and finds their places."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import define, evolve, field, frozen

from llmspell.syntax.chunk import Chunk
from llmspell.syntax.names import function_name, names_function
from llmspell.syntax.scopes import visible_in

from .condition import Compiler, Expression, Malformed, Scope, evaluation, parse
from .hit_condition import HitCondition, parse_hit_condition
from .log_message import LogMessage, parse_log_message
from .placement import Place, Places
from .wishes import Check, Log, Placement, Site, Wish


@frozen
class Call:
    """A site and where it is written.

    condition: what is compiled in place. simpler: another form, for where this one is too much
    for the Lua compiler.
    """

    site: Site
    place: Place
    condition: str | None = None
    simpler: Call | None = None

    def text(self, secret: int) -> bytes:
        """The call as Lua."""
        site = self.site
        values = site.names if site.handed_over else ()
        call = f"(true)({','.join((str(secret), str(site.number), *values))})"
        if self.condition is not None:
            call = f"if {self.condition} then {call}end"
        return f"{call};".encode("utf-8", "surrogateescape")


@frozen
class _Request:
    """A wish whose expressions are understood."""

    wish: int
    condition: Expression | None
    hit: HitCondition | None
    log: LogMessage | None
    values: tuple[Expression, ...]

    def expressions(self) -> tuple[Expression, ...]:
        return (self.condition, *self.values) if self.condition else self.values

    def check(self, names: Sequence[str]) -> Check:
        """What the debugger does for it at a site that has some names."""
        condition, log = self.condition, None
        if self.log is not None:
            texts = [value.text for value in self.values]
            log = Log(self.log.literals, evaluation(names, texts) if texts else None)
        source = evaluation(names, [condition.text]) if condition else None
        return Check(self.wish, source, self.hit, log)


@define
class Plan:
    """Which wishes go where in a chunk; `placed` has the answer for each of them."""

    chunk: Chunk
    places: Places
    compiler: Compiler
    placed: dict[int, Placement] = field(factory=dict)
    _requests: dict[Place, list[_Request]] = field(factory=dict)
    _scopes: dict[Place, Scope] = field(factory=dict)

    def add(self, wish: Wish) -> None:
        """Finds the places of a wish."""
        try:
            request = self._understood(wish)
            places = self._wished(wish)
            for place in places:
                for expression in request.expressions():
                    expression.needs(self._scope(place))
        except (Malformed, ValueError) as error:
            self._refuse(wish, str(error))
            return
        if not places:
            what = f"no function `{wish.function}`" if wish.function else "no code from here on"
            self._refuse(wish, f"{what} in this chunk")
            return
        for place in places:
            self._requests.setdefault(place, []).append(request)
        line, hoisted = places[0].line, places[0].hoist is not None
        message = f"stops on line {line}, which has the code of this `break`" if hoisted else None
        self.placed[wish.id] = Placement(line, places[0].column(self.chunk), message=message)

    def calls(self, first_number: int) -> list[Call]:
        """The calls to put into the program, in the order of the text."""
        ordered = sorted(self._requests, key=lambda place: place.offset)
        return [self._call(place, number) for number, place in enumerate(ordered, first_number)]

    def keep(self, places: Collection[Place]) -> None:
        """Says which wishes have no call at all if only some places could get theirs."""
        alive = {r.wish for place, rs in self._requests.items() if place in places for r in rs}
        message = "a breakpoint cannot be compiled in here: Lua would make another program"
        for wish, placement in self.placed.items():
            if placement.verified and wish not in alive:
                self.placed[wish] = evolve(placement, verified=False, message=message)

    def _refuse(self, wish: Wish, message: str) -> None:
        self.placed[wish.id] = Placement(wish.line, wish.column, verified=False, message=message)

    def _understood(self, wish: Wish) -> _Request:
        condition = hit = log = None
        values: tuple[Expression, ...] = ()
        if wish.condition and wish.condition.strip():
            condition = parse(wish.condition, self.compiler)
        if wish.hit_condition and wish.hit_condition.strip():
            hit = parse_hit_condition(wish.hit_condition)
        if wish.log_message:
            log = parse_log_message(wish.log_message)
            values = tuple(parse(text, self.compiler) for text in log.expressions)
        return _Request(wish.id, condition, hit, log, values)

    def _wished(self, wish: Wish) -> list[Place]:
        if wish.function is None:
            return self.places.on(wish.line, wish.column)
        entries = (
            self.places.entry(function)
            for function in self.chunk.functions[1:]
            if names_function(wish.function, function_name(self.chunk, function))
        )
        return [place for place in entries if place is not None]

    def _scope(self, place: Place) -> Scope:
        if place not in self._scopes:
            names = visible_in(self.chunk, place.block, place.offset)
            self._scopes[place] = Scope(self.chunk, names, place.function.vararg)
        return self._scopes[place]

    def _call(self, place: Place, number: int) -> Call:
        requests, scope = self._requests[place], self._scope(place)
        expressions = [e for request in requests for e in request.expressions()]
        needed = {name for expression in expressions for name in expression.needs(scope)}
        names = tuple(sorted(needed, key=lambda name: (name == "...", name)))
        checks = tuple(request.check(names) for request in requests)
        column = place.column(self.chunk)
        plain = Site(number, place.line, column, names, False, False, checks)
        simplest = Call(plain, place)

        condition = requests[0].condition if len(requests) == 1 else None
        if condition is not None and condition.in_place(scope):
            site = evolve(plain, in_place=True, handed_over=len(expressions) > 1)
            return Call(site, place, condition.text, simplest)
        if names:
            return Call(evolve(plain, handed_over=True), place, simpler=simplest)
        return simplest
