"""Reads a query by recursive descent."""

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.soql.date_ranges import COUNTED, FIXED
from simulator.salesforce.soql.syntax import (
    And,
    Children,
    Compare,
    Condition,
    EveryField,
    Includes,
    Item,
    Kind,
    Like,
    Literal,
    Membership,
    Not,
    Or,
    OrderTerm,
    Path,
    Select,
)
from simulator.salesforce.soql.token_reader import TokenReader

LONGEST_QUERY = 100_000
DEEPEST_NESTING = 50
LARGEST_OFFSET = 2_000
MOST_FIELDS_AT_ONCE = 200
COMPARISONS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})
EVERY_FIELD = frozenset({"ALL", "STANDARD", "CUSTOM"})
WITH_MODES = frozenset({"SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"})
FOR_PURPOSES = frozenset({"VIEW", "REFERENCE", "UPDATE"})
CLAUSES = frozenset({"USING", "WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR"})
RESERVED = CLAUSES | {
    "SELECT", "FROM", "AND", "OR", "NOT", "IN", "LIKE", "INCLUDES", "EXCLUDES", "BY", "NULLS", "ASC", "DESC",
}  # fmt: skip


def parse(query: str) -> Select:
    if len(query) > LONGEST_QUERY:
        raise SalesforceError("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.")
    return _Parser(query).parse_whole()


class _Parser(TokenReader):
    def __init__(self, query: str) -> None:
        super().__init__(query)
        self._depth = 0

    def parse_whole(self) -> Select:
        select = self._select()
        if self._peek().kind is not Kind.END:
            raise self._unexpected(self._peek())
        return select

    def _select(self) -> Select:
        self._expect_word("SELECT")
        fields = () if self._take_count() else self._fields()
        self._expect_word("FROM")
        object_name = self._path()
        if self._take_word("USING"):
            self._expect_word("SCOPE")
            self._path()
        where = self._condition() if self._take_word("WHERE") else None
        if self._take_word("WITH") and self._take().word not in WITH_MODES:
            raise self._unexpected(self._tokens[self._next - 1])
        group = self._group() if self._take_word("GROUP") else ()
        having = self._condition() if self._take_word("HAVING") else None
        order = self._order() if self._take_word("ORDER") else ()
        limit = self._whole_number() if self._take_word("LIMIT") else None
        offset = self._offset() if self._take_word("OFFSET") else 0
        while self._take_word("FOR"):
            if self._take().word not in FOR_PURPOSES:
                raise self._unexpected(self._tokens[self._next - 1])
        select = Select(fields, object_name, where, group, having, order, limit, offset)
        self._check(select)
        return select

    def _take_count(self) -> bool:
        """COUNT() alone; COUNT(field) is a field like any other."""
        behind = self._tokens[self._next : self._next + 3]
        if self._peek().word != "COUNT" or [token.text for token in behind[1:]] != ["(", ")"]:
            return False
        self._next += 3
        return True

    def _fields(self) -> tuple[Item, ...]:
        fields = [self._field()]
        while self._take_mark(","):
            fields.append(self._field())
        return tuple(fields)

    def _field(self) -> Item:
        token = self._peek()
        if self._take_mark("("):
            self._go_deeper()
            select = self._select()
            self._depth -= 1
            self._expect_mark(")")
            return Children(select)
        if token.word == "FIELDS" and self._follows("("):
            self._next += 2
            kind = self._take()
            if kind.word not in EVERY_FIELD:
                raise self._unexpected(kind)
            self._expect_mark(")")
            return EveryField(kind.word, token.position)
        path = self._operand()
        follower = self._peek()
        if follower.kind is Kind.NAME and follower.word not in RESERVED and "." not in follower.text:
            self._next += 1
            return Path(path.text, path.position, path.function, follower.text)
        return path

    def _operand(self) -> Path:
        """A field, or an aggregate of one."""
        function = self._peek()
        if not self._follows("("):
            return self._path()
        if function.word not in AGGREGATES:
            raise self._unexpected(function)
        self._next += 2
        path = self._path()
        self._expect_mark(")")
        return Path(path.text, function.position, function.word)

    def _group(self) -> tuple[Path, ...]:
        self._expect_word("BY")
        group = [self._path()]
        while self._take_mark(","):
            group.append(self._path())
        return tuple(group)

    def _check(self, select: Select) -> None:
        """What a query must not say although every part of it is fine."""
        is_grouped = select.is_grouped
        keys = [path.key for path in select.paths if not path.function]
        if len(set(keys)) < len(keys):
            twice = next(path for path in reversed(select.paths) if keys.count(path.key) > 1)
            raise self._refuse(f"duplicate field selected: {twice.text}", twice.position)
        if select.having is not None and not is_grouped:
            raise self._refuse("HAVING requires GROUP BY", select.object_name.position)
        for item in select.fields:
            if isinstance(item, Path):
                if item.alias and not is_grouped:
                    raise self._refuse("only aggregate expressions use field aliasing", item.position)
            elif is_grouped:
                raise self._refuse("a grouped query selects fields and aggregates only", select.object_name.position)
            elif isinstance(item, EveryField) and item.kind != "STANDARD":
                self._demand_bound(select, item)

    def _demand_bound(self, select: Select, item: EveryField) -> None:
        if select.limit is None or select.limit > MOST_FIELDS_AT_ONCE:
            message = f"The SOQL FIELDS function must have a LIMIT of at most {MOST_FIELDS_AT_ONCE}"
            raise self._refuse(message, item.position)

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
        self._go_deeper()
        if self._take_word("NOT"):
            term: Condition = Not(self._term())
        elif self._take_mark("("):
            term = self._condition()
            self._expect_mark(")")
        else:
            term = self._test()
        self._depth -= 1
        return term

    def _go_deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise self._unexpected(self._peek())

    def _test(self) -> Condition:
        path = self._operand()
        if self._take_word("LIKE"):
            return Like(path, (self._string(),))
        if self._take_word("IN"):
            return Membership(path, self._members())
        if self._take_word("NOT"):
            self._expect_word("IN")
            return Membership(path, self._members(), negated=True)
        if self._peek().word in {"INCLUDES", "EXCLUDES"}:
            negated = self._take().word == "EXCLUDES"
            return Includes(path, self._strings(), negated)
        token = self._take()
        if token.kind is not Kind.MARK or token.text not in COMPARISONS:
            raise self._unexpected(token)
        return Compare(path, COMPARISONS[token.text], self._literal())

    def _members(self) -> tuple[Literal, ...] | Select:
        self._expect_mark("(")
        if self._peek().word == "SELECT":
            self._go_deeper()
            members: tuple[Literal, ...] | Select = self._select()
            self._depth -= 1
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
        if token.word in FIXED:
            return Literal(Kind.DATE_RANGE, token.word)
        if token.word in COUNTED:
            self._expect_mark(":")
            return Literal(Kind.DATE_RANGE, token.word, number=self._whole_number())
        raise self._unexpected(token)

    def _strings(self) -> tuple[Literal, ...]:
        self._expect_mark("(")
        strings = [self._string()]
        while self._take_mark(","):
            strings.append(self._string())
        self._expect_mark(")")
        return tuple(strings)

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
        path = self._operand()
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
