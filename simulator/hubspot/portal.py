"""A simulated HubSpot portal: its routes, and the handles for whoever runs the experiment."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from simulator import system
from simulator.hubspot import (
    association_label_routes,
    association_routes,
    auto_companies,
    batch_routes,
    list_change_routes,
    list_filters,
    list_folder_routes,
    list_routes,
    oauth_routes,
    object_routes,
    owner_routes,
    property_group_routes,
    property_routes,
    search_routes,
    webhook_routes,
)
from simulator.hubspot.crm import Crm
from simulator.hubspot.gate import Gate
from simulator.hubspot.hand_routes import hand_routes
from simulator.hubspot.paths import spellings
from simulator.hubspot.seeding import default_tokens, seed
from simulator.hubspot.state import state_of
from simulator.hubspot.switches import Switches
from simulator.hubspot.webhook_setup import default_app

# Fixed words before parameters: the first path that fits answers.
ROUTES = (
    *batch_routes.ROUTES,
    *search_routes.ROUTES,
    *object_routes.ROUTES,
    *association_label_routes.ROUTES,
    *association_routes.ROUTES,
    *property_group_routes.ROUTES,
    *property_routes.ROUTES,
    *list_folder_routes.ROUTES,
    *list_change_routes.ROUTES,
    *list_routes.ROUTES,
    *owner_routes.ROUTES,
    *webhook_routes.ROUTES,
    *oauth_routes.ROUTES,
)
AREAS = ("crm", "webhooks", "app-webhooks", "oauth")


class Portal:
    name = "hubspot"

    def __init__(self) -> None:
        self.counters: Counter[str] = Counter()
        self.settings = Switches()
        self._crm = self._new_crm()
        self._gate = Gate(lambda: self._crm, self.counters)

    def routes(self) -> list[web.RouteDef]:
        routes = [
            web.route(route.method, path, self._gate.guard(route, is_dated=is_dated))
            for route in ROUTES
            for path, is_dated in spellings(route.path)
        ]
        unknown = [web.route("*", f"/{each}/{{anything:.*}}", self._gate.unknown_path) for each in AREAS]
        return [*routes, *unknown]

    def control_routes(self) -> list[web.RouteDef]:
        return hand_routes(lambda: self._crm)

    def configure(self, changes: Mapping[str, Any]) -> None:
        system.configure(self.settings, changes)

    def seed(self, data: Mapping[str, Any]) -> None:
        seed(self._crm, data)

    def state(self) -> dict[str, Any]:
        self._crm.agenda.catch_up()
        return state_of(self._crm)

    def reset(self) -> None:
        for each in dataclasses.fields(Switches):
            setattr(self.settings, each.name, each.default)
        self.counters.clear()
        self._crm.courier.stop()
        self._crm = self._new_crm()

    def _new_crm(self) -> Crm:
        crm = Crm(self.settings, self.counters, default_tokens(), [default_app()])
        crm.listeners.extend((auto_companies.on_written, list_filters.on_written))
        return crm
