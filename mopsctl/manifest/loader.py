"""From a folder to a typed stack: read, check the shape, fill in the environment, type, follow the references.

Every station adds its findings and hands on what is sound, so that one run shows what is wrong everywhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mopsctl.diagnostics import Diagnostic, Source, did_you_mean, has_errors, in_order
from mopsctl.errors import MopsctlError
from mopsctl.manifest import environment as connections
from mopsctl.manifest import overlay, references, schema
from mopsctl.manifest.border import Border
from mopsctl.manifest.build import build
from mopsctl.manifest.digest import digest, digests
from mopsctl.manifest.documents import CONTENT, Documents, Raw, read
from mopsctl.manifest.files import STACK_FILE, Folder
from mopsctl.manifest.model import Environment, Stack
from mopsctl.manifest.placeholders import left_over, pending, substitute
from mopsctl.manifest.trusted import OPEN, Trusted, decide
from mopsctl.manifest.variables import settle
from mopsctl.provider import registry


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder held.

    `stack` is None as soon as one finding is an error. `digest` covers the content of every document; with an environment, of
    that environment and no other. `files` and `documents` count what was read. `trust` has a digest for each part of the
    environment that decides about trust.
    """

    stack: Stack | None
    diagnostics: tuple[Diagnostic, ...]
    digest: str
    files: int
    documents: int
    trust: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> Environment | None:
        """The environment that was asked for."""
        return self.stack.environment if self.stack else None


def load_stack(
    folder: Path,
    environment: str | None = None,
    environ: Mapping[str, str] | None = None,
    trusted: Trusted | None = None,
) -> Loaded:
    """Load the stack in a folder, for one of its environments or for none.

    Nothing is raised for what a manifest says, and no network or credential is touched; `environ` stands in for the process's
    environment variables, and `trusted` decides what a pull request may not. Without an environment, variables are at their defaults and `${env:NAME}` stays as written.
    """
    room = Folder(folder)
    documents = read(room)
    if documents.stack() is None and not documents.found:
        message = f"'{STACK_FILE}' holds no Stack."
        documents.found.append(Diagnostic("RF006", "error", message, Source(STACK_FILE), "say 'kind: Stack' in it"))
    if trusted is not None:
        decide(documents, trusted, environment)
    kept = [each for each in documents.all if each.kind != "Environment" or environment in (None, each.name)]
    number = digest(kept)
    _shape(documents, ("Stack", "Environment"))
    chosen = _chosen(documents, environment)
    trust = digests({key: each for key, each in chosen.spec.items() if key not in OPEN} if chosen else {})
    border = Border.of(documents, _secret_settings)
    _fill(documents, chosen, border, os.environ if environ is None else environ)
    _shape(documents, CONTENT)
    stack = _typed(documents, environment, folder)
    found = in_order(documents.found)
    return Loaded(None if has_errors(found) else stack, found, number, documents.files, len(documents.all), trust)


def _shape(documents: Documents, kinds: tuple[str, ...]) -> None:
    for raw in documents.of(*kinds):
        documents.note(raw, schema.findings(raw.kind, raw.root))
        if raw.kind not in CONTENT:
            documents.note(raw, connections.references(raw))


def _chosen(documents: Documents, environment: str | None) -> Raw | None:
    """The environment that was asked for; a finding where there is none of that name."""
    raws = documents.of("Environment")
    chosen = next((each for each in raws if each.name == environment), None)
    if environment is not None and chosen is None:
        names = [each.name for each in raws]
        hint = did_you_mean(environment, names) or f"there are: {', '.join(names) or 'none'}"
        message = f"There is no environment '{environment}'."
        documents.found.append(Diagnostic("NV006", "error", message, Source(STACK_FILE), hint))
    return chosen


def _secret_settings(provider: str) -> frozenset[str] | None:
    """What the adapter of that name calls secret; None where it cannot be asked."""
    try:
        return getattr(registry.load(provider), "secret_settings", None)
    except MopsctlError:  # whoever opens a connection says that it is missing
        return None


def _fill(documents: Documents, chosen: Raw | None, border: Border, environ: Mapping[str, str]) -> None:
    """Overrides first, so that what they replace need not have a value; then the references that are left."""
    for environment in documents.of("Environment"):
        documents.note(environment, border.environment(environment))
    if chosen is not None:
        documents.note(chosen, border.values(chosen, environ))
    sound = [each for each in documents.of("Environment") if each.ok]
    targets = {each.id: each for each in documents.of(*CONTENT)}
    for environment in sound:
        found = overlay.apply(environment, targets, write=environment is chosen, sure=not documents.unread)
        documents.note(environment, found)
    stack = documents.stack()
    if stack is None or not stack.ok:
        return
    sure = not documents.unread and len(sound) == len(documents.of("Environment"))
    seen = border.visible(chosen, environ)
    values, found = settle(stack, sound, chosen if chosen in sound else None, seen, sure=sure)
    documents.found.extend(found)
    for raw in documents.of(*CONTENT):
        if raw.placeholders:
            documents.note(raw, border.content(raw, chosen))
            documents.note(raw, border.unexplained(substitute(raw.root, values)))
            waits = pending(raw.root)
            if raw.ok and not waits:
                documents.note(raw, left_over(raw.root, filled=values.environ is not None))
            raw.ok = raw.ok and not waits


def _typed(documents: Documents, environment: str | None, folder: Path) -> Stack | None:
    stack = build(documents, environment)
    if stack is not None:
        documents.found.extend(references.check(stack, documents, folder))
    return stack
