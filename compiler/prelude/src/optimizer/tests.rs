//! Step by step against trajectories that were computed elsewhere (see `tests/README.md`).

use serde_json::Value as Json;

use super::{Answer, Ask, Optimizer, Rule, Settings, Shape, along, dot};

fn data(name: &str) -> Json {
    let all: Json = serde_json::from_str(include_str!("tests/trajectories.json")).unwrap();
    all[name].clone()
}

fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn number(json: &Json) -> f64 {
    json.as_f64().unwrap()
}

/// An objective with its gradient, which may know more than its point.
type Landscape = Box<dyn Fn(&[f64]) -> (f64, Vec<f64>)>;

/// An objective with its gradient.
type Objective = fn(&[f64]) -> (f64, Vec<f64>);

fn objective(name: &Json) -> Objective {
    match name.as_str().unwrap() {
        "rosenbrock" => |x| {
            let bend = x[1] - x[0] * x[0];
            let value = (1.0 - x[0]).powi(2) + 100.0 * bend * bend;
            (value, vec![-2.0 * (1.0 - x[0]) - 400.0 * x[0] * bend, 200.0 * bend])
        },
        "waves" => |x| {
            let wave = x[0] + 2.0 * x[2];
            let value = x[0].sin() * x[1].cos() + 0.5 * wave.cos() + 0.1 * dot(x, x);
            let gradient = vec![
                x[0].cos() * x[1].cos() - 0.5 * wave.sin() + 0.2 * x[0],
                -x[0].sin() * x[1].sin() + 0.2 * x[1],
                -wave.sin() + 0.2 * x[2],
            ];
            (value, gradient)
        },
        _ => |x| {
            let sum: f64 = x.iter().sum();
            let weight = |k: usize| ((k + 1) * (k + 1)) as f64;
            let bowl: f64 = x.iter().enumerate().map(|(k, x)| 0.5 * weight(k) * (x - 1.0).powi(2)).sum();
            let gradient =
                x.iter().enumerate().map(|(k, x)| weight(k) * (x - 1.0) + 0.2 * sum.powi(3)).collect();
            (bowl + 0.05 * sum.powi(4), gradient)
        },
    }
}

/// The gradient of an overlap.
type Overlap = Box<dyn Fn(&[f64], &[f64]) -> Vec<f64>>;

/// What answers: the objective, and the gradient of an overlap.
struct World {
    objective: Landscape,
    overlap: Overlap,
    evaluations: usize,
}

impl World {
    fn new(objective: impl Fn(&[f64]) -> (f64, Vec<f64>) + 'static) -> Self {
        let overlap = Box::new(|_: &[f64], _: &[f64]| unreachable!("no overlap"));
        Self { objective: Box::new(objective), overlap, evaluations: 0 }
    }

    fn answer(&mut self, ask: &Ask) -> Answer {
        self.evaluations += 1;
        match ask {
            Ask::Value(x) => Answer { value: (self.objective)(x).0, gradient: Vec::new() },
            Ask::Gradient(x) => {
                let (value, gradient) = (self.objective)(x);
                Answer { value, gradient }
            }
            Ask::Overlap { at, with } => Answer { value: 0.0, gradient: (self.overlap)(at, with) },
        }
    }
}

/// Runs as compiled code does; gives the parameters after each step. The record is written and read back before each
/// evaluation.
fn run(
    optimizer: &mut Optimizer,
    settings: Settings,
    start: &[f64],
    key: u64,
    world: &mut World,
) -> Vec<Vec<f64>> {
    let mut points = Vec::new();
    optimizer.begin(settings, Shape::Tensor(vec![start.len()]), start.to_vec(), key).unwrap();
    while optimizer.running().ended.is_none() {
        optimizer.next_step().unwrap();
        while let Some(ask) = optimizer.running().ask.clone() {
            let written = serde_json::to_string(optimizer).unwrap();
            let read: Optimizer = serde_json::from_str(&written).unwrap();
            assert_eq!(read, *optimizer);
            *optimizer = read;
            optimizer.answer(world.answer(&ask)).unwrap();
        }
        points.push(optimizer.running().point.clone());
        optimizer.judge(None);
    }
    points
}

fn steps(rounds: usize) -> Settings {
    Settings { rounds: rounds as u64, ..Settings::default() }
}

