"""Aer 0.18, state vectors, with its fusion."""

from __future__ import annotations

import os

import numpy as np
from circuit import Circuit, Task
from qiskit import QuantumCircuit
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel, amplitude_damping_error, depolarizing_error


def build(circuit: Circuit) -> QuantumCircuit:
    made = QuantumCircuit(circuit.n)
    for name, angles, wires in circuit.gates:
        getattr(made, name)(*angles, *wires)
    return made


def simulator(precision: str, **options: object) -> AerSimulator:
    threads = int(os.environ["OMP_NUM_THREADS"])
    word = {"f64": "double", "f32": "single"}[precision]
    return AerSimulator(method="statevector", precision=word, max_parallel_threads=threads, **options)


def state(circuit: Circuit, precision: str) -> Task:
    made, aer = build(circuit), simulator(precision)
    made.save_statevector()
    return Task(lambda: aer.run(made, shots=1).result(), lambda: np.asarray(aer.run(made, shots=1).result().get_statevector()))


def means(counts: dict[str, int], n: int) -> np.ndarray:
    """Of outcomes as hexadecimal numbers."""
    outcomes = np.array([int(word, 16) for word in counts])
    bits = outcomes[:, None] >> np.arange(n) & 1
    return 1.0 - 2.0 * np.average(bits, axis=0, weights=list(counts.values()))


def sampled(circuit: Circuit, aer: AerSimulator, count: int) -> Task:
    made = build(circuit)
    made.measure_all()
    return Task(
        lambda: aer.run(made, shots=count).result(),
        lambda: means(aer.run(made, shots=count).result().data()["counts"], circuit.n),
    )


def shots(circuit: Circuit, precision: str, count: int) -> Task:
    return sampled(circuit, simulator(precision), count)


def noisy(circuit: Circuit, precision: str, count: int) -> Task:
    # Its parameter is that of the mixture with the maximally mixed state: each letter has a quarter of it.
    one = depolarizing_error(4 / 3 * 1e-3, 1).compose(amplitude_damping_error(1e-2))
    noise = NoiseModel()
    noise.add_all_qubit_quantum_error(one, ["rx", "ry", "rz", "h"])
    noise.add_all_qubit_quantum_error(one.tensor(one), ["cx", "cz"])
    return sampled(circuit, simulator(precision, noise_model=noise), count)
