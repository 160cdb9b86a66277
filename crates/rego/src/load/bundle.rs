//! Bundles: a folder or an archive (`.tar.gz`) with `data.json`, `data.yaml`, modules and a manifest.

use std::{
    fs,
    io::Read,
    path::{Component, Path},
};

use flate2::read::MultiGzDecoder;
use globset::{GlobBuilder, GlobMatcher};

use super::{
    LoadError, LoadErrors, Loaded, ModuleText, Options, documents, files::join, json_document, mounted, text_of,
    yaml_document,
};
use crate::value::{Object, Value};

/// What is in a bundle: a folder or an archive.
pub fn bundle(path: &str, options: &Options) -> Result<Loaded, LoadErrors> {
    let one = |error: LoadError| LoadErrors(vec![error]);
    let info = fs::metadata(path).map_err(|error| {
        let LoadError { message, .. } = LoadError::io("stat", path, &error);
        one(LoadError::new(path, format!("error reading {}: {message}", Value::from(path))))
    })?;
    if !info.is_dir() {
        let bytes = fs::read(path).map_err(|error| one(LoadError::io("open", path, &error)))?;
        return archive(path, &bytes, options);
    }
    let mut reader = Reader { base: Some(path.to_owned()), options, ..Reader::new(options) };
    let read = reader.folder(Path::new(path), "", 0).and_then(|()| reader.finish());
    read.map_err(|error| one(named(path, error)))
}

/// What is in the bytes of an archive.
pub(super) fn archive(path: &str, bytes: &[u8], options: &Options) -> Result<Loaded, LoadErrors> {
    let mut reader = Reader::new(options);
    let read = reader.archive(bytes).and_then(|()| reader.finish());
    read.map_err(|error| LoadErrors(vec![named(path, error)]))
}

fn named(bundle: &str, error: LoadError) -> LoadError {
    LoadError { message: format!("bundle {bundle}: {}", error.message), ..error }
}

struct Reader<'o> {
    options: &'o Options,
    /// The folder, before the names of modules.
    base: Option<String>,
    modules: Vec<ModuleText>,
    /// Paths of the modules within the bundle.
    paths: Vec<String>,
    data: Object,
    manifest: Option<(String, Value)>,
    signed: bool,
    total: u64,
}

impl<'o> Reader<'o> {
    fn new(options: &'o Options) -> Self {
        Self {
            options,
            base: None,
            modules: Vec::new(),
            paths: Vec::new(),
            data: Object::new(),
            manifest: None,
            signed: false,
            total: 0,
        }
    }

