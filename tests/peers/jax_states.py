"""State vectors in JAX, written for it: wire 0 is the first axis, a gate is a product with a reshaped state, a ring of CX a gather."""

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def zero(n: int, dtype: type = jnp.complex128) -> jax.Array:
    return jnp.zeros(2**n, dtype).at[0].set(1.0)


def rx(t: jax.Array) -> jax.Array:
    c, s = jnp.cos(t / 2), jnp.sin(t / 2)
    return jnp.array([[c, -1j * s], [-1j * s, c]])


def ry(t: jax.Array) -> jax.Array:
    c, s = jnp.cos(t / 2), jnp.sin(t / 2)
    return jnp.array([[c, -s], [s, c]]) + 0j


def rz(t: jax.Array) -> jax.Array:
    c, s = jnp.cos(t / 2), jnp.sin(t / 2)
    return jnp.array([[c - 1j * s, 0.0], [0.0, c + 1j * s]])


def one(gate: jax.Array, psi: jax.Array, q: int, n: int) -> jax.Array:
    block = psi.reshape(2**q, 2, 2 ** (n - q - 1))
    return jnp.einsum("ij,ajb->aib", gate.astype(psi.dtype), block).reshape(-1)


def bit(q: int, n: int) -> np.ndarray:
    return (np.arange(2**n) >> (n - 1 - q)) & 1


def signs(q: int, n: int) -> np.ndarray:
    """The diagonal of Z."""
    return 1.0 - 2.0 * bit(q, n)


def cx(order: np.ndarray, control: int, target: int, n: int) -> np.ndarray:
    """The order of amplitudes after another CX, where it was ORDER before."""
    return order[np.where(bit(control, n) == 1, np.arange(2**n) ^ (1 << (n - 1 - target)), np.arange(2**n))]
