//! The rules by name, their numbers, and what they ask for.

use serde::{Deserialize, Serialize};

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// Gradient descent.
    Sgd,
    /// Gradient descent with momentum.
    Momentum,
    /// Duchi, Hazan and Singer, JMLR 12 (2011).
    Adagrad,
    /// Hinton, lecture 6e of "Neural networks for machine learning" (2012).
    Rmsprop,
    /// Kingma and Ba, arXiv:1412.6980.
    Adam,
    /// Liu and Nocedal, Mathematical Programming 45 (1989).
    Lbfgs,
    /// Spall, IEEE Transactions on Automatic Control 37 (1992).
    Spsa,
    /// Nelder and Mead, The Computer Journal 7 (1965).
    NelderMead,
    /// Ostaszewski, Grant and Benedetti, arXiv:1905.09692.
    Rotosolve,
    /// Stokes, Izaac, Killoran and Carleo, arXiv:1909.02108.
    Qng,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Sgd,
        Self::Momentum,
        Self::Adagrad,
        Self::Rmsprop,
        Self::Adam,
        Self::Lbfgs,
        Self::Spsa,
        Self::NelderMead,
        Self::Rotosolve,
        Self::Qng,
    ];

    /// The name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Momentum => "momentum",
            Self::Adagrad => "adagrad",
            Self::Rmsprop => "rmsprop",
            Self::Adam => "adam",
            Self::Lbfgs => "lbfgs",
            Self::Spsa => "spsa",
            Self::NelderMead => "nelder_mead",
            Self::Rotosolve => "rotosolve",
            Self::Qng => "qng",
        }
    }

    /// The rule of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// The names of its numbers after the learning rate, in the order of the signature.
    pub fn options(self) -> &'static [&'static str] {
        match self {
            Self::Sgd | Self::Rotosolve => &[],
            Self::Momentum => &["beta"],
            Self::Adagrad => &["eps"],
            Self::Rmsprop => &["decay", "eps"],
            Self::Adam => &["beta1", "beta2", "eps"],
            Self::Lbfgs => &["memory", "gtol"],
            Self::Spsa => &["c", "alpha", "gamma", "stability"],
            Self::NelderMead => &["edge"],
            Self::Qng => &["lam"],
        }
    }

    /// Whether its first number is a learning rate.
    pub fn has_rate(self) -> bool {
        !matches!(self, Self::Lbfgs | Self::NelderMead | Self::Rotosolve)
    }

    /// Whether it asks for gradients.
    pub fn uses_gradient(self) -> bool {
        !matches!(self, Self::Spsa | Self::NelderMead | Self::Rotosolve)
    }

    /// Whether it asks for overlaps of states.
    pub fn uses_overlaps(self) -> bool {
        self == Self::Qng
    }

    /// Whether a step is one value with its gradient: what `step` does by hand.
    pub fn steps_once(self) -> bool {
        matches!(self, Self::Sgd | Self::Momentum | Self::Adagrad | Self::Rmsprop | Self::Adam)
    }

    /// Whether the objective may change from step to step, as it does with `over`.
    pub fn takes_batches(self) -> bool {
        !matches!(self, Self::Lbfgs | Self::NelderMead | Self::Rotosolve)
    }

    /// Whether the length of the gradient may be clipped: not where a line search compares it with values.
    pub fn takes_clipping(self) -> bool {
        self.steps_once() || self == Self::Qng
    }
}
