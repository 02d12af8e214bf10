"""What HubSpot would refuse, or silently not do, said at the manifest's line before anything is planned.

HS001 property name · HS002 group name · HS003 options · HS004 declared twice · HS005 native settings · HS006 sensitive
data · HS007 references · HS008 defaults · HS009 required · HS010 unique values · HS020 pipelines · HS021 pipeline stages ·
HS022 native stamps · HS030 connector rule · HS031 connector types · HS040 scores · HS041 rules that a draft cannot say ·
HS050 purposes · HS051 legal bases · HS090 settings of the connection
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from mopsctl.diagnostics import Diagnostic, did_you_mean
from mopsctl.element import (
    Consent,
    Element,
    Field,
    Group,
    Lifecycle,
    Mapping_,
    Pipeline,
    PipelineStage,
    Score,
    ValueList,
)
from mopsctl.provider.contract import Connection
from mopsctl.provider.convert import finding, quoted
from mopsctl_hubspot.convert import consent as consent_
from mopsctl_hubspot.convert import hints, mapping, scoring
from mopsctl_hubspot.convert.common import Context
from mopsctl_hubspot.names import (
    LIFECYCLE_PROPERTY,
    OBJECT_IDS,
    SCORING_VERSIONS,
    VERSIONS,
    is_standard,
    singular,
)

NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME = 100
MOST_OPTIONS = 5_000
LONGEST_OPTION = 3_000  # characters of label, value and description together
MOST_UNIQUE = 10  # unique-value properties per object
LONGEST_PIPELINE_ID = 36
LONGEST_STAGE_ID = 100

Found = Iterator[Diagnostic]


def findings(elements: Sequence[Element], context: Context, connection: Connection) -> Found:
    """Everything that is wrong with a stack's part on HubSpot."""
    yield from _connection(connection)
    for element in elements:
        match element:
            case Field():
                yield from field(element, context)
            case Group():
                yield from _name("HS002", "group", singular(element.object), element.name, element)
            case Lifecycle():
                yield from lifecycle(element)
            case Pipeline():
                yield from pipeline(element)
            case Score():
                yield from score(element, context)
            case Mapping_():
                yield from mapping_(element, elements)
            case Consent():
                yield from consent(element)
    yield from _together(elements)


def field(element: Field, context: Context) -> Found:
    """A field by itself."""
    object_name = singular(element.object)
    if not is_standard(object_name, element.name):
        yield from _name("HS001", "property", object_name, element.name, element)
        yield from _not_kept(element)
    yield from hints.findings(element)
    yield from _sensitivity(element, context)
    if element.values is not None:
        yield from _options(element, element.values)
    if element.type == "reference" and not is_standard(object_name, element.name) and not _refers(element):
        message = f"The field '{element.key}' is a reference, which HubSpot properties are only to owners."
        hint = "set `referenced_object: OWNER`, or keep the other record's id in a text field"
        yield finding("HS007", "error", message, element.origin.source, hint=hint)


def lifecycle(element: Lifecycle) -> Found:
    """Stamps that HubSpot does not make by itself."""
    if element.native_stamps and element.field != LIFECYCLE_PROPERTY:
        message = f"HubSpot dates the stages of {LIFECYCLE_PROPERTY} only, not those of '{element.field}'."
        hint = "give the stamps a name pattern in place of `native`"
        yield finding("HS022", "error", message, element.origin.source, hint=hint)


def pipeline(element: Pipeline) -> Found:
    """A pipeline that HubSpot would refuse."""
    say = _teller(element, f"The pipeline '{element.key}'")
    object_name = singular(element.object)
    if len(element.name) > LONGEST_PIPELINE_ID:
        yield say("HS020", f"has an id of {len(element.name)} characters; HubSpot takes {LONGEST_PIPELINE_ID}")
    if not element.stages:
        yield say("HS020", "has no stage; HubSpot wants at least one")
    if object_name == "ticket" and element.stages and not any(stage.closed for stage in element.stages):
        yield say("HS020", "has no closed stage; HubSpot wants one in a ticket pipeline")
    for label in _twice(stage.label.strip().lower() for stage in element.stages):
        yield say("HS021", f"has two stages labelled '{label}'; HubSpot compares labels without letter case and blanks")
    for value in _twice(stage.value for stage in element.stages):
        yield say("HS021", f"has two stages with the id '{value}'")
    for stage in element.stages:
        yield from _stage(element, stage, object_name)


