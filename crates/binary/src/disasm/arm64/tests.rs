//! What `go tool pprof` prints for the same words, unless a test says otherwise.

use super::*;
use crate::disasm::Processor;

fn names() -> Names<'static> {
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

fn texts(bytes: &[u8], start: u64, syntax: Syntax) -> Vec<String> {
    let names = names();
    let code = Code { processor: Processor::Arm64, bytes, start: LinkAddr(start), names: &names };
    code.instructions(syntax).into_iter().map(|instruction| instruction.text).collect()
}

/// The text of a word at the address 0x401000.
fn text(word: u32, syntax: Syntax) -> String {
    texts(&word.to_le_bytes(), 0x40_1000, syntax).concat()
}

fn same(rows: &[(u32, &str)]) {
    for (word, expected) in rows {
        assert_eq!(text(*word, Syntax::Plan9), *expected, "{word:08x}");
    }
}

#[test]
fn operands_stand_the_other_way_round() {
    same(&[
        (0x8b01_0020, "ADD R1, R1, R0"),
        (0x8b01_0420, "ADD R1<<1, R1, R0"),
        (0xcb41_0420, "SUB R1>>1, R1, R0"),
        (0x8b81_0420, "ADD R1->1, R1, R0"),
        (0x0b01_0020, "ADDW R1, R1, R0"),
        (0xab01_0020, "ADDS R1, R1, R0"),
        (0x9100_4020, "ADD $16, R1, R0"),
        (0x9140_0420, "ADD $(1<<12), R1, R0"),
        (0x8b21_4020, "ADD R1.UXTW, R1, R0"),
        (0x0b21_c020, "ADDW R1.SXTW, R1, R0"),
        (0x8b21_63e1, "ADD R1, RSP, R1"),
        (0x8b21_67e1, "ADD R1<<1, RSP, R1"),
        (0x8a01_0020, "AND R1, R1, R0"),
        (0x8ac1_0420, "AND R1@>1, R1, R0"),
        (0x2a21_0020, "ORNW R1, R1, R0"),
        (0x9240_1c20, "AND $255, R1, R0"),
        (0x120f_3c20, "ANDW $4294836225, R1, R0"),
        (0xb240_0fe0, "ORR $15, ZR, R0"),
        (0x9b01_0820, "MADD R1, R2, R1, R0"),
        (0x9ac1_0820, "UDIV R1, R1, R0"),
        (0x1ac0_2020, "LSLW R0, R1, R0"),
        (0xdac0_1020, "CLZ R1, R0"),
        (0x5ac0_0420, "REV16W R1, R0"),
        (0x9b41_7c20, "SMULH R1, R1, R0"),
        (0x1ac1_4820, "CRC32W R1, R1, R0"),
        (0x9a01_0020, "ADC R1, R1, R0"),
        (0x93c2_0820, "EXTR $2, R2, R1, R0"),
    ]);
}

