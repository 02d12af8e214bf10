"""What a connection and a scoring model may set for Marketo, with the defaults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from mopsctl.diagnostics import did_you_mean
from mopsctl.errors import AuthenticationError, MopsctlError, WrongAccount
from mopsctl.provider.contract import Connection
from mopsctl.secrets import register
from mopsctl_marketo.names import PROGRAM_TYPES

SETTINGS: Mapping[str, str] = {
    "account": "The Munchkin account id, such as 123-ABC-456: it names the account and makes its address.",
    "instance": "Another name of the setting account.",
    "client_id": "The client id of the LaunchPoint service of an API-only user.",
    "client_secret": "The client secret of that service.",
    "url": "Another address to call than the one of the account; emulated environments set it.",
    "workspace": "The workspace that holds folders and programs; Default if left out.",
    "calls_in_20_seconds": "The most calls mopsctl makes in any 20 seconds, of the 100 that all integrations share; 50 if left out.",
    "daily_quota": "The calls a day of the subscription, as Admin > Web Services shows it; 50000 if left out.",
    "count_above": "People are counted only while more than so many calls are left today; 5000 if left out.",
    "sensitive_classes": "The classes of personal data that are marked sensitive; special if left out.",
    "expect": "Channels, tags, segmentations and partitions that have to be there.",
}
SECRETS = frozenset({"client_id", "client_secret"})
EXPECTABLE = ("channels", "partitions", "segmentations", "tags")

_MUNCHKIN = re.compile(r"\d{3}-[A-Z]{3}-\d{3}")
_WINDOW_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one connection, checked, without the secrets."""

    instance: str = ""
    url: str = ""
    workspace: str = "Default"
    calls_in_20_seconds: int = 50
    daily_quota: int = 50_000
    count_above: int = 5_000
    sensitive_classes: frozenset[str] = frozenset({"special"})
    expect: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection) -> Settings:
        """Read the settings of a connection; MopsctlError for one that makes no sense."""
        return cls(
            instance=_instance(connection),
            url=plain(connection, "url").rstrip("/"),
            workspace=plain(connection, "workspace") or "Default",
            calls_in_20_seconds=_whole(connection, "calls_in_20_seconds", 50, most=_WINDOW_LIMIT),
            daily_quota=_whole(connection, "daily_quota", 50_000),
            count_above=_whole(connection, "count_above", 5_000, least=0),
            sensitive_classes=frozenset(_words(connection.settings.get("sensitive_classes", "special"))),
            expect=_mapping(connection, "expect"),
        )

    @property
    def address(self) -> str:
        """The base address of the account, without a slash at its end."""
        return self.url or f"https://{self.instance}.mktorest.com"


def plain(connection: Connection, name: str) -> str:
    """A setting as text, also where it came as a secret (an environment variable, for instance)."""
    if name in connection.secrets:
        return connection.secrets[name].reveal()
    return connection.text(name)


def credentials(connection: Connection) -> tuple[str, str]:
    """Client id and client secret; AuthenticationError where one is missing."""
    for name in ("client_id", "client_secret"):
        if not plain(connection, name):
            raise AuthenticationError(
                f"The connection to {connection.system} has no {name}.",
                hint="set it in the environment document; Marketo shows it under Admin > LaunchPoint > View Details",
                system=connection.system,
            )
    register(plain(connection, "client_secret"))
    return plain(connection, "client_id"), plain(connection, "client_secret")


def _instance(connection: Connection) -> str:
    named = {name: plain(connection, name) for name in ("instance", "account") if plain(connection, name)}
    if len(set(named.values())) > 1:
        raise WrongAccount(
            f"The connection to {connection.system} names two accounts: {named['instance']} and {named['account']}.",
            hint="keep one of the settings account and instance",
        )
    return next(iter(named.values()), "")


def check_instance(system: str, settings: Settings) -> None:
    """Raise MopsctlError where the Munchkin id is missing or has another shape; it becomes a host name."""
    if not _MUNCHKIN.fullmatch(settings.instance):
        said = f"'{settings.instance}' is no Munchkin account id" if settings.instance else "no account is set"
        raise MopsctlError(
            f"The connection to {system} names no account: {said}.",
            hint="set account to the id that Marketo shows under Admin > Munchkin, such as 123-ABC-456",
        )


def _whole(connection: Connection, name: str, default: int, *, least: int = 1, most: int | None = None) -> int:
    text = plain(connection, name) or str(default)
    wide = f"from {least} to {most}" if most else f"from {least}"
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        raise MopsctlError(
            f"The setting {name} of {connection.system} must be a whole number {wide}, not '{text}'.",
            hint=SETTINGS[name],
        )
    return int(text)


def _mapping(connection: Connection, name: str) -> Mapping[str, Any]:
    value = connection.settings.get(name) or {}
    unknown = sorted(set(value) - set(EXPECTABLE)) if isinstance(value, Mapping) else [str(value)]
    if unknown:
        raise MopsctlError(
            f"The setting {name} of {connection.system} does not know '{unknown[0]}'.",
            hint=did_you_mean(unknown[0], EXPECTABLE) or f"it takes {', '.join(EXPECTABLE)}",
        )
    return dict(value)


def _words(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else str(value).replace(",", " ").split()


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """What a scoring model sets for Marketo.

    `folder` is a path below the workspace, with slashes. `template_program` is cloned from, campaign by campaign: the one
    that `templates` names for a rule's key, or the one of the campaign's own name. `events` maps an event of the manifest
    to the trigger that Marketo calls it by; where it is named, the trigger is read back.
    """

    program: str = ""
    folder: str = "Scoring"
    channel: str = "Operational"
    program_type: str = "Default"
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    token_prefix: str = "Score-"
    decay_prefix: str = "Decay-"
    template_program: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)
    activate: bool = False
    events: Mapping[str, str] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Mapping[str, Any], name: str) -> ScoreSettings:
        """The settings of the scoring model of that name; what is wrong is left at its default, see `wrong_settings`."""
        known = {each.name: each for each in fields(cls)}
        good = {key: value for key, value in settings.items() if key in known and not _wrong(key, value)}
        return cls(**{"program": f"Scoring {name}", **good})


def wrong_settings(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a scoring model's settings for Marketo: a sentence and what to do."""
    known = [each.name for each in fields(ScoreSettings)]
    for key in sorted(settings):
        if key not in known:
            yield (
                f"Marketo knows no scoring setting '{key}'.",
                did_you_mean(key, known) or f"it knows {', '.join(known)}",
            )
        elif found := _wrong(key, settings[key]):
            yield f"The scoring setting '{key}' for Marketo must be {found}.", "correct it, or leave it out"


def _wrong(key: str, value: Any) -> str:
    if key == "activate":
        return "" if isinstance(value, bool) else "true or false"
    if key == "program_type":
        return "" if value in PROGRAM_TYPES else f"one of {', '.join(PROGRAM_TYPES)}"
    if key in ("tags", "templates", "events"):
        good = isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values())
        return "" if good else "a map from text to text"
    if key == "expect":
        good = isinstance(value, Mapping) and set(value) <= set(EXPECTABLE)
        return "" if good else f"a map of {', '.join(EXPECTABLE)}"
    if key.endswith("_prefix"):
        return "" if isinstance(value, str) and value == value.lstrip() else "text"
    return "" if isinstance(value, str) and value.strip() == value and value else "text without blanks at its ends"
