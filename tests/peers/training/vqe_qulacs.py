"""vqe.qml with qulacs: its gradient by backpropagation, Adam with NumPy."""
import sys

import numpy as np
from qulacs import Observable, ParametricQuantumCircuit, QuantumState

n, steps, layers = int(sys.argv[1]), int(sys.argv[2]), 4
chain = Observable(n)
for q in range(n - 1):
    chain.add_operator(-1.0, f"Z {q} Z {q + 1}")
for q in range(n):
    chain.add_operator(-1.0, f"X {q}")

# Its rotations turn the other way: angles and derivatives change their signs.
theta = np.sin(np.arange(1.0, layers * 2 * n + 1))
circuit = ParametricQuantumCircuit(n)
for layer in theta.reshape(layers, 2, n):
    for q in range(n):
        circuit.add_parametric_RY_gate(q, -layer[0, q])
    for q in range(n):
        circuit.add_parametric_RZ_gate(q, -layer[1, q])
    for q in range(n - 1):
        circuit.add_CNOT_gate(q, q + 1)


def bind():
    for i, angle in enumerate(theta.tolist()):
        circuit.set_parameter(i, -angle)


m, v = np.zeros_like(theta), np.zeros_like(theta)
for k in range(1, steps + 1):
    bind()
    gradient = -np.array(circuit.backprop(chain))
    m = 0.9 * m + 0.1 * gradient
    v = 0.999 * v + 0.001 * gradient * gradient
    theta -= 0.05 * (m / (1 - 0.9**k)) / (np.sqrt(v / (1 - 0.999**k)) + 1e-8)
bind()
state = QuantumState(n)
circuit.update_quantum_state(state)
print(chain.get_expectation_value(state))
