//! The text that is written, and that what is called is the circuit.

use expect_test::{Expect, expect};
use qml_gates::Gate;
use qml_ir::circuit::dense::unitary;
use qml_ir::circuit::testing::{Random, distance_up_to_phase};
use qml_ir::circuit::{Angle, Circuit, Op, Wire};
use qml_source::Span;

use crate::export_qir;
use crate::gates::calls;

fn check(circuit: &str, expected: &Expect) {
    expected.assert_eq(&export_qir(&Circuit::parse(circuit).unwrap()).unwrap());
}

/// The instructions between the first and the last line of `main`.
fn check_main(circuit: &str, expected: &Expect) {
    let text = export_qir(&Circuit::parse(circuit).unwrap()).unwrap();
    let main = text.split_once("entry:\n").unwrap().1.split_once("  ret i64 0").unwrap().0;
    expected.assert_eq(main);
}

#[test]
fn a_module_of_the_base_profile() {
    check(
        "circuit output [] results [b1, b0]\nsx q0; cz q0 q2; b0 = measure q0; rz(1e-5) q2; b1 = measure q2",
        &expect![[r#"
            ; ModuleID = ''
            source_filename = ""

            @0 = internal constant [7 x i8] c"result\00"
            @1 = internal constant [10 x i8] c"result[0]\00"
            @2 = internal constant [10 x i8] c"result[1]\00"

            define i64 @main() #0 {
            entry:
              call void @__quantum__rt__initialize(ptr null)
              br label %body

            body:
              call void @__quantum__qis__rx__body(double 1.5707963267948966, ptr null)
              call void @__quantum__qis__cz__body(ptr null, ptr inttoptr (i64 2 to ptr))
              call void @__quantum__qis__rz__body(double 1.0e-5, ptr inttoptr (i64 2 to ptr))
              br label %measurements

            measurements:
              call void @__quantum__qis__mz__body(ptr null, ptr null)
              call void @__quantum__qis__mz__body(ptr inttoptr (i64 2 to ptr), ptr inttoptr (i64 1 to ptr))
              br label %output

            output:
              call void @__quantum__rt__array_record_output(i64 2, ptr @0)
              call void @__quantum__rt__result_record_output(ptr inttoptr (i64 1 to ptr), ptr @1)
              call void @__quantum__rt__result_record_output(ptr null, ptr @2)
              ret i64 0
            }

            declare void @__quantum__qis__cz__body(ptr, ptr)
            declare void @__quantum__qis__mz__body(ptr, ptr writeonly) #1
            declare void @__quantum__qis__rx__body(double, ptr)
            declare void @__quantum__qis__rz__body(double, ptr)
            declare void @__quantum__rt__array_record_output(i64, ptr)
            declare void @__quantum__rt__initialize(ptr)
            declare void @__quantum__rt__result_record_output(ptr, ptr)

            attributes #0 = { "entry_point" "output_labeling_schema"="labeled" "qir_profiles"="base_profile" "required_num_qubits"="3" "required_num_results"="2" }
            attributes #1 = { "irreversible" }

            !llvm.module.flags = !{!0, !1, !2, !3}

            !0 = !{i32 1, !"qir_major_version", i32 2}
            !1 = !{i32 7, !"qir_minor_version", i32 0}
            !2 = !{i32 1, !"dynamic_qubit_management", i1 false}
            !3 = !{i32 1, !"dynamic_result_management", i1 false}
        "#]],
    );
}

#[test]
fn outcomes_in_the_middle_need_the_adaptive_profile() {
    check_main(
        "circuit output [] results [b0, b0 ^ b1]\nh q0; b0 = measure q0; reset q0; if b0 & !b1 { x q1; if b0 { z q1 } }; \
         b1 = measure q1",
        &expect![[r#"
              call void @__quantum__rt__initialize(ptr null)
              br label %body

            body:
              call void @__quantum__qis__h__body(ptr null)
              call void @__quantum__qis__mz__body(ptr null, ptr null)
              call void @__quantum__qis__reset__body(ptr null)
              %0 = call i1 @__quantum__rt__read_result(ptr null)
              %1 = call i1 @__quantum__rt__read_result(ptr inttoptr (i64 1 to ptr))
              %2 = xor i1 %1, true
              %3 = and i1 %0, %2
              br i1 %3, label %then_0, label %else_0

            then_0:
              call void @__quantum__qis__x__body(ptr inttoptr (i64 1 to ptr))
              %4 = call i1 @__quantum__rt__read_result(ptr null)
              br i1 %4, label %then_1, label %else_1

            then_1:
              call void @__quantum__qis__z__body(ptr inttoptr (i64 1 to ptr))
              br label %continue_1

            else_1:
              br label %continue_1

            continue_1:
              br label %continue_0

            else_0:
              br label %continue_0

            continue_0:
              call void @__quantum__qis__mz__body(ptr inttoptr (i64 1 to ptr), ptr inttoptr (i64 1 to ptr))
              br label %output

            output:
              call void @__quantum__rt__array_record_output(i64 2, ptr @0)
              call void @__quantum__rt__result_record_output(ptr null, ptr @1)
              %5 = call i1 @__quantum__rt__read_result(ptr null)
              %6 = call i1 @__quantum__rt__read_result(ptr inttoptr (i64 1 to ptr))
              %7 = xor i1 %5, %6
              call void @__quantum__rt__bool_record_output(i1 %7, ptr @2)
        "#]],
    );
}

#[test]
fn bits_that_are_never_measured_are_false_and_not_recorded() {
    check_main(
        "circuit output [] results [b0, b1]\nif b1 { x q0 }; b0 = measure q0",
        &expect![[r#"
          call void @__quantum__rt__initialize(ptr null)
          br label %body

        body:
          br i1 false, label %then_0, label %else_0

        then_0:
          call void @__quantum__qis__x__body(ptr null)
          br label %continue_0

        else_0:
          br label %continue_0

        continue_0:
          call void @__quantum__qis__mz__body(ptr null, ptr null)
          br label %output

        output:
          call void @__quantum__rt__array_record_output(i64 1, ptr @0)
          call void @__quantum__rt__result_record_output(ptr null, ptr @1)
    "#]],
    );
}

#[test]
fn every_gate_is_what_is_called() {
    let mut random = Random::new(5);
    for &gate in Gate::ALL {
        let row = gate.def();
        let wires = Circuit::wires(0..row.wires.len() as u32);
        let values = random.angles(row.params.len());
        let angles: Vec<Angle> = values.iter().copied().map(Angle::constant).collect();
        let circuit = |ops| Circuit { n_wires: wires.len(), ..Circuit::from_ops(ops) };
        let found = calls(gate, &values, &wires).into_iter().map(|call| {
            let angles: Vec<Angle> = call.angles.iter().copied().map(Angle::constant).collect();
            Op::gate(called(call.name), &angles, &call.wires, Span::default())
        });
        let (found, expected) =
            (circuit(found.collect()), circuit(vec![Op::gate(gate, &angles, &wires, Span::default())]));
        let apart = distance_up_to_phase(&unitary(&found, &[]), &unitary(&expected, &[]));
        assert!(apart < 1e-12, "{}: {apart}", row.name);
    }
}

/// The gate of our table that a function of QIR is, by the names of the specification.
fn called(name: &str) -> Gate {
    match name.split_once("__").unwrap() {
        ("s", "adj") => Gate::Sdg,
        ("t", "adj") => Gate::Tdg,
        ("cnot", "body") => Gate::Cx,
        (name, "body") => Gate::find(name).unwrap(),
        _ => panic!("{name}"),
    }
}

#[test]
fn open_parameters_are_refused() {
    let refused = export_qir(&Circuit::parse("circuit slots [a]\nrx(2*s0) q0").unwrap()).unwrap_err();
    assert_eq!(refused.code.as_str(), "Q0815");
    assert!(export_qir(&Circuit { output: vec![Wire(0)], ..Circuit::parse("h q0").unwrap() }).is_ok());
}
