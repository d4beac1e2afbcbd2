//! The simplex method: values alone, for few parameters.
//!
//! Nelder and Mead, The Computer Journal 7, 308 (1965), with the coefficients 1, 2, 1/2, 1/2 and the order of comparisons
//! of Lagarias, Reeds, Wright and Wright, SIAM Journal on Optimization 9, 112 (1998). A step is one iteration.

use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Memory, Next, Optimizer, Step};

/// What is being evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Stage {
    /// Vertices without a value, in order.
    Vertices,
    /// The worst vertex, reflected at the centre of the others.
    Reflected,
    /// Twice as far; with the reflected point and its value.
    Expanded(Vec<f64>, f64),
    /// Half as far, outside (with the reflected value) or inside.
    Contracted(Option<f64>),
}

/// What the rule remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NelderMead {
    /// The vertices, best first once all have values.
    vertices: Vec<Vec<f64>>,
    /// The values of the first vertices.
    values: Vec<f64>,
    stage: Stage,
    /// The point that is being evaluated.
    trial: Vec<f64>,
    /// Whether the values that are asked for are those of a shrunken simplex, within a step.
    is_shrinking: bool,
}

impl NelderMead {
    /// The simplex of a point and those at a distance from it along each axis.
    pub(super) fn new(point: &[f64], edge: f64) -> Self {
        let mut vertices = vec![point.to_vec()];
        for axis in 0..point.len() {
            let mut vertex = point.to_vec();
            vertex[axis] += edge;
            vertices.push(vertex);
        }
        Self { vertices, values: Vec::new(), stage: Stage::Vertices, trial: Vec::new(), is_shrinking: false }
    }

    pub(super) fn n_parameters(&self) -> usize {
        self.vertices.len() - 1
    }

    /// The best vertex.
    pub(super) fn best(&self) -> &[f64] {
        &self.vertices[0]
    }

    /// The objective may be another one now.
    pub(super) fn forget_values(&mut self) {
        self.values.clear();
        (self.stage, self.is_shrinking) = (Stage::Vertices, false);
    }

    /// The centre of all but the worst, times `1 + t`, minus `t` times the worst.
    fn ask_at(&mut self, t: f64, stage: Stage) -> Next {
        let n = self.n_parameters();
        let centre =
            |axis: usize| self.vertices[..n].iter().map(|vertex| vertex[axis]).sum::<f64>() / n as f64;
        self.trial = (0..n).map(|axis| (1.0 + t) * centre(axis) - t * self.vertices[n][axis]).collect();
        self.stage = stage;
        Next::Ask(Ask::Value(self.trial.clone()))
    }

    fn ask_vertex(&mut self) -> Next {
        self.stage = Stage::Vertices;
        Next::Ask(Ask::Value(self.vertices[self.values.len()].clone()))
    }

    fn reflect(&mut self) -> Next {
        self.ask_at(1.0, Stage::Reflected)
    }

    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by(|&i, &j| self.values[i].total_cmp(&self.values[j]));
        self.vertices = order.iter().map(|&i| self.vertices[i].clone()).collect();
        self.values = order.iter().map(|&i| self.values[i]).collect();
    }

    /// Replaces the worst vertex, which ends the step.
    fn replace(&mut self, point: Vec<f64>, value: f64, tolerance: Option<f64>) -> Next {
        let worst = self.n_parameters();
        (self.vertices[worst], self.values[worst]) = (point, value);
        self.finish(tolerance)
    }

    fn finish(&mut self, tolerance: Option<f64>) -> Next {
        self.sort();
        let best = &self.vertices[0];
        let is_small = |tolerance: f64| {
            let distances =
                self.vertices.iter().flatten().zip(best.iter().cycle()).map(|(x, y)| (x - y).abs());
            let spreads = self.values.iter().map(|value| (value - self.values[0]).abs());
            distances.chain(spreads).all(|distance| distance <= tolerance)
        };
        Next::Step(Step {
            point: best.clone(),
            value: self.values[0],
            measured: best.clone(),
            is_converged: tolerance.is_some_and(is_small),
        })
    }

    /// Halves all distances from the best vertex.
    fn shrink(&mut self) -> Next {
        let (best, others) = self.vertices.split_at_mut(1);
        for vertex in others {
            for (x, best) in vertex.iter_mut().zip(&best[0]) {
                *x = best + 0.5 * (*x - best);
            }
        }
        self.values.truncate(1);
        self.is_shrinking = true;
        self.ask_vertex()
    }

    fn told(&mut self, value: f64, tolerance: Option<f64>) -> Next {
        let n = self.n_parameters();
        match std::mem::replace(&mut self.stage, Stage::Vertices) {
            Stage::Vertices => {
                self.values.push(value);
                if self.values.len() <= n {
                    return self.ask_vertex();
                }
                if std::mem::take(&mut self.is_shrinking) {
                    return self.finish(tolerance);
                }
                self.sort();
                self.reflect()
            }
            Stage::Reflected => {
                let reflected = self.trial.clone();
                if value < self.values[0] {
                    self.ask_at(2.0, Stage::Expanded(reflected, value))
                } else if value < self.values[n - 1] {
                    self.replace(reflected, value, tolerance)
                } else if value < self.values[n] {
                    self.ask_at(0.5, Stage::Contracted(Some(value)))
                } else {
                    self.ask_at(-0.5, Stage::Contracted(None))
                }
            }
            Stage::Expanded(reflected, reflected_value) => {
                if value < reflected_value {
                    self.replace(self.trial.clone(), value, tolerance)
                } else {
                    self.replace(reflected, reflected_value, tolerance)
                }
            }
            Stage::Contracted(reflected) => {
                let is_better = match reflected {
                    Some(reflected) => value <= reflected,
                    None => value < self.values[n],
                };
                if is_better { self.replace(self.trial.clone(), value, tolerance) } else { self.shrink() }
            }
        }
    }
}

fn memory(optimizer: &mut Optimizer) -> &mut NelderMead {
    match &mut optimizer.memory {
        Memory::NelderMead(simplex) => simplex,
        _ => qml_source::bug!("nelder_mead without its simplex"),
    }
}

pub(super) fn begin(optimizer: &mut Optimizer) -> Next {
    let simplex = memory(optimizer);
    if simplex.values.len() < simplex.vertices.len() { simplex.ask_vertex() } else { simplex.reflect() }
}

pub(super) fn tell(optimizer: &mut Optimizer, answer: &Answer, tolerance: Option<f64>) -> Next {
    memory(optimizer).told(answer.value, tolerance)
}
