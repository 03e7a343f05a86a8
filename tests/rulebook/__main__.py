"""Writes docs/rules.md anew."""

from tests.architecture.source_tree import ROOT
from tests.rulebook.page import page

if __name__ == "__main__":
    (ROOT / "docs/rules.md").write_text(page(), encoding="utf-8")
