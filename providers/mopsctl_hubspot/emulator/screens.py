"""What people do on HubSpot's screens, for trials and tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mopsctl.emulator import Doc, Refusal
from mopsctl_hubspot.emulator.area import Area
from mopsctl_hubspot.emulator.objects import ObjectType, object_type
from mopsctl_hubspot.emulator.seed import add_subscription, put_record
from mopsctl_hubspot.emulator.wire import now


class Screens(Area):
    """The actions of the back door; they run as another user, and the API's scopes do not bind them."""

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Every action by name."""
        acts = (
            self.add_records,
            self.add_stage,
            self.create_group,
            self.create_property,
            self.create_subscription_type,
            self.delete_group,
            self.delete_property,
            self.delete_stage,
            self.edit_property,
            self.edit_subscription_type,
            self.rename_stage,
            self.restore_property,
            self.set_data_privacy,
            self.set_record,
            self.set_sensitive_data,
            self.set_subscription_status,
            self.use_property,
        )
        return {act.__name__: _worded(act) for act in acts}

    # -- properties

    def create_property(self, object_type: str, **definition: Any) -> Doc:
        """Create a property; the arguments are the body of the API's create."""
        return self.hub.properties.add(_kind(object_type), definition, self.hub.screen_user, order_required=False)

    def edit_property(self, object_type: str, name: str, **changes: Any) -> Doc:
        """Change a property; the arguments are the body of the API's PATCH."""
        kind, user = _kind(object_type), self.hub.screen_user
        return self.hub.properties.change(kind, name, changes, user, order_required=False)

    def delete_property(self, object_type: str, name: str) -> None:
        """Archive a property."""
        self.hub.properties.archive(_kind(object_type), name)

    def restore_property(self, object_type: str, name: str) -> Doc:
        """Bring an archived property back, which only the screen can."""
        return self.hub.properties.restore(_kind(object_type), name)

    def use_property(self, object_type: str, name: str, kind: str = "WORKFLOW", by: str = "Nurture") -> None:
        """Let a list, form or workflow use a property, so that it cannot be deleted."""
        where = f"uses:{_kind(object_type).id}"
        self.store.put(where, f"{name}/{by}", {"property": name, "kind": kind, "name": by})

    def create_group(self, object_type: str, name: str, label: str) -> Doc:
        """Create a property group."""
        return self.hub.groups.add(_kind(object_type), {"name": name, "label": label})

    def delete_group(self, object_type: str, name: str) -> None:
        """Delete a property group that holds no active property."""
        self.hub.groups.remove(_kind(object_type), name)

    # -- pipelines and lifecycle

    def add_stage(self, object_type: str, label: str, pipeline: str = "", **stage: Any) -> Doc:
        """Add a stage to a pipeline (the lifecycle, or the first one, if left out) behind the last one."""
        kind = _kind(object_type)
        found = self._pipeline(kind, pipeline)
        last = max(entry["displayOrder"] for entry in found["stages"])
        body = {"label": label, "displayOrder": last + 1, "metadata": {}} | stage
        return self.hub.stages.add(kind, found, body, None)

    def rename_stage(self, object_type: str, stage: str, label: str, pipeline: str = "") -> None:
        """Give a stage another label; its id stays."""
        kind = _kind(object_type)
        found = self._pipeline(kind, pipeline)
        self.hub.stages.edit(kind, found, self.hub.stages.find(found, stage) | {"label": label}, None)

    def delete_stage(self, object_type: str, stage: str, pipeline: str = "") -> None:
        """Delete a stage that no record stands on."""
        kind = _kind(object_type)
        self.hub.stages.remove(kind, self._pipeline(kind, pipeline), stage, None)

    def _pipeline(self, kind: ObjectType, pipeline: str) -> Doc:
        first = self.store.list(f"pipelines:{kind.id}")[0]["id"]
        return self.hub.pipelines.find(kind, pipeline or kind.lifecycle_pipeline or first)

    # -- consent

    def create_subscription_type(
        self, name: str, description: str = "", purpose: str = "Marketing", internal: bool = False, active: bool = True
    ) -> Doc:
        """Create a subscription type, which no API can."""
        return add_subscription(
            self.store, self.hub.portal, name, description, purpose, internal=internal, active=active, at=now()
        )

    def edit_subscription_type(self, subscription: str, **changes: Any) -> Doc:
        """Change a subscription type: `name`, `description`, `isActive` and so on."""
        definition = self.store.get("subscriptions", subscription)
        if definition is None:
            raise ValueError(f"there is no subscription type {subscription}")
        self.store.put("subscriptions", subscription, definition | changes | {"updatedAt": now()})
        return definition | changes

    def set_subscription_status(self, email: str, subscription: str, status: str) -> None:
        """Do what a person does on the preference page."""
        self.hub.consent.set_status(email, subscription, status)

    def set_data_privacy(self, on: bool) -> None:
        """Switch the account's data privacy settings; nothing in the API tells their state."""
        self.store.set_setting("data_privacy", on)

    def set_sensitive_data(self, on: bool) -> None:
        """Allow sensitive properties, or not."""
        self.store.set_setting("sensitive_data", on)

    # -- records

    def add_records(self, object_type: str, count: int = 1, **values: str) -> list[str]:
        """Add records that all have these values; their ids."""
        kind = _kind(object_type)
        return [str(put_record(self.store, self.hub.portal, kind, values, now())["id"]) for _ in range(count)]

    def set_record(self, object_type: str, record: str, **values: str) -> None:
        """Set values of a record; any direction, as the screen allows. An empty text clears a value."""
        kind = _kind(object_type)
        self.hub.records.save(kind, self.hub.records.find(kind, record), values)


def _kind(spelling: str) -> ObjectType:
    return object_type(spelling)


def _worded(act: Callable[..., Any]) -> Callable[..., Any]:
    """The action, with the API's refusals as ValueError."""

    def done(**body: Any) -> Any:
        try:
            return act(**body)
        except Refusal as refusal:
            raise ValueError(bytes(refusal.response.body).decode()) from refusal

    return done
