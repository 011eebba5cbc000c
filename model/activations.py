"""What bends the wide layer of a feed-forward network: ReLU as in the paper, or GELU (Hendrycks and Gimpel 2016)."""

import numpy as np

# Rational approximations of erf and erfc (Cody 1969, in the constants of his CALERF), highest power first.
SMALL = ((1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3),
         (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3))
LARGE = ((2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1, 2.98635138197400131e2,
          8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
         (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3,
          4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3))
BORDER, FAR = 0.46875, 6.0                # erf(6) is 1 but for 2e-17


def relu(x, xp=np):
    """max(0, x)."""
    return xp.maximum(x, 0)


def gelu(x, xp=np):
    """x P(X <= x) for X ~ N(0, 1) (section 2), exact but for rounding."""
    return x * (1 + erf(x / 2**0.5, xp)) / 2


def gelu_new(x, xp=np):
    """The same by tanh (section 2), as GPT-2 has it; at most 5e-4 away."""
    return x * (1 + xp.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3))) / 2


def erf(x, xp=np):
    """The error function, to 3e-16: numpy has none, and Python's own takes one number at a time."""
    y = xp.minimum(xp.abs(x), FAR)
    near = x * _ratio(SMALL, xp.minimum(y, BORDER) ** 2)
    far = 1 - xp.exp(-(y**2)) * _ratio(LARGE, y)
    return xp.where(y <= BORDER, near, xp.sign(x) * far)


def _ratio(polynomials, x):
    above, below = (_polynomial(coefficients, x) for coefficients in polynomials)
    return above / below


def _polynomial(coefficients, x):
    first, *others = coefficients
    value = first
    for coefficient in others:
        value = value * x + coefficient
    return value


ACTIVATIONS = {"relu": relu, "gelu": gelu, "gelu_new": gelu_new}
