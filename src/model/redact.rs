/// A URL that may be shown: the password of its authority and of its query is replaced.
pub fn redact(url: &str) -> String {
    let Ok(mut parsed) = reqwest::Url::parse(url) else {
        // Nothing is known of its parts: what could hold a password is left out.
        let rest = url.rsplit('@').next().unwrap_or(url);
        return rest.split('?').next().unwrap_or(rest).to_owned();
    };
    let in_query = parsed.query_pairs().any(|(key, _)| key == "password");
    if parsed.password().is_none() && !in_query {
        // As it was given: parsing adds a slash here and there.
        return url.to_owned();
    }
    if parsed.password().is_some() {
        // Fails only for URLs that cannot have a password.
        let _ = parsed.set_password(Some("***"));
    }
    if in_query {
        let pairs: Vec<_> = parsed
            .query_pairs()
            .map(|(k, v)| (k.to_string(), if k == "password" { "***".into() } else { v.to_string() }))
            .collect();
        parsed.query_pairs_mut().clear().extend_pairs(pairs);
    }
    parsed.to_string()
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn passwords_in_urls_are_never_shown() {
        assert_eq!(redact("postgres://ada:s3cret@db/p"), "postgres://ada:***@db/p");
        assert_eq!(redact("postgres://db/p?user=ada&password=s3cret"), "postgres://db/p?user=ada&password=***");
        assert_eq!(redact("sqlite:/var/lib/platform.db"), "sqlite:/var/lib/platform.db");
        assert!(!redact("postgres://ada:s3c ret@[bad/p").contains("s3c"));
        assert!(!redact("postgres://h:99999/db?password=s3cret").contains("s3c"));
    }
}
