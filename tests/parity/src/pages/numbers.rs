//! The numbers on a page, in one form for both tools.

use std::collections::BTreeMap;

use serde_json::Value;

/// How the numbers of a page are found.
pub struct Page {
    /// The last part of the path.
    pub name: &'static str,
    /// Where ours has its numbers.
    pub ours: &'static str,
    pub of_theirs: fn(&str) -> Result<String, String>,
    pub of_ours: fn(&str) -> Result<String, String>,
}

pub const PAGES: &[Page] = &[
    Page { name: "top", ours: "top", of_theirs: their_table, of_ours: our_table },
    Page { name: "graph", ours: "graph", of_theirs: picture, of_ours: picture },
    Page { name: "peek", ours: "peek", of_theirs: preformatted, of_ours: preformatted },
    Page { name: "disasm", ours: "disasm", of_theirs: code, of_ours: code },
    Page {
        name: "flamegraph",
        ours: "data/flamegraph",
        of_theirs: their_stacks,
        of_ours: our_boxes,
    },
];

pub const SOURCE: &[Page] =
    &[Page { name: "source", ours: "source", of_theirs: listings, of_ours: listings }];

/// What stands between two texts.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

/// Text of a page, whatever form its entities have.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() < 8);
        let letter = entity.and_then(|(name, rest)| Some((letter(name)?, rest)));
        rest = match letter {
            Some((letter, rest)) => {
                plain.push(letter);
                rest
            }
            None => {
                plain.push('&');
                after
            }
        };
    }
    plain + rest
}

fn letter(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        return char::from_u32(number.parse().ok()?);
    }
    [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"')]
        .iter()
        .find(|(name, _)| *name == entity)
        .map(|(_, letter)| *letter)
}

/// The value behind a text, as JSON.
fn json(text: &str, start: &str) -> Result<Value, String> {
    let (_, rest) = text.split_once(start).ok_or_else(|| format!("no {start:?}"))?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter();
    values.next().ok_or("no value")?.map_err(|error| error.to_string())
}

/// Text between `<pre>` and its end.
fn preformatted(page: &str) -> Result<String, String> {
    let (_, rest) = page.split_once("<pre").ok_or("no text")?;
    let text = between(rest, ">", "</pre>").ok_or("no end of the text")?;
    Ok(plain(text).trim().to_owned())
}

