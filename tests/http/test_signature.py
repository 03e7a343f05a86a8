"""Version 3 of HubSpot's signature: what fits, what does not, and what is too old or too new to be looked at."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hubspot.utils.signature import Signature

from workers.http.signature import Flaw, Signed, Tolerance, as_signed, find_flaw, find_flaw_of_time, signature_of

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
SECRET = "a-client-secret"
URL = "https://tandem.example.com/webhooks/hubspot"
LIMITS = Tolerance(past=timedelta(minutes=5), future=timedelta(minutes=1))


def at(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))


def request(**changes: object) -> Signed:
    unsigned = Signed("POST", URL, '[{"eventId":1,"name":"Łódź"}]'.encode(), at(NOW), "")
    good = dataclasses.replace(unsigned, signature=signature_of(unsigned, SECRET))
    return dataclasses.replace(good, **changes)  # type: ignore[arg-type]


def flaw(signed: Signed, *secrets: str, now: datetime = NOW) -> Flaw | None:
    return find_flaw(signed, secrets or (SECRET,), now=now, tolerance=LIMITS)


def test_what_was_signed_with_a_secret_of_ours_is_taken():
    assert flaw(request()) is None


@pytest.mark.parametrize("secrets", [("new", SECRET), (SECRET, "new")])
def test_while_secrets_are_exchanged_either_fits(secrets):
    assert flaw(request(), *secrets) is None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"body": b"[]"}, id="another-body"),
        pytest.param({"body": '[{"eventId":1,"name":"Łódź"}] '.encode()}, id="one-more-blank"),
        pytest.param({"url": URL + "/"}, id="another-path"),
        pytest.param({"url": URL + "?a=1"}, id="another-query"),
        pytest.param({"url": "http://tandem.example.com/webhooks/hubspot"}, id="another-scheme"),
        pytest.param({"method": "PUT"}, id="another-method"),
        pytest.param({"timestamp": at(NOW + timedelta(milliseconds=1))}, id="another-timestamp"),
        pytest.param({"signature": request().signature[:-1]}, id="a-shorter-signature"),
        pytest.param({"signature": request().signature.swapcase()}, id="another-case"),
        pytest.param({"signature": "ä€"}, id="no-base64-at-all"),
    ],
)
def test_what_was_tampered_with_is_not(changes):
    assert flaw(request(**changes)) is Flaw.FORGED


def test_nobody_is_believed_where_there_is_no_secret_or_another():
    assert flaw(request(), "another") is Flaw.FORGED
    assert find_flaw(request(), (), now=NOW, tolerance=LIMITS) is Flaw.FORGED


@pytest.mark.parametrize(
    ("off", "found"),
    [
        pytest.param(timedelta(minutes=-5), None, id="five-minutes-are-old-enough"),
        pytest.param(timedelta(minutes=-5, milliseconds=-1), Flaw.OLD, id="and-no-more"),
        pytest.param(timedelta(minutes=1), None, id="a-clock-may-be-a-minute-ahead"),
        pytest.param(timedelta(minutes=1, milliseconds=1), Flaw.AHEAD, id="and-no-more-than-that"),
        pytest.param(timedelta(days=-400), Flaw.OLD, id="a-recording"),
        pytest.param(timedelta(days=4000), Flaw.AHEAD, id="signed-in-advance"),
    ],
)
def test_the_timestamp_is_bounded_on_both_sides_though_the_signature_fits(off, found):
    unsigned = request(timestamp=at(NOW + off))
    assert flaw(dataclasses.replace(unsigned, signature=signature_of(unsigned, SECRET))) is found


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "1.5", "1e3", " 1", "1" * 15, "1" * 5000, "١٢٣"])
def test_what_is_no_timestamp_is_no_signature(timestamp):
    assert find_flaw_of_time(timestamp, "x", now=NOW, tolerance=LIMITS) is Flaw.UNSIGNED


def test_without_a_signature_the_timestamp_does_not_help():
    assert find_flaw_of_time(at(NOW), "", now=NOW, tolerance=LIMITS) is Flaw.UNSIGNED


@pytest.mark.parametrize(
    ("url", "decoded"),
    [
        ("https://a.example/b?to=a%2Fb%3Ac%3fd", "https://a.example/b?to=a/b:c?d"),
        ("https://a.example/%40%21%24%27%28%29%2A%2C%3B", "https://a.example/@!$'()*,;"),
        ("https://a.example/%20%25%26%3D%2B%23%5B", "https://a.example/%20%25%26%3D%2B%23%5B"),
        ("https://a.example/%252F", "https://a.example/%252F"),
    ],
)
def test_the_address_is_decoded_as_hubspot_decodes_it(url, decoded):
    assert as_signed(url) == decoded


def test_the_clients_own_check_agrees():
    url = URL + "?to=a%2Fb&c=%20"
    unsigned = Signed("POST", url, request().body, at(datetime.now(UTC)), "")
    signature = signature_of(unsigned, SECRET)
    text = unsigned.body.decode()
    for secret, agrees in ((SECRET, True), ("another", False)):
        assert Signature.is_valid(signature, secret, text, as_signed(url), "POST", "v3", unsigned.timestamp) is agrees
        mine = find_flaw(
            dataclasses.replace(unsigned, signature=signature), [secret], now=datetime.now(UTC), tolerance=LIMITS
        )
        assert (mine is None) is agrees
