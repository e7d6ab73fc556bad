//! The source of functions with values beside each line and instruction, as a page: `weblist`.
//!
//! ```text
//! samples -> interesting addresses -> ranges of code -> instructions, each with its inlined calls
//!         -> lines of files -> functions -> page
//! ```

mod asm;
mod functions;
mod html;
mod interest;

use heapwise_graph::clean;

use crate::header::About;
use crate::values::Values;
use crate::{CodeFrame, Error, Input, Pattern};

/// What build systems put before the paths of their sandbox.
const SANDBOX: [&[u8]; 2] = [b"/proc/self/cwd/", b"./"];

/// The source of functions with values beside each line and instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct WebList {
    /// What the page is about, in its title.
    pub title: Vec<u8>,
    /// What the profile says of itself, line by line.
    pub about: Vec<Vec<u8>>,
    /// The 100 %, in units of the sample type.
    pub total: i64,
    /// How values are written: each chooses its own unit, unless the user named one.
    pub values: Values,
    /// The functions, in the order of their files, then of their lines.
    pub functions: Vec<WebFunction>,
}

/// A function of [`WebList`]: neighbouring lines of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct WebFunction {
    /// The name.
    pub name: Vec<u8>,
    /// The file.
    pub file: Vec<u8>,
    /// The sums over the lines.
    pub sums: Pair,
    /// The lines, from a little before the first that has code to a little after the last.
    pub lines: Vec<WebLine>,
}

/// A line of source.
#[derive(Clone, Debug, PartialEq)]
pub struct WebLine {
    /// The number, from 1; 0 for code of which the line is not known.
    pub number: i64,
    /// The text.
    pub text: Vec<u8>,
    /// The sums over its code.
    pub sums: Pair,
    /// Whether anything runs here.
    pub has_code: bool,
    /// Its instructions, as far as they are known.
    pub code: Vec<WebInstruction>,
}

/// An instruction below a line of source.
#[derive(Clone, Debug, PartialEq)]
pub struct WebInstruction {
    /// Where it is in the file.
    pub address: u64,
    /// Its text.
    pub text: String,
    /// Its values.
    pub sums: Pair,
    /// The innermost place in the source.
    pub place: Vec<u8>,
    /// Whether other code lies between the one before and this.
    pub starts_block: bool,
    /// The inlined calls that it is part of, outermost first, and the text of the line of each.
    pub calls: Vec<InlinedCall>,
}

/// A call that the compiler put in place of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlinedCall {
    /// The function and where in it the instruction lies.
    pub frame: CodeFrame,
    /// The text of that line, without the blanks around it.
    pub text: Vec<u8>,
}

/// Flat and cum values. They are means if those are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// The value of samples that end here.
    pub flat: i64,
    /// The value of samples that go through here.
    pub cum: i64,
}

impl Pair {
    pub(crate) fn add(&mut self, other: Self) {
        self.flat = self.flat.wrapping_add(other.flat);
        self.cum = self.cum.wrapping_add(other.cum);
    }
}

impl WebList {
    /// The functions of `input` that match, and the one at the runtime address `address`. None, if all
    /// that match have other names in the code than in the profile.
    ///
    /// # Errors
    /// [`Error::NoMatch`] if nothing matches; [`Error::Code`] if its code cannot be read.
    pub fn new(
        input: &Input<'_>,
        pattern: &Pattern<'_>,
        address: Option<u64>,
    ) -> Result<Self, Error> {
        let about = About::of(input);
        let values = Values::of(input);
        let interest = interest::Interest::of(input, pattern, address);
        let code = asm::read(input, &interest)?;
        let functions = functions::group(input, &interest, &code);
        if interest.functions.is_empty() {
            return Err(Error::no_match(pattern));
        }
        let title = [&about.file[..], b" ", &about.sample_type[..]].concat();
        let about = about.lines(&values);
        Ok(Self { title, about, total: input.total, values, functions })
    }
}

/// The name under which a file is shown: that of the debug information, shortened; `.` for none.
fn canonical(file: &[u8]) -> Vec<u8> {
    if file.is_empty() {
        return b".".to_vec();
    }
    let bare = SANDBOX.iter().fold(file, |file, prefix| file.strip_prefix(*prefix).unwrap_or(file));
    clean(bare)
}

#[cfg(test)]
mod tests {
    use heapwise_graph::Granularity;

    use super::*;
    use crate::test_input::Fixture;

    fn page(pattern: &str, address: Option<u64>) -> Result<String, String> {
        let mut fixture = Fixture::heap();
        fixture.aggregation.granularity = Granularity::Addresses;
        let mut result = Ok(());
        let shown = fixture.show(|input, out| {
            let matches = |name: &[u8]| !pattern.is_empty() && name == pattern.as_bytes();
            let pattern = Pattern { text: pattern, matches: &matches };
            match WebList::new(input, &pattern, address) {
                Ok(list) => list.write_html(out).unwrap(),
                Err(error) => result = Err(error.to_string()),
            }
        });
        result.map(|()| shown)
    }

    #[test]
    fn a_page_has_lines_with_their_instructions() {
        let page = page("work", None).unwrap();
        let head = "<h2>work</h2><p class=\"filename\">/src/work.rs</p>\n\
                    <pre onClick=\"pprof_toggle_asm(event)\">\n  Total:         16B        5MB (flat, cum) 83.33%\n";
        assert!(page.contains(head), "{page}");
        let line = "<span class=line>      1</span> <span class=livesrc>         16B        5MB           line 1 </span><span class=asm>";
        assert!(page.contains(line), "{page}");
        let instruction = "                 16B        5MB   402000:     NOPL";
        assert!(page.contains(instruction), "{page}");
        let place = " <span class=unimportant>work.rs:1</span>\n";
        assert!(page.contains(place), "{page}");
        assert!(page.starts_with("<!DOCTYPE html>\n") && page.ends_with("</body>\n</html>\n"));
        assert_eq!(page.matches("<span").count(), page.matches("</span>").count());
    }

    #[test]
    fn code_ends_500_bytes_after_the_last_address() {
        let page = page("work", None).unwrap();
        assert!(page.contains(" 4021f0: ") && !page.contains(" 4021f4: "), "{page}");
    }

    #[test]
    fn what_is_not_found_is_said() {
        let why = page("nothing", None).unwrap_err();
        assert_eq!(why, "no matches found for regexp: nothing");
    }

    /// All of this program's code is of `work`.
    #[test]
    fn a_function_that_the_code_has_not_gives_a_page_without_functions() {
        let page = page("main", None).unwrap();
        assert!(page.contains("<br>Total:") && !page.contains("<h2>"), "{page}");
        assert!(page.ends_with("</body>\n</html>\n"));
    }

    #[test]
    fn an_address_leads_to_the_function_that_holds_the_code() {
        assert!(page("", Some(0x40_2000)).unwrap().contains("<h2>work</h2>"));
    }

    #[test]
    fn names_of_files_are_short() {
        assert_eq!(canonical(b"/proc/self/cwd/./src/../lib.rs"), b"lib.rs");
        assert_eq!(canonical(b"/a/b.go"), b"/a/b.go");
        assert_eq!(canonical(b""), b".");
    }
}
