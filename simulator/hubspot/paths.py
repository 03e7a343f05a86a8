"""The two generations of paths: v3/v4, and their successors that carry a date."""

DATED = {
    "/crm/v3/objects": "/crm/objects/2026-09",
    "/crm/v4/objects": "/crm/objects/2026-09",
    "/crm/v4/associations": "/crm/associations/2026-09",
    "/crm/v3/properties": "/crm/properties/2026-09",
    "/crm/v3/lists": "/crm/lists/2026-09",
    "/crm/v3/owners": "/crm/owners/2026-09",
    "/webhooks/v3": "/app-webhooks/2026-09",
}


def spellings(path: str) -> list[tuple[str, bool]]:
    """Every path that leads to the same answer, and whether it is a dated one."""
    prefix = next((prefix for prefix in DATED if path.startswith(prefix)), None)
    if prefix is None:
        return [(path, False)]
    both = [(path, False), (DATED[prefix] + path.removeprefix(prefix), True)]
    bare = [(each.rstrip("/"), is_dated) for each, is_dated in both if each.endswith("/")]
    return both + bare
