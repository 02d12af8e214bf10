"""Batches: every input for itself, 207 where some failed."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from mopsctl.emulator import Call, Doc, Store
from mopsctl_hubspot.emulator.wire import Json, Problem, bad_json, body_of, now

BATCH_LIMIT = 100
"""The most inputs of one batch; documented for records, taken to hold for definitions."""


def run_batch(store: Store, call: Call, one: Callable[[Doc], Doc], status: int) -> Response:
    """Do each input by itself; the given status if all went well, 207 with `errors` if not.

    The fault `partial_batch` lets the inputs at `params.places` (the last one if left out) fail.
    """
    inputs = body_of(call, ["inputs"])["inputs"]
    if not isinstance(inputs, list) or len(inputs) > BATCH_LIMIT:
        raise bad_json(f"inputs is a list of at most {BATCH_LIMIT}")
    fault, started = call.fault("partial_batch"), now()
    failing = set(fault.params.get("places", [len(inputs) - 1])) if fault else set[int]()
    results, errors = list[Doc](), list[Doc]()
    for place, entry in enumerate(inputs):
        try:
            if place in failing:
                raise Problem(400, "this input could not be processed")
            with store.transaction():
                results.append(one(entry))
        except Problem as problem:
            errors.append({"context": {}, "links": {}, "errors": []} | problem.body)
    answer: Doc = {"status": "COMPLETE", "results": results, "startedAt": started, "completedAt": now()}
    if not errors:
        return Json(answer, status)
    return Json(answer | {"numErrors": len(errors), "errors": errors}, 207)
