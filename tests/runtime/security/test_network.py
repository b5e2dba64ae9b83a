"""Which hosts and addresses the profiles and the configuration let tools reach."""

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell.config.load import load_config
from llmspell.errors import ConfigError, SecurityError
from llmspell.security.addresses import kind_of
from llmspell.security.network import NetworkRules
from llmspell.security.permissions import permissions_from
from llmspell.security.policy import Permissions
from llmspell.security.settings import ToolSettings

from .conftest import Site


def rules(site: Site, **tables: object) -> NetworkRules:
    return site.policy(None, Permissions(tools=ToolSettings(tables))).network


def check(rules: NetworkRules, host: str, address: str, port: int = 80) -> None:
    rules.check_url(f"http://{host}:{port}/")
    rules.check_address(host, port, ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.8.9.1", "loopback"),
        ("::1", "loopback"),
        ("10.0.0.1", "private"),
        ("172.31.0.1", "private"),
        ("192.168.1.1", "private"),
        ("fd12::1", "private"),
        ("169.254.1.1", "link-local"),
        ("fe80::1", "link-local"),
        ("169.254.169.254", "metadata"),
        ("168.63.129.16", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("255.255.255.255", "reserved"),
        ("198.18.0.1", "reserved"),
        ("2001:db8::1", "reserved"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::127.0.0.1", "loopback"),
        ("64:ff9b::a00:1", "private"),
        ("2002:a00:1::1", "private"),
    ],
)
def test_special_addresses_are_refused_under_standard(site: Site, address: str, kind: str) -> None:
    assert kind in kind_of(ipaddress.ip_address(address))
    with pytest.raises(SecurityError, match=rf"Network access denied: 'a\.org' is .*{kind}"):
        check(rules(site), "a.org", address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "172.32.0.1"])
def test_public_addresses_are_reached(site: Site, address: str) -> None:
    check(rules(site), "a.org", address)


def test_trusted_reaches_all(site: Site) -> None:
    network = site.policy("trusted").network
    check(network, "localhost", "127.0.0.1", 6379)
    check(network, "metadata.google.internal", "169.254.169.254")


def test_safe_reaches_nothing(site: Site) -> None:
    with pytest.raises(SecurityError, match=r"Network access denied.*allow_network_access"):
        site.policy("safe").network.check_url("http://a.org/")


@pytest.mark.parametrize(
    "host", ["localhost", "x.localhost", "127.0.0.1", "metadata.google.internal", "10.1.2.3"]
)
def test_literal_hosts_are_refused_before_anything_is_resolved(site: Site, host: str) -> None:
    with pytest.raises(SecurityError, match=rf"Network access denied.*add '{host}' to `tools\."):
        rules(site).check_url(f"http://{host}/")


@pytest.mark.parametrize("port", [22, 25, 6379, 9200, 27017])
def test_ports_of_other_protocols_are_refused(site: Site, port: int) -> None:
    with pytest.raises(SecurityError, match=rf"port {port} .*'a\.org:{port}'"):
        rules(site).check_url(f"http://a.org:{port}/")
    named = rules(site, http_request={"allowed_hosts": ["*", f"a.org:{port}"]})
    named.check_url(f"http://a.org:{port}/")


def test_a_named_network_is_reached(site: Site) -> None:
    network = rules(site, http_request={"allowed_hosts": ["*", "10.0.0.0/8", "[::1]:8080"]})
    check(network, "a.org", "10.2.3.4")
    check(network, "a.org", "::1", 8080)
    network.check_url("http://10.9.9.9/")
    with pytest.raises(SecurityError, match="Network access denied"):
        check(network, "a.org", "::1", 8081)
    with pytest.raises(SecurityError, match="Network access denied"):
        check(network, "a.org", "192.168.0.1")


def test_a_named_host_reaches_its_private_addresses_but_not_this_machine(site: Site) -> None:
    network = rules(site, http_request={"allowed_hosts": ["*", "intranet.corp", "*.more.corp"]})
    check(network, "intranet.corp", "10.0.0.1")
    for host, address in (
        ("intranet.corp", "127.0.0.1"),
        ("intranet.corp", "169.254.169.254"),
        ("a.more.corp", "10.0.0.1"),
    ):
        with pytest.raises(SecurityError, match="Network access denied"):
            check(network, host, address)


def test_localhost_is_reached_when_named(site: Site) -> None:
    network = rules(site, http_request={"allowed_hosts": ["localhost"]})
    check(network, "localhost", "127.0.0.1")
    check(network, "localhost", "::1")


def test_of_several_addresses_those_that_are_allowed_are_used(site: Site) -> None:
    both = [ipaddress.ip_address(text) for text in ("10.0.0.1", "1.1.1.1")]
    assert rules(site).reachable("a.org", 80, both) == (both[1],)
    with pytest.raises(SecurityError):
        rules(site).reachable("a.org", 80, both[:1])


