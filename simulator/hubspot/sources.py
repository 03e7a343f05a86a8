"""Who made a record, in the properties the portal keeps about it.

An app's records carry source INTEGRATION and the app's name in `hs_object_source_detail_1`. People's carry
CRM_UI. Companies the portal makes by itself from a contact's e-mail domain carry source CONTACTS with the
detail AUTO_ASSOCIATE_COMPANY: our choice, since the real values are not documented.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    code: str
    id: str
    label: str
    detail: str

    def stamps(self) -> dict[str, str]:
        return {
            "hs_object_source": self.code,
            "hs_object_source_id": self.id,
            "hs_object_source_label": self.label,
            "hs_object_source_detail_1": self.detail,
        }


APP = "INTEGRATION"
PEOPLE = Source("CRM_UI", "userId:1", "CRM_UI", "userId:1")
AUTO_COMPANY = Source("CONTACTS", "AutoAssociateCompany", "CONTACTS", "AUTO_ASSOCIATE_COMPANY")


def app(app_id: str, name: str) -> Source:
    return Source(APP, app_id, APP, name)
