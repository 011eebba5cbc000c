"""What will look wrong in a user's scene, what could be better, and what to change."""

from collections.abc import Sequence
from functools import partial

from scenes.base.spec import CardSpec, SceneSpec
from studio.check.figures import Figures, Measuring, beyond
from studio.check.lint import lint, lint_card
from studio.errors import Problem, quoted
from studio.plan import card
from studio.plan.staging import build

SHORTER = "write a shorter title, or one of shorter words"
LESS = "use fewer or shorter words, or a smaller model"
HINTS = {
    "overlap": LESS, "across": LESS, "hidden": LESS, "outside": LESS, "zone": LESS, "small": LESS,
    "sparse": "use more words, or let the scene's class say why: sparse = {step: why}", "letters": "shorten the caption",
    "sum": "show another decimal with decimals:, or write beside it that it is rounded", "caption": "shorten the caption",
    "lines": "shorten the caption", "same": "leave the step out with steps:", "empty": "leave the step out with steps:",
}


def report(spec: SceneSpec) -> tuple[list[Problem], list[Figures]]:
    """The problems of the pictures of a scene, and the figures of its steps."""
    measuring = Measuring(spec.name)
    findings = lint(spec.name, partial(build, spec), also=measuring.look)
    return [
        Problem(f"{finding.moment}: {finding.what}", spec.source, finding.moment.step, finding.kind, HINTS.get(finding.kind, ""))
        for finding in findings
    ], measuring.found


def of_card(spec: CardSpec, film: str) -> list[Problem]:
    """The problems of a card in the film of a file."""
    findings = lint_card(spec.name, partial(card.build, spec))
    return [Problem(f"on the card {quoted(spec.title)}: {finding.what}", film, "title", finding.kind, SHORTER) for finding in findings]


def warnings(spec: SceneSpec, found: Sequence[Figures]) -> list[Problem]:
    """What could be better in the steps of a scene."""
    return [Problem(what, spec.source, figures.step, kind, HINTS[kind]) for figures in found for kind, what in beyond(figures)]
