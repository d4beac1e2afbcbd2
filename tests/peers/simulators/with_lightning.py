"""PennyLane's lightning.qubit 0.45: the device called with a circuit that is built and preprocessed once."""

from __future__ import annotations

import numpy as np
import pennylane as qml
from circuit import Circuit, Task
from pennylane.devices import ExecutionConfig
from pennylane.tape import QuantumScript

GATES = {
    "h": qml.Hadamard, "rx": qml.RX, "ry": qml.RY, "rz": qml.RZ, "cx": qml.CNOT, "cz": qml.CZ,
    "cp": qml.ControlledPhaseShift, "rzz": qml.IsingZZ, "swap": qml.SWAP,
}  # fmt: skip


def device(n: int, precision: str) -> qml.devices.Device:
    return qml.device("lightning.qubit", wires=n, c_dtype={"f64": np.complex128, "f32": np.complex64}[precision])


def build(circuit: Circuit, measured: qml.measurements.MeasurementProcess) -> QuantumScript:
    # Its wire 0 is the highest bit.
    operations = [GATES[name](*angles, wires=[circuit.n - 1 - w for w in wires]) for name, angles, wires in circuit.gates]
    return QuantumScript(operations, [measured])


def state(circuit: Circuit, precision: str) -> Task:
    lightning, script = device(circuit.n, precision), build(circuit, qml.state())
    run = lambda: lightning.execute(script)
    return Task(run, lambda: np.asarray(run()).reshape(-1))


def gradient(circuit: Circuit, precision: str) -> Task:
    n = circuit.n
    terms = [qml.Z(q) @ qml.Z(q + 1) for q in range(n - 1)] + [qml.X(q) for q in range(n)]
    script = build(circuit, qml.expval(qml.Hamiltonian([-1.0] * len(terms), terms)))
    script.trainable_params = list(range(len(circuit.angles())))
    lightning = device(n, precision)
    config = ExecutionConfig(gradient_method="adjoint", use_device_gradient=True)
    run = lambda: lightning.execute_and_compute_derivatives(script, config)

    def both() -> np.ndarray:
        value, derivatives = run()
        return np.array([float(np.squeeze(value)), *np.ravel(derivatives)])

    return Task(run, both)
