"""qulacs 0.6, in doubles alone; gates merged by its optimizer where that is faster. Its rotations turn the other way."""

from __future__ import annotations

import time

import numpy as np
from circuit import Circuit, Task, means
from qulacs import Observable, ParametricQuantumCircuit, QuantumCircuit, QuantumState, gate
from qulacs.circuit import QuantumCircuitOptimizer

SIMPLE = {"h": "H", "cx": "CNOT", "cz": "CZ", "swap": "SWAP"}
ROTATIONS = {"rx": gate.RX, "ry": gate.RY, "rz": gate.RZ}


def build(circuit: Circuit) -> QuantumCircuit:
    made = QuantumCircuit(circuit.n)
    for name, angles, wires in circuit.gates:
        if name in SIMPLE:
            made.add_gate(getattr(gate, SIMPLE[name])(*wires))
        elif name in ROTATIONS:
            made.add_gate(ROTATIONS[name](wires[0], -angles[0]))
        elif name == "rzz":
            made.add_gate(gate.PauliRotation(list(wires), [3, 3], -angles[0]))
        else:
            phase = gate.to_matrix_gate(gate.U1(wires[1], angles[0]))
            phase.add_control_qubit(wires[0], 1)
            made.add_gate(phase)
    return made


def fastest(circuit: Circuit) -> QuantumCircuit:
    """The circuit as it is, lightly merged, or in blocks of two, whichever takes least."""
    candidates = [build(circuit) for _ in range(3)]
    QuantumCircuitOptimizer().optimize_light(candidates[1])
    QuantumCircuitOptimizer().optimize(candidates[2], 2)
    state = QuantumState(circuit.n)

    def seconds(candidate: QuantumCircuit) -> float:
        state.set_zero_state()
        start = time.perf_counter()
        candidate.update_quantum_state(state)
        return time.perf_counter() - start

    return min(candidates, key=seconds)


def state(circuit: Circuit, _: str) -> Task:
    made, psi = fastest(circuit), QuantumState(circuit.n)

    def run() -> None:
        psi.set_zero_state()
        made.update_quantum_state(psi)

    return Task(run, lambda: (run(), psi.get_vector())[1])


def gradient(circuit: Circuit, _: str) -> Task:
    made = ParametricQuantumCircuit(circuit.n)
    for name, angles, wires in circuit.gates:
        if angles:
            getattr(made, f"add_parametric_{name.upper()}_gate")(wires[0], -angles[0])
        else:
            made.add_gate(getattr(gate, SIMPLE[name])(*wires))
    chain = Observable(circuit.n)
    for q in range(circuit.n - 1):
        chain.add_operator(-1.0, f"Z {q} Z {q + 1}")
    for q in range(circuit.n):
        chain.add_operator(-1.0, f"X {q}")
    psi = QuantumState(circuit.n)

    def both() -> np.ndarray:
        psi.set_zero_state()
        made.update_quantum_state(psi)
        return np.array([chain.get_expectation_value(psi), *(-d for d in made.backprop(chain))])

    return Task(lambda: made.backprop(chain), both)


def shots(circuit: Circuit, _: str, count: int) -> Task:
    made, psi = fastest(circuit), QuantumState(circuit.n)

    def run() -> list[int]:
        psi.set_zero_state()
        made.update_quantum_state(psi)
        return psi.sampling(count)

    return Task(run, lambda: means(np.array(run())[:, None] >> np.arange(circuit.n) & 1))
