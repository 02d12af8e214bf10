"""Stories an adapter is led through: each step is what the stack wants next, in vendor-free elements.

A story names the rows of the lowering table it needs; an adapter that does not write them is told so by name, not failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mopsctl.diagnostics import Source
from mopsctl.element import Element, Field, FieldType, Group, Item, Origin, ValueList

HERE = Origin("FieldCatalog/person", Source("catalog/person.yaml", 7, 7), "marketing-ops")


@dataclass(frozen=True, slots=True)
class Profile:
    """What the kit has to know of a vendor to speak of fields there.

    `object` carries people; `name` makes a native field name of a key; `types` are the neutral types the vendor stores;
    `volatile` are keys of stored documents that differ from run to run (ids, times). `texts` are the words that may change
    after creation, `ordered` says whether value lists have an order there.
    """

    object: str
    name: Callable[[str], str]
    types: frozenset[FieldType]
    volatile: tuple[str, ...] = ()
    texts: frozenset[str] = frozenset({"label", "description"})
    ordered: bool = True
    hints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One state of the manifests; `why` narrates what just changed, `allow_remove` whether a run may take things away."""

    why: str
    elements: tuple[Element, ...]
    allow_remove: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """A name, the rows it needs an adapter to write, and the steps."""

    name: str
    rows: tuple[str, ...]
    steps: tuple[Step, ...]


def stories(profile: Profile) -> tuple[Story, ...]:
    """Every story that can be told of this vendor."""
    made = [_types(profile), _texts(profile), _group(profile), _values(profile), _many(profile)]
    return tuple(story for story in made if story.steps)


def crowd(profile: Profile, count: int = 12) -> tuple[Element, ...]:
    """Enough things for several calls: fields of every type the vendor has, in a group where it has groups."""
    types = sorted(profile.types - {"choice", "multi_choice"})
    return tuple(_field(profile, f"crowd_{number:02}", types[number % len(types)]) for number in range(count))


def choice(profile: Profile, key: str, values: Sequence[str]) -> Field:
    """A choice field with these values, in this order."""
    items = tuple(Item(value, value, value.capitalize()) for value in values)
    return replace(_field(profile, key, "choice"), values=ValueList(key, items))


def archived(field: Field) -> Field:
    """The same field, whose author wants to be put away what leaves the manifests."""
    return replace(field, origin=replace(field.origin, on_delete="archive"))


def _field(profile: Profile, key: str, kind: FieldType = "text", **more: Any) -> Field:
    label = key.replace("_", " ").capitalize()
    plain = Field(HERE, "person", profile.object, profile.name(key), key, kind, label, hints=profile.hints)
    if kind in ("choice", "multi_choice"):
        plain = replace(plain, values=ValueList(key, (Item("a", "a", "A"), Item("b", "b", "B"))))
    return replace(plain, **more)


def _types(profile: Profile) -> Story:
    steps = [
        Step(f"a new field of type {kind}", (_field(profile, f"kit_{kind}", kind),)) for kind in sorted(profile.types)
    ]
    return Story("every type", ("field.new",), tuple(steps))


def _texts(profile: Profile) -> Story:
    base = _field(profile, "kit_words", "text", label="Words", description="As it was.")
    steps = [Step("a field with words", (base,))]
    if "label" in profile.texts:
        steps.append(Step("the label changes", (replace(base, label="Other words"),)))
    if "description" in profile.texts:
        steps.append(Step("the description changes", (replace(base, description="As it is: ä, €, 'quotes'."),)))
    return Story("words", ("field.new", "field.text"), tuple(steps))


def _group(profile: Profile) -> Story:
    group = Group(HERE, profile.object, "kit_group", "Kit")
    inside = _field(profile, "kit_inside", "text", group="kit_group")
    return Story(
        "groups",
        ("field.group", "field.new"),
        (
            Step("a group, and a field in it", (group, inside)),
            Step("the group's label changes", (replace(group, label="Kit, renamed"), inside)),
        ),
    )


def _values(profile: Profile) -> Story:
    if "choice" not in profile.types:
        return Story("value lists", (), ())
    first = choice(profile, "kit_list", ["web", "event"])
    items = first.values.items if first.values else ()
    renamed = replace(first, values=ValueList("kit_list", (replace(items[0], label="The web"), items[1])))
    return Story(
        "value lists",
        ("field.new", "field.values"),
        (
            Step("two values", (first,)),
            Step("a third value", (choice(profile, "kit_list", ["web", "event", "partner"]),)),
            *(
                [Step("another order", (choice(profile, "kit_list", ["partner", "web", "event"]),))]
                if profile.ordered
                else []
            ),
            Step("a value leaves", (archived(choice(profile, "kit_list", ["partner", "web"])),), allow_remove=True),
            Step("it comes back", (choice(profile, "kit_list", ["partner", "web", "event"]),)),
            Step("a label changes", (renamed,)),
        ),
    )


def _many(profile: Profile) -> Story:
    return Story("many at once", ("field.new",), (Step("twelve fields in one go", crowd(profile)),))
