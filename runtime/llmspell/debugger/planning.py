"""From wishes to calls: understands their expressions and finds their places."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import define, evolve, field, frozen

from llmspell.syntax.chunk import Chunk
from llmspell.syntax.names import function_name, names_function
from llmspell.syntax.scopes import visible_in

from .condition import Compiler, Expression, Malformed, Scope, evaluation, parse
from .facts import Facts
from .hit_condition import HitCondition, parse_hit_condition
from .in_place import HOLDS, PLAIN, SUPPORT, InPlace, in_place
from .log_message import LogMessage, parse_log_message
from .placement import Place, Places
from .wishes import Check, Log, Placement, Site, Wish


@frozen
class Call:
    """A site and where it is written.

    test: what has to hold for the call to be made, "" if it is made always. tables: what has to be
    a table without a metatable for the test to be made, by the names of hidden locals for them;
    where one is not, it is made in protected mode. counted: whether the
    program counts passes down before it calls. simpler: another form, for where this one is too
    much for the Lua compiler.
    """

    site: Site
    place: Place
    test: str = ""
    tables: Mapping[str, str] = {}
    counted: bool = False
    simpler: Call | None = None

    @property
    def is_supported(self) -> bool:
        """Whether it needs what `support` gives to the chunk."""
        return self.counted or self.site.protected or SUPPORT in self.test

    def text(self, secret: int) -> bytes:
        """The call as Lua."""
        site = self.site
        if site.protected:
            return self._protected(secret).encode("utf-8", "surrogateescape")
        values = site.names if site.handed_over else ()
        call = f"(true)({','.join((str(secret), str(site.number), *values))})"
        if self.counted:
            passes = f"{SUPPORT}[{site.number}]"
            call = f"{passes}={passes}-1 if {passes}<0 then {call}end "
        if self.test:
            call = f"if {self.test} then {call}end"
        return f"{call};".encode("utf-8", "surrogateescape")

    def _protected(self, secret: int) -> str:
        site = self.site
        ok, value = f"{SUPPORT}ok", f"{SUPPORT}value"
        arguments = ",".join((f"{SUPPORT}.c{site.number}", *site.names))
        call = f"(true)({secret},{site.number}"
        protected = f"local {ok},{value}={SUPPORT}.pcall({arguments})"
        protected += f" if {value} then {call},{ok},{value})end "
        if not self.tables:
            return f"do {protected}end;"
        lookups, known = "", ""
        for name, table in self.tables.items():
            lookups += f"local {name}={known and known + ' and '}{table} "
            known = f"{SUPPORT}[{PLAIN[site.licence]}][{name}]"
        in_place = f"if {self.test} then {call},true,true)end"
        return f"do {lookups}if {known} then {in_place} else {protected}end end;"


def support(secret: int) -> bytes:
    """What gives a chunk the table of its counters and conditions, as a hidden local."""
    return f"local {SUPPORT}=(true)({secret},0);".encode()


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
    _known: Facts | None = None

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
            condition = self._parsed("condition", wish.condition)
        if wish.hit_condition and wish.hit_condition.strip():
            hit = parse_hit_condition(wish.hit_condition)
        if wish.log_message:
            log = parse_log_message(wish.log_message)
            values = tuple(self._parsed("log message", text) for text in log.expressions)
        return _Request(wish.id, condition, hit, log, values)

    def _parsed(self, what: str, text: str) -> Expression:
        try:
            return parse(text, self.compiler)
        except Malformed as error:
            raise Malformed(f"{what}: {error}") from error

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
        openings = self.places.openings(place.line)
        owner = self.places.outline(place.function)
        site = Site(
            *(number, place.line, column, names, False, False, checks),
            openings=openings,
            owner=owner,
        )
        call = Call(site, place)
        if names:
            call = Call(evolve(site, handed_over=True), place, simpler=call)
        return call if len(requests) > 1 else self._of_one(requests[0], call)

    def _of_one(self, request: _Request, plain: Call) -> Call:
        """The cheapest form of a call for one wish; `plain` is the one that always works."""
        if SUPPORT.encode() in self.chunk.source:
            return plain
        site, place, condition = plain.site, plain.place, request.condition
        counts = request.hit is None if request.log else bool(request.hit and request.hit.skips)
        if condition is None:
            return self._counted(plain) if counts else plain
        found = in_place(condition, self._scope(place), self._facts())
        if found is None:
            if request.log is not None:
                return plain
            return self._protected(plain)
        if found.tables:
            return plain if request.log is not None else self._guarded(plain, found)
        if found.licence != "none":
            test = f"not {SUPPORT}[{HOLDS[found.licence]}] or ({found.text})"
            return Call(evolve(site, always=False), place, test, simpler=plain)
        values = site.handed_over and bool(request.values)
        settled = evolve(site, in_place=True, handed_over=values, always=False)
        call = Call(settled, place, found.text, simpler=plain)
        return self._counted(call) if counts else call

    @staticmethod
    def _protected(plain: Call) -> Call:
        site = evolve(plain.site, handed_over=False, protected=True, always=False)
        return Call(site, plain.place, simpler=plain)

    def _guarded(self, plain: Call, found: InPlace) -> Call:
        protected = self._protected(plain)
        site = evolve(protected.site, tables=found.tables, licence=found.licence)
        return Call(site, plain.place, found.text, found.lookups, simpler=protected)

    def _counted(self, call: Call) -> Call:
        return evolve(call, site=evolve(call.site, always=False), counted=True, simpler=call)

    def _facts(self) -> Facts:
        if self._known is None:
            expressions = (e for rs in self._requests.values() for r in rs for e in r.expressions())
            mentioned = frozenset(name for expression in expressions for name in expression.names)
            self._known = Facts(self.chunk, mentioned)
        return self._known
