"""Commands for developers of the bookstore, not for its operators."""
