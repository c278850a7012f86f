"""`python -m crampstats.cli`."""

from crampstats.cli import main

main()
