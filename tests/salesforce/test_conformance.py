"""The conformance kit, on Salesforce's emulator."""

from __future__ import annotations

from mopsctl_salesforce import provider

from mopsctl.testing.conformance import Account, AdapterConformance
from mopsctl.testing.stories import Profile, crowd


class TestSalesforce(AdapterConformance):
    provider = provider
    profile = Profile(
        object="Lead",
        name=lambda key: f"{key}__c",
        volatile=("id", "Id", "ParentId", "PermissionSetId", "AssigneeId"),
        types=frozenset(
            {"text", "long_text", "email", "phone", "url", "integer", "decimal", "currency", "percent", "boolean"}
            | {"date", "datetime", "choice", "multi_choice"}
        ),
    )

    def test_what_nobody_named_stays_as_it_is(self, account: Account) -> None:
        """As in the kit, but for the permission set: both parties put their own fields into the same one."""
        theirs = account.wants(crowd(self.profile, 3))
        ours = account.wants(crowd(self.profile, 8)[3:])
        self._apply(account.world(), theirs)
        names = [each.address for each in theirs if each.address.kind == "field"]
        shared = [each.address for each in theirs if each.address.kind == "permission-set"]
        stranger = account.world()
        before = stranger.system.reread(names).items
        rights = stranger.system.reread(shared).items[shared[0]].attributes["fields"]
        world = account.world()
        self._apply(world, ours)
        self._apply(world, [])
        assert stranger.system.reread(names).items == before
        after = stranger.system.reread(shared).items[shared[0]].attributes["fields"]
        assert {name: after[name] for name in rights} == rights
