//! Names with the output of the reference tool (Go 1.27.3) in its three modes, made by running it on
//! profiles whose functions have the mangled name for name and system name.

use super::{Demangling, demangle, readable_name};

/// Input; then default, templates, full.
const REFERENCE: &[[&str; 4]] = &[
    // C++: functions, templates, clones, scopes.
    ["_ZN3foo3barEv", "foo::bar", "foo::bar", "foo::bar()"],
    [
        "_ZN3foo3barIiEEvT_i.constprop.0",
        "foo::bar",
        "foo::bar<int>",
        "void foo::bar<int>(int, int)",
    ],
    [
        "_ZNSt6vectorIiSaIiEE9push_backERKi",
        "std::vector::push_back",
        "std::vector<int, std::allocator<int> >::push_back",
        "std::vector<int, std::allocator<int> >::push_back(int const&)",
    ],
    ["_ZN3foo3barEv.isra.0.cold", "foo::bar", "foo::bar", "foo::bar()"],
    [
        "_ZZN3foo3barEvENKUlvE_clEv",
        "foo::bar()::{lambda()#1}::operator()",
        "foo::bar()::{lambda()#1}::operator()",
        "foo::bar()::{lambda()#1}::operator()() const",
    ],
    [
        "_ZN12_GLOBAL__N_13fooEi",
        "(anonymous namespace)::foo",
        "(anonymous namespace)::foo",
        "(anonymous namespace)::foo(int)",
    ],
    [
        "_ZStlsIcSt11char_traitsIcEERSt13basic_ostreamIT_T0_ES6_St12_Setiosflags",
        "std::operator<<",
        "std::operator<< <char, std::char_traits<char> >",
        "std::basic_ostream<char, std::char_traits<char> >& std::operator<< <char, std::char_traits<char> >(std::basic_ostream<char, std::char_traits<char> >&, std::_Setiosflags)",
    ],
    [
        "_ZNKSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE4sizeEv",
        "std::__cxx11::basic_string::size",
        "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::size",
        "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::size() const",
    ],
    [
        "_ZNKR6icu_726number23NumberFormatterSettingsINS0_26UnlocalizedNumberFormatterEE12adoptPerUnitEPNS_11MeasureUnitE",
        "icu_72::number::NumberFormatterSettings::adoptPerUnit",
        "icu_72::number::NumberFormatterSettings<icu_72::number::UnlocalizedNumberFormatter>::adoptPerUnit",
        "icu_72::number::NumberFormatterSettings<icu_72::number::UnlocalizedNumberFormatter>::adoptPerUnit(icu_72::MeasureUnit*) const &",
    ],
    [
        "_ZN4llvm15AnalysisManagerINS_6ModuleEJEEC1Ev",
        "llvm::AnalysisManager::AnalysisManager",
        "llvm::AnalysisManager<llvm::Module>::AnalysisManager",
        "llvm::AnalysisManager<llvm::Module>::AnalysisManager()",
    ],
    [
        "_ZN4llvm11IntervalMapImcLj11ENS_15IntervalMapInfoImEEE10branchRootEj",
        "llvm::IntervalMap::branchRoot",
        "llvm::IntervalMap<unsigned long, char, 11u, llvm::IntervalMapInfo<unsigned long> >::branchRoot",
        "llvm::IntervalMap<unsigned long, char, 11u, llvm::IntervalMapInfo<unsigned long> >::branchRoot(unsigned int)",
    ],
    [
        "_ZN4llvm12InlinerPass13printPipelineENS_12function_refIFNS_9StringRefES1_EEE",
        "_ZN4llvm12InlinerPass13printPipelineENS_12function_refIFNS_9StringRefES1_EEE",
        "_ZN4llvm12InlinerPass13printPipelineENS_12function_refIFNS_9StringRefES1_EEE",
        "_ZN4llvm12InlinerPass13printPipelineENS_12function_refIFNS_9StringRefES1_EEE",
    ],
    [
        "_ZZNK4llvm20RISCVGenRegisterInfo24composeSubRegIndicesImplEjjE4Rows",
        "llvm::RISCVGenRegisterInfo::composeSubRegIndicesImpl() const::Rows",
        "llvm::RISCVGenRegisterInfo::composeSubRegIndicesImpl() const::Rows",
        "llvm::RISCVGenRegisterInfo::composeSubRegIndicesImpl(unsigned int, unsigned int) const::Rows",
    ],
    [
        "_ZNSt14_Function_base13_Base_managerIZN4llvm3orc38createLocalIndirectStubsManagerBuilderERKNS1_6TripleEE3$_0E10_M_managerERSt9_Any_dataRKS8_St18_Manager_operation",
        "std::_Function_base::_Base_manager::_M_manager",
        "std::_Function_base::_Base_manager<llvm::orc::createLocalIndirectStubsManagerBuilder()::$_0>::_M_manager",
        "std::_Function_base::_Base_manager<llvm::orc::createLocalIndirectStubsManagerBuilder(llvm::Triple const&)::$_0>::_M_manager(std::_Any_data&, std::_Any_data const&, std::_Manager_operation)",
    ],
    [
        "_ZTVN5boost10wrapexceptINS_17bad_function_callEEE",
        "vtable for boost::wrapexcept",
        "vtable for boost::wrapexcept<boost::bad_function_call>",
        "vtable for boost::wrapexcept<boost::bad_function_call>",
    ],
    [
        "_ZTTSt13basic_ostreamIwSt11char_traitsIwEE",
        "VTT for std::basic_ostream",
        "VTT for std::basic_ostream<wchar_t, std::char_traits<wchar_t> >",
        "VTT for std::basic_ostream<wchar_t, std::char_traits<wchar_t> >",
    ],
    [
        "_ZTSN4llvm16VPWidenPHIRecipeE",
        "typeinfo name for llvm::VPWidenPHIRecipe",
        "typeinfo name for llvm::VPWidenPHIRecipe",
        "typeinfo name for llvm::VPWidenPHIRecipe",
    ],
    [
        "_ZThn16_N4llvm20SectionMemoryManager6anchorEv",
        "non-virtual thunk to llvm::SectionMemoryManager::anchor()",
        "non-virtual thunk to llvm::SectionMemoryManager::anchor()",
        "non-virtual thunk to llvm::SectionMemoryManager::anchor()",
    ],
    [
        "_ZTv0_n24_NSt14basic_ofstreamIwSt11char_traitsIwEED0Ev",
        "virtual thunk to std::basic_ofstream::~basic_ofstream()",
        "virtual thunk to std::basic_ofstream<wchar_t, std::char_traits<wchar_t> >::~basic_ofstream()",
        "virtual thunk to std::basic_ofstream<wchar_t, std::char_traits<wchar_t> >::~basic_ofstream()",
    ],
    [
        "_ZGTtNSt14overflow_errorC1EPKc",
        "transaction clone for std::overflow_error::overflow_error(char const*)",
        "transaction clone for std::overflow_error::overflow_error(char const*)",
        "transaction clone for std::overflow_error::overflow_error(char const*)",
    ],
    [
        "_ZNSdC2EPSt15basic_streambufIcSt11char_traitsIcEE",
        "std::basic_iostream::basic_iostream",
        "std::basic_iostream<char, std::char_traits<char> >::basic_iostream",
        "std::basic_iostream<char, std::char_traits<char> >::basic_iostream(std::basic_streambuf<char, std::char_traits<char> >*)",
    ],
    [
        "_ZNSdaSEOSd",
        "std::iostream::operator=",
        "std::iostream::operator=",
        "std::iostream::operator=(std::iostream&&)",
    ],
    [
        "_ZNSsC1ERKSsmRKSaIcE",
        "std::basic_string::basic_string",
        "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string",
        "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string(std::string const&, unsigned long, std::allocator<char> const&)",
    ],
    [
        "_ZNSsD2Ev",
        "std::basic_string::~basic_string",
        "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::~basic_string",
        "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::~basic_string()",
    ],
    [
        "_ZNSi4swapERSi",
        "std::istream::swap",
        "std::istream::swap",
        "std::istream::swap(std::istream&)",
    ],
    [
        "_ZTv0_n24_NSiD0Ev",
        "virtual thunk to std::basic_istream::~basic_istream()",
        "virtual thunk to std::basic_istream<char, std::char_traits<char> >::~basic_istream()",
        "virtual thunk to std::basic_istream<char, std::char_traits<char> >::~basic_istream()",
    ],
    [
        "_ZNSi6sentryC1ERSib",
        "std::istream::sentry::sentry",
        "std::istream::sentry::sentry",
        "std::istream::sentry::sentry(std::istream&, bool)",
    ],
    ["__ZN3foo3barEv", "foo::bar", "foo::bar", "foo::bar()"],
    ["_ZN3foo3barEv@plt", "foo::bar", "foo::bar", "_ZN3foo3barEv@plt"],
    [
        "_ZN4llvm12_GLOBAL__N_17tcGPR64E.llvm.2593866529939609752",
        "llvm::(anonymous namespace)::tcGPR64",
        "llvm::(anonymous namespace)::tcGPR64",
        "_ZN4llvm12_GLOBAL__N_17tcGPR64E.llvm.2593866529939609752",
    ],
    // Rust, legacy mangling.
    [
        "_ZN4core3ptr13drop_in_place17h0123456789abcdefE",
        "core::ptr::drop_in_place",
        "core::ptr::drop_in_place",
        "core::ptr::drop_in_place",
    ],
    [
        "_ZN5alloc3vec16Vec$LT$T$C$A$GT$4push17h0123456789abcdefE",
        "alloc::vec::Vec<T,A>::push",
        "alloc::vec::Vec<T,A>::push",
        "alloc::vec::Vec<T,A>::push",
    ],
    [
        "_ZN44_$LT$$RF$T$u20$as$u20$core..fmt..Display$GT$3fmt17hd99db79030f93753E",
        "<&T as core::fmt::Display>::fmt",
        "<&T as core::fmt::Display>::fmt",
        "<&T as core::fmt::Display>::fmt",
    ],
    [
        "_ZN2h25codec28_$u7b$$u7b$closure$u7d$$u7d$10__CALLSITE4META17hea6771cffecb51cfE",
        "h2::codec::{{closure}}::_CALLSITE::META",
        "h2::codec::{{closure}}::_CALLSITE::META",
        "h2::codec::{{closure}}::_CALLSITE::META",
    ],
    [
        "_ZN3foo3bar17h0123456789abcdefE.llvm.9169270561739803808",
        "foo::bar",
        "foo::bar",
        "foo::bar",
    ],
    [
        "_ZN3foo3bar17h0123000000000000E",
        "foo::bar::h0123000000000000",
        "foo::bar::h0123000000000000",
        "foo::bar::h0123000000000000",
    ],
    [
        "_ZN3foo11$u000000e9$17h0123456789abcdefE",
        "foo::$u000000e9$",
        "foo::$u000000e9$",
        "foo::$u000000e9$",
    ],
    ["_ZN3foo6$u7e$b17h0123456789abcdefE", "foo::~b", "foo::~b", "foo::~b"],
    ["_ZN3foo5a...b17h0123456789abcdefE", "foo::a::.b", "foo::a::.b", "foo::a::.b"],
    [
        "__ZN4core3ptr13drop_in_place17h0123456789abcdefE",
        "core::ptr::drop_in_place",
        "core::ptr::drop_in_place",
        "core::ptr::drop_in_place",
    ],
    // Rust, v0 mangling.
    [
        "_RINvNtC3std3mem8align_ofjE",
        "std::mem::align_of::<>",
        "std::mem::align_of::<usize>",
        "std::mem::align_of::<usize>",
    ],
    ["_RNvMs_NtC4core5sliceSh3len", "<[u8]>::len", "<[u8]>::len", "<[u8]>::len"],
    ["_RNvC6_123foo3bar", "123foo::bar", "123foo::bar", "123foo::bar"],
    ["_RNvC3foo3bar.llvm.123", "foo::bar", "foo::bar", "foo::bar"],
    [
        "_RNCNvC3foo3bars_0B3_",
        "foo::bar::{closure#1}",
        "foo::bar::{closure#1}",
        "foo::bar::{closure#1}",
    ],
    [
        "_RINvC3foo3barDINtC3foo3BazjEp4ItemjEL_E",
        "foo::bar::<>",
        "foo::bar::<dyn foo::Baz<usize, Item = usize>>",
        "foo::bar::<dyn foo::Baz<usize, Item = usize>>",
    ],
    [
        "_RINvC3foo3barFUKCjEjE",
        "foo::bar::<>",
        "foo::bar::<unsafe extern \"C\" fn(usize) -> usize>",
        "foo::bar::<unsafe extern \"C\" fn(usize) -> usize>",
    ],
    ["_RINvC3foo3barKc3e_hE", "foo::bar::<>", "foo::bar::<'>', u8>", "foo::bar::<'>', u8>"],
    [
        "_RNvYINtC3foo3VecjEINtC3foo3TrajE3len",
        "<foo::Vec<> as foo::Tra<>>::len",
        "<foo::Vec<usize> as foo::Tra<usize>>::len",
        "<foo::Vec<usize> as foo::Tra<usize>>::len",
    ],
    [
        "_RNvXs1g_NtCsgEmfK2I1SDS_4core3fmtRINtNtCslNYArtu3iFV_5alloc3vec3VechENtB6_5Debug3fmtCsjrHSEGnQ3l9_3std",
        "<&alloc::vec::Vec<> as core::fmt::Debug>::fmt",
        "<&alloc::vec::Vec<u8> as core::fmt::Debug>::fmt",
        "<&alloc::vec::Vec<u8> as core::fmt::Debug>::fmt",
    ],
    ["_RNvC7mycrateu8gdel_5qa", "mycrate::gödel", "mycrate::gödel", "mycrate::gödel"],
    ["__RNvC6_123foo3bar", "123foo::bar", "123foo::bar", "123foo::bar"],
    // Names demangled before, and names that only look like it.
    [
        "<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop",
        "::drop",
        "<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop",
        "<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop",
    ],
    [
        "alloc::vec::Vec<T,A>::push",
        "alloc::vec::Vec::push",
        "alloc::vec::Vec<T,A>::push",
        "alloc::vec::Vec<T,A>::push",
    ],
    ["<T as Foo>::bar::<i32>", "::bar::", "<T as Foo>::bar::<i32>", "<T as Foo>::bar::<i32>"],
    ["foo::bar(int, char)", "foo::bar", "foo::bar", "foo::bar(int, char)"],
    ["ns::operator()(int)", "ns::operator", "ns::operator", "ns::operator()(int)"],
    ["ns::operator->(int)", "ns::operator->", "ns::operator->", "ns::operator->(int)"],
    [
        "main.(*T).M[go.shape.int]",
        "main..M[go.shape.int]",
        "main..M[go.shape.int]",
        "main.(*T).M[go.shape.int]",
    ],
    ["main.(*T[...]).M", "main.(*T[...]).M", "main.(*T[...]).M", "main.(*T[...]).M"],
    ["main.F[...]", "main.F[...]", "main.F[...]", "main.F[...]"],
    ["foo.<init>", "foo.<init>", "foo.<init>", "foo.<init>"],
    ["a -> b::c", "a -> b::c", "a -> b::c", "a -> b::c"],
    [
        "foo::bar::{{closure}}",
        "foo::bar::{{closure}}",
        "foo::bar::{{closure}}",
        "foo::bar::{{closure}}",
    ],
    ["(anonymous namespace)::foo(int)", "::foo", "::foo", "(anonymous namespace)::foo(int)"],
    ["a(b<c)::d>", "a::d>", "a::d>", "a(b<c)::d>"],
    ["a<b(c>::d)", "a<b", "a<b", "a<b(c>::d)"],
    ["foo::bar) baz(", "foo::bar) baz(", "foo::bar) baz(", "foo::bar) baz("],
    ["x(1)", "x(1)", "x(1)", "x(1)"],
    ["x<1>", "x", "x<1>", "x<1>"],
    ["plain_c", "plain_c", "plain_c", "plain_c"],
    ["?foo@@YAXXZ", "?foo@@YAXXZ", "?foo@@YAXXZ", "?foo@@YAXXZ"],
    ["_foo", "_foo", "_foo", "_foo"],
];

