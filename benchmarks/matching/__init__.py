"""How often the matching rules are right, on pairs whose truth is known."""