#[test]
fn some_operands_give_an_instruction_another_name() {
    same(&[
        (0xeb01_001f, "CMP R1, R0"),
        (0xf100_041f, "CMP $1, R0"),
        (0x2b01_001f, "CMNW R1, R0"),
        (0xea01_001f, "TST R1, R0"),
        (0x7200_003f, "TSTW $1, R1"),
        (0xcb01_03e0, "NEG R1, R0"),
        (0xeb01_07e0, "NEGS R1<<1, R0"),
        (0x5a01_03e0, "NGCW R1, R0"),
        (0xaa01_03e0, "MOVD R1, R0"),
        (0x2a01_03e0, "MOVW R1, R0"),
        (0xaa21_07e0, "MVN R1<<1, R0"),
        (0x3200_f3e0, "MOVW $1431655765, R0"),
        (0x9100_03fd, "MOVD RSP, R29"),
        (0x9b01_7c20, "MUL R1, R1, R0"),
        (0x1b01_fc20, "MNEGW R1, R1, R0"),
        (0x9ba1_7c20, "UMULL R1, R1, R0"),
        (0x93c1_0820, "ROR $2, R1, R0"),
        (0x9a9f_17e0, "CSET EQ, R0"),
        (0xda9f_13e0, "CSETM EQ, R0"),
        (0x9a81_0420, "CINC NE, R1, R0"),
        (0x5a81_0020, "CINVW NE, R1, R0"),
        (0xda81_0420, "CNEG NE, R1, R0"),
        (0xd37d_f020, "LSL $3, R1, R0"),
        (0xd341_fc20, "LSR $1, R1, R0"),
        (0x9341_fc20, "ASR $1, R1, R0"),
        (0x9340_7c20, "SXTW R1, R0"),
        (0x5300_1c20, "UXTBW R1, R0"),
        (0xd340_1c20, "UBFX $0, R1, $8, R0"),
        (0xd343_1c20, "UBFX $3, R1, $5, R0"),
        (0x531d_0c20, "UBFIZW $3, R1, $4, R0"),
        (0xb37c_0c20, "BFI $4, R1, $4, R0"),
        (0xb340_3c20, "BFXIL $0, R1, $16, R0"),
        (0xb37c_0fe0, "BFM $3, $60, ZR, R0"),
    ]);
}

#[test]
fn numbers_are_moved_whole_if_they_fit() {
    same(&[
        (0xd280_0020, "MOVD $1, R0"),
        (0xd2a0_0020, "MOVD $65536, R0"),
        (0xd2e0_0000, "MOVZ $(0<<48), R0"),
        (0x9280_0000, "MOVD $-1, R0"),
        (0x1280_0000, "MOVW $4294967295, R0"),
        (0x129f_ffe0, "MOVNW $65535, R0"),
        (0xf2a0_0020, "MOVK $(1<<16), R0"),
        (0x7280_0020, "MOVKW $1, R0"),
        (0x52a0_0000, "MOVZW $(0<<16), R0"),
    ]);
}

#[test]
fn conditions_come_first() {
    same(&[
        (0x9a81_0020, "CSEL EQ, R1, R1, R0"),
        (0x1a81_00e0, "CSELW EQ, R7, R1, R0"),
        (0x9a81_1020, "CSEL NE, R1, R1, R0"),
        (0xfa41_0000, "CCMP EQ, R0, R1, $0"),
        (0x3a4a_1802, "CCMNW NE, R0, $10, $2"),
        (0x1e61_1c00, "FCSELD NE, F0, F1, F0"),
        (0x1e61_0401, "FCCMPD EQ, F1, F0, $1"),
        (0x9a9f_e7e0, "CSINC AL, ZR, ZR, R0"),
        (0xfa42_f1c6, "CCMP AL, R14, R2, $6"),
    ]);
}

#[test]
fn loads_and_stores_are_moves() {
    same(&[
        (0xf940_0420, "MOVD 8(R1), R0"),
        (0xf900_0420, "MOVD R0, 8(R1)"),
        (0xb940_0420, "MOVWU 4(R1), R0"),
        (0xb900_0420, "MOVW R0, 4(R1)"),
        (0xb980_0420, "MOVW 4(R1), R0"),
        (0x3940_0420, "MOVBU 1(R1), R0"),
        (0x39c0_0420, "MOVBW 1(R1), R0"),
        (0x3980_0420, "MOVB 1(R1), R0"),
        (0x7940_0020, "MOVHU (R1), R0"),
        (0x79c0_0020, "MOVHW (R1), R0"),
        (0xf81f_8c20, "MOVD.W R0, -8(R1)"),
        (0xf840_8420, "MOVD.P 8(R1), R0"),
        (0xf821_6860, "MOVD R0, (R3)(R1)"),
        (0xf821_7860, "MOVD R0, (R3)(R1<<3)"),
        (0xb861_4860, "MOVWU (R3)(R1.UXTW), R0"),
        (0xb861_d860, "MOVWU (R3)(R1.SXTW<<2), R0"),
        (0x3821_7860, "MOVB R0, (R3)(R1<<0)"),
        (0x3dc0_0420, "FMOVQ 16(R1), F0"),
        (0xfc41_f020, "FMOVD 31(R1), F0"),
        (0xbd00_0420, "FMOVS F0, 4(R1)"),
        (0x3841_e020, "LDURBW 30(R1), R0"),
        (0xb842_0820, "LDTRW 32(R1), R0"),
        (0x7842_0820, "LDTRH 32(R1), R0"),
        (0xf802_0820, "STTR 32(R1), R0"),
        (0xf980_0020, "PRFM (R1), PLDL1KEEP"),
        (0xf980_003f, "PRFM (R1), $31"),
        (0xf880_0021, "PRFUM (R1), PLDL1STRM"),
    ]);
}

