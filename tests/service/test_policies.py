"""The limits that people meet are shown as they are."""

from __future__ import annotations

from chalicelib.domain.policy import published
from chalicelib.service.policies import list_policies
from tests.service.office import Office


def test_the_limits_of_a_policy_are_those_that_judge() -> None:
    """C6, N6: every window and number that people meet is there under its name; payments' own hours and money's are not."""
    office = Office()
    (policy,) = published()
    (shown,) = list_policies(office.services)["items"]
    assert policy.version == shown["version"]
    assert (5, 14, 7, 15) == tuple(shown["days"][name] for name in ("seller_answer", "review", "appeal", "protection"))
    assert (20, 15, 10) == tuple(shown["limits"][f"{it}_at_most"] for it in ("evidence", "proposals", "information_requests"))
    assert {getattr(policy, f"{name}_days") == days for name, days in shown["days"].items()} == {True}
    assert {getattr(policy, name) == most for name, most in shown["limits"].items()} == {True}
    assert not [name for name in (*shown["days"], *shown["limits"]) if "payment" in name or "megabytes" in name]
    sizes = {it["content_type"]: it["bytes_at_most"] for it in shown["files"]}
    assert (10 * 2**20, 50 * 2**20, 10 * 2**20) == (sizes["image/jpeg"], sizes["video/mp4"], sizes["application/pdf"])
    kinds = {it["type"]: set(it["content_types"]) for it in shown["evidence_types"]}
    assert ({"video/mp4", "video/quicktime"}, set(sizes)) == (kinds["video"], kinds["statement"])
