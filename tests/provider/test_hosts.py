"""Where credentials may travel: every spelling of an address comes down to one host, and only named hosts are reached."""

from __future__ import annotations

import ipaddress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.errors import ConnectionFailed
from mopsctl.provider import registry
from mopsctl.provider.hosts import Hosts, NoAddress, Place, allowance, check, check_answer, leads_here, place_of

OWN = ("login.salesforce.com", "*.my.salesforce.com", "secure.*.eloqua.com")
PRODUCTION = Hosts(OWN, ("proxy.example.com:8443", "*.gateway.example.com"), here=False)
SANDBOX = Hosts(OWN)

GOOD = [
    "https://login.salesforce.com",
    "HTTPS://LOGIN.SALESFORCE.COM",
    "https://login.salesforce.com.",
    "https://login.salesforce.com:443/services",
    "https://acme.my.salesforce.com",
    "https://acme--uat.sandbox.my.salesforce.com/x?y=z#a",
    "https://secure.p03.eloqua.com",
    "https://proxy.example.com:8443/x",
    "https://one.gateway.example.com",
]
ELSEWHERE = [
    "https://my.salesforce.com",
    "https://evil-my.salesforce.com",
    "https://evilmy.salesforce.com",
    "https://acme.my.salesforce.com.evil.example",
    "https://evil.example/.my.salesforce.com",
    "https://evil.example?.my.salesforce.com",
    "https://evil.example#.my.salesforce.com",
    "https://login.salesforce.com:8443",
    "https://secure.evil.p03.eloqua.com",
    "https://secure.eloqua.com",
    "https://proxy.example.com",
    "https://gateway.example.com",
    "https://10.0.0.1",
    "https://[2001:db8::1]",
    "https://0.0.0.0",
    "http://login.salesforce.com",
    "http://10.0.0.1:8080",
]
NONE = [
    "",
    "login.salesforce.com",
    "//login.salesforce.com",
    "ftp://login.salesforce.com",
    "https:login.salesforce.com",
    "https:///login.salesforce.com",
    "https://",
    "https://login.salesforce.com@evil.example",
    "https://user:pw@login.salesforce.com",
    "https://@login.salesforce.com",
    "https://evil.example\\.my.salesforce.com",
    "https://evil.example\\@login.salesforce.com",
    "https://login.salesforce.com\t",
    "https://login.salesforce.com\n.evil.example",
    " https://login.salesforce.com",
    "https://login%2Esalesforce.com",
    "https://evil.example%2f.my.salesforce.com",
    "https://\uff4cogin.salesforce.com",
    "https://login\u3002salesforce\u3002com",
    "https://l\u043egin.salesforce.com",
    "https://login.salesforce.com:0",
    "https://login.salesforce.com:99999",
    "https://login.salesforce.com:44a",
    "https://login..salesforce.com",
    "https://.my.salesforce.com",
    "https://-x.my.salesforce.com",
    "https://[::1",
    "https://[::1%25lo]",
    "https://[::1]x",
    "https://1.2.3.4.5",
    "https://login.salesforce.123",
]
HERE = [
    "http://127.0.0.1:8080",
    "http://localhost",
    "http://LOCALHOST.:80",
    "http://app.localhost",
    "http://127.1",
    "http://127.0.0.2",
    "http://2130706433",
    "http://0x7f000001",
    "http://0x7F.0.0.1",
    "http://0177.0.0.1",
    "http://017700000001",
    "http://[::1]:9",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[::ffff:127.0.0.1]",
    "http://[::FFFF:7f00:1]",
    "https://127.0.0.1",
]


@pytest.mark.parametrize("url", GOOD)
def test_chosen_host_of_the_vendor_or_allowed_is_reached(url: str) -> None:
    assert check("crm", url, PRODUCTION).scheme == "https"


@pytest.mark.parametrize("url", ELSEWHERE)
@pytest.mark.parametrize("hosts", [PRODUCTION, SANDBOX], ids=["production", "sandbox"])
def test_chosen_host_of_somebody_else_is_refused(url: str, hosts: Hosts) -> None:
    with pytest.raises(ConnectionFailed, match=r"would go to|not encrypted") as refused:
        check("crm", url, hosts)
    assert refused.value.hint


@pytest.mark.parametrize("url", NONE)
def test_chosen_host_in_a_text_that_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConnectionFailed) as refused:
        check("crm", url, SANDBOX)
    assert refused.value.hint
    assert "pw" not in refused.value.message


@pytest.mark.parametrize("url", HERE)
def test_chosen_host_on_this_machine_is_for_trial_only(url: str) -> None:
    assert leads_here(url)
    assert check("crm", url, SANDBOX).here
    with pytest.raises(ConnectionFailed, match="would go to") as refused:
        check("crm", url, PRODUCTION)
    assert "tier sandbox" in refused.value.hint


def test_an_adapter_that_names_no_hosts_reaches_this_machine_and_what_is_allowed() -> None:
    assert check("mail", "http://127.0.0.1:9", Hosts()).here
    with pytest.raises(ConnectionFailed) as refused:
        check("mail", "https://api.postbox.example", Hosts())
    assert "--allow-host api.postbox.example" in refused.value.hint
    assert str(check("mail", "https://api.postbox.example", Hosts(allowed=("api.postbox.example",)))) == (
        "api.postbox.example"
    )


