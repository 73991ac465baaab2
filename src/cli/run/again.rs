//! The one line that runs a scenario again.

use std::ffi::OsStr;

use super::super::args::RunArgs;

/// The line for one scenario with this seed. Only what decides what happens is in it: reports, for one, are not.
pub fn line(args: &RunArgs, file: &str, seed: u64) -> String {
    let mut words = vec!["quince".to_owned(), "run".to_owned(), quoted(file)];
    let mut option = |name: &str, value: &str| words.extend([format!("--{name}"), quoted(value)]);
    option("seed", &seed.to_string());
    let several = [("set", &args.set), ("preset", &args.preset), ("env", &args.env)];
    for (name, values) in several {
        for value in values {
            option(name, value);
        }
    }
    if let Some(timeout) = &args.timeout {
        option("timeout", timeout);
    }
    words.push("--".to_owned());
    words.extend(args.command.iter().map(quoted));
    words.join(" ")
}

/// A word as a shell takes it. What is no text is shown as far as it can be.
fn quoted(word: impl AsRef<OsStr>) -> String {
    let word = word.as_ref().to_string_lossy();
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "_-./:=@%+,".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_be_pasted_into_a_shell() {
        let args = RunArgs {
            command: ["sh", "-c", "echo $X 'a'", ""].map(Into::into).to_vec(),
            set: vec!["v2.page_size=3".to_owned()],
            preset: vec!["pages-move@7".to_owned()],
            env: vec!["X={url}/v2".to_owned()],
            timeout: Some("90s".to_owned()),
            report: vec!["json=x".to_owned()],
            ..RunArgs::default()
        };
        assert_eq!(
            line(&args, "my scenarios/a.toml", 7),
            r"quince run 'my scenarios/a.toml' --seed 7 --set v2.page_size=3 --preset pages-move@7 --env 'X={url}/v2' --timeout 90s -- sh -c 'echo $X '\''a'\''' ''"
        );
    }
}
