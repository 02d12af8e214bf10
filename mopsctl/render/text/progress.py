"""What happens during a run, one line each, for people who wait."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.engine.report import Event, EventKind
from mopsctl.render.text.report import SIGNS
from mopsctl.render.values import prose

_VERBS: Mapping[EventKind, str] = {
    "reading": "reading",
    "read": "read",
    "unreadable": "could not read",
    "counting": "counting records on",
    "writing": "writing",
    "finished": "",
    "waiting": "waiting for",
    "info": "",
}


def event(happened: Event) -> str:
    """One line for what happened: how it ended, where in the run, on what, and what else there is to say."""
    sign = SIGNS[happened.outcome] if happened.outcome else ""
    place = f"{happened.position}/{happened.total}" if happened.total else ""
    subject = str(happened.address) if happened.address else happened.system
    ended = happened.outcome.replace("-", " ") if happened.outcome and happened.outcome != "done" else ""
    head = " ".join(filter(None, (sign, place, _VERBS[happened.kind], subject)))
    return prose(": ".join(filter(None, (head, ", ".join(filter(None, (ended, happened.text)))))))
