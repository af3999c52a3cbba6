"""The layout of an index: one SQLite file, written once and then only read.

`books` is in the order of rating, best first, so a row's number is its place in that order: a query that matches half
of the catalog is cut after its first rows, which are the best rated ones, without sorting the rest.
"""

PRICE_STEPS = (500, 1000, 1500, 2000, 3000, 5000)
"""Bounds of the price facet, in minor units."""

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE books (
  place INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  category TEXT NOT NULL,
  language TEXT,
  price INTEGER NOT NULL,
  year INTEGER,
  title_key TEXT NOT NULL,
  popularity REAL NOT NULL
);
CREATE TABLE authors (name TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (name, place)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (
  title, author, cjk, other, content='', prefix='1 2 3', tokenize='unicode61 remove_diacritics 2'
);
CREATE TABLE entries (place INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, book_id TEXT);
CREATE VIRTUAL TABLE entry_words USING fts5 (
  text, cjk, content='', prefix='1 2 3', tokenize='unicode61 remove_diacritics 2'
);
CREATE TABLE terms (place INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE, books INTEGER NOT NULL);
CREATE VIRTUAL TABLE term_parts USING fts5 (term, content='', tokenize='trigram', detail='none');
"""

INDEXES = """
CREATE INDEX by_category ON books (category, language, price, year);
CREATE INDEX by_language ON books (language, price, year);
CREATE INDEX by_price ON books (price, year);
CREATE INDEX by_year ON books (year);
CREATE INDEX by_title ON books (title_key);
INSERT INTO words (words) VALUES ('optimize');
INSERT INTO entry_words (entry_words) VALUES ('optimize');
ANALYZE;
"""

VOCABULARY = """
CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, words, row);
INSERT INTO terms (term, books)
  SELECT term, doc FROM vocabulary WHERE length(term) >= 3 AND term NOT GLOB '*[0-9]*' ORDER BY doc DESC, term;
INSERT INTO term_parts (rowid, term) SELECT place, term FROM terms;
DROP TABLE temp.vocabulary;
"""