fn text(name: &str, mode: Demangling) -> String {
    String::from_utf8(demangle(name.as_bytes(), mode).into_owned()).unwrap()
}

#[test]
fn names_are_those_of_the_reference() {
    for &[input, default, templates, full] in REFERENCE {
        assert_eq!(text(input, Demangling::Default), default, "default of {input}");
        assert_eq!(text(input, Demangling::Templates), templates, "templates of {input}");
        assert_eq!(text(input, Demangling::Full), full, "full of {input}");
        assert_eq!(text(input, Demangling::None), input);
    }
}

#[test]
fn closures_in_closures_are_numbered_by_their_own_mangling() {
    // The reference reads the lengths `00` of two closures as one number and swaps their indices.
    let name = "_RNCNCNCNvNtCsjrHSEGnQ3l9_3std2rt19lang_start_internal00s_0B9_";
    let expected = "std::rt::lang_start_internal::{closure#0}::{closure#0}::{closure#1}";
    assert_eq!(text(name, Demangling::Default), expected);
}

#[test]
fn readable_names_keep_generics_of_rust_only() {
    let cases = [
        ("_RINvNtC3std3mem8align_ofjE", "std::mem::align_of::<usize>"),
        (
            "_RNvXs_C3fooINtNtC5alloc3vec3VechENtC3foo3Tra1f.llvm.12",
            "<alloc::vec::Vec<u8> as foo::Tra>::f",
        ),
        (
            "_ZN3std3sys28__rust_begin_short_backtrace17h9566090e10a26a66E",
            "std::sys::__rust_begin_short_backtrace",
        ),
        ("_ZN3foo3bar17h0123456789abcdefE.llvm.12", "foo::bar"),
        ("_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector::push_back"),
        ("main.(*T).method", "main.(*T).method"),
        ("a::b<c>", "a::b<c>"),
    ];
    for (symbol, expected) in cases {
        assert_eq!(
            String::from_utf8_lossy(&readable_name(symbol.as_bytes())),
            expected,
            "{symbol}"
        );
    }
}

