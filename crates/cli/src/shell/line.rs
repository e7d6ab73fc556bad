//! What a line of the shell asks for.

use heapwise_session::command::{self, Argument, Command, EndingError, Words};
use heapwise_session::literal::decimal;
use heapwise_session::setting::{self, Setting};
use heapwise_session::{Options, Report};

/// What a line asks for.
#[derive(Debug)]
pub enum Action<'l> {
    /// Nothing.
    Nothing,
    /// To set a setting, or a choice of one; nothing after the name means there was no `=`.
    Assign(&'static str, Option<&'l str>),
    /// To list the settings.
    Options,
    /// To explain a topic, or everything if it is empty.
    Help(String),
    /// To end.
    Quit,
    /// A report, with the options of this line.
    Report(Report, Box<Options>),
}

/// Why a line asks for nothing that can be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The first word is a setting, but no `=` follows.
    #[error("did you mean: {name}={value}")]
    DidYouMean {
        /// The setting.
        name: String,
        /// The first argument.
        value: String,
    },
    /// The first word is nothing that is known.
    #[error("unrecognized command: {0:?}")]
    Unknown(String),
    /// The command needs a function.
    #[error("command {0} requires an argument")]
    NoArgument(&'static str),
    /// The file is of a kind that the command does not write.
    #[error(transparent)]
    Ending(#[from] EndingError),
    /// There is no file after `>`.
    #[error("unexpected end of line after >")]
    NoFile,
}

/// Reads a line without blanks around it. `options` are those of the session.
///
/// # Errors
/// When the line asks for what does not exist.
pub fn parse<'l>(line: &'l str, options: &Options) -> Result<Action<'l>, LineError> {
    let (name, value) = match line.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value)),
        None => (line, None),
    };
    if let Some(name) = assignable(name) {
        return Ok(Action::Assign(name, value));
    }
    let words: Vec<_> = line.split_whitespace().collect();
    match words[..] {
        [] => Ok(Action::Nothing),
        ["o" | "options", ..] => Ok(Action::Options),
        ["exit" | "quit" | "q", ..] => Ok(Action::Quit),
        ["help", ref topic @ ..] => Ok(Action::Help(topic.join(" "))),
        [first, ref rest @ ..] => report(first, rest, options),
    }
}

/// The name of the setting, or of the choice of one, that a line may set.
fn assignable(name: &str) -> Option<&'static str> {
    let choice = || setting::find_choice(name).map(|(_, choice)| choice.name);
    setting::find(name).map(|setting: &Setting| setting.name).or_else(choice)
}

fn report(first: &str, rest: &[&str], options: &Options) -> Result<Action<'static>, LineError> {
    let (command, number) = command_of(first).ok_or_else(|| unknown(first, rest))?;
    let mut words = number.iter().copied().chain(rest.iter().copied());
    let argument = match command.argument {
        Argument::None | Argument::File(_) => None,
        Argument::Function | Argument::FunctionOrAddress => {
            Some(words.next().ok_or(LineError::NoArgument(command.name))?.to_owned())
        }
    };
    let words: Vec<_> = words.collect();
    let mut options = match file(command, &words, options) {
        Some((file, rest)) => {
            let named = Options { output: file.to_owned(), ..options.clone() };
            Refined::new(&named).read(rest.iter().copied(), command.words)?
        }
        None => Refined::new(options).read(words.iter().copied(), command.words)?,
    };
    // Without a file the command is that of its usual ending.
    let command =
        if options.output.is_empty() { command } else { command.for_file(&options.output)? };
    if options.node_count == -1 {
        options.node_count = command.needs.node_count_in_shell;
    }
    Ok(Action::Report(Report { command, argument }, Box::new(options)))
}

/// The file to write, if the command takes one and its first word is that, and the other words.
fn file<'w>(
    command: &Command,
    words: &'w [&'w str],
    options: &Options,
) -> Option<(&'w str, &'w [&'w str])> {
    let named = !options.output.is_empty() || words.iter().any(|word| word.starts_with('>'));
    let (first, rest) = words.split_first()?;
    let is_file = !first.starts_with('-') && decimal(first).is_err();
    (matches!(command.argument, Argument::File(_)) && !named && is_file).then_some((first, rest))
}

/// The command that the word names, with the digits at its end if the name is what comes before.
fn command_of(word: &str) -> Option<(&'static Command, Option<&str>)> {
    if let Some(command) = command::find(word) {
        return Some((command, None));
    }
    let (name, digits) = split_digits(word);
    Some((command::find(name)?, Some(digits)))
}

fn split_digits(word: &str) -> (&str, &str) {
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if name.is_empty() { (word, "") } else { word.split_at(name.len()) }
}

fn unknown(first: &str, rest: &[&str]) -> LineError {
    let (name, digits) = split_digits(first);
    if assignable(name).is_some() {
        let digits = Some(digits).filter(|digits| !digits.is_empty());
        let value = digits.or(rest.first().copied()).unwrap_or("<val>");
        return LineError::DidYouMean { name: name.to_owned(), value: value.to_owned() };
    }
    LineError::Unknown(name.to_owned())
}

/// The options of a line: those of the session, with what its words say.
struct Refined {
    options: Options,
    focus: String,
    ignore: String,
}

impl Refined {
    fn new(options: &Options) -> Self {
        Self { options: options.clone(), focus: String::new(), ignore: String::new() }
    }

    fn read<'w>(
        mut self,
        mut words: impl Iterator<Item = &'w str>,
        select: Words,
    ) -> Result<Options, LineError> {
        while let Some(word) = words.next() {
            if let Some(count) = decimal(word).ok().and_then(|count| i32::try_from(count).ok()) {
                self.options.node_count = count.into();
            } else if let Some(file) = word.strip_prefix('>') {
                let file = if file.is_empty() { words.next() } else { Some(file) };
                file.ok_or(LineError::NoFile)?.clone_into(&mut self.options.output);
            } else if word == "-cum" || word == "--cum" {
                self.options.sort = heapwise_session::Order::Cum;
            } else if let Some(regex) = word.strip_prefix('-') {
                join(&mut self.ignore, regex);
            } else {
                join(&mut self.focus, word);
            }
        }
        let options = &mut self.options;
        let (focus, ignore) = match select {
            Words::Frames => (&mut options.focus, &mut options.ignore),
            Words::Tags => (&mut options.tag_focus, &mut options.tag_ignore),
        };
        if !self.focus.is_empty() {
            *focus = self.focus;
        }
        if !self.ignore.is_empty() {
            *ignore = self.ignore;
        }
        Ok(self.options)
    }
}

