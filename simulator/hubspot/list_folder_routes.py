"""Folders of lists: made, renamed, moved, and lists moved between them."""

from typing import Any

from simulator.hubspot import scopes
from simulator.hubspot.crm import Crm
from simulator.hubspot.errors import invalid
from simulator.hubspot.gate import Call, Reply, Route, is_number, optional, required
from simulator.hubspot.list_folders import ROOT, Folder
from simulator.hubspot.list_routes import read


def create(crm: Crm, call: Call) -> Reply:
    fields = call.fields()
    parent = _number(optional(fields, "parentFolderId", object) or ROOT)
    made = crm.folders.create(required(fields, "name", str), parent, crm.now())
    return Reply(200, _answer(crm, made))


def read_tree(crm: Crm, call: Call) -> Reply:
    folder_id = _number(call.query.get("folderId", ROOT))
    if folder_id != ROOT:
        return Reply(200, _answer(crm, crm.folders.find(folder_id)))
    at = crm.now()
    return Reply(200, _answer(crm, Folder(ROOT, "All lists", ROOT, at, at)))


def move(crm: Crm, call: Call) -> Reply:
    folder = _folder(crm, call)
    parent = crm.folders.existing(_number(call.path["parent_id"]))
    if crm.folders.is_inside(parent, folder.id):
        raise invalid(f"Folder {folder.id} cannot be moved into itself")
    folder.parent_id, folder.updated_at = parent, crm.now()
    return Reply(200, _answer(crm, folder))


def rename(crm: Crm, call: Call) -> Reply:
    folder, name = _folder(crm, call), call.query.get("newFolderName")
    if not name:
        raise invalid("Some required parameters were not set: [newFolderName]")
    folder.name, folder.updated_at = name, crm.now()
    return Reply(200, _answer(crm, folder))


def remove(crm: Crm, call: Call) -> Reply:
    folder = _folder(crm, call)
    if crm.folders.children(folder.id) or any(each.folder_id == folder.id for each in crm.lists.all()):
        raise invalid(f"Folder {folder.id} is not empty")
    crm.folders.remove(folder.id)
    return Reply(204)


def move_list(crm: Crm, call: Call) -> Reply:
    fields = call.fields()
    record_list = read(crm, str(required(fields, "listId", object)))
    record_list.folder_id = crm.folders.existing(_number(required(fields, "newFolderId", object)))
    return Reply(204)


def _answer(crm: Crm, folder: Folder) -> dict[str, Any]:
    return {"folder": _view(crm, folder)}


def _view(crm: Crm, folder: Folder) -> dict[str, Any]:
    return {
        "id": folder.id,
        "name": folder.name,
        "parentFolderId": folder.parent_id,
        "childLists": [int(each.id) for each in crm.lists.all() if each.folder_id == folder.id],
        "childNodes": [_view(crm, each) for each in crm.folders.children(folder.id) if each.id != ROOT],
        "createdAt": folder.created_at,
        "updatedAt": folder.updated_at,
    }


def _folder(crm: Crm, call: Call) -> Folder:
    return crm.folders.find(_number(call.path["folder_id"]))


def _number(value: Any) -> int:
    text = str(value)
    if not is_number(text):
        raise invalid(f"{text[:50]} is not the id of a folder")
    return int(text)


ALL = "/crm/v3/lists/folders"
ONE = f"{ALL}/{{folder_id}}"
READ, WRITE = scopes.fixed("crm.lists.read"), scopes.fixed("crm.lists.write")
FAMILY = "lists"
ROUTES = (
    Route("PUT", f"{ALL}/move-list", move_list, FAMILY, WRITE),
    Route("PUT", f"{ONE}/move/{{parent_id}}", move, FAMILY, WRITE),
    Route("PUT", f"{ONE}/rename", rename, FAMILY, WRITE),
    Route("DELETE", ONE, remove, FAMILY, WRITE),
    Route("GET", ALL, read_tree, FAMILY, READ),
    Route("POST", ALL, create, FAMILY, WRITE),
)