def score(element: Score, context: Context) -> Found:
    """A score: what HubSpot does not keep, and what a draft cannot say."""
    source = element.origin.source
    if element.default is not None:
        message = (
            f"The score '{element.name}' is empty in HubSpot until something writes it: an empty score is not"
            f" {element.default:g} and does not match 'less than'."
        )
        yield finding(
            "HS008", "note", message, source, hint="let the workflow that copies the score write the default too"
        )
    if context.scoring and singular(element.object) not in OBJECT_IDS:
        yield finding("HS040", "error", f"HubSpot does not score the object '{element.object}'.", source)
    if context.scoring:
        yield from _not_in_draft(element)


def mapping_(element: Mapping_, elements: Sequence[Element]) -> Found:
    """Rows that HubSpot's own connector does not offer."""
    if not mapping.is_ours(element):
        return
    fields = {(singular(one.object), one.name): one for one in elements if isinstance(one, Field)}
    for row in element.rows:
        source = row.origin.source
        if not row.locked_by and mapping.rule(element, row) is None:
            message = f"HubSpot's connector has no rule for '{row.sync}' in the row '{row.key}'."
            hint = f"choose two-way, {element.there}-wins, {element.there}-unless-blank, none, or {element.here}-wins with a guard"
            yield finding("HS030", "error", message, source, hint=hint)
        for object_name, name in row.here.names:
            shown = fields.get((singular(object_name), name))
            if not row.locked_by and row.sync != "none" and not mapping.fits(row, shown):
                message = f"HubSpot's connector does not map a {row.here.type} property to a {row.there.type} field (row '{row.key}')."
                yield finding(
                    "HS031", "error", message, source, hint=f"map it to {quoted(mapping.partners(row, shown))}"
                )


def consent(element: Consent) -> Found:
    """Purposes and bases that nothing in HubSpot stands for."""
    for purpose in element.purposes:
        binding = purpose.binding
        if binding is None and not purpose.service:
            message = f"The purpose '{purpose.key}' is bound to nothing in HubSpot, so nothing is checked there."
            hint = f'bind it as "{consent_.SUBSCRIPTION}NAME" with the name of the subscription type'
            yield finding("HS050", "note", message, purpose.origin.source, hint=hint)
        elif binding and not binding.startswith(consent_.SUBSCRIPTION) and not consent_.PROPERTY_NAME.match(binding):
            message = f"The purpose '{purpose.key}' is bound to '{binding}', which HubSpot does not know."
            hint = f'write "{consent_.SUBSCRIPTION}NAME", or the internal name of a property'
            yield finding("HS050", "error", message, purpose.origin.source, hint=hint)
    missing = [basis for basis in element.bases if basis not in consent_.BASES]
    if missing:
        message = f"HubSpot's legal bases have no option for {quoted(missing)}."
        hint = "keep the basis in a proof field; no other option is picked for it"
        yield finding("HS051", "note", message, element.origin.source, hint=hint)


def _connection(connection: Connection) -> Found:
    for name, known in (("api_version", VERSIONS), ("scoring_version", SCORING_VERSIONS)):
        value = connection.text(name, known[0])
        if value not in known:
            hint = did_you_mean(value, known) or f"choose {quoted(known)}"
            message = (
                f"The connection '{connection.system}' asks for {name} '{value}', which this adapter does not speak."
            )
            yield Diagnostic("HS090", "error", message, hint=hint)


def _name(rule: str, noun: str, object_name: str, name: str, element: Field | Group) -> Found:
    if not NAME.fullmatch(name):
        message = f"HubSpot takes no {object_name} {noun} named '{name}'."
        hint = "use small letters, digits and underscores, and begin with a letter"
        yield finding(rule, "error", message, element.origin.source, hint=hint)
    if len(name) > LONGEST_NAME:
        message = f"The name of the {object_name} {noun} '{name[:30]}…' has {len(name)} characters; HubSpot takes {LONGEST_NAME}."
        yield finding(rule, "error", message, element.origin.source, hint="choose a shorter name")


def _not_kept(element: Field) -> Found:
    source = element.origin.source
    if (
        element.default is not None and element.role != "score"
    ):  # the score itself says so, with what it means for scores
        message = f"HubSpot keeps no default for '{element.key}': the property is empty until something writes it."
        yield finding("HS008", "note", message, source, hint="set it in a form or a workflow")
    if element.required:
        message = f"HubSpot properties are not required by themselves: '{element.key}' is asked for on forms and screens only."
        hint = "mark it as required in Settings > Objects > Record Customization, and on each form"
        yield finding("HS009", "note", message, source, hint=hint)


def _sensitivity(element: Field, context: Context) -> Found:
    hinted = str(element.hints.get("data_sensitivity", ""))
    wanted = element.pii == "special" or hinted in ("sensitive", "highly_sensitive")
    if wanted and not context.sensitive and not is_standard(singular(element.object), element.name):
        message = (
            f"The field '{element.key}' holds special personal data, which HubSpot keeps in sensitive properties only."
        )
        hint = (
            "set `sensitive_data: true` on the connection where the account has that setting and the token the scopes"
        )
        yield finding("HS006", "error", message, element.origin.source, hint=hint)


