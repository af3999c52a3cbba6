import pytest

from runtime.errors import BadRequest
from shop.address import Address

ADDRESS = {
    "name": "Lena Vogt",
    "street": "Quay 7",
    "city": "Hamburg",
    "postcode": "20095",
    "country": "DE",
}


def test_address_keeps_its_fields() -> None:
    assert Address.parse(ADDRESS).present() == ADDRESS


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"street": None},
        {"postcode": 20095},
        {"country": "de"},
        {"country": "DEU"},
        {"planet": "Earth"},
    ],
)
def test_address_out_of_contract_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadRequest) as refusal:
        Address.parse({**ADDRESS, **change})
    assert "Lena" not in refusal.value.detail


def test_address_without_a_field_is_refused() -> None:
    with pytest.raises(BadRequest, match="lacks city"):
        Address.parse({name: value for name, value in ADDRESS.items() if name != "city"})
