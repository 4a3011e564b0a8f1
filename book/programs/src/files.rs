//! Files that programs read, and those that they write: whole or not at all.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

/// Reads a file of at most `most` bytes. Only a regular file is read: a device may have no end, and a
/// pipe may have nobody at its other end.
///
/// # Errors
/// If there is no such file, with what was `expected`, such as "a file of weights".
pub fn read(path: &Path, most: u64, expected: &str) -> Result<Vec<u8>> {
    let name = || format!("{}: expected {expected}", path.display());
    let found = fs::metadata(path).with_context(name)?;
    if !found.is_file() {
        let found = if found.is_dir() { "a folder" } else { "a device or a pipe" };
        bail!("{}, found {found}", name());
    }
    let mut content = Vec::new();
    let file = fs::File::open(path).with_context(name)?;
    file.take(most + 1).read_to_end(&mut content).with_context(name)?;
    if content.len() as u64 > most {
        bail!("{} of at most {most} bytes, found {}", name(), found.len());
    }
    Ok(content)
}

/// What a file is by its first bytes, if it is a kind that people often have in the place of another.
pub fn kind(content: &[u8]) -> Option<&'static str> {
    let starts: [(&[u8], &str); 7] = [
        (b"\x1f\x8b", "a gzip file"),
        (b"PK\x03\x04", "a zip archive, as torch.save writes one"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"%PDF", "a PDF file"),
        (b"\x89PNG", "a PNG image"),
        (b"RIFF", "a WebP image or another RIFF file"),
    ];
    let trimmed = content.trim_ascii_start();
    let begins =
        |start: &[u8]| trimmed.get(..start.len()).is_some_and(|b| b.eq_ignore_ascii_case(start));
    match content {
        _ if begins(b"<!doctype") || begins(b"<html") => Some("an HTML page"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("a HEIC image or a video"),
        _ => starts.iter().find(|(start, _)| content.starts_with(start)).map(|(_, kind)| *kind),
    }
}

/// The bytes of a file of weights, in the safetensors format as far as its first bytes tell.
///
/// # Errors
/// If it cannot be read, is larger than 2 GiB, or begins like a file of another kind.
pub fn read_weights(path: &Path) -> Result<Vec<u8>> {
    const MOST: u64 = 1 << 31; // a network of the largest that `train` makes is smaller
    let bytes = read(path, MOST, "a file of weights")?;
    if let Some(found) = kind(&bytes) {
        bail!("{}: expected a safetensors file, found {found}", path.display());
    }
    Ok(bytes)
}

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
    let target = linked(path);
    let mut beside = beside(&target)?;
    beside.write_all(content)?;
    if let Ok(old) = fs::metadata(&target) {
        beside.as_file().set_permissions(old.permissions())?;
    }
    beside.as_file().sync_all()?;
    beside.persist(&target)?;
    Ok(())
}

/// Where a path leads if it is a link, or a link to a link, whether something is there or not.
fn linked(path: &Path) -> PathBuf {
    let mut target = path.to_owned();
    for _ in 0..40 {
        let Ok(next) = fs::read_link(&target) else { break };
        target = folder_of(&target).join(next);
    }
    target
}

/// A new file in the same folder, hidden, which goes away unless it is put in its place. Those that
/// interrupted runs have left there are cleared away.
fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let prefix = format!(".{}.", target.file_name().unwrap_or_default().to_string_lossy());
    clear(&folder_of(target), &prefix);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666)); // less what the user's mask takes
    }
    let file = builder.tempfile_in(folder_of(target))?;
    let _ = file.as_file().try_lock(); // while it is locked, its run is not over; not all disks lock
    Ok(file)
}

/// Removes what runs have left behind that ended before they were done: files of this name that no run
/// has locked. Where that fails, nothing is lost.
fn clear(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(prefix) && name.ends_with(".part") {
            let file = fs::OpenOptions::new().write(true).open(entry.path());
            if file.is_ok_and(|file| file.try_lock().is_ok()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
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
        _ => beside(&linked(path)).map(drop),
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
    fn a_link_to_nothing_yet_is_followed_too() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("far")).unwrap();
        symlink("far/real", path("link")).unwrap();
        symlink("link", path("second")).unwrap();
        check_writable(&path("second")).unwrap();
        write(&path("second"), b"new").unwrap();
        assert_eq!(fs::read(path("far/real")).unwrap(), b"new");
        assert!(fs::symlink_metadata(path("link")).unwrap().is_symlink());
        assert!(fs::symlink_metadata(path("second")).unwrap().is_symlink());
        symlink("around", path("around")).unwrap(); // a link to itself leads nowhere
        assert!(read(&path("around"), 9, "a file").is_err());
    }

    #[test]
    fn what_an_interrupted_run_left_is_cleared_and_what_a_running_one_writes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("w");
        for left in [".w.abc123.part", ".w.def456.part"] {
            fs::write(folder.path().join(left), b"half").unwrap();
        }
        for other in [".part", ".v.abc123.part", "w.abc123.part", ".w.mine"] {
            fs::write(folder.path().join(other), b"somebody's").unwrap();
        }
        let running = beside(&target).unwrap();
        write(&target, b"whole").unwrap();
        assert!(running.path().exists());
        drop(running);
        assert_eq!(
            names(folder.path()),
            [".part", ".v.abc123.part", ".w.mine", "w", "w.abc123.part"]
        );
    }

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, b"12345").unwrap();
        assert_eq!(read(&path, 5, "a file").unwrap(), b"12345");
        let error = read(&path, 4, "a file").unwrap_err().to_string();
        assert!(error.ends_with("f: expected a file of at most 4 bytes, found 5"), "{error}");
        let error = read(folder.path(), 4, "a file").unwrap_err().to_string();
        assert!(error.ends_with(": expected a file, found a folder"), "{error}");
        if cfg!(target_os = "linux") {
            let error = read(Path::new("/dev/zero"), 4, "a file").unwrap_err().to_string();
            assert_eq!(error, "/dev/zero: expected a file, found a device or a pipe");
        }
    }

    #[test]
    fn a_kind_is_told_by_the_first_bytes() {
        assert_eq!(kind(b" \n<!DOCTYPE html><html>"), Some("an HTML page"));
        assert_eq!(kind(b"\x1f\x8b\x08"), Some("a gzip file"));
        assert_eq!(kind(b"\0\0\0\x18ftypheic"), Some("a HEIC image or a video"));
        assert_eq!((kind(b""), kind(b"\0\0\x08\x03"), kind(b"<")), (None, None, None));
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
