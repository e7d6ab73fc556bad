//! What `go tool pprof` prints for the same bytes, unless a test says otherwise.

use super::*;

fn symbols() -> Names<'static> {
    let symbol = |address, size, name: &'static str| crate::Symbol {
        address: LinkAddr(address),
        size,
        name: name.as_bytes(),
    };
    Names::from_rows(vec![
        symbol(0x40_0000, 0x100, "main.run"),
        symbol(0x50_0000, 16, "main.table"),
    ])
}

fn texts(bytes: &[u8], bits: u32, syntax: Syntax) -> Vec<String> {
    let names = symbols();
    let start = LinkAddr(0x40_1000);
    let code = Code { processor: Processor::X86 { bits }, bytes, start, names: &names };
    code.instructions(syntax).into_iter().map(|instruction| instruction.text).collect()
}

/// The text of the one instruction that `hex` is.
fn plan9(hex: &str) -> String {
    let texts = texts(&bytes(hex), 64, Syntax::Plan9);
    assert_eq!(texts.len(), 1, "{hex}: {texts:?}");
    texts.concat()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| *byte != b' ').collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn operands_stand_the_other_way_round_but_in_comparisons() {
    for (hex, text) in [
        ("48 8b 44 24 20", "MOVQ 0x20(SP), AX"),
        ("48 89 f8", "MOVQ DI, AX"),
        ("49 3b 66 10", "CMPQ SP, 0x10(R14)"),
        ("83 fe ff", "CMPL SI, $-0x1"),
        ("6b c9 58", "IMULL $0x58, CX, CX"),
        ("44 89 64 03 20", "MOVL R12, 0x20(BX)(AX*1)"),
        ("0f b6 44 24 20", "MOVZX 0x20(SP), AX"),
        ("66 0f 3a 22 c0 02", "PINSRD $0x2, AX, X0"),
    ] {
        assert_eq!(plan9(hex), text, "{hex}");
    }
}

#[test]
fn a_letter_says_how_wide_operands_are() {
    for (hex, text) in [
        ("55", "PUSHQ BP"),
        ("6a ff", "PUSHL $-0x1"),
        ("0f 1f 44 00 00", "NOPL 0(AX)(AX*1)"),
        ("84 c9", "TESTL CL, CL"),
        ("80 38 01", "CMPB 0(AX), $0x1"),
        ("66 41 81 fb ef bf", "CMPW R11, $-0x4011"),
        ("f2 48 0f 2a c0", "CVTSI2SDQ AX, X0"),
        ("f3 48 0f b8 d0", "POPCNTQ AX, DX"),
        ("0f a3 d0", "BTL DX, AX"),
        ("d9 23", "FLDENVL 0(BX)"),
    ] {
        assert_eq!(plan9(hex), text, "{hex}");
    }
}

#[test]
fn numbers_have_the_sign_that_the_reference_gives_them() {
    for (hex, text) in [
        ("48 8b 45 f8", "MOVQ -0x8(BP), AX"),
        ("48 8b 85 00 ff ff ff", "MOVQ 0xffffff00(BP), AX"),
        ("64 48 8b 04 25 f8 ff ff ff", "MOVQ FS:0xfffffff8, AX"),
        ("48 b8 8f e3 38 8e e3 38 8e e3", "MOVQ $0xe38e38e38e38e38f, AX"),
        ("c7 00 ff ff ff ff", "MOVL $-0x1, 0(AX)"),
        ("b1 f1", "MOVL $0xf1, CL"),
        ("c2 fe ff", "RET $0xfffe"),
    ] {
        assert_eq!(plan9(hex), text, "{hex}");
    }
}

#[test]
fn addresses_have_the_names_of_symbols() {
    for (hex, text) in [
        // 0x401005 - 0x1005 is the start of main.run, one byte further is not.
        ("e8 fb ef ff ff", "CALL main.run(SB)"),
        ("e8 fc ef ff ff", "CALL 0x400001"),
        ("74 10", "JE 0x401012"),
        ("48 8b 05 f9 ef 0f 00", "MOVQ main.table(SB), AX"),
        ("48 8b 05 01 f0 0f 00", "MOVQ main.table+8(SB), AX"),
        ("48 8b 05 00 00 00 01", "MOVQ 0x1000000(IP), AX"),
        ("b8 08 00 50 00", "MOVL $main.table+8(SB), AX"),
        ("05 08 00 50 00", "ADDL $0x500008, AX"),
    ] {
        assert_eq!(plan9(hex), text, "{hex}");
    }
}

#[test]
fn prefixes_are_shown_unless_the_text_implies_them() {
    for (hex, text) in [
        ("f0 0f b1 0a", "LOCK CMPXCHGL CX, 0(DX)"),
        ("f3 48 ab", "REP; STOSQ AX, ES:0(DI)"),
        ("f3 a4", "REP; MOVSB DS:0(SI), ES:0(DI)"),
        ("66 2e 0f 1f 84 00 00 00 00 00", "CS NOPW 0(AX)(AX*1)"),
        ("64 f4", "FS HLT"),
        ("f3 0f 10 00", "MOVSS 0(AX), X0"),
    ] {
        assert_eq!(plan9(hex), text, "{hex}");
    }
}

