//! The demo profile: facts in tables become documents that can be found and filtered.

use std::collections::BTreeMap;

use serde_json::json;

use super::{SEEDS, broken, file, new_document};
use crate::error::Result;
use crate::model::NewDocument;

struct Jurisdiction {
    name: String,
    upper: String,
    lower: String,
}

struct Legislator {
    id: String,
    name: String,
    party: String,
    jurisdiction: String,
    chamber: String,
    district: String,
    since: String,
}

struct Committee {
    id: String,
    name: String,
    jurisdiction: String,
    chamber: String,
    parent: String,
    /// Person's id and role
    members: Vec<(String, String)>,
}

/// The example policies: name and module.
pub fn policies() -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for file in SEEDS.get_dir("demo/policies").into_iter().flat_map(|dir| dir.files()) {
        let name = file.path().file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let text = file.contents_utf8().ok_or_else(|| broken(name, "no UTF-8"))?;
        all.push((format!("demo/{name}"), text.to_owned()));
    }
    all.sort();
    Ok(all)
}

/// All documents of the demo.
pub fn documents() -> Result<Vec<NewDocument>> {
    let jurisdictions: BTreeMap<String, Jurisdiction> = rows("demo/jurisdictions.tsv")?
        .into_iter()
        .map(|row| {
            let mut cells = row.into_iter();
            let mut next = || cells.next().unwrap_or_default();
            (next(), Jurisdiction { name: next(), upper: next(), lower: next() })
        })
        .collect();
    let legislators: Vec<Legislator> = rows("demo/legislators.tsv")?.into_iter().map(legislator).collect();
    let committees: Vec<Committee> = rows("demo/committees.tsv")?.into_iter().map(committee).collect();
    let place =
        |code: &str| jurisdictions.get(code).ok_or_else(|| broken("demo/jurisdictions.tsv", format!("no {code}")));

    let mut seats_of: BTreeMap<&str, Vec<(&Committee, &str)>> = BTreeMap::new();
    for committee in &committees {
        for (person, role) in &committee.members {
            seats_of.entry(person).or_default().push((committee, role));
        }
    }
    let by_id: BTreeMap<&str, &Legislator> = legislators.iter().map(|person| (person.id.as_str(), person)).collect();

    let mut all = guides()?;
    for person in &legislators {
        let seats = seats_of.get(person.id.as_str()).map_or(&[][..], Vec::as_slice);
        all.push(describe_legislator(person, place(&person.jurisdiction)?, seats));
    }
    for committee in &committees {
        all.push(describe_committee(committee, place(&committee.jurisdiction)?, &by_id));
    }
    let mut districts: BTreeMap<(&str, &str, &str), Vec<&Legislator>> = BTreeMap::new();
    for person in &legislators {
        districts.entry((&person.jurisdiction, &person.chamber, &person.district)).or_default().push(person);
    }
    for ((code, chamber, district), people) in districts {
        all.push(describe_district(code, chamber, district, place(code)?, &people));
    }
    Ok(all)
}

