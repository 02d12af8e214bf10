"""The golden files: what each format makes of the samples. `python -m tests.render.goldens` writes them anew, to be reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mopsctl.diagnostics import Diagnostic
from mopsctl.errors import ManifestError, StalePlan, VendorError
from mopsctl.render import html, json, junit, markdown, sarif, text
from tests.render import samples

FOLDER = Path(__file__).parent / "golden"
WIDTHS = (80, 120)
NEXT = ("mopsctl apply plan.json",)


@dataclass(frozen=True)
class Validated:
    """The shape of what `validate` brings."""

    stack: str = "northwind-cloud"
    environment: str | None = "production"
    files: int = 9
    documents: int = 9
    diagnostics: tuple[Diagnostic, ...] = samples.VERDICTS


def every() -> dict[str, str]:
    """All golden files by name."""
    return {**_texts(), **_documents()}


def _texts() -> dict[str, str]:
    made = {}
    for width in WIDTHS:
        screen = text.Screen(width=width)
        made |= {f"plan-{name}.{width}.txt": text.plan(plan, screen, NEXT) for name, plan in samples.PLANS.items()}
        made[f"report-partly.{width}.txt"] = text.applied(samples.PARTLY, screen, NEXT)
        made[f"report-done.{width}.txt"] = text.applied(samples.DONE, screen)
        made[f"validated.{width}.txt"] = text.validated(Validated(), screen, ("mopsctl plan -e production",))
        made[f"failure.{width}.txt"] = "\n".join(text.failure(error, screen) for error in ERRORS)
        made[f"provider.{width}.txt"] = text.provider(samples.ADAPTER, screen)
    made["plan-rich.color.txt"] = text.plan(samples.RICH, text.Screen(width=80, color=True))
    made["plan-rich.verbose.txt"] = text.plan(samples.RICH, text.Screen(width=80, verbose=True))
    made["events.txt"] = "".join(f"{text.event(each)}\n" for each in samples.EVENTS)
    return made


def _documents() -> dict[str, str]:
    made = {}
    for name, plan in samples.PLANS.items():
        made[f"plan-{name}.json"] = json.plan(plan)
        made[f"plan-{name}.md"] = markdown.plan(plan)
        made[f"plan-{name}.html"] = html.plan(plan)
        made[f"plan-{name}.xml"] = junit.plan(plan)
        made[f"plan-{name}.sarif"] = sarif.findings(plan.verdicts, "stacks/example")
    made["plan-thousands.md"] = markdown.plan(samples.THOUSANDS)
    made["plan-rich.short.md"] = markdown.plan(samples.RICH, 2500)
    made["report-partly.json"] = json.applied(samples.PARTLY)
    made["validated.json"] = json.validated(Validated())
    made["validated.xml"] = junit.findings("northwind-cloud", samples.VERDICTS)
    made["failure.json"] = json.failure(ERRORS[2])
    made["provider.json"] = json.provider(samples.ADAPTER)
    return made


ERRORS = (
    StalePlan("Salesforce changed since the plan was made.", hint="plan again, and apply the new plan"),
    VendorError("The property already exists.", hint="import it", system="hubspot", status=409, code="EXISTS"),
    ManifestError("The manifests have 1 error.", hint="fix it and try again", diagnostics=samples.VERDICTS),
)

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for stale in FOLDER.iterdir():
        stale.unlink()
    for name, content in every().items():
        (FOLDER / name).write_text(content, encoding="utf-8", newline="\n")
