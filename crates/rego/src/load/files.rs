//! Files and folders, as `-d` names them.

use std::{collections::BTreeSet, fs, io::Read, path::Path};

use globset::{Glob, GlobMatcher};

use super::{
    Kind, LoadError, LoadErrors, Loaded, ModuleText, Options, bundle::archive, documents, json_document, mounted,
    text_of, yaml_document,
};
use crate::{
    parse,
    value::{Object, Value},
};

/// Folders within folders deeper than this are refused: links can make a circle.
const MAX_DEPTH: usize = 255;

/// What is in the files and folders that are named. A path can begin with where it is mounted: `a.b:folder`.
/// The files in a folder are mounted where they stand in it; a file that is named itself is mounted at the root.
pub fn files<P: AsRef<str>>(paths: &[P], options: &Options) -> Result<Loaded, LoadErrors> {
    let mut loader = Loader {
        options,
        ignore: options.ignore.iter().filter_map(|name| Some(Glob::new(name).ok()?.compile_matcher())).collect(),
        modules: Vec::new(),
        data: Object::new(),
        seen: BTreeSet::new(),
        documents: Vec::new(),
        total: 0,
        errors: Vec::new(),
    };
    for path in paths {
        let (parents, path) = split_mount(path.as_ref());
        loader.visit(path.strip_prefix("file://").unwrap_or(path), &parents, 0);
    }
    match loader.errors.is_empty() {
        true => {
            Ok(Loaded { modules: loader.modules, data: Value::Object(loader.data.into()), roots: vec![String::new()] })
        }
        false => Err(LoadErrors(loader.errors)),
    }
}

/// `a.b:path` is the path, and `[a, b]` above it.
fn split_mount(path: &str) -> (Vec<String>, &str) {
    match path.split_once(':') {
        Some((mount, rest)) if !mount.is_empty() && !rest.starts_with("//") => {
            (mount.split('.').map(str::to_owned).collect(), rest)
        }
        _ => (Vec::new(), path),
    }
}

struct Loader<'o> {
    options: &'o Options,
    ignore: Vec<GlobMatcher>,
    modules: Vec<ModuleText>,
    data: Object,
    /// Files that were loaded, with where they are mounted: a second time adds nothing.
    seen: BTreeSet<(Vec<String>, String)>,
    /// Files with documents, in their order.
    documents: Vec<(Vec<String>, String)>,
    total: u64,
    errors: Vec<LoadError>,
}

/// What a file turned out to be.
enum Content {
    Module(ModuleText),
    Document(Value),
    Bundle(Loaded),
}

