"""Reads a query by recursive descent."""

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.soql.syntax import (
    And,
    Compare,
    Condition,
    Kind,
    Like,
    Literal,
    Membership,
    Not,
    Or,
    OrderTerm,
    Path,
    Select,
    refuse,
)
from simulator.salesforce.soql.tokens import Token, tokenize

LONGEST_QUERY = 100_000
DEEPEST_NESTING = 50
LARGEST_OFFSET = 2_000
COMPARISONS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
DATE_RANGES = frozenset({"TODAY", "YESTERDAY"})
RESERVED = frozenset(
    {"SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ORDER", "BY", "LIMIT", "OFFSET", "NULLS"}
)


def parse(query: str) -> Select:
    if len(query) > LONGEST_QUERY:
        raise SalesforceError("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.")
    return _Parser(query).parse_whole()


class _Parser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = tokenize(query)
        self._next = 0
        self._depth = 0

    def parse_whole(self) -> Select:
        select = self._select()
        if self._peek().kind is not Kind.END:
            raise self._unexpected(self._peek())
        return select

    def _select(self) -> Select:
        self._expect_word("SELECT")
        fields = () if self._count() else self._fields()
        self._expect_word("FROM")
        object_name = self._path()
        where = self._condition() if self._take_word("WHERE") else None
        order = self._order() if self._take_word("ORDER") else ()
        limit = self._whole_number() if self._take_word("LIMIT") else None
        offset = self._offset() if self._take_word("OFFSET") else 0
        return Select(fields, object_name, where, order, limit, offset)

    def _count(self) -> bool:
        opening = self._tokens[min(self._next + 1, len(self._tokens) - 1)]
        if self._peek().word != "COUNT" or opening.text != "(":
            return False
        self._next += 2
        self._expect_mark(")")
        return True

    def _fields(self) -> tuple[Path, ...]:
        fields = [self._path()]
        while self._take_mark(","):
            fields.append(self._path())
        names = [field.key for field in fields]
        for field in fields:
            if names.count(field.key) > 1:
                raise refuse(
                    "MALFORMED_QUERY", f"duplicate field selected: {field.text}",
                    query=self._query, position=field.position,
                )  # fmt: skip
        return tuple(fields)

    def _condition(self) -> Condition:
        """AND and OR do not mix without parentheses, as in the real thing."""
        terms = [self._term()]
        word = self._peek().word
        if word not in {"AND", "OR"}:
            return terms[0]
        while self._take_word(word):
            terms.append(self._term())
        return And(tuple(terms)) if word == "AND" else Or(tuple(terms))

    def _term(self) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise self._unexpected(self._peek())
        if self._take_word("NOT"):
            term: Condition = Not(self._term())
        elif self._take_mark("("):
            term = self._condition()
            self._expect_mark(")")
        else:
            term = self._test()
        self._depth -= 1
        return term

    def _test(self) -> Condition:
        path = self._path()
        if self._take_word("LIKE"):
            return Like(path, (self._string(),))
        if self._take_word("IN"):
            return Membership(path, self._members())
        if self._take_word("NOT"):
            self._expect_word("IN")
            return Membership(path, self._members(), negated=True)
        token = self._take()
        if token.kind is not Kind.MARK or token.text not in COMPARISONS:
            raise self._unexpected(token)
        return Compare(path, COMPARISONS[token.text], self._literal())

    def _members(self) -> tuple[Literal, ...] | Select:
        self._expect_mark("(")
        if self._peek().word == "SELECT":
            members: tuple[Literal, ...] | Select = self._select()
        else:
            literals = [self._literal()]
            while self._take_mark(","):
                literals.append(self._literal())
            members = tuple(literals)
        self._expect_mark(")")
        return members

    def _literal(self) -> Literal:
        token = self._take()
        if token.kind in {Kind.STRING, Kind.NUMBER, Kind.DATE, Kind.DATETIME}:
            return Literal(token.kind, token.text)
        if token.word in {"TRUE", "FALSE"}:
            return Literal(Kind.BOOLEAN, token.word)
        if token.word == "NULL":
            return Literal(Kind.NULL, "NULL")
        if token.word in DATE_RANGES:
            return Literal(Kind.DATE_RANGE, token.word)
        if token.word == "LAST_N_DAYS":
            self._expect_mark(":")
            return Literal(Kind.DATE_RANGE, token.word, days=self._whole_number())
        raise self._unexpected(token)

    def _string(self) -> Literal:
        token = self._take()
        if token.kind is not Kind.STRING:
            raise self._unexpected(token)
        return Literal(Kind.STRING, token.text)

    def _order(self) -> tuple[OrderTerm, ...]:
        self._expect_word("BY")
        terms = [self._order_term()]
        while self._take_mark(","):
            terms.append(self._order_term())
        return tuple(terms)

    def _order_term(self) -> OrderTerm:
        path = self._path()
        descending = self._take_word("DESC")
        if not descending:
            self._take_word("ASC")
        nulls_last = False
        if self._take_word("NULLS"):
            nulls_last = self._take_word("LAST")
            if not nulls_last:
                self._expect_word("FIRST")
        return OrderTerm(path, descending, nulls_last)

    def _offset(self) -> int:
        offset = self._whole_number()
        if offset > LARGEST_OFFSET:
            raise SalesforceError("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
        return offset

    def _whole_number(self) -> int:
        token = self._take()
        if token.kind is not Kind.NUMBER or not token.text.isdigit() or len(token.text) > 9:
            raise self._unexpected(token)
        return int(token.text)

    def _path(self) -> Path:
        token = self._take()
        if token.kind is not Kind.NAME or token.word in RESERVED:
            raise self._unexpected(token)
        return Path(token.text, token.position)

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind is not Kind.END:
            self._next += 1
        return token

    def _take_word(self, word: str) -> bool:
        found = self._peek().word == word
        self._next += found
        return found

    def _take_mark(self, mark: str) -> bool:
        token = self._peek()
        found = token.kind is Kind.MARK and token.text == mark
        self._next += found
        return found

    def _expect_word(self, word: str) -> None:
        if not self._take_word(word):
            raise self._unexpected(self._peek())

    def _expect_mark(self, mark: str) -> None:
        if not self._take_mark(mark):
            raise self._unexpected(self._peek())

    def _unexpected(self, token: Token) -> SalesforceError:
        return refuse(
            "MALFORMED_QUERY", f"unexpected token: '{token.text}'", query=self._query, position=token.position
        )
