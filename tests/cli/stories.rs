//! Stories told four times, on SQLite and PostgreSQL, directly and through a daemon: the same words, the same output,
//! the same exit codes. The snapshot is one; that is the point.

use crate::support::sandbox::{PASSWORD, Sandbox};
use crate::support::{Engine, Face};

/// One story, four tests, one snapshot.
macro_rules! both {
    ($name:ident, |$s:ident| $story:block) => {
        mod $name {
            use super::*;

            fn story($s: &mut Sandbox) $story

            #[test]
            fn sqlite_direct() {
                tell(stringify!($name), Engine::Sqlite, Face::Direct, story);
            }
            #[test]
            fn sqlite_remote() {
                tell(stringify!($name), Engine::Sqlite, Face::Remote, story);
            }
            #[test]
            fn postgres_direct() {
                tell(stringify!($name), Engine::Postgres, Face::Direct, story);
            }
            #[test]
            fn postgres_remote() {
                tell(stringify!($name), Engine::Postgres, Face::Remote, story);
            }
        }
    };
}

fn tell(name: &str, engine: Engine, face: Face, story: fn(&mut Sandbox)) {
    let mut sandbox = Sandbox::new(engine, face);
    story(&mut sandbox);
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "[UUID]");
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[TIME]");
    settings.add_filter(r#"(?m)(now|\d+ (second|minute)s? ago)$"#, "[AGO]");
    settings.add_filter(r#""took_ms": ?\d+"#, r#""took_ms":[MS]"#);
    settings.add_filter(r"[\d.]+ GiB free", "[DISK] free");
    settings.add_filter(r"(SQLite|PostgreSQL) answers", "[ENGINE] answers");
    settings.bind(|| insta::assert_snapshot!(name, sandbox.transcript()));
}

both!(users, |s| {
    s.story_with("user add ada@example.org --role operator --name 'Ada Lovelace' --password-stdin", Some(PASSWORD));
    s.story_with("user add Bob@Example.org --password-stdin", Some(PASSWORD));
    s.story_with("user add ada@example.org --password-stdin", Some(PASSWORD));
    s.story("user add ada@example.org --if-not-exists -o name");
    s.story_with("user add eve@example.org --role raeder --password-stdin", Some(PASSWORD));
    s.story_with("user add eve@example.org --password-stdin", Some("short"));
    s.story_with("user add nobody --password-stdin", Some(PASSWORD));
    s.story("user add eve@example.org");
    s.story("user list");
    s.story("user list --role reader -o csv --columns email,role,disabled");
    s.story("user list --role wizard");
    s.story("user list --sort -email --columns email --no-headers");
    s.story("user list --columns emial");
    s.story("user list --limit 1 --after ada@example.org -o ndjson");
    s.story("user get bob@example.org");
    s.story("user get bob@example.org -o json");
    s.story("user get nobody@example.org");
    s.story("user disable bob@example.org -o name");
    s.story("user disable bob@example.org --columns email,disabled");
    s.story_with("login bob@example.org --password-stdin", Some(PASSWORD));
    s.story("user enable bob@example.org --columns email,disabled");
    s.story_with("user passwd bob@example.org --password-stdin --columns email", Some("another password"));
    s.story("user rm bob@example.org");
    s.story("user rm bob@example.org --dry-run --columns email");
    s.story("user rm bob@example.org --yes --columns email");
    s.story("user rm bob@example.org --yes");
    s.story("user rm admin@localhost --yes");
    s.story("user disable admin@localhost");
});

both!(signing_in, |s| {
    s.story_with("user add ada@example.org --role reader --password-stdin -o name", Some(PASSWORD));
    // From here on as whoever is signed in.
    s.token = None;
    s.story("logout");
    s.story_with("login ada@example.org --password-stdin", Some("not her password"));
    s.story_with("login nobody@example.org --password-stdin", Some(PASSWORD));
    s.story_with("login ada@example.org --password-stdin --columns email,role", Some(PASSWORD));
    s.story("whoami");
    s.story("user list");
    s.story("search stats --columns stored,indexed,lag");
    s.story("logout");
    s.story("logout");
});

both!(policies, |s| {
    s.file(
        "authz.rego",
        "package authz\n\ndefault allow := false\n\nallow if input.role == \"admin\"\n\nreasons contains r if {\n\tr := input.role\n}\n",
    );
    s.file("bad.rego", "package authz\n\nallow if {\n\tinput.role ==\n}\n");
    s.file("unsafe.rego", "package other\n\nallow if x > 1\n");
    s.file("input.json", "{\"role\": \"admin\"}");
    s.file("broken.json", "{\n  \"role\": admin\n}");
    s.story("policy put authz/base authz.rego --columns id,package");
    s.story("policy put authz/base authz.rego -o name");
    s.story("policy put authz/bad bad.rego");
    s.story("policy put authz/unsafe unsafe.rego");
    s.story("policy put ../etc authz.rego");
    s.story("policy put authz/base missing.rego");
    s.story("policy list");
    s.story("policy get authz/base");
    s.story("policy get authz/other");
    s.story("policy eval data.authz.allow -i input.json");
    s.story("policy eval data.authz -i input.json -f pretty");
    s.story("policy eval data.authz.allow -f raw");
    s.story("policy eval 'data.authz.allow == true' -i input.json --fail-defined -f raw");
    s.story("policy eval data.authz.nothing --fail");
    s.story("policy eval data.authz.nothing -f pretty");
    s.story_with("policy eval data.authz.reasons -I -f raw", Some("{\"role\": \"reader\"}"));
    s.story("policy eval 'x := [1, 2][_]; y := data.authz.allow' -f pretty");
    s.story("policy eval data.authz.allow -i broken.json");
    s.story("policy rm authz/base");
    s.story("policy rm authz/base --yes -o name");
    s.story("policy list -o json");
});

both!(searching, |s| {
    let documents = concat!(
        "{\"id\": \"a\", \"source\": \"laws\", \"kind\": \"act\", \"jurisdiction\": \"ca\", \"lang\": \"en\", \"title\": \"Fisheries Act\", \"text\": \"An Act about fish & fishing.\"}\n",
        "{\"id\": \"b\", \"source\": \"laws\", \"kind\": \"regulation\", \"jurisdiction\": \"ca\", \"language\": \"en\", \"title\": \"Lobster Regulations\", \"body\": \"Fishing for lobsters is closed in winter.\", \"year\": 1999}\n",
        "\n",
        "{\"id\": 7, \"source\": \"laws\", \"kind\": \"act\", \"jurisdiction\": \"us-vt\", \"language\": \"en\", \"title\": \"Maple Syrup Act\", \"body\": \"Syrup has grades.\", \"tags\": [\"sugar\", \"trees\"]}\n",
    );
    s.file("documents.ndjson", documents);
    s.file("array.json", "[\n  {\"id\": \"x\", \"body\": \"first of an array\"},\n  {\"id\": \"y\", \"body\": \"second, with ] and } in a \\\"string\\\"\"}\n]\n");
    s.story("search index documents.ndjson --dry-run");
    s.story("search index documents.ndjson");
    s.story("search index documents.ndjson");
    s.story("search index array.json --kind note --source notes");
    s.story("search query fishing --columns id,source,kind,title,passage");
    s.story("search query fishing -o json");
    s.story("search query fishing --kind act -o name");
    s.story("search query syrup --jurisdiction us-vt --language en -o name");
    s.story("search query sugar -o name");
    s.story("search query '\"first of an array\"' -o name");
    s.story("search query 'title:(lobster' -o name");
    s.story("search query --limit 2 --sort id -o csv --columns source,kind");
    s.story("search query --limit 3 --cursor after-4 -o name");
    s.story("search query --cursor nonsense");
    s.story("search stats --columns stored,indexed,lag");
    s.story("search rm laws b");
    s.story("search rm laws b --yes");
    s.story("search rm laws b --yes");
    s.story("search query lobsters -o json");
    s.story("search rebuild --columns stored,indexed,lag,segments");
    s.story("search query fishing -o name");
    let bad = "{\"id\": 1, \"body\": \"one\"}\n".repeat(6) + "{\"id\": 2, \"body\": oops}\n{\"id\": 3}\n";
    s.file("bad.ndjson", &bad);
    s.story("search index bad.ndjson");
    s.story("search index bad.ndjson --skip-invalid");
    s.story_with("search index -", Some("{\"title\": \"no id\"}"));
    s.story_with("search index -", Some("{\"id\": \"z\", \"source\": \"a/b\"}"));
    s.story_with("search index -", Some("{\"id\": \"z\", \"body\": \"nul \\u0000\"}"));
    s.story_with("search index -", Some("[{\"id\": \"z\"}, {\"id\": "));
    s.story_with("search index -", Some("[{\"id\": \"z\"},, {\"id\": \"zz\"}]"));
    s.story_with("search index -", Some("{\"id\": 100000000000000000000001}"));
    s.story("search rm a/b c --yes");
    s.story("search index missing.ndjson");
});

both!(seeds, |s| {
    s.story("seed list");
    s.story("seed apply --profile demo --dry-run --columns profile");
    s.story("seed list --columns profile,current");
    s.story("seed apply --profile demo --columns profile");
    s.story("seed apply --profile demo --columns profile,written");
    s.story("seed list");
    s.story("seed apply --profile dmeo");
    s.story("search query 'education committee' --jurisdiction us-vt --limit 2 --columns id,kind,title");
    s.story("search query --kind guide --limit 3 --columns kind,title");
    s.story("policy list --columns id,package");
});

both!(calling, |s| {
    s.story("call ListUsers '{\"role\": \"admin\", \"limit\": 5}'");
    s.story("call ListUsers '{\"limit\": \"many\"}'");
    s.story("call ListUsers '{\"limt\": 5}'");
    s.story("call ListUsers {");
    s.story("call ListUser");
    s.story_with("call EvalPolicy -", Some("{\"query\": \"x := input.n + 1\", \"input\": {\"n\": 41}}"));
    s.story("call AddUser '{\"email\": \"x@example.org\"}'");
    s.story("migrate status");
    s.story("migrate up");
    s.story("migrate plan");
    s.story("migrate up --to 99");
    s.story("migrate down");
    s.story("health");
});
