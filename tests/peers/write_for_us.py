"""Writes OpenQASM as Qiskit, Braket and PennyLane emit it, and the matrices that these tools give it.

    write_for_us.py FOLDER

`NAME.qasm` beside `NAME.txt`, as `write_for_peers` of the compiler writes them: the first line binds the inputs, the others
are the rows of the matrix, real and imaginary parts in turn, wire `i` at `2^i`. A circuit with measurements has, instead
of rows, one line `bits probability` for each outcome, bit 0 first.
"""

import math
import pathlib
import sys
from collections.abc import Iterator

import numpy as np
import pennylane as qp
from braket.circuits import Circuit, FreeParameter
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qasm2, qasm3, transpile
from qiskit.circuit import Gate, Parameter, ParameterVector, library
from qiskit.circuit.classical import expr
from qiskit.qasm2 import QASM2ExportError
from qiskit.qasm3 import QASM3ExporterError
from qiskit.quantum_info import Operator, SparsePauliOp

Values = dict[str, float]


def values_of(names: list[str]) -> Values:
    """Numbers for inputs: different, and no special ones."""
    return {name: round(0.37 + 0.61 * i - 0.013 * i * i, 3) for i, name in enumerate(names)}


def write(folder: pathlib.Path, name: str, text: str, values: Values, rows: list[str]) -> None:
    bound = " ".join(f"{name}={value!r}" for name, value in values.items())
    (folder / f"{name}.qasm").write_text(text)
    (folder / f"{name}.txt").write_text("\n".join([bound, *rows]) + "\n")


def matrix_rows(matrix: np.ndarray) -> list[str]:
    return [" ".join(f"{z.real!r} {z.imag!r}" for z in map(complex, row)) for row in matrix]


def reversed_wires(matrix: np.ndarray) -> np.ndarray:
    """The matrix with wire 0 at the lowest instead of the highest bit."""
    n = matrix.shape[0].bit_length() - 1
    order = [int(f"{i:0{n}b}"[::-1], 2) if n else 0 for i in range(1 << n)]
    return matrix[np.ix_(order, order)]


# Qiskit


def ansatz(kind: str, n: int, **options: object) -> QuantumCircuit:
    return getattr(library, kind)(n, **options)


def library_circuits() -> Iterator[tuple[str, QuantumCircuit]]:
    yield "efficient_su2", library.efficient_su2(3, reps=1)
    yield "real_amplitudes", library.real_amplitudes(3, reps=2, entanglement="circular")
    yield "n_local", library.n_local(3, ["rx", "crz"], "cry", reps=1)
    yield "excitation_preserving", library.excitation_preserving(3, reps=1)
    yield "zz_feature_map", library.zz_feature_map(3, reps=1)
    yield "pauli_feature_map", library.pauli_feature_map(2, paulis=["Z", "XX", "ZY"], reps=1)
    yield "qft", library.QFTGate(4).definition
    yield "grover", library.grover_operator(oracle(), insert_barriers=True)
    yield "adder", library.CDKMRippleCarryAdder(2)
    yield "weighted_adder", library.WeightedAdder(2, [1, 1])
    yield "iqp", library.iqp([[6, 5, 1], [5, 4, 3], [1, 3, 2]])
    yield "diagonal", diagonal()
    yield "permutation", permuted()
    yield "quantum_volume", library.quantum_volume(3, 2, seed=3)
    yield "random", standard_gates()
    yield "many_controls", many_controls()
    yield "isometry", isometry()
    yield "evolution", evolution()
    yield "qaoa", qaoa()
    yield "expressions", expressions()
    yield "registers", registers()
    yield "own_gates", own_gates()
    yield "global_phase", QuantumCircuit(2, global_phase=0.4)
    yield "compiled", transpile(library.efficient_su2(3, reps=1), basis_gates=["ecr", "rz", "sx", "x"], seed_transpiler=1)
    yield "laid_out", laid_out()


def oracle() -> QuantumCircuit:
    circuit = QuantumCircuit(3)
    circuit.ccz(0, 1, 2)
    return circuit


def diagonal() -> QuantumCircuit:
    circuit = QuantumCircuit(2)
    circuit.append(library.DiagonalGate([1, 1j, -1, np.exp(0.3j)]), [0, 1])
    return circuit


def permuted() -> QuantumCircuit:
    circuit = QuantumCircuit(4)
    circuit.append(library.PermutationGate([2, 0, 3, 1]), range(4))
    return circuit


def standard_gates() -> QuantumCircuit:
    """Every gate of the standard library, once, on random wires."""
    random = np.random.default_rng(5)
    circuit = QuantumCircuit(4)
    for gate in library.get_standard_gate_name_mapping().values():
        if not isinstance(gate, Gate) or gate.num_qubits > 4:
            continue
        angles = random.uniform(-3, 3, len(gate.params))
        bound = gate.base_class(*angles) if len(angles) else gate
        circuit.append(bound, [int(q) for q in random.permutation(4)[: gate.num_qubits]])
    return circuit


