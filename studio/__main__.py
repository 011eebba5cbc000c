"""`python -m studio` is `animformer`."""

from studio.cli import main

if __name__ == "__main__":
    main()
