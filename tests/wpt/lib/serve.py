"""Starts the server of a checkout: what `./wpt serve` does, but for the virtual environment that
newer checkouts make inside themselves, for packages that these tests do not need.

    python3 serve.py CHECKOUT [options of `wpt serve`]
"""
import inspect
import sys


def main():
    root = sys.argv.pop(1)
    sys.path.insert(0, f"{root}/tools")
    import localpaths  # noqa: F401, adds what the checkout brings along to the path
    from serve import serve

    options = vars(serve.get_parser().parse_args())
    if "venv" in inspect.signature(serve.run).parameters:
        options["venv"] = None
    sys.exit(serve.run(**options))


# Its servers are processes of their own, which may load this file again.
if __name__ == "__main__":
    main()
