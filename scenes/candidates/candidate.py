"""What scores could be made of."""

from typing import NamedTuple

from model import View


class Candidate(NamedTuple):
    """Something that scores could be made of. For each of the two sides its letter, its role and its vectors (n, d).

    scores: (n, n). asymmetry: how far they are from their mirror image. parameters: how many numbers are learned for them.
    """

    letters: tuple[str, str]
    roles: tuple[str, str]
    sides: tuple[View, View]
    scores: View
    asymmetry: View
    parameters: View

    @property
    def formula(self) -> str:
        """How a score is made, as Typst maths, with the two letters as symbols."""
        a, b = self.letters
        return f"s_(i j) = {{{{ {a}_i : left }}}} dot {{{{ {b}_j : above }}}}"

    @property
    def ink(self) -> tuple[str, str]:
        """The roles in which the two letters are written."""
        return tuple("text" if role == "line" else role for role in self.roles)