/// Makes one regular expression of two.
fn join(all: &mut String, next: &str) {
    if !all.is_empty() && !next.is_empty() {
        all.push('|');
    }
    all.push_str(next);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> String {
        parse(line, &Options::default()).unwrap_err().to_string()
    }

    fn report(line: &str) -> (Report, Options) {
        match parse(line, &Options::default()) {
            Ok(Action::Report(report, options)) => (report, *options),
            other => panic!("{line} gave {other:?}"),
        }
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for (line, message) in [
            ("foo", r#"unrecognized command: "foo""#),
            ("foo=3", r#"unrecognized command: "foo=""#),
            ("33 4", r#"unrecognized command: "33""#),
            ("q1", r#"unrecognized command: "q""#),
            ("TOP", r#"unrecognized command: "TOP""#),
            ("hide work", "did you mean: hide=work"),
            ("cum x", "did you mean: cum=x"),
            ("peek", "command peek requires an argument"),
            ("top >", "unexpected end of line after >"),
            ("weblist", "command weblist requires an argument"),
            ("flamegraph work", "flamegraph writes .svg or .html, not work"),
            ("flamegraph > out.png", "flamegraph writes .svg or .html, not out.png"),
        ] {
            assert_eq!(refused(line), message, "{line}");
        }
    }

    #[test]
    fn a_setting_is_assigned_with_or_without_a_value() {
        let options = Options::default();
        let assigned = |line| match parse(line, &options) {
            Ok(Action::Assign(name, value)) => (name, value),
            other => panic!("{line} gave {other:?}"),
        };
        assert_eq!(assigned("focus = a=b"), ("focus", Some(" a=b")));
        assert_eq!(assigned("trim"), ("trim", None));
        assert_eq!(assigned("cum=true"), ("cum", Some("true")));
    }

    #[test]
    fn words_refine_a_report() {
        let (report_, options) = report("top -cum 2 a b -c -d > out");
        assert_eq!(report_.command.name, "top");
        assert_eq!(options.sort, heapwise_session::Order::Cum);
        assert_eq!(options.node_count, 2);
        assert_eq!((options.focus.as_str(), options.ignore.as_str()), ("a|b", "c|d"));
        assert_eq!(options.output, "out");
        let (_, options) = report("top | head -2");
        assert_eq!((options.focus.as_str(), options.node_count), ("||head", -2));
        assert_eq!(report("top 99999999999").1.focus, "99999999999");
        let options = report("tags a -b").1;
        assert_eq!((options.tag_focus.as_str(), options.tag_ignore.as_str()), ("a", "b"));
        assert!(options.focus.is_empty() && options.ignore.is_empty());
    }

    #[test]
    fn a_file_is_the_first_word_unless_it_is_named_otherwise() {
        for (line, output, focus, extension) in [
            ("flamegraph", "", "", "html"),
            ("flamegraph out.svg", "out.svg", "", "svg"),
            ("flamegraph out.svg work -idle", "out.svg", "work", "svg"),
            ("flamegraph > out.html", "out.html", "", "html"),
            ("flamegraph work >out.svg", "out.svg", "work", "svg"),
            ("flamegraph -idle", "", "", "html"),
        ] {
            let (report, options) = report(line);
            assert_eq!(
                (options.output.as_str(), options.focus.as_str()),
                (output, focus),
                "{line}"
            );
            assert_eq!(report.command.output, command::Output::File(extension), "{line}");
        }
        let options = Options { output: "set.svg".to_owned(), ..Options::default() };
        let Ok(Action::Report(report, options)) = parse("flamegraph work", &options) else {
            panic!("no report")
        };
        assert_eq!(
            (options.focus.as_str(), report.command.output),
            ("work", command::Output::File("svg"))
        );
    }

    #[test]
    fn digits_after_a_name_are_its_first_argument() {
        assert_eq!(report("top5").1.node_count, 5);
        assert_eq!(report("top").1.node_count, 10);
        assert_eq!(report("tree").1.node_count, 80);
        assert_eq!(report("peek10").0.argument.as_deref(), Some("10"));
    }

    #[test]
    fn a_few_lines_are_no_reports() {
        let options = Options::default();
        assert!(matches!(parse("", &options), Ok(Action::Nothing)));
        assert!(matches!(parse("exit now", &options), Ok(Action::Quit)));
        assert!(matches!(parse("o", &options), Ok(Action::Options)));
        assert!(matches!(parse("help a b", &options), Ok(Action::Help(topic)) if topic == "a b"));
    }
}