def many_controls() -> QuantumCircuit:
    a = Parameter("a")
    circuit = QuantumCircuit(4)
    circuit.mcx([0, 1, 2], 3)
    circuit.append(library.RZGate(a).control(2, ctrl_state="01"), [3, 1, 0])
    circuit.append(library.RYGate(0.3).control(3), [0, 1, 2, 3])
    circuit.append(library.HGate().control(2), [0, 1, 2])
    circuit.append(library.SXdgGate().control(1), [0, 1])
    circuit.append(library.MCPhaseGate(0.7, 3), [0, 1, 2, 3])
    circuit.append(library.XGate().power(0.5), [2])
    circuit.append(library.iSwapGate().control(1), [2, 1, 0])
    return circuit


def isometry() -> QuantumCircuit:
    circuit = QuantumCircuit(2)
    state = np.array([0.5, 0.5j, -0.1, math.sqrt(0.49)])
    circuit.append(library.UnitaryGate(np.linalg.qr(np.outer(state, [1, 2, 3j, 1]) + np.diag([1, 2, 1j, 4]))[0]), [0, 1])
    circuit.append(library.UnitaryGate([[0, 1j], [1, 0]]), [1])
    return circuit


def evolution() -> QuantumCircuit:
    circuit = QuantumCircuit(3)
    operator = SparsePauliOp(["XXI", "ZYX", "IIZ"], [0.3, -0.7, 0.2])
    circuit.append(library.PauliEvolutionGate(operator, time=Parameter("time")), range(3))
    return circuit.decompose()


def qaoa() -> QuantumCircuit:
    return library.qaoa_ansatz(SparsePauliOp(["ZZI", "IZZ", "ZIZ"]), reps=2)


def expressions() -> QuantumCircuit:
    x = ParameterVector("x", 2)
    phi = Parameter("φ")
    circuit = QuantumCircuit(2)
    circuit.rx(2 * (math.pi - x[0]) * (math.pi - x[1]), 0)
    circuit.ry(x[0].sin() + phi.arctan() / 3 - x[1] ** 2, 1)
    circuit.rz((x[0] * phi).exp().log() - 1, 0)
    circuit.u(phi, -x[0], x[1] / 4, 1)
    circuit.cp(-phi, 0, 1)
    return circuit


def registers() -> QuantumCircuit:
    first, second = QuantumRegister(2, "first"), QuantumRegister(2, "measure")
    circuit = QuantumCircuit(first, second)
    circuit.h(first)
    circuit.cx(first, second)
    circuit.barrier()
    circuit.delay(100, 0, unit="ns")
    circuit.swap(first[0], second[1])
    return circuit


def own_gates() -> QuantumCircuit:
    theta = Parameter("theta")
    inner = QuantumCircuit(2, name="my gate")
    inner.ry(theta, 0)
    inner.cx(0, 1)
    inner.rz(-theta / 2, 1)
    circuit = QuantumCircuit(3)
    gate = inner.to_gate()
    circuit.append(gate, [0, 1])
    circuit.append(gate, [2, 0])
    circuit.append(inner.assign_parameters({theta: 0.2}).to_gate().control(1), [1, 2, 0])
    circuit.append(inner.assign_parameters({theta: 0.5}).to_gate().inverse(), [1, 2])
    circuit.append(inner.assign_parameters({theta: 0.5}).to_gate().repeat(2), [1, 0])
    return circuit


def laid_out() -> QuantumCircuit:
    """On physical qubits."""
    coupling = [[0, 1], [1, 0], [1, 2], [2, 1]]
    return transpile(
        library.real_amplitudes(3, reps=1), coupling_map=coupling, basis_gates=["cz", "rz", "sx", "x"], seed_transpiler=1
    )


def write_qiskit(folder: pathlib.Path) -> None:
    for name, circuit in library_circuits():
        values = values_of([parameter.name for parameter in circuit.parameters])
        bound = circuit.assign_parameters({p: values[p.name] for p in circuit.parameters})
        rows = matrix_rows(Operator(bound).data)
        # The exporter of OpenQASM 3 gives parameters names that the language has.
        names = {old: old.replace("[", "_").replace("]", "_") for old in values}
        as_written = {(f"_{names[old]}" if names[old] != old else old): value for old, value in values.items()}
        for kind, dump, shown, inputs in (("3", qasm3.dumps, circuit, as_written), ("2", qasm2.dumps, bound, {})):
            try:
                text = dump(shown)
            except (QASM2ExportError, QASM3ExporterError, TypeError) as error:
                print(f"Qiskit does not write {name} as OpenQASM {kind}: {error}")
                continue
            # `diagonal` with complex numbers is no OpenQASM 2.
            if "diagonal(" not in text:
                write(folder, f"qiskit{kind}_{name}", text, inputs, rows)


