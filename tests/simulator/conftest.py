"""The fixtures every test of the simulator may ask for."""

from tests.simulator.hubspot_fixtures import hubspot, simulation

__all__ = ["hubspot", "simulation"]