    fn folder(&mut self, root: &Path, below: &str, depth: usize) -> Result<(), LoadError> {
        const MAX_DEPTH: usize = 255;
        let path = root.join(below.trim_start_matches('/'));
        let shown = path.to_string_lossy().into_owned();
        if depth == MAX_DEPTH {
            return Err(LoadError::new(&shown, format!("{shown}: too many folders within each other")));
        }
        let failed = |error: &std::io::Error| LoadError::io("open", &shown, error);
        let mut entries = Vec::new();
        for entry in fs::read_dir(&path).map_err(|error| failed(&error))? {
            let entry = entry.map_err(|error| failed(&error))?;
            let kind = entry.file_type().map_err(|error| failed(&error))?;
            entries.push((entry.file_name().to_string_lossy().into_owned(), kind));
        }
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (name, kind) in entries {
            if self.is_ignored(&name) {
                continue;
            }
            let inner = format!("{below}/{name}");
            if kind.is_dir() {
                stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.folder(root, &inner, depth + 1))?;
            } else if kind.is_file() && is_wanted(&inner) {
                let file = path.join(&name);
                let opened = fs::File::open(&file);
                let opened = opened.map_err(|error| LoadError::io("open", &file.to_string_lossy(), &error))?;
                let bytes = self.read(&inner, opened)?;
                self.add(&inner, bytes)?;
            }
        }
        Ok(())
    }

    fn is_ignored(&self, name: &str) -> bool {
        let matches = |glob: &String| globset::Glob::new(glob).is_ok_and(|glob| glob.compile_matcher().is_match(name));
        self.options.ignore.iter().any(matches)
    }

    fn archive(&mut self, bytes: &[u8]) -> Result<(), LoadError> {
        let failed =
            |what: &str, error: std::io::Error| LoadError::new("", format!("bundle read failed: {what}: {error}"));
        // An archive cannot be larger than all of its files may be, and some for their names.
        let unpacked = MultiGzDecoder::new(bytes).take(self.options.max_total.saturating_mul(2));
        let mut archive = tar::Archive::new(unpacked);
        for entry in archive.entries().map_err(|error| failed("archive read failed", error))? {
            let entry = entry.map_err(|error| failed("archive read failed", error))?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let path = entry.path().map_err(|error| failed("archive read failed", error))?;
            let Some(path) = rooted(&path) else { continue };
            let ignored = path.split('/').any(|name| !name.is_empty() && self.is_ignored(name));
            if is_wanted(&path) && !ignored {
                let bytes = self.read(&path, entry)?;
                self.add(&path, bytes)?;
            }
        }
        Ok(())
    }

    fn read(&mut self, path: &str, file: impl Read) -> Result<Vec<u8>, LoadError> {
        let limit = self.options.max_file.min(self.options.max_total - self.total.min(self.options.max_total));
        let mut bytes = Vec::new();
        let read = file.take(limit + 1).read_to_end(&mut bytes);
        let size = read.map_err(|error| LoadError::io("read", path, &error))? as u64;
        self.total += size;
        match size > limit {
            true => {
                let path = path.trim_start_matches('/');
                let message = format!("bundle file '{path}' size ({size} bytes) exceeded max size ({limit} bytes)");
                Err(LoadError::new(path, message))
            }
            false => Ok(bytes),
        }
    }

    fn full(&self, path: &str) -> String {
        match &self.base {
            Some(base) => join(base, path.trim_start_matches('/')),
            None => path.to_owned(),
        }
    }

    fn add(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), LoadError> {
        let text = text_of(bytes);
        let name = self.full(path);
        let in_file = |mut error: LoadError| {
            let why = error.message.strip_prefix(&format!("{name}: ")).unwrap_or(&error.message).to_owned();
            error.message = format!("bundle load failed on {name}: {why}");
            error
        };
        match path.rsplit('/').next().unwrap_or_default() {
            file if file.ends_with(".rego") => {
                self.modules.push(ModuleText { name, text, rego_version: None });
                self.paths.push(path.to_owned());
                Ok(())
            }
            "data.json" => {
                let document = json_document(&name, &text).map_err(in_file)?;
                self.document(path, document)
            }
            "data.yaml" | "data.yml" => {
                let document = yaml_document(&name, &text).map_err(in_file)?;
                self.document(path, document)
            }
            ".signatures.json" => {
                self.signed = true;
                Ok(())
            }
            _ => {
                if let Some((first, _)) = &self.manifest {
                    let (first, second) = (Value::from(first.as_str()), Value::from(path));
                    let message = format!("bundle contains multiple manifest files: {first} and {second}");
                    return Err(LoadError::new(&name, message));
                }
                let manifest = json_document(&name, &text).map_err(|mut error| {
                    let why = error.message.strip_prefix(&format!("{name}: ")).unwrap_or(&error.message).to_owned();
                    error.message = format!("bundle load failed on manifest decode: {why}");
                    error
                })?;
                self.manifest = Some((path.to_owned(), manifest));
                Ok(())
            }
        }
    }

    fn document(&mut self, path: &str, document: Value) -> Result<(), LoadError> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).trim_matches('/');
        let parents: Vec<String> = folder.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let failed = |why: &str| LoadError::new(path, format!("bundle load failed on {path}: {why}"));
        let document = mounted(&parents, document).ok_or_else(|| failed("root value must be object"))?;
        if documents::conflict(&self.data, &document).is_some() {
            return Err(failed(&format!("failed to insert data file from path {folder}")));
        }
        documents::merge(&mut self.data, &document);
        Ok(())
    }

    fn finish(&mut self) -> Result<Loaded, LoadError> {
        if self.signed && !self.options.skip_verify {
            return Err(LoadError::new("/.signatures.json", "verification key not provided"));
        }
        let manifest = self.manifest.take().map_or(Value::Null, |(_, manifest)| manifest);
        let wrong = |message: String| LoadError::new("/.manifest", message);
        let roots = roots(&manifest).map_err(wrong)?;
        check_data(&roots, &[], &self.data).map_err(wrong)?;
        let versions = Versions::of(&manifest).map_err(wrong)?;
        for (module, path) in self.modules.iter_mut().zip(&self.paths) {
            module.rego_version = versions.find(path);
        }
        let data = Value::Object(std::mem::take(&mut self.data).into());
        Ok(Loaded { modules: std::mem::take(&mut self.modules), data, roots })
    }
}

