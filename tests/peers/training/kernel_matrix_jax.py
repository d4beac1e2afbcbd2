"""kernel_matrix.qml with JAX, timed without compiling: `states` makes each state once, `pairs` runs a circuit for each pair."""
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from jax_states import one, signs, zero

n = 10
hadamard = jnp.array([[1, 1], [1, -1]], complex) / np.sqrt(2)
letters = np.stack([signs(q, n) for q in range(n)])
pairs = letters[:-1] * letters[1:]
xs = 2.0 * jnp.sin(jnp.arange(1.0, 1021.0)).reshape(102, n)


def phases(x):
    return jnp.exp(-0.5j * (x @ letters + (x[:-1] * x[1:]) @ pairs))


def layers(psi, x):
    for _ in range(2):
        for q in range(n):
            psi = one(hadamard, psi, q, n)
        psi = phases(x) * psi
    return psi


def back(psi, x):
    for _ in range(2):
        psi = phases(x).conj() * psi
        for q in range(n):
            psi = one(hadamard, psi, q, n)
    return psi


@jax.jit
def by_states(xs):
    states = jax.vmap(lambda x: layers(zero(n), x))(xs)
    return jnp.abs(states.conj() @ states.T) ** 2


@jax.jit
def by_pairs(xs):
    row, column = np.triu_indices(len(xs), 1)
    overlap = jax.vmap(lambda x, y: jnp.abs(back(layers(zero(n), x), y)[0]) ** 2)
    # Rows one after another: all pairs at once don't fit the caches.
    values = jax.lax.map(lambda p: overlap(xs[p[0]], xs[p[1]]), (row.reshape(-1, 101), column.reshape(-1, 101)))
    half = jnp.zeros((len(xs), len(xs))).at[row, column].set(values.reshape(-1))
    return half + half.T + jnp.eye(len(xs))


matrix = {"states": by_states, "pairs": by_pairs}[sys.argv[1]]
matrix(xs).block_until_ready()
times = []
for _ in range(7):
    start = time.perf_counter()
    k = matrix(xs).block_until_ready()
    times.append(time.perf_counter() - start)
sign = jnp.cos(jnp.arange(102.0))
print(sign @ k @ sign, sorted(times)[3])
