"""`python -m portail_local`, which `./portail` runs in the environment it made."""

from portail_local.cli import main

if __name__ == "__main__":
    main()