fn assert_points(actual: &[Vec<f64>], expected: &Json, tolerance: f64, what: &str) {
    let expected: Vec<Vec<f64>> = expected.as_array().unwrap().iter().map(numbers).collect();
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (step, (x, y)) in actual.iter().zip(&expected).enumerate() {
        crate::testing::assert_near(x, y, tolerance, &format!("{what}, step {}", step + 1));
    }
}

#[test]
fn rules_of_a_formula_follow_it() {
    for case in data("descent").as_array().unwrap() {
        let rule = Rule::find(case["rule"].as_str().unwrap()).unwrap();
        let mut optimizer = Optimizer::new(rule, numbers(&case["rates"]), numbers(&case["options"]));
        let expected = &case["steps"];
        let objective = objective(&case["objective"]);
        let start = numbers(&case["start"]);
        let n = expected.as_array().unwrap().len();
        let points = run(&mut optimizer.clone(), steps(n), &start, 0, &mut World::new(objective));
        assert_points(&points, expected, 1e-13, rule.name());
        // The same by hand.
        let mut point = start;
        for expected in &points {
            let (_, gradient) = objective(&point);
            point = optimizer.step(&point, gradient).unwrap();
            assert_eq!(point, *expected);
        }
    }
}

#[test]
fn lbfgs_goes_where_scipy_goes() {
    for case in data("lbfgs").as_array().unwrap() {
        let mut optimizer = Optimizer::new(Rule::Lbfgs, Vec::new(), vec![number(&case["memory"]), 1e-5]);
        let expected = case["steps"].as_array().unwrap();
        let mut world = World::new(objective(&case["objective"]));
        let points = run(&mut optimizer, steps(30), &numbers(&case["start"]), 0, &mut world);
        let what = format!("lbfgs on {}", case["objective"]);
        assert_eq!(points.len(), expected.len(), "{what}");
        // Rounding grows along the valley.
        assert_points(&points, &case["steps"], 1e-6, &what);
        assert_points(&points[..6], &expected[..6].to_vec().into(), 1e-11, &what);
        assert_eq!(world.evaluations as u64, case["evaluations"].as_u64().unwrap(), "{what}");
    }
}

#[test]
fn nelder_mead_goes_where_scipy_goes() {
    for case in data("nelder_mead").as_array().unwrap() {
        let fresh = Optimizer::new(Rule::NelderMead, Vec::new(), vec![number(&case["edge"])]);
        let expected = case["steps"].as_array().unwrap();
        let start = numbers(&case["start"]);
        let mut world = World::new(objective(&case["objective"]));
        let points = run(&mut fresh.clone(), steps(expected.len()), &start, 0, &mut world);
        assert_points(&points, &case["steps"], 1e-12, "nelder_mead");
        assert_eq!(world.evaluations as u64, case["evaluations"].as_u64().unwrap());
        if let Some(converged) = case["converged"].as_object() {
            let tolerance = Some(number(&converged["tolerance"]));
            let settings = Settings { tolerance, ..steps(1000) };
            let points = run(&mut fresh.clone(), settings, &start, 0, &mut world);
            // SciPy counts iterations from 1.
            assert_eq!(points.len() as u64 + 1, converged["iterations"].as_u64().unwrap());
            crate::testing::assert_near(points.last().unwrap(), &numbers(&converged["point"]), 1e-9, "end");
        }
    }
}

#[test]
fn spsa_takes_the_same_signs_and_steps() {
    for case in data("spsa").as_array().unwrap() {
        let mut optimizer =
            Optimizer::new(Rule::Spsa, vec![number(&case["rate"])], numbers(&case["options"]));
        let expected = case["steps"].as_array().unwrap();
        let key = case["key"].as_u64().unwrap();
        let mut world = World::new(objective(&case["objective"]));
        let points = run(&mut optimizer, steps(expected.len()), &numbers(&case["start"]), key, &mut world);
        assert_points(&points, &case["steps"], 1e-12, "spsa");
        assert_eq!(world.evaluations, 2 * expected.len());
        let super::Memory::Spsa(last) = &optimizer.memory else { panic!("no signs") };
        assert_eq!(last.signs, numbers(case["signs"].as_array().unwrap().last().unwrap()));
    }
}

