//! Data that are too large for a module and are handed to it: the weights of a network, images.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread::LocalKey;

thread_local! {
    static KEPT: RefCell<Vec<Rc<[u8]>>> = const { RefCell::new(Vec::new()) };
}

/// Bytes under a name, as they are handed over.
pub fn named(name: &str, bytes: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b"\n", bytes].concat()
}

/// Keeps named bytes for all widgets of this thread.
pub fn keep(bytes: Vec<u8>) {
    KEPT.with_borrow_mut(|kept| kept.push(bytes.into()));
}

/// What was kept under a name, read once and remembered in `known`; nothing as long as it is not there.
pub fn kept<T>(
    name: &str,
    known: &'static LocalKey<RefCell<Option<Rc<T>>>>,
    read: impl Fn(&[u8]) -> Option<T>,
) -> Option<Rc<T>> {
    known.with_borrow_mut(|known| {
        if known.is_none() {
            let of = |bytes: &Rc<[u8]>| payload(name, bytes).and_then(&read);
            *known = KEPT.with_borrow(|kept| kept.iter().rev().find_map(of)).map(Rc::new);
        }
        known.clone()
    })
}

/// The next so many of some bytes, which are left with the rest; nothing if they are fewer.
pub fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// Bytes that were handed over, without their name; nothing if they have another.
pub fn payload<'a>(name: &str, bytes: &'a [u8]) -> Option<&'a [u8]> {
    bytes.strip_prefix(name.as_bytes())?.strip_prefix(b"\n")
}
