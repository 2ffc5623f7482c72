"""`python -m henbot` is `henbot`."""

from henbot.cli import main

if __name__ == "__main__":
    main()
