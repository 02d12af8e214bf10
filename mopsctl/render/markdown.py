"""A plan as a comment on a pull request: the summary first, details folded, never longer than the site takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from mopsctl.diagnostics import Group, Level, grouped
from mopsctl.engine.plan import Change, Drift, Plan, SystemReport
from mopsctl.render import meaning, moves, words
from mopsctl.render.meaning import Bucket, Entry
from mopsctl.render.values import Style, prose
from mopsctl.render.view import Section, Step, View, arrange
from mopsctl.resource import Action

STYLE = Style(limit=200, items=20, more="the plan file has all")
LEVELS: dict[Level, str] = {"error": "❌ error", "warning": "⚠️ warning", "note": "\u2139\ufe0f note"}
_SPECIAL = re.compile(r"([\\`*_\[\]|~])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "#": "&#35;"}


MOST_BYTES = 60_000  # sites take some 65,000; a little is left for what programs put around a comment


def plan(plan: Plan, max_bytes: int = 0, *, by_system: bool = False) -> str:
    """The comment, in at most `max_bytes` bytes of UTF-8 (0: as many as sites take).

    Its first line is a tag by which a program finds its own comment again. What does not fit is counted, and the reader
    told where it is; the least important goes first.
    """
    max_bytes = max_bytes or MOST_BYTES
    blocks = _blocks(arrange(plan), by_system=by_system)
    text = _text(blocks)
    for place in sorted(range(len(blocks)), key=lambda number: -blocks[number].rank):
        if _size(text) <= max_bytes:
            break
        blocks[place] = _fitted(blocks, place, max_bytes)
        text = _text(blocks)
    return text


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the comment whose rows may be left out; parts of a higher `rank` go first, those of rank 0 stay."""

    head: str = ""
    rows: tuple[str, ...] = ()
    tail: str = ""
    noun: str = ""
    rank: int = 0
    left_out: int = 0

    def text(self) -> str:
        """The part, with the count of what was left out."""
        note = (
            f"\n\n_{words.counted(self.left_out, self.noun)} left out here: mopsctl show PLAN -v_" if self.noun else ""
        )
        rows = "\n".join((self.head, *self.rows)) if self.head else "\n".join(self.rows)
        return rows + (note if self.left_out else "") + self.tail


def _text(blocks: Sequence[Block]) -> str:
    return "\n\n".join(text for text in (block.text() for block in blocks) if text) + "\n"


def _size(text: str) -> int:
    return len(text.encode())


def _fitted(blocks: Sequence[Block], place: int, max_bytes: int) -> Block:
    """The block with as many of its rows as fit."""
    block = blocks[place]
    least, most = 0, len(block.rows)
    while least < most:
        middle = (least + most + 1) // 2
        tried = [*blocks[:place], _cut(block, middle), *blocks[place + 1 :]]
        least, most = (middle, most) if _size(_text(tried)) <= max_bytes else (least, middle - 1)
    return _cut(block, least)


def _cut(block: Block, keep: int) -> Block:
    return replace(block, rows=block.rows[:keep], left_out=len(block.rows) - keep) if block.rank else block


def _blocks(view: View, *, by_system: bool) -> list[Block]:
    every = (
        _head(view),
        _headline(view),
        _unreadable(view),
        _irreversible(view),
        _changes(view) if by_system else _entries(view),
        _checks(view),
        _steps(view),
        _drift(view.plan.drift),
        _systems(view.plan.systems),
        _foot(view),
    )
    return [block for block in every if block.head or block.rows]


def _head(view: View) -> Block:
    plan = view.plan
    tag = f"<!-- mopsctl:{_tag(plan.stack)}/{_tag(plan.environment)} -->"
    counts = words.summary(plan).partition(";")[0]
    lines = [tag, f"### mopsctl plan: {escape(plan.environment)}: {counts}"]
    if plan.partial:
        lines.append("\nA part only: `--only` or `--except` left something out.")
    if plan.refused:
        many = words.counted(len(plan.refused), "check")
        lines.append(f"\n**{many} {'refuses' if len(plan.refused) == 1 else 'refuse'} this plan.** See below.")
    if view.quiet and not plan.unreadable:
        lines.append("\nNothing to add, change or remove.")
    return Block("\n".join(lines))


def _headline(view: View) -> Block:
    said = meaning.headline(view.entries)
    return Block(rows=(f"Changes {escape(said)}.",), rank=7) if said else Block()


def _unreadable(view: View) -> Block:
    rows = [
        f"- **{escape(report.title)} could not be read:** {escape(report.message)} Nothing is planned for it."
        for report in view.plan.unreadable
    ]
    return Block(rows=tuple(rows))


