from localcloud.control_room.arrivals import RegionArrivals, on_the_way


def test_an_order_counts_once_however_often_it_arrives() -> None:
    arrivals = RegionArrivals()
    for at in (100.0, 101.0):
        arrivals.take("one", here=True, at=at)
    arrivals.take("one", here=False, at=102.0)
    assert (arrivals.placed_here, arrivals.replicated) == ({"one"}, set())
    assert sum(arrivals.by_second(103.0)) == 1


def test_only_the_last_minute_is_drawn_the_newest_last() -> None:
    arrivals = RegionArrivals()
    for order, at in (("old", 10.0), ("minute", 41.5), ("now", 100.0)):
        arrivals.take(order, here=True, at=at)
    drawn = arrivals.by_second(100.5)
    assert len(drawn) == 60
    assert (drawn[0], drawn[1], drawn[-1], sum(drawn)) == (1, 0, 1, 2)


def test_what_another_region_holds_is_on_the_way_until_it_arrives() -> None:
    dublin, singapore = RegionArrivals(), RegionArrivals()
    arrivals = {"eu-west-1": dublin, "ap-southeast-1": singapore}
    dublin.take("one", here=True, at=1.0)
    assert (on_the_way(arrivals, "eu-west-1"), on_the_way(arrivals, "ap-southeast-1")) == (0, 1)
    singapore.take("one", here=False, at=2.0)
    assert on_the_way(arrivals, "ap-southeast-1") == 0
