use qml_prelude::chart::{Chart, Content};

use super::{SIZE, png, svg};

fn chart(content: Content) -> Chart {
    Chart {
        function: "plot",
        title: "Energy <E>".to_owned(),
        x_label: "step".to_owned(),
        y_label: "Ha".to_owned(),
        file: None,
        content,
    }
}

/// A chart of each kind.
fn all() -> Vec<Chart> {
    let x: Vec<f64> = (0..40).map(f64::from).collect();
    let points: Vec<(f64, f64)> = x.iter().map(|x| ((1.3 * x).sin(), (0.7 * x).cos())).collect();
    let classes: Vec<f64> = x.iter().map(|x| x % 2.0).collect();
    let axis: Vec<f64> = (0..12).map(|i| -1.0 + f64::from(i) / 5.5).collect();
    let scores = axis.iter().flat_map(|y| axis.iter().map(move |x| x * x + y * y - 0.5)).collect();
    let falling: Vec<f64> = x.iter().map(|x| (-x / 5.0).exp()).collect();
    let lines = |log_y| Content::Lines {
        x: x.clone(),
        series: vec![("training".to_owned(), falling.clone()), (String::new(), vec![1.0; 40])],
        log_y,
    };
    let contents = vec![
        lines(false),
        lines(true),
        Content::Points { points: points.clone(), classes: classes.clone() },
        Content::Points { points: points.clone(), classes: Vec::new() },
        Content::Heatmap { n_columns: 3, values: vec![0.0, 0.5, 1.0, 0.25, 0.75, 0.1] },
        Content::Histogram { start: -1.0, width: 0.25, counts: vec![1, 4, 9, 3] },
        Content::Bars { bars: vec![("00".to_owned(), 510.0), ("11".to_owned(), 490.0)] },
        Content::Bars { bars: (0..32).map(|i| (format!("{i:05b}"), f64::from(i))).collect() },
        Content::Boundary { x: axis.clone(), y: axis, scores, threshold: 0.0, points, classes },
    ];
    contents.into_iter().map(chart).collect()
}

#[test]
fn every_kind_is_a_document_with_its_words() {
    for chart in all() {
        let text = svg(&chart, SIZE).unwrap();
        assert!(text.starts_with("<svg ") && text.trim_end().ends_with("</svg>"), "{:?}", chart.content);
        for word in ["Energy &lt;E&gt;", "step", "Ha"] {
            assert!(text.contains(word), "{word} of {:?}", chart.content);
        }
        // The page tells the size in pixels, the drawing in finer units.
        assert!(text.contains("width=\"720\" height=\"432\" viewBox=\"0 0 2880 1728\""));
    }
}

/// Where a word stands in an SVG, from the top.
fn height_of(word: &str, svg: &str) -> f64 {
    let end = svg.find(&format!("\n{word}\n")).unwrap_or_else(|| panic!("no `{word}`"));
    let start = svg[..end].rfind(" y=\"").unwrap() + 4;
    svg[start..].split('"').next().unwrap().parse().unwrap()
}

/// The smallest and largest ordinate of all lines of more than two points.
fn heights_of_lines(svg: &str) -> (f64, f64) {
    let lines =
        svg.lines().filter(|line| line.starts_with("<polyline") && line.contains("stroke-width=\"7\""));
    let points = lines.filter_map(|line| line.split("points=\"").nth(1)?.split('"').next());
    let points = points.filter(|points| points.split_whitespace().count() > 2);
    let heights =
        points.flat_map(|points| points.split_whitespace().filter_map(|point| point.split(',').nth(1)));
    let heights = heights.map(|height| height.parse::<f64>().unwrap());
    heights.fold((f64::INFINITY, 0.0), |(lo, hi), height| (lo.min(height), hi.max(height)))
}