def _irreversible(view: View) -> Block:
    rows = []
    for answer, changes in view.warnings:
        if len(changes) <= meaning.MOST_IN_FULL:
            told = [f"  - {_action(each.action)} {_named(view, each)} {code(str(each.address))}" for each in changes]
        else:
            told = [
                f"  - {_action(action)} {escape(system)} {escape(noun)} {', '.join(f'**{escape(each)}**' for each in titles)}"
                for (action, system, noun), titles in view.alike(changes).items()
            ]
        rows += [f"- {escape(words.undo(answer))}:\n{told[0]}", *told[1:]]
    return Block("**Cannot be undone**\n" if rows else "", tuple(rows), noun="change", rank=1)


def _changes(view: View) -> Block:
    rows = [_row(view, change) for section in view.sections for change in section.changes]
    head = "| | what | before → after | can be undone | records |\n|---|---|---|---|---|"
    return Block(head if rows else "", tuple(rows), noun="change", rank=3)


def _entries(view: View) -> Block:
    rows = [_entry(view, entry, bucket) for entry in view.entries for bucket in entry.buckets(STYLE)]
    head = "| | what | where it lands | before → after | can be undone | records |\n|---|---|---|---|---|---|"
    return Block(head if rows else "", tuple(rows), noun="entry", rank=3)


def _entry(view: View, entry: Entry, bucket: Bucket) -> str:
    """One row: the element, where it lands on each system, what moves."""
    first = bucket.first
    what = [f"{escape(entry.kind)} **{escape(entry.label)}**" if entry.subject.kind else f"**{escape(entry.label)}**"]
    what += [code(entry.place, table=True)] if entry.place else []
    lands = [
        f"{escape(each.system)} {escape(each.noun)} {code(each.listed, table=True)}"
        for each in bucket.things(view.plan)
    ]
    said = [escape(words.reason(first))] if words.reason(first) else []
    if first.moved_from is not None:
        said.append(f"until now {code(str(first.moved_from), table=True)}")
    said += _moved(first) if len(bucket.changes) == 1 else _signed(bucket.moves(STYLE))
    said += [f"_why:_ {escape(why)}" for why in bucket.whys]
    undo = "<br>".join(escape(answer) for answer in bucket.undo)
    cells = (
        _action(first.action),
        "<br>".join(what),
        "<br>".join(lands),
        "<br>".join(said),
        undo,
        escape(bucket.records),
    )
    return f"| {' | '.join(cells)} |"


def _row(view: View, change: Change) -> str:
    what = [f"{_named(view, change)}", code(str(change.address), table=True)]
    if change.source.file:
        what.append(code(str(change.source), table=True))
    said = [escape(words.reason(change))] if words.reason(change) else []
    if change.moved_from is not None:
        said.append(f"until now {code(str(change.moved_from), table=True)}")
    said += _moved(change)
    if change.why:
        said.append(f"_why:_ {escape(change.why)}")
    records = escape(words.records(change.impact)) if change.impact else ""
    cells = (_action(change.action), "<br>".join(what), "<br>".join(said), escape(words.undo(change.undo)), records)
    return f"| {' | '.join(cells)} |"


def _checks(view: View) -> Block:
    shown = view.fresh_verdicts
    rest = words.standing_findings(len(view.verdicts) - len(shown)).partition(":")[0]
    head = (
        f"**Checks** {words.tally(view.verdicts)}{f' ({rest})' if rest else ''}\n"
        if view.verdicts
        else "**Checks** no findings"
    )
    return Block(head, tuple(_finding(each) for each in grouped(shown)), noun="finding", rank=2)


def _finding(each: Group) -> str:
    places = [(words.place_of(found), gap) for found, gap in each.places]
    place = places[0][0] if each.alone else ""
    parts = [LEVELS[each.level], escape(each.rule), code(place) if place else "", escape(each.message)]
    hint = f" _{escape(each.hint)}_" if each.hint else ""
    line = f"- {' '.join(part for part in parts if part)}{hint}"
    if each.alone:
        return line
    told = (" ".join(filter(None, (code(at) if at else "", escape(gap)))) for at, gap in places)
    return "\n".join([line, *(f"  - {each}" for each in told)])


def _steps(view: View) -> Block:
    rows = tuple(_step(section, step) for section, step in view.news)
    rest = words.standing_steps(view.standing, view.attested, view.plan.environment)
    if not rows:
        return Block(f"_{escape(rest.partition(':')[0])}: {code(rest.partition(': ')[2])}_") if rest else Block()
    title = f"Manual steps ({len(rows)}{' new' if rest else ''})"
    block = _folded(title, rows, "step", rank=4)
    return replace(block, tail=f"{block.tail}\n\n_{escape(rest)}_") if rest else block