# Dynamic circuits of Qiskit


def dynamic_circuits() -> Iterator[tuple[str, QuantumCircuit]]:
    yield "teleport", teleport()
    yield "branches", branches()
    yield "loops", loops()
    yield "switch", switched()


def teleport() -> QuantumCircuit:
    bits = ClassicalRegister(1, "a"), ClassicalRegister(1, "b"), ClassicalRegister(1, "out")
    circuit = QuantumCircuit(QuantumRegister(3, "q"), *bits)
    circuit.ry(0.7, 0)
    circuit.h(1)
    circuit.cx(1, 2)
    circuit.cx(0, 1)
    circuit.h(0)
    circuit.measure([0, 1], [0, 1])
    with circuit.if_test((bits[1], 1)):
        circuit.x(2)
    with circuit.if_test((bits[0], 1)):
        circuit.z(2)
    circuit.measure(2, 2)
    return circuit


def branches() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 3)
    circuit.h([0, 1])
    circuit.measure([0, 1], [0, 1])
    register = circuit.cregs[0]
    with circuit.if_test(expr.less(register, 2)) as otherwise:
        circuit.ry(0.3, 0)
    with otherwise:
        circuit.x(0)
        with circuit.if_test((circuit.clbits[0], 0)):
            circuit.ry(0.9, 1)
    with circuit.if_test(expr.logic_or(circuit.clbits[0], expr.logic_not(circuit.clbits[1]))):
        circuit.reset(0)
        circuit.ry(0.4, 0)
    with circuit.if_test(expr.equal(expr.bit_and(register, 3), 3)):
        circuit.x(0)
    circuit.measure(0, 2)
    return circuit


def loops() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2)
    i = Parameter("i")
    with circuit.for_loop(range(1, 4), i):
        circuit.ry(i * 0.2, 0)
        circuit.cx(0, 1)
    with circuit.for_loop((0, 2, 5)):
        circuit.h(1)
    with circuit.for_loop(range(0, 5, 2), i):
        circuit.rx(i / 3, 0)
    circuit.measure([0, 1], [0, 1])
    return circuit


def switched() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2)
    circuit.h([0, 1])
    circuit.measure([0, 1], [0, 1])
    with circuit.switch(circuit.cregs[0]) as case:
        with case(0):
            circuit.x(0)
        with case(1, 2):
            circuit.x(1)
        with case(case.DEFAULT):
            circuit.h(0)
    circuit.measure([0, 1], [0, 1])
    return circuit


def stored() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.measure(0, 0)
    flag = circuit.add_var("flag", expr.logic_not(circuit.clbits[0]))
    with circuit.if_test(flag):
        circuit.x(1)
    circuit.measure(1, 1)
    return circuit


def sampled(circuit: QuantumCircuit, shots: int = 40000) -> list[str]:
    from qiskit_aer import AerSimulator

    simulator = AerSimulator(seed_simulator=7)
    counts = simulator.run(transpile(circuit, simulator, optimization_level=0), shots=shots).result().get_counts()
    return [f"{bits.replace(' ', '')[::-1]} {count / shots}" for bits, count in sorted(counts.items())]


def write_dynamic(folder: pathlib.Path) -> None:
    for name, circuit in dynamic_circuits():
        write(folder, f"dynamic_{name}", qasm3.dumps(circuit), {}, sampled(circuit))
    circuit = branches_of_openqasm_2()
    write(folder, "dynamic_openqasm_2", OPENQASM_2, {}, sampled(circuit))


OPENQASM_2 = """OPENQASM 2.0;
include "qelib1.inc";
gate turn(a) x { rx(a) x; }
qreg q[2];
creg c[2];
h q;
measure q -> c;
if (c == 2) turn(0.4) q[0];
if (c == 1) cx q[0], q[1];
reset q[0];
if (c == 3) measure q[1] -> c[0];
"""


def branches_of_openqasm_2() -> QuantumCircuit:
    return qasm2.loads(OPENQASM_2)


# Braket