#[test]
fn rotosolve_finds_the_minimum_of_each_angle() {
    let case = data("rotosolve");
    let coefficients = numbers(&case["coefficients"]);
    let wave = move |x: &[f64]| {
        let basis: Vec<[f64; 3]> = x.iter().map(|t| [1.0, t.cos(), t.sin()]).collect();
        let value = coefficients
            .iter()
            .enumerate()
            .map(|(i, c)| c * basis[0][i / 9] * basis[1][i / 3 % 3] * basis[2][i % 3])
            .sum();
        (value, Vec::new())
    };
    let mut optimizer = Optimizer::new(Rule::Rotosolve, Vec::new(), Vec::new());
    let mut world = World::new(wave);
    let expected = case["steps"].as_array().unwrap();
    let points = run(&mut optimizer, steps(expected.len()), &numbers(&case["start"]), 0, &mut world);
    // The angles are the same up to full turns.
    for (point, expected) in points.iter().zip(expected) {
        for (x, y) in point.iter().zip(numbers(expected)) {
            assert!((x - y).sin().abs() < 1e-9 && (x - y).cos() > 0.0, "{x} {y}");
        }
    }
    assert_eq!(world.evaluations, expected.len() * 7);
}

#[test]
fn qng_follows_the_metric() {
    let case = data("qng");
    let bloch = |w: &[f64]| vec![w[0].sin() * w[1].cos(), w[0].sin() * w[1].sin(), w[0].cos()];
    let slopes = |w: &[f64]| {
        [
            vec![w[0].cos() * w[1].cos(), w[0].cos() * w[1].sin(), -w[0].sin()],
            vec![-w[0].sin() * w[1].sin(), w[0].sin() * w[1].cos(), 0.0],
        ]
    };
    for run_case in case["runs"].as_array().unwrap() {
        let axis = numbers(&case["axis"]);
        let mut world = World::new(move |w: &[f64]| {
            (dot(&axis, &bloch(w)), slopes(w).iter().map(|slope| dot(&axis, slope)).collect())
        });
        // The fidelity of two states is (1 + n.m) / 2.
        world.overlap =
            Box::new(move |at, with| slopes(at).iter().map(|slope| dot(slope, &bloch(with)) / 2.0).collect());
        let lam = number(&run_case["lam"]);
        let mut optimizer = Optimizer::new(Rule::Qng, vec![number(&run_case["rate"])], vec![lam]);
        let points = run(&mut optimizer, steps(8), &numbers(&run_case["start"]), 0, &mut world);
        assert_points(&points, &run_case["steps"], 1e-9, "qng");
        assert_eq!(world.evaluations, 8 * (1 + 2 * 8));
    }
}

/// Going on from the state is the same as not having stopped.
#[test]
fn two_runs_are_one() {
    let waves = objective(&"waves".into());
    let start = [0.4, -0.3, 1.1];
    for rule in Rule::ALL {
        if rule.uses_overlaps() {
            continue;
        }
        let rates = if rule.has_rate() { vec![0.1, 0.05, 0.04, 0.03] } else { Vec::new() };
        let options: Vec<f64> = match rule {
            Rule::Adam => vec![0.9, 0.999, 1e-8],
            Rule::Rmsprop => vec![0.9, 1e-8],
            Rule::Spsa => vec![0.1, 0.602, 0.101, 0.0],
            Rule::Lbfgs => vec![10.0, 1e-5],
            _ => rule.options().iter().map(|_| 0.5).collect(),
        };
        let fresh = Optimizer::new(rule, rates, options);
        let mut world = World::new(waves);
        let whole = run(&mut fresh.clone(), steps(7), &start, 5, &mut world);
        let mut optimizer = fresh;
        let mut points = run(&mut optimizer, steps(3), &start, 5, &mut world);
        let middle = optimizer.end();
        points.extend(run(&mut optimizer, steps(4), &middle, 5, &mut world));
        assert_eq!(points, whole, "{}", rule.name());
        assert_eq!(optimizer.steps, 7);
    }
}

fn sgd() -> Optimizer {
    Optimizer::new(Rule::Sgd, vec![0.1], Vec::new())
}

#[test]
fn tolerance_ends_a_run() {
    let mut world = World::new(|x| (x[0] * x[0], vec![2.0 * x[0]]));
    let settings = Settings { tolerance: Some(1e-3), ..steps(1000) };
    let points = run(&mut sgd(), settings, &[1.0], 0, &mut world);
    // f_k = 0.8^(2k), and f_k - f_(k+1) = 0.36 * 0.64^k falls below 1e-3 at k = 14.
    assert_eq!(points.len(), 15 + 1);
}

