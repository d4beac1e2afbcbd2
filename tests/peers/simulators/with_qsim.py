"""qsim 0.22: in singles alone; gates fused to the size that is fastest here; a circuit is translated once."""

from __future__ import annotations

import os
import time

import cirq
import numpy as np
import qsimcirq
from circuit import Circuit, Task, means

THREADS = int(os.environ["OMP_NUM_THREADS"])


def operation(name: str, angles: tuple[float, ...], qubits: list[cirq.Qid]) -> cirq.Operation:
    match name:
        case "h" | "cx" | "cz" | "swap":
            return getattr(cirq, name.upper())(*qubits)
        case "rx" | "ry" | "rz":
            return getattr(cirq, name)(angles[0])(*qubits)
        case "cp":
            return cirq.CZPowGate(exponent=angles[0] / np.pi)(*qubits)
        case "rzz":
            return cirq.ZZPowGate(exponent=angles[0] / np.pi, global_shift=-0.5)(*qubits)
    raise ValueError(name)


def build(circuit: Circuit, *, noisy: bool = False) -> tuple[cirq.Circuit, list[cirq.Qid]]:
    """The circuit, and its qubits from the highest bit to the lowest: the order of Cirq."""
    line = cirq.LineQubit.range(circuit.n)
    made = cirq.Circuit()
    for name, angles, wires in circuit.gates:
        made.append(operation(name, angles, [line[w] for w in wires]))
        for w in wires if noisy else ():
            made.append([cirq.depolarize(1e-3)(line[w]), cirq.amplitude_damp(1e-2)(line[w])])
    return made, line[::-1]


def simulator(fused: int) -> qsimcirq.QSimSimulator:
    options = qsimcirq.QSimOptions(max_fused_gate_size=fused, cpu_threads=THREADS)
    return qsimcirq.QSimSimulator(options, seed=1, circuit_memoization_size=8)


def fastest(circuit: cirq.Circuit, order: list[cirq.Qid]) -> qsimcirq.QSimSimulator:
    def seconds(candidate: qsimcirq.QSimSimulator) -> float:
        candidate.simulate_into_1d_array(circuit, qubit_order=order)
        start = time.perf_counter()
        candidate.simulate_into_1d_array(circuit, qubit_order=order)
        return time.perf_counter() - start

    return min((simulator(fused) for fused in (2, 3, 4)), key=seconds)


def state(circuit: Circuit, _: str) -> Task:
    made, order = build(circuit)
    qsim = fastest(made, order)
    run = lambda: qsim.simulate_into_1d_array(made, qubit_order=order)
    return Task(run, lambda: np.asarray(run()[1]))


def sampled(circuit: Circuit, count: int, *, noisy: bool) -> Task:
    made, order = build(circuit, noisy=noisy)
    qsim = simulator(4) if noisy else fastest(made, order)
    made.append(cirq.measure(*order[::-1], key="all"))
    run = lambda: qsim.run(made, repetitions=count)
    return Task(run, lambda: means(run().measurements["all"]))


def shots(circuit: Circuit, _: str, count: int) -> Task:
    return sampled(circuit, count, noisy=False)


def noisy(circuit: Circuit, _: str, count: int) -> Task:
    return sampled(circuit, count, noisy=True)
