"""Findings that say the same of several things are gathered, and nothing that they say is lost."""

from __future__ import annotations

from mopsctl.diagnostics import Diagnostic, Source, grouped


def found(message: str, line: int = 1, hint: str = "do it", rule: str = "SC008", level: str = "warning") -> Diagnostic:
    """A finding in one file."""
    return Diagnostic(rule, level, message, Source("a.yaml", line), hint)  # type: ignore[arg-type]


def test_one_sentence_about_several_names_comes_once_with_each_name() -> None:
    (group,) = grouped([found("The rule 'a' of 'm' stops after 2.", 1), found("The rule 'b' of 'm' stops after 3.", 2)])
    assert group.message == "The rule … of 'm' stops after …."
    assert [(str(each.source), gap) for each, gap in group.places] == [
        ("a.yaml:1:1", "'a', 2"),
        ("a.yaml:2:1", "'b', 3"),
    ]


def test_a_finding_alone_keeps_its_sentence() -> None:
    (group,) = grouped([found("The rule 'a' stops after 2.")])
    assert (group.alone, group.message) == (True, "The rule 'a' stops after 2.")


def test_findings_of_another_rule_level_hint_or_sentence_stay_apart() -> None:
    every = [
        found("It is 'a'."),
        found("It is 'b'.", hint="leave it"),
        found("It is 'c'.", rule="SC009"),
        found("It is 'd'.", level="error"),
        found("It was 'e'."),
    ]
    assert [group.places[0][0] for group in grouped(every)] == every


def test_an_apostrophe_is_no_quote_and_a_version_no_number() -> None:
    every = [
        found("HubSpot's one is Marketo's."),
        found("HubSpot's two is Marketo's."),
        found("It is v1.2."),
        found("It is v1.3."),
    ]
    assert all(group.alone for group in grouped(every))


def test_groups_come_in_the_order_of_their_first_finding() -> None:
    every = [found("It is 'a'.", 1), found("It was 'b'.", 2), found("It is 'c'.", 3)]
    assert [group.message for group in grouped(every)] == ["It is ….", "It was 'b'."]