def test_a_list_of_allowed_hosts_leaves_the_others_out(site: Site) -> None:
    network = rules(site, http_request={"allowed_hosts": ["a.org", "*.b.org"]})
    for host in ("a.org", "A.ORG.", "x.b.org", "y.x.b.org"):
        network.check_url(f"https://{host}/")
    for host in ("b.org", "xb.org", "a.org.evil.org", "c.org", "1.1.1.1"):
        with pytest.raises(
            SecurityError, match=r"Domain not in allowed list.*http_request\.allowe"
        ):
            network.check_url(f"https://{host}/")


def test_a_blocked_host_is_refused_by_name_and_by_address(site: Site) -> None:
    network = rules(site, http_request={"blocked_hosts": ["*.bad.org", "1.1.0.0/16"]})
    with pytest.raises(SecurityError, match=r"Host blocked: 'a\.bad\.org'.*blocked_hosts"):
        network.check_url("http://a.bad.org/")
    with pytest.raises(SecurityError, match=r"Host blocked: 'a\.org' \(1\.1\.2\.3\)"):
        check(network, "a.org", "1.1.2.3")


def test_blocking_wins_over_allowing_even_under_trusted(site: Site) -> None:
    tables = {"http_request": {"allowed_hosts": ["localhost"], "blocked_hosts": ["localhost"]}}
    asked = Permissions(level="trusted", tools=ToolSettings(tables))
    with pytest.raises(SecurityError, match="Host blocked"):
        site.policy(None, asked).network.check_url("http://localhost/")


def test_web_tools_ask_both_lists(site: Site) -> None:
    tables = {
        "http_request": {"blocked_hosts": ["bad.org"]},
        "web_tools": {"allowed_domains": ["a.org", "bad.org", "127.0.0.1"]},
    }
    web = site.policy(None, Permissions(tools=ToolSettings(tables))).network_for("web_tools")
    web.check_url("http://a.org/")
    web.check_url("http://127.0.0.1/")
    with pytest.raises(SecurityError, match="Host blocked"):
        web.check_url("http://bad.org/")
    with pytest.raises(SecurityError, match=r"not in allowed list.*web_tools\.allowed_domains"):
        web.check_url("http://c.org/")


def test_mail_goes_to_the_server_of_the_user(site: Site) -> None:
    tables = {"email": {"smtp_host": "localhost"}}
    mail = site.policy(None, Permissions(tools=ToolSettings(tables))).network_for("email")
    assert mail.check_host("localhost", 25) == "localhost"
    mail.check_address("localhost", 25, ipaddress.ip_address("127.0.0.1"))


def test_an_entry_that_names_no_host_is_an_error(site: Site) -> None:
    with pytest.raises(ConfigError, match=r"tools\.http_request\.blocked_hosts: 'http://a\.org'"):
        rules(site, http_request={"blocked_hosts": ["http://a.org"]})


def loaded(site: Site, project: str, user: str = "") -> NetworkRules:
    (site.cwd / "llmspell.toml").write_text(project)
    environ = site.environ | {"LLMSPELL_CONFIG_LAYERED": "true"}
    if user:
        own = site.home / ".config" / "llmspell"
        own.mkdir(parents=True)
        (own / "config.toml").write_text(user)
    found = load_config(cwd=Path(site.cwd), environ=environ)
    return site.policy(None, permissions_from(found, cwd=str(site.cwd), environ=environ)[0]).network


def test_an_untrusted_project_cannot_open_the_own_network(site: Site) -> None:
    network = loaded(site, "[tools.http_request]\nallowed_hosts = ['*', '127.0.0.1', '10.0.0.0/8']")
    network.check_url("http://a.org/")
    with pytest.raises(SecurityError, match="Network access denied"):
        network.check_url("http://127.0.0.1/")


def test_an_untrusted_project_can_narrow(site: Site) -> None:
    network = loaded(
        site, "[tools.http_request]\nallowed_hosts = ['a.org']\nblocked_hosts = ['b.a']"
    )
    network.check_url("http://a.org/")
    with pytest.raises(SecurityError, match="Domain not in allowed list"):
        network.check_url("http://c.org/")
    with pytest.raises(SecurityError, match="Host blocked"):
        network.check_url("http://b.a/")


V4 = st.ip_addresses(v=4)


@given(V4, st.sampled_from(["::ffff:0:0", "::", "64:ff9b::", "2002::"]))
def test_an_address_in_another_is_judged_as_itself(
    address: ipaddress.IPv4Address, prefix: str
) -> None:
    shift = 80 if prefix == "2002::" else 0
    outer = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(address) << shift)
    assert bool(kind_of(outer)) == bool(kind_of(address)) or int(address) < 2


@given(V4)
def test_what_the_registry_calls_special_is_never_public(address: ipaddress.IPv4Address) -> None:
    special = address.is_private or address.is_multicast or address.is_reserved
    assert kind_of(address) or not special
