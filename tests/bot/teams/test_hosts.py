"""Where an activity may be answered: nothing that only looks like a listed host is one."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.teams.hosts import Hosts

HOSTS = Hosts(["smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com", "127.0.0.1:3978"])

ALLOWED = (
    "https://smba.trafficmanager.net",
    "https://smba.trafficmanager.net/",
    "https://smba.trafficmanager.net/teams/",
    "https://smba.trafficmanager.net/emea/9f4c6d0e-7a7c-4a65-9df3-0cf2b5a0e1de/",
    "https://smba.infra.gcc.teams.microsoft.com/teams",
    "http://127.0.0.1:3978/teams/emea/9f4c6d0e-7a7c-4a65-9df3-0cf2b5a0e1de/",
)


@pytest.mark.parametrize("url", ALLOWED)
def test_the_urls_that_teams_sends_are_allowed(url: str) -> None:
    assert HOSTS.allows(url)


REFUSED = {
    "nothing": "",
    "a host alone": "smba.trafficmanager.net",
    "no scheme": "//smba.trafficmanager.net/",
    "plain http": "http://smba.trafficmanager.net/",
    "another scheme": "ftp://smba.trafficmanager.net/",
    "a file": "file://smba.trafficmanager.net/etc",
    "an upper-case scheme": "HTTPS://smba.trafficmanager.net/",
    "an upper-case host": "https://SMBA.trafficmanager.net/",
    "a listed host as the beginning of another": "https://smba.trafficmanager.net.evil/",
    "a listed host as the end of another": "https://evil-smba.trafficmanager.net/",
    "a host below a listed one": "https://evil.smba.trafficmanager.net/",
    "the domain of a listed host": "https://trafficmanager.net/",
    "any character for a dot": "https://smbaxtrafficmanager.net/",
    "two listed hosts": "https://smba.trafficmanager.netsmba.infra.gcc.teams.microsoft.com/",
    "a trailing dot": "https://smba.trafficmanager.net./",
    "a leading dot": "https://.smba.trafficmanager.net/",
    "a listed host as the user": "https://smba.trafficmanager.net@evil.example/",
    "a listed host as the user, behind a path": "https://smba.trafficmanager.net/@evil.example/",
    "a user": "https://evil@smba.trafficmanager.net/",
    "a user and a password": "https://a:b@smba.trafficmanager.net/",
    "a port": "https://smba.trafficmanager.net:8443/",
    "the usual port": "https://smba.trafficmanager.net:443/",
    "an empty port": "https://smba.trafficmanager.net:/",
    "a backslash": "https://smba.trafficmanager.net\\@evil.example/",
    "a backslash for a slash": "https:\\\\smba.trafficmanager.net/",
    "one slash": "https:/smba.trafficmanager.net/",
    "three slashes": "https:///smba.trafficmanager.net/",
    "a query": "https://smba.trafficmanager.net/?x=y",
    "a query at once": "https://smba.trafficmanager.net?@evil.example/",
    "a fragment": "https://smba.trafficmanager.net#@evil.example/",
    "percent signs in the host": "https://smba%2etrafficmanager.net/",
    "percent signs in the path": "https://smba.trafficmanager.net/%2e%2e/",
    "a space before": " https://smba.trafficmanager.net/",
    "a space behind": "https://smba.trafficmanager.net/ ",
    "a line end": "https://smba.trafficmanager.net/\n",
    "a line end within": "https://smba.trafficmanager.net/\r\nHost: evil.example",
    "a tab within": "https://smba.traffic\tmanager.net/",
    "a NUL": "https://smba.trafficmanager.net\0.evil/",
    "a lone surrogate": "https://smba.trafficmanager.net/\ud800",
    "a Cyrillic letter": "https://smbа.trafficmanager.net/",
    "full-width letters": "https://ｓｍｂａ.trafficmanager.net/",
    "an ideographic full stop": "https://smba。trafficmanager.net/",
    "a dotless i": "https://smba.ınfra.gcc.teams.microsoft.com/",
    "its look-alike in punycode": "https://xn--smb-7cd.trafficmanager.net/",
    "an address": "https://20.190.160.1/",
    "an address as one number": "https://2130706433/",
    "the metadata service of a cloud": "http://169.254.169.254/latest/",
    "an IPv6 address": "https://[::1]/",
    "an IPv4 address within an IPv6 one": "http://[::ffff:127.0.0.1]:3978/",
    "loopback over https": "https://127.0.0.1:3978/",
    "loopback at another port": "http://127.0.0.1:3979/",
    "loopback at a longer port": "http://127.0.0.1:39780/",
    "loopback without a port": "http://127.0.0.1/",
    "loopback by another name": "http://localhost:3978/",
    "loopback written shorter": "http://127.1:3978/",
    "any address of this machine": "http://0.0.0.0:3978/",
    "a user at loopback": "http://127.0.0.1:3978@evil.example/",
    "very much": "https://smba.trafficmanager.net/" + "a" * 10_000 + "?",
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED.keys())
def test_nothing_else_is_allowed(url: str) -> None:
    assert not HOSTS.allows(url)


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_makes_it_raise_and_nothing_random_is_allowed(url: str) -> None:
    assume("/" not in url)  # what follows it is a path
    assert not HOSTS.allows(url)
    assert not HOSTS.allows(f"https://smba.trafficmanager.net{url}.example/")
    assert not Hosts.loopback().allows(f"http://127.0.0.1{url}.example/")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://localhost:56150/_connector", "http://[::1]:3978", "http://localhost"]
)
def test_loopback_is_any_port_of_this_machine(url: str) -> None:
    assert Hosts.loopback().allows(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost:3978/",
        "http://localhost.evil:3978/",
        "http://evil.localhost/",
        "http://127.0.0.1.nip.io/",
        "http://10.0.0.1/",
        "https://smba.trafficmanager.net/",
        "http://localhost:3978@evil.example/",
        "http://localhost:123456/",
        "http://LOCALHOST/",
    ],
)
def test_loopback_is_nothing_else(url: str) -> None:
    assert not Hosts.loopback().allows(url)


def test_without_names_nothing_is_allowed() -> None:
    assert not any(Hosts([]).allows(url) for url in ("", "https://", *ALLOWED))


def test_names_may_be_written_in_any_case() -> None:
    assert Hosts(["SMBA.TrafficManager.net"]).allows("https://smba.trafficmanager.net/teams/")


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "com",
        "https://smba.trafficmanager.net",
        "smba.trafficmanager.net/",
        "smba.trafficmanager.net:443",
        "*.example.com",
        "smba.trafficmanager.net.",
        ".trafficmanager.net",
        "a@b.example",
        "127.0.0.1",
        "10.0.0.1:3978",
        "127.0.0.1:",
        "a.example\n",
    ],
)
def test_a_name_that_is_none_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(ValueError, match="neither a host name"):
        Hosts(["smba.trafficmanager.net", name])
