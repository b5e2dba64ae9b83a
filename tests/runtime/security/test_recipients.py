"""To whom mail may be sent."""

import pytest

from llmspell.config.load import load_config
from llmspell.errors import SecurityError
from llmspell.security.permissions import permissions_from
from llmspell.security.policy import Permissions
from llmspell.security.settings import ToolSettings
from tests.runtime.security.conftest import Site


def may(site: Site, entries: list[str], address: str) -> bool:
    tables = {"email": {"allowed_recipients": entries}}
    rules = site.policy(None, Permissions(tools=ToolSettings(tables))).recipients
    try:
        rules.check(address)
    except SecurityError as error:
        assert "tools.email.allowed_recipients" in str(error)
        return False
    return True


@pytest.mark.parametrize(
    ("entry", "address", "allowed"),
    [
        ("*", "ada@example.org", True),
        ("ada@example.org", "Ada@Example.org", True),
        ("ada@example.org", "eve@example.org", False),
        ("*@example.org", "eve@example.org", True),
        ("*@example.org", "eve@evil-example.org", False),
        ("*@example.org", "eve@sub.example.org", False),
        ("*@*.example.org", "eve@sub.example.org", True),
        ("*@*.example.org", "eve@example.org", False),
        ("*@example.org", "example.org@evil.org", False),
        ("example.org", "ada@example.org", False),
    ],
)
def test_entries(site: Site, entry: str, address: str, allowed: bool) -> None:
    assert may(site, [entry], address) is allowed


def test_an_empty_list_allows_nobody(site: Site) -> None:
    assert not may(site, [], "ada@example.org")


def test_everybody_without_a_configuration(site: Site) -> None:
    site.policy().recipients.check("ada@example.org")


def test_a_file_that_nobody_trusts_only_narrows(site: Site) -> None:
    (site.cwd / "llmspell.toml").write_text(
        '[tools.email]\nallowed_recipients = ["*@example.org", "eve@evil.org"]\n'
    )
    own = site.home / ".config" / "llmspell"
    own.mkdir(parents=True)
    (own / "config.toml").write_text('[tools.email]\nallowed_recipients = ["ada@example.org"]\n')
    environ = site.environ | {"LLMSPELL_CONFIG_LAYERED": "true"}
    found = load_config(cwd=site.cwd, environ=environ)
    asked, _ = permissions_from(found, cwd=str(site.cwd), environ=environ)
    for address in ("eve@evil.org", "bob@example.org"):
        with pytest.raises(SecurityError):
            site.policy(None, asked).recipients.check(address)
