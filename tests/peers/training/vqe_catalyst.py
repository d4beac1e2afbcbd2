"""vqe.qml with Catalyst: loop, optimizer and circuit are compiled together; gradients by the adjoint of Lightning."""
import sys

import catalyst
import jax.numpy as jnp
import optax
import pennylane as qml

n, steps, layers = int(sys.argv[1]), int(sys.argv[2]), 4
chain = qml.Hamiltonian(
    [-1.0] * (2 * n - 1), [qml.Z(q) @ qml.Z(q + 1) for q in range(n - 1)] + [qml.X(q) for q in range(n)]
)


@qml.qnode(qml.device("lightning.qubit", wires=n), diff_method="adjoint")
def energy(theta):
    for layer in range(layers):
        for q in range(n):
            qml.RY(theta[layer, 0, q], q)
            qml.RZ(theta[layer, 1, q], q)
        for q in range(n - 1):
            qml.CNOT([q, q + 1])
    return qml.expval(chain)


@qml.qjit
def train(theta):
    adam = optax.adam(0.05)

    @catalyst.for_loop(0, steps, 1)
    def step(_, theta, state):
        updates, state = adam.update(catalyst.grad(energy)(theta), state)
        return optax.apply_updates(theta, updates), state

    theta, _ = step(theta, adam.init(theta))
    return energy(theta)


print(train(jnp.sin(jnp.arange(1.0, layers * 2 * n + 1)).reshape(layers, 2, n)))
