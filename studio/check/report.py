"""What will look wrong in a user's scene, and what to change."""

from functools import partial

from scenes.base.spec import SceneSpec
from studio.check.lint import lint
from studio.errors import Problem
from studio.plan.staging import build

LESS = "use fewer or shorter words, or a smaller model"
HINTS = {
    "overlap": LESS, "across": LESS, "hidden": LESS, "outside": LESS, "zone": LESS, "small": LESS,
    "lines": "shorten the caption", "same": "leave the step out with steps:", "empty": "leave the step out with steps:",
}


def report(spec: SceneSpec) -> list[Problem]:
    """The problems of the pictures of a scene; nothing is drawn."""
    return [
        Problem(f"{finding.moment}: {finding.what}", spec.source, finding.moment.step, finding.kind, HINTS.get(finding.kind, ""))
        for finding in lint(spec.name, partial(build, spec))
    ]
