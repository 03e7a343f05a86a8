"""What a property is, and the ones every portal has."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    display_order: int
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    group: str = ""
    description: str = ""
    options: tuple[Option, ...] = ()
    allowed: frozenset[str] = field(init=False)
    unique: bool = False
    read_only: bool = False
    by_hubspot: bool = True
    external_options: bool = False
    created_at: str = "2024-01-01T00:00:00.000Z"
    updated_at: str = "2024-01-01T00:00:00.000Z"

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed", frozenset(option.value for option in self.options))


def _options(values: str) -> tuple[Option, ...]:
    return tuple(
        Option(value, value.replace("_", " ").capitalize(), place) for place, value in enumerate(values.split())
    )


LIFECYCLE_STAGES = _options(
    "subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer evangelist other"
)
LEAD_STATUSES = _options("NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING")
COMPANY_TYPES = _options("PROSPECT PARTNER RESELLER VENDOR OTHER")
INDUSTRIES = _options(
    "ACCOUNTING AIRLINES_AVIATION APPAREL_FASHION ARCHITECTURE_PLANNING AUTOMOTIVE AVIATION_AEROSPACE "
    "BANKING BIOTECHNOLOGY BROADCAST_MEDIA BUILDING_MATERIALS BUSINESS_SUPPLIES_AND_EQUIPMENT "
    "CAPITAL_MARKETS CHEMICALS CIVIL_ENGINEERING COMPUTER_HARDWARE COMPUTER_NETWORK_SECURITY "
    "COMPUTER_SOFTWARE CONSTRUCTION CONSUMER_ELECTRONICS CONSUMER_GOODS CONSUMER_SERVICES COSMETICS "
    "DEFENSE_SPACE DESIGN EDUCATION_MANAGEMENT ELECTRICAL_ELECTRONIC_MANUFACTURING ENTERTAINMENT "
    "ENVIRONMENTAL_SERVICES EVENTS_SERVICES FARMING FINANCIAL_SERVICES FOOD_BEVERAGES FOOD_PRODUCTION "
    "FURNITURE GOVERNMENT_ADMINISTRATION HEALTH_WELLNESS_AND_FITNESS HIGHER_EDUCATION "
    "HOSPITAL_HEALTH_CARE HOSPITALITY HUMAN_RESOURCES IMPORT_AND_EXPORT INDUSTRIAL_AUTOMATION "
    "INFORMATION_SERVICES INFORMATION_TECHNOLOGY_AND_SERVICES INSURANCE "
    "INTERNATIONAL_TRADE_AND_DEVELOPMENT INTERNET INVESTMENT_BANKING INVESTMENT_MANAGEMENT LAW_PRACTICE "
    "LEGAL_SERVICES LEISURE_TRAVEL_TOURISM LOGISTICS_AND_SUPPLY_CHAIN LUXURY_GOODS_JEWELRY MACHINERY "
    "MANAGEMENT_CONSULTING MARITIME MARKET_RESEARCH MARKETING_AND_ADVERTISING "
    "MECHANICAL_OR_INDUSTRIAL_ENGINEERING MEDIA_PRODUCTION MEDICAL_DEVICES MEDICAL_PRACTICE "
    "MINING_METALS NON_PROFIT_ORGANIZATION_MANAGEMENT OIL_ENERGY OUTSOURCING_OFFSHORING "
    "PACKAGE_FREIGHT_DELIVERY PACKAGING_AND_CONTAINERS PHARMACEUTICALS PLASTICS PRINTING "
    "PROFESSIONAL_TRAINING_COACHING PUBLIC_RELATIONS_AND_COMMUNICATIONS PUBLISHING REAL_ESTATE "
    "RENEWABLES_ENVIRONMENT RESEARCH RESTAURANTS RETAIL SECURITY_AND_INVESTIGATIONS SEMICONDUCTORS "
    "SPORTING_GOODS SPORTS STAFFING_AND_RECRUITING SUPERMARKETS TELECOMMUNICATIONS TEXTILES "
    "TRANSPORTATION_TRUCKING_RAILROAD UTILITIES VENTURE_CAPITAL_PRIVATE_EQUITY WAREHOUSING WHOLESALE "
    "WINE_AND_SPIRITS WIRELESS WRITING_AND_EDITING"
)


def _label(name: str) -> str:
    return name.removeprefix("hs_").replace("_", " ").capitalize()


def _texts(group: str, names: str) -> Iterable[Property]:
    return (Property(name, _label(name), group=group) for name in names.split())


def _kept_by_hubspot(group: str, kinds: dict[str, str]) -> Iterable[Property]:
    field_types = {"datetime": "date", "number": "number", "string": "text"}
    return (
        Property(name, _label(name), type=kind, field_type=field_types[kind], group=group, read_only=True)
        for name, kind in kinds.items()
    )


def _choice(group: str, name: str, options: tuple[Option, ...], field_type: str = "select") -> Property:
    return Property(name, _label(name), type="enumeration", field_type=field_type, group=group, options=options)


def _shared(group: str, modified: str) -> Iterable[Property]:
    yield from _texts(group, "phone website address address2 city state zip country twitterhandle")
    yield _choice(group, "lifecyclestage", LIFECYCLE_STAGES, "radio")
    yield _choice(group, "hs_lead_status", LEAD_STATUSES, "radio")
    yield Property(
        "hubspot_owner_id",
        "Owner",
        type="enumeration",
        field_type="select",
        group=group,
        external_options=True,
    )
    yield from _kept_by_hubspot(
        group,
        {
            "createdate": "datetime",
            modified: "datetime",
            "hs_object_id": "number",
            "hs_merged_object_ids": "string",
            "hs_object_source": "string",
            "hs_object_source_id": "string",
            "hs_object_source_label": "string",
            "hs_object_source_detail_1": "string",
        },
    )


def company_properties() -> list[Property]:
    group = "companyinformation"
    return [
        *_shared(group, "hs_lastmodifieddate"),
        *_texts(group, "name domain hs_additional_domains description timezone founded_year"),
        *_texts(group, "linkedin_company_page about_us"),
        _choice(group, "industry", INDUSTRIES),
        _choice(group, "type", COMPANY_TYPES),
        Property("numberofemployees", "Number of employees", type="number", field_type="number", group=group),
        Property("annualrevenue", "Annual revenue", type="number", field_type="number", group=group),
        Property("is_public", "Is public", type="bool", field_type="booleancheckbox", group=group),
        *_kept_by_hubspot(group, {"num_associated_contacts": "number"}),
    ]


def contact_properties() -> list[Property]:
    group = "contactinformation"
    return [
        *_shared(group, "lastmodifieddate"),
        *_texts(group, "email firstname lastname mobilephone fax jobtitle company salutation hs_additional_emails"),
        Property("date_of_birth", "Date of birth", group=group),
        *_kept_by_hubspot(group, {"associatedcompanyid": "number", "hs_email_domain": "string"}),
    ]
