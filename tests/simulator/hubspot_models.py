"""Does an answer fit the models the client would make of it? They are asked with their validation on, unlike there."""

import re
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

OF_LIST, OF_DICT = re.compile(r"list\[(.*)\]"), re.compile(r"dict\[str, (.*)\]")
PLAIN: dict[str, set[type]] = {"str": {str}, "int": {int}, "bool": {bool}, "float": {int, float}}
# The model of a refused row demands these; the rows shown in the documentation have neither.
SPARED: dict[str, dict[str, Any]] = {"StandardError": {"links": {}, "errors": []}}
# One of many shapes, whichever a list was given; the generated class is all of them at once.
OPAQUE = {"object", "PublicPropertyAssociationFilterBranchFilterBranchesInner"}
CheckModel = Callable[[str, Any, str], None]


def check_answer(model: type, answer: Any) -> None:
    """AssertionError names the first place of `answer`, raw JSON, that does not fit the model of the client."""
    _check_model(model, answer, model.__name__)


def check_value(kind: str, value: Any, where: str, check_model: CheckModel) -> None:
    """`kind` is written as in the client, such as `list[str]`; names of models are left to `check_model`."""
    if found := OF_LIST.fullmatch(kind):
        assert isinstance(value, list), f"{where}: {value!r} is no {kind}"
        for place, each in enumerate(value):
            check_value(found[1], each, f"{where}[{place}]", check_model)
    elif found := OF_DICT.fullmatch(kind):
        assert isinstance(value, dict), f"{where}: {value!r} is no {kind}"
        for name, each in value.items():
            if each is not None:  # a property without a value
                check_value(found[1], each, f"{where}.{name}", check_model)
    elif kind == "datetime":
        assert _is_moment(value), f"{where}: {value!r} is no {kind}"
    elif kind in PLAIN:
        assert type(value) in PLAIN[kind], f"{where}: {value!r} is no {kind}"
    elif kind not in OPAQUE:
        check_model(kind, value, where)


def _check_model(model: Any, value: Any, where: str) -> None:
    assert isinstance(value, dict), f"{where}: {value!r} is no {model.__name__}"
    unknown = set(value) - set(model.attribute_map.values())
    assert not unknown, f"{where}: {model.__name__} does not know {sorted(unknown)}"
    given = {name: value[key] for name, key in model.attribute_map.items() if value.get(key) is not None}
    strict = sys.modules[model.__module__].Configuration()
    strict.client_side_validation = True
    try:
        model(**{**SPARED.get(model.__name__, {}), **given}, local_vars_configuration=strict)
    except ValueError as wrong:  # a required field without a value, or a value that is none of the allowed
        raise AssertionError(f"{where}: {model.__name__}: {wrong}") from wrong
    package = sys.modules[model.__module__.rpartition(".")[0]]

    def check_model(kind: str, value: Any, where: str) -> None:
        _check_model(getattr(package, kind), value, where)

    for name, each in given.items():
        check_value(model.openapi_types[name], each, f"{where}.{model.attribute_map[name]}", check_model)


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
