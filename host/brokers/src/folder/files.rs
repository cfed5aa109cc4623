//! Files of a folder: which may be opened, what was packed into them, and how a change of them is seen.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

use flate2::read::MultiGzDecoder;
use nix::fcntl::OFlag;
use zip::ZipArchive;

use super::refuse;
use crate::market::MarketError;

/// The longest text of a file, unpacked: a hundred years of one share's daily bars with many columns are a tenth of
/// it, and a day of the whole exchange a hundredth.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Most files of an archive of which one is read: the exchange packs some twenty reports a day.
const MOST_MEMBERS: usize = 1_000;

/// How the text of a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// It is the text itself.
    Plain,
    /// One or several gzip members.
    Gzip,
    /// A zip archive with one file.
    Zip,
}

impl Packing {
    /// Every packing with the ending of its files, in small letters.
    pub const ENDINGS: [(Self, &str); 3] =
        [(Self::Plain, ".csv"), (Self::Gzip, ".csv.gz"), (Self::Zip, ".csv.zip")];

    /// Which of several files that say the same is taken: the least.
    pub fn rank(self) -> u8 {
        match self {
            Self::Plain => 0,
            Self::Gzip => 1,
            Self::Zip => 2,
        }
    }
}

/// Opens a regular file. Nothing else is opened in a way that waits: between the look at the folder and now, a pipe may
/// have taken the file's place.
pub(crate) fn open_regular(file: &Path) -> io::Result<File> {
    let opened = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(file)?;
    if opened.metadata()?.is_file() { Ok(opened) } else { Err(io::Error::other("it is not a regular file")) }
}

/// The unpacked text of a file.
///
/// # Errors
/// When it cannot be read or unpacked, or holds more than 64 MB of text.
pub(crate) fn text(file: &Path, packing: Packing) -> Result<Vec<u8>, MarketError> {
    text_within(file, packing, LONGEST)
}

/// The same within another number of bytes.
fn text_within(file: &Path, packing: Packing, longest: u64) -> Result<Vec<u8>, MarketError> {
    let text = unpacked(file, packing, longest).map_err(|error| refuse(file, error.to_string()))?;
    if text.len() as u64 > longest {
        return Err(refuse(file, format!("it holds more than {} MB of text", longest >> 20)));
    }
    Ok(text)
}

/// The unpacked text of the one file of an archive whose name is wanted; none where there is no such file in it.
///
/// # Errors
/// When it cannot be read or unpacked, several names are wanted, or there is more in it than anybody packs.
pub(crate) fn member_text(
    file: &Path,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Option<Vec<u8>>, MarketError> {
    let text = member(file, is_wanted).map_err(|error| refuse(file, error.to_string()))?;
    if text.as_ref().is_some_and(|text| text.len() as u64 > LONGEST) {
        return Err(refuse(file, format!("it holds more than {} MB of text", LONGEST >> 20)));
    }
    Ok(text)
}

fn member(file: &Path, is_wanted: impl Fn(&str) -> bool) -> io::Result<Option<Vec<u8>>> {
    let mut archive = archive(open_regular(file)?, LONGEST)?;
    if archive.len() > MOST_MEMBERS {
        return Err(io::Error::other(format!("the archive holds more than {MOST_MEMBERS} files")));
    }
    let is_it =
        |at: &usize| archive.name_for_index(*at).is_some_and(|name| name.is_ok_and(|name| is_wanted(&name)));
    let wanted: Vec<usize> = (0..archive.len()).filter(is_it).collect();
    match wanted.as_slice() {
        [] => Ok(None),
        [at] => {
            let mut text = Vec::new();
            archive.by_index(*at)?.take(LONGEST + 1).read_to_end(&mut text)?;
            Ok(Some(text))
        }
        several => {
            Err(io::Error::other(format!("the archive holds {} such files instead of one", several.len())))
        }
    }
}

/// One byte more than is allowed at most: enough to know that there is more.
fn unpacked(file: &Path, packing: Packing, longest: u64) -> io::Result<Vec<u8>> {
    let opened = open_regular(file)?;
    let (mut text, most) = (Vec::new(), longest.saturating_add(1));
    match packing {
        Packing::Plain => opened.take(most).read_to_end(&mut text)?,
        Packing::Gzip => MultiGzDecoder::new(opened).take(most).read_to_end(&mut text)?,
        Packing::Zip => only_member(opened, &mut text, longest)?,
    };
    Ok(text)
}

/// Opens an archive. The list of its files is read first, so an archive is bounded too.
fn archive(opened: File, longest: u64) -> io::Result<ZipArchive<File>> {
    if opened.metadata()?.len() > longest {
        return Err(io::Error::other(format!("the archive is longer than {} MB", longest >> 20)));
    }
    Ok(ZipArchive::new(opened)?)
}

/// Unpacks the only file of an archive.
fn only_member(opened: File, text: &mut Vec<u8>, longest: u64) -> io::Result<usize> {
    let mut archive = archive(opened, longest)?;
    if archive.len() != 1 {
        return Err(io::Error::other(format!("the archive holds {} files instead of one", archive.len())));
    }
    archive.by_index(0)?.take(longest.saturating_add(1)).read_to_end(text)
}

/// Returns what an entry is when it is not a regular file or a link to one.
pub(crate) fn irregular(file: &Path) -> Option<&'static str> {
    match fs::metadata(file) {
        Ok(found) if found.is_file() => None,
        Ok(found) if found.is_dir() => Some("it is a folder"),
        Ok(_) => Some("it is a pipe or a device"),
        Err(_) if fs::symlink_metadata(file).is_ok_and(|found| found.is_symlink()) => {
            Some("it is a link that leads nowhere")
        }
        // What cannot be looked at is refused when it is opened, with the system's words.
        Err(_) => None,
    }
}

