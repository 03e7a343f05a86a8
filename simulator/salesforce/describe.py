"""What the org tells about its objects and fields."""

from collections.abc import Mapping
from typing import Any

from simulator.salesforce.schema import NUMBER_TYPES, TEXT_TYPES, Field, SObject

SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "int": "xsd:int",
    "boolean": "xsd:boolean",
    "date": "xsd:date",
}


def describe_object(sobject: SObject, root: str, children: Mapping[str, tuple[SObject, Field]]) -> dict[str, Any]:
    fields = [_describe_field(field) for field in sobject.fields.values()]
    return {
        **describe_briefly(sobject, root),
        "fields": fields,
        "childRelationships": [_describe_child(child, link) for child, link in children.values()],
        "recordTypeInfos": [],
    }


def _describe_child(child: SObject, link: Field) -> dict[str, Any]:
    return {
        "relationshipName": link.children,
        "childSObject": child.name,
        "field": link.name,
        "cascadeDelete": link.cascade,
        "deprecatedAndHidden": False,
    }


def describe_briefly(sobject: SObject, root: str) -> dict[str, Any]:
    url = f"{root}/sobjects/{sobject.name}"
    return {
        "name": sobject.name,
        "label": sobject.name,
        "labelPlural": f"{sobject.name}s",
        "keyPrefix": sobject.prefix,
        "custom": sobject.name.endswith("__c"),
        "createable": "create" in sobject.permissions,
        "updateable": "update" in sobject.permissions,
        "deletable": "delete" in sobject.permissions,
        "queryable": "read" in sobject.permissions,
        "retrieveable": "read" in sobject.permissions,
        "replicateable": True,
        "searchable": True,
        "undeletable": "delete" in sobject.permissions,
        "urls": {"sobject": url, "describe": f"{url}/describe", "rowTemplate": f"{url}/{{ID}}"},
    }


def _describe_field(field: Field) -> dict[str, Any]:
    is_text = field.type in TEXT_TYPES or field.type in {"id", "reference"}
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "soapType": SOAP_TYPES.get(field.type, "xsd:double" if field.type in NUMBER_TYPES else "xsd:string"),
        "length": field.length,
        "byteLength": field.length * 3 if is_text else 0,
        "digits": field.digits if field.type == "int" else 0,
        "precision": field.digits + field.scale if field.type in NUMBER_TYPES - {"int"} else 0,
        "scale": field.scale,
        "custom": field.name.endswith("__c"),
        "nillable": field.nillable,
        "createable": field.createable,
        "updateable": field.updateable,
        "defaultedOnCreate": field.default is not None or field.type == "boolean",
        "externalId": field.external_id,
        "unique": field.unique,
        "caseSensitive": field.case_sensitive,
        "idLookup": field.id_lookup,
        "filterable": field.filterable,
        "sortable": field.sortable,
        "groupable": field.sortable,
        "aggregatable": field.sortable,
        "nameField": field.name == "Name",
        "cascadeDelete": field.cascade,
        "restrictedPicklist": field.restricted,
        "picklistValues": [
            {"value": value, "label": value, "active": True, "defaultValue": value == field.default}
            for value in field.values
        ],
        "referenceTo": [field.reference_to] if field.reference_to else [],
        "relationshipName": field.relationship or None,
        "calculated": False,
        "autoNumber": False,
    }
