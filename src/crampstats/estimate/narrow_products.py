"""Products of tall model matrices, in pieces that one processor core takes at a time."""

from __future__ import annotations

import numpy as np

from crampstats.estimate.sums import Floats


def _pieces(turned: Floats) -> tuple[Floats, Floats]:
    """Columns x rows as a stack of narrow matrices, and what is left over.

    A linear algebra library hands larger products to several threads, which wait for one another; on a machine that is doing
    something else as well, that costs ten times what it saves.
    """
    k, n = turned.shape
    width = max(1, min(512, 9_000 // k, 250_000 // k**2))
    whole = n - n % width
    return turned[:, :whole].reshape(k, -1, width).transpose(1, 0, 2), turned[:, whole:]


def linear_predictor(turned: Floats, beta: Floats) -> Floats:
    """Linear predictor of each row."""
    stack, rest = _pieces(turned)
    return np.concatenate([np.matmul(beta, stack).ravel(), beta @ rest])


def weighted_sums(turned: Floats, weight: Floats) -> Floats:
    """Weighted sum of each column."""
    stack, rest = _pieces(turned)
    whole = len(weight) - rest.shape[1]
    parts = np.matmul(stack, weight[:whole].reshape(len(stack), stack.shape[2], 1))
    return np.asarray(parts.sum(axis=0)[:, 0] + rest @ weight[whole:], dtype=np.float64)


def cross_products(root: Floats) -> Floats:
    """Sums over rows of the products of any two columns."""
    stack, rest = _pieces(root)
    return np.asarray(np.matmul(stack, stack.transpose(0, 2, 1)).sum(axis=0) + rest @ rest.T, dtype=np.float64)
