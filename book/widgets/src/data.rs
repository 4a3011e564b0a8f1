//! Data that are too large for the module and are handed to it: the weights of a network, and images.

use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    static KEPT: RefCell<Option<Rc<[u8]>>> = const { RefCell::new(None) };
}

/// Keeps bytes for all widgets of this thread.
pub fn keep(bytes: Vec<u8>) {
    KEPT.with_borrow_mut(|kept| *kept = Some(bytes.into()));
}

/// What was kept last, if anything.
pub fn kept() -> Option<Rc<[u8]>> {
    KEPT.with_borrow(Clone::clone)
}
