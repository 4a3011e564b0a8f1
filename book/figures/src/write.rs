//! How figures and values are written.

use std::path::Path;

use crate::error::Error;

/// Leaves a file alone that already holds `content`, so that nothing rebuilds for it.
pub fn write_if_changed(path: &Path, content: &str) -> Result<(), Error> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    std::fs::write(path, content).map_err(Error::file(path, "write"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_only_if_its_content_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.svg");
        write_if_changed(&path, "one").unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
        write_if_changed(&path, "one").unwrap();
        assert_eq!(path.metadata().unwrap().modified().unwrap(), long_ago);
        write_if_changed(&path, "two").unwrap();
        assert_ne!(path.metadata().unwrap().modified().unwrap(), long_ago);
    }
}
