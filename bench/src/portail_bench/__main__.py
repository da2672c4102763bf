"""``python -m portail_bench``."""

from portail_bench.cli import main

main()
