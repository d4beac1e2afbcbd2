//! Charts as data: what `plot` and its like ask the host to draw.

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The name of the function that asked for it, for the name of a file.
    pub function: &'static str,
    /// What stands above it; may be empty.
    pub title: String,
    /// What the horizontal axis shows; may be empty.
    pub x_label: String,
    /// What the vertical axis shows; may be empty.
    pub y_label: String,
    /// The file that was asked for.
    pub file: Option<String>,
    /// What is drawn.
    pub content: Content,
}

/// What is drawn. All numbers are finite, but for those of lines, which have a gap where one is not.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Lines through points.
    Lines {
        /// The abscissas of all of them.
        x: Vec<f64>,
        /// For each line its name, which may be empty, and as many ordinates.
        series: Vec<(String, Vec<f64>)>,
        /// Ordinates by their logarithm; all are positive.
        log_y: bool,
    },
    /// Points, in a colour and shape by class.
    Points {
        /// Where they are.
        points: Vec<(f64, f64)>,
        /// The class of each, empty if there are none.
        classes: Vec<f64>,
    },
    /// A matrix in colours, first row at the top.
    Heatmap {
        /// How many columns, at least one.
        n_columns: usize,
        /// Row by row, at least one row.
        values: Vec<f64>,
    },
    /// Bars side by side over intervals of one width.
    Histogram {
        /// Where the first begins.
        start: f64,
        /// The width of each.
        width: f64,
        /// How many values are in each.
        counts: Vec<u64>,
    },
    /// A bar for each name.
    Bars {
        /// The names with the lengths.
        bars: Vec<(String, f64)>,
    },
    /// A function of two variables in two colours, by the side of a threshold, and points of two or more classes on it.
    Boundary {
        /// The abscissas of the columns of the grid, rising.
        x: Vec<f64>,
        /// The ordinates of its rows, rising.
        y: Vec<f64>,
        /// Values of the function, a row for each ordinate.
        scores: Vec<f64>,
        /// Where it changes its side.
        threshold: f64,
        /// Points on it.
        points: Vec<(f64, f64)>,
        /// The class of each.
        classes: Vec<f64>,
    },
}
