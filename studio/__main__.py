"""`python -m studio` is `animformer`."""

from animformer import main

if __name__ == "__main__":
    main()
