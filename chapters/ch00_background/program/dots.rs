//! Numbers over many powers of ten: one row each, a dot on a logarithmic axis.

use book_figures::{Canvas, Element, Error, Figure, Format, Head};

use crate::data::Landmark;

const WIDTH: f64 = 640.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 480.0;
const PITCH: f64 = 38.0;
const TOP: f64 = 20.0;

/// Rows of dots. Unlike a bar, a dot claims nothing about where its axis begins.
pub struct Dots {
    head: Head,
    entries: Vec<Landmark>,
    unit: String,
}

impl Dots {
    /// A row for each number; `unit` says what is counted.
    pub fn new(title: &str, entries: &[Landmark], unit: &str) -> Self {
        let told = |entry: &Landmark| {
            format!("{} ({}) {}", entry.name, entry.year, printed(entry.number, entries))
        };
        let told: Vec<String> = entries.iter().map(told).collect();
        let description = format!("Number of {unit}, on a logarithmic axis: {}.", told.join(", "));
        Self {
            head: Head::new(title, description),
            entries: entries.to_vec(),
            unit: unit.to_owned(),
        }
    }

    /// First and last power of ten of the axis.
    fn powers(&self) -> Result<(f64, f64), Error> {
        if self.entries.is_empty() {
            return Err(Error::NoData(format!("dots of {}", self.unit)));
        }
        let logs = || self.entries.iter().map(|entry| entry.number.log10());
        let (low, high) = (logs().fold(f64::MAX, f64::min), logs().fold(f64::MIN, f64::max));
        Ok((low.floor(), high.ceil().max(low.floor() + 1.0)))
    }
}

impl Figure for Dots {
    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn draw(&self) -> Result<Canvas, Error> {
        let (low, high) = self.powers()?;
        let at = |log: f64| LEFT + (RIGHT - LEFT) * (log - low) / (high - low);
        let bottom = TOP + PITCH * self.entries.len() as f64 - 12.0;
        let mut canvas = Canvas::new(WIDTH, bottom + 64.0);
        let every = if high - low > 10.0 { 4 } else { 2 }; // room for a label of each
        for power in low as i32..=high as i32 {
            let x = at(f64::from(power));
            let line = Element::line((x, TOP - 14.0), (x, bottom + 6.0));
            canvas.push(line.set("stroke-opacity", "0.2"));
            if (power - low as i32) % every == 0 {
                canvas.push(Element::label(&power_of_ten(power), (x, bottom + 20.0), "middle"));
            }
        }
        canvas.push(Element::line((LEFT, bottom + 6.0), (RIGHT, bottom + 6.0)));
        let middle = (LEFT + RIGHT) / 2.0;
        let name = Element::label(&self.unit, (middle, bottom + 48.0), "middle");
        canvas.push(name.set("font-weight", "600"));
        for (row, entry) in self.entries.iter().enumerate() {
            let (x, y) = (at(entry.number.log10()), TOP + PITCH * row as f64);
            let name = format!("{} {}", entry.year, entry.name);
            canvas.push(Element::label(&name, (LEFT - 14.0, y), "end"));
            let lead = Element::line((LEFT, y), (x, y)).set("stroke-dasharray", "2 5");
            canvas.push(lead.set("stroke-opacity", "0.6"));
            let dot = Element::new("circle").numbers([("cx", x), ("cy", y), ("r", 7.0)]);
            canvas.push(dot.set("style", "fill:var(--series-1, #007ac2)"));
            let number =
                Element::label(&printed(entry.number, &self.entries), (x + 16.0, y), "start");
            canvas.push(number.halo());
        }
        Ok(canvas)
    }
}

/// In words, unless one of the numbers is too large for words.
fn printed(number: f64, entries: &[Landmark]) -> String {
    let words = entries.iter().all(|entry| entry.number < 1e13);
    if words { in_words(number) } else { Format::Scientific(1).print(number) }
}

/// 60,000, 340 million or 5.85 billion.
fn in_words(number: f64) -> String {
    let (scaled, word) = match number.round() {
        billions if billions >= 999.995e6 => (billions / 1e9, "billion"),
        millions if millions >= 1e6 => (millions / 1e6, "million"),
        small if small >= 1e3 => {
            return format!("{},{:03}", (small / 1e3).floor(), small % 1e3);
        }
        small => return small.to_string(),
    };
    let text = format!("{scaled:.2}");
    format!("{} {word}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// 10⁴.
fn power_of_ten(power: i32) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = power.to_string();
    let digit = |digit: char| digit.to_digit(10).map_or('⁻', |digit| digits[digit as usize]);
    format!("10{}", raised.chars().map(digit).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_written_in_words() {
        let numbers = [60_000.0, 999.0, 1_281_167.0, 340e6, 1.5e9, 175e9];
        let expected =
            ["60,000", "999", "1.28 million", "340 million", "1.5 billion", "175 billion"];
        assert_eq!(numbers.map(in_words), expected);
        let rounded = [59_999.7, 999.6, 1_001.0, 999_999.7, 999_999_999.0];
        let expected = ["60,000", "1,000", "1,001", "1 million", "1 billion"];
        assert_eq!(rounded.map(in_words), expected);
    }

    #[test]
    fn numbers_too_large_for_words_are_powers_of_ten_and_so_are_their_neighbors() {
        let entry = |number| Landmark { name: "A".to_owned(), year: 2000, number };
        assert_eq!(printed(6.5e10, &[entry(6.5e10), entry(3.14e23)]), "6.5 × 10¹⁰");
        assert_eq!(printed(6.5e10, &[entry(6.5e10)]), "65 billion");
    }

    #[test]
    fn ticks_are_powers_of_ten() {
        assert_eq!([4, 12, -1].map(power_of_ten), ["10⁴", "10¹²", "10⁻¹"]);
    }

    #[test]
    fn a_dot_half_way_between_two_powers_stands_half_way() {
        let entry = |number| Landmark { name: "A".to_owned(), year: 2000, number };
        let dots = Dots::new("T", &[entry(1e4), entry(1e5), entry(1e6)], "things");
        let svg = dots.svg("x").unwrap();
        for x in [LEFT, (LEFT + RIGHT) / 2.0, RIGHT] {
            assert!(svg.contains(&format!("cx=\"{x}\"")), "{x}: {svg}");
        }
    }
}
