"""`python -m workers.cli` is `tandem`."""

from workers.cli.main import run

if __name__ == "__main__":
    run()
