"""Folders that lists are kept in; the one that holds all the others is 0."""

from dataclasses import dataclass

from simulator.hubspot.errors import not_found

ROOT = 0


@dataclass(slots=True)
class Folder:
    id: int
    name: str
    parent_id: int
    created_at: str
    updated_at: str


class Folders:
    def __init__(self) -> None:
        self._folders: dict[int, Folder] = {}
        self._last_id = ROOT

    def create(self, name: str, parent_id: int, at: str) -> Folder:
        self._last_id += 1
        made = Folder(self._last_id, name, self.existing(parent_id), at, at)
        self._folders[made.id] = made
        return made

    def find(self, folder_id: int) -> Folder:
        if folder_id not in self._folders:
            raise not_found(f"There is no folder {folder_id}")
        return self._folders[folder_id]

    def existing(self, folder_id: int) -> int:
        """The id itself; raises RefusalError if there is no such folder."""
        return ROOT if folder_id == ROOT else self.find(folder_id).id

    def children(self, folder_id: int) -> list[Folder]:
        return [each for each in self._folders.values() if each.parent_id == folder_id]

    def is_inside(self, folder_id: int, outer_id: int) -> bool:
        while folder_id not in {ROOT, outer_id}:
            folder_id = self._folders[folder_id].parent_id
        return folder_id == outer_id

    def remove(self, folder_id: int) -> None:
        del self._folders[folder_id]
