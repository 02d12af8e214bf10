"""Bad input beside good input: one clear error, the right exit code, and nothing changed anywhere."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mopsctl import sessions
from mopsctl.emulator.server import Handle, running
from mopsctl.errors import AuthenticationError
from mopsctl.provider import registry
from mopsctl.secrets import register
from tests.journeys.conftest import Run, Stack

PERSON = "catalog/person.yaml"


def _replace(old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / PERSON
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def _file(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: _write(folder / name, text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _link_out(folder: Path) -> None:
    outside = folder.parent / "outside.yaml"
    outside.write_text("apiVersion: mopsctl/v1\n", encoding="utf-8")
    (folder / "catalog" / "link.yaml").symlink_to(outside)


def _huge(folder: Path) -> None:
    with (folder / "catalog" / "huge.yaml").open("wb") as file:
        file.truncate(50_000_000)


MODEL = """apiVersion: mopsctl/v1
kind: ScoringModel
metadata: {{name: {name}, owner: ops}}
spec:
  catalog: person
  dimension: fit
  writes: {writes}
  range: {{min: 0, max: 10}}
  grade_with: {other}
  groups: [{{key: g, rules: [{{key: r, when: {{field: country, is: DE}}, points: 10}}]}}]
"""


def _circle(folder: Path) -> None:
    _write(folder / "scoring" / "x.yaml", MODEL.format(name="x", writes="fit_score", other="y"))
    _write(folder / "scoring" / "y.yaml", MODEL.format(name="y", writes="fit_score", other="x"))


def _latin(folder: Path) -> None:
    path = folder / PERSON
    path.write_bytes(path.read_bytes().replace(b"First source", "Fürst".encode("latin-1")))


BAD: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "duplicate key": (_replace("kind: FieldCatalog\n", "kind: FieldCatalog\nkind: FieldCatalog\n"), PERSON, "twice"),
    "unknown kind": (_replace("kind: FieldCatalog", "kind: FieldCatalogue"), PERSON, "FieldCatalog"),
    "unknown key": (_replace("  object: person", "  objekt: person"), PERSON, "object"),
    "anchor": (_replace("  object: person", "  object: &a person"), PERSON, "anchor"),
    "tab": (_replace("  object: person", "\tobject: person"), PERSON, "tab"),
    "huge file": (_huge, "catalog/huge.yaml", "at most"),
    "link out of the stack": (_link_out, "catalog/link.yaml", "leads out"),
    "dangling reference": (_replace("values: employee_band", "values: employee_bond"), PERSON, "employee_band"),
    "circle": (_circle, "scoring/", "circle"),
    "two documents, one name": (
        lambda folder: _write(folder / "catalog" / "twin.yaml", (folder / PERSON).read_text(encoding="utf-8")),
        "catalog/",
        "person",
    ),
    "missing variable": (
        _replace("label: First source", 'label: "${var.no_such_thing}"'),
        PERSON,
        "no_such_thing",
    ),
    "not UTF-8": (_latin, PERSON, "UTF-8"),
    "empty file": (_file("catalog/empty.yaml", ""), "catalog/empty.yaml", "empty"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_a_bad_manifest_is_refused_with_its_place_and_changes_nothing(stack: Stack, case: str) -> None:
    spoil, place, word = BAD[case]
    spoil(stack.folder)
    for made in (stack.run("validate", stack.folder, "-e", "local"), stack.apply()):
        assert made.code == 3, made.out + made.err
        said = " ".join((made.out + made.err).split())
        assert place in said
        assert word.lower() in said.lower()
        assert "Traceback" not in said
    assert not (stack.folder / ".mopsctl").exists()


@pytest.fixture
def hubspot() -> Iterator[Handle]:
    emulator = registry.load("hubspot").emulator()
    assert emulator is not None
    with running(emulator) as handle:  # type: ignore[arg-type]
        yield handle


@pytest.fixture
def connect(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Plans HubSpot through an environment with this connection."""

    def plan(url: str, token: str | None, account: str = "48100001") -> Run:
        (stack.folder / "environments" / "elsewhere.yaml").write_text(
            "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: elsewhere}\nspec:\n"
            "  variables: {hs_stage_sal: '2444598513', hs_stage_recycled: '2444598514'}\n  connections:\n"
            f'    hubspot: {{account: "{account}", url: "{url}", token: "${{env:ELSEWHERE_TOKEN}}"}}\n',
            encoding="utf-8",
        )
        monkeypatch.delenv("ELSEWHERE_TOKEN", raising=False)
        if token is not None:
            monkeypatch.setenv("ELSEWHERE_TOKEN", token)
        return stack.run("plan", stack.folder, "-e", "elsewhere", "--only", "hubspot:*")

    return plan


def test_a_good_connection_is_good(connect: Callable[..., Run], hubspot: Handle) -> None:
    made = connect(hubspot.url, hubspot.connection["token"])
    assert made.code == 0, made.err
    assert "to add" in made.out


def test_a_missing_token_names_the_variable(connect: Callable[..., Run], hubspot: Handle) -> None:
    made = connect(hubspot.url, None)
    assert made.code == 1
    assert "ELSEWHERE_TOKEN" in made.err