def _step(section: Section, step: Step) -> str:
    what = step.what
    first = what.first
    name = f"**{escape(what.title)}**" if what.gathered else f"{escape(first.noun)} **{escape(first.title)}**"
    place = "" if what.gathered else f" {code(str(first.address))}"
    lines = [f"- **{escape(section.report.title)} {step.number}.** {name}{place} {code(what.id)}"]
    if what.rest:
        lines.append(f"  _{words.counted(what.rest, 'other row')} of it from before_")
    lines += [f"  {number}. {escape(sentence)}" for number, sentence in enumerate(what.lead, start=1)]
    for row in what.rows:
        mark = f" _{escape(what.mark(row))}_" if what.mark(row) else ""
        if what.gathered:
            lines.append(f"  - {escape(row.noun)} **{escape(row.title)}** {code(str(row.address))}{mark}")
        pad = "    " if what.gathered else "  "
        if row.action == "manual":
            lines += [f"{pad}- {line}" for line in _moved(row)]
        lines += [f"{pad}{number}. {escape(sentence)}" for number, sentence in enumerate(what.own(row), start=1)]
    whys = what.whys or (words.reason(first),)
    facts = (*(("why", why) for why in whys), ("owner", first.owner), ("verified", words.check(what.checks)))
    said = "; ".join(f"{name}: {escape(fact.rstrip('.'))}" for name, fact in facts if fact)
    return "\n".join([*lines, f"\n  _{said}_"] if said else lines)


def _drift(found: Sequence[Drift]) -> Block:
    rows = tuple(_drifted(each) for each in found)
    return _folded(f"Moved since the last apply ({len(rows)})", rows, "thing", rank=5)


def _drifted(drift: Drift) -> str:
    lines = [f"- **{escape(drift.title)}** {code(str(drift.address))}: {words.who(drift)}"]
    for each in drift.fields:
        what, was, now, wanted = map(escape, moves.drifted(each, STYLE))
        lines.append(f"  - {what}: was {was}, now {now}, in the manifests {wanted}")
    return "\n".join(lines)


def _systems(found: Sequence[SystemReport]) -> Block:
    head = "| system | account | calls | unchanged | verified | unmanaged | limits |\n|---|---|---|---|---|---|---|"
    rows = [head, *(_system(each) for each in found)]
    return _folded(f"Systems read ({len(found)})", ("\n".join(rows),) if found else (), "table", rank=6)


def _system(report: SystemReport) -> str:
    counts = [words.number(each) for each in (report.calls, report.unchanged, report.verified, report.unmanaged)]
    account = escape(words.account(report).removeprefix("account "))
    return f"| {' | '.join([escape(report.title), account, *counts, escape('; '.join(report.limits))])} |"


def _foot(view: View) -> Block:
    commit = f" · commit {code(view.plan.inputs.commit[:12])}" if view.plan.inputs.commit else ""
    rest = words.summary(view.plan).partition("; ")[2]
    return Block(
        f"Plan {code(words.short(view.digest))}{commit} · {rest} · valid until manifests, record or systems move"
    )


def _folded(title: str, rows: tuple[str, ...], noun: str, rank: int) -> Block:
    head = f"<details><summary>{title}</summary>\n"
    return Block(head, rows, "\n\n</details>", noun, rank) if rows else Block()


def _action(action: Action) -> str:
    return f"{code(words.SYMBOLS[action])} {words.WORDS[action]}"


def _moved(change: Change) -> list[str]:
    """What moves, with each sign as code: as text it would start a list."""
    return _signed(moves.lines(change, STYLE))


def _signed(said: Sequence[str]) -> list[str]:
    return [
        f"{code(line[0])} {escape(line[2:])}" if line[:2] in ("+ ", "~ ", "- ", "= ") else escape(line) for line in said
    ]


def _named(view: View, change: Change) -> str:
    return f"{escape(view.system(change))} {escape(change.noun)} **{escape(change.title)}**"


def _tag(name: str) -> str:
    """A name that cannot end the comment it stands in."""
    return quote(name, safe="").replace("--", "-%2D")


def escape(text: str) -> str:
    """Text that stays text: no markup, no table cell, no mention, no reference to an issue."""
    plain = "".join(_ENTITIES.get(char, char) for char in prose(text))
    plain = re.sub(r"(&#?\w+;)|" + _SPECIAL.pattern, lambda found: found[1] or f"\\{found[2]}", plain)
    return plain.strip()


def code(text: str, *, table: bool = False) -> str:
    """Text as code, with a fence longer than any inside."""
    plain = prose(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain.replace('|', chr(92) + '|') if table else plain}{pad}{fence}"