#[test]
fn pairs_stand_in_parentheses() {
    same(&[
        (0xa9bf_7bfd, "STP.W (R29, R30), -16(RSP)"),
        (0xa8c1_7bfd, "LDP.P 16(RSP), (R29, R30)"),
        (0xa941_0820, "LDP 16(R1), (R0, R2)"),
        (0x2901_0820, "STPW (R0, R2), 8(R1)"),
        (0x6941_0820, "LDPSW 8(R1), R2, R0"),
        (0x6d41_0820, "FLDPD 16(R1), (F0, F2)"),
        (0x2c81_0820, "FSTPS.P (F0, F2), 8(R1)"),
        (0xad40_0820, "FLDPQ (R1), (F0, F2)"),
        (0xa841_0820, "LDNP 16(R1), R2, R0"),
        (0x2801_0820, "STNPW 8(R1), R2, R0"),
        (0x6c41_0820, "VLDNP 16(R1), V2, V0"),
        (0xac01_0820, "VSTNP 32(R1), V2, V0"),
    ]);
}

#[test]
fn accesses_that_exclude_others_show_their_outcome_last() {
    same(&[
        (0xc85f_fc20, "LDAXR (R1), R0"),
        (0x885f_7c20, "LDXRW (R1), R0"),
        (0x085f_7c20, "LDXRB (R1), R0"),
        (0xc802_fc20, "STLXR R0, (R1), R2"),
        (0x4802_7c20, "STXRH R0, (R1), R2"),
        (0xc87f_8820, "LDAXP (R1), (R0, R2)"),
        (0xc823_8820, "STLXP (R0, R2), (R1), R3"),
        (0xc8df_fc20, "LDAR (R1), R0"),
        (0x889f_fc20, "STLRW R0, (R1)"),
        (0x089f_fc20, "STLRB R0, (R1)"),
    ]);
}

#[test]
fn lists_of_vectors_stand_in_brackets() {
    same(&[
        (0x4c40_703f, "VLD1 (R1), [V31.B16]"),
        (0x4cdf_7c20, "VLD1.P 16(R1), [V0.D2]"),
        (0x0c9f_a020, "VST1.P [V0.B8, V1.B8], 16(R1)"),
        (0x4c40_8820, "VLD2 (R1), [V0.S4, V1.S4]"),
        (0x4cc2_4c20, "VLD3.P (R1)(R2), [V0.D2, V1.D2, V2.D2]"),
        (0x0d40_0020, "VLD1 (R1), V0.B[0]"),
        (0x4d9f_1c20, "VST1.P V0.B[15], 1(R1)"),
        (0x0d60_103e, "LD2 (R1), [V30.B, V31.B][4]"),
        (0x0dff_2020, "LD4.P 4(R1), [V0.B, V1.B, V2.B, V3.B][0]"),
        (0x4d40_c020, "VLD1R (R1), [V0.B16]"),
        (0x4de2_e420, "VLD4R.P (R1)(R2), [V0.H8, V1.H8, V2.H8, V3.H8]"),
        (0x0c00_2c20, "VST1 [V0.D1, V1.D1, V2.D1, V3.D1], (R1)"),
    ]);
}