/// Returns whether an entry is a folder, and none that is hidden.
pub(crate) fn is_open_folder(path: &Path) -> bool {
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !is_hidden && path.is_dir()
}

/// Adds name, size and time of a file to a fingerprint.
pub(crate) fn note_state(hasher: &mut blake3::Hasher, file: &Path) {
    hasher.update(file.as_os_str().as_encoded_bytes());
    hasher.update(&[0]);
    if let Ok(found) = fs::metadata(file) {
        let changed = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        hasher.update(&changed.map_or(0, |since| since.as_nanos()).to_le_bytes());
        hasher.update(&found.len().to_le_bytes());
    }
}

/// The entries of a folder, sorted: the system lists them in any order, and what is told must not depend on it.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn entries(dir: &Path) -> Result<Vec<std::path::PathBuf>, MarketError> {
    let unreadable =
        |error: io::Error| MarketError::Folder { path: dir.display().to_string(), reason: error.to_string() };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// A name without its ending, in whatever case that is.
pub(crate) fn without_suffix<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    let (stem, ending) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
    ending.eq_ignore_ascii_case(suffix).then_some(stem)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const MB: u64 = 1 << 20;

    /// A file of each packing with this many bytes of text, which pack well.
    fn files(dir: &Path, bytes: u64) -> [(Packing, std::path::PathBuf); 3] {
        let text = vec![b'1'; usize::try_from(bytes).unwrap()];
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&text).unwrap();
        let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
        zip.start_file("day.csv", SimpleFileOptions::default()).unwrap();
        zip.write_all(&text).unwrap();
        let packed = [text, gzip.finish().unwrap(), zip.finish().unwrap().into_inner()];
        let mut at = 0;
        Packing::ENDINGS.map(|(packing, ending)| {
            let file = dir.join(format!("{bytes}{ending}"));
            fs::write(&file, &packed[at]).unwrap();
            at += 1;
            (packing, file)
        })
    }

    #[test]
    fn a_file_is_read_up_to_its_bound_and_refused_beyond_it_however_it_is_packed() {
        let dir = tempfile::tempdir().unwrap();
        for (packing, file) in files(dir.path(), MB) {
            assert_eq!(text_within(&file, packing, MB).unwrap().len() as u64, MB, "{packing:?}");
        }
        for (packing, file) in files(dir.path(), MB + 1) {
            let refused = text_within(&file, packing, MB).unwrap_err().to_string();
            assert!(refused.ends_with(": it holds more than 1 MB of text"), "{packing:?}: {refused}");
            // Not more of it is unpacked than shows that there is more.
            assert_eq!(unpacked(&file, packing, 9).map_or(10, |text| text.len()), 10, "{packing:?}");
        }
        assert_eq!(LONGEST, 64 * MB);
    }

    #[test]
    fn an_archive_that_is_longer_than_what_it_may_hold_is_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("day.csv.zip");
        fs::write(&file, vec![0; usize::try_from(MB + 1).unwrap()]).unwrap();
        let refused = text_within(&file, Packing::Zip, MB).unwrap_err().to_string();
        assert!(refused.ends_with(": the archive is longer than 1 MB"), "{refused}");
    }
}
