from localcloud.edge.dns_answers import Answer, Record
from localcloud.edge.dns_cache import CLIENTS, Client, Resolver
from localcloud.edge.region_locations import Place, place

DUBLIN, TOKYO = place("Dublin"), place("Tokyo")
TTL = 60


class Authority:
    """Answers with what is set, and counts how often it is asked."""

    def __init__(self) -> None:
        self.target = "eu-west-1"
        self.asked = 0
        self.time = 0.0

    def ask(self, _name: str, _viewer: Place) -> Answer:
        self.asked += 1
        return Answer(self.target, TTL, Record("api", "A"))

    def resolver(self) -> Resolver:
        return Resolver(self.ask, lambda: self.time)


def test_a_client_goes_by_an_answer_until_its_ttl_is_over() -> None:
    authority = Authority()
    resolver = authority.resolver()
    client = Client("one", DUBLIN)
    resolver.resolve(client, "api")
    authority.target = "ap-southeast-1"
    authority.time = TTL - 0.1
    assert resolver.resolve(client, "api").target == "eu-west-1"
    authority.time = TTL
    assert resolver.resolve(client, "api").target == "ap-southeast-1"


def test_the_ttl_runs_from_the_answer_and_not_from_its_last_use() -> None:
    authority = Authority()
    resolver = authority.resolver()
    for second in range(0, TTL * 2, 10):
        authority.time = float(second)
        resolver.resolve(Client("one", DUBLIN), "api")
    assert authority.asked == 2


def test_each_client_holds_its_own_answer() -> None:
    authority = Authority()
    resolver = authority.resolver()
    resolver.resolve(Client("one", DUBLIN), "api")
    authority.target = "ap-southeast-1"
    assert resolver.resolve(Client("two", DUBLIN), "api").target == "ap-southeast-1"


def test_a_client_that_moves_asks_again() -> None:
    authority = Authority()
    resolver = authority.resolver()
    resolver.resolve(Client("one", DUBLIN), "api")
    resolver.resolve(Client("one", TOKYO), "api")
    assert authority.asked == 2


def test_memory_is_bounded_and_forgets_who_was_silent_longest() -> None:
    authority = Authority()
    resolver = authority.resolver()
    for number in range(CLIENTS + 1):
        resolver.resolve(Client(str(number), DUBLIN), "api")
    resolver.resolve(Client(str(CLIENTS), DUBLIN), "api")
    assert authority.asked == CLIENTS + 1
    resolver.resolve(Client("0", DUBLIN), "api")
    assert authority.asked == CLIENTS + 2
