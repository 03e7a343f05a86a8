"""The door to Salesforce: whatever is asked at one moment, in as few API calls as possible."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from typing import Any

from tasks.contracts.errors import Ambiguous, Halted, NeedsHuman, ProblemClass, SyncError, Throttled
from tasks.contracts.fields import AccountFields
from tasks.contracts.finding import AccountSearch, Upserted
from tasks.contracts.records import AccountId, Lane
from workers.crm.chunks import ask_in_chunks, chunks_of
from workers.crm.door import no_word_about, salesforce_row_problem
from workers.crm.salesforce_calls import SalesforceCalls
from workers.crm.salesforce_found import Found, fields_of
from workers.crm.salesforce_ids import find_account_id
from workers.crm.salesforce_login import SalesforceLogin
from workers.crm.salesforce_requests import (
    Command,
    FindAccounts,
    Question,
    Request,
    Result,
    UpsertAccount,
)
from workers.crm.salesforce_rows import Collection, collections_for
from workers.crm.salesforce_soql import (
    PERSON_ACCOUNT,
    STAMP,
    Query,
    Term,
    along,
    columns_of,
    queries_for,
    terms_of,
)
from workers.crm.turnstile import CallBudget, Turnstile
from workers.settings import Settings

AT_ONCE = 5
"""Queries and collections in one composite call; 25 subrequests are allowed, but only so many of these."""
QUERY, WRITE, COMPOSITE = "salesforce.query", "salesforce.write", "salesforce.composite"
READ, DESCRIBE = "salesforce.read", "salesforce.describe"
RETRIEVED = 1_000
"""Records in one retrieve; 2,000 are allowed."""
USERS = "SELECT Id, Email, IsActive, UserType FROM User WHERE UserType IN ('Standard', 'PowerPartner', 'Guest')"

BY_RULE = "DUPLICATES_DETECTED"

Operation = Query | Collection


class SalesforceDoor:
    """Accounts, contacts, leads. Constructing it opens no connection."""

    def __init__(self, settings: Settings, budget: CallBudget, login: SalesforceLogin, lane: Lane) -> None:
        self.calls = SalesforceCalls(settings, Turnstile(budget, lane), login)
        self._key = settings.salesforce_account_key
        self._columns = columns_of(self._key)

    def run(self, requests: Sequence[Request]) -> list[Result | SyncError]:
        """An answer or an error per request, in their order. Raises nothing for a single request.

        After Unreachable a write may have happened; every write here may be repeated.
        """
        questions = [request for request in requests if isinstance(request, Question)]
        commands = [request for request in requests if isinstance(request, Command)]
        queries = queries_for(self._terms_of(questions), self._columns)
        collections = collections_for(commands, self._key)
        answers = self._perform([*queries, *collections])
        found, unanswered = self._found(queries, answers[: len(queries)])
        results: dict[Request, Result | SyncError] = {
            question: self._answer(question, found, unanswered) for question in questions
        }
        for collection, answer in zip(collections, answers[len(queries) :], strict=True):
            results |= self._written(collection, answer)
        results |= self._adopt_after_race(results)
        results |= self._name_duplicates(results)
        return [results[request] for request in requests]

    def find_accounts(
        self, searches: Sequence[AccountSearch], names: Sequence[str]
    ) -> tuple[list[Result | SyncError], dict[AccountId, AccountFields]]:
        """Answers as `run` gives them, and these fields of whatever was found: they come along with it for nothing.

        An org that does not have all of them, or a query that has no room for them, tells of none.
        """
        questions = [FindAccounts(one) for one in searches]
        columns = {**self._columns, "Account": (*self._columns["Account"], *along(names, self._columns["Account"]))}
        queries = queries_for(self._terms_of(questions), columns)
        found, unanswered = self._found(queries, self._perform(queries))
        return [self._answer(one, found, unanswered) for one in questions], found.fields_of_accounts(names)

    def _answer(self, question: Question, found: Found, unanswered: Mapping[Term, SyncError]) -> Result | SyncError:
        problems = (unanswered[term] for term in terms_of(question, self._key) if term in unanswered)
        return next(problems, None) or found.answer(question)

    def read_fields(
        self, ids: Iterable[AccountId], names: Sequence[str]
    ) -> dict[AccountId, AccountFields | SyncError | None]:
        """These fields of the accounts; None: deleted, or never there."""
        return ask_in_chunks(ids, RETRIEVED, partial(self._retrieve, names))

    def _retrieve(self, names: Sequence[str], ids: Sequence[AccountId]) -> dict[AccountId, AccountFields | None]:
        """A body instead of a URL: there is room for any number of fields."""
        body = {"ids": list(ids), "fields": list(dict.fromkeys(["Id", STAMP, *names]))}
        rows = self.calls.send(READ, "POST", "composite/sobjects/Account", body)
        found = {row["Id"]: fields_of(row, names) for row in rows if row}
        return {id_: found.get(id_) for id_ in ids}

    def describe(self, sobject: str, *, since: datetime | None = None) -> Mapping[str, Any] | None:
        """What the org says about an object, as it writes it; None: the same as at that time. Raises SyncError."""
        headers = {"If-Modified-Since": format_datetime(since, usegmt=True)} if since else {}
        answer: Mapping[str, Any] | None = self.calls.send(
            DESCRIBE, "GET", f"sobjects/{sobject}/describe", headers=headers
        )
        return answer

    def read_users(self) -> list[Mapping[str, Any]]:
        """Everybody who may own a record, active or not. Raises SyncError."""
        query = Query("User", (), USERS)
        return self._all_pages(query, self.calls.send(QUERY, "GET", query.path))

    def _terms_of(self, questions: Iterable[Question]) -> list[Term]:
        return [term for question in questions for term in terms_of(question, self._key)]

    def _found(self, queries: Sequence[Query], answers: Sequence[Any]) -> tuple[Found, dict[Term, SyncError]]:
        """What the queries brought, and the terms that were not answered."""
        rows: dict[str, dict[str, Mapping[str, Any]]] = {}
        unanswered: dict[Term, SyncError] = {}
        for query, answer in zip(queries, answers, strict=True):
            try:
                for row in self._all_pages(query, answer):
                    # A row that several queries brought is one row; roles have no id here and come in one query each.
                    of_object = rows.setdefault(query.sobject, {})
                    of_object[row.get("Id") or f"{len(of_object)}"] = row
            except SyncError as error:
                unanswered |= dict.fromkeys(query.terms, error)
        return Found({sobject: of_object.values() for sobject, of_object in rows.items()}, self._key), unanswered

    def _all_pages(self, query: Query, answer: Any) -> list[Mapping[str, Any]]:
        if isinstance(answer, SyncError) and query.sobject == "Account" and answer.code == "INVALID_FIELD":
            answer = self._ask_for_less(query, answer)
        if isinstance(answer, SyncError):
            raise answer
        records = list(answer["records"])
        while not answer.get("done", True):
            answer = self.calls.send(QUERY, "GET", str(answer["nextRecordsUrl"]).removeprefix(self.calls.root))
            records += answer["records"]
        return records

    def _ask_for_less(self, query: Query, problem: SyncError) -> Any:
        """Without the fields that came along, and, in an org that has none, without asking for person accounts."""
        if PERSON_ACCOUNT in str(problem):
            # Learned once, from its refusal.
            columns = [name for name in self._columns["Account"] if name != PERSON_ACCOUNT]
            self._columns = {**self._columns, "Account": tuple(columns)}
        (without,) = queries_for(query.terms, self._columns)
        return problem if without.soql == query.soql else self.calls.send(QUERY, "GET", without.path)

    def _written(self, collection: Collection, answer: Any) -> dict[Request, Result | SyncError]:
        results: dict[Request, Result | SyncError] = {}
        for place, row in enumerate(collection.rows):
            if isinstance(answer, SyncError):
                told: Any = answer
            else:
                told = answer[place] if place < len(answer) else no_word_about(WRITE, f"row {place}")
            results |= {command: self._read_row(command, told) for command in row.commands}
        return results

    def _read_row(self, command: Command, told: Any) -> Result | SyncError:
        if isinstance(told, SyncError):
            return told
        if not told.get("success"):
            return salesforce_row_problem(WRITE, told.get("errors") or [])
        if not isinstance(command, UpsertAccount):
            return None
        account_id = find_account_id(told.get("id"))
        if account_id is None:
            return no_word_about(WRITE, f"company {command.company_id}")
        return Upserted(account_id, created=bool(told.get("created")))

    def _adopt_after_race(self, results: Mapping[Request, Result | SyncError]) -> dict[Request, Result | SyncError]:
        """Somebody else created it at the same moment: the account that carries our key now is the one."""
        losers = [
            command
            for command, result in results.items()
            if isinstance(command, UpsertAccount) and isinstance(result, Ambiguous) and result.code == "DUPLICATE_VALUE"
        ]
        terms = [Term("Account", self._key, command.company_id) for command in losers]
        queries = queries_for(terms, self._columns)
        found, unanswered = self._found(queries, self._perform(queries))
        adopted: dict[Request, Result | SyncError] = {}
        for command, term in zip(losers, terms, strict=True):
            if carrier := found.find_carrier(command.company_id):
                adopted[command] = Upserted(carrier.id, created=False)
            elif term in unanswered:
                adopted[command] = unanswered[term]
        return adopted

    def _name_duplicates(self, results: Mapping[Request, Result | SyncError]) -> dict[Request, Result | SyncError]:
        """A collection does not tell which records a duplicate rule found; asked for alone, the row does."""
        return {
            command: self._upsert_alone(command)
            for command, result in results.items()
            if isinstance(command, UpsertAccount) and isinstance(result, Ambiguous) and result.code == BY_RULE
        }

    def _upsert_alone(self, command: UpsertAccount) -> Result | SyncError:
        (collection,) = collections_for([command], self._key)
        values = {**collection.rows[0].record}
        for name in ("attributes", self._key):
            del values[name]
        try:
            told = self.calls.send(WRITE, "PATCH", f"sobjects/Account/{self._key}/{command.company_id}", values)
        except SyncError as error:
            return error
        return self._read_row(command, told)

    def _perform(self, operations: Sequence[Operation]) -> list[Any]:
        """Per operation its answer (a query's first page, a collection's rows) or its error."""
        answers = zip(operations, self._answers(operations), strict=True)
        return [self._without_the_guilty(operation, answer) for operation, answer in answers]

    def _answers(self, operations: Sequence[Operation]) -> list[Any]:
        by_place: dict[int, Any] = {}
        for places in _packs(operations):
            told = self._send([operations[place] for place in places])
            by_place |= zip(places, told, strict=True)
            if isinstance(told[-1], Throttled | Halted):
                # The remaining ones would only wait for the same answer.
                return [by_place.get(place, told[-1]) for place in range(len(operations))]
        return [by_place[place] for place in range(len(operations))]

    def _send(self, pack: Sequence[Operation]) -> list[Any]:
        return [self._send_alone(pack[0])] if len(pack) == 1 else self._send_together(pack)

    def _send_alone(self, operation: Operation) -> Any:
        try:
            if isinstance(operation, Query):
                return self.calls.send(QUERY, "GET", operation.path)
            return self.calls.send(WRITE, "PATCH", operation.path, operation.body)
        except SyncError as error:
            return error

    def _send_together(self, operations: Sequence[Operation]) -> list[Any]:
        parts = [self._subrequest(place, operation) for place, operation in enumerate(operations)]
        body = {"allOrNone": False, "compositeRequest": parts}
        writes = sum(isinstance(operation, Collection) for operation in operations)
        try:
            answer = self.calls.send(COMPOSITE, "POST", "composite", body, patience=max(1, writes))
        except SyncError as error:
            return [error] * len(operations)
        told = {part["referenceId"]: part for part in answer["compositeResponse"]}
        return [self._read_part(place, told.get(f"part{place}")) for place in range(len(operations))]

    def _subrequest(self, place: int, operation: Operation) -> dict[str, Any]:
        part = {"url": self.calls.root + operation.path, "referenceId": f"part{place}"}
        if isinstance(operation, Query):
            return {**part, "method": "GET"}
        return {**part, "method": "PATCH", "body": operation.body}

    def _read_part(self, place: int, part: Mapping[str, Any] | None) -> Any:
        if part is None:
            return no_word_about(COMPOSITE, f"part {place}")
        status = int(part["httpStatusCode"])
        return part["body"] if status < 300 else self.calls.problem_of(COMPOSITE, status, part["body"])

    def _without_the_guilty(self, operation: Operation, answer: Any) -> Any:
        """A collection refused as a whole is sent again in halves until the guilty rows stand alone."""
        if isinstance(operation, Query) or len(operation.rows) == 1 or not _may_be_one_rows_fault(answer):
            return answer
        rows = range(len(operation.rows))
        told = ask_in_chunks(rows, len(rows) // 2, partial(self._send_rows, operation))
        return [told[row] for row in rows]

    def _send_rows(self, collection: Collection, rows: Sequence[int]) -> dict[int, Any]:
        """Some rows of a collection by themselves. Raises SyncError if they are refused as a whole."""
        answer = self._send_alone(Collection(collection.path, [collection.rows[row] for row in rows]))
        if isinstance(answer, SyncError):
            raise answer
        silence = [no_word_about(WRITE, f"row {row}") for row in rows[len(answer) :]]
        return dict(zip(rows, [*answer, *silence], strict=False))


def _packs(operations: Sequence[Operation]) -> list[Sequence[int]]:
    """Places of the operations that go out in one call: those that may travel together, and each other one alone."""
    together = [place for place, operation in enumerate(operations) if _may_travel(operation)]
    alone = [[place] for place, operation in enumerate(operations) if not _may_travel(operation)]
    return [*chunks_of(together, AT_ONCE), *alone]


def _may_be_one_rows_fault(answer: Any) -> bool:
    return isinstance(answer, NeedsHuman) and answer.problem_class is not ProblemClass.CONFIG


def _may_travel(operation: Operation) -> bool:
    """A composite call would take `@{…}` in a value for a reference to another part."""
    return isinstance(operation, Query) or "@{" not in json.dumps(operation.body)