def braket_circuits() -> Iterator[tuple[str, Circuit]]:
    a, b = FreeParameter("alpha"), FreeParameter("beta")
    yield "bell", Circuit().h(0).cnot(0, 1)
    yield "parameters", Circuit().rx(0, a).ry(1, 2 * a + b / 3).cphaseshift(0, 1, a * b).rz(1, -b + 0.5)
    yield "all_gates", all_braket_gates()
    yield "modifiers", Circuit().h(0).x(2, control=[0, 1]).ry(1, 0.3, control=2, control_state=[0]).s(0, power=-1).x(1, power=0.5)
    swap_like = np.array([[1, 0, 0, 0], [0, 0, 1j, 0], [0, 1j, 0, 0], [0, 0, 0, np.exp(0.3j)]])
    yield "unitary", Circuit().unitary(matrix=swap_like, targets=[2, 0]).h(1).unitary(matrix=np.array([[0, 1], [1j, 0]]), targets=[1])
    yield "phase", Circuit().h(0).gphase(0.3).cnot(0, 1)


def all_braket_gates() -> Circuit:
    circuit = Circuit()
    for name, n in [("i", 1), ("x", 1), ("y", 1), ("z", 1), ("h", 1), ("s", 1), ("si", 1), ("t", 1), ("ti", 1), ("v", 1), ("vi", 1)]:
        getattr(circuit, name)(0).h(1) if n == 1 else None
    for name in ["cnot", "cy", "cz", "cv", "ecr", "swap", "iswap"]:
        getattr(circuit, name)(0, 2).ry(1, 0.3)
    for name in ["cphaseshift", "cphaseshift00", "cphaseshift01", "cphaseshift10", "xx", "yy", "zz", "xy", "pswap"]:
        getattr(circuit, name)(1, 2, 0.4).rx(0, 0.2)
    circuit.ccnot(0, 1, 2).cswap(2, 1, 0)
    circuit.phaseshift(0, 0.1).gpi(0, 0.2).gpi2(1, 0.3).ms(0, 1, 0.1, 0.2, 0.3).u(2, 0.1, 0.2, 0.3).prx(1, 0.2, 0.9)
    return circuit


def write_braket(folder: pathlib.Path) -> None:
    from braket.circuits.serialization import IRType, OpenQASMSerializationProperties, QubitReferenceType

    physical = OpenQASMSerializationProperties(qubit_reference_type=QubitReferenceType.PHYSICAL)
    for name, circuit in braket_circuits():
        values = values_of(sorted(str(parameter) for parameter in circuit.parameters))
        bound = circuit.make_bound_circuit(values) if values else circuit
        rows = matrix_rows(reversed_wires(bound.to_unitary()))
        write(folder, f"braket_{name}", circuit.to_ir(IRType.OPENQASM).source, values, rows)
        text = circuit.to_ir(IRType.OPENQASM, serialization_properties=physical).source
        write(folder, f"braket_{name}_physical", text, values, rows)


# PennyLane


def pennylane_circuits() -> Iterator[tuple[str, int, object]]:
    def entangler() -> None:
        qp.StronglyEntanglingLayers(np.linspace(0.1, 2, 18).reshape(2, 3, 3), wires=range(3))

    def gates() -> None:
        qp.Hadamard(0)
        qp.S(1)
        qp.adjoint(qp.S(0))
        qp.T(2)
        qp.adjoint(qp.T(1))
        qp.SX(0)
        qp.CRX(0.1, wires=[0, 1])
        qp.CRY(0.2, wires=[1, 2])
        qp.CRZ(0.3, wires=[2, 0])
        qp.U1(0.4, wires=0)
        qp.U2(0.1, 0.2, wires=1)
        qp.U3(0.1, 0.2, 0.3, wires=2)
        qp.IsingXX(0.1, wires=[0, 1])
        qp.IsingZZ(0.2, wires=[1, 2])
        qp.PhaseShift(0.3, wires=1)
        qp.Toffoli([0, 1, 2])
        qp.CSWAP([2, 1, 0])
        qp.ControlledPhaseShift(0.3, wires=[0, 2])
        qp.MultiControlledX([0, 1, 2])

    def chemistry() -> None:
        qp.BasisState(np.array([1, 1, 0, 0]), wires=range(4))
        qp.SingleExcitation(0.3, wires=[0, 2])
        qp.DoubleExcitation(0.7, wires=range(4))
        qp.PauliRot(0.2, "XYZ", wires=[0, 1, 3])
        qp.QFT(wires=range(3))

    yield "entangler", 3, entangler
    yield "gates", 3, gates
    yield "chemistry", 4, chemistry


def write_pennylane(folder: pathlib.Path) -> None:
    for name, n, body in pennylane_circuits():
        tape = qp.tape.make_qscript(body)()
        matrix = qp.matrix(tape, wire_order=list(range(n)))
        text = qp.to_openqasm(tape, wires=list(range(n)), measure_all=False)
        write(folder, f"pennylane_{name}", text, {}, matrix_rows(reversed_wires(matrix)))


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_qiskit(folder)
    write_dynamic(folder)
    write_braket(folder)
    write_pennylane(folder)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
