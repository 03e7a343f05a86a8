"""All checks of what people and Tandem left behind. Knows nothing of how Tandem decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from workers.demo.people_at_work.answers import left_without_an_answer
from workers.demo.people_at_work.duplicates import Makers, duplicates
from workers.demo.people_at_work.fields import wrong_fields
from workers.demo.people_at_work.journal import Journal
from workers.demo.people_at_work.links import wrong_links
from workers.demo.people_at_work.mapping import SimpleField
from workers.demo.people_at_work.ping_pong import values_to_and_fro
from workers.demo.people_at_work.places import wrong_places
from workers.demo.people_at_work.stages import wrong_stages
from workers.demo.people_at_work.told import Told
from workers.demo.people_at_work.world import World


@dataclass(frozen=True, slots=True)
class Findings:
    """Sentences about what is not as the rules say; none is good."""

    duplicates: Sequence[str]
    others: Sequence[str]

    @property
    def problems(self) -> list[str]:
        return [*self.duplicates, *self.others]


def check(world: World, journal: Journal, told: Told, makers: Makers, fields: Sequence[SimpleField]) -> Findings:
    """Both CRMs as they are now, against the rules and what people did."""
    return Findings(
        duplicates=tuple(duplicates(world, makers)),
        others=(
            *wrong_links(world, told),
            *left_without_an_answer(world, journal, told),
            *wrong_fields(world, fields, journal),
            *wrong_stages(world, app_id=makers.app_id, since=makers.since),
            *wrong_places(world, journal, since=makers.since),
            *values_to_and_fro(world, journal, app_id=makers.app_id, since=makers.since),
        ),
    )
