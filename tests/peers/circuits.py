"""The benchmark circuits, as they are and as we compile them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from qiskit import QuantumCircuit, qasm2, qasm3

ROOT = Path(__file__).resolve().parents[2]
CIRCUITS = ROOT / "tests" / "circuits"
TARGETS = ("ibm_torino", "iqm_garnet", "all_to_all")


@dataclass(frozen=True)
class Row:
    """A circuit for a target, with what `suite --emit` wrote of it."""

    suite: str
    name: str
    target: str
    folder: Path

    def source(self) -> QuantumCircuit:
        circuit = load((CIRCUITS / self.suite / f"{self.name}.qasm").read_text())
        # On one register: not all tools know qubits without.
        return QuantumCircuit(circuit.num_qubits).compose(circuit)

    def file(self, kind: str) -> Path:
        return self.folder / f"{self.suite}.{self.name}.{self.target}.{kind}"

    def __str__(self) -> str:
        return f"{self.suite} {self.name} {self.target}"


def rows(folder: Path, only: str = "") -> list[Row]:
    """All rows whose text contains `only`."""
    found = []
    for suite in ("bound", "symbolic"):
        for path in sorted((CIRCUITS / suite).glob("*.qasm")):
            found += [Row(suite, path.stem, target, folder) for target in TARGETS]
    return [row for row in found if only in str(row)]


def load(text: str) -> QuantumCircuit:
    if "OPENQASM 2" in text:
        return qasm2.loads(text, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
    return qasm3.loads(text)


def bind(circuit: QuantumCircuit) -> QuantumCircuit:
    """Numbers for the inputs, the same for the same name."""
    values = {p: 0.3 + (sum(map(ord, p.name)) * 0.6180339887) % 2.5 for p in circuit.parameters}
    return circuit.assign_parameters(values)


@dataclass(frozen=True)
class Placed:
    """A compiled circuit on the qubits that it touches, and where those of the source start and end."""

    circuit: QuantumCircuit
    start: list[int]
    end: list[int]


def layout(text: str, kind: str) -> list[int]:
    """Where the qubits of the source are, which a text of ours tells in a comment; `kind` is initial or final."""
    line = re.search(rf"^// {kind} layout: (.*)$", text, re.MULTILINE)
    return [int(wire) for wire in re.findall(r"q\[(\d+)\]", line[1])] if line else []


def placed(circuit: QuantumCircuit, text: str) -> Placed:
    """The circuit of a text that we wrote, with its layouts."""
    start, end = layout(text, "initial"), layout(text, "final")
    used = {circuit.find_bit(q).index for item in circuit.data for q in item.qubits}
    number = {wire: i for i, wire in enumerate(sorted(used | set(start) | set(end)))}
    small = QuantumCircuit(len(number))
    for item in circuit.data:
        if item.operation.name not in ("measure", "barrier"):
            small.append(item.operation, [number[circuit.find_bit(q).index] for q in item.qubits])
    return Placed(small, [number[wire] for wire in start], [number[wire] for wire in end])


def coupling(target: str) -> list[list[int]] | None:
    """The pairs of a device, in both directions; none if all are coupled."""
    if target == "all_to_all":
        return None
    device = json.loads((ROOT / "compiler" / "devices" / "catalogue" / f"{target}.json").read_text())
    edges = {tuple(edge) for edge in device["connectivity"]["edges"]}
    return [list(edge) for edge in sorted(edges | {(b, a) for a, b in edges})]
