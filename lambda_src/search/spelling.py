"""Words of the catalog that are similar to a word that was typed."""

import sqlite3
from string import ascii_lowercase

MAX_CORRECTIONS = 4
"""Candidates for one word, the nearest and then the most frequent ones."""
_MAX_SIMILAR = 60
"""Words with most trigrams in common that are compared letter by letter."""
_LONGEST = 40
"""Letters of a word that is corrected. Few words are longer, and the memory that the strings at one edit take grows
with the square of the length: one character of a query may be folded into several letters, so 500 become 2,000."""
_LONG = 6
"""Letters from which on a word may differ by two."""


def corrections(database: sqlite3.Connection, word: str) -> list[tuple[int, str]]:
    """Words of the catalog near `word` with their edit distance, nearest first; `word` itself is the first if it
    occurs. Words of one or two letters, longer ones than `_LONGEST` and numbers stay as they are.
    """
    if not 3 <= len(word) <= _LONGEST or any(character.isdigit() for character in word):
        return [(0, word)]
    found = _known(database, {word, *_one_edit(word)}) | _similar(database, word)
    furthest = 2 if len(word) >= _LONG else 1
    near = [(distance(word, term), -books, term) for term, books in found.items()]
    return [(far, term) for far, _, term in sorted(near) if far <= furthest][: MAX_CORRECTIONS + 1]


def distance(one: str, other: str) -> int:
    """Insertions, deletions, replacements and swaps of adjacent letters that turn one word into the other (optimal
    string alignment, https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance).
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        current = [row]
        for column, right in enumerate(other, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (left != right))
            if before and column > 1 and left == other[column - 2] and right == one[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1]


def _one_edit(word: str) -> set[str]:
    """Every string at one edit of `word`, in the letters of ASCII."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return {
        *(left + right[1:] for left, right in splits if right),
        *(left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1),
        *(left + letter + right[1:] for left, right in splits if right for letter in ascii_lowercase),
        *(left + letter + right for left, right in splits for letter in ascii_lowercase),
    }


def _known(database: sqlite3.Connection, words: set[str]) -> dict[str, int]:
    """Those of `words` that occur, with the number of books."""
    ordered = sorted(words)[:30_000]  # SQLite takes 32,766 parameters
    marks = ",".join("?" * len(ordered))
    statement = f"SELECT term, books FROM terms WHERE term IN ({marks})"  # noqa: S608 - marks only
    return dict(database.execute(statement, ordered))


def _similar(database: sqlite3.Connection, word: str) -> dict[str, int]:
    """Words that share most trigrams with `word`, with the number of books."""
    parts = " OR ".join(f'"{word[start : start + 3]}"' for start in range(len(word) - 2))
    return dict(
        database.execute(
            "SELECT term, books FROM"
            " (SELECT rowid AS hit FROM term_parts WHERE term_parts MATCH ? ORDER BY rank LIMIT ?)"
            " JOIN terms ON place = hit",
            [parts, _MAX_SIMILAR],
        )
    )
