//! Operations on caches and on what is remembered of page tables: instructions that the manual names
//! by four numbers.

use super::bits::Word;

/// Group, row and column of an operation, and its name.
type Row = (u32, u32, u32, &'static str);

/// Operations on caches of data.
const DATA: &[Row] = &[
    (0, 6, 1, "IVAC"),
    (0, 6, 2, "ISW"),
    (0, 6, 3, "IGVAC"),
    (0, 6, 4, "IGSW"),
    (0, 6, 5, "IGDVAC"),
    (0, 6, 6, "IGDSW"),
    (0, 10, 2, "CSW"),
    (0, 10, 4, "CGSW"),
    (0, 10, 6, "CGDSW"),
    (0, 14, 2, "CISW"),
    (0, 14, 4, "CIGSW"),
    (0, 14, 6, "CIGDSW"),
    (3, 4, 1, "ZVA"),
    (3, 4, 3, "GVA"),
    (3, 4, 4, "GZVA"),
    (3, 10, 1, "CVAC"),
    (3, 10, 3, "CGVAC"),
    (3, 10, 5, "CGDVAC"),
    (3, 11, 1, "CVAU"),
    (3, 12, 1, "CVAP"),
    (3, 12, 3, "CGVAP"),
    (3, 12, 5, "CGDVAP"),
    (3, 13, 1, "CVADP"),
    (3, 13, 3, "CGVADP"),
    (3, 13, 5, "CGDVADP"),
    (3, 14, 1, "CIVAC"),
    (3, 14, 3, "CIGVAC"),
    (3, 14, 5, "CIGDVAC"),
];

/// Operations on caches of instructions. The reference does not know them.
const CODE: &[Row] = &[(0, 1, 0, "IALLUIS"), (0, 5, 0, "IALLU"), (3, 5, 1, "IVAU")];

/// Operations on what is remembered of page tables.
const PAGES: &[Row] = &[
    (0, 1, 0, "VMALLE1OS"),
    (0, 1, 1, "VAE1OS"),
    (0, 1, 2, "ASIDE1OS"),
    (0, 1, 3, "VAAE1OS"),
    (0, 1, 5, "VALE1OS"),
    (0, 1, 7, "VAALE1OS"),
    (0, 2, 1, "RVAE1IS"),
    (0, 2, 3, "RVAAE1IS"),
    (0, 2, 5, "RVALE1IS"),
    (0, 2, 7, "RVAALE1IS"),
    (0, 3, 0, "VMALLE1IS"),
    (0, 3, 1, "VAE1IS"),
    (0, 3, 2, "ASIDE1IS"),
    (0, 3, 3, "VAAE1IS"),
    (0, 3, 5, "VALE1IS"),
    (0, 3, 7, "VAALE1IS"),
    (0, 5, 1, "RVAE1OS"),
    (0, 5, 3, "RVAAE1OS"),
    (0, 5, 5, "RVALE1OS"),
    (0, 5, 7, "RVAALE1OS"),
    (0, 6, 1, "RVAE1"),
    (0, 6, 3, "RVAAE1"),
    (0, 6, 5, "RVALE1"),
    (0, 6, 7, "RVAALE1"),
    (0, 7, 0, "VMALLE1"),
    (0, 7, 1, "VAE1"),
    (0, 7, 2, "ASIDE1"),
    (0, 7, 3, "VAAE1"),
    (0, 7, 5, "VALE1"),
    (0, 7, 7, "VAALE1"),
    (4, 0, 1, "IPAS2E1IS"),
    (4, 0, 2, "RIPAS2E1IS"),
    (4, 0, 5, "IPAS2LE1IS"),
    (4, 0, 6, "RIPAS2LE1IS"),
    (4, 1, 0, "ALLE2OS"),
    (4, 1, 1, "VAE2OS"),
    (4, 1, 4, "ALLE1OS"),
    (4, 1, 5, "VALE2OS"),
    (4, 1, 6, "VMALLS12E1OS"),
    (4, 2, 1, "RVAE2IS"),
    (4, 2, 5, "RVALE2IS"),
    (4, 3, 0, "ALLE2IS"),
    (4, 3, 1, "VAE2IS"),
    (4, 3, 4, "ALLE1IS"),
    (4, 3, 5, "VALE2IS"),
    (4, 3, 6, "VMALLS12E1IS"),
    (4, 4, 0, "IPAS2E1OS"),
    (4, 4, 1, "IPAS2E1"),
    (4, 4, 2, "RIPAS2E1"),
    (4, 4, 3, "RIPAS2E1OS"),
    (4, 4, 4, "IPAS2LE1OS"),
    (4, 4, 5, "IPAS2LE1"),
    (4, 4, 6, "RIPAS2LE1"),
    (4, 4, 7, "RIPAS2LE1OS"),
    (4, 5, 1, "RVAE2OS"),
    (4, 5, 5, "RVALE2OS"),
    (4, 6, 1, "RVAE2"),
    (4, 6, 5, "RVALE2"),
    (4, 7, 0, "ALLE2"),
    (4, 7, 1, "VAE2"),
    (4, 7, 4, "ALLE1"),
    (4, 7, 5, "VALE2"),
    (4, 7, 6, "VMALLS12E1"),
    (6, 1, 0, "ALLE3OS"),
    (6, 1, 1, "VAE3OS"),
    (6, 1, 5, "VALE3OS"),
    (6, 2, 1, "RVAE3IS"),
    (6, 2, 5, "RVALE3IS"),
    (6, 3, 0, "ALLE3IS"),
    (6, 3, 1, "VAE3IS"),
    (6, 3, 5, "VALE3IS"),
    (6, 5, 1, "RVAE3OS"),
    (6, 5, 5, "RVALE3OS"),
    (6, 6, 1, "RVAE3"),
    (6, 6, 5, "RVALE3"),
    (6, 7, 0, "ALLE3"),
    (6, 7, 1, "VAE3"),
    (6, 7, 5, "VALE3"),
];

/// The text of an operation on `register`.
pub(super) fn text(word: Word, register: &str) -> String {
    let place = (word.field(16, 3), word.field(8, 4), word.field(5, 3));
    let named = |name: &str, rows: &[Row]| {
        let found = rows.iter().find(|(group, row, column, _)| (*group, *row, *column) == place)?;
        let whole = found.3.contains("ALL");
        let operand = if whole { String::new() } else { format!(", {register}") };
        (!whole || word.d() == 31).then(|| format!("{name} {}{operand}", found.3))
    };
    let known = match word.field(12, 4) {
        7 => named("DC", DATA).or_else(|| named("IC", CODE)),
        8 => named("TLBI", PAGES),
        _ => None,
    };
    known.unwrap_or_else(|| format!("SYS ${}, {register}", word.field(5, 14) << 5))
}
