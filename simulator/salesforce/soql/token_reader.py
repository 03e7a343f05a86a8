"""Takes tokens one by one, and refuses those that do not fit."""

from simulator.salesforce.errors import SalesforceError
from simulator.salesforce.soql.syntax import Kind, refuse
from simulator.salesforce.soql.tokens import Token, tokenize

MARK_NAMES = {"(": "left parentheses", ")": "right parentheses", ":": "colon"}


class TokenReader:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = tokenize(query)
        self._next = 0

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _follows(self, mark: str) -> bool:
        """Does this mark stand behind the next token?"""
        following = self._tokens[min(self._next + 1, len(self._tokens) - 1)]
        return following.kind is Kind.MARK and following.text == mark

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind is not Kind.END:
            self._next += 1
        return token

    def _take_word(self, word: str) -> bool:
        if self._tokens[self._next].word != word:
            return False
        self._next += 1
        return True

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
            token = self._peek()
            raise self._refuse(f"expecting a {MARK_NAMES[mark]}, found '{token.text}'", token.position)

    def _unexpected(self, token: Token) -> SalesforceError:
        if token.text == ":" and token.kind is Kind.MARK:
            return self._refuse("Bind variables only allowed in Apex code", token.position)
        return self._refuse(f"unexpected token: '{token.text}'", token.position)

    def _refuse(self, message: str, position: int) -> SalesforceError:
        return refuse("MALFORMED_QUERY", message, query=self._query, position=position)
