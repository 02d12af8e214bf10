"""What every conversion needs: the connection's decisions, findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from mopsctl.provider.contract import Connection
from mopsctl.provider.convert import Maker
from mopsctl_hubspot.kinds import CELLS, KINDS

STAGE_SWITCH = "lifecycle-stage-writes"
SCORING_SWITCH = "lead-scoring-beta"
MOVED = "If the path has moved, search the settings."


_SCREENS = {
    "checklist": "Automation > Workflows",
    "score-table": "Marketing > Lead Scoring",
    "subscription-type": "Settings > Marketing > Email > Subscription types",
}


@dataclass(frozen=True, slots=True)
class Context(Maker):
    """One connection, as far as it decides what things become."""

    vendor = "HubSpot"
    kinds = KINDS
    cells = CELLS
    left: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "group": ("groupName",),
        "type": ("type", "fieldType", "multiple"),
        "values": ("options", "options_order", "stages", "stages_order"),
        "unique": ("hasUniqueValue",),
        "pii": ("dataSensitivity",),
    }

    system: str
    sensitive: bool
    stage_writes: bool
    scoring: bool

    def screen(self, kind: str, name: str) -> str:
        """The screen on which a person sets up this thing."""
        if kind == "connector-mapping":
            return f"Settings > Integrations > Connected Apps: mapping with {name.partition('.')[0]}"
        if kind in ("lifecycle-stage-list", "stage-stamps"):
            return f"Settings > Data Management > Objects: {name}, tab Lifecycle Stage"
        return _SCREENS.get(kind, "")

    @classmethod
    def of(cls, connection: Connection) -> Context:
        """The decisions of a connection."""
        return cls(
            system=connection.system,
            sensitive=is_on(connection.settings.get("sensitive_data")),
            stage_writes=STAGE_SWITCH in connection.experimental,
            scoring=SCORING_SWITCH in connection.experimental,
        )


def is_on(value: Any) -> bool:
    """A setting that says yes, also where it came as text."""
    return value is True or str(value).strip().lower() in ("true", "yes", "on", "1")
