"""What every conversion needs: the connection's decisions, and what things are called on the screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from mopsctl import spoken
from mopsctl.condition import Condition
from mopsctl.element import Field
from mopsctl.provider import convert
from mopsctl.provider.convert import Maker
from mopsctl_marketo.convert.native import shown_label
from mopsctl_marketo.kinds import CELLS, KINDS
from mopsctl_marketo.names import is_standard
from mopsctl_marketo.settings import Settings

ACTIVITIES = "Marketing Activities"
FIELD_SCREEN = "Admin > Field Management"


_FIELDS = "Admin > Field Management"
_SYNC_USER = "Salesforce Setup: field-level security of the Marketo sync user"
_SCREENS = {"value-list": _FIELDS, "crm-field": _SYNC_USER}
_SETTINGS = (  # how the name of a setting begins and ends, and its screen
    ("block-updates.", "", _FIELDS),
    ("group.", "", _FIELDS),
    ("default.", "", "Marketing Activities: campaigns for defaults"),
    ("required.", "", "Design Studio > Forms"),
    ("consent.", ".bases", _FIELDS),
    ("sync.", ".marketo-wins", _FIELDS),
    ("sync.", "-wins", _SYNC_USER),
)


@dataclass(frozen=True, slots=True)
class Context(Maker):
    """One connection, as far as it decides what things become.

    `fields` are the declared fields by object and name, `synced` those that a mapping lets the CRM sync manage.
    """

    vendor = "Marketo"
    kinds = KINDS
    cells = CELLS
    left: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "type": ("type", "score"),
        "pii": ("sensitive",),
        "values": ("values", "order"),
    }

    system: str
    settings: Settings = field(default_factory=Settings)
    fields: Mapping[tuple[str, str], Field] = field(default_factory=dict)
    synced: frozenset[tuple[str, str]] = frozenset()

    def screen(self, kind: str, name: str) -> str:
        """The screen on which a person sets up this thing."""
        if kind in ("campaign", "campaign-logic", "campaign-rules"):
            return f"Marketing Activities: campaigns of {name.partition('/')[0]}"
        if kind == "setting":
            return next(
                (screen for start, end, screen in _SETTINGS if name.startswith(start) and name.endswith(end)), ""
            )
        return _SCREENS.get(kind, "")

    def label(self, object_name: str, name: str) -> str:
        """How a person finds a field on Marketo's screens: by its display name, Marketo's own fields by their API name."""
        if is_standard(object_name, name):
            return f"{name} (API name)"
        found = self.fields.get((object_name, name))
        return shown_label(found.label or name) if found else name

    def title(self, object_name: str, name: str) -> str:
        """What the manifests call a field, and whose field it is."""
        found = self.fields.get((object_name, name))
        return titled((found.label if found else "") or name, object_name)

    def of_key(self, object_name: str, key: str) -> str:
        """How a person finds the field of a catalogue key; the key itself where Marketo has no such field."""
        named = (each.name for each in self.fields.values() if each.object == object_name and each.key == key)
        name = next(named, "")
        return self.label(object_name, name) if name else key

    def words(self, object_name: str, condition: Condition) -> str:
        """A condition in plain words, with the names that its fields and values have on Marketo's screens."""
        fields = {each.key: each for each in self.fields.values() if each.object == object_name and each.key}
        return spoken.condition(condition, fields, lambda key: _quoted(key, self.of_key(object_name, key)))


def _quoted(key: str, label: str) -> str:
    return f"'{label}'" if label != key else key


def titled(label: str, object_name: str) -> str:
    """What people call a thing of one object: `Business unit (program member)`."""
    return convert.titled(label, object_name.replace("_", " "))