impl Loader<'_> {
    fn visit(&mut self, path: &str, parents: &[String], depth: usize) {
        let result = fs::metadata(path).map_err(|error| LoadError::io("stat", path, &error)).and_then(|info| {
            let name = Path::new(path).file_name().unwrap_or_default();
            if depth > 0 && self.ignore.iter().any(|glob| glob.is_match(name)) {
                return Ok(());
            }
            match info.is_dir() {
                true => self.folder(path, parents, depth),
                false => self.file(path, parents, depth),
            }
        });
        self.errors.extend(result.err());
    }

    fn folder(&mut self, path: &str, parents: &[String], depth: usize) -> Result<(), LoadError> {
        if depth == MAX_DEPTH {
            return Err(LoadError::new(path, format!("{path}: too many folders within each other")));
        }
        let opened = fs::read_dir(path).map_err(|error| LoadError::io("open", path, &error))?;
        let mut names = Vec::new();
        for entry in opened {
            let entry = entry.map_err(|error| LoadError::io("open", path, &error))?;
            match entry.file_name().into_string() {
                Ok(name) => names.push(name),
                Err(name) => {
                    let name = name.to_string_lossy();
                    return Err(LoadError::new(path, format!("{path}/{name}: the name is not UTF-8")));
                }
            }
        }
        names.sort();
        let mut parents = parents.to_vec();
        if depth > 0 {
            parents.push(Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned());
        }
        for name in names {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.visit(&join(path, &name), &parents, depth + 1));
        }
        Ok(())
    }

    fn file(&mut self, path: &str, parents: &[String], depth: usize) -> Result<(), LoadError> {
        if !self.seen.insert((parents.to_vec(), path.to_owned())) {
            return Ok(());
        }
        match self.content(path, depth)? {
            None => Ok(()),
            Some(Content::Module(module)) => {
                self.modules.push(module);
                Ok(())
            }
            Some(Content::Document(document)) => self.document(path, parents, document),
            Some(Content::Bundle(bundle)) => {
                self.modules.extend(bundle.modules);
                self.document(path, parents, bundle.data)
            }
        }
    }

    fn content(&mut self, path: &str, depth: usize) -> Result<Option<Content>, LoadError> {
        let kind = Kind::of(path);
        if kind == Kind::Other && depth > 0 {
            return Ok(None);
        }
        let bytes = self.read(path)?;
        if kind == Kind::Archive {
            let bundle = archive(path, &bytes, self.options).map_err(|mut errors| errors.0.remove(0))?;
            return Ok(Some(Content::Bundle(bundle)));
        }
        let text = text_of(bytes);
        let module = |text: String| {
            Content::Module(ModuleText { name: path.trim_end_matches('/').to_owned(), text, rego_version: None })
        };
        Ok(Some(match kind {
            Kind::Rego => module(text),
            Kind::Json => Content::Document(json_document(path, &text)?),
            Kind::Yaml => Content::Document(yaml_document(path, &text)?),
            _ if parse::module(path, &text, &parse::Options::default()).is_ok() => module(text),
            _ => match json_document(path, &text).or_else(|_| yaml_document(path, &text)) {
                Ok(document) => Content::Document(document),
                Err(_) => return Err(LoadError::new(path, format!("{path}: can't recognize file type"))),
            },
        }))
    }

    fn read(&mut self, path: &str) -> Result<Vec<u8>, LoadError> {
        let file = fs::File::open(path).map_err(|error| LoadError::io("open", path, &error))?;
        let limit = self.options.max_file.min(self.options.max_total - self.total.min(self.options.max_total));
        let mut bytes = Vec::new();
        let read = file.take(limit + 1).read_to_end(&mut bytes);
        let size = read.map_err(|error| LoadError::io("read", path, &error))? as u64;
        self.total += size;
        match size > limit {
            true => Err(LoadError::new(path, format!("{path}: size exceeded max size ({limit} bytes)"))),
            false => Ok(bytes),
        }
    }

    fn document(&mut self, path: &str, parents: &[String], document: Value) -> Result<(), LoadError> {
        let Some(document) = mounted(parents, document) else {
            return Err(LoadError::new(path, format!("{path}: document must be of type object")));
        };
        if let Some(conflict) = documents::conflict(&self.data, &document) {
            let other = match self.defining(&conflict) {
                Some(other) => format!("also defined in {other}"),
                None => "data from multiple files must not overlap".to_owned(),
            };
            let place = documents::shown(&conflict);
            let message = format!("{path}: merge error: conflicting values at {place}, {other}");
            return Err(LoadError::new(path, message));
        }
        documents::merge(&mut self.data, &document);
        self.documents.push((parents.to_vec(), path.to_owned()));
        Ok(())
    }

    /// Which file had a value first. Files are read again for this: it only happens when loading has failed.
    fn defining(&mut self, at: &[Value]) -> Option<String> {
        let loaded = std::mem::take(&mut self.documents);
        let found = loaded.iter().find(|(parents, path)| {
            let document = match self.content(path, 0) {
                Ok(Some(Content::Document(document))) => document,
                Ok(Some(Content::Bundle(bundle))) => bundle.data,
                _ => return false,
            };
            mounted(parents, document).is_some_and(|document| documents::has(&document, at))
        });
        let found = found.map(|(_, path)| path.clone());
        self.documents = loaded;
        found
    }
}

/// The path of a file in a folder, without `.` and doubled slashes.
pub(super) fn join(folder: &str, name: &str) -> String {
    let joined: std::path::PathBuf =
        Path::new(folder).join(name).components().filter(|part| *part != std::path::Component::CurDir).collect();
    joined.to_string_lossy().into_owned()
}
