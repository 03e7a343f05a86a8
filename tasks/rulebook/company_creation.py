"""When an account gets a company: section 2."""

from tasks.contracts.reasons import Reason
from tasks.rulebook.articles import ACCOUNTS, IMPORTS, OPPORTUNITIES, SETTINGS
from tasks.rulebook.rule import Rule

ACCOUNTS_TO_COMPANIES = (
    Rule(
        "2.1",
        "While company sync is off nothing crosses, in either direction, not even when a person asks for it. What was"
        " imported before counts as an older account.",
        (Reason.OBJECT_SYNC_OFF, Reason.ACCOUNT_UNTOUCHED),
        ACCOUNTS,
    ),
    Rule(
        "2.2",
        "Switching company sync on brings no account over that was there before; only what was announced while it was"
        " off is looked at again.",
        (Reason.ACCOUNT_UNTOUCHED, Reason.OBJECT_SYNC_OFF),
        ACCOUNTS,
    ),
    Rule(
        "2.3",
        "Every account that was created since company sync is on gets a company, with or without contacts.",
        (Reason.ACCOUNT_NEW, Reason.COMPANY_CREATED),
        ACCOUNTS,
    ),
    Rule(
        "2.4",
        "An older account comes over once it is edited in Salesforce, announced as imported, or asked for by a person.",
        (Reason.ACCOUNT_EDITED, Reason.ACCOUNT_IMPORTED, Reason.MANUAL, Reason.ACCOUNT_UNTOUCHED),
        ACCOUNTS,
    ),
    Rule(
        "2.5",
        "An account that comes over is linked with the company that has its contacts, if there is one; otherwise it"
        " gets a new company.",
        (Reason.LINKED_BY_CONTACTS,),
        SETTINGS,
    ),
    Rule(
        "2.6",
        "A website links nothing unless the operator says so: with `domain_match` off it is not looked at, which is"
        " what HubSpot's own integration does.",
        (Reason.LINKED_BY_DOMAIN, Reason.SUGGEST_DOMAIN),
        SETTINGS,
    ),
    Rule(
        "2.7",
        "A lead brings no company. The account it is converted into does, an older one as well, and it is matched with"
        " the company that HubSpot may have made for the same people before one is created.",
        (Reason.ACCOUNT_FROM_LEAD,),
        SETTINGS,
    ),
    Rule("2.8", "There is no limit on how many records are brought into step again.", (), ACCOUNTS),
    Rule(
        "2.9",
        "Opportunities may be known before or after their account is linked: they only ever speak for a contact's"
        " stage, and are never written.",
        (Reason.STAGE_RAISED,),
        OPPORTUNITIES,
    ),
    Rule(
        "2.10",
        "What an import brings over is filled by itself: its contacts and its stage are looked at next, whether they"
        " are in the segment or not.",
        (Reason.ACCOUNT_IMPORTED,),
        IMPORTS,
    ),
)
