//! The WebAssembly module: a script writes a line into the buffer, calls, and reads the answer.
//!
//! `open ch04_optimizers/rosenbrock` answers with the number of the widget; `3 set rate 0.1` sends it an event, `3 go
//! rate=0.1;steps=20` takes it to a state, and both answer with its view. An answer that begins
//! with `!` says what was wrong.
#![allow(
    unsafe_code,
    reason = "the names of exported functions are not mangled; no block is unsafe"
)]

use std::cell::RefCell;

use crate::list::Live;
use crate::widget::Unreadable;

/// The widgets of a page, and the bytes that go in and out.
#[derive(Default)]
struct Page {
    widgets: Vec<Live>,
    buffer: Vec<u8>,
}

thread_local! {
    static PAGE: RefCell<Page> = RefCell::default();
}

/// Makes room for so many bytes; gives where they are to be written.
#[unsafe(no_mangle)]
extern "C" fn room(bytes: usize) -> *const u8 {
    PAGE.with_borrow_mut(|page| {
        page.buffer.clear();
        page.buffer.resize(bytes, 0);
        page.buffer.as_ptr()
    })
}

/// Answers what was written; gives how many bytes the answer has.
#[unsafe(no_mangle)]
extern "C" fn answer() -> usize {
    PAGE.with_borrow_mut(|page| {
        let line = String::from_utf8_lossy(&page.buffer).into_owned();
        let answer = page.answer(&line).unwrap_or_else(|wrong| format!("!{wrong}"));
        page.buffer = answer.into_bytes();
        page.buffer.len()
    })
}

/// Where the answer begins.
#[unsafe(no_mangle)]
extern "C" fn place() -> *const u8 {
    PAGE.with_borrow(|page| page.buffer.as_ptr())
}

/// Takes what was written as the data that widgets share, such as the weights of a network.
#[unsafe(no_mangle)]
extern "C" fn keep() {
    PAGE.with_borrow_mut(|page| crate::data::keep(std::mem::take(&mut page.buffer)));
}

impl Page {
    fn answer(&mut self, line: &str) -> Result<String, Unreadable> {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        if first == "open" {
            self.widgets.push(Live::open(rest)?);
            return Ok((self.widgets.len() - 1).to_string());
        }
        let widget = first.parse().ok().and_then(|number: usize| self.widgets.get_mut(number));
        let widget = widget.ok_or_else(|| Unreadable(format!("no widget number `{first}`")))?;
        match rest.split_once(' ').unwrap_or((rest, "")) {
            ("go", state) => widget.restore(state),
            _ => widget.on(&rest.parse()?),
        }
        Ok(widget.view().to_json())
    }
}
