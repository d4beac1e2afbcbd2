"""Qiskit reads what we write, and agrees on every matrix up to a global phase.

    python3 -m venv venv && venv/bin/pip install -r compiler/qasm/tests/peers/requirements.txt
    mkdir out && cargo run -p qml-qasm --example write_for_peers -- out compiler/qasm/tests/data/*.qasm
    venv/bin/python compiler/qasm/tests/peers/check_qasm.py out
"""

import pathlib
import re
import sys

import numpy as np
from qiskit import qasm2, qasm3
from qiskit.quantum_info import Operator


def load(text, values):
    if "OPENQASM 2" in text:
        return qasm2.loads(text, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
    if "ctrl @" in text:
        # Qiskit 2.6 panics when it controls a defined gate with free parameters: they are bound in the text.
        for name, value in values.items():
            text = text.replace(f"input float[64] {name};\n", "")
            text = re.sub(rf"\b{name}\b", f"({value})", text)
    circuit = qasm3.loads(text)
    return circuit.assign_parameters({p: float(values[p.name]) for p in circuit.parameters})


def check(path):
    binding, *rows = path.with_suffix(".txt").read_text().splitlines()
    entries = np.array([[float(x) for x in row.split()] for row in rows])
    expected = entries[:, 0::2] + 1j * entries[:, 1::2]
    values = dict(pair.rsplit("=", 1) for pair in binding.split())
    found = Operator(load(path.read_text(), values)).data
    overlap = np.vdot(expected, found)
    return np.abs(found - expected * overlap / abs(overlap)).max()


def main(folder):
    paths = sorted(pathlib.Path(folder).glob("*.qasm"))
    if not paths:
        sys.exit("no files to check")
    failures = 0
    for path in paths:
        try:
            distance = check(path)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # Qiskit 2.6.2 panics on some controlled gates that a file defines.
            distance, reason = float("inf"), f"not read, {type(error).__name__}: {error}"
        else:
            reason = f"{distance:.1e} apart"
        if not distance < 1e-8:
            failures += 1
            print(f"{path.name}: {reason}")
    print(f"{len(paths) - failures} agree, {failures} don't")
    sys.exit(1 if failures else 0)


main(sys.argv[1])
