"""What of the machine's environment a stack may see: secrets in the secret settings of connections, and plain names.

A stack may come from a pull request, and the machine that checks it holds the variables of a whole CI. So nothing is read
because a manifest names it. A variable is a *secret* of the whole stack as soon as a secret setting of one connection in one
environment names it; then it can stand in such settings only. Any other is a *plain name*: an environment has to declare it
under `env`, with a reason. Only values of declared plain names ever leave this module.

Rules: NV011 a name that is not declared, NV012 a secret outside a secret setting, NV013 a secret that is declared as a plain name,
NV014 a plain name whose value is a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mopsctl.diagnostics import Diagnostic, Source, did_you_mean
from mopsctl.manifest.documents import Documents, Raw
from mopsctl.manifest.placeholders import open_references, outside_names, texts
from mopsctl.manifest.tree import Map, Path, place
from mopsctl.secrets import SHORTEST

SECRET_NAMES: Final = frozenset(
    {"access_token", "api_key", "auth", "client_secret", "password", "private_key", "refresh_token", "secret", "token"}
)
SecretSettings = Callable[[str], frozenset[str] | None]
"""The secret settings of the adapter of that name; None where it is not installed."""


def is_secret(setting: str, known: frozenset[str]) -> bool:
    """Whether a setting of a connection is a secret: by the adapter's word, or by its name."""
    return setting in known or setting in SECRET_NAMES


@dataclass(slots=True)
class Border:
    """Which names are secrets of the stack (with where the first of them stands), and which each environment declares."""

    secrets: dict[str, str] = field(default_factory=dict)
    declared: dict[str, Map] = field(default_factory=dict)
    plain: dict[str, list[tuple[str, Path]]] = field(default_factory=dict)
    refused: set[Source] = field(default_factory=set)

    @classmethod
    def of(cls, documents: Documents, settings: SecretSettings) -> Border:
        """Look at every environment, also at those with errors in them: a secret is one wherever it is named."""
        made = cls()
        known = _Adapters(documents.stack(), settings)
        for raw in documents.of("Environment"):
            declared = raw.spec.get("env")
            made.declared[raw.name] = declared if isinstance(declared, Map) else Map()
            for name, path in _references(raw):
                if _is_secret_place(path, known, made.declared[raw.name], name):
                    made.secrets.setdefault(name, f"{path[3]} of {path[2]} in {raw.file}")
                else:
                    made.plain.setdefault(raw.id, []).append((name, path))
        return made

    def environment(self, raw: Raw) -> list[Diagnostic]:
        """What is wrong with the names that an environment declares and uses."""
        declared = self.declared[raw.name]
        wrong = [
            self._secret_declared(name, place(raw.root, ("spec", "env", name), key=True))
            for name in declared
            if name in self.secrets
        ]
        uses = [(name, place(raw.root, path)) for name, path in self.plain.get(raw.id, ())]
        return [*wrong, *self._uses(uses, declared, raw.file)]

    def content(self, raw: Raw, chosen: Raw | None) -> list[Diagnostic]:
        """What is wrong with the names that a document uses, in the environment that was chosen, else in any."""
        declared: Mapping[str, object]
        if chosen is None:
            declared, where = {name: each for names in self.declared.values() for name, each in names.items()}, ""
        else:
            declared, where = self.declared[chosen.name], chosen.file
        uses = [(name, place(raw.root, path)) for name, path in open_references(raw.root)]
        return self._uses(uses, declared, where)

    def values(self, raw: Raw, environ: Mapping[str, str]) -> list[Diagnostic]:
        """A finding for each plain name of an environment whose value is, or holds, that of a secret."""
        found = []
        for name in self.declared[raw.name]:
            other = self._same(name, environ)
            if other:
                where = place(raw.root, ("spec", "env", name), key=True)
                message = f"The environment variable {name} holds the value of {other}, which is a secret."
                hint = "give it a value of its own, or take it out of 'env'"
                found.append(self._refuse("NV014", message, where, hint))
        return found

    def visible(self, chosen: Raw | None, environ: Mapping[str, str]) -> dict[str, str]:
        """The values that documents may see: of plain names that the environment declares."""
        names = self.declared[chosen.name] if chosen else ()
        return {
            name: environ[name]
            for name in names
            if name in environ and name not in self.secrets and not self._same(name, environ)
        }

    def unexplained(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings without those that call a variable unset where it is refused."""
        return [each for each in found if not (each.rule == "NV005" and each.source in self.refused)]

    def _same(self, name: str, environ: Mapping[str, str]) -> str:
        value = environ.get(name, "")
        for secret in sorted(self.secrets):
            hidden = environ.get(secret, "")
            if hidden and (hidden == value or (len(hidden) >= SHORTEST and hidden in value)):
                return secret
        return ""

    def _uses(self, uses: Iterable[tuple[str, Source]], declared: Mapping[str, object], file: str) -> list[Diagnostic]:
        found = []
        for name, where in uses:
            if name in self.secrets:
                message = f"The environment variable {name} is a secret ({self.secrets[name]}), and cannot stand here."
                hint = "what stands here can be read in plans and on systems: use a variable that holds no secret"
                found.append(self._refuse("NV012", message, where, hint))
            elif name not in declared:
                message = f"The environment variable {name} is not declared."
                near = did_you_mean(name, declared)
                row = f"env: {{{name}: {{reason: WHY}}}}"
                hint = f"declare it in {file or 'the environments that need it'}, {row}"
                found.append(self._refuse("NV011", message, where, f"{near} If not, {hint}" if near else hint))
        return found

    def _secret_declared(self, name: str, where: Source) -> Diagnostic:
        message = (
            f"The environment variable {name} is a secret ({self.secrets[name]}), and declared here as a plain name."
        )
        return self._refuse(
            "NV013", message, where, "take it out of 'env': secret settings of connections need no entry"
        )

    def _refuse(self, rule: str, message: str, where: Source, hint: str) -> Diagnostic:
        self.refused.add(where)
        return Diagnostic(rule, "error", message, where, hint)


class _Adapters:
    """The secret settings of each system of a stack, asked for when a connection is looked at."""

    def __init__(self, stack: Raw | None, settings: SecretSettings) -> None:
        systems = stack.spec.get("systems") if stack else None
        self._systems = systems if isinstance(systems, Map) else Map()
        self._settings = settings
        self._known: dict[str, frozenset[str] | None] = {}

    def of(self, system: str) -> frozenset[str] | None:
        """What is known to be secret in a connection of that system; None where its adapter is not there to say so."""
        row = self._systems.get(system)
        named = row.get("provider", system) if isinstance(row, Map) else system
        provider = named if isinstance(named, str) else system
        if provider not in self._known:
            self._known[provider] = self._settings(provider)
        return self._known[provider]


def _references(raw: Raw) -> Iterator[tuple[str, Path]]:
    """Every environment variable that an environment names in its variables and connections, with its path."""
    for holder, key, path in texts(raw.root):
        if path[:2] in (("spec", "variables"), ("spec", "connections")):
            for name in outside_names(holder[key]):
                yield name, path


def _is_secret_place(path: Path, adapters: _Adapters, declared: Map, name: str) -> bool:
    """Whether what stands there is a secret; where no adapter says, everything is that is not declared as a plain name."""
    if path[1] != "connections" or len(path) < 4:
        return False
    known = adapters.of(str(path[2]))
    named = is_secret(str(path[3]), known or frozenset()) or any(part in SECRET_NAMES for part in path[4:])
    return named or (known is None and name not in declared)