#[test]
fn single_numbers_have_a_letter_for_their_size() {
    same(&[
        (0x1e61_2820, "FADDD F1, F1, F0"),
        (0x1e22_0820, "FMULS F2, F1, F0"),
        (0x1f42_0c20, "FMADDD F2, F3, F1, F0"),
        (0x1e60_c020, "FABSD F1, F0"),
        (0x1e61_4020, "FNEGD F1, F0"),
        (0x1e6e_1000, "FMOVD $1., F0"),
        (0x1e69_f010, "FMOVD $0.242188, F16"),
        (0x1e20_1000, "FMOVS $2., F0"),
        (0x1e61_2000, "FCMPD F1, F0"),
        (0x1e60_2008, "FCMPD $(0.0), F0"),
        (0x1e61_2410, "FCCMPED HS, F1, F0, $0"),
        (0x1e62_4020, "FCVTDS F1, F0"),
        (0x1e22_c020, "FCVTSD F1, F0"),
        (0x1e63_c020, "FCVTDH F1, F0"),
        (0x9e78_0020, "FCVTZSD F1, R0"),
        (0x1e38_0020, "FCVTZSSW F1, R0"),
        (0x9e38_0020, "FCVTZSS F1, R0"),
        (0x1e62_0020, "SCVTFWD R1, F0"),
        (0x9e22_0020, "SCVTFS R1, F0"),
        (0x1e64_0020, "FCVTASW F1, R0"),
        (0x1e58_b020, "FCVTZS $20, F1, R0"),
        (0x5e61_d820, "SCVTFDD F1, F0"),
        (0x7ea1_b820, "FCVTZUSS F1, F0"),
        (0x9e66_0020, "FMOVD F1, R0"),
        (0x1e27_0020, "FMOVS R1, F0"),
        (0x9eae_0020, "FMOV V1.D[1], R0"),
        (0x5e61_e420, "FCMEQ F1, F1, F0"),
        (0x5e61_d820, "SCVTFDD F1, F0"),
    ]);
}

#[test]
fn vectors_have_a_letter_and_the_sizes_of_elements() {
    same(&[
        (0x4e21_8420, "VADD V1.B16, V1.B16, V0.B16"),
        (0x0ea1_8420, "VADD V1.S2, V1.S2, V0.S2"),
        (0x5ee1_8420, "VADD V1, V1, V0"),
        (0x4e21_d420, "FADD V1.S4, V1.S4, V0.S4"),
        (0x6e61_fc20, "FDIV V1.D2, V1.D2, V0.D2"),
        (0x4e21_cc20, "VFMLA V1.S4, V1.S4, V0.S4"),
        (0x6e21_d420, "VFADDP V1.S4, V1.S4, V0.S4"),
        (0x4fa3_1867, "VFMLA V3.S[3], V3.S4, V7.S4"),
        (0x5f91_1020, "FMLA V17.S[0], F1, F0"),
        (0x0f48_8020, "VMUL V8.H[0], V1.H4, V0.H4"),
        (0x4ea1_1c20, "VMOV V1.B16, V0.B16"),
        (0x4ea2_1c20, "VORR V2.B16, V1.B16, V0.B16"),
        (0x2e20_5820, "VMVN V1.B8, V0.B8"),
        (0x4e08_0420, "VDUP V1.D[0], V0.D2"),
        (0x5e08_0420, "VMOV V1.D[0], V0"),
        (0x4e08_3c20, "VMOV V1.D[0], R0"),
        (0x0e0c_3c20, "VMOV V1.S[1], R0"),
        (0x4e04_1c20, "VMOV R1, V0.S[0]"),
        (0x6e0c_0420, "VMOV V1.S[0], V0.S[1]"),
        (0x4e0c_2c20, "SMOV V1.S[1], R0"),
        (0x4f0b_5420, "VSHL $3, V1.B16, V0.B16"),
        (0x0f08_a420, "VSXTL V1.B8, V0.H8"),
        (0x6f10_a420, "VUXTL2 V1.H8, V0.S4"),
        (0x2f0a_a420, "VUSHLL $2, V1.B8, V0.H8"),
        (0x0f0d_8420, "VSHRN $3, V1.H8, V0.B8"),
        (0x4f00_8420, "VMOVI $1, V0.H8"),
        (0x0f00_e420, "VMOVI $1, V0.B8"),
        (0x2f01_e420, "VMOVI $280375465083135, V0"),
        (0x0f00_c420, "VMOVI $(1<<136), V0.S2"),
        (0x0f01_f420, "FMOV $8.5, V0.S2"),
        (0x6f02_f420, "FMOV $0.132812, V0.D2"),
        (0x4e20_98a0, "VCMEQ $0, V5.B16, V0.B16"),
        (0x5ea0_d820, "FCMEQ $0, F1, F0"),
        (0x6ea0_c820, "VFCMGE $0, V1.S4, V0.S4"),
        (0x0e31_b820, "VADDV V1.B8, V0"),
        (0x5ef1_b820, "VADDP V1.D2, V0"),
        (0x7e70_d820, "FADDP V1.D2, F0"),
        (0x4e03_0041, "VTBL V3.B16, [V2.B16], V1.B16"),
        (0x0e03_2041, "VTBL V3.B8, [V2.B16, V3.B16], V1.B8"),
        (0x6e03_6041, "VEXT $12, V3.B16, V2.B16, V1.B16"),
        (0x4e03_3820, "VZIP1 V3.B16, V1.B16, V0.B16"),
        (0x0e21_2820, "VXTN V1.H8, V0.B8"),
        (0x4e28_4820, "AESE V1.B16, V0.B16"),
        (0x5e02_2020, "SHA1M V2.S4, V1, V0"),
        (0x5e28_2820, "SHA256SU0 V1.S4, V0.S4"),
        (0x0ee0_e020, "VPMULL V0.D1, V1.D1, V0.Q1"),
    ]);
}

