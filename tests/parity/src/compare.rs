//! From a case to a verdict.

use std::fs;
use std::path::PathBuf;

use crate::case::Case;
use crate::exceptions::{Differing, EXCEPTIONS};
use crate::memory::{self, Digest, Memory};
use crate::setup::Setup;
use crate::tally::Tally;
use crate::tool::{self, Answer, ask};
use crate::{content, difference, zone};

/// How many differing cases of one test are shown.
const SHOWN: usize = 3;

/// How often the reference is asked again before a difference is ours: see [`Verdict::Varies`]. Some of
/// its answers come once in a dozen runs.
const RETRIES: usize = 30;

/// Both tools, ready to be asked.
#[derive(Debug)]
pub struct Bench {
    setup: Setup,
    /// Where answers of this very reference are remembered.
    remembered: PathBuf,
    /// What came out so far.
    pub tally: Tally,
}

/// How one case ended.
#[derive(Debug, PartialEq)]
enum Verdict {
    Equal,
    /// The reference does not always give the same answer; ours is one of those, or says the same: see
    /// [`content`].
    Varies,
    /// Ours differs for a reason that is written down.
    Excused(&'static str),
    Different(String),
}

impl Bench {
    /// # Errors
    /// When the scratch folder cannot be written or the reference not be read.
    pub fn new(setup: &Setup) -> Result<Self, String> {
        let program = fs::read(&setup.reference).map_err(|e| format!("the reference: {e}"))?;
        let folder = format!("remembered/{:x}", memory::hash(&program));
        let remembered = setup.scratch.join(folder);
        let made = fs::create_dir_all(&remembered).and_then(|()| zone::write(&setup.scratch));
        made.map_err(|error| format!("{}: {error}", setup.scratch.display()))?;
        Ok(Self { setup: setup.clone(), remembered, tally: Tally::default() })
    }

    /// Runs every case of one test.
    ///
    /// # Errors
    /// Shows the first cases that differ, each with the commands to see it again.
    pub fn judge(&self, test: &str, cases: &[Case]) -> Result<(), String> {
        let mut memory = Memory::of(&self.remembered, test);
        let mut different = Vec::new();
        for case in cases {
            self.tally.case();
            match self.verdict(case, &mut memory)? {
                Verdict::Equal => self.tally.equal(),
                Verdict::Varies => self.tally.varies(test),
                Verdict::Excused(id) => self.tally.excused(id),
                Verdict::Different(how) => {
                    different.push(format!("{}\n{how}", self.lines(case)));
                }
            }
        }
        memory.save();
        if different.is_empty() {
            return Ok(());
        }
        let shown = different[..different.len().min(SHOWN)].join("\n\n");
        Err(format!("{} of {} cases differ:\n\n{shown}", different.len(), cases.len()))
    }

    fn verdict(&self, case: &Case, memory: &mut Memory) -> Result<Verdict, String> {
        let ours = ask(&self.setup.ours, case, &self.setup)?;
        let known = memory.recall(case).filter(|_| !case.messages);
        if known == Some(Digest::of(&ours)) {
            return Ok(Verdict::Equal);
        }
        let theirs = self.reference(case)?;
        memory.keep(case, Digest::of(&theirs));
        let Some(how) = differs(case, &theirs, &ours) else { return Ok(Verdict::Equal) };
        let mut determined = true;
        for _ in 0..RETRIES {
            let again = self.reference(case)?;
            determined &= again.output == theirs.output;
            let equal = differs(case, &again, &ours).is_none();
            if equal
                || (!determined
                    && again.code == ours.code
                    && content::is_same(case, &again.output, &ours.output))
            {
                return Ok(Verdict::Varies);
            }
        }
        let differing = Differing { case, theirs: &theirs, ours: &ours };
        let reason = EXCEPTIONS.iter().find(|exception| (exception.explains)(&differing));
        Ok(reason.map_or(Verdict::Different(how), |exception| Verdict::Excused(exception.id)))
    }

    fn reference(&self, case: &Case) -> Result<Answer, String> {
        self.tally.asked();
        ask(&self.setup.reference, case, &self.setup)
    }

    /// The two commands of a case.
    fn lines(&self, case: &Case) -> String {
        let line = |tool| tool::line(tool, case, &self.setup);
        let folder = &self.setup.working_folder;
        format!(
            "cd {}\n{}\n{}",
            folder.display(),
            line(&self.setup.reference),
            line(&self.setup.ours)
        )
    }
}

/// How two answers differ; none if they are equal in all that the case asks for.
fn differs(case: &Case, theirs: &Answer, ours: &Answer) -> Option<String> {
    if theirs.output != ours.output {
        return Some(difference::between(&theirs.output, &ours.output));
    }
    if theirs.code != ours.code {
        let said = String::from_utf8_lossy(&ours.messages);
        return Some(format!("exit code {} became {}: {said}", theirs.code, ours.code));
    }
    let missing = case.messages.then(|| missing_line(&theirs.messages, &ours.messages)).flatten();
    missing.map(|line| {
        format!("standard error lacks {line:?}:\n{}", String::from_utf8_lossy(&ours.messages))
    })
}

/// The first line of `theirs` that does not follow in `ours`, other lines left out. Ours may say more
/// behind it, in parentheses: where in the file.
fn missing_line(theirs: &[u8], ours: &[u8]) -> Option<String> {
    let says = |own: &[u8], line: &[u8]| {
        own.strip_prefix(line).is_some_and(|rest| rest.is_empty() || rest.starts_with(b" ("))
    };
    let mut rest = ours.split(|byte| *byte == b'\n');
    let mut wanted = theirs.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let missing = wanted.find(|line| !rest.any(|own| says(own, line)))?;
    Some(String::from_utf8_lossy(missing).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: i32, output: &str, messages: &str) -> Answer {
        Answer { code, output: output.into(), messages: messages.into() }
    }

    #[test]
    fn output_and_code_must_agree() {
        let case = Case::new(["-top"], &[]);
        assert_eq!(differs(&case, &answer(0, "a", "x"), &answer(0, "a", "y")), None);
        assert!(differs(&case, &answer(0, "a", ""), &answer(0, "b", "")).is_some());
        assert!(differs(&case, &answer(0, "a", ""), &answer(2, "a", "")).is_some());
    }

    #[test]
    fn messages_of_the_reference_must_be_among_ours_in_order() {
        let case = Case { messages: true, ..Case::new(["-top"], &[]) };
        let told = |theirs, ours| differs(&case, &answer(2, "", theirs), &answer(2, "", ours));
        assert_eq!(told("one\ntwo\n", "one\nhint\ntwo\n"), None);
        assert_eq!(told("one\n", "one (at byte 7)\n"), None);
        assert!(told("one\n", "one more\n").is_some());
        assert!(told("one\ntwo\n", "two\none\n").is_some());
        assert!(told("one\n", "").is_some());
    }
}
