//! The names of functions, from mangled to readable.

use std::sync::Arc;

use heapwise_binary::demangle::{Demangling, demangle};
use heapwise_profile::{Function, Profile, Strings};

/// `profile` with function names demangled from their system names.
///
/// A name that differs from the system name was made for people and stays, unless `force`.
pub fn demangle_functions(profile: &Profile, demangling: Demangling, force: bool) -> Profile {
    let mut strings: Option<Strings> = None;
    let mut functions = (*profile.functions).clone();
    for function in functions.rows_mut() {
        let Some(name) = new_name(profile, function, demangling, force) else { continue };
        let strings = strings.get_or_insert_with(|| (*profile.strings).clone());
        function.name = strings.intern(&name);
    }
    match strings {
        None => profile.clone(),
        Some(strings) => Profile {
            strings: Arc::new(strings),
            functions: Arc::new(functions),
            ..profile.clone()
        },
    }
}

/// The name that `function` gets; `None` when it keeps the one it has.
fn new_name(
    profile: &Profile,
    function: &Function,
    demangling: Demangling,
    force: bool,
) -> Option<Vec<u8>> {
    let (name, system) = (function.name, function.system_name);
    let readable = name != Strings::EMPTY && name != system;
    if system == Strings::EMPTY || (readable && !force) {
        return None;
    }
    let mangled = profile.text(system);
    let demangled = demangle(mangled, demangling);
    // The mode that demangles nothing does not fill in empty names either.
    let stays = demangling == Demangling::None && name == Strings::EMPTY;
    (!stays && *demangled != *profile.text(name)).then(|| demangled.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use heapwise_profile::Table;

    const SYMBOL: &str = "_ZN3foo3barIiEEvi";

    /// The names after the pass over functions with these names and system names.
    fn names(pairs: &[(&str, &str)], demangling: Demangling, force: bool) -> Vec<String> {
        let mut strings = Strings::new();
        let functions: Table<_> = (1..)
            .zip(pairs)
            .map(|(id, (name, system))| Function {
                id,
                name: strings.intern(name.as_bytes()),
                system_name: strings.intern(system.as_bytes()),
                ..Function::default()
            })
            .collect();
        let (strings, functions) = (Arc::new(strings), Arc::new(functions));
        let profile = Profile { strings, functions, ..Profile::default() };
        let demangled = demangle_functions(&profile, demangling, force);
        let text = |function: &Function| demangled.text(function.name).escape_ascii().to_string();
        demangled.functions.rows().iter().map(text).collect()
    }

    /// Names and system names, with the reference's names without and with force in three modes.
    #[test]
    fn names_made_for_people_stay_unless_forced() {
        let pairs = [
            ("shown", SYMBOL),
            (SYMBOL, SYMBOL),
            ("shown", ""),
            ("", SYMBOL),
            ("a::b<c>(d)", "a::b<c>(d)"),
            ("", ""),
            ("", "plain"),
        ];
        let bar = "foo::bar";
        let expected = ["shown", bar, "shown", bar, "a::b", "", "plain"];
        assert_eq!(names(&pairs, Demangling::Default, false), expected);
        let expected = [bar, bar, "shown", bar, "a::b", "", "plain"];
        assert_eq!(names(&pairs, Demangling::Default, true), expected);
        let bar = "foo::bar<int>";
        let expected = [bar, bar, "shown", bar, "a::b<c>", "", "plain"];
        assert_eq!(names(&pairs, Demangling::Templates, true), expected);
        let bar = "void foo::bar<int>(int)";
        let expected = [bar, bar, "shown", bar, "a::b<c>(d)", "", "plain"];
        assert_eq!(names(&pairs, Demangling::Full, true), expected);
        let expected = [SYMBOL, SYMBOL, "shown", "", "a::b<c>(d)", "", ""];
        assert_eq!(names(&pairs, Demangling::None, true), expected);
    }

    #[test]
    fn a_profile_without_mangled_names_shares_its_tables() {
        let profile = Profile::default();
        let same = demangle_functions(&profile, Demangling::Full, true);
        assert!(Arc::ptr_eq(&profile.functions, &same.functions));
        assert!(Arc::ptr_eq(&profile.strings, &same.strings));
    }
}
