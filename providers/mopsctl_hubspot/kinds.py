"""HubSpot's kinds: what there is, which attributes it has, what may be done to it, and how much one call covers."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.provider.contract import Attribute, Grain, Kind
from mopsctl_hubspot.cells import CELLS

__all__ = ["CELLS", "KINDS", "MOST_PROPERTIES_PER_CALL"]

MOST_PROPERTIES_PER_CALL = 100
_ANOTHER_PROPERTY = "declare a property under another name, move the values, and retire this one"
_SCREEN_ONLY = "HubSpot has no API for it"

PROPERTY_ATTRIBUTES: Mapping[str, Attribute] = {
    "label": Attribute(),
    "description": Attribute(),
    "groupName": Attribute(title="group"),
    "type": Attribute(
        mode="create-only",
        why="mopsctl changes the type of no property that is there, because values that records hold might be lost",
        instead=_ANOTHER_PROPERTY,
    ),
    "multiple": Attribute(
        mode="create-only",
        why="records hold one value or several, and HubSpot does not convert them",
        instead=_ANOTHER_PROPERTY,
        title="choice of several values",
    ),
    "fieldType": Attribute(title="field type"),
    "options": Attribute(keyed=True, retire={"hidden": True}, noun="option"),
    "options_order": Attribute(order_of="options", title="order of options"),
    "hidden": Attribute(),
    "formField": Attribute(title="use in forms"),
    "numberDisplayHint": Attribute(title="number format"),
    "textDisplayHint": Attribute(title="text format"),
    "showCurrencySymbol": Attribute(title="currency symbol"),
    "currencyPropertyName": Attribute(title="currency property"),
    "hasUniqueValue": Attribute(
        mode="create-only",
        why="HubSpot decides on unique values when a property is made, and ignores a later change",
        instead=_ANOTHER_PROPERTY,
        title="unique values",
    ),
    "dataSensitivity": Attribute(
        mode="create-only",
        why="HubSpot decides on sensitivity when a property is made, and ignores a later change",
        instead=_ANOTHER_PROPERTY,
        title="sensitivity",
    ),
    "referencedObjectType": Attribute(
        mode="create-only",
        why="HubSpot fixes what a property refers to when it is made",
        instead=_ANOTHER_PROPERTY,
        title="referenced object",
    ),
    "calculated": Attribute(
        mode="verify", why="HubSpot calculates this property; mopsctl checks that it is there", title="calculation"
    ),
}

_GROUP = Kind(
    name="property-group",
    noun="property group",
    attributes={"label": Attribute()},
    grain=Grain("property-group"),
    removal="archive",
    undo_change="yes: the label before is in the plan",
)

_PROPERTY = Kind(
    name="property",
    noun="property",
    attributes=PROPERTY_ATTRIBUTES,
    grain=Grain("property", size=MOST_PROPERTIES_PER_CALL, actions=frozenset({"add"})),
    removal="archive",
    undo_add="yes: archive it; HubSpot deletes archived properties for good after 90 days",
    undo_change="yes: what stood there before is in the plan",
    undo_remove="yes: restore it in HubSpot's settings within 90 days",
)

_STAGES = Kind(
    name="lifecycle-stage-list",
    noun="lifecycle stage list",
    attributes={
        "stages": Attribute(keyed=True, noun="stage"),
        "stages_order": Attribute(order_of="stages", title="order of stages"),
    },
    grain=Grain("lifecycle-stage-list"),
    creatable=False,
    undo_change="no: HubSpot does not document how stages are written; rename or add them back on the settings screen",
    why="HubSpot shows the stages through its API and does not document how to write them",
)

_PIPELINE = Kind(
    name="pipeline",
    noun="pipeline",
    attributes={
        "label": Attribute(),
        "stages": Attribute(
            keyed=True,
            noun="stage",
            undo_item="no: the stage can be made again under its id, and the dates that records entered it are lost",
            decides={"closed": (), "probability": (0, 1)},
        ),
        "stages_order": Attribute(order_of="stages", title="order of stages"),
    },
    grain=Grain("pipeline"),
    removal="delete",
    undo_add="yes: delete it while no record is in it",
    undo_change="yes for labels, order and probability",
)

_SCORE = Kind(
    name="lead-score",
    noun="lead score",
    attributes={
        "groups": Attribute(keyed=True, noun="group"),
        "maximum": Attribute(),
        "categories": Attribute(
            mode="create-only",
            why="a score is for fit or for engagement from the start",
            instead="declare a model of another name",
        ),
        "excludedSegments": Attribute(title="excluded segments"),
    },
    grain=Grain("lead-score"),
    removal="none",
    undo_add="yes: it is an unpublished draft; delete it on HubSpot's scoring screen",
    undo_change="yes: it is an unpublished draft; reset it on HubSpot's scoring screen",
    why="the lead scoring API is a beta",
)


_ALL = (
    _GROUP,
    _PROPERTY,
    _STAGES,
    _PIPELINE,
    _SCORE,
    Kind.shown(
        "lifecycle-agreement",
        "agreement of lifecycle stages",
        {"disagreements": Attribute()},
        "HubSpot keeps the stages as options of a property, for contacts and for companies; mopsctl compares all of them",
    ),
    Kind.shown(
        "stage-stamps",
        "list of stage dates",
        {"stamps": Attribute(keyed=True, noun="date property")},
        "HubSpot makes the date properties of a stage itself",
    ),
    Kind.shown(
        "score-publication",
        "published lead score",
        {"published": Attribute()},
        "publishing a score evaluates every record at once, so a person decides when",
    ),
    Kind.shown(
        "subscription-type",
        "subscription type",
        {"active": Attribute()},
        "HubSpot's API reads subscription types and writes none",
    ),
    Kind.shown(
        "legal-basis-list",
        "list of legal bases",
        {"bases": Attribute(keyed=True, noun="legal basis")},
        "HubSpot brings the list of legal bases along; mopsctl checks it",
    ),
    Kind.on_screens("score-table", "scoring rules", _SCREEN_ONLY),
    Kind.on_screens(
        "connector-mapping", "connector mapping", "HubSpot's connector settings cannot be read or written by API"
    ),
    Kind.on_screens("checklist", "checklist", _SCREEN_ONLY),
    Kind.on_screens(
        "account-setting", "account setting", "HubSpot's account settings cannot be read or written by API"
    ),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