#[test]
fn names_stand_above_what_is_drawn() {
    for log_y in [false, true] {
        let series =
            vec![("rising".to_owned(), vec![1.0, 2.0, 3.0]), ("falling".to_owned(), vec![3.0, 2.0, 1.0])];
        let text = svg(&chart(Content::Lines { x: vec![0.0, 1.0, 2.0], series, log_y }), SIZE).unwrap();
        let (top, bottom) = heights_of_lines(&text);
        assert!(top < bottom && height_of("rising", &text) < top && height_of("falling", &text) < top);
    }
    let points = (0..20).map(|i| (f64::from(i), f64::from(i))).collect();
    let classes = (0..20).map(|i| f64::from(1000 + i)).collect();
    let text = svg(&chart(Content::Points { points, classes }), SIZE).unwrap();
    assert!(height_of("1000", &text) < height_of("1019", &text), "in rows");
}

#[test]
fn a_long_title_has_several_lines() {
    let width_of = |text: &str| text.chars().count() as u32;
    let lines = |text: &str| super::words::lines(text, 10, 3, width_of);
    assert_eq!(lines("a title"), ["a title"]);
    assert_eq!(lines("one two three four five"), ["one two", "three four", "five"]);
    assert_eq!(lines("one two three four five six seven"), ["one two", "three four", "five six…"]);
    assert_eq!(lines("incomprehensible"), ["incompreh…"]);
    let title =
        "a title that is much longer than the chart is wide, because it tells all that there is to tell "
            .repeat(9);
    let bars = Content::Bars { bars: vec![("01".to_owned(), 3.0), ("10".to_owned(), 2.0)] };
    let text = svg(&Chart { title, ..chart(bars) }, SIZE).unwrap();
    assert!(text.contains('…'));
    // Names of bars are between them and the word below, wherever the title ends.
    let (name, number, word) = (height_of("01", &text), height_of("0", &text), height_of("step", &text));
    assert!(number < name && name < word, "{number} {name} {word}");
}

#[test]
fn a_png_shows_what_the_svg_shows() {
    // The one of bars: their area is known.
    let bars = chart(Content::Bars { bars: vec![("0".to_owned(), 1.0), ("1".to_owned(), 0.5)] });
    let file = png(&bars).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), (1440, 864));
    let blue = |x: usize| {
        let column = (0..864).filter(|y| pixels[3 * (1440 * y + x)..][..3] == [0, 114, 178]);
        column.count() as f64
    };
    let heights: Vec<f64> = (0..1440).map(blue).filter(|&height| height > 0.0).collect();
    let (tallest, lowest) =
        (heights.iter().copied().fold(0.0, f64::max), heights.iter().copied().fold(864.0, f64::min));
    assert!((lowest / tallest - 0.5).abs() < 0.01, "{lowest} of {tallest}");
    // Words are dark pixels; without a font there would be none beside the axes.
    let dark = pixels.chunks(3).filter(|pixel| pixel.iter().all(|&part| part < 90)).count();
    assert!(dark > 2500, "{dark} dark pixels");
}

#[test]
fn numbers_that_are_all_the_same_still_have_axes() {
    for value in [0.0, -3.0, 1e300, 1e-300] {
        let content =
            Content::Lines { x: vec![value; 2], series: vec![(String::new(), vec![value; 2])], log_y: false };
        assert!(svg(&chart(content), SIZE).unwrap().contains("</svg>"), "{value}");
    }
    let gap = Content::Lines {
        x: vec![0.0, 1.0, 2.0],
        series: vec![(String::new(), vec![1.0, f64::NAN, 3.0])],
        log_y: false,
    };
    assert_eq!(
        svg(&chart(gap), SIZE).unwrap().matches("<circle").count(),
        2,
        "points alone on both sides of a gap"
    );
}

#[test]
fn a_boundary_is_where_the_score_changes_its_side() {
    let Some(Chart { content: Content::Boundary { x, y, scores, .. }, .. }) = all().pop() else {
        panic!("the last one")
    };
    let grid = super::boundary::Grid { x: &x, y: &y, scores: &scores, threshold: 0.0 };
    let mut n_ends = 0;
    for row in 0..y.len() - 1 {
        for column in 0..x.len() - 1 {
            for (x, y) in grid.cut(column, row).1 {
                n_ends += 1;
                // The circle of radius sqrt(1/2), up to the bend of the parabola between two points of the grid.
                assert!((x.hypot(y) - 0.5f64.sqrt()).abs() < 0.02, "{x} {y}");
            }
        }
    }
    assert!(n_ends > 30, "{n_ends} ends");
}