def test_a_wrong_token_is_refused(connect: Callable[..., Run], hubspot: Handle) -> None:
    made = connect(hubspot.url, "pat-na1-wrong-wrong-wrong")
    assert made.code == 1
    assert "pat-na1-wrong" not in made.out + made.err
    assert hubspot.counters()["writes"] == 0


def test_a_token_of_another_account_is_refused_before_anything_is_read(
    connect: Callable[..., Run], hubspot: Handle
) -> None:
    made = connect(hubspot.url, hubspot.connection["token"], account="999")
    assert made.code == 4
    said = " ".join(made.err.split())
    assert "48100001" in said
    assert "999" in said
    assert hubspot.counters()["reads"] == 1


def test_a_missing_scope_is_named_and_nothing_is_taken_for_absent(connect: Callable[..., Run], hubspot: Handle) -> None:
    tokens = hubspot.emulator.other_tokens()  # type: ignore[attr-defined]
    made = connect(hubspot.url, tokens["scopeless"])
    assert made.code == 1
    assert "crm." in made.out
    assert "0 to add" in made.out


def test_a_dead_server_is_told_as_one(connect: Callable[..., Run]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = connect(f"http://127.0.0.1:{port}", "pat-na1-whatever")
    assert made.code == 1
    assert "does not answer" in " ".join((made.out + made.err).split())


def test_a_server_that_speaks_html_is_told_as_one(connect: Callable[..., Run], hubspot: Handle) -> None:
    hubspot.fault("html", times=0)
    made = connect(hubspot.url, hubspot.connection["token"])
    assert made.code == 1
    assert "text/html" in " ".join((made.out + made.err).split())


def test_a_secret_in_plain_text_is_refused_also_where_its_name_does_not_tell(stack: Stack) -> None:
    (stack.folder / "environments" / "plain.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: plain}\nspec:\n"
        "  variables: {hs_stage_sal: '2444598513', hs_stage_recycled: '2444598514'}\n  connections:\n"
        "    marketo: {account: 123-ABC-456, client_id: in-plain-text, client_secret: '${env:PLAIN_SECRET}'}\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAIN_SECRET", "whatever-it-is")
        made = stack.run("plan", stack.folder, "-e", "plain", "--only", "marketo:*")
    assert made.code == 3
    assert "client_id" in made.err
    assert "${env:MARKETO_CLIENT_ID}" in " ".join(made.err.split())
    assert "in-plain-text" not in made.out + made.err


def test_production_never_reaches_this_machine(stack: Stack, hubspot: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    (stack.folder / "environments" / "live.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: live}\nspec:\n  tier: production\n"
        "  variables: {hs_stage_sal: '2444598513', hs_stage_recycled: '2444598514'}\n  connections:\n"
        f'    hubspot: {{account: "48100001", url: "{hubspot.url}", token: "${{env:ELSEWHERE_TOKEN}}"}}\n',
        encoding="utf-8",
    )
    stack.edit("consent/marketing.yaml", "sample: true", "sample: false")
    monkeypatch.setenv("ELSEWHERE_TOKEN", hubspot.connection["token"])
    made = stack.run("plan", stack.folder, "-e", "live", "--only", "hubspot:*")
    assert made.code == 3
    assert "this machine" in made.err
    assert hubspot.counters()["requests"] == 0


def test_production_does_not_sign_in_on_this_machine_either(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    (stack.folder / "environments" / "live.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: live}\nspec:\n  tier: production\n"
        "  variables: {hs_stage_sal: '2444598513', hs_stage_recycled: '2444598514'}\n  connections:\n"
        '    salesforce: {account: "00D000000000001EAA", url: "https://northwind.my.salesforce.com",\n'
        '      login_url: "http://127.0.0.1:9", client_id: "an-identifier", client_secret: "${env:ELSEWHERE_SECRET}"}\n',
        encoding="utf-8",
    )
    stack.edit("consent/marketing.yaml", "sample: true", "sample: false")
    monkeypatch.setenv("ELSEWHERE_SECRET", "canary-8731-secret")
    made = stack.run("plan", stack.folder, "-e", "live", "--only", "salesforce:*")
    assert made.code == 3
    assert "this machine" in made.err


@pytest.mark.parametrize(
    ("pattern", "nearest"),
    [("hubspto:*", ""), ("hubspot:propery/*", ""), ("hubspot:property/contact.leadsource", "contact.lead_source")],
)
def test_a_pattern_that_selects_nothing_is_a_slip(stack: Stack, pattern: str, nearest: str) -> None:
    for command in ("plan", "drift"):
        made = stack.run(command, stack.folder, "-e", "local", "--only", "hubspot:*", "--only", pattern)
        assert made.code == 64
        assert f"--only '{pattern}' selects nothing" in made.err
        assert nearest in made.err


def test_a_vendor_that_repeats_the_credentials_gets_them_into_no_file_and_on_no_screen(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    register("canary-8731-secret")
    saved = stack.folder / "plan.json"

    def repeats(*_: object) -> object:
        raise AuthenticationError("The token canary-8731-secret is not valid.", hint="canary-8731-secret is old")

    monkeypatch.setattr(sessions, "identified", repeats)
    made = stack.run("plan", stack.folder, "-e", "local", "-o", saved)
    assert made.code == 1
    assert "The token (secret) is not valid." in saved.read_text(encoding="utf-8")
    assert "canary" not in saved.read_text(encoding="utf-8") + made.out + made.err
