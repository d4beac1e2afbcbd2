"""vqe.qml with JAX and optax: all steps are one compiled function; layers and steps are scans, which compile fastest."""
import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax_states import cx, one, ry, rz, signs, zero

n, steps, layers = int(sys.argv[1]), int(sys.argv[2]), 4
order = np.arange(2**n)
for q in range(n - 1):
    order = cx(order, q, q + 1, n)
energies = -sum(signs(q, n) * signs(q + 1, n) for q in range(n - 1))


def layer(psi, angles):
    for q in range(n):
        psi = one(rz(angles[1, q]) @ ry(angles[0, q]), psi, q, n)
    return psi[order], None


def energy(theta):
    psi, _ = jax.lax.scan(layer, zero(n), theta)
    flipped = sum(jnp.flip(psi.reshape(2**q, 2, -1), 1).reshape(-1) for q in range(n))
    return jnp.vdot(psi, energies * psi - flipped).real


@jax.jit
def train(theta):
    adam = optax.adam(0.05)

    def step(carry, _):
        theta, state = carry
        updates, state = adam.update(jax.grad(energy)(theta), state)
        return (optax.apply_updates(theta, updates), state), None

    (theta, _), _ = jax.lax.scan(step, (theta, adam.init(theta)), length=steps)
    return energy(theta)


print(train(jnp.sin(jnp.arange(1.0, layers * 2 * n + 1)).reshape(layers, 2, n)))
