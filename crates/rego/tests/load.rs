//! Files, folders and bundles.

use std::{fs, io::Write, path::Path};

use rego::load::{Loaded, Options, bundle, files};

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn names(loaded: &Loaded) -> Vec<&str> {
    loaded.modules.iter().map(|module| module.name.rsplit('/').next().unwrap()).collect()
}

#[test]
fn folders_mount_what_is_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    write(folder.path(), "a/b/data.json", "\u{feff}{\"x\": 1.50}");
    write(folder.path(), "a/other.yaml", "y: [yes]");
    write(folder.path(), "p.rego", "package p\n");
    write(folder.path(), "p_test.rego", "package p_test\n");
    write(folder.path(), "README.md", "no policy");
    let options = Options { ignore: vec!["*_test.rego".to_owned()], ..Options::default() };
    let loaded = files(&[root], &options).unwrap();
    assert_eq!(loaded.data.to_json(), r#"{"a":{"b":{"x":1.50},"y":["yes"]}}"#);
    assert_eq!(names(&loaded), ["p.rego"]);
    let mounted = files(&[format!("m.n:{root}/a/b/data.json")], &Options::default()).unwrap();
    assert_eq!(mounted.data.to_json(), r#"{"m":{"n":{"x":1.50}}}"#);
}

#[test]
fn conflicts_name_both_files() {
    let folder = tempfile::tempdir().unwrap();
    let a = write(folder.path(), "a.json", r#"{"x": {"y": 1}}"#);
    let b = write(folder.path(), "b.json", r#"{"x": {"y": 2}}"#);
    let error = files(&[&a, &b, &a], &Options::default()).unwrap_err().to_string();
    let expected = format!(
        "1 error occurred during loading: {b}: merge error: conflicting values at data.x.y, also defined in {a}"
    );
    assert_eq!(error, expected);
    assert!(files(&[&a, &a], &Options::default()).is_ok());
}

#[test]
fn errors_say_file_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let bad = write(folder.path(), "bad.json", "{\n  \"a\": ]\n}");
    let list = write(folder.path(), "list.json", "[]");
    let missing = format!("{}/none", folder.path().display());
    let errors = files(&[&bad, &list, &missing], &Options::default()).unwrap_err();
    assert_eq!(errors.0[0].message, format!("{bad}: invalid character ']' looking for beginning of value"));
    assert_eq!(errors.0[0].position, Some((2, 8)));
    assert_eq!(errors.0[1].message, format!("{list}: document must be of type object"));
    assert_eq!(errors.0[2].message, format!("stat {missing}: no such file or directory"));
    let small = Options { max_file: 1, ..Options::default() };
    assert!(files(&[&list], &small).unwrap_err().to_string().contains("exceeded max size (1 bytes)"));
}

#[test]
fn bundles_have_roots_and_versions() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    write(
        folder.path(),
        ".manifest",
        r#"{"roots": ["a"], "rego_version": 1, "file_rego_versions": {"/a/old/*.rego": 0}}"#,
    );
    write(folder.path(), "a/data.json", r#"{"x": 1}"#);
    write(folder.path(), "a/ignored.json", r#"{"z": 1}"#);
    write(folder.path(), "a/p.rego", "package a.p\n");
    write(folder.path(), "a/old/q.rego", "package a.q\n");
    let loaded = bundle(root, &Options::default()).unwrap();
    assert_eq!(loaded.data.to_json(), r#"{"a":{"x":1}}"#);
    assert_eq!(loaded.roots, ["a"]);
    let versions: Vec<_> = loaded.modules.iter().map(|module| (names(&loaded).len(), module.rego_version)).collect();
    assert_eq!(versions, [(2, Some(0)), (2, Some(1))]);

    write(folder.path(), "b/data.json", "{\"y\": 1}");
    let error = bundle(root, &Options::default()).unwrap_err().to_string();
    assert!(
        error.ends_with("manifest roots [a] do not permit data at path '/b' (hint: check bundle directory structure)"),
        "{error}"
    );
}

#[test]
fn archives_are_bundles() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.tar.gz");
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, text) in [("data.yaml", "a: 1"), ("p/p.rego", "package p")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    let bytes = archive.into_inner().unwrap().finish().unwrap();
    fs::File::create(&path).unwrap().write_all(&bytes).unwrap();
    let path = path.to_str().unwrap();
    let loaded = bundle(path, &Options::default()).unwrap();
    assert_eq!(loaded.data.to_json(), r#"{"a":1}"#);
    assert_eq!(loaded.modules[0].name, "/p/p.rego");
    assert_eq!(files(&[path], &Options::default()).unwrap().modules.len(), 1);
    fs::write(path, "no archive").unwrap();
    assert!(bundle(path, &Options::default()).is_err());
}
