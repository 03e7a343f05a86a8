"""Whatever is done to records in whatever order, the portal holds what a dictionary would."""

import itertools
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.simulator.hubspot_fixtures import KEY, Simulation

OBJECTS = "/crm/v3/objects/companies"
UNIQUE = str(KEY["name"])
Properties = dict[str, str]
Row = dict[str, Any]
UNKNOWN = {"nonsense": "x"}
VALUES = st.fixed_dictionaries(
    {}, optional={"city": st.sampled_from(["", "Bonn", "Ulm"]), "phone": st.text(max_size=3)}
)
KEYS = st.sampled_from(["k1", "k2"])
KEYED = st.builds(lambda values, key: {**values, UNIQUE: key}, VALUES, st.sampled_from(["", "k1", "k2"]))
WRITES = st.one_of(KEYED, KEYED, KEYED, VALUES, st.just(UNKNOWN))
PLACES = st.integers(min_value=0, max_value=4)
TRACED = st.booleans()


class Refused(Exception):
    """The model expects no such write to happen."""


class Model:
    """Live and archived records by id, and one rule: no two live ones share a key."""

    def __init__(self) -> None:
        self.live: dict[str, Properties] = {}
        self.archived: dict[str, Properties] = {}

    def owner(self, key: str) -> str | None:
        return next((each for each, held in self.live.items() if held.get(UNIQUE) == key), None)

    def write(self, record_id: str, values: Properties) -> None:
        if UNKNOWN.items() <= values.items():
            raise Refused
        key = values.get(UNIQUE)
        if key and self.owner(key) not in {None, record_id}:
            raise Refused
        held = {**self.live.get(record_id, {}), **values}
        self.live[record_id] = {name: value for name, value in held.items() if value}

    def archive(self, record_id: str) -> None:
        if record_id in self.live:
            self.archived[record_id] = self.live.pop(record_id)

    def copy(self) -> "Model":
        other = Model()
        other.live, other.archived = dict(self.live), dict(self.archived)
        return other


