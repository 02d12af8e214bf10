"""The emulated account: its switches, its limits, and the way of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mopsctl.emulator import Call, Emulator, Fault, Store, Switch, one_slash
from mopsctl_eloqua.emulator import access, seed
from mopsctl_eloqua.emulator.assets import AccountFields, ContactFields, CustomObjects, EmailGroups, OptionLists
from mopsctl_eloqua.emulator.bulk import BulkApi
from mopsctl_eloqua.emulator.contacts import Contacts
from mopsctl_eloqua.emulator.imports import Imports
from mopsctl_eloqua.emulator.screens import Screens

ID, TOKEN = "/id", "/auth/oauth2/token"


class EloquaEmulator(Emulator):
    """One emulated Eloqua account, log-in host included."""

    name: ClassVar[str] = "eloqua"
    title: ClassVar[str] = "Oracle Eloqua"
    switches: ClassVar[Mapping[str, Switch]] = {
        "empty_list": Switch(200, (200, 204), "An empty list is an empty page, or no content."),
        "validation_status": Switch(400, (400, 409), "Old clients read validation errors from a 409."),
        "validation_shape": Switch("array", ("array", "object", "text"), "An array, one bare object, or a sentence."),
        "in_use_status": Switch(409, (409, 412), "Two pages of the documentation give two statuses."),
        "in_use_body": Switch("dependencies", ("dependencies", "array", "empty"), "One tool expects an object."),
        "delete_used_option_list": Switch("refuse", ("refuse", "allow"), "No source says what happens."),
        "data_type_change": Switch("refuse", ("refuse", "ignore"), "Read-only may mean refused, or ignored."),
        "put_missing": Switch("blank", ("blank", "keep"), "What a PUT leaves out may be taken as blank."),
        "option_list_names_unique": Switch(
            True, (True, False), "The screen wants unique names; the API is not documented."
        ),
        "field_names_unique": Switch(False, (False, True), "Two fields of one name were recorded; the screen warns."),
        "punctuation": Switch(
            "underscore", ("underscore", "drop"), "Recorded names have a line for each other sign; one page drops them."
        ),
        "unquoted_values": Switch(
            "refuse", ("refuse", "accept"), "Whether numbers and booleans may come without quotes."
        ),
        "field_delete_status": Switch(200, (200, 204), "The documentation says 204; a recorded answer is 200."),
        "groups_need_landing_pages": Switch(False, (False, True), "One client found that groups need both pages."),
        "fields_need_protected": Switch(False, (False, True), "One client found that fields need isProtected."),
        "custom_object_unchanged_put": Switch("refuse", ("refuse", "accept"), "One client met an error."),
        "custom_object_put_drops_fields": Switch(True, (True, False), "Whether a PUT deletes fields it leaves out."),
        "unauthorised_body": Switch("text", ("text", "json", "empty"), "The body of a 401 is not described."),
        "token_error_status": Switch(401, (401, 400), "Since 2021 a 401; a 400 is met in the wild."),
        "refresh_revokes_access": Switch(False, (False, True), "Before release 26B a refresh ended the old token."),
        "scoring_elsewhere": Switch(404, (404, 405), "Scoring models are nowhere but in the Bulk API."),
        "syncs_end_with": Switch("success", ("success", "warning", "error"), "How a Bulk sync ends."),
    }
    limits: ClassVar[Mapping[str, int]] = {"custom_contact_fields": 250, "seconds_between_authorisations": 60}

    def __init__(self) -> None:
        self.access = access.Access(self)
        self.contact_fields = ContactFields(self)
        self.option_lists = OptionLists(self)
        self.email_groups = EmailGroups(self)
        self.custom_objects = CustomObjects(self)
        self.imports = Imports(self)
        self._parts = (
            self.contact_fields,
            AccountFields(self),
            self.option_lists,
            self.email_groups,
            self.custom_objects,
            Contacts(self),
            BulkApi(self),
            self.imports,
        )

    def seed(self, store: Store, persona: str) -> None:
        """Plant what a fresh account has."""
        self.store, self.persona = store, persona
        seed.plant(self)

    def routes(self) -> Sequence[Route]:
        """The log-in host's two paths, and both APIs."""
        login = [
            Route(ID, self.access.identity, methods=["GET"]),
            Route(TOKEN, self.access.token, methods=["POST"]),
        ]
        return login + [route for part in self._parts for route in part.routes()]

    def credentials(self, persona: str) -> dict[str, str]:
        """A user with a password."""
        site = str(access.SITES[persona])
        return {"account": site, "company": access.COMPANY, "user": access.USER, "password": access.PASSWORD}

    @staticmethod
    def app_credentials() -> dict[str, str]:
        """An authorised app, in place of the user."""
        app = {"client_id": access.CLIENT_ID, "client_secret": access.CLIENT_SECRET}
        return {**app, "refresh_token": access.FIRST_REFRESH}

    def is_write(self, call: Call) -> bool:
        """Every method that changes the account; getting a token does not."""
        return super().is_write(call) and call.path.lower() != TOKEN

    def is_read(self, call: Call) -> bool:
        """Every GET; a token is neither read nor written."""
        return call.method == "GET"

    def canonical_path(self, path: str) -> str:
        """Letter case does not count in paths, nor do doubled slashes."""
        return one_slash(path).lower()  # clients join addresses so (fact: eloqua-slashes)

    def gate(self, call: Call) -> Response | None:
        """Credentials and rights, in front of everything but the log-in host."""
        return None if call.path in (ID, TOKEN) else self.access.gate(call)

    def not_found(self, call: Call) -> Response:
        """404; where somebody looks for scoring, perhaps 405."""
        scoring = "scoring" in call.path and self.switch("scoring_elsewhere") == 405
        return Response(status_code=405 if scoring else 404)

    def method_not_allowed(self, call: Call) -> Response:
        """405, for instance to everybody who wants to write a scoring model."""
        return Response(status_code=405)

    def fault_response(self, fault: Fault, call: Call) -> Response:
        """A sentence; a 429 without a word on how long to wait, unless the test says one."""
        status = 429 if fault.name == "rate_limited" else int(fault.params.get("status", 500))
        headers = {"Retry-After": str(fault.params["retry_after"])} if "retry_after" in fault.params else None
        return PlainTextResponse("The service is not available.", status, headers=headers)

    def expire_token(self, call: Call) -> None:
        """Let the access token of a request expire."""
        self.access.expire(call)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What people do on the screens."""
        return Screens(self).actions()
