"""An error as text: the findings it carries, one sentence, and what to do."""

from __future__ import annotations

from mopsctl.errors import ManifestError, MopsctlError, SystemError_
from mopsctl.render.text.findings import add_findings
from mopsctl.render.text.page import Page, Screen


def failure(error: MopsctlError, screen: Screen) -> str:
    """What went wrong, for standard error."""
    page = Page(screen)
    if isinstance(error, ManifestError) and error.diagnostics:
        add_findings(page, error.diagnostics)
        page.blank()
    system = f"{error.system}: " if isinstance(error, SystemError_) and error.system else ""
    page.line(system + error.message, lead=("Error: ", "bold red"))
    if error.hint:
        page.line(error.hint, lead=("Hint:  ", "bold"))
    return page.text()
