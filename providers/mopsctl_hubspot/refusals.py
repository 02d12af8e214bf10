"""What HubSpot would refuse of a plan, judged on the account as it will be, with everything in it that is not ours.

HS003 options · HS020 pipelines · HS023 lifecycle stages
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.resource import Observation, Write
from mopsctl_hubspot.names import split

MOST_STAGES = 100

Items = Mapping[str, Mapping[str, Any]]


def refused(writes: Sequence[Write], seen: Mapping[Address, Observation]) -> Iterator[Diagnostic]:
    """Each write that HubSpot would refuse, with the reason."""
    pipelines = _pipelines(writes, seen)
    for write in writes:
        if write.action == "remove":
            continue
        if write.address.kind == "property" and write.target.get("options"):
            yield from _options(write)
        elif write.address.kind == "pipeline":
            yield from _pipeline(write, pipelines)
        elif write.address.kind == "lifecycle-stage-list":
            yield from _new_stages(write)


def _options(write: Write) -> Iterator[Diagnostic]:
    """Every label once, hidden options and those of others included; values that differ in letter case are one to HubSpot."""
    options: Items = write.target["options"]
    seen: Items = (write.observed.attributes.get("options") or {}) if write.observed else {}
    new = [value for value in options if value not in seen]
    pairs = [(value, twin) for value in new if (twin := _twin(value, options, seen)) is not None]
    if not pairs:
        return
    named = "; ".join(
        f"'{twin}' ({_told(seen[twin])}) beside '{value}' ({_told(options[value])})" for value, twin in pairs
    )
    spelled = ", ".join(f"{{key: {value}, in: {{{write.address.system}: {_quoted(twin)}}}}}" for value, twin in pairs)
    text = (
        f"The property {write.address.name} would have options that HubSpot takes for the same: {named}. It wants every label and"
        " every value once, whatever their letter case, hidden ones included."
    )
    hint = f"if they are the same, spell them as HubSpot does: {spelled}; else give one of the two another label"
    yield _error("HS003", write, text, hint)


def _twin(value: str, options: Items, seen: Items) -> str | None:
    """The option of the account that HubSpot would take for this new one: of its label, or of its value but for letter case."""
    label = _same(str(options[value].get("label", "")))
    for other in seen:
        kept = options.get(other, seen[other])
        if other != value and (_same(str(kept.get("label", ""))) == label or other.lower() == value.lower()):
            return other
    return None


def _new_stages(write: Write) -> Iterator[Diagnostic]:
    """A lifecycle stage that is not there yet: HubSpot chooses its value, so that no write leads to the declared one."""
    live: Items = (write.observed.attributes.get("stages") or {}) if write.observed else {}
    new = [value for value in write.target.get("stages") or {} if value not in live]
    if new:  # (fact: hubspot-lifecycle-ids).
        yield Diagnostic(
            "HS023",
            "warning",
            f"The lifecycle stages of {write.address.name} are not written: HubSpot gives each new stage a value of its own, so"
            f" {', '.join(map(repr, new))} cannot be made as declared.",
            write.source,
            "add them under Settings > Data Management > Objects, tab Lifecycle Stage, and write the values that HubSpot gave them"
            " into the lifecycle; labels and order are then written",
            str(write.address),
        )


def _pipelines(writes: Sequence[Write], seen: Mapping[Address, Observation]) -> dict[Address, Mapping[str, Any]]:
    """Every pipeline as it will be."""
    world = {address: each.attributes for address, each in seen.items() if address.kind == "pipeline"}
    written = {each.address: each.target for each in writes if each.address.kind == "pipeline"}
    gone = {each.address for each in writes if each.action == "remove"}
    return {address: content for address, content in {**world, **written}.items() if address not in gone}


def _pipeline(write: Write, world: Mapping[Address, Mapping[str, Any]]) -> Iterator[Diagnostic]:
    object_name, name = split(write.address.name)
    label, by_object = _same(str(write.target.get("label", ""))), defaultdict(list)
    for address in sorted(world):
        by_object[split(address.name)[0]].append(address)
    for other in by_object[object_name]:
        if other != write.address and _same(str(world[other].get("label", ""))) == label:
            text = f"The {object_name} pipelines '{split(other.name)[1]}' and '{name}' would have one label, '{write.target.get('label')}'."
            yield _error(
                "HS020",
                write,
                text,
                "HubSpot wants every label of an object's pipelines once: give one of them another",
            )
    if write.action == "add":
        yield from _id_twice(write, name, (address for address in world if split(address.name)[0] != object_name))
    if len(write.target.get("stages") or ()) > MOST_STAGES:
        text = f"The pipeline '{name}' would have {len(write.target['stages'])} stages; HubSpot takes {MOST_STAGES}."
        yield _error("HS020", write, text, "divide it, or leave out stages that nobody is in")


def _id_twice(write: Write, name: str, others: Iterable[Address]) -> Iterator[Diagnostic]:
    """An id is good for one object only."""
    for other in sorted(others):
        if split(other.name)[1] == name and name not in ("default", "0"):
            text = f"The pipeline id '{name}' is taken by a {split(other.name)[0]} pipeline, and HubSpot wants every id once."
            yield _error("HS020", write, text, "give it another id under 'in'")


def _same(label: str) -> str:
    return label.strip().lower()


def _told(option: Mapping[str, Any]) -> str:
    return f"labelled {option.get('label', '')}{', hidden' if option.get('hidden') else ''}"


def _quoted(value: str) -> str:
    return value if value.isidentifier() else f'"{value}"'


def _error(rule: str, write: Write, text: str, hint: str) -> Diagnostic:
    return Diagnostic(rule, "error", text, write.source, hint, str(write.address))
