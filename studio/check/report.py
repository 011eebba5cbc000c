"""What will look wrong in a user's scene, and what to change."""

from functools import partial

from scenes.base.spec import CardSpec, SceneSpec
from studio.check.lint import lint, lint_card
from studio.errors import Problem, quoted
from studio.plan import card
from studio.plan.staging import build

SHORTER = "write a shorter title, or one of shorter words"
LESS = "use fewer or shorter words, or a smaller model"
HINTS = {
    "overlap": LESS, "across": LESS, "hidden": LESS, "outside": LESS, "zone": LESS, "small": LESS,
    "lines": "shorten the caption", "same": "leave the step out with steps:", "empty": "leave the step out with steps:",
}


def report(part: SceneSpec | CardSpec, film: str) -> list[Problem]:
    """The problems of the pictures of a scene, or of a card in the film of a file; nothing is drawn."""
    if isinstance(part, CardSpec):
        findings = lint_card(part.name, partial(card.build, part))
        return [Problem(f"on the card {quoted(part.title)}: {finding.what}", film, "title", finding.kind, SHORTER) for finding in findings]
    return [
        Problem(f"{finding.moment}: {finding.what}", part.source, finding.moment.step, finding.kind, HINTS.get(finding.kind, ""))
        for finding in lint(part.name, partial(build, part))
    ]
