//! Files that programs write: whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

/// Writes a file so that there is never half of it: into a new file beside it first, which then
/// takes its place. A link is followed; what is no regular file, such as `/dev/null`, is written to.
///
/// # Errors
/// If it cannot be written, for a reason that the system gives. What was there before stays then.
pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    let written = match fs::metadata(path) {
        Ok(old) if !old.is_file() => fs::write(path, content),
        _ => replace(path, content),
    };
    written.with_context(|| format!("{}: expected to write it", path.display()))
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut beside = beside(&target)?;
    beside.write_all(content)?;
    if let Ok(old) = fs::metadata(&target) {
        beside.as_file().set_permissions(old.permissions())?;
    }
    beside.as_file().sync_all()?;
    beside.persist(&target)?;
    Ok(())
}

/// A new file in the same folder, hidden, which goes away unless it is put in its place.
fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666)); // less what the user's mask takes
    }
    builder.tempfile_in(folder_of(target))
}

fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// A file to be written later, checked before hours of work go into it: whether its folder is there
/// and can be written to.
///
/// # Errors
/// If the path names a folder, or something in a folder that is not there or cannot be written to.
pub fn check_writable(path: &Path) -> Result<()> {
    if path.as_os_str().to_string_lossy().ends_with(std::path::is_separator) {
        bail!("{}: expected a file name, found the name of a folder", path.display());
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        let (path, folder) = (path.display(), folder.display());
        bail!("{path}: expected a folder to write to, found none at {folder}");
    }
    if path.is_dir() {
        bail!("{}: expected a file name, found a folder", path.display());
    }
    let tried = match fs::metadata(path) {
        Ok(old) if !old.is_file() => fs::OpenOptions::new().write(true).open(path).map(drop),
        _ => beside(&fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())).map(drop),
    };
    tried.with_context(|| format!("{}: expected to write it", path.display()))
}

/// Today's date in the time zone of Greenwich, such as 2026-01-31.
pub fn today() -> String {
    time::OffsetDateTime::now_utc().date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_written_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w");
        check_writable(&path).unwrap();
        assert!(names(folder.path()).is_empty());
        for content in [&b"one"[..], b"another"] {
            write(&path, content).unwrap();
            check_writable(&path).unwrap();
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        assert_eq!(names(folder.path()), ["w"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_rights_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&path, b"old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
        symlink(&path, &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o604);
        let (fresh, plain) = (folder.path().join("fresh"), folder.path().join("plain"));
        write(&fresh, b"new").unwrap();
        fs::write(&plain, b"new").unwrap(); // with the user's own mask
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&fresh), mode(&plain));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_stays_a_device() {
        use std::os::unix::fs::FileTypeExt;
        let null = Path::new("/dev/null");
        check_writable(null).unwrap();
        write(null, b"gone").unwrap();
        assert!(fs::metadata(null).unwrap().file_type().is_char_device());
    }

    #[test]
    fn what_cannot_be_written_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none/w");
        let error = check_writable(&missing).unwrap_err().to_string();
        assert!(error.contains("none/w: expected a folder to write to, found none at"), "{error}");
        let error = write(&missing, b"").unwrap_err().to_string();
        assert!(error.ends_with("none/w: expected to write it"), "{error}");
        let error = check_writable(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("expected a file name, found a folder"), "{error}");
        let error = check_writable(&folder.path().join("w/")).unwrap_err().to_string();
        assert!(error.ends_with("found the name of a folder"), "{error}");
        if cfg!(target_os = "linux") {
            assert!(check_writable(Path::new("/proc/w")).is_err()); // nobody may write there
        }
    }

    #[test]
    fn today_is_a_date() {
        let today = today();
        let parts: Vec<usize> = today.split('-').map(|part| part.parse().unwrap()).collect();
        let [year, month, day] = parts.try_into().unwrap();
        assert!(year >= 2026 && (1..=12).contains(&month) && (1..=31).contains(&day), "{today}");
        assert_eq!(today.len(), 10);
    }
}
