//! Samples of a function on a grid, and the lines where it has a given value.

use std::collections::BTreeMap;

type Point = (f64, f64);

/// The place where a level line crosses an edge of the grid: the sample at the edge's left or
/// lower end, and whether the edge goes up.
type Crossing = (usize, bool);

/// Samples of a function of two variables, row by row from below.
#[derive(Debug, Clone)]
pub struct Grid {
    ranges: [(f64, f64); 2],
    columns: usize,
    rows: usize,
    /// The samples.
    pub values: Vec<f64>,
}

impl Grid {
    /// Samples a function at `columns` × `rows` points of a rectangle, corners included.
    pub fn sample(
        ranges: [(f64, f64); 2],
        (columns, rows): (usize, usize),
        mut function: impl FnMut(f64, f64) -> f64,
    ) -> Self {
        let mut grid = Self { ranges, columns, rows, values: Vec::new() };
        let points: Vec<Point> = (0..columns * rows).map(|index| grid.point(index)).collect();
        grid.values = points.into_iter().map(|(x, y)| function(x, y)).collect();
        grid
    }

    /// Where a sample was taken.
    fn point(&self, index: usize) -> Point {
        let along = |(low, high): (f64, f64), place: usize, count: usize| {
            low + (high - low) * place as f64 / (count - 1) as f64
        };
        let [x, y] = self.ranges;
        (along(x, index % self.columns, self.columns), along(y, index / self.columns, self.rows))
    }

    /// The lines where the function has the value `level` (marching squares).
    pub fn level_lines(&self, level: f64) -> Vec<Vec<Point>> {
        let mut neighbors: BTreeMap<Crossing, Vec<Crossing>> = BTreeMap::new();
        for row in 0..self.rows - 1 {
            for column in 0..self.columns - 1 {
                for (one, other) in self.segments(row * self.columns + column, level) {
                    neighbors.entry(one).or_default().push(other);
                    neighbors.entry(other).or_default().push(one);
                }
            }
        }
        let ends = neighbors.iter().filter(|(_, near)| near.len() == 1).map(|(end, _)| *end);
        let starts: Vec<Crossing> = ends.chain(neighbors.keys().copied()).collect();
        let chains = starts.into_iter().map(|start| follow(start, &mut neighbors));
        let lines = chains.filter(|chain| chain.len() > 1);
        let point = |crossing| self.crossing_point(crossing, level);
        lines.map(|chain| chain.into_iter().map(point).collect()).collect()
    }

    /// The segments of the level line inside the cell whose lower left corner is `corner`.
    fn segments(&self, corner: usize, level: f64) -> Vec<(Crossing, Crossing)> {
        let corners = [corner, corner + 1, corner + 1 + self.columns, corner + self.columns];
        let edges =
            [(corner, false), (corner + 1, true), (corner + self.columns, false), (corner, true)];
        let above = corners.map(|index| self.values[index] > level);
        let crossed: Vec<Crossing> =
            (0..4).filter(|&side| above[side] != above[(side + 1) % 4]).map(|s| edges[s]).collect();
        match crossed[..] {
            [one, other] => vec![(one, other)],
            [bottom, right, top, left] => {
                let mean = corners.iter().map(|&index| self.values[index]).sum::<f64>() / 4.0;
                if (mean > level) == above[0] {
                    vec![(bottom, right), (top, left)]
                } else {
                    vec![(bottom, left), (right, top)]
                }
            }
            _ => Vec::new(),
        }
    }

    /// Where on its edge a crossing lies, by linear interpolation.
    fn crossing_point(&self, (index, up): Crossing, level: f64) -> Point {
        let other = if up { index + self.columns } else { index + 1 };
        let (from, to) = (self.point(index), self.point(other));
        let part = (level - self.values[index]) / (self.values[other] - self.values[index]);
        (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1))
    }
}

/// Follows a line from crossing to crossing and takes its segments away.
fn follow(start: Crossing, neighbors: &mut BTreeMap<Crossing, Vec<Crossing>>) -> Vec<Crossing> {
    let mut chain = vec![start];
    let mut here = start;
    while let Some(next) = neighbors.get_mut(&here).and_then(Vec::pop) {
        if let Some(back) = neighbors.get_mut(&next)
            && let Some(place) = back.iter().position(|&crossing| crossing == here)
        {
            back.swap_remove(place);
        }
        chain.push(next);
        here = next;
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_line_of_a_bowl_is_one_closed_circle() {
        let square = [(-2.0, 2.0), (-2.0, 2.0)];
        let lines = Grid::sample(square, (81, 81), |x, y| x * x + y * y).level_lines(1.0);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        for (x, y) in &lines[0] {
            assert!((x.hypot(*y) - 1.0).abs() < 1e-3, "{x} {y}");
        }
    }

    #[test]
    fn the_level_line_of_a_plane_goes_from_edge_to_edge_in_one_piece() {
        let square = [(0.0, 1.0), (0.0, 1.0)];
        let lines = Grid::sample(square, (11, 11), |x, _| x).level_lines(0.55);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].len(), 11);
    }

    #[test]
    fn a_saddle_has_two_branches() {
        let square = [(-1.0, 1.0), (-1.0, 1.0)];
        let lines = Grid::sample(square, (20, 20), |x, y| x * y).level_lines(0.01);
        assert_eq!(lines.len(), 2);
    }
}
