use super::{Folder, Run};

/// A run that trained for `objectives.len()` steps, as its folder tells it.
pub(crate) fn folder(objectives: &[f64]) -> Folder {
    let mut metrics = "optimize,step,round,objective,grad_norm,validation,learning_rate,evaluations,seconds,shots,qpu_seconds\n".to_owned();
    for (i, objective) in objectives.iter().enumerate() {
        let step = i + 1;
        metrics += &format!(
            "0,{step},{step},{objective:?},{:?},,0.1,1,{:?},{},0.0\n",
            0.5 / step as f64,
            0.01 * step as f64,
            100 * step
        );
    }
    Folder {
        manifest: r#"{"format": "qml run", "version": 1, "name": "vqe", "status": "finished", "exit_status": 0, "fault": null,
            "warnings": [{"code": "Q0532", "message": "a gradient that is zero", "line": 7}],
            "started": "2026-11-29T18:34:12.5Z", "ended": "2026-11-29T18:34:14.0Z", "seconds": 1.5,
            "command": ["qmlang", "run", "vqe.qml"], "folder": "/home/ada", "program": "vqe.qml",
            "sources": [{"path": "vqe.qml", "kept": "source/vqe.qml", "sha256": "0123456789abcdef0123"}],
            "reads": [], "writes": [], "params": {"layers": "2"}, "seed": 7, "shots": null, "target": "simulator", "device": null,
            "threads": 2, "versions": {"qmlang": "0.1.0"}, "resumed": [],
            "optimizes": [{"id": 0, "file": "vqe.qml", "line": 5, "rule": "adam", "variables": ["theta"], "n_parameters": 16,
                "goal": "minimize", "settings": {"rounds": 50, "tolerance": null}, "steps": 50, "objective": -1.0, "ended": "rounds"}]}"#
            .to_owned(),
        metrics,
        ledger: concat!(
            r#"{"kind": "kernel", "kernel": "prepare", "calls": 50, "circuits": 50, "shots": 12000, "seconds": 0.5, "qpu_seconds": null, "price": null}"#,
            "\n",
            r#"{"kind": "total", "calls": 50, "circuits": 50, "shots": 12000, "seconds": 1.5, "cpu_seconds": 1.4, "qpu_seconds": null, "price": null, "energy_joules": null, "energy_note": "no counters", "currency": null}"#,
            "\n"
        )
        .to_owned(),
        output: "E = -1.0 <Ha>\n".to_owned(),
        sources: vec![("vqe.qml".to_owned(), "// A program.\nfn main() {\n    print(1 < 2);\n}\n".to_owned())],
        plots: vec![("plot-1".to_owned(), "<svg><text>a curve on a page</text></svg>".to_owned())],
        circuits: vec![("prepare".to_owned(), "h q0; cx q0 q1".to_owned())],
        is_left: true,
    }
}

/// The same, read.
pub(crate) fn run(objectives: &[f64]) -> Run {
    Run::read(folder(objectives)).unwrap()
}

#[test]
fn what_the_book_describes_is_read() {
    let run = run(&[1.0, 0.5, -1.0]);
    assert_eq!(run.manifest.optimizes[0].variables, ["theta"]);
    assert_eq!(run.objective(0), Some(-1.0));
    assert_eq!(run.steps[0].validation, None);
    assert_eq!(run.kernels[0].kernel, "prepare");
    assert_eq!(run.total.unwrap().energy_note.unwrap(), "no counters");
}

#[test]
fn a_line_that_was_cut_off_is_left_out() {
    let whole = folder(&[1.0, 0.5]);
    for length in 0..=whole.metrics.len() {
        let cut = Folder { metrics: whole.metrics[..length].to_owned(), ..whole.clone() };
        let n_lines = whole.metrics[..length].matches('\n').count();
        assert_eq!(Run::read(cut).unwrap().steps.len(), n_lines.saturating_sub(1));
    }
}

#[test]
fn files_of_something_else_are_refused() {
    let refused = |change: fn(&mut Folder)| {
        let mut folder = folder(&[1.0]);
        change(&mut folder);
        Run::read(folder).unwrap_err()
    };
    assert!(refused(|folder| folder.manifest = "{}".to_owned()).contains("not that of a run"));
    assert!(refused(|folder| folder.manifest = "[".to_owned()).starts_with("`manifest.json`: "));
    assert!(refused(|folder| folder.metrics += "x,y\n").starts_with("`metrics.csv`: "));
    assert!(refused(|folder| folder.ledger += "{\n").starts_with("`ledger.jsonl`: "));
}