def _options(element: Field, values: ValueList) -> Found:
    say = _teller(element, f"The value list of '{element.key}'")
    if len(values.items) > MOST_OPTIONS:
        yield say("HS003", f"has {len(values.items)} values; HubSpot takes {MOST_OPTIONS} options")
    for value in _twice(item.value.lower() for item in values.items):
        yield say("HS003", f"spells two values '{value}' apart from letter case; HubSpot takes them for one")
    for label in _twice(item.label.strip().lower() for item in values.items if item.label):
        yield say("HS003", f"has two values labelled '{label}'; HubSpot wants every label once")
    for item in values.items:
        size = len(item.value) + len(item.label) + len(item.description)
        if size > LONGEST_OPTION:
            yield say("HS003", f"has {size} characters in the value '{item.key}'; HubSpot takes {LONGEST_OPTION}")
        if item.value != item.value.strip() or not item.value:
            yield say("HS003", f"has a value '{item.value}' that is empty or begins or ends with a blank")
        if element.type == "multi_choice" and ";" in item.value:
            yield say("HS003", f"has a semicolon in the value '{item.value}', which HubSpot puts between values")


def _stage(element: Pipeline, stage: PipelineStage, object_name: str) -> Found:
    say = _teller(element, f"The stage '{stage.key}' of the pipeline '{element.key}'")
    if len(stage.value) > LONGEST_STAGE_ID:
        yield say("HS021", f"has an id of {len(stage.value)} characters; HubSpot takes {LONGEST_STAGE_ID}")
    if object_name != "deal":
        return
    if stage.probability is None:
        yield say("HS021", "has no probability; HubSpot wants one for every deal stage")
    elif not 0 <= stage.probability <= 1:
        yield say("HS021", f"has the probability {stage.probability:g}; HubSpot takes 0 to 1")
    elif bool(stage.closed) != (stage.probability in (0, 1)):
        state = "closed" if stage.closed else "open"
        yield say(
            "HS021", f"is {state} with the probability {stage.probability:g}; HubSpot closes a deal at 0 and 1 only"
        )


def _together(elements: Sequence[Element]) -> Found:
    fields = [element for element in elements if isinstance(element, Field)]
    seen: dict[tuple[str, str], Field] = {}
    for element in fields:
        place = (singular(element.object), element.name)
        first = seen.setdefault(place, element)
        if first is not element and first.key != element.key:
            message = f"The fields '{first.key}' and '{element.key}' are both the {place[0]} property '{place[1]}'."
            yield finding("HS004", "error", message, element.origin.source, hint="bind one of them to another property")
    unique = Counter(on for on, name in seen if seen[on, name].unique and not is_standard(on, name))
    for object_name in sorted(unique):
        if unique[object_name] > MOST_UNIQUE:
            message = f"{unique[object_name]} {object_name} properties want unique values; HubSpot takes {MOST_UNIQUE}."
            last = [seen[place] for place in seen if place[0] == object_name and seen[place].unique][-1]
            yield finding("HS010", "error", message, last.origin.source)
    yield from _stages_twice([element for element in elements if isinstance(element, Pipeline)])


def _stages_twice(pipelines: Sequence[Pipeline]) -> Found:
    seen: dict[tuple[str, str], Pipeline] = {}
    for element in pipelines:
        for stage in element.stages:
            first = seen.setdefault((singular(element.object), stage.value), element)
            if first is not element:
                message = f"The pipelines '{first.key}' and '{element.key}' share the stage id '{stage.value}'."
                yield finding(
                    "HS021", "error", message, element.origin.source, hint="HubSpot wants every stage id once"
                )


def _teller(element: Field | Pipeline, subject: str) -> Callable[[str, str], Diagnostic]:
    return lambda rule, text: finding(rule, "error", f"{subject} {text}.", element.origin.source)


def _twice(words: Iterable[str]) -> list[str]:
    return sorted(word for word, times in Counter(words).items() if times > 1)


def _refers(element: Field) -> bool:
    return element.hints.get("referenced_object") == "OWNER"


def _not_in_draft(element: Score) -> Found:
    rules = [each for group in element.groups for each in group.rules if not scoring.expressible(element, each)]
    if rules:
        message = (
            f"In '{element.name}' a HubSpot draft cannot say {quoted(each.key for each in rules)}; a person adds them."
        )
        events = sorted({each.event for each in rules if each.event})
        hint = (
            f"give events their HubSpot type ids in the model's settings, `event_types`: {', '.join(events)}"
            if events
            else ""
        )
        yield finding("HS041", "note", message, element.origin.source, hint=hint)
