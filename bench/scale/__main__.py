"""`python -m bench.scale`: print what becomes of each load in each design, and all that was assumed."""

from bench.scale.report import scale

if __name__ == "__main__":
    for line in scale():
        print(line)  # noqa: T201
