from localcloud.edge.dns_answers import Answer, Record
from localcloud.edge.dns_cache import CLIENTS, Client, Resolver
from localcloud.edge.region_locations import Place, place

DUBLIN, TOKYO = place("Dublin"), place("Tokyo")
TTL = 60


class DnsAnswers:
    """Returns `target`, and counts the queries."""

    def __init__(self) -> None:
        self.target = "eu-west-1"
        self.asked = 0
        self.time = 0.0

    def answer(self, _name: str, _viewer: Place) -> Answer:
        self.asked += 1
        return Answer(self.target, TTL, Record("api", "A"))

    def resolver(self) -> Resolver:
        return Resolver(self.answer, lambda: self.time)


def test_resolver_keeps_answer_for_ttl() -> None:
    answers = DnsAnswers()
    resolver = answers.resolver()
    client = Client("one", DUBLIN)
    resolver.resolve(client, "api")
    answers.target = "ap-southeast-1"
    answers.time = TTL - 0.1
    assert resolver.resolve(client, "api").target == "eu-west-1"
    answers.time = TTL
    assert resolver.resolve(client, "api").target == "ap-southeast-1"


def test_resolver_ttl_starts_at_answer() -> None:
    answers = DnsAnswers()
    resolver = answers.resolver()
    for second in range(0, TTL * 2, 10):
        answers.time = float(second)
        resolver.resolve(Client("one", DUBLIN), "api")
    assert answers.asked == 2


def test_resolver_caches_by_client() -> None:
    answers = DnsAnswers()
    resolver = answers.resolver()
    resolver.resolve(Client("one", DUBLIN), "api")
    answers.target = "ap-southeast-1"
    assert resolver.resolve(Client("two", DUBLIN), "api").target == "ap-southeast-1"


def test_resolver_moved_client_asks_again() -> None:
    answers = DnsAnswers()
    resolver = answers.resolver()
    resolver.resolve(Client("one", DUBLIN), "api")
    resolver.resolve(Client("one", TOKYO), "api")
    assert answers.asked == 2


def test_resolver_evicts_least_recent_client() -> None:
    answers = DnsAnswers()
    resolver = answers.resolver()
    for number in range(CLIENTS + 1):
        resolver.resolve(Client(str(number), DUBLIN), "api")
    resolver.resolve(Client(str(CLIENTS), DUBLIN), "api")
    assert answers.asked == CLIENTS + 1
    resolver.resolve(Client("0", DUBLIN), "api")
    assert answers.asked == CLIENTS + 2