fn guides() -> Result<Vec<NewDocument>> {
    let mut all = Vec::new();
    for file in SEEDS.get_dir("demo/guides").into_iter().flat_map(|dir| dir.files()) {
        let stem = file.path().file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let text = file.contents_utf8().ok_or_else(|| broken(stem, "no UTF-8"))?;
        let (title, body) = text.split_once('\n').ok_or_else(|| broken(stem, "no title"))?;
        let title = title.trim_start_matches("# ").to_owned();
        all.push(new_document(format!("guide-{stem}"), "guide", None, title, body.trim().to_owned()));
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(all)
}

fn describe_legislator(person: &Legislator, place: &Jurisdiction, seats: &[(&Committee, &str)]) -> NewDocument {
    let chamber = chamber_name(place, &person.chamber);
    let mut body = format!(
        "{} sits in the {} {chamber} for district {}, {} party.",
        person.name, place.name, person.district, person.party
    );
    if !person.since.is_empty() {
        body.push_str(&format!(" In office since {}.", person.since));
    }
    if !seats.is_empty() {
        let list: Vec<_> = seats.iter().map(|(committee, role)| format!("{} ({role})", committee.name)).collect();
        body.push_str(&format!(" Committees: {}.", list.join(", ")));
    }
    let mut document =
        new_document(person.id.clone(), "legislator", Some(&person.jurisdiction), person.name.clone(), body);
    document.fields.insert("party".into(), json!(person.party));
    document.fields.insert("chamber".into(), json!(chamber));
    document.fields.insert("district".into(), json!(person.district));
    document
}

fn describe_committee(
    committee: &Committee,
    place: &Jurisdiction,
    people: &BTreeMap<&str, &Legislator>,
) -> NewDocument {
    let chamber = chamber_name(place, &committee.chamber);
    let mut body = format!("{} is a committee of the {} {chamber}.", committee.name, place.name);
    if !committee.parent.is_empty() {
        body.push_str(&format!(" It belongs to {}.", committee.parent));
    }
    let members: Vec<_> = committee
        .members
        .iter()
        .filter_map(|(id, role)| people.get(id.as_str()).map(|person| format!("{} ({role})", person.name)))
        .collect();
    if !members.is_empty() {
        body.push_str(&format!(" Members: {}.", members.join(", ")));
    }
    let title = committee.name.clone();
    let mut document = new_document(committee.id.clone(), "committee", Some(&committee.jurisdiction), title, body);
    document.fields.insert("chamber".into(), json!(chamber));
    document.fields.insert("members".into(), json!(members.len()));
    document
}

fn describe_district(
    code: &str,
    chamber: &str,
    district: &str,
    place: &Jurisdiction,
    people: &[&Legislator],
) -> NewDocument {
    let chamber_name = chamber_name(place, chamber);
    let members: Vec<_> = people.iter().map(|person| format!("{} ({})", person.name, person.party)).collect();
    let title = format!("{} {chamber_name} district {district}", place.name);
    let body =
        format!("District {district} of the {} {chamber_name} is represented by {}.", place.name, members.join(", "));
    let slug: String =
        district.chars().map(|sign| if sign.is_alphanumeric() { sign.to_ascii_lowercase() } else { '-' }).collect();
    let mut document = new_document(format!("{code}-{chamber}-{slug}"), "district", Some(code), title, body);
    document.fields.insert("chamber".into(), json!(chamber_name));
    document.fields.insert("seats".into(), json!(people.len()));
    document
}

fn chamber_name<'a>(place: &'a Jurisdiction, chamber: &str) -> &'a str {
    match chamber {
        "upper" => &place.upper,
        "lower" => &place.lower,
        _ => "Legislature",
    }
}

fn legislator(row: Vec<String>) -> Legislator {
    let mut cells = row.into_iter();
    let mut next = || cells.next().unwrap_or_default();
    Legislator {
        id: next(),
        name: next(),
        party: next(),
        jurisdiction: next(),
        chamber: next(),
        district: next(),
        since: next(),
    }
}

fn committee(row: Vec<String>) -> Committee {
    let mut cells = row.into_iter();
    let mut next = || cells.next().unwrap_or_default();
    let (id, name, jurisdiction, chamber, parent) = (next(), next(), next(), next(), next());
    let members = next()
        .split(';')
        .filter_map(|member| member.split_once(':'))
        .map(|(person, role)| (person.to_owned(), role.to_owned()))
        .collect();
    Committee { id, name, jurisdiction, chamber, parent, members }
}

/// The cells of a tab-separated file, without its heading.
fn rows(path: &str) -> Result<Vec<Vec<String>>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_reader(file(path)?.as_bytes());
    let rows = reader.records().map(|row| row.map(|row| row.iter().map(str::to_owned).collect()));
    rows.collect::<Result<_, _>>().map_err(|e| broken(path, e))
}
