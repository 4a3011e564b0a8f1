//! Cuts lines at the edges of the plot.

use super::axis::Coordinate;

type Point = (f64, f64);

/// The pieces of a line that lie inside the ranges of both axes.
pub fn clip(line: &[Point], x: &Coordinate, y: &Coordinate) -> Vec<Vec<Point>> {
    let shares: Vec<Point> =
        line.iter().map(|point| (x.share(point.0), y.share(point.1))).collect();
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    for pair in shares.windows(2) {
        let Some((from, to)) = clip_segment(pair[0], pair[1]) else { continue };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    let back = |piece: Vec<Point>| piece.into_iter().map(|at| (x.value(at.0), y.value(at.1)));
    pieces.into_iter().map(|piece| back(piece).collect()).collect()
}

/// The part of a segment inside the unit square (Liang and Barsky's way).
fn clip_segment(from: Point, to: Point) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut start, mut end) = (0.0_f64, 1.0_f64);
    for (speed, room) in [(-dx, from.0), (dx, 1.0 - from.0), (-dy, from.1), (dy, 1.0 - from.1)] {
        if speed < 0.0 {
            start = start.max(room / speed);
        } else if speed > 0.0 {
            end = end.min(room / speed);
        } else if room < 0.0 {
            return None;
        }
    }
    let at = |part: f64| (from.0 + part * dx, from.1 + part * dy);
    let first = if start == 0.0 { from } else { at(start) };
    let last = if end == 1.0 { to } else { at(end) };
    (start <= end).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_leaves_and_comes_back_is_cut_into_two_pieces() {
        let (x, y) = (Coordinate::linear(0.0..4.0), Coordinate::linear(0.0..1.0));
        let pieces = clip(&[(0.0, 0.0), (2.0, 2.0), (4.0, 0.0)], &x, &y);
        assert_eq!(pieces, [[(0.0, 0.0), (1.0, 1.0)], [(3.0, 1.0), (4.0, 0.0)]]);
    }

    #[test]
    fn a_line_outside_is_not_drawn() {
        let (x, y) = (Coordinate::linear(0.0..1.0), Coordinate::linear(0.0..1.0));
        assert!(clip(&[(0.0, 2.0), (1.0, 2.0)], &x, &y).is_empty());
    }
}
