"""Findings as a JUnit report, for dashboards that know nothing else: an error is a failed case, the rest passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as Xml

from mopsctl.diagnostics import Diagnostic
from mopsctl.engine.plan import Plan, SystemReport
from mopsctl.render.values import prose


def findings(name: str, found: Sequence[Diagnostic]) -> str:
    """One suite with a case for each finding; a single passed case where there are none."""
    return _report(name, [_suite("checks", [_case(each) for each in found] or [_passed("checks", "no findings")])])


def plan(plan: Plan) -> str:
    """Two suites: was each system read, and what the checks say about the plan."""
    read = _suite("systems", [_system(report) for report in plan.systems])
    cases = [_case(each) for each in plan.verdicts] or [_passed("checks", "no findings")]
    return _report(f"{plan.stack} {plan.environment}", [read, _suite("checks", cases)])


def _report(name: str, suites: Iterable[Xml.Element]) -> str:
    root = Xml.Element("testsuites", {"name": prose(name)})
    root.extend(suites)
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _suite(name: str, cases: Sequence[Xml.Element]) -> Xml.Element:
    failures = sum(case.find("failure") is not None for case in cases)
    errors = sum(case.find("error") is not None for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": str(errors), "skipped": "0"}
    suite = Xml.Element("testsuite", {"name": name, **counts})
    suite.extend(cases)
    return suite


def _case(each: Diagnostic) -> Xml.Element:
    place = str(each.source) if each.source.file else each.address
    case = _passed(f"checks.{each.rule}" if each.rule else "checks", f"{each.rule} {place}".strip() or each.message)
    if each.source.file:
        case.set("file", prose(each.source.file))
        case.set("line", str(each.source.line))
    said = "\n".join(prose(part) for part in (f"{place}: {each.message}" if place else each.message, each.hint) if part)
    if each.level == "error":
        failure = Xml.SubElement(case, "failure", {"message": prose(each.message), "type": prose(each.rule)})
        failure.text = said
    else:
        Xml.SubElement(case, "system-out").text = f"{each.level}: {said}"
    return case


def _system(report: SystemReport) -> Xml.Element:
    case = _passed("systems", report.title)
    if report.status == "unreadable":
        Xml.SubElement(case, "error", {"message": prose(report.message), "type": "unreadable"})
    return case


def _passed(group: str, name: str) -> Xml.Element:
    return Xml.Element("testcase", {"classname": prose(f"mopsctl.{group}"), "name": prose(name)})
