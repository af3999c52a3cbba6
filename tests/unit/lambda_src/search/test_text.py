import pytest

from search.text import bigrams, cjk_terms, fold, split_authors, words


@pytest.mark.parametrize(
    ("text", "folded"), [("Naïve", "naive"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("ﬁn", "fin")]
)
def test_fold_removes_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_split_scripts() -> None:
    assert words("The 日本沈没, vol. 2!") == ["the", "日本沈没", "vol", "2"]


def test_words_keep_hangul_whole() -> None:
    assert words("한국") == ["한국"]


def test_bigrams_of_one_character() -> None:
    assert bigrams("日") == ["日"]


def test_cjk_terms_hold_each_pair() -> None:
    assert cjk_terms("A 日本沈 B").split() == ["日", "本", "沈", "日本", "本沈"]


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("One", ["One"]),
        ("A. One, B. Two", ["A. One", "B. Two"]),
        ("M. King, Jr., B. Two", ["M. King, Jr.", "B. Two"]),
        ("", []),
    ],
)
def test_split_authors(field: str, names: list[str]) -> None:
    assert split_authors(field) == names
