"""The shapes that documents of several kinds share, by name; `scripts/schemas.py` writes them to `schemas/common.json`."""

from __future__ import annotations

from typing import Final

from mopsctl.manifest.shapes import Schema, has, ref, said

SHARED: Final[dict[str, Schema]] = {
    "text": {"type": "string", "minLength": 1, "x-expects": "a text"},
    "texts": {"type": "array", "items": ref("text"), "uniqueItems": True, "x-expects": "a list of texts"},
    "scalar": {"type": ["string", "number", "boolean"], "x-expects": "a text, a number, true or false"},
    "key": {
        "type": "string",
        "pattern": "^[a-z][a-z0-9_]*$",
        "maxLength": 80,
        "x-expects": "made of lower-case letters, digits and '_', with a letter first, such as 'job_title'",
    },
    "attributes": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$", "maxLength": 80},
        "uniqueItems": True,
        "x-expects": "a list of attribute names",
    },
    "keys": {"type": "array", "items": ref("key"), "uniqueItems": True, "x-expects": "a list of keys"},
    "name": {
        "type": "string",
        "pattern": "^[a-z][a-z0-9-]*$",
        "maxLength": 80,
        "x-expects": "made of lower-case letters, digits and '-', with a letter first, such as 'person-fit'",
    },
    "system": {
        "type": "string",
        "pattern": "^[a-z][a-z0-9_-]*$",
        "maxLength": 40,
        "x-expects": "the name of a system, in lower-case letters, digits, '-' and '_', such as 'hubspot'",
    },
    "address": {
        "type": "string",
        "pattern": "^[a-z][a-z0-9_-]*:[a-z][a-z0-9_-]*/.+$",
        "x-expects": "an address as plans show it, such as 'hubspot:property/contact.business_unit'",
    },
    "date": {
        "type": "string",
        "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        "x-expects": "a date such as 2026-12-31",
    },
    "variable": {
        "type": "string",
        "pattern": "^\\$\\{var\\.[a-z][a-z0-9_]*\\}$",
        "x-expects": "a variable such as '${var.review_hours}'",
    },
    "integer": {"anyOf": [{"type": "integer"}, ref("variable")], "x-expects": "a whole number"},
    "number": {"anyOf": [{"type": "number"}, ref("variable")], "x-expects": "a number"},
    "boolean": {"anyOf": [{"type": "boolean"}, ref("variable")], "x-expects": "true or false"},
    "by_system": {
        "type": "object",
        "title": "list by system",
        "propertyNames": ref("system"),
        "additionalProperties": ref("text"),
        "x-expects": "a text for each system, such as {hubspot: lead}",
    },
    "manage": {"enum": ["write", "verify", "manual"]},
    "on_delete": {"enum": ["keep", "archive", "delete"]},
    "envelope": {"const": "mopsctl/v1"},
    "span": {
        "type": "object",
        "title": "span of time",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "x-expects": "a span of time such as {days: 30}",
        "properties": {
            "days": said(ref("integer"), "So many days.", 30, minimum=1),
            "weeks": said(ref("integer"), "So many weeks.", 2, minimum=1),
        },
    },
    "long_span": {
        "type": "object",
        "title": "span of time",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "x-expects": "a span of time such as {months: 24}",
        "properties": {
            "days": said(ref("integer"), "So many days.", 180, minimum=1),
            "weeks": said(ref("integer"), "So many weeks.", 26, minimum=1),
            "months": said(ref("integer"), "So many months by the calendar.", 24, minimum=1),
            "years": said(ref("integer"), "So many years by the calendar.", 2, minimum=1),
        },
    },
    "conditions": {"type": "array", "minItems": 1, "items": ref("condition"), "x-expects": "a list of conditions"},
    "scalars": {"type": "array", "minItems": 1, "items": ref("scalar"), "x-expects": "a list of values"},
    "where": {
        "type": "object",
        "title": "list of details",
        "minProperties": 1,
        "propertyNames": ref("key"),
        "additionalProperties": ref("scalar"),
        "x-expects": "details and their values, such as {path: /pricing}",
    },
    "condition": {
        "type": "object",
        "title": "condition",
        "additionalProperties": False,
        "x-expects": "a condition such as {field: country, in: [US, CA]}",
        "properties": {
            "all": said(
                ref("conditions"),
                "Every one of these holds.",
                [{"field": "country", "is": "US"}, {"event": "demo_requested"}],
            ),
            "any": said(
                ref("conditions"), "At least one of these holds.", [{"grade": ["A1"]}, {"event": "demo_requested"}]
            ),
            "not": said(ref("condition"), "This does not hold.", {"field": "country", "in": ["US"]}),
            "field": said(ref("key"), "A field of the catalogue; one test stands beside it.", "country"),
            "event": said(ref("key"), "Something that happened.", "demo_requested"),
            "where": said(ref("where"), "Narrows an event by its details.", {"path": "/pricing"}),
            "grade": said(
                {"anyOf": [ref("text"), ref("texts")], "x-expects": "a grade or a list of grades"},
                "The bands of both scores together, best first.",
                ["A1", "A2", "B1"],
            ),
            "model": said(
                ref("name"), "Whose grade is meant, where several scoring models give one.", "person-engagement"
            ),
            "score": said(ref("name"), "A scoring model; one test stands beside it.", "person-fit"),
            "record": said(ref("key"), "Something that happened to a record in the CRM.", "opportunity_won"),
            "inactive": said(ref("span"), "Nothing was heard of the person for so long.", {"days": 90}),
            "is": said(ref("scalar"), "Equal to.", "US"),
            "is_not": said(ref("scalar"), "Not equal to.", "US"),
            "in": said(ref("scalars"), "One of.", ["US", "CA"]),
            "not_in": said(ref("scalars"), "None of.", ["US", "CA"]),
            "has_word": said(
                {"anyOf": [ref("text"), ref("texts")], "x-expects": "a word or a list of words"},
                "Holds one of these as whole words, in upper or lower case.",
                ["vp", "vice president"],
            ),
            "contains": said(
                {"anyOf": [ref("text"), ref("texts")], "x-expects": "a text or a list of texts"},
                "Holds one of these anywhere, also inside a word.",
                ["director"],
            ),
            "gt": said(ref("number"), "Above.", 10),
            "gte": said(ref("number"), "At least.", 10),
            "lt": said(ref("number"), "Below.", 10),
            "lte": said(ref("number"), "At most.", 10),
            "between": said(
                {
                    "type": "array",
                    "items": ref("number"),
                    "minItems": 2,
                    "maxItems": 2,
                    "x-expects": "a list of two numbers",
                },
                "From the first to the second, both included.",
                [10, 50],
            ),
            "known": said({"const": True, "x-expects": "true"}, "Is filled.", True),
            "unknown": said({"const": True, "x-expects": "true"}, "Is empty.", True),
            "before": said(ref("date"), "Before this day.", "2026-01-01"),
            "after": said(ref("date"), "After this day.", "2026-01-01"),
            "within": said(ref("span"), "In the last so many days.", {"days": 30}),
            "matches": said(
                ref("text"),
                "Fits this regular expression, in upper or lower case. Not every system can do this.",
                "^vp\\b",
            ),
        },
        "allOf": [
            {
                "oneOf": [
                    has("all"),
                    has("any"),
                    has("not"),
                    has("field"),
                    has("event"),
                    has("grade"),
                    has("score"),
                    has("record"),
                    has("inactive"),
                ],
                "x-says": "A condition asks one thing: exactly one of 'all', 'any', 'not', 'field', 'event', 'grade', 'score', 'record' and 'inactive'.",
            },
            {
                "if": has("field"),
                "then": {
                    "oneOf": [
                        has("is"),
                        has("is_not"),
                        has("in"),
                        has("not_in"),
                        has("has_word"),
                        has("contains"),
                        has("gt"),
                        has("gte"),
                        has("lt"),
                        has("lte"),
                        has("between"),
                        has("known"),
                        has("unknown"),
                        has("before"),
                        has("after"),
                        has("within"),
                        has("matches"),
                    ],
                    "x-says": "A field needs exactly one test beside it, such as 'is', 'in', 'gte' or 'known'.",
                },
            },
            {
                "if": has("score"),
                "then": {
                    "oneOf": [has("gt"), has("gte"), has("lt"), has("lte"), has("between")],
                    "x-says": "A score needs exactly one test beside it: 'gt', 'gte', 'lt', 'lte' or 'between'.",
                },
            },
            {
                "if": {"anyOf": [has("all"), has("any"), has("not"), has("record"), has("inactive")]},
                "then": {
                    "maxProperties": 1,
                    "x-says": "Nothing else stands beside 'all', 'any', 'not', 'record' or 'inactive'.",
                },
            },
            {
                "if": has("event"),
                "then": {
                    "propertyNames": {"enum": ["event", "where", "within"]},
                    "x-says": "Beside 'event' only 'where' and 'within' can stand.",
                },
                "else": {"not": has("where"), "x-says": "'where' narrows an 'event', and there is none beside it."},
            },
            {
                "if": has("grade"),
                "then": {
                    "propertyNames": {"enum": ["grade", "model"]},
                    "x-says": "Beside 'grade' only 'model' can stand.",
                },
                "else": {
                    "not": has("model"),
                    "x-says": "'model' says whose 'grade' is meant, and there is none beside it.",
                },
            },
        ],
    },
}