#[test]
fn some_names_are_those_of_go() {
    for (hex, text) in [
        ("cc", "INT $0x3"),
        ("f2 0f 11 44 24 48", "MOVSD_XMM X0, 0x48(SP)"),
        ("9b", "FWAIT"),
        ("d7", "XLATB DS:0(BX)"),
        ("0f 38 cb d1", "SHA256RNDS2 X0, X1, X2"),
        ("d9 c9", "FXCH F1"),
        ("0f fe ff", "PADDD M7, M7"),
        ("c5 fd ef d3", "VPXOR Y3, Y0, Y2"),
    ] {
        assert_eq!(plan9(hex), text, "{hex}");
    }
}

#[test]
fn what_the_reference_cannot_read_is_shown() {
    for (hex, text) in [
        ("f3 0f 1e fa", "ENDBR64"),
        ("c4 e3 7b f0 f6 02", "RORX $0x2, SI, SI"),
        ("66 0f 38 f6 c1", "ADCX CX, AX"),
        // It leaves out that the address is relative.
        ("c5 fd 6f 05 f8 ef 0f 00", "VMOVDQA main.table(SB), Y0"),
        ("62 f2 6d cd 8d d3", "VPERMB.Z Z3, Z2, K5, Z2"),
    ] {
        assert_eq!(plan9(hex), text, "{hex}");
    }
}

#[test]
fn native_syntax_has_the_destination_first() {
    let native = |hex: &str| texts(&bytes(hex), 64, Syntax::Native).concat();
    assert_eq!(native("48 8b 44 24 20"), "mov rax, [rsp+0x20]");
    assert_eq!(native("74 10"), "je 0x401012");
    assert_eq!(native("48 8d 05 01 f0 0f 00"), "lea rax, [rip+0xff001]  # main.table+0x8");
}

#[test]
fn code_of_32_bits_has_no_wide_registers() {
    assert_eq!(texts(&bytes("40 8b 04 24"), 32, Syntax::Plan9), ["INCL AX", "MOVL 0(SP), AX"]);
}

#[test]
fn numbers_of_32_bits_have_no_sign_and_whole_addresses_have_names() {
    for (hex, text) in [
        ("8d 44 24 94", "LEAL -0x6c(SP), AX"),
        ("3d 01 f0 ff ff", "CMPL AX, $0xfffff001"),
        ("83 e1 fc", "ANDL $0xfffffffc, CX"),
        ("a1 00 00 50 00", "MOVL main.table(SB), AX"),
        ("ff 0d 04 00 50 00", "DECL main.table+4(SB)"),
        ("8b 0d 04 00 60 00", "MOVL 0x600004, CX"),
        ("b8 00 00 50 00", "MOVL $main.table(SB), AX"),
        ("68 00 00 50 00", "PUSHL $main.table(SB)"),
        ("65 a1 00 00 00 00", "MOVL GS:0, AX"),
    ] {
        assert_eq!(texts(&bytes(hex), 32, Syntax::Plan9).concat(), text, "{hex}");
    }
    assert_eq!(plan9("68 00 00 50 00"), "PUSHL $0x500000");
}

#[test]
fn an_instruction_that_the_manuals_lack_is_not_known() {
    assert_eq!(texts(&bytes("d6 90"), 32, Syntax::Plan9), ["?", "NOPL"]);
    assert_eq!(texts(&bytes("82 c0 90"), 32, Syntax::Plan9), ["?", "?", "NOPL"]);
    // The second encodings of a shift and of a test; the first are read.
    assert_eq!(texts(&bytes("c1 37 90"), 64, Syntax::Plan9), ["?", "?", "NOPL"]);
    assert_eq!(texts(&bytes("f6 09 90 90"), 64, Syntax::Plan9)[..1], ["?"]);
    assert_eq!(plan9("c1 27 09"), "SHLL $0x9, 0(DI)");
}

#[test]
fn what_is_cut_off_is_not_known() {
    assert_eq!(texts(&bytes("90 e8 00 00"), 64, Syntax::Plan9), ["NOPL", "?", "ADDB AL, 0(AX)"]);
}

#[test]
fn any_bytes_are_read_to_their_end() {
    let mut seed = 1_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 56) as u8
    };
    for round in 0..200 {
        let bytes: Vec<u8> = (0..1000).map(|_| next()).collect();
        let names = symbols();
        for processor in ALL {
            let start = LinkAddr(if round % 2 == 0 { u64::MAX - 500 } else { 0x40_1000 });
            let code = Code { processor, bytes: &bytes, start, names: &names };
            for syntax in [Syntax::Plan9, Syntax::Native] {
                let read = code.instructions(syntax);
                let offset = |i: &Instruction| i.address.0.wrapping_sub(start.0);
                assert!(read.windows(2).all(|pair| offset(&pair[0]) < offset(&pair[1])));
                assert!(read.iter().all(|i| !i.text.is_empty()));
                assert!(read.last().is_some_and(|last| offset(last) >= 985));
            }
        }
    }
}

const ALL: [Processor; 3] =
    [Processor::X86 { bits: 32 }, Processor::X86 { bits: 64 }, Processor::Arm64];