#[test]
fn bytes_that_are_no_text_pass_through() {
    assert_eq!(&*demangle(b"_ZN3foo\xff<x>", Demangling::Default), b"_ZN3foo\xff");
    assert_eq!(&*demangle(b"\xff\xfe", Demangling::Full), b"\xff\xfe");
    assert_eq!(&*readable_name(b"_R\xff"), b"_R\xff");
}

/// A pair of pairs of pairs: every level names the one before twice.
fn doubling(levels: usize) -> String {
    let digit = |n: usize| char::from(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[n]);
    let level = |n: usize| format!("S_IS{0}_S{0}_E", digit(n));
    (0..levels).map(level).fold(String::from("_Z1fSt4pairIiiE"), |name, level| name + &level)
}

#[test]
fn names_that_unfold_without_end_stay_mangled() {
    assert!(text(&doubling(3), Demangling::Full).starts_with("f(std::pair<int, int>, std::pair<"));
    let deep = format!("_Z1f{}i", "PFvPFv".repeat(5000));
    let tuples = format!("_RINvC1a1b{}jE", "TB7_".repeat(2000));
    for hostile in [doubling(35), deep, tuples] {
        assert_eq!(text(&hostile, Demangling::Full), hostile);
    }
}

#[test]
fn every_prefix_of_a_name_is_read_without_panic() {
    for &[input, ..] in REFERENCE {
        for end in (0..input.len()).filter(|&end| input.is_char_boundary(end)) {
            for mode in [Demangling::Default, Demangling::Full] {
                assert!(demangle(&input.as_bytes()[..end], mode).len() <= 4 * input.len() + 64);
            }
        }
    }
}
