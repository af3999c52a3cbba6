"""`python -m ops COMMAND`; the Makefile's targets call it."""

from ops.cli import main

if __name__ == "__main__":
    main()