def test_an_answer_leads_to_this_machine_only_where_the_question_went_there() -> None:
    here, there = place_of("http://127.0.0.1:1"), place_of("https://login.salesforce.com")
    assert check_answer("crm", "http://localhost:2", SANDBOX, here).port == 2
    assert check_answer("crm", "https://acme.my.salesforce.com", SANDBOX, there).port == 443
    for url in ("http://127.0.0.1:2", "https://evil.example"):
        with pytest.raises(ConnectionFailed):
            check_answer("crm", url, SANDBOX, there)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Proxy.Example.COM.", "proxy.example.com"),
        (" proxy.example.com:8443 ", "proxy.example.com:8443"),
        ("*.example.com", "*.example.com"),
        ("10.1", "10.0.0.1"),
        ("[2001:DB8::1]:8443", "[2001:db8::1]:8443"),
    ],
)
def test_an_allowed_host_has_one_spelling(text: str, spelled: str) -> None:
    assert allowance(text) == spelled


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "*.com", "a.*.b", "*.*.b.c", "https://a.b", "a.b/c", "u@a.b", "a b", "ä.b"]
)
def test_what_is_no_host_cannot_be_allowed(text: str) -> None:
    with pytest.raises(NoAddress):
        allowance(text)


@pytest.mark.parametrize("spelled", ["10.0.0.1", "[2001:db8::1]:8443"])
def test_an_allowed_number_is_reached(spelled: str) -> None:
    assert Hosts(allowed=(spelled,), here=False).has(place_of(f"https://{spelled}"))


def test_every_adapter_names_hosts_in_their_one_spelling() -> None:
    for name in registry.names():
        hosts = registry.load(name).hosts
        assert hosts
        for pattern in hosts:
            assert str(place_of("https://" + pattern.replace("*", "x"))) == pattern.replace("*", "x")


# -- whatever somebody writes

LETTERS = st.characters(min_codepoint=1, max_codepoint=0x2FFFF, exclude_categories=("Cs",))
KNOWN = st.sampled_from([*GOOD, *ELSEWHERE, *NONE, *HERE, "https://acme.my.salesforce.com"])
PIECES = st.sampled_from(
    ["https://", "http://", "/", "\\", "@", ":", ".", "..", "%2e", "#", "?", ";", "[", "]", "::1", "443", "127.1", "0x7f", "evil.example",
     "login.salesforce.com", ".my.salesforce.com", "\u3002", "ß", "İ", "\t", "\n", "xn--", "localhost", "user:pw@", "*"]
)  # fmt: skip


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """A known address with pieces and letters put into it or taken out."""
    text = draw(KNOWN)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        end = draw(st.integers(at, min(at + 3, len(text))))
        text = text[:at] + draw(st.one_of(PIECES, st.text(LETTERS, max_size=2))) + text[end:]
    return text


@given(st.one_of(spellings(), st.text(LETTERS, max_size=60), st.lists(PIECES, max_size=8).map("".join)))
def test_property_chosen_host_nothing_outside_the_allowed_set_is_ever_accepted(url: str) -> None:
    """Judged by the library that would send the request, and by names written out here."""
    try:
        place = check("crm", url, PRODUCTION)
    except ConnectionFailed:
        return
    sent = httpx.URL(url)
    assert sent.userinfo == b""
    assert (sent.scheme, sent.port or 443) == ("https", place.port)
    host = sent.host.removesuffix(".")
    assert host == place.host
    assert host.isascii()
    assert (
        (host == "login.salesforce.com" and place.port == 443)
        or (host.endswith(".my.salesforce.com") and len(host) > len(".my.salesforce.com") and place.port == 443)
        or (host.startswith("secure.") and host.endswith(".eloqua.com") and host.count(".") == 3 and place.port == 443)
        or (host, place.port) == ("proxy.example.com", 8443)
        or (host.endswith(".gateway.example.com") and place.port == 443)
    )


def _forms(number: int) -> st.SearchStrategy[str]:
    four = str(ipaddress.IPv4Address(number))
    octets = [int(each) for each in four.split(".")]
    return st.sampled_from(
        [four, four + ".", str(number), hex(number), f"0{number:o}", f"{octets[0]}.{number & 0xFFFFFF}",
         ".".join(f"0x{each:X}" for each in octets), ".".join(f"0{each:o}" for each in octets),
         f"[::ffff:{four}]", f"[::FFFF:{number >> 16:x}:{number & 0xFFFF:x}]"]
    )  # fmt: skip


@given(st.one_of(st.integers(0x7F000000, 0x7FFFFFFF), st.integers(0, 2**32 - 1)).flatmap(
    lambda number: st.tuples(st.just(number), _forms(number))
))  # fmt: skip
def test_property_every_spelling_of_a_number_is_the_same_host(pair: tuple[int, str]) -> None:
    number, text = pair
    assert place_of(f"http://{text}") == Place("http", str(ipaddress.IPv4Address(number)), 80)
    assert leads_here(f"http://{text}") == (number >> 24 == 127)
