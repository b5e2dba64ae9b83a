"""From wishes to calls: understands their expressions and finds their places."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import define, evolve, field, frozen

from llmspell.syntax.chunk import Chunk
from llmspell.syntax.names import function_name, names_function
from llmspell.syntax.scopes import visible_in

from .condition import Compiler, Expression, Malformed, Scope, evaluation, parse
from .facts import Facts
from .hit_condition import HitCondition, parse_hit_condition
from .in_place import FLAG, HOLDS, PLAIN, VALUE, InPlace, Look, in_place
from .lending import SUPPORT, lent
from .log_message import LogMessage, parse_log_message
from .placement import Place, Places
from .protected_call import ProtectedCall
from .wishes import Check, Log, Placement, Site, Wish


@frozen
class Call:
    """A site and where it is written.

    test: what has to hold for the call to be made, "" if it is made always. flagged: it is also
    made where FLAG is not set, or cleared by the test. looks: what has to be as expected for the
    test to be made; where it is not, the call is made without it. single, kept, guard: as in
    `InPlace`. counted: whether the program counts passes down before it calls.
    calls: what the program calls in protected mode for the test. simpler: another form, for where
    this one is too much for the Lua compiler.
    """

    site: Site
    place: Place
    test: str = ""
    flagged: bool = False
    looks: tuple[Look, ...] = ()
    single: bool = False
    kept: str = ""
    guard: str = ""
    counted: bool = False
    calls: ProtectedCall | None = None
    simpler: Call | None = None

    @property
    def is_supported(self) -> bool:
        """Whether it needs what `support` gives to the chunk."""
        return self.counted or self.site.protected or self.site.licence in HOLDS

    @property
    def simplest(self) -> Call:
        """The form of which the Lua compiler needs least."""
        return self.simpler.simplest if self.simpler else self

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
            call = self._tested(call)
        return f"{call};".encode("utf-8", "surrogateescape")

    @property
    def _flag(self) -> str:
        """What declares FLAG, if the test needs it."""
        number = self.site.number
        tried = f"{number}" if self.site.tables else lent(f"o{number}")
        return f"local {FLAG}={tried} " if self.flagged else ""

    def _before(self) -> tuple[str, str]:
        """The other hidden locals that the test uses, and whether all looks find what they expect.

        The latter is "" if there are none.
        """
        licence, before, known = self.site.licence, "", ""
        plain = lent(f"p{self.site.number}") if self.flagged else lent(PLAIN[licence])
        if not self.site.tables and licence in HOLDS:
            known = lent(HOLDS[licence])  # sets of tables are empty where it does not hold
        for look in self.looks:
            if look.original:
                known = f"{known and known + ' and '}{look.text}=={look.original}"
            else:
                before += f"local {look.name}={known and known + ' and '}{look.text} "
                known = f"{plain}[{look.name}]"
        return before, known

    def _tested(self, call: str) -> str:
        before, known = self._before()
        flag, tries = self._flag, FLAG if self.flagged and not self.site.tables else ""
        test = self.test if self.single or not self.flagged else f"{self.test} or not {FLAG}"
        if self.kept:
            known = " and ".join(filter(None, (tries, known)))
            tested = f"local {VALUE}={self.kept} if {test} then {call}end "
            return f"do {flag}{before}if {known} then {tested}else {call}end end"
        tested = f"{before}if {_unless(tries, known)}{test} then {call}end"
        if self.guard:
            certain = lent(HOLDS[self.site.licence]) if self.site.licence in HOLDS else ""
            guard = f"({self.guard}) or not {FLAG}" if self.flagged else f"({self.guard})"
            tested = f"if {_unless(tries, certain)}{guard} then {tested} end"
        return f"do {flag}{tested} end" if flag or before else tested

    def _protected(self, secret: int) -> str:
        site = self.site
        arguments = ",".join((f"{SUPPORT}.c{site.number}", *site.names))
        report = f"(true)({secret},{site.number},{_OK},{VALUE})"
        whole = f"{_OK},{VALUE}={SUPPORT}.pcall({arguments}) if {VALUE} then {report}end "
        if self.calls is not None:
            return f"do {self._calling(self.calls, report, whole)}end;"
        return f"{self._tested(f'local {whole}') if self.test else f'do local {whole}end'};"

    def _calling(self, calls: ProtectedCall, report: str, whole: str) -> str:
        """The test with a call in it; the whole condition is called where that must not stand."""
        before, certain = self._before()
        before = self._flag + before
        pcall = lent(f"call{self.site.number}")
        if not self.looks and self.site.licence in HOLDS and not self.flagged:
            certain = pcall
        called = f"local {_OK},{VALUE}={pcall}({calls.arguments}) "
        called += f"if not {_OK} or {calls.rest} then {report}end "
        if self.flagged:
            certain = f"{FLAG} and {certain or pcall}"
            return (
                f"{before}local {VALUE} if {certain} then {VALUE}={calls.guard} "
                f"else {FLAG}=false end "
                f"if not {FLAG} then local {whole}elseif {VALUE} then {called}end "
            )
        if calls.guard:
            called = f"if {calls.guard} then {called}end "
        return f"{before}if {certain} then {called}else local {whole}end " if certain else called


def _unless(*certain: str) -> str:
    return "".join(f"not ({each}) or " for each in certain if each)


_OK = f"{SUPPORT}went_well"


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
            code=self.places.code(place.function),
            calls=any(expression.calls for expression in expressions),
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
        if found.call is not None:
            return plain if request.log is not None else self._calling(plain, found)
        if found.looks:
            return plain if request.log is not None else self._guarded(plain, found)
        if found.relies_on in HOLDS:
            tested = evolve(site, licence=found.relies_on, always=False)
            return Call(
                *(tested, place, f"({found.text})", found.flagged),
                single=found.single,
                kept=found.kept,
                simpler=plain,
            )
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
        site = evolve(protected.site, tables=found.tables, licence=found.relies_on)
        test = f"({found.text})"
        return Call(
            *(site, plain.place, test, found.flagged, found.looks),
            single=found.single,
            kept=found.kept,
            guard=found.guard,
            simpler=protected,
        )

    def _calling(self, plain: Call, found: InPlace) -> Call:
        protected = self._protected(plain)
        site = evolve(protected.site, tables=found.tables, licence=found.relies_on, calling=True)
        return Call(
            *(site, plain.place, "", found.flagged, found.looks),
            calls=found.call,
            simpler=protected,
        )

    def _counted(self, call: Call) -> Call:
        return evolve(call, site=evolve(call.site, always=False), counted=True, simpler=call)

    def _facts(self) -> Facts:
        if self._known is None:
            expressions = (e for rs in self._requests.values() for r in rs for e in r.expressions())
            mentioned = frozenset(name for expression in expressions for name in expression.names)
            self._known = Facts(self.chunk, mentioned)
        return self._known