class Portal(RuleBasedStateMachine):
    simulation: Simulation

    def __init__(self) -> None:
        super().__init__()
        self.simulation.server.reset()
        self.simulation.portal.seed({"properties": {"companies": [KEY]}})
        self.model = Model()
        self.names = itertools.count()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self.simulation.call(method, OBJECTS + path, body)

    def name(self) -> str:
        return f"n{next(self.names)}"

    def some_id(self, place: int) -> str:
        """Of a live record or an archived one, or of none at all."""
        ids = [*self.model.live, *self.model.archived, "404"]
        return ids[place % len(ids)]

    @rule(values=WRITES, is_named=st.booleans())
    def create(self, values: Properties, is_named: bool) -> None:
        given = {"name": self.name(), **values} if is_named else values
        answer = self.call("POST", "", {"properties": given})
        try:
            if not is_named:
                raise Refused
            self.model.write("new", given)
        except Refused:
            assert answer.status == 400
        else:
            assert answer.status == 201
            self.model.live[answer.body["id"]] = self.model.live.pop("new")

    @rule(place=PLACES, values=WRITES)
    def update(self, place: int, values: Properties) -> None:
        record_id = self.some_id(place)
        answer = self.call("PATCH", f"/{record_id}", {"properties": values})
        if record_id not in self.model.live:
            assert answer.status == 404
            return
        try:
            self.model.write(record_id, values)
        except Refused:
            assert answer.status == 400
        else:
            assert (answer.status, answer.body["id"]) == (200, record_id)

    @rule(place=PLACES)
    def archive(self, place: int) -> None:
        record_id = self.some_id(place)
        assert self.call("DELETE", f"/{record_id}").status == 204
        self.model.archive(record_id)

    @rule(key=KEYS)
    def read_by_key(self, key: str) -> None:
        answer = self.call("GET", f"/{key}?idProperty={UNIQUE}")
        owner = self.model.owner(key)
        assert answer.status == (200 if owner else 404)
        assert owner is None or answer.body["id"] == owner

    @rule(places=st.lists(PLACES, min_size=1, max_size=4))
    def read_batch(self, places: list[int]) -> None:
        ids = list(dict.fromkeys(map(self.some_id, places)))
        answer = self.call("POST", "/batch/read", {"inputs": [{"id": each} for each in ids], "properties": ["city"]})
        found = {each["id"]: each["properties"]["city"] for each in answer.body["results"]}
        assert found == {each: self.model.live[each].get("city") for each in ids if each in self.model.live}
        assert answer.status == (200 if len(found) == len(ids) else 207)

    @rule(places=st.lists(PLACES, min_size=1, max_size=4))
    def archive_batch(self, places: list[int]) -> None:
        ids = list(dict.fromkeys(map(self.some_id, places)))
        assert self.call("POST", "/batch/archive", {"inputs": [{"id": each} for each in ids]}).status == 204
        for each in ids:
            self.model.archive(each)

    @rule(writes=st.lists(WRITES, min_size=1, max_size=4), is_traced=TRACED)
    def create_batch(self, writes: list[Properties], is_traced: bool) -> None:
        rows = [{"properties": {"name": self.name(), **values}} for values in writes]
        self.write_batch("create", 201, rows, [row["properties"]["name"] for row in rows], is_traced)

    @rule(writes=st.lists(st.tuples(PLACES, WRITES), min_size=1, max_size=4), is_traced=TRACED)
    def update_batch(self, writes: list[tuple[int, Properties]], is_traced: bool) -> None:
        by_id = {self.some_id(place): values for place, values in writes}
        rows = [{"id": each, "properties": values} for each, values in by_id.items()]
        self.write_batch("update", 200, rows, list(by_id), is_traced)

    @rule(writes=st.dictionaries(KEYS, VALUES | st.just(UNKNOWN), min_size=1, max_size=2), is_traced=TRACED)
    def upsert_batch(self, writes: dict[str, Properties], is_traced: bool) -> None:
        rows: list[Row] = [
            {"id": key, "idProperty": UNIQUE, "properties": {"name": self.name(), **values}}
            for key, values in writes.items()
        ]
        targets = [self.model.owner(row["id"]) or row["properties"]["name"] for row in rows]
        known = set(self.model.live)
        answer = self.write_batch("upsert", 200, rows, targets, is_traced, key=UNIQUE)
        for each in answer.body.get("results", ()):
            assert each["new"] == (each["id"] not in known)

    def write_batch(
        self, operation: str, status: int, rows: list[Row], targets: list[str], is_traced: bool, key: str = ""
    ) -> Any:
        """A target is the id of a record, or the name of one that is to be made."""
        traced = [{**row, "objectWriteTraceId": f"t{place}"} for place, row in enumerate(rows)]
        answer = self.call("POST", f"/batch/{operation}", {"inputs": traced if is_traced else rows})
        after, refused = self.model.copy(), 0
        for row, target in zip(rows, targets, strict=True):
            try:
                if operation == "update" and target not in after.live:
                    raise Refused
                after.write(target, {**row["properties"], **({key: row["id"]} if key else {})})
            except Refused:
                refused += 1
        if refused and not is_traced:
            assert answer.status in {400, 404}
            return answer
        assert answer.status == (207 if refused else status)
        assert len(answer.body["results"]) == len(rows) - refused
        for each in answer.body["results"]:
            if each["id"] not in after.live:
                after.live[each["id"]] = after.live.pop(each["properties"]["name"])
        self.model = after
        return answer

    def teardown(self) -> None:
        for kind, records in (("false", self.model.live), ("true", self.model.archived)):
            page = self.call("GET", f"?limit=100&archived={kind}&properties=name,city,phone,{UNIQUE}").body
            held = {each["id"]: _asked(each["properties"]) for each in page["results"]}
            assert held == records


def _asked(properties: dict[str, str | None]) -> Properties:
    names = ("name", "city", "phone", UNIQUE)
    return {name: value for name in names if (value := properties[name])}


def test_the_portal_holds_what_a_dictionary_would(hubspot):
    class Machine(Portal):
        simulation = hubspot

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            phases=(Phase.reuse, Phase.generate),  # to shrink a failure takes hundreds of runs over the wire
            suppress_health_check=list(HealthCheck),
        ),
    )
