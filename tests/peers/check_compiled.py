"""Our compiled benchmark circuits do what their sources do, in every format, as other tools see them.

    check_compiled.py FOLDER [--only TEXT] [--timeout SECONDS]

FOLDER is what the example `suite` wrote with `--emit`. Each circuit is checked twice: by MQT QCEC, and by random stimuli
in Aer: a random product state through the compiled circuit and back through the source has to return. Inputs of symbolic
circuits get the same numbers on both sides. OpenQASM 2 and QIR of circuits with numbers have to hold the same gates.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from pathlib import Path

import pyqir
import qir_qis
import qirrunner
from circuits import Placed, Row, bind, layout, load, placed, rows
from mqt import qcec
from mqt.core import load as to_mqt
from mqt.core.ir import QuantumComputation
from qiskit import QuantumCircuit, transpile
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.quantum_info import Statevector
from qiskit_aer import AerSimulator
from quantinuum_qircheck import qircheck

# Wider circuits are left to QCEC.
MOST_WIRES = 22
# Wider ones get one stimulus instead of two.
FEW_WIRES = 16
SHOTS = 2000


def plain(circuit: QuantumCircuit) -> QuantumCircuit:
    """In gates that all tools know, otherwise as it is."""
    return transpile(circuit, basis_gates=["cx", "cz", "rz", "sx", "x", "u"], optimization_level=0)


def verify(source: QuantumCircuit, compiled: Placed, timeout: float) -> str:
    """What QCEC says, with the layouts undone."""
    ours: QuantumComputation = to_mqt(plain(compiled.circuit))
    others = [wire for wire in range(ours.num_qubits) if wire not in compiled.start]
    ours.initial_layout.clear()
    ours.output_permutation.clear()
    for logical, wire in enumerate(compiled.start + others):
        ours.initial_layout[wire] = logical
    for logical, wire in enumerate(compiled.end):
        ours.output_permutation[wire] = logical
    for logical in range(len(compiled.start), ours.num_qubits):
        ours.set_circuit_qubit_ancillary(logical)
        ours.set_circuit_qubit_garbage(logical)
    theirs = to_mqt(plain(source))
    result = qcec.verify(theirs, ours, timeout=timeout, parallel=False)
    return str(result.equivalence).rsplit(".", 1)[-1]


def overlap(source: QuantumCircuit, compiled: Placed, seed: int) -> float:
    """The probability with which a random product state returns from the compiled circuit and the inverted source."""
    n = compiled.circuit.num_qubits
    numbers = random.Random(seed)
    turns = [[numbers.uniform(0, math.tau) for _ in range(3)] for _ in compiled.start]
    circuit = QuantumCircuit(n)
    for wire, angles in zip(compiled.start, turns, strict=True):
        circuit.u(*angles, wire)
    circuit.compose(compiled.circuit, range(n), inplace=True)
    circuit.compose(source.inverse(), compiled.end, inplace=True)
    for wire, (theta, phi, lam) in zip(compiled.end, turns, strict=True):
        circuit.u(-theta, -lam, -phi, wire)
    ready = plain(circuit)
    ready.save_amplitudes_squared([0])
    result = AerSimulator(method="statevector").run(ready, shots=1).result()
    return float(result.data()["amplitudes_squared"][0])


def read_qir(text: str) -> tuple[QuantumCircuit, list[int]]:
    """The gates of a program, and the qubit that each bit of its result is measured from."""
    module = pyqir.Module.from_ir(pyqir.Context(), text)
    main = next(filter(pyqir.is_entry_point, module.functions))
    circuit = QuantumCircuit(pyqir.required_num_qubits(main))
    gates = get_standard_gate_name_mapping()
    names = {"cnot": "cx"}
    measured: dict[int, int] = {}
    result: list[int] = []
    for instruction in (i for block in main.basic_blocks for i in block.instructions):
        if not isinstance(instruction, pyqir.Call):
            continue
        parts = instruction.callee.name.split("__")
        if parts[3] == "mz":
            qubit, bit = map(pyqir.ptr_id, instruction.args)
            measured[bit] = qubit
        elif parts[3] == "result_record_output":
            result.append(measured[pyqir.ptr_id(instruction.args[0])])
        elif parts[2] == "qis":
            values = [arg.value for arg in instruction.args if isinstance(arg, pyqir.FloatConstant)]
            wires = [pyqir.ptr_id(arg) for arg in instruction.args if not isinstance(arg, pyqir.FloatConstant)]
            name = names.get(parts[3], parts[3]) + ("dg" if parts[4] == "adj" else "")
            circuit.append(gates[name].base_class(*values), wires)
    return circuit, result


Gate = tuple[str, tuple[float, ...], tuple[int, ...]]


def gates(circuit: QuantumCircuit) -> list[Gate]:
    """What is applied, in order; native gates by those that QIR has a name for."""
    found: list[Gate] = []
    for item in circuit.data:
        wires = tuple(circuit.find_bit(q).index for q in item.qubits)
        name, params = item.operation.name, [float(value) for value in item.operation.params]
        match name:
            case "measure" | "barrier":
                continue
            case "sx":
                parts = [("rx", [math.pi / 2])]
            case "prx":
                parts = [("rz", [-params[1]]), ("rx", [params[0]]), ("rz", [params[1]])]
            case _:
                parts = [(name, params)]
        for name, angles in parts:
            rounded = tuple(round(value, 12) for value in angles)
            # QIR leaves out turns by nothing.
            if name not in ("rx", "rz") or rounded != (0.0,):
                found.append((name, rounded, wires))
    return found


def check_qir(row: Row, ours: QuantumCircuit, source: QuantumCircuit) -> list[str]:
    """Three readers take the program, and it has our gates and the right order of results."""
    text = row.file("ll").read_text()
    qircheck(text)
    qir_qis.validate_qir(qir_qis.qir_ll_to_bc(text))
    circuit, result = read_qir(text)
    faults = []
    if result != layout(row.file("qasm").read_text(), "final"):
        faults.append("QIR records its result in another order")
    if gates(circuit) != gates(ours):
        faults.append("QIR has other gates than OpenQASM 3")
    return faults + (run_qir(row, source) if source.num_qubits <= 6 else [])


def run_qir(row: Row, source: QuantumCircuit) -> list[str]:
    """QIR-runner samples the distribution that the source has."""
    lines: list[str] = []
    qirrunner.run(str(row.file("ll")), shots=SHOTS, rng_seed=1, output_fn=lambda output: lines.append(str(output)))
    found: Counter[str] = Counter()
    for output in lines:
        bits = [line.split("\t")[2] for line in output.splitlines() if line.startswith("OUTPUT\tRESULT")]
        if bits:
            found["".join(reversed(bits))] += 1
    expected = Statevector(source).probabilities_dict()
    apart = sum(abs(found[key] / SHOTS - expected.get(key, 0.0)) for key in {*found, *expected}) / 2
    # The distance of a sample from its distribution grows with the number of outcomes.
    limit = 2 * math.sqrt(len(expected) / SHOTS)
    return [] if apart < limit else [f"QIR-runner samples something else ({apart:.3f})"]


def check(row: Row, timeout: float) -> tuple[str, list[str]]:
    """How the row was checked, and what is wrong."""
    source = bind(row.source())
    text = row.file("qasm").read_text()
    ours = bind(load(text))
    compiled = placed(ours, text)
    said = verify(source, compiled, timeout)
    faults = ["QCEC finds a difference"] if said == "not_equivalent" else []
    how = f"QCEC: {said}"
    n_wires = compiled.circuit.num_qubits
    if n_wires <= MOST_WIRES:
        least = min(overlap(source, compiled, seed) for seed in range(2 if n_wires <= FEW_WIRES else 1))
        how += f", stimuli: {least:.9f}"
        if least < 1 - 1e-8:
            faults.append(f"stimuli return with probability {least}")
    else:
        how += ", too wide for stimuli"
    if row.suite == "bound":
        if gates(load(row.file("2.qasm").read_text())) != gates(ours):
            faults.append("OpenQASM 2 has other gates than OpenQASM 3")
        faults += check_qir(row, ours, source)
    return how, faults


def must_notice(row: Row) -> None:
    """Both checks see that a gate is missing; else they are worth nothing."""
    source = bind(row.source())
    text = row.file("qasm").read_text()
    whole = placed(bind(load(text)), text)
    shorter = QuantumCircuit(whole.circuit.num_qubits)
    for item in whole.circuit.data[1:]:
        shorter.append(item.operation, [whole.circuit.find_bit(q).index for q in item.qubits])
    wrong = Placed(shorter, whole.start, whole.end)
    if verify(source, wrong, 20) != "not_equivalent" or overlap(source, wrong, 0) > 0.999:
        sys.exit(f"a missing gate in {row} is not noticed")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="rows that contain this text")
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds for QCEC")
    options = parser.parse_args()
    must_notice(Row("bound", "ghz_10", "iqm_garnet", options.folder))
    tally: Counter[str] = Counter()
    n_wrong = 0
    for row in rows(options.folder, options.only):
        how, faults = check(row, options.timeout)
        tally[how.split(",")[0]] += 1
        n_wrong += bool(faults)
        print(f"{row}: {how}" + "".join(f"\n  WRONG: {fault}" for fault in faults), flush=True)
    if not tally:
        sys.exit("no rows to check")
    print(f"{tally.total() - n_wrong} right, {n_wrong} wrong; " + ", ".join(f"{k} {v}" for k, v in tally.items()))
    sys.exit(1 if n_wrong else 0)


if __name__ == "__main__":
    main()
