"""What all tests share."""


def pytest_addoption(parser):
    parser.addoption("--accept", action="store_true", help="Take what the scenes show now as the goldens.")