#[test]
fn patience_ends_a_run_and_keeps_the_best() {
    // The learning rate is so large that it jumps between the slopes of a valley, ever higher.
    let mut world = World::new(|x| (x[0] * x[0], vec![2.0 * x[0]]));
    let mut optimizer = Optimizer::new(Rule::Sgd, vec![0.5, 1.1], Vec::new());
    let settings = Settings { patience: Some(3), ..steps(1000) };
    let mut far = World::new(|x| ((x[0] - 2.0).powi(2), vec![2.0 * (x[0] - 2.0)]));
    let points = run(&mut optimizer.clone(), settings.clone(), &[1.0], 0, &mut world);
    assert_eq!(points.len(), 1 + 1 + 3);
    run(&mut optimizer, settings, &[1.0], 0, &mut far);
    assert_eq!(optimizer.end(), [2.0]);
}

#[test]
fn a_long_gradient_is_clipped() {
    let mut world = World::new(|x| (dot(x, &[3.0, 4.0]), vec![3.0, 4.0]));
    let settings = Settings { clip_norm: Some(1.0), ..steps(1) };
    let points = run(&mut sgd(), settings, &[0.0, 0.0], 0, &mut world);
    crate::testing::assert_near(&points[0], &[-0.06, -0.08], 1e-15, "clipped");
    let settings = Settings { clip_norm: Some(5.5), ..steps(1) };
    let points = run(&mut sgd(), settings, &[0.0, 0.0], 0, &mut world);
    assert_eq!(points[0], along(&[0.0, 0.0], -0.1, &[3.0, 4.0]));
    // Squares that are too large or too small to be numbers.
    for (size, limit) in [(1e200, 1.0), (1e308, 1e-5), (1e-200, 1e-201)] {
        let mut world = World::new(move |_| (0.0, vec![0.6 * size, 0.8 * size]));
        let settings = Settings { clip_norm: Some(limit), ..steps(1) };
        let points = run(&mut sgd(), settings, &[0.0, 0.0], 0, &mut world);
        let found = points[0].iter().map(|x| x / limit).collect::<Vec<f64>>();
        crate::testing::assert_near(&found, &[-0.06, -0.08], 1e-15, "clipped");
    }
}

#[test]
fn what_a_rule_cant_do_is_refused() {
    let begin = |rule: Rule, settings: Settings| {
        let options = rule.options().iter().map(|_| 0.5).collect();
        let mut optimizer = Optimizer::new(rule, vec![0.1], options);
        optimizer
            .begin(settings, Shape::Tensor(Vec::new()), vec![1.0], 0)
            .err()
            .map(|fault| fault.code.as_str())
    };
    let over = Settings { is_over: true, ..steps(1) };
    let clipped = Settings { clip_norm: Some(1.0), ..steps(1) };
    for rule in Rule::ALL {
        assert_eq!(begin(rule, over.clone()).is_none(), rule.takes_batches());
        assert_eq!(begin(rule, clipped.clone()).is_none(), rule.takes_clipping());
    }
    assert_eq!(begin(Rule::Lbfgs, over), Some("Q0616"));
    let fault = Optimizer::new(Rule::Rotosolve, Vec::new(), Vec::new()).step(&[1.0], vec![1.0]);
    assert_eq!(fault.unwrap_err().code.as_str(), "Q0610");
    let mut adam = Optimizer::new(Rule::Adam, vec![0.1], vec![0.9, 0.999, 1e-8]);
    adam.step(&[1.0], vec![1.0]).unwrap();
    assert_eq!(adam.step(&[1.0, 2.0], vec![1.0, 2.0]).unwrap_err().code.as_str(), "Q0604");
}

#[test]
fn nothing_to_optimize_is_done_at_once() {
    for rule in Rule::ALL {
        let mut optimizer = Optimizer::new(rule, vec![0.1], rule.options().iter().map(|_| 0.5).collect());
        optimizer.begin(steps(10), Shape::Tensor(vec![0]), Vec::new(), 0).unwrap();
        assert!(optimizer.running().ended.is_some());
        assert_eq!(optimizer.end(), Vec::<f64>::new());
    }
}
