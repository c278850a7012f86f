"""Hadamard matrices for balanced repeated replication, by Paley's construction and by doubling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def hadamard_matrix(size: int) -> Floats:
    """A Hadamard matrix of the smallest order that can be built here and is at least `size`.

    Orders are 1, 2, p + 1 for primes p = 3 (mod 4) (Paley 1933, doi:10.1002/sapm1933121311), and these times powers of 2
    (Sylvester 1867); up to 100 all multiples of 4 but 28, 36, 52, 56, 76, 92 and 100.

    Parameters
    ----------
    size
        Least order wanted.

    Returns
    -------
    numpy.ndarray
        Signs 1 and -1, order x order; columns (and rows) are orthogonal and the first row is 1 throughout.

    Examples
    --------
    >>> hadamard_matrix(3).astype(int).tolist()
    [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]
    """
    order, core, doublings = min(_orders(size))
    matrix = np.ones((1, 1)) if core == 1 else _paley(core - 1)
    for _ in range(doublings):
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    assert len(matrix) == order
    signs: Floats = matrix * matrix[0]
    return signs


def _orders(size: int) -> list[tuple[int, int, int]]:
    """Orders of at least `size` with the core matrix and the doublings that give them; a core of 1 alone comes first."""
    found = []
    for core in [1, *(p + 1 for p in range(7, 2 * size + 4, 4) if _is_prime(p))]:
        doublings = 0
        while core * 2**doublings < size:
            doublings += 1
        found.append((core * 2**doublings, core, doublings))
    return found


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def _paley(prime: int) -> Floats:
    """Order p + 1 from the quadratic residues modulo a prime p = 3 (mod 4)."""
    squares = {i * i % prime for i in range(1, prime)}
    character = np.array([0.0, *(1.0 if i in squares else -1.0 for i in range(1, prime))])
    inner = character[(np.arange(prime)[None, :] - np.arange(prime)[:, None]) % prime]
    skew = np.zeros((prime + 1, prime + 1))
    skew[0, 1:], skew[1:, 0], skew[1:, 1:] = 1.0, -1.0, inner
    return skew + np.eye(prime + 1)
