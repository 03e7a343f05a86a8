"""Reads XML into plain elements. A document type is refused, so there is no entity to expand."""

from dataclasses import dataclass, field
from xml.parsers import expat

DEEPEST_NESTING = 50


class UnreadableXmlError(Exception):
    """Not well-formed, too deep, or with a document type."""


@dataclass(slots=True)
class Element:
    name: str
    namespace: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def type_name(self) -> str:
        """The `xsi:type` without its prefix."""
        return self.attributes.get("type", "").rpartition(":")[2]

    @property
    def is_nil(self) -> bool:
        return self.attributes.get("nil") in {"true", "1"}

    def find(self, name: str) -> "Element | None":
        return next((child for child in self.children if child.name == name), None)

    def find_all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]

    def text_of(self, name: str) -> str:
        child = self.find(name)
        return "" if child is None else child.text.strip()


class _Builder:
    def __init__(self) -> None:
        self.open = [Element("")]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) > DEEPEST_NESTING:
            raise UnreadableXmlError(f"more than {DEEPEST_NESTING} elements inside each other")
        namespace, _, local_name = name.rpartition(" ")
        local_attributes = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(local_name, namespace, local_attributes)
        self.open[-1].children.append(element)
        self.open.append(element)

    def end(self, _name: str) -> None:
        self.open.pop()

    def text(self, piece: str) -> None:
        self.open[-1].pieces.append(piece)


def parse_document(document: bytes) -> Element:
    """The root element; UnreadableXmlError says why there is none."""
    builder = _Builder()
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(document, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as problem:
        raise UnreadableXmlError(str(problem)) from None
    return builder.open[0].children[0]


def _refuse_document_type(*_declaration: object) -> None:
    raise UnreadableXmlError("DOCTYPE is not allowed")