/// `/a/b` for a path in an archive; None if it leads out of it.
fn rooted(path: &Path) -> Option<String> {
    let mut out = String::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => {
                out.push('/');
                out.push_str(name.to_str()?);
            }
            Component::CurDir | Component::RootDir => {}
            _ => return None,
        }
    }
    Some(out)
}

fn is_wanted(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path == "/.signatures.json"
        || name.ends_with(".rego")
        || matches!(name, "data.json" | "data.yaml" | "data.yml" | ".manifest")
}

/// The `roots` of a manifest; without, a bundle has all of `data`.
fn roots(manifest: &Value) -> Result<Vec<String>, String> {
    let Some(Value::Array(roots)) = manifest.field("roots") else { return Ok(vec![String::new()]) };
    let roots: Vec<String> =
        roots.iter().filter_map(|root| Some(root.as_str()?.trim_matches('/').to_owned())).collect();
    for (at, a) in roots.iter().enumerate() {
        if let Some(b) = roots[at + 1..].iter().find(|b| contains(a, b) || contains(b, a)) {
            return Err(format!("manifest has overlapped roots: '{a}' and '{b}'"));
        }
    }
    Ok(roots)
}

/// Whether a path is a root or below it.
fn contains(root: &str, path: &str) -> bool {
    root.is_empty() || path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn check_data(roots: &[String], at: &[&str], data: &Object) -> Result<(), String> {
    if roots.iter().any(|root| contains(root, &at.join("/"))) {
        return Ok(());
    }
    for (key, value) in data.iter() {
        let mut path = at.to_vec();
        path.push(key.as_str().unwrap_or_default());
        let joined = path.join("/");
        if roots.iter().any(|root| contains(root, &joined)) {
            continue;
        }
        match value {
            Value::Object(inner) if roots.iter().any(|root| contains(&joined, root)) => {
                stacker::maybe_grow(64 * 1024, 1024 * 1024, || check_data(roots, &path, inner))?;
            }
            _ => {
                let roots = roots.join(" ");
                return Err(format!(
                    "manifest roots [{roots}] do not permit data at path '/{joined}' (hint: check bundle directory \
                     structure)"
                ));
            }
        }
    }
    Ok(())
}

/// Which version of Rego the modules of a bundle are written in.
struct Versions {
    whole: Option<u8>,
    files: Vec<(GlobMatcher, u8)>,
}

impl Versions {
    fn of(manifest: &Value) -> Result<Self, String> {
        let version = |value: &Value| match value.as_i64() {
            Some(0) => Ok(0),
            Some(1) => Ok(1),
            _ => Err(format!("invalid rego version: {value}")),
        };
        let whole = match manifest.field("rego_version") {
            None | Some(Value::Null) => None,
            Some(value) => Some(version(value).map_err(|why| format!("manifest has {why}"))?),
        };
        let mut files = Vec::new();
        if let Some(Value::Object(patterns)) = manifest.field("file_rego_versions") {
            for (pattern, value) in patterns.iter() {
                let pattern = pattern.as_str().unwrap_or_default();
                let number = version(value).map_err(|why| format!("manifest has {why} for file '{pattern}'"))?;
                let glob = GlobBuilder::new(pattern).literal_separator(true).build();
                let glob = glob.map_err(|error| format!("failed to compile glob pattern {pattern}: {error}"))?;
                files.push((glob.compile_matcher(), number));
            }
        }
        Ok(Self { whole, files })
    }

    fn find(&self, path: &str) -> Option<u8> {
        let own =
            self.files.iter().find(|(glob, _)| glob.is_match(path) || glob.is_match(path.trim_start_matches('/')));
        own.map(|(_, version)| *version).or(self.whole)
    }
}
