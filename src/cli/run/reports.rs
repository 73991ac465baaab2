//! Reports into files.

use std::fs::File;
use std::io::Write;

use serde::Serialize;

use super::super::error::Error;
use super::super::terminal;
use super::options::{Kind, Target};
use crate::judge::report::{Report, github, junit, text};

/// Where reports will go. Files are made at once: whoever can't have one learns it before anything runs, and an old
/// report is never taken for a new one.
#[derive(Debug)]
pub struct Reports(Vec<(Kind, Place)>);

#[derive(Debug)]
enum Place {
    File(String, File),
    Stdout,
}

/// Reports of one call, as JSON.
#[derive(Serialize)]
struct Document<'a> {
    reports: &'a [Report],
}

impl Reports {
    /// Makes the files.
    pub fn open(targets: &[(Kind, Target)]) -> Result<Self, Error> {
        let open = |(kind, target): &(Kind, Target)| match target {
            Target::Stdout => Ok((*kind, Place::Stdout)),
            Target::File(path) => {
                let name = path.display().to_string();
                let file = File::create(path).map_err(|cause| refusal(&name, cause))?;
                Ok((*kind, Place::File(name, file)))
            }
        };
        Ok(Self(targets.iter().map(open).collect::<Result<_, Error>>()?))
    }

    /// Writes the reports of all scenarios, in this order.
    pub fn write(self, reports: &[Report]) -> Result<(), Error> {
        for (kind, place) in self.0 {
            let text = rendered(kind, reports)?;
            match place {
                Place::File(name, mut file) => {
                    file.write_all(text.as_bytes()).map_err(|cause| refusal(&name, cause))?;
                }
                Place::Stdout if text.is_empty() => {}
                Place::Stdout => terminal::out(text.trim_end())
                    .map_err(|cause| Error::internal_because("cannot print", cause))?,
            }
        }
        Ok(())
    }
}

fn refusal(name: &str, cause: std::io::Error) -> Error {
    Error::invalid_because(format!("cannot write --report {name}"), cause)
}

fn rendered(kind: Kind, reports: &[Report]) -> Result<String, Error> {
    Ok(match kind {
        Kind::Text => reports.iter().map(text::render).collect::<Vec<_>>().join("\n"),
        Kind::Junit => junit::render(reports),
        Kind::Github => github::render(reports),
        Kind::Json => {
            let json = serde_json::to_string_pretty(&Document { reports });
            json.map_err(|cause| Error::internal_because("cannot write a report", cause))? + "\n"
        }
    })
}
