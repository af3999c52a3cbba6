import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import cursor
from runtime.errors import BadRequest

positions = st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=20), min_size=2)


@given(positions)
def test_decode_reverses_encode(position: dict[str, str]) -> None:
    assert cursor.decode(cursor.encode(position), {"a", "b"}) == position


def test_decode_refuses_unpaired_surrogate() -> None:
    text = base64.urlsafe_b64encode(b'{"a":"\\ud800","b":""}').decode().rstrip("=")
    with pytest.raises(BadRequest):
        cursor.decode(text, {"a", "b"})


@given(st.text() | st.binary().map(lambda raw: raw.hex()))
def test_decode_refuses_other_text(text: str) -> None:
    with pytest.raises(BadRequest):
        cursor.decode(text, {"a", "b"})
