"""Words of titles, authors and queries, the same for the builder of an index and for its readers."""

import re
import unicodedata

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Kana, Chinese characters and Hangul: scripts that put no space between words."""
_CJK_RUN = re.compile(f"[{_CJK}]+")
_WORD = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_SUFFIXES = frozenset({"jr.", "jr", "sr.", "sr", "ii", "iii", "iv"})


def fold(text: str) -> str:
    """`text` without case, accents and compatibility forms, for comparisons and sorting."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words(text: str) -> list[str]:
    """The words of `text` in order, folded; a run of Chinese, Japanese or Korean characters is one word."""
    return _WORD.findall(unicodedata.normalize("NFC", fold(text)))


def is_cjk(word: str) -> bool:
    """Whether `word` is in a script that puts no space between words."""
    return _CJK_RUN.match(word) is not None


def bigrams(run: str) -> list[str]:
    """Each pair of adjacent characters of a run; the character itself if there is only one."""
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


def cjk_terms(text: str) -> str:
    """Every character and every pair of adjacent characters in the CJK runs of `text`, separated by spaces.

    A full-text index of these finds any part of a title, from one character on. SQLite's own trigram tokenizer needs
    three (https://www.sqlite.org/fts5.html#the_trigram_tokenizer), and many Japanese words have two.
    """
    runs = [word for word in words(text) if is_cjk(word)]
    return " ".join(term for run in runs for term in (*run, *(bigrams(run) if len(run) > 1 else ())))


def split_authors(author: str) -> list[str]:
    """The names in a book's author field, which separates them by commas: `A. One, B. Two, Jr.` are two."""
    names: list[str] = []
    for part in filter(None, (each.strip() for each in author.split(","))):
        if names and part.casefold() in _SUFFIXES:
            names[-1] = f"{names[-1]}, {part}"
        else:
            names.append(part)
    return names
