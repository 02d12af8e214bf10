"""What each adapter can write, verify, or leaves manual, as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mopsctl.provider.bounds import SETTINGS
from mopsctl.provider.capability import ROWS, Cell
from mopsctl.provider.contract import Attribute, Kind, Provider
from mopsctl.render import words
from mopsctl.render.text.page import Page, Screen

TOPICS: Mapping[str, str] = {
    "field": "FieldCatalog",
    "lifecycle": "Lifecycle",
    "scoring": "ScoringModel",
    "mapping": "FieldMapping",
    "consent": "ConsentPolicy",
}
MODES: Mapping[str, str] = {
    "write": "write",
    "verify": "verify",
    "manual": "manual",
    "experimental": "experimental",
    "none": "none",
}
USES: Mapping[str, str] = {"plan": "To plan and look for drift", "apply": "To apply, besides these"}
_TONES = {"write": "green", "verify": "cyan", "manual": "magenta", "experimental": "yellow"}
_HELD: Mapping[str, str] = {
    "write": "written",
    "create-only": "written when it is made, fixed afterwards",
    "fixed": "fixed",
    "verify": "read and compared",
}
_ROW = max(map(len, ROWS.values())) + 2


def providers(found: Iterable[Provider], screen: Screen) -> str:
    """The installed adapters, one line each."""
    page, rows = Page(screen), sorted(found, key=lambda each: each.name)
    widest = max((len(each.name) for each in rows), default=0) + 2
    for each in rows:
        page.line(f"{each.title}, version {each.version}", lead=(f"{each.name:<{widest}}", "bold"))
    if not rows:
        page.line("No adapter is installed.")
    return page.text()


def provider(found: Provider, screen: Screen) -> str:
    """Everything one adapter says about itself: what it does with each element, its kinds, its settings."""
    page = Page(screen)
    page.line((found.title, "bold"), f", adapter {found.name} {found.version}")
    _cells(page, found.cells)
    page.blank()
    page.line(("Kinds", "bold underline"))
    for name in sorted(found.kinds):
        _kind(page, found.kinds[name])
    _settings(page, "Connection settings", {**found.settings, **SETTINGS}, found.secret_settings)
    page.blank()
    page.line(("Hosts", "bold underline"))
    page.line(", ".join(found.hosts) or "none of its own: each has to be allowed with --allow-host", indent=2)
    _settings(page, "Experimental switches", found.switches, frozenset())
    return page.text()


def rights(found: Provider, screen: Screen) -> str:
    """The least rights that the user or app of a connection needs, those of reading first."""
    page = Page(screen)
    page.line((found.title, "bold"), f", adapter {found.name} {found.version}")
    if not found.rights:
        page.line("The adapter says nothing about the rights it needs; see the vendor's documentation.")
    for use, title in USES.items():
        mine = [right for right in found.rights if right.use == use]
        if mine:
            page.blank()
            page.line((title, "bold underline"))
        for right in mine:
            page.line((right.name, "bold"), indent=2)
            page.line(right.about, indent=6)
            if right.when:
                page.line(right.when, indent=6, lead=("not needed where ", "dim"))
            if not right.sure:
                page.line("not confirmed by the vendor's documentation: try it on a sandbox", indent=6)
    return page.text()


def _cells(page: Page, cells: Mapping[str, Cell]) -> None:
    for topic, title in TOPICS.items():
        rows = [name for name in ROWS if name.partition(".")[0] == topic and name in cells]
        if rows:
            page.blank()
            page.line((title, "bold underline"))
        for name in rows:
            _cell(page, ROWS[name], cells[name])


def _cell(page: Page, title: str, cell: Cell) -> None:
    *rest, last = (MODES[mode] for mode in cell.modes)
    modes = f"{', '.join(rest)} or {last}" if rest else last
    page.line((modes, _TONES.get(cell.modes[0], "dim")), indent=2, lead=(f"{title:<{_ROW}}", "bold"))
    if cell.why:
        page.line(cell.why, indent=6)
    if cell.undo:
        page.line(words.undo(cell.undo), indent=6, lead=("can be undone: ", "dim"))


def _kind(page: Page, kind: Kind) -> None:
    page.line(f"on screen: {kind.noun}", indent=2, lead=(f"{kind.name}  ", "bold"))
    reached = kind.creatable or kind.readable
    for mode, said in _HELD.items() if reached else ():
        names = [name for name in sorted(kind.attributes) if kind.attributes[name].mode == mode]
        if names:
            page.line(", ".join(names), indent=6, lead=(f"{said}: ", "dim"))
    if not reached and kind.attributes:
        page.line(", ".join(sorted(kind.attributes)), indent=6, lead=("manual: ", "dim"))
    _reasons(page, kind.attributes)
    page.line(_removal(kind), indent=6, lead=("removal: ", "dim"))
    if kind.why:
        page.line(kind.why, indent=6)


def _reasons(page: Page, attributes: Mapping[str, Attribute]) -> None:
    for name in sorted(attributes):
        if attributes[name].why:
            page.line(attributes[name].why, indent=8, lead=(f"{name}: ", "dim"))


def _removal(kind: Kind) -> str:
    return {"archive": "archived", "delete": "deleted for good", "none": "never"}[kind.removal]


def _settings(page: Page, title: str, settings: Mapping[str, str], secret: frozenset[str]) -> None:
    if settings:
        page.blank()
        page.line((title, "bold underline"))
    for name in sorted(settings):
        mark = " (secret)" if name in secret else ""
        page.line(settings[name] + mark, indent=2, lead=(f"{name}  ", "bold"))
