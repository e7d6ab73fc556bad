//! `/proc/self/maps`, read by system calls into pages of our own and parsed in place.
//!
//! One line is `start-limit perms offset major:minor inode   path`: numbers in hexadecimal but for
//! the inode, one space between fields, spaces before the path.

use core::ops::ControlFlow;

use super::syscalls::{File, Pages};
use crate::Error;

/// Room for the longest line: 4096 bytes of path, each at worst escaped to four.
const BUFFER_BYTES: usize = 32 * 1024;

/// One line of the file: what the kernel calls a virtual memory area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area<'a> {
    pub start: usize,
    /// One past the last address.
    pub limit: usize,
    pub readable: bool,
    pub executable: bool,
    pub file_offset: u64,
    pub file: FileIdentity,
    /// As the kernel wrote it: newlines are `\012`, and ` (deleted)` may follow. Empty without a
    /// file.
    pub path: &'a [u8],
}

/// What makes two areas parts of the same file; the inode is 0 where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileIdentity {
    pub device: (u64, u64),
    pub inode: u64,
}

/// Calls `visit` for every area in order of addresses, until it breaks.
///
/// The kernel keeps each line consistent, not the file as a whole: areas that appear or vanish
/// while it is read may be missed, but none is reported twice.
pub(crate) fn each_area(visit: &mut dyn FnMut(&Area<'_>) -> ControlFlow<()>) -> Result<(), Error> {
    let file = File::open(c"/proc/self/maps").map_err(|errno| Error::OpenMaps(errno.0))?;
    let mut pages = Pages::map(BUFFER_BYTES).map_err(|errno| Error::NoMemory(errno.0))?;
    let buffer = pages.as_mut_slice();
    let mut filled = 0;
    loop {
        let room = buffer.get_mut(filled..).ok_or(Error::MalformedMaps)?;
        if room.is_empty() {
            return Err(Error::MalformedMaps);
        }
        match file.read(room) {
            Ok(0) => return Ok(()),
            Ok(count) => filled += count,
            Err(errno) if errno.0 == libc::EINTR => {}
            Err(errno) => return Err(Error::ReadMaps(errno.0)),
        }
        let complete = buffer.get(..filled).ok_or(Error::MalformedMaps)?;
        let Some(used) = visit_lines(complete, visit)? else {
            return Ok(());
        };
        buffer.copy_within(used..filled, 0);
        filled -= used;
    }
}

/// Visits the complete lines of `bytes`; returns the bytes used, or `None` if `visit` broke.
fn visit_lines(
    bytes: &[u8],
    visit: &mut dyn FnMut(&Area<'_>) -> ControlFlow<()>,
) -> Result<Option<usize>, Error> {
    let mut used = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let Some(line) = line.strip_suffix(b"\n") else {
            break;
        };
        used += line.len() + 1;
        let area = parse(line).ok_or(Error::MalformedMaps)?;
        if visit(&area).is_break() {
            return Ok(None);
        }
    }
    Ok(Some(used))
}

fn parse(line: &[u8]) -> Option<Area<'_>> {
    let mut fields = line.splitn(6, |&byte| byte == b' ');
    let (start, limit) = pair(fields.next()?, b'-')?;
    let permissions = fields.next()?;
    let file_offset = hexadecimal(fields.next()?)?;
    let device = pair(fields.next()?, b':')?;
    let inode = decimal(fields.next()?)?;
    Some(Area {
        start: usize::try_from(start).ok()?,
        limit: usize::try_from(limit).ok()?,
        readable: permissions.first() == Some(&b'r'),
        executable: permissions.get(2) == Some(&b'x'),
        file_offset,
        file: FileIdentity { device, inode },
        path: fields.next().unwrap_or_default().trim_ascii_start(),
    })
}

/// Two hexadecimal numbers with `separator` between them.
fn pair(text: &[u8], separator: u8) -> Option<(u64, u64)> {
    let mut halves = text.splitn(2, |&byte| byte == separator);
    Some((hexadecimal(halves.next()?)?, hexadecimal(halves.next()?)?))
}

fn hexadecimal(text: &[u8]) -> Option<u64> {
    number(text, 16)
}

fn decimal(text: &[u8]) -> Option<u64> {
    number(text, 10)
}

fn number(text: &[u8], base: u32) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |value, &byte| {
        let digit = char::from(byte).to_digit(base)?;
        value.checked_mul(base.into())?.checked_add(digit.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] = b"7f0a1000-7f0a3000 r-xp 00028000 fd:01 1048602                    /usr/lib/a b.so (deleted)";

    #[test]
    fn a_line_with_a_path() {
        let area = parse(LINE).unwrap();
        assert_eq!((area.start, area.limit), (0x7f0a_1000, 0x7f0a_3000));
        assert_eq!((area.readable, area.executable), (true, true));
        assert_eq!(area.file_offset, 0x28000);
        assert_eq!(area.file, FileIdentity { device: (0xfd, 1), inode: 1_048_602 });
        assert_eq!(area.path, b"/usr/lib/a b.so (deleted)");
    }

    #[test]
    fn a_line_without_a_path() {
        let area = parse(b"7f0a1000-7f0a3000 ---p 00000000 00:00 0 ").unwrap();
        assert_eq!((area.readable, area.executable, area.path), (false, false, &b""[..]));
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for line in [
            &b""[..],
            b"7f-",
            b"7f0a1000 r-xp 0 0:0 0",
            b"g-h r-xp 0 0:0 0",
            b"1ffffffffffffffff-2 r-xp 0 0:0 0",
        ] {
            assert_eq!(parse(line), None, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn an_unfinished_line_is_left_for_the_next_read() {
        let mut text = [LINE, b"\n", LINE].concat();
        let mut count = 0;
        let mut visit = |_: &Area<'_>| {
            count += 1;
            ControlFlow::Continue(())
        };
        assert_eq!(visit_lines(&text, &mut visit), Ok(Some(LINE.len() + 1)));
        text.push(b'\n');
        assert_eq!(visit_lines(&text, &mut visit), Ok(Some(text.len())));
        assert_eq!(count, 3);
    }

    #[test]
    fn every_line_of_this_process_is_visited_once() {
        let here = every_line_of_this_process_is_visited_once as fn() as usize;
        let mut last = 0;
        let mut holding = 0;
        each_area(&mut |area| {
            assert!(last <= area.start && area.start < area.limit);
            last = area.limit;
            holding += usize::from(area.executable && (area.start..area.limit).contains(&here));
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(holding, 1);
    }
}