/// The same of machine code: instructions without their text, which `disasm` is compared for.
fn code(page: &str) -> Result<String, String> {
    let text = preformatted(page)?;
    let lines = text.lines().map(|line| line.split_once(": ").map_or(line, |(numbers, _)| numbers));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// The picture, which is the graph in Graphviz's language here: its lines, sorted, since arrows of opposite
/// values have no order to agree on.
fn picture(page: &str) -> Result<String, String> {
    let text = between(page, "<svg>", "</svg>").ok_or("no picture")?;
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    Ok(lines.join("\n"))
}

/// The functions of a source page, with all text in them.
fn listings(page: &str) -> Result<String, String> {
    let mut text = String::new();
    for part in page.split("<h2>").skip(1) {
        let Some((name, rest)) = part.split_once("</h2><p class=\"filename\">") else { continue };
        let file = rest.split_once("</p>").map_or("", |(file, _)| file);
        let lines = between(rest, "<pre", "</pre>").unwrap_or_default();
        let lines = lines.split_once('>').map_or("", |(_, lines)| lines);
        let mut outside = String::new();
        for piece in lines.split('<') {
            outside.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
        }
        text += &plain(&format!("{name}\n{file}\n{outside}\n"));
    }
    Ok(text)
}

fn their_table(page: &str) -> Result<String, String> {
    let call = page.rsplit_once("makeTopTable(").ok_or("no table")?.1;
    let total = call.split_once(',').ok_or("no total")?.0.trim();
    let rows = json(call, ",")?;
    let mut lines = vec![format!("total {total}")];
    for row in rows.as_array().into_iter().flatten() {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let inlined = text("InlineLabel");
        lines.push(format!(
            "{}|{}|{}|{}|{}|{inlined}",
            text("Name"),
            row["Flat"],
            row["Cum"],
            text("FlatFormat"),
            text("CumFormat")
        ));
    }
    Ok(lines.join("\n"))
}

fn our_table(page: &str) -> Result<String, String> {
    let total = between(page, "data-total=\"", "\"").ok_or("no table")?;
    let mut lines = vec![format!("total {total}")];
    for row in page.split("<tr data-name=\"").skip(1) {
        let attribute = |name: &str| between(row, &format!("data-{name}=\""), "\"");
        let name = plain(row.split_once('"').ok_or("no name")?.0);
        let cells: Vec<&str> =
            row.split("<td").skip(1).filter_map(|c| between(c, ">", "<")).collect();
        let [flat, _, _, cum, _, _, inlined] = cells[..] else { return Err(format!("{cells:?}")) };
        let (flat_value, cum_value) = (attribute("flat"), attribute("cum"));
        let (flat_value, cum_value) = flat_value.zip(cum_value).ok_or("no values")?;
        lines.push(format!("{name}|{flat_value}|{cum_value}|{flat}|{cum}|{inlined}"));
    }
    Ok(lines.join("\n"))
}

/// Sums of the boxes of a flame graph by the names on the way from the root; a mark for inlined calls.
type Boxes = BTreeMap<Vec<String>, (i64, i64)>;

/// The boxes that are wide enough to be sent, a line each.
fn boxes_text(boxes: &Boxes) -> String {
    let width = |(plus, minus): &(i64, i64)| plus + minus;
    let whole = boxes.get(&Vec::new()).map_or(0, width);
    let least = (whole / 4000).max(1);
    let shown = boxes.iter().filter(|(_, sums)| width(sums) >= least);
    let line = |(way, (plus, minus)): (&Vec<String>, &(i64, i64))| {
        format!("{} {plus} {minus}", way.join(" > "))
    };
    shown.map(line).collect::<Vec<_>>().join("\n")
}

fn marked(name: &str, inlined: bool) -> String {
    if inlined { format!("{name} (inline)") } else { name.to_owned() }
}

fn their_stacks(page: &str) -> Result<String, String> {
    let call = page.rsplit_once("stackViewer(").ok_or("no stacks")?.1;
    let data = json(&format!("({call}"), "(")?;
    let sources = data["Sources"].as_array().ok_or("no sources")?;
    let name = |source: &Value| {
        let source = &sources[usize::try_from(source.as_u64()?).ok()?];
        Some(marked(source["FullName"].as_str()?, source["Inlined"].as_bool()?))
    };
    let mut boxes = Boxes::new();
    for stack in data["Stacks"].as_array().ok_or("no stacks")? {
        let value = stack["Value"].as_i64().ok_or("no value")?;
        let names = stack["Sources"].as_array().into_iter().flatten().skip(1);
        let names: Vec<String> = names.filter_map(name).collect();
        for end in 0..=names.len() {
            let sums = boxes.entry(names[..end].to_vec()).or_default();
            *(if value < 0 { &mut sums.1 } else { &mut sums.0 }) += value.abs();
        }
    }
    Ok(format!("total {}\n{}", data["Total"], boxes_text(&boxes)))
}

fn our_boxes(data: &str) -> Result<String, String> {
    let data: Value = serde_json::from_str(data).map_err(|error| error.to_string())?;
    let frames = data["frames"].as_array().ok_or("no frames")?;
    let names: BTreeMap<i64, String> = frames
        .iter()
        .filter_map(|row| Some((row[0].as_i64()?, marked(row[1].as_str()?, row[3] == 1))))
        .collect();
    let tree = &data["trees"]["callees"];
    let column = |name: &str| tree[name].as_array().cloned().unwrap_or_default();
    let (depths, frames, plus, minus) =
        (column("depth"), column("frame"), column("plus"), column("minus"));
    let mut way: Vec<String> = Vec::new();
    let mut boxes = Boxes::new();
    for (row, depth) in depths.iter().enumerate() {
        let depth = depth.as_u64().and_then(|d| usize::try_from(d).ok()).ok_or("no depth")?;
        way.truncate(depth.saturating_sub(1));
        way.extend(frames[row].as_i64().and_then(|frame| names.get(&frame)).cloned());
        let number = |column: &[Value]| column.get(row).and_then(Value::as_i64).unwrap_or(0);
        let sums = boxes.entry(way.clone()).or_default();
        *sums = (sums.0 + number(&plus), sums.1 + number(&minus));
    }
    Ok(format!("total {}\n{}", data["total"], boxes_text(&boxes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_have_one_form() {
        assert_eq!(plain("a&lt;b&#43;c&#38;d & e"), "a<b+c&d & e");
    }

    #[test]
    fn both_tables_have_one_form() {
        let theirs = r#"makeTopTable( 7 , [{"Name":"f","InlineLabel":"","Flat":1,"Cum":7,"FlatFormat":"1B","CumFormat":"7B"}])"#;
        let ours = "<table data-total=\"7\"><tr data-name=\"f\" data-flat=\"1\" data-cum=\"7\">\
                    <td>1B</td><td>x</td><td>x</td><td>7B</td><td>x</td><td>f</td><td></td></tr>";
        assert_eq!(their_table(theirs), our_table(ours));
    }

    #[test]
    fn stacks_and_boxes_have_one_form() {
        let theirs = r#"stackViewer({"Total":5,"Sources":[{"FullName":"root","Inlined":false},{"FullName":"f","Inlined":true}],"Stacks":[{"Value":3,"Sources":[0,1]},{"Value":-2,"Sources":[0]}]}, x)"#;
        let ours = r#"{"total":5,"frames":[[4,"f","",1]],"trees":{"callees":{"depth":[0,1],"frame":[-1,4],"plus":[3,3],"minus":[2,0]}}}"#;
        assert_eq!(their_stacks(theirs), our_boxes(ours));
        assert!(our_boxes(ours).unwrap().contains("f (inline) 3 0"));
    }
}
