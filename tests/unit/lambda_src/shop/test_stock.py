from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shop import stock
from shop.stock import Share

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR = stock.hour_of(NOW)
REGIONS = ("a", "b", "c")


@st.composite
def many_shares(draw: st.DrawFn) -> dict[str, Share]:
    shares = {}
    for region in REGIONS:
        received, demand = draw(st.integers(0, 60)), draw(st.integers(0, 60))
        spent, wanted = draw(st.integers(0, received)), draw(st.sampled_from((0, 10)))
        shares[region] = Share(region, received, 0, spent, demand={HOUR: demand}, wanted=wanted)
    return shares


def give(shares: dict[str, Share], giver: str, receiver: str, copies: int) -> dict[str, Share]:
    own = shares[giver]
    gifts = {**own.given, receiver: own.given.get(receiver, 0) + copies}
    return {**shares, giver: own._replace(spent=own.spent + copies, given=gifts)}


@given(many_shares())
def test_grant_conserves_copies_and_leaves_enough(shares: dict[str, Share]) -> None:
    before = {region: stock.rights(shares, region) for region in REGIONS}
    copies = stock.grant(shares, "a", "b", NOW)
    assert 0 <= copies <= before["a"]
    assert before["a"] - copies >= min(before["a"] // 2, shares["a"].lately(NOW))
    after = give(shares, "a", "b", copies)
    assert sum(stock.rights(after, region) for region in REGIONS) == sum(before.values())
    assert stock.rights(after, "a") >= 0


@given(st.integers(1, 200), st.integers(1, 200))
def test_region_without_demand_gives_target_at_once(received: int, demand: int) -> None:
    shares = {"a": Share("a", received), "b": Share("b", demand={HOUR: demand}, wanted=10)}
    shares = give(shares, "a", "b", stock.grant(shares, "a", "b", NOW))
    asking = {**shares, "b": shares["b"]._replace(wanted=10)}
    assert stock.grant(asking, "a", "b", NOW) == 0


@given(many_shares())
def test_given_copies_do_not_come_back(shares: dict[str, Share]) -> None:
    """Both regions ask, and no order comes."""
    both = {region: share._replace(wanted=10) for region, share in shares.items()}
    copies = stock.grant(both, "a", "b", NOW)
    if copies:
        assert stock.grant(give(both, "a", "b", copies), "b", "a", NOW) == 0


@given(st.integers(1, 200))
def test_one_sided_demand_gets_all_copies(received: int) -> None:
    """Shoppers order in b only. Every copy arrives there while they ask for it."""
    shares = {"a": Share("a", received), "b": Share("b", demand={HOUR: received})}
    sold = 0
    for _ in range(200):
        here = max(0, stock.rights(shares, "b"))
        sold += here
        wanted = stock.wanted({**shares, "b": shares["b"]._replace(spent=shares["b"].spent + here)}, "b", NOW)
        shares["b"] = shares["b"]._replace(spent=shares["b"].spent + here, wanted=wanted)
        shares = give(shares, "a", "b", stock.grant(shares, "a", "b", NOW))
    assert sold == received


@given(many_shares(), st.data())
def test_old_rows_never_raise_limit(shares: dict[str, Share], data: st.DataObject) -> None:
    """A region may sell by an old copy of another region's row: its limit is never higher than the real one."""
    newer = give(shares, "b", "a", data.draw(st.integers(0, max(0, stock.rights(shares, "b")))))
    assert stock.limit(shares, "a") <= stock.limit(newer, "a")


def test_removed_region_leaves_accepted_copies() -> None:
    shares = {"a": Share("a", 1, accepted={"c": 4}), "c": Share("c", 9, spent=9, given={"a": 5})}
    assert stock.rights(shares, "a") == 6
    del shares["c"]
    assert stock.rights(shares, "a") == 5


def test_claim_moves_rights() -> None:
    shares = {"a": Share("a", 2, claimed={"b": 3}), "b": Share("b", 5, spent=4)}
    assert stock.rights(shares, "a") == 5
    assert stock.rights(shares, "b") == -2
    assert stock.presented(shares, "b") == {"available": 5, "here": 0}


def test_book_without_rows_is_not_counted() -> None:
    assert stock.presented({}, "a") is None