#[test]
fn the_system_is_told_by_number_or_name() {
    same(&[
        (0xd503_201f, "NOOP"),
        (0xd503_203f, "YIELD"),
        (0xd503_241f, "HINT $32"),
        (0xd503_3bbf, "DMB $11"),
        (0xd503_3fdf, "ISB $15"),
        (0xd503_305f, "CLREX $0"),
        (0xd400_0001, "SVC $0"),
        (0xd420_7d00, "BRK $1000"),
        (0xd65f_03c0, "RET"),
        (0xd65f_0060, "RET R3"),
        (0xd61f_0220, "JMP (R17)"),
        (0xd63f_0020, "CALL (R1)"),
        (0xd69f_03e0, "ERET"),
        (0xd53b_d040, "MRS $24194, R0"),
        (0xd51b_4200, "MSR R0, S3_3_C4_C2_0"),
        (0xd503_41df, "MSR $1, DAIFSet"),
        (0xd50b_7421, "DC ZVA, R1"),
        (0xd508_871f, "TLBI VMALLE1"),
        (0xd528_7100, "SYSL $28928, R0"),
    ]);
}

#[test]
fn words_that_are_no_instruction_are_not_known() {
    same(&[
        (0x0000_0000, "?"),
        (0x9a2d_026c, "?"),
        (0x0a03_d041, "?"),
        (0x12e6_6cf4, "?"),
        (0x3251_59f2, "?"),
        (0x3a79_9b0d, "?"),
        (0x1aff_2bee, "?"),
        (0x0c60_7154, "?"),
        (0x8c40_7266, "?"),
        (0x3c76_9bbc, "?"),
        (0x0e99_0720, "?"),
        (0x5e21_84b2, "?"),
        (0x0f05_ef81, "?"),
        (0x1e60_22be, "?"),
        (0x1ee6_2800, "?"),
        (0x2ee1_9e3e, "?"),
        (0x54b3_279a, "?"),
        (0x2520_7020, "?"),
    ]);
}

