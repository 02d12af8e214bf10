"""What people do on Eloqua's screens while mopsctl is not looking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mopsctl_eloqua.emulator import seed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mopsctl_eloqua.emulator.app import EloquaEmulator


class Screens:
    """The actions, by name."""

    def __init__(self, emulator: EloquaEmulator) -> None:
        self._emulator = emulator

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Every action."""
        return {
            "add_contact_field": self._add_contact_field,
            "set_contact_field": self._set_contact_field,
            "delete_contact_field": self._delete_contact_field,
            "add_option_list": self._add_option_list,
            "add_option": self._add_option,
            "add_email_group": self._add_email_group,
            "add_custom_object": self._add_custom_object,
            "add_contacts": self._add_contacts,
            "remove_contacts": self._remove_contacts,
            "use": self._use,
            "add_scoring_model": lambda name, status: seed.scoring_model(self._emulator, name, status),
            "set_scoring_model": self._set_scoring_model,
            "add_export": self._add_export,
            "forbid": lambda paths: self._emulator.store.set_setting("forbidden", paths),
            "disable_user": lambda disabled=True: self._emulator.store.set_setting("disabled", disabled),
            "change_password": lambda password: self._emulator.store.set_setting("password", password),
            "move_site": lambda host: self._emulator.store.set_setting("home", host),
            "expire_access_tokens": self._emulator.access.forget_access,
            "expire_refresh_tokens": self._emulator.access.forget_refresh,
        }

    def _add_contact_field(self, **properties: str) -> str:
        known = {"dataType": "text", "displayType": "text", "updateType": "always"}
        return str(self._emulator.contact_fields.put({**known, **properties})["id"])

    def _set_contact_field(self, internal: str, **properties: str) -> None:
        doc = self._field(internal)
        self._emulator.store.put("contact_fields", doc["id"], {**doc, **properties})

    def _delete_contact_field(self, internal: str) -> None:
        self._emulator.store.delete("contact_fields", self._field(internal)["id"])

    def _field(self, internal: str) -> dict[str, Any]:
        docs = self._emulator.store.list("contact_fields")
        found = next((doc for doc in docs if doc["internalName"] == internal), None)
        if found is None:
            raise ValueError(f"there is no contact field {internal}")
        return found

    def _add_option_list(self, name: str, options: list[list[str]]) -> str:
        elements = [{"type": "Option", "displayName": label, "value": value} for label, value in options]
        return str(self._emulator.option_lists.put({"name": name, "elements": elements})["id"])

    def _add_option(self, name: str, label: str, value: str) -> None:
        doc = self._emulator.option_lists.named(name)
        if doc is None:
            raise ValueError(f"there is no option list {name}")
        doc["elements"].append({"type": "Option", "displayName": label, "value": value})
        self._emulator.store.put("option_lists", doc["id"], doc)

    def _add_email_group(self, **properties: Any) -> str:
        return str(self._emulator.email_groups.put(properties)["id"])

    def _add_custom_object(self, name: str, fields: list[dict[str, str]], **properties: str) -> str:
        made = self._emulator.custom_objects
        return str(made.put(made.check({"name": name, "fields": fields, **properties}, None))["id"])

    def _add_contacts(self, count: int, values: dict[str, str]) -> None:
        for _ in range(count):
            seed.contact(self._emulator, values)

    def _remove_contacts(self) -> None:
        for key, _ in self._emulator.store.items("contacts"):
            self._emulator.store.delete("contacts", key)

    def _use(self, what: str, key: str, by: dict[str, str]) -> None:
        self._emulator.store.put("uses", f"{what} {key} {by}", {"object": what, "id": key, "by": by})

    def _set_scoring_model(self, name: str, status: str) -> None:
        for key, doc in self._emulator.store.items("scoring_models"):
            if doc["name"] == name:
                self._emulator.store.put("scoring_models", key, {**doc, "status": status})

    def _add_export(self, name: str, field: str) -> str:
        key = str(self._emulator.store.next_id("exports"))
        statement = f"{{{{Contact.Field({field})}}}}"
        self._emulator.store.put(
            "exports", key, {"name": name, "fields": {"Value": statement}, "uri": f"/contacts/exports/{key}"}
        )
        return key
