"""The query language, read: SELECT … FROM … WHERE … ORDERBY … STARTPOSITION … MAXRESULTS.

QuickBooks API guide, Query operations and syntax. Conditions are joined by AND only; values stand in single quotes,
with backslash as escape, or bare if they are numbers or booleans.
"""

import re
from typing import Final

import msgspec

from tieout.sandbox.quickbooks import faults

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
      |(?P<STRING>'(?:[^'\\]|\\.)*')
      |(?P<DECIMAL>-?\d+\.\d+)
      |(?P<INTEGER>-?\d+)
      |(?P<IDENTIFIER>[A-Za-z_][\w.]*)
      |(?P<sign><=|>=|!=|[=<>(),*])""",
    re.VERBOSE | re.DOTALL,
)
_OPERATORS: Final = ("=", "<", ">", "<=", ">=", "!=", "IN", "LIKE")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
PAGE: Final = 100
LARGEST_PAGE: Final = 1000


class Condition(msgspec.Struct, frozen=True):
    """One comparison. values: as written, unquoted; more than one only for IN."""

    field: str
    operator: str
    values: tuple[str, ...]


class Order(msgspec.Struct, frozen=True):
    """One sort key."""

    field: str
    descending: bool


class Query(msgspec.Struct, frozen=True):
    """A whole query. fields: the named ones, None for all of them. start: the first row wanted, from 1."""

    entity: str
    count: bool
    fields: tuple[str, ...] | None
    conditions: tuple[Condition, ...]
    order: tuple[Order, ...]
    start: int
    size: int


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str
    position: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "IDENTIFIER" and self.text.upper() in words


def parse(statement: str) -> Query:
    """Read a query. Raises FaultError: 4000 where it cannot be read, 4001 for a page out of range."""
    return _Parser(statement).query()


class _Parser:
    def __init__(self, statement: str) -> None:
        self._statement = statement
        self._tokens = self._split()
        self._next = 0

    def query(self) -> Query:
        self._word("SELECT")
        count, fields = self._selection()
        self._word("FROM")
        entity = self._take("IDENTIFIER").text
        conditions: list[Condition] = []
        if self._peek().is_word("WHERE"):
            self._advance()
            conditions.append(self._condition())
            while self._peek().is_word("AND"):
                self._advance()
                conditions.append(self._condition())
        order = self._order()
        start, size = self._page()
        if self._peek().kind != "EOF":
            raise self._unexpected()
        return Query(entity, count, fields, tuple(conditions), order, start, size)

    def _split(self) -> list[_Token]:
        tokens, position = [], 0
        while position < len(self._statement):
            found = _TOKEN.match(self._statement, position)
            if found is None:
                tokens.append(_Token("STRING", self._statement[position:].split(" ", 1)[0], position))
                break
            if found.lastgroup != "space":
                tokens.append(_Token(str(found.lastgroup), found[0], position))
            position = found.end()
        tokens.append(_Token("EOF", "", len(self._statement)))
        return tokens

    def _selection(self) -> tuple[bool, tuple[str, ...] | None]:
        if self._peek().is_word("COUNT"):
            self._advance()
            for sign in "(*)":
                self._sign(sign)
            return True, None
        names, everything = [], False
        while True:
            if self._peek().text == "*":
                self._advance()
                everything = True
            else:
                names.append(self._take("IDENTIFIER").text)
            if self._peek().text != ",":
                return False, None if everything else tuple(names)
            self._advance()

    def _condition(self) -> Condition:
        field = self._take("IDENTIFIER").text
        token = self._peek()
        operator = token.text.upper()
        if operator not in _OPERATORS or token.kind == "STRING":
            raise self._unexpected()
        self._advance()
        if operator != "IN":
            return Condition(field, operator, (self._value(),))
        self._sign("(")
        values = [self._value()]
        while self._peek().text == ",":
            self._advance()
            values.append(self._value())
        self._sign(")")
        return Condition(field, "IN", tuple(values))

    def _value(self) -> str:
        token = self._peek()
        if token.kind == "STRING" and token.text[-1:] == "'" and len(token.text) > 1:
            self._advance()
            return _ESCAPED.sub(r"\1", token.text[1:-1])
        if token.kind in ("INTEGER", "DECIMAL") or token.is_word("TRUE", "FALSE"):
            self._advance()
            return token.text
        raise self._unexpected()

    def _order(self) -> tuple[Order, ...]:
        if self._peek().is_word("ORDER"):
            self._advance()
            self._word("BY")
        elif self._peek().is_word("ORDERBY"):
            self._advance()
        else:
            return ()
        order = [self._order_key()]
        while self._peek().text == ",":
            self._advance()
            order.append(self._order_key())
        return tuple(order)

    def _order_key(self) -> Order:
        field = self._take("IDENTIFIER").text
        descending = self._peek().is_word("DESC")
        if self._peek().is_word("ASC", "DESC"):
            self._advance()
        return Order(field, descending)

    def _page(self) -> tuple[int, int]:
        start, size = 1, PAGE
        while self._peek().is_word("STARTPOSITION", "MAXRESULTS"):
            first = self._peek().is_word("STARTPOSITION")
            self._advance()
            number = int(self._take("INTEGER").text)
            if number < 1:
                raise faults.invalid_query(f"value {number} is too small. Min allowed value is 1")
            if first:
                start = number
            elif number > LARGEST_PAGE:
                raise faults.invalid_query(f"value {number} is too large. Max allowed value is {LARGEST_PAGE}")
            else:
                size = number
        return start, size

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _advance(self) -> None:
        self._next += 1

    def _take(self, kind: str) -> _Token:
        token = self._peek()
        if token.kind != kind:
            raise self._unexpected()
        self._advance()
        return token

    def _word(self, word: str) -> None:
        if not self._peek().is_word(word):
            raise self._unexpected()
        self._advance()

    def _sign(self, sign: str) -> None:
        if self._peek().text != sign:
            raise self._unexpected()
        self._advance()

    def _unexpected(self) -> faults.FaultError:
        token = self._peek()
        match token.kind:
            case "EOF":
                shown = '"<EOF>"'
            case "sign":
                shown = f'" "{token.text}" "{token.text} ""'
            case kind:
                shown = f'" <{kind}> "{token.text} ""'
        before = self._statement[: token.position]
        return faults.unparsable_query(shown, before.count("\n") + 1, token.position - before.rfind("\n"))