#[test]
fn addresses_have_the_names_of_what_starts_there() {
    same(&[
        (0x97ff_fc00, "CALL main.run(SB)"),
        (0x97ff_fc01, "CALL -1023(PC)"),
        (0x1400_0004, "JMP 4(PC)"),
        (0x54ff_8000, "BEQ main.run(SB)"),
        (0x5400_0082, "BCS 4(PC)"),
        (0x5400_0083, "BCC 4(PC)"),
        (0x5400_008f, "BAL 4(PC)"),
        (0x35ff_8001, "CBNZW R1, main.run(SB)"),
        (0xb400_0081, "CBZ R1, 4(PC)"),
        (0xb707_8001, "TBNZ $32, R1, main.run(SB)"),
        (0x3600_0081, "TBZ $0, R1, 4(PC)"),
        (0x58ff_8001, "MOVD $main.run(SB), R1"),
        (0x1c00_0081, "FMOVS 4(PC), F1"),
        (0xd800_0080, "PRFM 4(PC), PLDL1KEEP"),
        // What is far away needs two instructions; neither tells the name.
        (0xb000_07e1, "ADRP 1036288(PC), R1"),
        (0x1000_0081, "ADR 16(PC), R1"),
    ]);
}

#[test]
fn what_came_after_the_first_edition_is_shown() {
    // The reference does not know them. Go's assembler does know the accesses that read and write.
    for (word, expected) in [
        (0xf8e1_0002, "LDADDALD R1, (R0), R2"),
        (0xb8e1_0002, "LDADDALW R1, (R0), R2"),
        (0x38e1_1002, "LDCLRALB R1, (R0), R2"),
        (0xc8fb_fc02, "CASALD R27, (R0), R2"),
        (0xb8ff_8002, "SWPALW ZR, (R0), R2"),
        (0x4860_fc82, "CASPALD (R0, R1), (R4), (R2, R3)"),
        (0xb8bf_c001, "LDAPR (R0), R1"),
        (0x9900_0001, "STLURW R1, (R0)"),
        (0xdac1_1020, "AUTIA R1, R0"),
        (0x4e82_9420, "VSDOT V2.B16, V1.B16, V0.S4"),
        (0xce60_8020, "SHA512H V0.D2, V1, V0"),
        (0xd503_415f, "MSR $1, DIT"),
        (0xd50b_7521, "IC IVAU, R1"),
        (0xd508_7100, "SYS $28928, R0"),
        (0xd400_0002, "HVC $0"),
    ] {
        assert_eq!(text(word, Syntax::Plan9), expected, "{word:08x}");
    }
}

#[test]
fn native_syntax_has_the_destination_first() {
    for (word, expected) in [
        (0xf940_0420, "ldr x0, [x1, #0x8]"),
        (0x8b01_0420, "add x0, x1, x1, lsl #1"),
        (0x97ff_fc00, "bl $-0x1000  # main.run"),
        (0x97ff_fc01, "bl $-0xffc  # main.run+0x4"),
        (0xb000_07e1, "adrp x1, $+0xfd000  # 0x4fe000"),
    ] {
        assert_eq!(text(word, Syntax::Native), expected, "{word:08x}");
    }
}

#[test]
fn what_is_cut_off_is_not_known() {
    let bytes = [0x1f, 0x20, 0x03, 0xd5, 0x1f, 0x20, 0x03];
    assert_eq!(texts(&bytes, 0, Syntax::Plan9), ["NOOP", "?"]);
}

#[test]
fn every_kind_of_word_is_written_or_not_known() {
    // Neighbours differ in all fields: 2^18 words over the whole range.
    let words = (0..1_u32 << 18).map(|number| number.wrapping_mul(0x9e37_79b1));
    let bytes: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
    for syntax in [Syntax::Plan9, Syntax::Native] {
        let read = texts(&bytes, u64::MAX - 0x1_0000, syntax);
        assert_eq!(read.len(), 1 << 18);
        assert!(read.iter().all(|text| !text.is_empty()));
        let known = read.iter().filter(|text| *text != UNKNOWN).count();
        assert!((80_000..90_000).contains(&known), "{known}");
    }
}
