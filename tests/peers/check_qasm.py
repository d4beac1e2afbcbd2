"""Qiskit reads the OpenQASM that we write, and agrees on every matrix up to a global phase.

    check_qasm.py FOLDER

FOLDER is what the example `write_for_peers` of `qml-qasm` wrote.
"""

import sys
from pathlib import Path

import numpy as np
from circuits import load
from qiskit.quantum_info import Operator


def apart(path: Path) -> float:
    """How far Qiskit's matrix is from ours."""
    binding, *rows = path.with_suffix(".txt").read_text().splitlines()
    entries = np.array([[float(x) for x in row.split()] for row in rows])
    expected = entries[:, 0::2] + 1j * entries[:, 1::2]
    values = dict(pair.rsplit("=", 1) for pair in binding.split())
    circuit = load(path.read_text())
    found = Operator(circuit.assign_parameters({p: float(values[p.name]) for p in circuit.parameters})).data
    overlap = np.vdot(expected, found)
    return float(np.abs(found - expected * overlap / abs(overlap)).max())


def main(folder: Path) -> None:
    paths = sorted(folder.glob("*.qasm"))
    if not paths:
        sys.exit("no files to check")
    n_wrong = 0
    for path in paths:
        try:
            distance = apart(path)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # A panic of Qiskit's is no Exception.
            distance = float("inf")
            print(f"{path.name} is not read: {type(error).__name__}: {error}")
        if not distance < 1e-8:
            n_wrong += 1
            print(f"{path.name}: {distance:.1e} apart")
    print(f"{len(paths) - n_wrong} agree, {n_wrong} don't")
    sys.exit(1 if n_wrong else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
